//! Lists every rule that is evaluated at a position of a text and whether it matched. Used by `skant explain` only.
//! It does not use the prefilter, and it reads the text as it is written: encoded text and archives are not opened.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use crate::detect::Evidence;
use crate::detect::assignment::Cause;
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::matcher::window::window_around;
use crate::rules::{Rule, Text};
use crate::text::{LineCursor, Position};

/// The evaluation of a rule at one of its anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEvaluation {
    /// The index of the rule in the rule set.
    pub rule: usize,
    /// The anchor that occurs there.
    pub anchor: Text,
    /// The line and column of the anchor.
    pub position: Position,
    /// The byte offset of the anchor.
    offset: usize,
    /// Whether the rule matched.
    pub is_match: bool,
    /// Why a value that the rule reads here is no secret.
    pub(crate) cause: Option<Cause>,
}

impl RuleEvaluation {
    /// Returns whether this evaluation gave a piece of evidence.
    #[must_use]
    pub fn led_to(&self, evidence: &Evidence) -> bool {
        self.rule == evidence.rule
            && self.is_match
            && (self.position.line..=self.position.line + 1).contains(&evidence.start.line)
            && self.offset < evidence.span.end
    }
}

/// An occurrence of an anchor.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence<'r> {
    start: usize,
    anchor: &'r Text,
    rule: usize,
}

/// Returns the evaluations of all rules in a text or in one line of it, sorted by position.
pub(crate) fn evaluate_rules(rules: &CompiledRules, text: &[u8], line: Option<usize>) -> Vec<RuleEvaluation> {
    let mut found = Vec::new();
    for ignore_case in [false, true] {
        add_occurrences(rules.rules(), text, ignore_case, &mut found);
    }
    found.sort_unstable();
    let mut cursor = LineCursor::new(text);
    let positions: Vec<(Position, Occurrence<'_>)> =
        found.into_iter().map(|found| (cursor.at(found.start), found)).collect();
    let requested = positions.into_iter().filter(|(at, _)| line.is_none_or(|line| at.line == line));
    let evaluations = requested.map(|(position, Occurrence { start, anchor, rule })| {
        let span = start..start + anchor.len();
        let window = window_around(&span, rules.rules()[rule].reach, text.len());
        let in_window = span.start - window.start..span.end - window.start;
        let window = &text[window];
        let is_match = rules.try_rule(rule, window, &in_window).is_some();
        let cause = rules.rejection(rule, window, &in_window).filter(|_| !is_match);
        RuleEvaluation { rule, anchor: anchor.clone(), position, offset: start, is_match, cause }
    });
    evaluations.collect()
}

/// Adds the occurrences of the anchors of all rules that have the same case sensitivity.
fn add_occurrences<'r>(rules: &'r [Rule], text: &[u8], ignore_case: bool, found: &mut Vec<Occurrence<'r>>) {
    let of_case = rules.iter().enumerate().filter(|(_, rule)| rule.ignore_case == ignore_case);
    let anchors: Vec<(usize, &Text)> =
        of_case.flat_map(|(index, rule)| rule.anchors.iter().map(move |anchor| (index, anchor))).collect();
    let Some(searcher) = searcher(&anchors, ignore_case) else { return };
    for occurrence in searcher.find_overlapping_iter(text) {
        let (rule, anchor) = anchors[occurrence.pattern().as_usize()];
        if rules[rule].followed_by.is_some_and(|following| !following.fits(&text[occurrence.end()..])) {
            continue;
        }
        found.push(Occurrence { start: occurrence.start(), anchor, rule });
    }
}

