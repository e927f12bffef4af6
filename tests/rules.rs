//! The rule pack tests itself: one walk over all rules, their examples, counterexamples and edges.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

mod support;

use std::sync::LazyLock;

use skant::assess::assess;
use skant::detect::{Detector, Evidence};
use skant::finding::Confidence;
use skant::rules::{Check, Form, Matcher, MayFollow, Rule, RuleSet};
use support::tokens;

/// One for all tests, so that each expression is compiled once.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// What is reported at default settings.
fn reported<'d>(detector: &'d Detector, text: &[u8]) -> Vec<(&'d Rule, Evidence, Confidence)> {
    detector
        .find_evidence(text)
        .into_iter()
        .filter_map(|evidence| {
            let rule = &detector.rules()[evidence.rule];
            let confidence = assess(&evidence, None, 0).confidence?;
            (confidence >= Confidence::Medium).then_some((rule, evidence, confidence))
        })
        .collect()
}

fn ids(found: &[(&Rule, Evidence, Confidence)]) -> Vec<String> {
    found.iter().map(|(rule, ..)| rule.id.to_string()).collect()
}

#[test]
fn every_example_is_found_by_its_rule_alone_and_with_the_exact_span() {
    let detector = &*DETECTOR;
    for rule in detector.rules() {
        for example in rule.examples.iter() {
            let (text, tokens) = tokens::expand(example);
            let found = reported(detector, &text);
            assert_eq!(ids(&found), vec![rule.id.to_string(); tokens.len()], "{example}");
            for ((_, evidence, _), token) in found.iter().zip(&tokens) {
                assert_eq!(&text[evidence.span.clone()], token.as_bytes(), "{example}");
            }
        }
    }
}

