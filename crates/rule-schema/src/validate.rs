//! What has to hold of a pack and of each rule, and what is said where it does not. Shared by the build script, which
//! reads the built-in packs, and by the reader of rules that people write themselves.

use std::collections::BTreeSet;

use regex::bytes::RegexBuilder;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{Extractor, Seq};

use crate::schema::{PackSpec, PairSpec, RuleSpec};

/// No rule may look further than this: 16 KiB.
const MOST_REACH: usize = 16 * 1024;

/// What is wrong with a rule: our words, and what may be quoted where the file may be.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleError {
    pub message: String,
    pub quoted: Option<String>,
}

impl RuleError {
    pub fn plain<T>(message: impl Into<String>) -> Result<T, Self> {
        Err(Self { message: message.into(), quoted: None })
    }

    pub fn quoting<T>(message: impl Into<String>, quoted: impl Into<String>) -> Result<T, Self> {
        Err(Self { message: message.into(), quoted: Some(quoted.into()) })
    }
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.quoted {
            Some(quoted) => write!(formatter, "{}: {quoted}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

/// Reads one file of a pack and checks what the types cannot.
///
/// # Errors
/// A sentence that names the rule and what is wrong with it.
pub fn parse(text: &str) -> Result<PackSpec, String> {
    let pack: PackSpec = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut ids = BTreeSet::new();
    for rule in &pack.rule {
        let checked =
            named(&pack, rule).and_then(|()| documented(rule)).and_then(|()| check_rule(&pack, rule));
        checked.map_err(|fault| format!("rule `{}`: {fault}", rule.id))?;
        if !ids.insert(&rule.id) {
            return Err(format!("rule `{}` stands twice", rule.id));
        }
    }
    Ok(pack)
}

/// What holds for the names of a pack's rules.
fn named(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    match (&pack.provider, &pack.area) {
        (Some(provider), None) if !rule.id.starts_with(&format!("{provider}-")) => {
            RuleError::plain(format!("its id has to begin with `{provider}-`"))
        }
        (Some(_), None) => Ok(()),
        (None, Some(_)) if rule.id.contains('-') && !rule.id.starts_with("generic-") => Ok(()),
        (None, Some(_)) => RuleError::plain("its id has to begin with a provider's name"),
        _ => RuleError::plain("a pack has either a provider or an area"),
    }
}

/// What a pack's rule has to say for people, and to prove.
fn documented(rule: &RuleSpec) -> Result<(), RuleError> {
    if rule.severity.is_none() || [&rule.title, &rule.leaks, &rule.source].iter().any(|text| text.is_empty())
    {
        return RuleError::plain("it needs title, severity, leaks and source");
    }
    if rule.steps.is_empty() && !rule.revoke.starts_with("https://") {
        return RuleError::plain("it needs steps, or the address where it is revoked");
    }
    if rule.examples.is_empty() || rule.counterexamples.is_empty() {
        return RuleError::plain("it needs examples and counterexamples");
    }
    Ok(())
}

/// Whether a rule can be searched with, whoever wrote it.
pub fn check_rule(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    if rule.anchors().is_empty() || rule.anchors().iter().any(|anchor| anchor.len() < 3) {
        return RuleError::plain(
            "it needs anchors of three bytes or more, or every file would be searched with it",
        );
    }
    if rule.ignore_case && rule.anchors.iter().any(|anchor| *anchor != anchor.to_ascii_lowercase())
        || rule.keywords.iter().any(|word| *word != word.to_ascii_lowercase())
    {
        return RuleError::plain("words that match in either case are written in lower case");
    }
    let reach = pack.reach(rule);
    if reach > MOST_REACH {
        return RuleError::plain(format!("its reach of {reach} bytes is over {MOST_REACH}"));
    }
    form(pack, rule)
}

/// Exactly one way to recognise a match, with all that belongs to it.
fn form(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    let ways = [
        rule.shape.is_some(),
        rule.syntax.is_some(),
        rule.token.is_some(),
        rule.value.is_some(),
        !rule.pem.is_empty(),
        rule.json_member.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() != 1 {
        return RuleError::plain("it needs one of shape, syntax, token, value, pem and member");
    }
    if (rule.token.is_some() || rule.value.is_some()) && rule.alphabet.is_none() {
        return RuleError::plain("it needs the alphabet that its random part is drawn from");
    }
    if rule.value.is_some() == rule.keywords.is_empty() {
        return RuleError::plain("`context` and `value` go together");
    }
    rule.pair.as_ref().map_or(Ok(()), |pair| other_half(pack, pair))?;
    if rule.anchor_offset[0] > rule.anchor_offset[1] || rule.anchor_offset[1] > pack.reach(rule) {
        return RuleError::plain("`before` is the least and the most number of bytes, within reach");
    }
    if let Some(name) = &rule.shape {
        let Some(shape) = pack.shape.get(name) else {
            return RuleError::quoting("there is no such shape", name);
        };
        if shape.alphabet != "base64url" {
            return RuleError::quoting("the alphabet of its shape is not known", &shape.alphabet);
        }
        shape.structure.as_deref().map_or(Ok(()), compiles)?;
        let Some(prefix) = &rule.prefix else { return RuleError::plain("a shape needs a prefix") };
        compiles(prefix)?;
    }
    if let Some(needs_group) = &rule.json_member {
        compiles(needs_group)?;
        if !needs_group.contains("(?P<secret>") {
            return RuleError::plain("its expression needs a group `secret`, written `(?P<secret>…)`");
        }
    }
    [&rule.token, &rule.value].into_iter().flatten().try_for_each(|expression| compiles(expression))?;
    rule.token.as_ref().map_or(Ok(()), |token| led_to(rule, token))
}

/// Whether each anchor leads to something that the expression finds. One that does not is a slip that nobody would
/// see: the rule would be in force and find nothing.
fn led_to(rule: &RuleSpec, token: &str) -> Result<(), RuleError> {
    if rule.anchor_offset != [0, 0] {
        return Ok(());
    }
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(token);
    let beginnings = parsed.map(|parsed| Extractor::new().extract(&parsed));
    // What has more beginnings than can be listed may have any.
    let Ok(Some(beginnings)) = beginnings.as_ref().map(Seq::literals) else { return Ok(()) };
    let same = |one: &[u8], other: &[u8]| {
        if rule.ignore_case { one.eq_ignore_ascii_case(other) } else { one == other }
    };
    let leads = |anchor: &&String| {
        beginnings.iter().any(|beginning| {
            let length = anchor.len().min(beginning.len());
            // A match ends behind its anchor.
            let is_long = beginning.len() >= anchor.len() || !beginning.is_exact();
            is_long && same(&anchor.as_bytes()[..length], &beginning.as_bytes()[..length])
        })
    };
    match rule.anchors.iter().find(|anchor| !leads(anchor)) {
        Some(anchor) => RuleError::quoting(
            "nothing that its expression finds begins with its anchor (`before` says how much may stand there)",
            anchor,
        ),
        None => Ok(()),
    }
}

fn other_half(pack: &PackSpec, pair: &PairSpec) -> Result<(), RuleError> {
    match (&pair.rule, &pair.pattern, &pair.name) {
        (Some(id), None, None) if pack.rule.iter().any(|rule| rule.id == *id && rule.token.is_some()) => {
            Ok(())
        }
        (Some(id), None, None) => RuleError::quoting("its pair is no rule of this file with a token", id),
        (None, Some(form), Some(_)) => compiles(form),
        _ => RuleError::plain("a pair is either a rule, or a form and a name"),
    }
}

/// The most memory that one expression may take when it is compiled: 1 MiB.
const MOST_COMPILED: usize = 1 << 20;

fn compiles(expression: &str) -> Result<(), RuleError> {
    let compiled = RegexBuilder::new(expression).unicode(false).size_limit(MOST_COMPILED).build();
    match compiled {
        Ok(_) => Ok(()),
        Err(error) => RuleError::quoting("its expression cannot be used", error.to_string()),
    }
}
