//! The scores of the password model in words: the parts of one score, and the values that the model rejected.

use std::ops::Range;

use super::explain_output::LabelledLines;
use crate::detect::{RuleEvaluation, ScoredValue};
use crate::scan::{ExplainedEvidence, Scanner};
use crate::text::{LineCursor, Position};

/// Describes each part of a score with its weight, and in a last line the sum with the thresholds. Returns nothing for a
/// score without parts.
pub(super) fn describe_score(scanner: &Scanner, parts: &[(String, f32)]) -> Vec<String> {
    if parts.is_empty() {
        return Vec::new();
    }
    let sum: f32 = parts.iter().map(|(_, weight)| weight).sum();
    let [low, medium, high] = scanner.detector().score_thresholds();
    let mut lines: Vec<String> =
        parts.iter().map(|(words, weight)| format!("{weight:+6.2}  {words}")).collect();
    let threshold = |name: &str, score: f32| format!("{name} from {score:+.2} ({:.2})", probability(score));
    lines.push(format!(
        "{sum:+6.2}  in total, a probability of {:.2}; {}, {}, {}",
        probability(sum),
        threshold("low", low),
        threshold("medium", medium),
        threshold("high", high)
    ));
    lines
}

/// Converts the logarithm of odds to a probability.
fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// A value that the model scored below low confidence.
pub(super) struct RejectedValue {
    value: ScoredValue,
    position: Position,
}

/// Returns the values of a text whose score is below low confidence. `includes` says whether lines from a first to a
/// last one are wanted.
pub(super) fn rejected_values(
    scanner: &Scanner,
    text: &[u8],
    explained: &[&ExplainedEvidence],
    includes: &impl Fn(usize, usize) -> bool,
) -> Vec<RejectedValue> {
    let overlaps = |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
    let [low, ..] = scanner.detector().score_thresholds();
    let score = |value: &ScoredValue| {
        scanner.detector().feature_weights(value).iter().map(|part| part.1).sum::<f32>()
    };
    let mut cursor = LineCursor::new(text);
    let values = scanner.detector().scored_values(text).into_iter();
    values
        .map(|value| RejectedValue { position: cursor.at(value.span.start), value })
        .filter(|one| includes(one.position.line, one.position.line))
        .filter(|one| !explained.iter().any(|other| overlaps(&other.evidence.span, &one.value.span)))
        .filter(|one| score(&one.value) < low)
        .collect()
}

impl RejectedValue {
    /// Returns whether the evaluation of a rule led to this value.
    pub(super) fn is_from(&self, evaluation: &RuleEvaluation) -> bool {
        let line = evaluation.position.line;
        self.value.rule == evaluation.rule && (line..=line + 1).contains(&self.position.line)
    }

    pub(super) fn describe(&self, scanner: &Scanner) -> String {
        let rule = &scanner.detector().rules()[self.value.rule];
        let mut lines = LabelledLines::new(&format!(
            "{}:{}  {}  a value of {} characters",
            self.position.line,
            self.position.column,
            rule.id,
            self.value.span.len()
        ));
        let weights = scanner.detector().feature_weights(&self.value);
        lines.add_all("score", describe_score(scanner, &weights));
        lines.add("result", "not a finding: the score is below low confidence");
        lines.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_become_a_probability() {
        for (log_odds, expected) in [(0.0_f32, 0.5_f32), (2.197, 0.9), (-4.595, 0.01)] {
            assert!((probability(log_odds) - expected).abs() < 0.001, "{log_odds}");
        }
    }
}
