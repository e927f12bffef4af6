//! Passwords and keys without a shape of their own. The syntax around a telling name says where a value stands
//! ([`place`]), what refers to a value elsewhere is thrown out ([`refer`]), and a model weighs what can be seen
//! of value, name and words nearby ([`features`], [`model`]). How it was trained stands in `docs/detection.md`.

pub(crate) mod confidence_cap;
pub(crate) mod describe;
pub(crate) mod features;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod reject;
pub(crate) mod value_stats;

use std::ops::Range;

use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::detect::identifier;
use crate::finding::Confidence;
use crate::rules::{Syntax, Text};
use crate::secret::Mask;
use confidence_cap::ConfidenceCap;
use parse::Assignment;
use value_stats::ValueStats;

pub use model::{Model, ModelScore};
pub use skant_password_model::{Dictionary, letter_pair_table};

/// A rule made ready.
pub(crate) struct AssignmentRule<'r> {
    pub(crate) rule: usize,
    pub(crate) syntax: Syntax,
    pub(crate) mask_head: usize,
    pub(crate) excluded_names: &'r [Text],
    pub(crate) excluded_last_words: &'r [Text],
    pub(crate) public_prefixes: &'r [Text],
    /// What tokens of rules of their own begin with, sorted: what those do not report is none.
    pub(crate) token_prefixes: &'r [Text],
}

/// A place that the model is asked about, for training it.
#[derive(Clone, Debug)]
pub struct ScoredValue {
    /// The rule, by its place in the rule set.
    pub rule: usize,
    /// Where the value stands.
    pub span: Range<usize>,
    /// The features, by name.
    pub features: Vec<String>,
    /// The most confidence that such a value gets, whatever the model says.
    pub max_confidence: Confidence,
}

/// Values of so many characters may have 80 bits.
const STRONG: usize = 20;

/// Looks at one anchor.
pub(crate) fn find<'m>(
    parts: &AssignmentRule<'_>,
    model: impl FnOnce() -> &'m Model,
    text: &[u8],
    anchor: &Range<usize>,
) -> Option<Candidate> {
    let place = place_at(parts, text, anchor)?;
    let model = model();
    let value = &text[place.value.clone()];
    let looks = ValueStats::of(value, &model.words);
    let opinion = model.judge(
        || doubt(text, &place, &looks, &model.words),
        |sink| features::visit(text, &place, &looks, sink),
    )?;
    let strong = value.len() >= STRONG && looks.is_random();
    let name = (!place.operator.is_bare()).then(|| place.name.clone());
    let name = name.filter(|name| identifier::may_be_shown(&text[name.clone()]));
    Some(Candidate {
        rule: parts.rule,
        prefix: 0,
        mask: if strong { Mask { head: parts.mask_head, tail: 0 } } else { Mask::FULL },
        strong,
        placeholder: None,
        features: Features {
            tier: Tier::Assigned,
            body_length: value.len(),
            claims: None,
            is_truncated: false,
            check: None,
            name: name.clone().map(|name| String::from_utf8_lossy(&text[name]).to_ascii_lowercase()),
            model_score: Some(opinion),
        },
        name,
        span: place.value,
        companion: None,
        encoded: None,
    })
}

/// What the model would be asked about at an anchor.
pub(crate) fn features_at(
    parts: &AssignmentRule<'_>,
    model: &Model,
    text: &[u8],
    anchor: &Range<usize>,
) -> Option<ScoredValue> {
    let place = place_at(parts, text, anchor)?;
    let mut found = Vec::new();
    let value = &text[place.value.clone()];
    let looks = ValueStats::of(value, &model.words);
    features::visit(text, &place, &looks, &mut |kind, words| found.push(kind.feature(words)));
    found.sort();
    found.dedup();
    let most = doubt(text, &place, &looks, &model.words).map_or(Confidence::High, ConfidenceCap::most);
    Some(ScoredValue { rule: parts.rule, span: place.value, features: found, max_confidence: most })
}

