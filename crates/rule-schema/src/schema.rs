//! The keys of a rule pack and of a rule. Reading is strict: an unknown key is an error.
//! What the types cannot express is checked in `validate`. The doc comments are the reference of the keys; the JSON
//! Schemas in `schema/` show them to editors.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::argument::{CallSpec, CommandSpec, DirectiveSpec};
use crate::choices::{Alphabet, Check, FollowedBy, MayFollow, Severity, Syntax};
use crate::shape::ShapeSpec;

/// A rule pack: one file of `rules/`. It has either a `provider` or an `area`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackSpec {
    /// The provider. Every rule id of the pack begins with it and a dash.
    pub provider: Option<String>,
    /// The subject that the providers of the pack have in common. Each rule id begins with the provider of the rule.
    pub area: Option<String>,
    /// The name of the provider or the area, for readers.
    pub name: String,
    /// The precedence of the pack: a number that no other pack has. The lowest number comes first. Where the matches of
    /// two rules overlap, the rule that comes first wins; inside a pack the order of the file counts. Packs of
    /// providers have numbers below 500, formats that several providers share from 500, generic rules from 900.
    pub order: u16,
    /// Where to see how a leaked secret was used, such as `the audit log`. A rule may have its own `logs`.
    #[serde(default)]
    pub logs: Option<String>,
    /// Token bodies that several rules share, by name.
    #[serde(default)]
    pub shape: BTreeMap<String, ShapeSpec>,
    /// Secret-shaped values that a provider or a tool publishes as examples. Each is written as a SHA-256 in
    /// hexadecimal digits: of `skant value 1`, a zero byte and the value. A finding with such a value is a placeholder.
    #[serde(default)]
    pub known_test_values: Vec<String>,
    /// The rules, the most specific first.
    #[serde(default)]
    pub rule: Vec<RuleSpec>,
    /// Functions that take a secret as an argument, for rules with the syntax `call`.
    #[serde(default)]
    pub call: Vec<CallSpec>,
    /// Commands that take a secret, for rules with the syntax `command`.
    #[serde(default)]
    pub command: Vec<CommandSpec>,
    /// Lines of settings with a secret, for rules with the syntax `directive`.
    #[serde(default)]
    pub directive: Vec<DirectiveSpec>,
}

