//! The TOML form of a rule pack, read strictly: an unknown key or a broken expression is an error.
//!
//! `build.rs` compiles this file too, so that the built-in packs are checked when skant is built and cost
//! nothing at start-up. It therefore uses nothing else of this crate.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::choices::{Alphabet, Check, MayFollow, Severity, Syntax};

/// One file of `rules/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackSpec {
    /// What every rule id of the file begins with; or `area`.
    pub provider: Option<String>,
    /// What the providers of the file have in common; ids begin with a provider's name all the same.
    pub area: Option<String>,
    /// The provider's name for people.
    pub name: String,
    /// Whether other packs' rules come first where both match.
    #[serde(default)]
    pub general: bool,
    /// Where to see what a leaked secret was used for, unless a rule says so itself.
    #[serde(default)]
    pub logs: Option<String>,
    /// Token bodies that several rules share.
    #[serde(default)]
    pub shape: BTreeMap<String, ShapeSpec>,
    /// Values (by the hex digits of their id) that other tools publish as fixtures.
    #[serde(default)]
    pub known_test_values: Vec<String>,
    #[serde(default)]
    pub rule: Vec<RuleSpec>,
}

/// One rule. What a pack has to say besides (`documented`) may be left out of a rule of somebody's own.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSpec {
    /// Its name: a provider's, a dash, and what it is.
    pub id: String,
    /// What it is, for people.
    #[serde(default)]
    pub title: String,
    /// How bad a leak is: low, medium, high or critical.
    pub severity: Option<Severity>,
    /// Literals, one of which every match holds: what the prefilter looks for. With `context` these words.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Whether the anchors match in either case (slower).
    #[serde(default)]
    pub ignore_case: bool,
    /// What stands between the anchor's start and the body; with `shape`.
    pub prefix: Option<String>,
    /// The name of a shape of this file; with `prefix`.
    pub shape: Option<String>,
    /// What leads to a value without a shape, which the model weighs; instead of prefix and shape.
    pub syntax: Option<Syntax>,
    /// The token from its start; what is secret may be a group `secret`, and its random part a group `body`.
    pub token: Option<String>,
    /// Words of a name in lower case, beside which `value` is a secret; instead of anchors.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// With `context`: the value.
    pub value: Option<String>,
    /// With `context`: what else the name has to hold, in lower case; the usual words for secrets unless given.
    #[serde(default = "default_names")]
    pub name_words: Vec<String>,
    /// A private key between `-----BEGIN …-----` and `-----END …-----`: the labels.
    #[serde(default)]
    pub pem: Vec<String>,
    /// With `pem`: literals, one of which stands nearby.
    #[serde(default)]
    pub nearby: Vec<String>,
    /// A member of the JSON object that the anchor stands in, with a group `secret`.
    pub json_member: Option<String>,
    /// With `token` or `value`: what the random part is drawn from.
    pub alphabet: Option<Alphabet>,
    /// What may not follow a token; the same as `alphabet` unless given.
    pub may_not_precede: Option<Alphabet>,
    /// What may stand before a token.
    #[serde(default)]
    pub may_follow: MayFollow,
    /// With `token`: how many bytes stand before the anchor, at least and at most.
    #[serde(default)]
    pub anchor_offset: [usize; 2],
    /// Whether the form says by itself where the token ends.
    #[serde(default)]
    pub self_terminating: bool,
    /// Whether the body is random, so that words and patterns in it make it a placeholder.
    #[serde(default = "yes")]
    pub random: bool,
    /// With `token`: whether people choose what is secret, so that references and values that say what they are have
    /// to be told, as for passwords, and one that is made of words is less sure.
    #[serde(default)]
    pub human_chosen: bool,
    /// Whether the form alone is proof (high confidence); values beside a name never are.
    #[serde(default = "yes")]
    pub exact: bool,
    /// What can be checked offline.
    pub check: Option<Check>,
    /// What belongs to the secret and often stands beside it: both are one finding.
    pub pair: Option<PairSpec>,
    /// How far around its anchor the rule sees the text, in bytes; the shape's, if it has one.
    pub reach: Option<usize>,
    /// With `syntax`: the bytes that a mask keeps at the start.
    #[serde(default)]
    pub mask_head: usize,
    /// With `syntax`: words of a name that say that the value is no secret, wherever they stand in it.
    #[serde(default)]
    pub excluded_names: Vec<String>,
    /// The same for the last word: `token_type` is no token, `type_token` is.
    #[serde(default)]
    pub excluded_last_words: Vec<String>,
    /// With `syntax`: what public ids begin with.
    #[serde(default)]
    pub public_prefixes: Vec<String>,
    /// What leaks when it leaks.
    #[serde(default)]
    pub leaks: String,
    /// The environment variable that usually holds it.
    #[serde(default)]
    pub variable: String,
    /// Where the format is known from.
    #[serde(default)]
    pub source: String,
    /// Where to revoke it.
    #[serde(default)]
    pub revoke: String,
    /// What to do there, such as `delete the key`.
    pub how: Option<String>,
    /// Where to see what it was used for, such as `the audit log`.
    pub logs: Option<String>,
    /// What to do now, in order; made of `how`, `revoke` and `logs` unless given.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Texts in which exactly this rule finds something; `«…»` stands for a token made at test time.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts in which no rule finds anything at default settings.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// The other half of a pair: what another rule of the file finds, or a public id.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PairSpec {
    /// The other rule. It has to be one with `token`, and finds the half that stands alone.
    pub rule: Option<String>,
    /// The expression of the id; with `name`.
    pub pattern: Option<String>,
    /// What the id is, for people.
    pub name: Option<String>,
}

