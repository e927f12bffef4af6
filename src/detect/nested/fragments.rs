//! Tokens that are split into fragments: string literals or wrapped lines, which are joined and tried like one token.

use std::ops::Range;

use crate::decode;
use crate::decode::{Fragments, Gaps};
use crate::detect::candidate::Candidate;
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::evidence::Tier;
use crate::detect::matcher::window::continues_word;
use crate::rules::Matcher;

/// An anchor of this length does not begin a wrapped line of ordinary text by chance.
const MIN_SPECIFIC: usize = 6;

/// The least length of the first fragment if nothing but the form proves a token, in bytes. The name of a token's
/// prefix, with any word after it, is not a token.
const MIN_FIRST: usize = 16;

/// The number of fragments after which a token may end, with others after it.
const MAX_ENDS: usize = 8;

/// The number of letters and digits before an anchor from which on it is a part of encoded data, and no token begins
/// with it.
const INSIDE_OF_DATA: usize = 8;

/// Tries rules at an anchor after joining the fragments that follow it. Returns the first match that extends beyond
/// the first fragment and is a whole token. If the fragments may not belong together, the match has to be proven by
/// its structure, its check or its exact form.
pub(crate) fn find(
    rules: &CompiledRules,
    window: &[u8],
    rule_indices: &[u32],
    anchor: &Range<usize>,
) -> Option<Candidate> {
    let literal = &window[anchor.clone()];
    let has_prefix = |rule: &u32| matches!(rules.rules()[*rule as usize].matcher, Matcher::Prefixed { .. });
    if !rule_indices.iter().any(has_prefix) && is_inside(&window[..anchor.start], literal) {
        return None;
    }
    if !decode::may_be_split(window, anchor.start, literal) {
        return None;
    }
    let longest = rule_indices.iter().map(|rule| rules.rules()[*rule as usize].reach).max()?;
    Gaps::ALL.iter().find_map(|gaps| {
        let fragments = decode::join_fragments(window, anchor.start, literal, longest, *gaps)?;
        let found = find_in_joined(rules, &fragments, rule_indices, anchor.len())?;
        Some(found.in_encoding(&fragments.decoded, "joined", false))
    })
}

/// Returns whether an anchor is the end of a longer word, or a part of encoded data. Nothing but a token contains the
/// prefixes of Anthropic.
fn is_inside(before: &[u8], anchor: &[u8]) -> bool {
    let near = before.iter().rev().take(INSIDE_OF_DATA);
    continues_word(before, anchor)
        || near.filter(|byte| byte.is_ascii_alphanumeric()).count() == INSIDE_OF_DATA
}

/// Tries rules at the start of joined fragments: of all, and then of the first few if they may be separate values.
fn find_in_joined(
    rules: &CompiledRules,
    fragments: &Fragments,
    rule_indices: &[u32],
    anchor_length: usize,
) -> Option<Candidate> {
    let first = fragments.first_length();
    let is_acceptable = |candidate: &Candidate| {
        let features = &candidate.features;
        let is_whole = features.tier > Tier::Short;
        let passes_check = features.check.as_ref().is_some_and(|check| check.fits == Some(true));
        let is_exact = features.tier == Tier::Exact && anchor_length >= MIN_SPECIFIC && first >= MIN_FIRST;
        let is_proven = features.tier == Tier::Structured || passes_check || is_exact;
        candidate.span.end > first && if fragments.may_be_separate { is_proven } else { is_whole }
    };
    let joined = &fragments.decoded.text;
    let (_, ends) = fragments.ends.split_last()?;
    let ends = ends.iter().skip(1).take(if fragments.may_be_separate { MAX_ENDS } else { 0 });
    std::iter::once(joined.len()).chain(ends.copied()).find_map(|end| {
        let in_joined = 0..anchor_length;
        rule_indices
            .iter()
            .filter_map(|&rule| rules.try_rule(rule as usize, &joined[..end], &in_joined))
            .find(is_acceptable)
    })
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn fragments_are_a_token_only_if_they_are_a_whole_one() {
        let detector = Detector::new(RuleSet::builtin());
        let body =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9Pq4Z7";
        let found = |body: &str, cut: usize| {
            let head = ["sk-", "ant-", "api03-"].concat();
            let text = format!("key = \"{head}{}\" + \"{}\"", &body[..cut], &body[cut..]);
            let found = detector.find_evidence(text.as_bytes());
            found.iter().any(|found| found.span.end > text.find("\" + \"").unwrap())
        };
        let whole = format!("{}AA", &body[..93]);
        assert!(found(&whole, 20));
        assert!(!found(&body[..40], 10), "the beginning of a token in fragments is not specific enough");
    }
}
