//! Evaluates a rule for assignments at an anchor: parses, rejects, scores.

use std::borrow::Cow;
use std::ops::Range;

use crate::detect::assignment::argument;
use crate::detect::assignment::argument::{Argument, Name, Restated};
use crate::detect::assignment::confidence_cap;
use crate::detect::assignment::confidence_cap::ConfidenceCap;
use crate::detect::assignment::features;
use crate::detect::assignment::model::{Model, ModelScore};
use crate::detect::assignment::parse::{self, Assignment, Operator};
use crate::detect::assignment::passphrase;
use crate::detect::assignment::reject::{
    Cause, in_context, rejection as rejection_before_score, rejection_of_value, service_uuid,
};
use crate::detect::assignment::structure;
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::detect::identifier;
use crate::finding::Confidence;
use crate::rules::{Syntax, Text};
use crate::secret::Mask;

/// A rule for assignments, prepared for evaluation.
pub(crate) struct AssignmentRule<'r> {
    /// The index in the rule set.
    pub(crate) rule: usize,
    pub(crate) syntax: Syntax,
    pub(crate) mask_head: usize,
    pub(crate) excluded_names: &'r [Text],
    pub(crate) excluded_last_words: &'r [Text],
    pub(crate) public_prefixes: &'r [Text],
    /// Sorted prefixes of provider tokens. Values with such a prefix are left to the provider's rule, even if it rejects
    /// them.
    pub(crate) token_prefixes: &'r [Text],
}

/// A value that the model scores, with its features: used to train the model and to explain it.
#[derive(Clone, Debug)]
pub struct ScoredValue {
    /// The index of the rule in the rule set.
    pub rule: usize,
    pub span: Range<usize>,
    /// The names of the features.
    pub features: Vec<String>,
    /// The highest confidence that the value can have, whatever its score is.
    pub max_confidence: Confidence,
}

/// The shortest length at which random characters can have 80 bits.
const MIN_STRONG_LENGTH: usize = 20;

/// The shortest value that is no password, such as a token or a key. Passwords may be shorter.
const MIN_TOKEN_LENGTH: usize = 6;

/// Evaluates a rule at an anchor. Returns `None` if there is no value, if it is rejected, or if its score is below low
/// confidence.
pub(crate) fn find<'m>(
    rule: &AssignmentRule<'_>,
    model: impl FnOnce() -> &'m Model,
    text: &[u8],
    anchor: &Range<usize>,
) -> Option<Candidate> {
    let mut readings = readings_at(rule, text, anchor).filter_map(Result::ok).peekable();
    readings.peek()?;
    let model = model();
    let mut found = readings.filter_map(|reading| score(rule, model, text, reading));
    let mut first = found.next()?;
    first.more = found.collect();
    Some(first)
}

/// Scores a value. Returns `None` if its score is below low confidence, or if the text around it says that it is no secret.
fn score(rule: &AssignmentRule<'_>, model: &Model, text: &[u8], reading: Reading<'_>) -> Option<Candidate> {
    let Reading { text: read, assignment, .. } = &reading;
    let value = &read[assignment.value.clone()];
    let stats = ValueStats::new(value, &model.dictionary);
    let is_passphrase = passphrase::is_passphrase(read, assignment, &stats);
    let score = model.score(
        is_passphrase.then_some(Confidence::Medium),
        || confidence_cap::is_weak_in_use(read, assignment),
        || confidence_cap::cap(read, assignment, &stats, &model.dictionary),
        |sink| features::visit(read, assignment, &stats, sink),
    )?;
    if in_context::rejection(read, assignment, &stats, &model.dictionary).is_some() {
        return None;
    }
    let strong = value.len() >= MIN_STRONG_LENGTH && stats.is_random();
    let mask = if strong { Mask { head: rule.mask_head, tail: 0 } } else { Mask::FULL };
    Some(candidate(rule.rule, text, reading, score, strong, mask))
}

fn candidate(
    rule: usize,
    text: &[u8],
    reading: Reading<'_>,
    score: ModelScore,
    strong: bool,
    mask: Mask,
) -> Candidate {
    let Reading { assignment, span, name, .. } = reading;
    let name = name.filter(|name| identifier::may_be_shown(&text[name.clone()]));
    Candidate {
        rule,
        prefix: 0,
        mask,
        strong,
        placeholder: None,
        features: Features {
            tier: Tier::Assigned,
            body_length: assignment.value.len(),
            claims: None,
            is_truncated: false,
            check: None,
            name: name.clone().map(|name| String::from_utf8_lossy(&text[name]).to_ascii_lowercase()),
            context: None,
            model_score: Some(score),
            is_words: in_context::is_words(&text[span.clone()]),
        },
        name,
        span,
        companion: None,
        nested: None,
        more: Vec::new(),
    }
}