/// The body of a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShapeSpec {
    pub alphabet: String,
    /// The full structure, anchored at the start of the body.
    pub structure: Option<String>,
    /// The length of what `structure` matches.
    #[serde(default)]
    pub structure_length: usize,
    /// The length from which a body counts as whole without the structure.
    pub full: usize,
    /// The length from which a body counts at all.
    pub short: usize,
    /// Whether the body may be a JSON web token.
    #[serde(default)]
    pub jwt: bool,
    pub mask_head: usize,
    pub mask_tail: usize,
    /// How far around its anchor a rule with this shape sees the text, in bytes.
    pub reach: usize,
    pub cuts: TierLimitsSpec,
}

/// Where placeholders are told from random bodies, by how much of the token is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierLimitsSpec {
    pub structured: LimitsSpec,
    pub full: LimitsSpec,
    pub short: LimitsSpec,
}

/// The limits beyond which a body is no random one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsSpec {
    /// Fewer distinct characters.
    pub distinct: usize,
    /// Less Shannon entropy, in bits a character.
    pub entropy: f64,
    /// A run of one character this long.
    pub run: usize,
    /// A run of ascending code points this long.
    pub ascending: usize,
    /// A substring of this length that occurs twice.
    pub repeat: usize,
}

/// How far a rule sees that does not say it, in bytes.
const REACH: usize = 256;

impl PackSpec {
    /// What rules belong to that stand in no pack.
    pub fn without_rules() -> Self {
        Self {
            provider: None,
            area: None,
            name: String::new(),
            general: false,
            logs: None,
            shape: BTreeMap::new(),
            known_test_values: Vec::new(),
            rule: Vec::new(),
        }
    }

    /// How far a rule of the pack sees, in bytes.
    pub fn reach(&self, rule: &RuleSpec) -> usize {
        let shape = rule.shape.as_ref().and_then(|shape| self.shape.get(shape));
        rule.reach.or(shape.map(|shape| shape.reach)).unwrap_or(REACH)
    }
}

impl RuleSpec {
    /// The literals that every match holds one of.
    pub fn anchors(&self) -> &[String] {
        if self.keywords.is_empty() { &self.anchors } else { &self.keywords }
    }

    /// What to do now, in order.
    pub fn steps(&self, pack: &PackSpec) -> Vec<String> {
        if !self.steps.is_empty() {
            return self.steps.clone();
        }
        let how = self.how.as_deref().unwrap_or("revoke it");
        let logs = self.logs.as_deref().or(pack.logs.as_deref()).unwrap_or("the provider's logs and bills");
        vec![
            format!("{how}: {}", self.revoke),
            format!("look through {logs} for uses since it leaked that are not yours"),
            format!("put a new one in its place, read from `{}` or a secrets manager", self.variable),
        ]
    }
}

const fn yes() -> bool {
    true
}

fn default_names() -> Vec<String> {
    ["key", "token", "secret", "passw", "pwd", "auth", "credential"].map(str::to_owned).into()
}