#[test]
fn no_counterexample_is_reported() {
    let detector = &*DETECTOR;
    for rule in detector.rules() {
        for text in rule.counterexamples.iter() {
            let (text, _) = tokens::expand(text);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(ids(&reported(detector, &text)), [""; 0], "{}: {shown}", rule.id);
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

/// Where a rule's first example is its token alone, the token; else the whole example.
fn bare_or_whole(rule: &Rule, salt: &str) -> (String, String) {
    let (text, tokens) = tokens::expand_with(&rule.examples[0], salt);
    let text = String::from_utf8_lossy(&text).into_owned();
    if is_bare(rule) { (tokens[0].clone(), tokens[0].clone()) } else { (text, tokens[0].clone()) }
}

/// Whether nothing has to stand beside the token.
fn is_bare(rule: &Rule) -> bool {
    match &rule.matcher {
        Matcher::Prefixed { .. } => true,
        Matcher::Generic(_) => false,
        Matcher::Pattern(shaped) => match &shaped.form {
            Form::Token(expression) => !expression.contains("(?P<secret>"),
            Form::Pem { nearby, .. } => nearby.is_empty(),
            Form::Keyword { .. } | Form::JsonMember(_) => false,
        },
    }
}

/// Whether a token of the rule may go on with what follows, or may have begun before.
fn touches(rule: &Rule, before: &str, after: &str) -> bool {
    let Matcher::Pattern(shaped) = &rule.matcher else { return false };
    let strict = shaped.may_follow == MayFollow::Boundary
        || shaped.anchor_offset.1 > 0
        || matches!(shaped.form, Form::Keyword { .. });
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| shaped.may_not_precede.holds(*byte));
    strict && before == "s" || goes_on(after.as_bytes().first())
}

#[test]
fn tokens_are_found_whatever_touches_them() {
    let detector = &*DETECTOR;
    for rule in detector.rules().iter().filter(|rule| rule.is_provider()) {
        let (example, token) = bare_or_whole(rule, "");
        let open = example.ends_with(&token);
        for before in BEFORE {
            for after in AFTER {
                // Both edges at once for a few, one at a time for the many: they are decided apart.
                let all = rule.id.starts_with("anthropic-") || before == "=" || after.is_empty();
                if !all || touches(rule, before, after) || !open && !after.is_empty() {
                    continue;
                }
                let text = format!("{before}{example}{after}");
                let found = reported(detector, text.as_bytes());
                assert_eq!(ids(&found), [rule.id.to_string()], "{before:?} {} {after:?}", rule.id);
                let span = found[0].1.span.clone();
                assert_eq!(&text[span], token, "{before:?} {} {after:?}", rule.id);
            }
        }
    }
}

#[test]
fn all_that_a_template_makes_is_found() {
    let detector = &*DETECTOR;
    for rule in detector.rules().iter().filter(|rule| rule.is_provider()) {
        for (example, salt) in
            rule.examples.iter().flat_map(|example| (0..25).map(move |salt| (example, salt)))
        {
            let (text, tokens) = tokens::expand_with(example, &salt.to_string());
            let found = reported(detector, &text);
            assert_eq!(
                ids(&found),
                vec![rule.id.to_string(); tokens.len()],
                "{example} {salt} {} {:?}",
                String::from_utf8_lossy(&text),
                detector
                    .find_evidence(&text)
                    .first()
                    .map(|evidence| (&detector.rules()[evidence.rule].id, &evidence.placeholder))
            );
        }
    }
}

#[test]
fn two_tokens_without_a_break_between_them_are_two() {
    let detector = &*DETECTOR;
    for rule in detector.rules().iter().filter(|rule| is_bare(rule)) {
        if matches!(&rule.matcher, Matcher::Pattern(shaped) if shaped.may_follow == MayFollow::Boundary || shaped.anchor_offset.1 > 0)
        {
            continue;
        }
        let (one, two) = (bare_or_whole(rule, "a").1, bare_or_whole(rule, "b").1);
        let text = format!("{one}{two}");
        let found = reported(detector, text.as_bytes());
        let spans: Vec<&str> = found.iter().map(|(_, evidence, _)| &text[evidence.span.clone()]).collect();
        assert_eq!(spans, [&one, &two], "{}", rule.id);
    }
}

#[test]
fn every_example_holds_an_anchor_so_the_first_search_finds_it() {
    for rule in RuleSet::builtin().rules() {
        assert!(!rule.anchors.is_empty(), "{}", rule.id);
        for example in rule.examples.iter() {
            let (mut text, _) = tokens::expand(example);
            if rule.ignore_case {
                text.make_ascii_lowercase();
            }
            let holds = |anchor: &str| text.windows(anchor.len()).any(|part| part == anchor.as_bytes());
            assert!(rule.anchors.iter().any(|anchor| holds(anchor)), "{}: {example}", rule.id);
        }
    }
}

#[test]
fn masks_show_a_quarter_at_most_of_what_is_secret() {
    let detector = &*DETECTOR;
    for rule in detector.rules() {
        for example in rule.examples.iter() {
            let (text, _) = tokens::expand(example);
            for (_, evidence, _) in reported(detector, &text) {
                let raw = String::from_utf8(text[evidence.span.clone()].to_vec()).unwrap();
                let Some((head, tail)) = evidence.masked.text.rsplit_once("...") else {
                    assert_eq!(evidence.masked.text, "********", "{}", rule.id);
                    continue;
                };
                let public = rule.anchors.iter().filter(|anchor| raw.starts_with(anchor.as_ref()));
                let public = public.map(|anchor| anchor.len()).max().unwrap_or(0);
                assert!(raw.starts_with(head) && raw.ends_with(tail), "{}: {head} {tail}", rule.id);
                let shown = head.len().saturating_sub(public) + tail.len();
                assert!(shown * 4 <= raw.len() - public, "{}: {shown} of {}", rule.id, raw.len());
                let whole = |form: &Form| matches!(form, Form::Pem { .. } | Form::JsonMember(_));
                let hidden = matches!(&rule.matcher, Matcher::Pattern(shaped) if whole(&shaped.form));
                assert!(!hidden, "{}: nothing of a private key is shown", rule.id);
            }
        }
    }
}

#[test]
fn a_checksum_that_does_not_fit_takes_a_step_off_and_says_so() {
    let detector = &*DETECTOR;
    let (mut tried, now) = (0, 0);
    for rule in detector.rules() {
        let Matcher::Pattern(shaped) = &rule.matcher else { continue };
        if !matches!(shaped.check, Some(Check::CrcBase62 | Check::CrcHex | Check::CrcHexLittle)) {
            continue;
        }
        tried += 1;
        let token = tokens::expand(&rule.examples[0]).1.remove(0);
        let verdict = |text: &str| assess(&detector.find_evidence(text.as_bytes())[0], None, now);
        assert_eq!(verdict(&token).confidence, Some(Confidence::High), "{}", rule.id);
        assert!(verdict(&token).reasons[0].contains("checksum fits"), "{}", rule.id);
        let last = if token.ends_with('1') { '2' } else { '1' };
        let altered = format!("{}{last}", &token[..token.len() - 1]);
        assert_eq!(verdict(&altered).confidence, Some(Confidence::Medium), "{}", rule.id);
        assert!(verdict(&altered).reasons[0].contains("does not fit"), "{}", rule.id);
    }
    assert!(tried >= 4, "{tried}");
}

#[test]
fn glued_tokens_are_two() {
    let detector = &*DETECTOR;
    for (one, two) in [("API03", "API03"), ("OAT", "ORT"), ("CC", "API03"), ("USR", "ADM")] {
        let (one, two) = (tokens::token(one, "a"), tokens::token(two, "b"));
        let text = format!("{one}{two}");
        let found = reported(detector, text.as_bytes());
        let spans: Vec<&str> = found.iter().map(|(_, evidence, _)| &text[evidence.span.clone()]).collect();
        assert_eq!(spans, [&one, &two]);
    }
}

#[test]
fn a_whole_token_is_high_an_altered_one_medium_and_a_cut_one_low() {
    let detector = &*DETECTOR;
    let confidences = |text: &str| -> Vec<_> {
        let judged = |evidence: &Evidence| assess(evidence, None, 0).confidence;
        detector.find_evidence(text.as_bytes()).iter().map(judged).collect()
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
    let detector = &*DETECTOR;
    for after in ["-x", "_x", "-prod", "AAAA"] {
        let token = tokens::api_key("edge");
        let text = format!("{token}{after}");
        let found = reported(detector, text.as_bytes());
        assert_eq!(&text[found[0].1.span.clone()], token);
        assert_eq!(found[0].2, Confidence::High);
    }
}

#[test]
fn a_whole_body_stays_one_whatever_follows() {
    let detector = &*DETECTOR;
    let token = tokens::token("USR", "edge");
    for (before, after) in [("***", "***"), ("use ", "..."), ("", "… it"), ("", "***REMOVED***"), ("", "•")]
    {
        let text = format!("{before}{token}{after}");
        let found = reported(detector, text.as_bytes());
        assert_eq!(ids(&found), ["anthropic-user-key"], "{text}");
        assert_eq!(&text[found[0].1.span.clone()], token);
    }
}

#[test]
fn session_tokens_say_when_they_end() {
    let detector = &*DETECTOR;
    let token = tokens::session_token("CC", "a", 1_000);
    let evidence = &detector.find_evidence(token.as_bytes())[0];
    let reasons = |now| assess(evidence, None, now).reasons.join("; ");
    assert!(reasons(2_000).contains("expired on 1970-01-01T00:16:40Z"), "{}", reasons(2_000));
    assert!(reasons(500).contains("valid until") && reasons(500).contains("user:demo"), "{}", reasons(500));
}