/// A rule: how one kind of secret is found, and what to do after a leak.
///
/// A rule has exactly one of `token`, `value`, `pem`, `json-member`, `syntax` and `shape`. A rule of a built-in pack
/// also needs `title`, `severity`, `leaks`, `source`, `examples`, `counterexamples`, and `steps` or an address in
/// `revoke`; a rule in `skant.toml` has defaults for them.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSpec {
    /// The id: the provider, a dash, and the kind of secret, such as `acme-token`. Lowercase letters, digits and
    /// dashes.
    pub id: String,
    /// The kind of secret, for readers.
    #[serde(default)]
    pub title: String,
    /// How much damage a leak does.
    pub severity: Option<Severity>,

    /// Literals of at least three bytes. Every match contains one of them: skant searches for them before it runs an
    /// expression. With `keywords`, the keywords are the anchors.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Whether the anchors match in uppercase, too (slower). They are written in lowercase then.
    #[serde(default)]
    pub ignore_case: bool,
    /// With `token`: the alphabet and number of the characters that every match has right after its anchor. It makes a
    /// short anchor cheap.
    pub followed_by: Option<FollowedBy>,
    /// How far the rule reads on each side of its anchor, in bytes: at most 16384. The default is the reach of the
    /// shape, or 256.
    pub reach: Option<usize>,

    /// The expression of a token, from its first character. A group `secret` marks the secret part if the match is
    /// longer; a group `body` marks the random part if the rest is fixed.
    pub token: Option<String>,
    /// With `token`: the minimum and maximum number of bytes between the start of the match and the anchor.
    #[serde(default)]
    pub anchor_offset: [usize; 2],
    /// With `token`: whether people choose the secret, as they choose passwords. References to a variable and
    /// self-describing placeholders are rejected then, and a secret that consists of words has a lower confidence.
    #[serde(default)]
    pub human_chosen: bool,

    /// Words in lowercase, one of which is in the name that `value` is assigned to. They replace `anchors`.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// With `keywords`: the expression of the value.
    pub value: Option<String>,
    /// With `keywords`: further words in lowercase, one of which the name has to contain. The default is the usual
    /// words for secrets.
    #[serde(default = "default_name_words")]
    pub name_words: Vec<String>,

    /// The labels of a private key in PEM: the words between `-----BEGIN ` and `-----`.
    #[serde(default)]
    pub pem: Vec<String>,
    /// With `token` or `pem`: words in lowercase, one of which has to be within `reach` of the secret, in any case. For a
    /// format that several providers share, the name or host of the provider.
    #[serde(default)]
    pub nearby: Vec<String>,
    /// The expression of a member of the JSON object that contains the anchor. A group `secret` marks the secret.
    pub json_member: Option<String>,

    /// The syntax that leads to an unstructured secret, which the password model scores.
    pub syntax: Option<Syntax>,
    /// With `syntax`: the number of bytes that a mask shows at the start.
    #[serde(default)]
    pub mask_head: usize,
    /// With `syntax`: words that show, anywhere in a name, that its value is not a secret.
    #[serde(default)]
    pub excluded_names: Vec<String>,
    /// With `syntax`: words that show this as the last word of a name. `token_type` is not a token, `type_token` is.
    #[serde(default)]
    pub excluded_last_words: Vec<String>,
    /// With `syntax`: prefixes of public ids. A value with such a prefix is not a secret.
    #[serde(default)]
    pub public_prefixes: Vec<String>,

    /// The name of a shape of this pack; with `prefix`. Built-in packs only.
    pub shape: Option<String>,
    /// The expression between the start of the anchor and the body; with `shape`. Built-in packs only.
    pub prefix: Option<String>,

    /// With `token` or `value`: the characters of the random part.
    pub alphabet: Option<Alphabet>,
    /// The characters that may not follow a match. The default is `alphabet`: a longer run of these characters is
    /// something else.
    pub may_not_precede: Option<Alphabet>,
    /// What a match may follow.
    #[serde(default)]
    pub may_follow: MayFollow,
    /// Whether the format itself shows where the token ends. The following character is not checked then.
    #[serde(default)]
    pub self_terminating: bool,
    /// Whether the body is random. Words and patterns in a random body show that it is a placeholder.
    #[serde(default = "yes")]
    pub random: bool,
    /// Whether the format alone proves the kind of secret, so that the confidence is high. If other values have the
    /// same format, it is `false`. A `value` is never exact, unless `decoded` tells it apart.
    #[serde(default = "yes")]
    pub exact: bool,
    /// Whether a match opens nothing by itself, as the hash of a password: its confidence is low.
    #[serde(default)]
    pub indirect: bool,
    /// The offline check of a match.
    pub check: Option<Check>,
    /// With `token` or `value`: the expression of the text that the group `encoded` of the match, or else the secret,
    /// decodes to from base64. A match that decodes to something else is not a finding.
    pub decoded: Option<String>,
    /// The companion of the secret, such as the key id of a secret key. Both are one finding if they are near each
    /// other.
    pub pair: Option<PairSpec>,

    /// What somebody who has the secret can reach.
    #[serde(default)]
    pub leaks: String,
    /// The environment variable that usually holds the secret.
    #[serde(default)]
    pub variable: String,
    /// Where the format is published.
    #[serde(default)]
    pub source: String,
    /// The address where the secret is revoked.
    #[serde(default)]
    pub revoke: String,
    /// What to do at `revoke`, such as `delete the key`. The default is `revoke it`.
    pub how: Option<String>,
    /// Where to see how the secret was used, such as `the audit log`. The default is the `logs` of the pack.
    pub logs: Option<String>,
    /// The steps after a leak, in order. The default is three steps that use `how`, `revoke`, `logs` and `variable`.
    #[serde(default)]
    pub steps: Vec<String>,

    /// Texts in which this rule finds a secret and no other rule does. `«…»` is a template of a token that is generated
    /// when the test runs.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts in which no rule finds anything with default settings.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// The companion of a secret: either another `rule` of the pack, or the `pattern` and `name` of a public id.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PairSpec {
    /// The id of a rule with `token`. That rule reports the companion where it is alone.
    pub rule: Option<String>,
    /// The expression of a public id; with `name`.
    pub pattern: Option<String>,
    /// The kind of the public id, for readers.
    pub name: Option<String>,
}

/// The reach of a rule that states none, in bytes.
const DEFAULT_REACH: usize = 256;

impl PackSpec {
    /// Creates a pack without rules. A rule in `skant.toml` is checked as a member of it.
    pub fn without_rules() -> Self {
        Self {
            provider: None,
            area: None,
            name: String::new(),
            order: 0,
            logs: None,
            shape: BTreeMap::new(),
            known_test_values: Vec::new(),
            rule: Vec::new(),
            call: Vec::new(),
            command: Vec::new(),
            directive: Vec::new(),
        }
    }

    /// Returns how far a rule of the pack reads on each side of its anchor, in bytes.
    pub fn reach(&self, rule: &RuleSpec) -> usize {
        let shape = rule.shape.as_ref().and_then(|shape| self.shape.get(shape));
        rule.reach.or(shape.map(|shape| shape.reach)).unwrap_or(DEFAULT_REACH)
    }
}

impl RuleSpec {
    /// Returns the literals of which every match contains one.
    pub fn anchors(&self) -> &[String] {
        if self.keywords.is_empty() { &self.anchors } else { &self.keywords }
    }

    /// Returns the steps after a leak, in order.
    pub fn steps(&self, pack: &PackSpec) -> Vec<String> {
        if !self.steps.is_empty() {
            return self.steps.clone();
        }
        let how = self.how.as_deref().unwrap_or("revoke it");
        let logs = self.logs.as_deref().or(pack.logs.as_deref()).unwrap_or("the provider's logs and bills");
        // A rule of the user's own may say in words where: "at its issuer".
        let colon = if self.revoke.starts_with("http") { ":" } else { "" };
        vec![
            format!("{how}{colon} {}", self.revoke),
            format!("search {logs} for uses after the leak that are not yours"),
            format!("create a new one, and read it from `{}` or a secrets manager", self.variable),
        ]
    }
}

const fn yes() -> bool {
    true
}

fn default_name_words() -> Vec<String> {
    ["key", "token", "secret", "passw", "pwd", "auth", "credential"].map(str::to_owned).into()
}