/// Returns the value at an anchor that the model would score, with its features.
pub(crate) fn features_at(
    rule: &AssignmentRule<'_>,
    model: &Model,
    text: &[u8],
    anchor: &Range<usize>,
) -> Option<ScoredValue> {
    let Reading { text, assignment, span, .. } = readings_at(rule, text, anchor).find_map(Result::ok)?;
    let text = &*text;
    let stats = ValueStats::new(&text[assignment.value.clone()], &model.dictionary);
    if in_context::rejection(text, &assignment, &stats, &model.dictionary).is_some() {
        return None;
    }
    let mut features = Vec::new();
    features::visit(text, &assignment, &stats, &mut |kind, words| features.push(kind.feature_name(words)));
    features.sort();
    features.dedup();
    let cap = confidence_cap::cap(text, &assignment, &stats, &model.dictionary);
    let max_confidence = cap.map_or(Confidence::High, ConfidenceCap::max_confidence);
    Some(ScoredValue { rule: rule.rule, span, features, max_confidence })
}

/// Returns why the value at an anchor is no secret. Returns `None` if there is no value, or if only its score decides.
pub(crate) fn rejection(
    rule: &AssignmentRule<'_>,
    model: &Model,
    text: &[u8],
    anchor: &Range<usize>,
) -> Option<Cause> {
    // With a value that only its score decides about there is no cause.
    let mut cause = None;
    for reading in readings_at(rule, text, anchor) {
        let here = match reading {
            Ok(Reading { text, assignment, .. }) => {
                let stats = ValueStats::new(&text[assignment.value.clone()], &model.dictionary);
                Some(in_context::rejection(&text, &assignment, &stats, &model.dictionary)?)
            }
            Err(cause) => Some(cause),
        };
        cause = cause.or(here);
    }
    cause
}

/// Returns how well a human-chosen value matches a fixed form that only passwords have. Returns `None` if it is a
/// reference, a placeholder or a common password.
pub(crate) fn tier_of_human_chosen(value: &[u8]) -> Option<Tier> {
    if rejection_of_value(value).is_some() {
        return None;
    }
    let dictionary = &Model::builtin().dictionary;
    let cap = confidence_cap::cap_of_value(value, &ValueStats::new(value, dictionary), b"", dictionary);
    match cap.map(ConfidenceCap::max_confidence) {
        None => Some(Tier::Exact),
        Some(Confidence::Low) => None,
        Some(_) => Some(Tier::Likely),
    }
}

/// The assignment at an anchor: as the text has it, or an argument restated as one.
struct Reading<'t> {
    text: Cow<'t, [u8]>,
    assignment: Assignment,
    /// The span of the value in the text that was searched.
    span: Range<usize>,
    /// The span of the name in the text that was searched, if it is there.
    name: Option<Range<usize>>,
}

impl<'t> Reading<'t> {
    fn new(text: &'t [u8], assignment: Assignment) -> Self {
        let name = assignment.has_name().then(|| assignment.name.clone());
        Self { text: Cow::Borrowed(text), span: assignment.value.clone(), name, assignment }
    }

    fn restated(text: &[u8], argument: Argument) -> Self {
        let Restated { text, assignment } = argument.restate(text);
        let name = match argument.name {
            Name::Written(name) => Some(name),
            Name::OfRow(_) => None,
        };
        Self { text: Cow::Owned(text), assignment, span: argument.value, name }
    }
}

