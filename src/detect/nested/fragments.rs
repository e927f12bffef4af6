//! Tokens that are split into fragments: string literals or wrapped lines, which are joined and tried like one token.

use std::ops::Range;

use crate::decode;
use crate::detect::candidate::Candidate;
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::evidence::Tier;

/// An anchor of this length does not begin a wrapped line of ordinary text by chance.
const MIN_SPECIFIC: usize = 6;

/// Tries rules at an anchor after joining the fragments that follow it. Returns the first match that extends beyond
/// the first fragment and is a whole token. If only line breaks separate the fragments, they may not belong
/// together, so the match has to be proven by its structure, its check or its exact form.
pub(crate) fn find(
    rules: &CompiledRules,
    window: &[u8],
    rule_indices: &[usize],
    anchor: &Range<usize>,
) -> Option<Candidate> {
    let fragments = decode::join_fragments(window, anchor.start)?;
    let in_fragments = 0..anchor.len();
    let is_acceptable = |candidate: &Candidate| {
        let features = &candidate.features;
        let is_whole = features.tier > Tier::Short;
        let passes_check = features.check.as_ref().is_some_and(|check| check.fits == Some(true));
        let is_exact = features.tier == Tier::Exact && anchor.len() >= MIN_SPECIFIC;
        let is_proven = features.tier == Tier::Structured || passes_check || is_exact;
        candidate.span.end > fragments.first_length && if fragments.is_wrapped { is_proven } else { is_whole }
    };
    let mut tried =
        rule_indices.iter().filter_map(|&rule| rules.try_rule(rule, &fragments.decoded.text, &in_fragments));
    tried.find(is_acceptable).map(|candidate| candidate.in_encoding(&fragments.decoded, "joined", false))
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
