//! The checks of a pack and of its rules that the types cannot express, and the order of packs.
//! The checks of a single rule are shared: `build.rs` uses them for the built-in packs, skant for `skant.toml`.

use std::collections::BTreeSet;

use regex::bytes::RegexBuilder;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{Extractor, Seq};

use crate::choices::Syntax;
use crate::schema::{PackSpec, PairSpec, RuleSpec};

/// The maximum reach of a rule: 16 KiB.
const MAX_REACH: usize = 16 * 1024;

/// The maximum number of characters after an anchor that are checked with it.
const MAX_FOLLOWING: usize = 64;

/// The maximum memory of one compiled expression: 1 MiB.
const MAX_COMPILED: usize = 1 << 20;

/// An error in a rule. The message is always safe to print; the quoted text comes from the file and may only be printed
/// where the file may be.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The error, as a fragment of a sentence.
    pub message: String,
    /// The text of the file that the error is about.
    pub quoted: Option<String>,
}

impl RuleError {
    /// Returns an error that quotes nothing.
    ///
    /// # Errors
    /// Always returns the error.
    pub fn plain<T>(message: impl Into<String>) -> Result<T, Self> {
        Err(Self { message: message.into(), quoted: None })
    }

    /// Returns an error that quotes a text of the file.
    ///
    /// # Errors
    /// Always returns the error.
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

/// Reads a rule pack and checks each of its rules.
///
/// # Errors
/// Fails with a message that names the rule and its error.
pub fn parse_pack(text: &str) -> Result<PackSpec, String> {
    let mut pack: PackSpec = toml::from_str(text).map_err(|error| error.to_string())?;
    super::argument::add_anchors(&mut pack);
    let mut ids = BTreeSet::new();
    for rule in &pack.rule {
        let checked = check_id(&pack, rule)
            .and_then(|()| check_documentation(rule))
            .and_then(|()| check_rule(&pack, rule));
        checked.map_err(|error| format!("rule `{}`: {error}", rule.id))?;
        if !ids.insert(rule.id.as_str()) {
            return Err(format!("rule `{}` occurs twice", rule.id));
        }
    }
    check_arguments(&pack, &ids).map_err(|error| error.to_string())?;
    Ok(pack)
}

/// Sorts packs by their precedence, the first one first.
///
/// # Errors
/// Fails if two packs have the same `order`, or if they have a rule of the same id.
pub fn sort_packs(packs: &mut [PackSpec]) -> Result<(), String> {
    packs.sort_by_key(|pack| pack.order);
    if let Some(pair) = packs.windows(2).find(|pair| pair[0].order == pair[1].order) {
        let (one, other, order) = (&pair[0].name, &pair[1].name, pair[0].order);
        let is_free = |number: &u16| packs.iter().all(|pack| pack.order != *number);
        let free =
            (order..=u16::MAX).find(is_free).map(|number| format!("; {number} is free")).unwrap_or_default();
        return Err(format!("the packs `{one}` and `{other}` have the same `order`, {order}{free}"));
    }
    let mut ids = BTreeSet::new();
    match packs.iter().flat_map(|pack| &pack.rule).find(|rule| !ids.insert(&rule.id)) {
        Some(rule) => Err(format!("rule `{}` occurs in two packs", rule.id)),
        None => Ok(()),
    }
}

/// Checks that an id begins with the provider of the pack, or in the pack of an area with some provider.
fn check_id(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    match (&pack.provider, &pack.area) {
        (Some(provider), None) if !rule.id.starts_with(&format!("{provider}-")) => {
            RuleError::plain(format!("its id has to begin with `{provider}-`"))
        }
        (Some(_), None) => Ok(()),
        (None, Some(_)) if rule.id.contains('-') && !rule.id.starts_with("generic-") => Ok(()),
        (None, Some(_)) => RuleError::plain("its id has to begin with the name of a provider"),
        _ => RuleError::plain("a pack has either a provider or an area"),
    }
}

/// Checks that a rule of a pack has the texts and the examples that it needs.
fn check_documentation(rule: &RuleSpec) -> Result<(), RuleError> {
    let texts = [("title", &rule.title), ("leaks", &rule.leaks), ("source", &rule.source)];
    let absent = texts.iter().filter(|(_, text)| text.is_empty()).map(|(key, _)| *key);
    let absent: Vec<&str> = absent.chain(rule.severity.is_none().then_some("severity")).collect();
    if !absent.is_empty() {
        return RuleError::plain(format!("it needs {}", absent.join(" and ")));
    }
    if rule.steps.is_empty() && !rule.revoke.starts_with("https://") {
        return RuleError::plain("it needs steps, or an https address in `revoke`");
    }
    if rule.examples.is_empty() || rule.counterexamples.is_empty() {
        return RuleError::plain("it needs examples and counterexamples");
    }
    Ok(())
}

/// Checks the calls, commands and directives of a pack, and that their rules exist.
fn check_arguments(pack: &PackSpec, ids: &BTreeSet<&str>) -> Result<(), RuleError> {
    pack.call.iter().try_for_each(super::argument::CallSpec::check)?;
    pack.command.iter().try_for_each(super::argument::CommandSpec::check)?;
    pack.directive.iter().try_for_each(super::argument::DirectiveSpec::check)?;
    let calls = pack.call.iter().map(|call| &call.rule);
    let commands = pack.command.iter().map(|command| &command.rule);
    let directives = pack.directive.iter().map(|directive| &directive.rule);
    match calls.chain(commands).chain(directives).find(|rule| !ids.contains(rule.as_str())) {
        Some(rule) => RuleError::quoting("the rule of a row is not in this pack", rule),
        None => Ok(()),
    }
}

/// Checks that a rule can be used for a search. Built-in rules and rules in `skant.toml` have to pass.
///
/// # Errors
/// Fails with the first error.
pub fn check_rule(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    let is_whole_text = matches!(rule.syntax, Some(Syntax::KeyFile | Syntax::KeyStore));
    if rule.anchors().is_empty() && !is_whole_text || rule.anchors().iter().any(|anchor| anchor.len() < 3) {
        return RuleError::plain(
            "it needs anchors of at least three bytes; with shorter ones every file would be searched",
        );
    }
    if rule.ignore_case && rule.anchors.iter().any(|anchor| *anchor != anchor.to_ascii_lowercase())
        || rule.keywords.iter().any(|word| *word != word.to_ascii_lowercase())
    {
        return RuleError::plain("`keywords`, and `anchors` with `ignore-case`, have to be in lowercase");
    }
    let reach = pack.reach(rule);
    if reach > MAX_REACH {
        return RuleError::plain(format!("its reach of {reach} bytes exceeds {MAX_REACH}"));
    }
    check_form(pack, rule)
}

/// Checks that a rule has exactly one way to recognise a match, and the keys that belong to it.
fn check_form(pack: &PackSpec, rule: &RuleSpec) -> Result<(), RuleError> {
    let forms = [
        rule.shape.is_some(),
        rule.syntax.is_some(),
        rule.token.is_some(),
        rule.value.is_some(),
        !rule.pem.is_empty(),
        rule.json_member.is_some(),
    ];
    if forms.iter().filter(|form| **form).count() != 1 {
        return RuleError::plain("it needs one of shape, syntax, token, value, pem and json-member");
    }
    if (rule.token.is_some() || rule.value.is_some()) && rule.alphabet.is_none() {
        return RuleError::plain("it needs the `alphabet` of its random part");
    }
    if rule.value.is_some() == rule.keywords.is_empty() {
        return RuleError::plain("`keywords` and `value` need each other");
    }
    rule.pair.as_ref().map_or(Ok(()), |pair| check_pair(pack, pair))?;
    if rule.anchor_offset[0] > rule.anchor_offset[1] || rule.anchor_offset[1] > pack.reach(rule) {
        return RuleError::plain("`anchor-offset` has to be [min, max] with min <= max <= reach");
    }
    if let Some(name) = &rule.shape {
        let Some(shape) = pack.shape.get(name) else {
            return RuleError::quoting("there is no such shape", name);
        };
        if shape.alphabet != "base64url" {
            return RuleError::quoting("the alphabet of its shape is not supported", &shape.alphabet);
        }
        shape.structure.as_deref().map_or(Ok(()), check_expression)?;
        let Some(prefix) = &rule.prefix else { return RuleError::plain("a shape needs a prefix") };
        check_expression(prefix)?;
    }
    if let Some(member) = &rule.json_member {
        check_expression(member)?;
        if !member.contains("(?P<secret>") {
            return RuleError::plain("its expression needs a group `secret`, written `(?P<secret>…)`");
        }
    }
    if let Some(followed_by) = rule.followed_by
        && (rule.token.is_none() || rule.ignore_case || !(1..=MAX_FOLLOWING).contains(&followed_by.count))
    {
        return RuleError::plain(format!(
            "`followed-by` needs `token`, no `ignore-case`, and a count of 1 to {MAX_FOLLOWING}"
        ));
    }
    if rule.decoded.is_some() && rule.token.is_none() && rule.value.is_none() {
        return RuleError::plain("`decoded` needs `token` or `value`");
    }
    if !rule.nearby.is_empty() && rule.token.is_none() && rule.pem.is_empty() {
        return RuleError::plain("`nearby` needs `token` or `pem`");
    }
    if let Some(word) = rule.nearby.iter().find(|word| **word != word.to_ascii_lowercase()) {
        return RuleError::quoting("the words of `nearby` have to be in lowercase", word);
    }
    [&rule.token, &rule.value, &rule.decoded]
        .into_iter()
        .flatten()
        .try_for_each(|expression| check_expression(expression))?;
    rule.token.as_ref().map_or(Ok(()), |token| check_anchors(rule, token))
}

/// Checks that a match of the expression can begin with each anchor. Otherwise the rule would be in force and find
/// nothing, a mistake that nobody would notice.
fn check_anchors(rule: &RuleSpec, token: &str) -> Result<(), RuleError> {
    if rule.anchor_offset != [0, 0] {
        return Ok(());
    }
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(token);
    let prefixes = parsed.map(|parsed| Extractor::new().extract(&parsed));
    // An expression with more prefixes than the extractor lists may begin with anything.
    let Ok(Some(prefixes)) = prefixes.as_ref().map(Seq::literals) else { return Ok(()) };
    let is_equal = |one: &[u8], other: &[u8]| {
        if rule.ignore_case { one.eq_ignore_ascii_case(other) } else { one == other }
    };
    let can_match = |anchor: &&String| {
        prefixes.iter().any(|prefix| {
            let length = anchor.len().min(prefix.len());
            // A match contains its anchor, so a complete match may not be shorter.
            let is_long = prefix.len() >= anchor.len() || !prefix.is_exact();
            is_long && is_equal(&anchor.as_bytes()[..length], &prefix.as_bytes()[..length])
        })
    };
    match rule.anchors.iter().find(|anchor| !can_match(anchor)) {
        Some(anchor) => RuleError::quoting(
            "no match of its expression begins with its anchor (`anchor-offset` allows bytes before the anchor)",
            anchor,
        ),
        None => Ok(()),
    }
}

/// Checks that a companion is either a rule of the pack with a token, or a pattern with a name.
fn check_pair(pack: &PackSpec, pair: &PairSpec) -> Result<(), RuleError> {
    match (&pair.rule, &pair.pattern, &pair.name) {
        (Some(id), None, None) if pack.rule.iter().any(|rule| rule.id == *id && rule.token.is_some()) => {
            Ok(())
        }
        (Some(id), None, None) => RuleError::quoting("its pair is not a rule of this pack with `token`", id),
        (None, Some(pattern), Some(_)) => check_expression(pattern),
        _ => RuleError::plain("a pair has either `rule`, or `pattern` and `name`"),
    }
}

fn check_expression(expression: &str) -> Result<(), RuleError> {
    let compiled = RegexBuilder::new(expression).unicode(false).size_limit(MAX_COMPILED).build();
    match compiled {
        Ok(_) => Ok(()),
        Err(error) => RuleError::quoting("its expression cannot be used", error.to_string()),
    }
}