/// Parses the assignments at an anchor: that of its line, an argument, or those of the structure around it. Instead of an
/// assignment it returns the cause if the value is rejected, or if another rule decides about it.
fn readings_at<'t>(
    rule: &'t AssignmentRule<'_>,
    text: &'t [u8],
    anchor: &Range<usize>,
) -> impl Iterator<Item = Result<Reading<'t>, Cause>> + use<'t> {
    let read = |assignment| Reading::new(text, assignment);
    let on_line = match rule.syntax {
        Syntax::Assigned => parse::find_named_value(text, anchor).map(read),
        Syntax::Scheme => parse::find_authorization(text, anchor).map(read),
        Syntax::Userinfo => parse::find_url_password(text, anchor).map(read),
        Syntax::Login => parse::find_curl_password(text, anchor).map(read),
        Syntax::Sql => parse::find_sql_password(text, anchor).map(read),
        // These rules have no anchors.
        Syntax::KeyFile | Syntax::KeyStore => None,
        Syntax::Call | Syntax::Command | Syntax::Directive => {
            argument::find(rule.syntax, text, anchor).map(|found| Reading::restated(text, found))
        }
    };
    // `"name": "PASSWORD", "value": …` is no list.
    let is_final = on_line.as_ref().is_some_and(|Reading { text, assignment, .. }| {
        // `:name "PASSWORD" :value "…"`
        assignment.operator != Operator::Comma && text[assignment.value.clone()] != *b"value"
    });
    let is_named = rule.syntax == Syntax::Assigned;
    let on_line = match on_line {
        None if is_named => {
            argument::find_named_directive(text, anchor).map(|found| Reading::restated(text, found))
        }
        found => found,
    };
    let on_line = on_line.map(|found| judge(rule, found));
    let in_structure = if matches!(on_line, Some(Ok(_))) || is_final || !is_named {
        Vec::new()
    } else {
        structure::find(text, anchor)
    };
    let in_structure = in_structure.into_iter().map(|found| judge(rule, Reading::new(text, found)));
    on_line.into_iter().chain(in_structure)
}

/// Returns a reading, or the cause if its value is rejected or another rule decides about it.
fn judge<'t>(rule: &AssignmentRule<'_>, reading: Reading<'t>) -> Result<Reading<'t>, Cause> {
    let Reading { text, assignment, .. } = &reading;
    if assignment.value.len() < parse::MIN_VALUE {
        return Err(Cause::Short);
    }
    let cause = rejection_before_score(text, assignment)
        .filter(|cause| *cause != Cause::Repetition || !confidence_cap::is_weak_in_use(text, assignment))
        .or_else(|| rejection_by_rule(rule, text, assignment));
    cause.map_or(Ok(reading), Err)
}

/// Returns why the lists of a rule exclude an assignment.
fn rejection_by_rule(rule: &AssignmentRule<'_>, text: &[u8], assignment: &Assignment) -> Option<Cause> {
    let value = &text[assignment.value.clone()];
    let has_prefix = |prefixes: &[Text]| prefixes.iter().any(|prefix| value.starts_with(prefix.as_bytes()));
    if has_prefix(starting_with(rule.token_prefixes, value[0])) {
        return Some(Cause::Provider);
    }
    if has_prefix(rule.public_prefixes) {
        return Some(Cause::PublicId);
    }
    let name = &text[assignment.name.clone()];
    let (is_password, rest) = after_last_stem(name);
    if assignment.value.len() < MIN_TOKEN_LENGTH && !is_password && rule.syntax == Syntax::Assigned {
        return Some(Cause::Short);
    }
    let is_excluded = identifier::contains_any(&identifier::split_words(name), rule.excluded_names)
        || identifier::contains_any(&identifier::split_words(rest), rule.excluded_last_words);
    (is_excluded && !service_uuid::is_secret_half(text, assignment)).then_some(Cause::Name)
}

/// Returns the texts of a sorted list that begin with a byte.
fn starting_with(texts: &[Text], byte: u8) -> &[Text] {
    let first = |text: &Text| text.as_bytes().first().copied();
    let start = texts.partition_point(|text| first(text) < Some(byte));
    let end = texts.partition_point(|text| first(text) <= Some(byte));
    &texts[start..end]
}

/// Finds the stem that ends last in a name. Returns whether it names a password, and the rest of the name after it.
fn after_last_stem(name: &[u8]) -> (bool, &[u8]) {
    const STEMS: [(&[u8], bool); 11] = [
        (b"password", true),
        (b"passwd", true),
        (b"passphrase", true),
        (b"pass", true),
        (b"pwd", true),
        (b"pw", true),
        (b"secret", false),
        (b"token", false),
        (b"key", false),
        (b"credential", false),
        (b"auth", false),
    ];
    let ends_at =
        |end: usize, stem: &[u8]| end >= stem.len() && name[end - stem.len()..end].eq_ignore_ascii_case(stem);
    let last = (1..=name.len()).rev().find_map(|end| {
        let byte = name[end - 1].to_ascii_lowercase();
        let found = STEMS.iter().find(|(stem, _)| stem[stem.len() - 1] == byte && ends_at(end, stem));
        found.map(|(_, is_password)| (end, *is_password))
    });
    last.map_or((false, &[][..]), |(end, is_password)| (is_password, &name[end..]))
}