/// Builds a search for all anchors in one pass. Returns `None` if there is no anchor. The builder fails only beyond
/// its limits on number and length, which a rule set cannot reach.
fn searcher(anchors: &[(usize, &Text)], ignore_case: bool) -> Option<AhoCorasick> {
    let literals = anchors.iter().map(|(_, anchor)| anchor.as_bytes());
    AhoCorasickBuilder::new().ascii_case_insensitive(ignore_case).build(literals).ok()
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::detect::assignment::Cause;
    use crate::rules::RuleSet;

    #[test]
    fn each_rule_is_evaluated_at_each_of_its_anchors() {
        let detector = Detector::new(RuleSet::builtin());
        let text = b"# nothing\nkey = ghp_x\nAPI_SECRET = 1\n";
        let all = detector.evaluate_rules(text, None);
        let ids: Vec<_> = all.iter().map(|one| detector.rules()[one.rule].id.as_ref()).collect();
        assert!(ids.contains(&"github-personal-token") && ids.contains(&"generic-secret"), "{ids:?}");
        assert!(all.iter().all(|one| !one.is_match) && all.is_sorted_by_key(|one| one.position));
        assert_eq!(detector.evaluate_rules(text, Some(1)), []);
        assert!(detector.evaluate_rules(text, Some(2)).iter().all(|one| one.position.line == 2));
    }

    #[test]
    fn the_cause_of_a_value_that_is_no_secret_is_named() {
        let detector = Detector::new(RuleSet::builtin());
        let digest = "8f4b7f84864484a7bf31766abe9204da3cbe65b3";
        let mut wrong = Vec::new();
        // The name is a mark, so that nothing here is a finding.
        for (text, code) in [
            ("§: \"${DB_PASSWORD}\"", "reference"),
            ("§: yourPassword", "placeholder"),
            ("§: 0123456789", "repetition"),
            ("§: sha256", "keyword"),
            ("§: 123e4567-e89b-12d3-a456-426614174000", "uuid"),
            ("§: 2024-05-01T10:20:30Z", "time"),
            ("§: 3.533.0_8f4b7f84", "version"),
            ("§: \"Choose one that nobody else knows\"", "prose"),
            ("§: app.settings", "code"),
            ("§_hash: kX9pQ2vR7tLm", "name"),
            ("api_tokens: k9Qx", "short"),
            ("{{ x .a.§ \"context\" }}", "template"),
            ("a: 'Ngena manje lapha'\n§: 'Igama lokungena'\nb: 'Sicela ulinde'", "translation"),
            ("§: 'Passwort wiederholen'", "label"),
            ("§: encrypted:kX9pQ2vR7tLm3NwZ8bYc", "ciphertext"),
            ("§: md5<32>", "password-hash"),
            ("files:\n  a/§.py: <40>", "digest"),
            ("sonar_projectKey: kX9pQ2vR7tLm", "public-key"),
            ("§: Y2hhbmdlbWU=", "encoded-text"),
            ("secrets: 'AB-APP-ID,AB-APP-KEY'", "secret-name"),
            ("{'token': 528, 'token_str': 'meilleur'}", "language-token"),
            ("§_kinds = ['strong', 'weak']", "word-list"),
        ] {
            let text = text.replace('§', "password").replace("<32>", &digest[..32]).replace("<40>", digest);
            let all = detector.evaluate_rules(text.as_bytes(), None);
            let causes: Vec<_> = all.iter().filter_map(|one| one.cause).map(Cause::code).collect();
            if !causes.contains(&code) || all.iter().any(|one| one.is_match) {
                wrong.push((text, causes));
            }
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn the_same_anchors_are_found_as_by_searching_for_each_of_them() {
        let detector = Detector::new(RuleSet::builtin());
        // Every tenth rule: comparing each anchor at each position is slow.
        for rule in detector.rules().iter().step_by(10) {
            for text in rule.examples.iter().chain(rule.counterexamples.iter()) {
                let mut expected = Vec::new();
                for (index, rule) in detector.rules().iter().enumerate() {
                    for anchor in rule.anchors.iter() {
                        let is_at = |at: &usize| {
                            let found = &text.as_bytes()[*at..*at + anchor.len()];
                            let anchor = anchor.as_bytes();
                            found == anchor || rule.ignore_case && found.eq_ignore_ascii_case(anchor)
                        };
                        let is_followed = |at: &usize| {
                            let after = &text.as_bytes()[*at + anchor.len()..];
                            rule.followed_by.is_none_or(|following| following.fits(after))
                        };
                        let last = (text.len() + 1).saturating_sub(anchor.len());
                        expected.extend(
                            (0..last).filter(is_at).filter(is_followed).map(|at| (at, anchor.clone(), index)),
                        );
                    }
                }
                expected.sort_unstable();
                let all = detector.evaluate_rules(text.as_bytes(), None);
                let found: Vec<_> = all.into_iter().map(|one| (one.offset, one.anchor, one.rule)).collect();
                assert_eq!(found, expected, "{text}");
            }
        }
    }
}
