//! The rule pack tests itself: one walk over all rules, their examples, counterexamples and edges.

mod support;

use skant::detect::{Detector, Evidence};
use skant::finding::Confidence;
use skant::judge::judge;
use skant::rules::{Matcher, Rule, RuleSet};
use support::tokens;

/// What is reported at default settings.
fn reported<'d>(detector: &'d Detector, text: &[u8]) -> Vec<(&'d Rule, Evidence, Confidence)> {
    detector
        .scan(text)
        .into_iter()
        .filter_map(|evidence| {
            let rule = &detector.rules()[evidence.rule];
            let confidence = judge(&evidence, None, 0).confidence?;
            (confidence >= Confidence::Medium).then_some((rule, evidence, confidence))
        })
        .collect()
}

fn ids(found: &[(&Rule, Evidence, Confidence)]) -> Vec<String> {
    found.iter().map(|(rule, ..)| rule.id.to_string()).collect()
}

#[test]
fn every_example_is_found_by_its_rule_alone_and_with_the_exact_span() {
    let detector = Detector::new(RuleSet::builtin());
    for rule in detector.rules() {
        for example in rule.examples.iter() {
            let (text, tokens) = tokens::expand(example);
            let found = reported(&detector, &text);
            assert_eq!(ids(&found), vec![rule.id.to_string(); tokens.len()], "{example}");
            for ((_, evidence, _), token) in found.iter().zip(&tokens) {
                assert_eq!(&text[evidence.span.clone()], token.as_bytes(), "{example}");
            }
        }
    }
}

#[test]
fn no_counterexample_is_reported() {
    let detector = Detector::new(RuleSet::builtin());
    for rule in detector.rules() {
        for text in rule.counterexamples.iter() {
            assert_eq!(ids(&reported(&detector, text.as_bytes())), [""; 0], "{}: {text}", rule.id);
        }
    }
}

#[test]
fn every_rule_has_what_a_reader_needs() {
    for rule in RuleSet::builtin().rules() {
        assert!(rule.steps.len() >= 2, "{}", rule.id);
        for text in [&rule.title, &rule.leaks, &rule.variable, &rule.source] {
            assert!(!text.is_empty(), "{}", rule.id);
        }
    }
}

/// What may touch a token on its left and on its right, wherever those are not in its alphabet.
const BEFORE: [&str; 12] =
    ["\\n", "%22", "_", "\x1b[32m", "KEY_", "s", "\"", "=", "\\u0022", "Bearer ", ":", "("];
const AFTER: [&str; 20] = [
    "", ",", ".", ")", "]", "}", "<", "&", "@", ":", "|", "#", "\\\"", "%22", "\\u0022", "\\t", "\0", ";",
    "'", "`",
];

#[test]
fn tokens_are_found_whatever_touches_them() {
    let detector = Detector::new(RuleSet::builtin());
    for rule in detector.rules() {
        let Matcher::Token { .. } = &rule.matcher else { continue };
        let (_, tokens) = tokens::expand(&rule.examples[0]);
        for before in BEFORE {
            for after in AFTER {
                let text = format!("{before}{}{after}", tokens[0]);
                let found = reported(&detector, text.as_bytes());
                assert_eq!(ids(&found), [rule.id.to_string()], "{before:?} {} {after:?}", rule.id);
                let span = found[0].1.span.clone();
                assert_eq!(&text[span], tokens[0], "{before:?} {} {after:?}", rule.id);
            }
        }
    }
}

#[test]
fn glued_tokens_are_two() {
    let detector = Detector::new(RuleSet::builtin());
    for (one, two) in [("API03", "API03"), ("OAT", "ORT"), ("CC", "API03"), ("USR", "ADM")] {
        let (one, two) = (tokens::token(one, "a"), tokens::token(two, "b"));
        let text = format!("{one}{two}");
        let found = reported(&detector, text.as_bytes());
        let spans: Vec<&str> = found.iter().map(|(_, evidence, _)| &text[evidence.span.clone()]).collect();
        assert_eq!(spans, [&one, &two]);
    }
}

#[test]
fn a_whole_token_is_high_an_altered_one_medium_and_a_cut_one_low() {
    let detector = Detector::new(RuleSet::builtin());
    let confidences = |text: &str| -> Vec<_> {
        let judged = |evidence: &Evidence| judge(evidence, None, 0).confidence;
        detector.scan(text.as_bytes()).iter().map(judged).collect()
    };
    for (family, _) in tokens::FAMILIES {
        for seed in 0..200 {
            let token = tokens::token(family, &seed.to_string());
            assert_eq!(confidences(&token), [Some(Confidence::High)], "{family} {seed}");
            let altered = format!("{}zz", &token[..token.len() - 2]);
            assert_eq!(confidences(&altered), [Some(Confidence::Medium)], "{family} {seed}");
            let body = token.len() - 95;
            for kept in [40, 60, 79] {
                assert_eq!(
                    confidences(&token[..body + kept]),
                    [Some(Confidence::Low)],
                    "{family} {seed} {kept}"
                );
            }
            assert_eq!(confidences(&token[..body + 39]), [], "{family} {seed}");
        }
    }
}

#[test]
fn the_structure_ends_a_token_whatever_follows() {
    let detector = Detector::new(RuleSet::builtin());
    for after in ["-x", "_x", "-prod", "AAAA"] {
        let token = tokens::api_key("edge");
        let text = format!("{token}{after}");
        let found = reported(&detector, text.as_bytes());
        assert_eq!(&text[found[0].1.span.clone()], token);
        assert_eq!(found[0].2, Confidence::High);
    }
}

#[test]
fn a_whole_body_stays_one_whatever_follows() {
    let detector = Detector::new(RuleSet::builtin());
    let token = tokens::token("USR", "edge");
    for (before, after) in [("***", "***"), ("use ", "..."), ("", "… it"), ("", "***REMOVED***"), ("", "•")]
    {
        let text = format!("{before}{token}{after}");
        let found = reported(&detector, text.as_bytes());
        assert_eq!(ids(&found), ["anthropic-user-key"], "{text}");
        assert_eq!(&text[found[0].1.span.clone()], token);
    }
}

#[test]
fn session_tokens_say_when_they_end() {
    let detector = Detector::new(RuleSet::builtin());
    let token = tokens::session_token("CC", "a", 1_000);
    let evidence = &detector.scan(token.as_bytes())[0];
    let reasons = |now| judge(evidence, None, now).reasons.join("; ");
    assert!(reasons(2_000).contains("expired on 1970-01-01T00:16:40Z"), "{}", reasons(2_000));
    assert!(reasons(500).contains("valid until") && reasons(500).contains("user:demo"), "{}", reasons(500));
}
