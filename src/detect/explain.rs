//! Every rule that looked at a place, and whether it found something: for people who ask why. Slower than a search,
//! since nothing is left out, and no part of one.

use crate::detect::{Detector, Evidence};
use crate::rules::Text;
use crate::text::{LineCursor, Position};

/// A rule that looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEvaluation {
    /// The rule, by its place in the rule set.
    pub rule: usize,
    /// The literal that made it look.
    pub anchor: Text,
    /// Where that stands.
    pub position: Position,
    /// Its place in bytes.
    offset: usize,
    /// Whether it found something.
    pub is_match: bool,
}

impl RuleEvaluation {
    /// Whether this look is what led to a piece of evidence.
    #[must_use]
    pub fn led_to(&self, evidence: &Evidence) -> bool {
        self.rule == evidence.rule
            && self.is_match
            && (self.position.line..=self.position.line + 1).contains(&evidence.start.line)
            && self.offset < evidence.span.end
    }
}

impl Detector {
    /// All looks at the text as it is written, or at one line of it, in order of place.
    #[must_use]
    pub fn evaluate_rules(&self, text: &[u8], line: Option<usize>) -> Vec<RuleEvaluation> {
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for (index, rule) in self.rules().iter().enumerate() {
            let within: &[u8] = if rule.ignore_case { &lower } else { text };
            for anchor in rule.anchors.iter() {
                for start in memchr::memmem::find_iter(within, anchor.as_bytes()) {
                    found.push((start, index, anchor));
                }
            }
        }
        found.sort_unstable_by(|one, other| (one.0, one.2, one.1).cmp(&(other.0, other.2, other.1)));
        let mut cursor = LineCursor::new(text);
        let placed = found.into_iter().map(|(start, rule, anchor)| (cursor.at(start), start, rule, anchor));
        let asked: Vec<_> = placed.filter(|(at, ..)| line.is_none_or(|line| at.line == line)).collect();
        let looks = asked.into_iter().map(|(at, start, rule, anchor)| {
            let end = start + anchor.len();
            let window = Self::window(self.rules()[rule].reach, start, end, text.len());
            let place = start - window.start..end - window.start;
            let found = self.try_rule(rule, &text[window], &place).is_some();
            RuleEvaluation { rule, anchor: anchor.clone(), position: at, offset: start, is_match: found }
        });
        looks.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn each_rule_whose_literal_stands_there_looks() {
        let detector = Detector::new(RuleSet::builtin());
        let text = b"# nothing\nkey = ghp_x\nAPI_SECRET = 1\n";
        let looks = detector.evaluate_rules(text, None);
        let ids: Vec<_> = looks.iter().map(|look| detector.rules()[look.rule].id.as_ref()).collect();
        assert!(ids.contains(&"github-personal-token") && ids.contains(&"generic-secret"), "{ids:?}");
        assert!(looks.iter().all(|look| !look.is_match) && looks.is_sorted_by_key(|look| look.position));
        assert_eq!(detector.evaluate_rules(text, Some(1)), []);
        assert!(detector.evaluate_rules(text, Some(2)).iter().all(|look| look.position.line == 2));
    }
}
