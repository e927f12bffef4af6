//! The TOML form of a rule pack, read strictly: an unknown key or a broken expression is an error.
//!
//! `build.rs` compiles this file too, so that the built-in packs are checked when skant is built and cost
//! nothing at start-up. It therefore uses nothing else of this crate.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::RegexBuilder;
use serde::Deserialize;

use super::alphabet::{Alphabet, Check, Left, Syntax};

/// One file of `rules/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PackSpec {
    /// What every rule id of the file begins with; or `area`.
    pub(crate) provider: Option<String>,
    /// What the providers of the file have in common; ids begin with a provider's name all the same.
    pub(crate) area: Option<String>,
    /// The provider's name for people.
    pub(crate) name: String,
    /// Whether other packs' rules come first where both match.
    #[serde(default)]
    pub(crate) general: bool,
    /// Where to see what a leaked secret was used for, unless a rule says so itself.
    #[serde(default)]
    pub(crate) logs: Option<String>,
    /// Token bodies that several rules share.
    #[serde(default)]
    pub(crate) shape: BTreeMap<String, ShapeSpec>,
    /// Values (by the hex digits of their id) that other tools publish as fixtures.
    #[serde(default)]
    pub(crate) dummies: Vec<String>,
    #[serde(default)]
    pub(crate) rule: Vec<RuleSpec>,
}

/// One rule.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuleSpec {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    /// Literals, one of which every match holds: what the prefilter looks for. With `context` these words.
    #[serde(default)]
    pub(crate) anchors: Vec<String>,
    /// Whether the anchors match in either case (slower).
    #[serde(default)]
    pub(crate) ignore_case: bool,
    /// What stands between the anchor's start and the body; with `shape`.
    pub(crate) prefix: Option<String>,
    /// The name of a shape of this file; with `prefix`.
    pub(crate) shape: Option<String>,
    /// What leads to a value without a shape, which the model weighs; instead of prefix and shape.
    pub(crate) syntax: Option<Syntax>,
    /// The token from its start; what is secret may be a group `secret`, and its random part a group `body`.
    pub(crate) token: Option<String>,
    /// Words of a name in lower case, beside which `value` is a secret; instead of anchors.
    #[serde(default)]
    pub(crate) context: Vec<String>,
    /// With `context`: the value.
    pub(crate) value: Option<String>,
    /// With `context`: what else the name has to hold, in lower case; the usual words for secrets unless given.
    #[serde(default = "default_names")]
    pub(crate) names: Vec<String>,
    /// A private key between `-----BEGIN …-----` and `-----END …-----`: the labels.
    #[serde(default)]
    pub(crate) pem: Vec<String>,
    /// With `pem`: literals, one of which stands nearby.
    #[serde(default)]
    pub(crate) beside: Vec<String>,
    /// A member of the JSON object that the anchor stands in, with a group `secret`.
    pub(crate) member: Option<String>,
    /// With `token` or `value`: what the random part is drawn from.
    pub(crate) alphabet: Option<Alphabet>,
    /// What may not follow a token; the same as `alphabet` unless given.
    pub(crate) edge: Option<Alphabet>,
    #[serde(default)]
    pub(crate) left: Left,
    /// With `token`: how many bytes stand before the anchor, at least and at most.
    #[serde(default)]
    pub(crate) before: [usize; 2],
    /// Whether the form says by itself where the token ends.
    #[serde(default)]
    pub(crate) closed: bool,
    /// Whether the body is random, so that words and patterns in it make it a placeholder.
    #[serde(default = "yes")]
    pub(crate) random: bool,
    /// Whether the form alone is proof (high confidence); values beside a name never are.
    #[serde(default = "yes")]
    pub(crate) sure: bool,
    pub(crate) check: Option<Check>,
    /// How far around its anchor the rule sees the text, in bytes; the shape's, if it has one.
    pub(crate) reach: Option<usize>,
    /// With `syntax`: the bytes that a mask keeps at the start.
    #[serde(default)]
    pub(crate) mask_head: usize,
    /// With `syntax`: words of a name that say that the value is no secret, wherever they stand in it.
    #[serde(default)]
    pub(crate) not_names: Vec<String>,
    /// The same for the last word: `token_type` is no token, `type_token` is.
    #[serde(default)]
    pub(crate) not_ends: Vec<String>,
    /// With `syntax`: what public ids begin with.
    #[serde(default)]
    pub(crate) public_prefixes: Vec<String>,
    /// What leaks when it leaks.
    pub(crate) leaks: String,
    /// The environment variable that usually holds it.
    pub(crate) variable: String,
    /// Where the format is known from.
    pub(crate) source: String,
    /// Where to revoke it.
    #[serde(default)]
    pub(crate) revoke: String,
    /// What to do there, such as `delete the key`.
    pub(crate) how: Option<String>,
    /// Where to see what it was used for, such as `the audit log`.
    pub(crate) logs: Option<String>,
    /// What to do now, in order; made of `how`, `revoke` and `logs` unless given.
    #[serde(default)]
    pub(crate) steps: Vec<String>,
    /// Texts in which exactly this rule finds something; `«…»` stands for a token made at test time.
    pub(crate) examples: Vec<String>,
    /// Texts in which no rule finds anything at default settings.
    pub(crate) counterexamples: Vec<String>,
}

/// The body of a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ShapeSpec {
    pub(crate) alphabet: String,
    /// The full structure, anchored at the start of the body.
    pub(crate) structure: Option<String>,
    /// The length of what `structure` matches.
    #[serde(default)]
    pub(crate) structure_length: usize,
    /// The length from which a body counts as whole without the structure.
    pub(crate) full: usize,
    /// The length from which a body counts at all.
    pub(crate) short: usize,
    /// Whether the body may be a JSON web token.
    #[serde(default)]
    pub(crate) jwt: bool,
    pub(crate) mask_head: usize,
    pub(crate) mask_tail: usize,
    /// How far around its anchor a rule with this shape sees the text, in bytes.
    pub(crate) reach: usize,
    pub(crate) cuts: CutsSpec,
}

