//! The TOML form of a rule pack, read strictly: an unknown key or a broken expression is an error.
//!
//! `build.rs` compiles this file too, so that the built-in packs are checked when skant is built and cost
//! nothing at start-up. It therefore uses nothing else of this crate.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::RegexBuilder;
use serde::Deserialize;

/// One file of `rules/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PackSpec {
    /// What every rule id of the file begins with.
    pub(crate) provider: String,
    /// The provider's name for people.
    pub(crate) name: String,
    /// Token bodies that several rules share.
    #[serde(default)]
    pub(crate) shape: BTreeMap<String, ShapeSpec>,
    /// Values (by the hex digits of their id) that other tools publish as fixtures.
    #[serde(default)]
    pub(crate) dummies: Vec<String>,
    pub(crate) rule: Vec<RuleSpec>,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuleSpec {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    /// Literals, one of which every match holds: what the prefilter looks for.
    pub(crate) anchors: Vec<String>,
    /// Whether the anchors match in either case (slower).
    #[serde(default)]
    pub(crate) ignore_case: bool,
    /// What stands between the anchor's start and the body; with `shape`.
    pub(crate) prefix: Option<String>,
    /// The name of a shape of this file; with `prefix`.
    pub(crate) shape: Option<String>,
    /// An expression with a group `secret`, and perhaps `name`, `rest`, `operator` and `open`; instead of prefix
    /// and shape.
    pub(crate) pattern: Option<String>,
    /// How far around its anchor the rule sees the text, in bytes; the shape's, if it has one.
    pub(crate) reach: Option<usize>,
    /// With `pattern`: the bytes that a mask keeps at the start.
    #[serde(default)]
    pub(crate) mask_head: usize,
    /// With `pattern`: words of a name that say that the value is no secret, wherever they stand in it.
    #[serde(default)]
    pub(crate) not_names: Vec<String>,
    /// The same for words behind the telling one (the group `rest`): `token_type` is no token, `type_token` is.
    #[serde(default)]
    pub(crate) not_ends: Vec<String>,
    /// With `pattern`: what public ids begin with.
    #[serde(default)]
    pub(crate) public_prefixes: Vec<String>,
    /// What leaks when it leaks.
    pub(crate) leaks: String,
    /// The environment variable that usually holds it.
    pub(crate) variable: String,
    /// Where the format is known from.
    pub(crate) source: String,
    /// What to do now, in order.
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
    if !rule.id.starts_with(&format!("{}-", pack.provider)) {
        return Err(format!("its id has to begin with `{}-`", pack.provider));
    }
    if rule.anchors.is_empty() || rule.anchors.iter().any(|anchor| anchor.len() < 3) {
        return Err("it needs anchors of three bytes or more, or every file would be searched with it".into());
    }
    let reach = pack.reach(rule);
    if reach > MOST_REACH {
        return Err(format!("its reach of {reach} bytes is over {MOST_REACH}"));
    }
    if rule.steps.is_empty() || rule.examples.is_empty() || rule.counterexamples.is_empty() {
        return Err("it needs steps, examples and counterexamples".into());
    }
    match (&rule.prefix, &rule.shape, &rule.pattern) {
        (Some(prefix), Some(shape), None) => {
            compiles(prefix)?;
            let shape = pack.shape.get(shape).ok_or_else(|| format!("there is no shape `{shape}`"))?;
            if shape.alphabet != "base64url" {
                return Err(format!("alphabet `{}` is not known", shape.alphabet));
            }
            shape.structure.as_deref().map_or(Ok(()), compiles)
        }
        (None, None, Some(pattern)) if pattern.contains("(?P<secret>") => compiles(pattern),
        _ => Err("it needs prefix and shape, or a pattern with a group `secret`".into()),
    }
}

fn compiles(expression: &str) -> Result<(), String> {
    RegexBuilder::new(expression).unicode(false).build().map(drop).map_err(|error| error.to_string())
}
