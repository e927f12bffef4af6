//! What the model weighed, in words: the parts of its verdict on a value, and the values that it found too light.

use std::fmt::Write as _;
use std::ops::Range;

use crate::detect::{RuleEvaluation, ScoredValue};
use crate::scan::{ExplainedEvidence, Scanner};
use crate::text::{LineCursor, Position};

/// Each part with what it adds, and a last line that holds the sum against the limits. Nothing without parts.
pub(crate) fn parts(scanner: &Scanner, parts: &[(String, f32)]) -> Vec<String> {
    if parts.is_empty() {
        return Vec::new();
    }
    let sum: f32 = parts.iter().map(|(_, weight)| weight).sum();
    let [low, medium, high] = scanner.detector().score_thresholds();
    let mut told: Vec<String> =
        parts.iter().map(|(words, weight)| format!("{weight:+6.2}  {words}")).collect();
    let limit = |name: &str, sum: f32| format!("{name} from {sum:+.2} ({:.2})", share(sum));
    told.push(format!(
        "{sum:+6.2}  in all, a probability of {:.2}; {}, {}, {}",
        share(sum),
        limit("low", low),
        limit("medium", medium),
        limit("high", high)
    ));
    told
}

/// The logarithm of the odds as a share.
fn share(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

/// A value that the model was asked about, and that is no finding.
pub(crate) struct Light {
    seen: ScoredValue,
    at: Position,
}

/// The values in a text that weigh less than low confidence asks for.
pub(crate) fn too_light(
    scanner: &Scanner,
    text: &[u8],
    explained: &[&ExplainedEvidence],
    is_asked: &impl Fn(usize, usize) -> bool,
) -> Vec<Light> {
    let overlaps = |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
    let mut cursor = LineCursor::new(text);
    let seen = scanner.detector().scored_values(text).into_iter();
    seen.map(|seen| Light { at: cursor.at(seen.span.start), seen })
        .filter(|one| is_asked(one.at.line, one.at.line))
        .filter(|one| !explained.iter().any(|other| overlaps(&other.evidence.span, &one.seen.span)))
        .filter(|one| {
            scanner.detector().feature_weights(&one.seen).iter().map(|part| part.1).sum::<f32>()
                < least(scanner)
        })
        .collect()
}

fn least(scanner: &Scanner) -> f32 {
    scanner.detector().score_thresholds()[0]
}

impl Light {
    /// Whether this is what a look led to.
    pub(crate) fn is_from(&self, look: &RuleEvaluation) -> bool {
        self.seen.rule == look.rule && (look.position.line..=look.position.line + 1).contains(&self.at.line)
    }

    pub(crate) fn told(&self, scanner: &Scanner) -> String {
        let rule = &scanner.detector().rules()[self.seen.rule];
        let Self { seen, at } = self;
        let mut out =
            format!("{}:{}  {}  a value of {} characters\n", at.line, at.column, rule.id, seen.span.len());
        let told = parts(scanner, &scanner.detector().feature_weights(seen));
        for (number, part) in told.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = writeln!(out, "    {:<12}{part}", if number == 0 { "weighed" } else { "" });
        }
        out.push_str("    verdict     no finding: it weighs less than low confidence asks for\n\n");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_become_a_share() {
        for (sum, expected) in [(0.0_f32, 0.5_f32), (2.197, 0.9), (-4.595, 0.01)] {
            assert!((share(sum) - expected).abs() < 0.001, "{sum}");
        }
    }
}