/// Where placeholders are told from random bodies, by how much of the token is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CutsSpec {
    pub(crate) structured: CutSpec,
    pub(crate) full: CutSpec,
    pub(crate) short: CutSpec,
}

/// The limits beyond which a body is no random one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CutSpec {
    /// Fewer distinct characters.
    pub(crate) distinct: usize,
    /// Less Shannon entropy, in bits a character.
    pub(crate) entropy: f64,
    /// A run of one character this long.
    pub(crate) run: usize,
    /// A run of ascending code points this long.
    pub(crate) ascending: usize,
    /// A substring of this length that occurs twice.
    pub(crate) repeat: usize,
}

/// How far a rule sees that does not say it, in bytes.
const REACH: usize = 256;

impl PackSpec {
    /// How far a rule of the pack sees, in bytes.
    pub(crate) fn reach(&self, rule: &RuleSpec) -> usize {
        let shape = rule.shape.as_ref().and_then(|shape| self.shape.get(shape));
        rule.reach.or(shape.map(|shape| shape.reach)).unwrap_or(REACH)
    }
}

impl RuleSpec {
    /// The literals that every match holds one of.
    pub(crate) fn anchors(&self) -> &[String] {
        if self.context.is_empty() { &self.anchors } else { &self.context }
    }

    /// What to do now, in order.
    pub(crate) fn steps(&self, pack: &PackSpec) -> Vec<String> {
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

/// No rule may look further than this: 16 KiB.
const MOST_REACH: usize = 16 * 1024;

/// Reads one file of a pack and checks what the types cannot.
///
/// # Errors
/// A sentence that names the rule and what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<PackSpec, String> {
    let pack: PackSpec = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut ids = BTreeSet::new();
    for rule in &pack.rule {
        check(&pack, rule).map_err(|error| format!("rule `{}`: {error}", rule.id))?;
        if !ids.insert(&rule.id) {
            return Err(format!("rule `{}` stands twice", rule.id));
        }
    }
    Ok(pack)
}

fn check(pack: &PackSpec, rule: &RuleSpec) -> Result<(), String> {
    match (&pack.provider, &pack.area) {
        (Some(provider), None) if !rule.id.starts_with(&format!("{provider}-")) => {
            return Err(format!("its id has to begin with `{provider}-`"));
        }
        (Some(_), None) => {}
        (None, Some(_)) if rule.id.contains('-') && !rule.id.starts_with("generic-") => {}
        (None, Some(_)) => return Err("its id has to begin with a provider's name".into()),
        _ => return Err("a pack has either a provider or an area".into()),
    }
    if rule.anchors().is_empty() || rule.anchors().iter().any(|anchor| anchor.len() < 3) {
        return Err("it needs anchors of three bytes or more, or every file would be searched with it".into());
    }
    if rule.ignore_case && rule.anchors.iter().any(|anchor| *anchor != anchor.to_ascii_lowercase())
        || rule.context.iter().any(|word| *word != word.to_ascii_lowercase())
    {
        return Err("words that match in either case are written in lower case".into());
    }
    let reach = pack.reach(rule);
    if reach > MOST_REACH {
        return Err(format!("its reach of {reach} bytes is over {MOST_REACH}"));
    }
    if rule.steps.is_empty() && !rule.revoke.starts_with("https://") {
        return Err("it needs steps, or the address where it is revoked".into());
    }
    if rule.examples.is_empty() || rule.counterexamples.is_empty() {
        return Err("it needs examples and counterexamples".into());
    }
    form(pack, rule)
}

/// Exactly one way to recognise a match, with all that belongs to it.
fn form(pack: &PackSpec, rule: &RuleSpec) -> Result<(), String> {
    let ways = [
        rule.shape.is_some(),
        rule.syntax.is_some(),
        rule.token.is_some(),
        rule.value.is_some(),
        !rule.pem.is_empty(),
        rule.member.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() != 1 {
        return Err("it needs one of shape, syntax, token, value, pem and member".into());
    }
    if (rule.token.is_some() || rule.value.is_some()) && rule.alphabet.is_none() {
        return Err("it needs the alphabet that its random part is drawn from".into());
    }
    if rule.value.is_some() == rule.context.is_empty() {
        return Err("`context` and `value` go together".into());
    }
    if rule.before[0] > rule.before[1] || rule.before[1] > pack.reach(rule) {
        return Err("`before` is the least and the most number of bytes, within reach".into());
    }
    if let Some(shape) = &rule.shape {
        let shape = pack.shape.get(shape).ok_or_else(|| format!("there is no shape `{shape}`"))?;
        if shape.alphabet != "base64url" {
            return Err(format!("alphabet `{}` is not known", shape.alphabet));
        }
        shape.structure.as_deref().map_or(Ok(()), compiles)?;
        compiles(rule.prefix.as_deref().ok_or("a shape needs a prefix")?)?;
    }
    if let Some(needs_group) = &rule.member {
        if !needs_group.contains("(?P<secret>") {
            return Err("its expression needs a group `secret`".into());
        }
        compiles(needs_group)?;
    }
    [&rule.token, &rule.value].into_iter().flatten().try_for_each(|expression| compiles(expression))
}

fn compiles(expression: &str) -> Result<(), String> {
    RegexBuilder::new(expression).unicode(false).build().map(drop).map_err(|error| error.to_string())
}
