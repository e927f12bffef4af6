//! Credential pairs: the id of a key and its secret, or the number of an account and its token. If both are near
//! each other, they are one piece of evidence. The rules say which of them belong together.

use std::collections::HashSet;
use std::ops::Range;

use crate::detect::candidate::{Candidate, CompanionMatch};
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::placeholder::known_test_value;
use crate::rules::Pair;
use crate::secret::{Mask, Secret};

/// The maximum distance between the members of a pair, in bytes.
const MAX_DISTANCE: usize = 512;

/// An id with fewer different characters is synthetic.
const MIN_DISTINCT: usize = 6;

/// A companion that may belong to a secret.
struct Choice {
    distance: usize,
    /// Whether the companion is after the secret. Usually an id is before its secret.
    is_after: bool,
    /// The index of the secret among the candidates.
    secret: usize,
    companion: CompanionMatch,
    /// The index of the companion among the candidates, if it is one.
    candidate: Option<usize>,
}

/// Attaches companions to secrets, the nearest first. Each companion belongs to one secret, and a companion that
/// was a candidate of its own is removed. `found` is sorted by start and so is the result.
pub(crate) fn attach_companions(
    rules: &CompiledRules,
    text: &[u8],
    mut found: Vec<Candidate>,
) -> Vec<Candidate> {
    let mut choices = Vec::new();
    for (secret, candidate) in found.iter().enumerate() {
        let Some(pair) = rules.rules()[candidate.rule].pair.as_ref() else { continue };
        if may_be_paired(rules, text, candidate) {
            match &pair.rule {
                Some(rule) => choices_by_rule(rules, text, &found, secret, rule, &mut choices),
                None => choices_by_pattern(rules, text, pair, candidate, secret, &mut choices),
            }
        }
    }
    choices.sort_by_key(|choice| (choice.distance, choice.is_after, choice.secret));
    let (mut taken, mut removed) = (HashSet::new(), HashSet::new());
    for choice in choices {
        if found[choice.secret].companion.is_none() && taken.insert(choice.companion.span.clone()) {
            removed.extend(choice.candidate);
            removed.extend(generic_candidates_in(rules, &found, &choice.companion.span));
            found[choice.secret].companion = Some(Box::new(choice.companion));
        }
    }
    let mut indices = 0..;
    found.retain(|_| indices.next().is_none_or(|index| !removed.contains(&index)));
    found
}

/// Returns the candidates of generic rules that overlap an id. Its name may contain `key`, so a rule may take it
/// for a secret.
fn generic_candidates_in(
    rules: &CompiledRules,
    found: &[Candidate],
    id: &Range<usize>,
) -> impl Iterator<Item = usize> {
    let overlaps = |other: &Candidate| other.span.start < id.end && id.start < other.span.end;
    let is_generic = |other: &Candidate| !rules.rules()[other.rule].is_provider();
    let indices: Vec<usize> =
        (0..found.len()).filter(|at| overlaps(&found[*at]) && is_generic(&found[*at])).collect();
    indices.into_iter()
}

/// Returns whether a candidate is written in the text itself and is no placeholder.
fn may_be_paired(rules: &CompiledRules, text: &[u8], candidate: &Candidate) -> bool {
    let value = || Secret::new(&text[candidate.span.clone()]).id();
    candidate.nested.is_none()
        && candidate.placeholder.is_none()
        && known_test_value(&value(), rules.known_test_values()).is_none()
}

/// Collects the companions that a rule of their own has found.
fn choices_by_rule(
    rules: &CompiledRules,
    text: &[u8],
    found: &[Candidate],
    secret: usize,
    rule: &str,
    choices: &mut Vec<Choice>,
) {
    let span = &found[secret].span;
    let first = found.partition_point(|candidate| candidate.span.end + MAX_DISTANCE < span.start);
    let near = found
        .iter()
        .enumerate()
        .skip(first)
        .take_while(|(_, other)| other.span.start <= span.end + MAX_DISTANCE);
    for (index, other) in near {
        if rules.rules()[other.rule].id == rule && may_be_paired(rules, text, other) {
            let (value, masked) = other.value_in(text);
            let companion = CompanionMatch { span: other.span.clone(), value, masked: masked.text };
            choices.extend(choice(span, secret, companion, Some(index)));
        }
    }
}

/// Collects the companions that match the pattern of the pair. They are public ids without a rule of their own.
fn choices_by_pattern(
    rules: &CompiledRules,
    text: &[u8],
    pair: &Pair,
    candidate: &Candidate,
    secret: usize,
    choices: &mut Vec<Choice>,
) {
    let span = &candidate.span;
    let Some(regex) = rules.companion_regex(candidate.rule, &pair.pattern) else { return };
    let window = span.start.saturating_sub(MAX_DISTANCE)..text.len().min(span.end + MAX_DISTANCE);
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    for found in regex.find_iter(&text[window.clone()]) {
        let id = window.start + found.start()..window.start + found.end();
        let before = id.start.checked_sub(1).and_then(|before| text.get(before));
        let distinct: HashSet<u8> = text[id.clone()].iter().copied().collect();
        if is_word(before) || is_word(text.get(id.end)) || distinct.len() < MIN_DISTINCT {
            continue;
        }
        let value = Secret::new(&text[id.clone()]);
        let masked = Mask { head: 4, tail: 4 }.apply(value.expose(), 0);
        let companion = CompanionMatch { span: id, value: value.id(), masked };
        choices.extend(choice(span, secret, companion, None));
    }
}

/// Returns the choice, or `None` if the companion overlaps the secret or is too far away.
fn choice(
    span: &Range<usize>,
    secret: usize,
    companion: CompanionMatch,
    candidate: Option<usize>,
) -> Option<Choice> {
    let is_after = companion.span.start >= span.end;
    let distance = if is_after {
        companion.span.start - span.end
    } else {
        span.start.checked_sub(companion.span.end)?
    };
    (distance <= MAX_DISTANCE).then_some(Choice { distance, is_after, secret, companion, candidate })
}
