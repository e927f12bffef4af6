//! Resolves candidates that overlap: decides which of them are kept. It reads no text except to compare values.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::detect::candidate::{Archives, Candidate};
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::nested::archived::{ArchivedValues, Copies};
use crate::detect::pair::attach_companions;

/// Returns the candidates that are kept, sorted by start. Candidates in archives may overlap, since all values of a
/// compressed member have the same span; each value of a member is kept once. A candidate that was found in an
/// archive without opening it is dropped in favour of those found in its members, also in `copies` of what they hold.
pub(crate) fn resolve(
    rules: &CompiledRules,
    text: &[u8],
    found: Vec<Candidate>,
    copies: &Copies,
) -> Vec<Candidate> {
    let (mut archived, plain): (Vec<_>, Vec<_>) = found.into_iter().partition(Candidate::is_archived);
    let mut kept = attach_companions(rules, text, most_specific(plain));
    if archived.is_empty() {
        return kept;
    }
    let mut seen = HashSet::new();
    archived.retain(|candidate| {
        let nested = candidate.nested.as_ref();
        nested.is_some_and(|nested| seen.insert((nested.value, candidate.span.clone(), nested.via.clone())))
    });
    archived.sort_by_key(|candidate| (candidate.span.start, candidate.span.end));
    drop_encoded_archives(&mut archived);
    let mut values = ArchivedValues::default();
    for candidate in &archived {
        values.add(candidate);
    }
    keep_pairs(&kept, &mut archived);
    kept.retain(|candidate| !values.contain(text, candidate, copies));
    kept.extend(archived);
    kept.sort_by_key(|candidate| candidate.span.start);
    kept
}

/// Drops candidates of an archive that is encoded inside of a member, if the member has the same value: the member was
/// opened, too. Candidates are sorted by their spans.
fn drop_encoded_archives(archived: &mut Vec<Candidate>) {
    let mut in_members = ArchivedValues::default();
    archived
        .iter()
        .filter(|candidate| is_in_member(candidate))
        .for_each(|candidate| in_members.add(candidate));
    archived.retain(|candidate| {
        let value = candidate.nested.as_ref().map(|nested| nested.value);
        is_in_member(candidate) || value.is_none_or(|value| !in_members.contain_value(value, &candidate.span))
    });
}

fn is_in_member(candidate: &Candidate) -> bool {
    candidate.nested.as_ref().is_some_and(|nested| nested.archives == Archives::Outermost)
}

/// Keeps the pairs that were found without opening the archive: the parts of a pair may be in two members, such as two
/// columns of a row. A value that is stored without compression gets its companion, which is no value of its own.
fn keep_pairs(plain: &[Candidate], archived: &mut Vec<Candidate>) {
    let pairs: HashMap<&Range<usize>, &Candidate> =
        plain.iter().filter(|plain| plain.companion.is_some()).map(|plain| (&plain.span, plain)).collect();
    let companions: HashSet<&Range<usize>> =
        pairs.values().filter_map(|plain| Some(&plain.companion.as_ref()?.span)).collect();
    let has_own_span =
        |candidate: &Candidate| candidate.nested.as_ref().is_some_and(|nested| nested.has_own_span);
    archived.retain(|candidate| !companions.contains(&candidate.span) || !has_own_span(candidate));
    for candidate in archived.iter_mut().filter(|candidate| has_own_span(candidate)) {
        let pair = pairs.get(&candidate.span).filter(|pair| pair.rule == candidate.rule);
        if let Some(pair) = pair.filter(|_| candidate.companion.is_none()) {
            candidate.companion.clone_from(&pair.companion);
        }
    }
}

/// Returns candidates that do not overlap, sorted by start. Of two that overlap, the one with the earlier rule is
/// kept, since a provider's rule comes before a generic one. Of those with the same start and rule, the one with
/// the higher tier and the fewer encodings is kept.
pub(crate) fn most_specific(mut found: Vec<Candidate>) -> Vec<Candidate> {
    found.sort_by(|one, other| one.precedence().cmp(&other.precedence()));
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        match kept.last() {
            Some(last) if last.span.end > candidate.span.start => {
                if candidate.rule < last.rule {
                    kept.pop();
                    kept.push(candidate);
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_specific_of_two_overlapping_candidates_is_kept() {
        let found = [(3, 0..10), (1, 4..9), (3, 20..30)].map(|(rule, span)| Candidate::sample(rule, span));
        let kept = most_specific(found.into());
        let kept: Vec<_> = kept.iter().map(|candidate| (candidate.rule, candidate.span.clone())).collect();
        assert_eq!(kept, [(1, 4..9), (3, 20..30)]);
    }
}