/// The weightiest doubt about the value of a place.
fn doubt(text: &[u8], place: &Assignment, looks: &ValueStats, words: &Dictionary) -> Option<ConfidenceCap> {
    let start =
        if place.name.is_empty() { place.value.start } else { place.name.start.min(place.value.start) };
    if confidence_cap::is_in_noise(text, &(start..place.value.end)) {
        return Some(ConfidenceCap::Noise);
    }
    let found = confidence_cap::of(&text[place.value.clone()], looks, &text[place.name.clone()], words);
    let is_wordy = found == Some(ConfidenceCap::Dictionary);
    if is_wordy && crate::detect::assignment::reject::code::may_be_variable(text, place) {
        Some(ConfidenceCap::Variable)
    } else {
        found
    }
}

/// How sure it is that a value that people choose is a secret where the form says that one stands there; `None`
/// where it stands for one elsewhere, or says what it is.
pub(crate) fn tier_of_human_chosen(value: &[u8]) -> Option<Tier> {
    if crate::detect::assignment::reject::reference::stands_for_another(value) {
        return None;
    }
    let words = &Model::builtin().words;
    match confidence_cap::of(value, &ValueStats::of(value, words), b"", words).map(ConfidenceCap::most) {
        None => Some(Tier::Exact),
        Some(Confidence::Low) => None,
        Some(_) => Some(Tier::Likely),
    }
}

fn place_at(parts: &AssignmentRule<'_>, text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let place = match parts.syntax {
        Syntax::Assigned => parse::assigned(text, anchor)?,
        Syntax::Scheme => crate::detect::assignment::parse::inline_credentials::schemed(text, anchor)?,
        Syntax::Userinfo => crate::detect::assignment::parse::inline_credentials::userinfo(text, anchor)?,
        Syntax::Login => crate::detect::assignment::parse::inline_credentials::login(text, anchor)?,
        Syntax::Sql => crate::detect::assignment::parse::inline_credentials::identified(text, anchor)?,
    };
    let value = &text[place.value.clone()];
    let starts = |prefixes: &[Text]| prefixes.iter().any(|prefix| value.starts_with(prefix.as_bytes()));
    if crate::detect::assignment::reject::reference::is_reference(text, &place)
        || starts(beginning_with(parts.token_prefixes, value[0]))
        || starts(parts.public_prefixes)
    {
        return None;
    }
    let name = &text[place.name.clone()];
    let (says_password, rest) = behind_stem(name);
    if place.value.len() < LEAST_TOKEN && !says_password && parts.syntax == Syntax::Assigned {
        return None;
    }
    let is_other = identifier::contains_any(&identifier::split_words(name), parts.excluded_names)
        || identifier::contains_any(&identifier::split_words(rest), parts.excluded_last_words);
    (!is_other).then_some(place)
}

/// Those of some texts, which are sorted, that begin with a byte.
fn beginning_with(texts: &[Text], byte: u8) -> &[Text] {
    let first = |text: &Text| text.as_bytes().first().copied();
    let start = texts.partition_point(|text| first(text) < Some(byte));
    let end = texts.partition_point(|text| first(text) <= Some(byte));
    &texts[start..end]
}

/// Passwords may be shorter.
const LEAST_TOKEN: usize = 6;

/// Whether a name says that its value is a password, and what stands behind its last telling word.
fn behind_stem(name: &[u8]) -> (bool, &[u8]) {
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
    let is_at =
        |end: usize, stem: &[u8]| end >= stem.len() && name[end - stem.len()..end].eq_ignore_ascii_case(stem);
    let ends = (1..=name.len()).rev().find_map(|end| {
        let last = name[end - 1].to_ascii_lowercase();
        let found = STEMS.iter().find(|(stem, _)| stem[stem.len() - 1] == last && is_at(end, stem));
        found.map(|(_, password)| (end, *password))
    });
    ends.map_or((false, &[][..]), |(end, password)| (password, &name[end..]))
}
