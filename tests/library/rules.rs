//! The rule packs: every rule with its examples, counterexamples and edges.

use std::sync::LazyLock;

use skant::Confidence;
use skant::internal::assess::assess;
use skant::internal::detect::{Detector, Evidence};
use skant::internal::rules::{Check, Form, Matcher, MayFollow, Rule, RuleSet};
use testkit::tokens;
use testkit::trials::Trial;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        example_is_found_by_its_rule_with_the_exact_span,
        counterexample_is_not_reported,
        rule_has_title_remedy_and_source,
        token_is_found_whatever_touches_it,
        tokens_of_many_seeds_are_found,
        adjacent_tokens_are_two_findings,
        example_contains_an_anchor,
        mask_shows_at_most_a_quarter_of_a_secret,
        wrong_checksum_lowers_the_confidence_with_a_reason,
        concatenated_tokens_are_two_findings,
        complete_token_is_high_altered_one_medium_and_cut_one_low,
        structure_ends_a_token_whatever_follows,
        complete_body_stays_complete_whatever_follows,
        session_token_shows_its_expiry,
    ]
}

/// One detector for all tests, so that each expression is compiled once.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// Returns the findings at default settings, and those of rules for hashes.
fn reported<'d>(detector: &'d Detector, text: &[u8]) -> Vec<(&'d Rule, Evidence, Confidence)> {
    detector
        .find_evidence(text)
        .into_iter()
        .filter_map(|evidence| {
            let rule = &detector.rules()[evidence.rule];
            let confidence = assess(&evidence, None, 0).confidence?;
            (confidence >= Confidence::Medium || is_indirect(rule)).then_some((rule, evidence, confidence))
        })
        .collect()
}

/// Whether the findings of a rule have low confidence by its kind.
fn is_indirect(rule: &Rule) -> bool {
    matches!(&rule.matcher, Matcher::Pattern(pattern) if pattern.indirect)
}

fn ids(found: &[(&Rule, Evidence, Confidence)]) -> Vec<String> {
    found.iter().map(|(rule, ..)| rule.id.to_string()).collect()
}

fn example_is_found_by_its_rule_with_the_exact_span() {
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

fn counterexample_is_not_reported() {
    let detector = &*DETECTOR;
    for rule in detector.rules() {
        for text in rule.counterexamples.iter() {
            let (text, _) = tokens::expand(text);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(ids(&reported(detector, &text)), [""; 0], "{}: {shown}", rule.id);
        }
    }
}

fn rule_has_title_remedy_and_source() {
    for rule in RuleSet::builtin().rules() {
        assert!(rule.steps.len() >= 2, "{} has fewer than two steps", rule.id);
        let texts = [
            ("title", &rule.title),
            ("leaks", &rule.leaks),
            ("variable", &rule.variable),
            ("source", &rule.source),
        ];
        for (key, text) in texts {
            assert!(!text.is_empty(), "{} needs `{key}`", rule.id);
        }
    }
}

/// Texts that may touch a token on its left and on its right, unless they are in its alphabet.
const BEFORE: [&str; 12] =
    ["\\n", "%22", "_", "\x1b[32m", "KEY_", "s", "\"", "=", "\\u0022", "Bearer ", ":", "("];
const AFTER: [&str; 20] = [
    "", ",", ".", ")", "]", "}", "<", "&", "@", ":", "|", "#", "\\\"", "%22", "\\u0022", "\\t", "\0", ";",
    "'", "`",
];

/// Returns the token of a rule's first example, or the whole example if it has context.
fn bare_or_whole(rule: &Rule, salt: &str) -> (String, String) {
    let (text, tokens) = tokens::expand_with(&rule.examples[0], salt);
    let text = String::from_utf8_lossy(&text).into_owned();
    if is_bare(rule) { (tokens[0].clone(), tokens[0].clone()) } else { (text, tokens[0].clone()) }
}

/// Whether a rule needs no context near the token.
fn is_bare(rule: &Rule) -> bool {
    match &rule.matcher {
        Matcher::Prefixed { .. } => true,
        Matcher::Generic(_) => false,
        Matcher::Pattern(shaped) => match &shaped.form {
            _ if !shaped.nearby.is_empty() => false,
            Form::Token(expression) => !expression.contains("(?P<secret>"),
            Form::Pem { .. } => true,
            Form::Keyword { .. } | Form::JsonMember(_) => false,
        },
    }
}

/// Whether a token of the rule may continue into the text after it, or begin in the text before it.
fn touches(rule: &Rule, before: &str, after: &str) -> bool {
    let Matcher::Pattern(shaped) = &rule.matcher else { return false };
    // A letter before a token that begins with a letter is a part of the same word.
    let strict = matches!(shaped.form, Form::Token(_) | Form::Keyword { .. });
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| shaped.may_not_precede.holds(*byte));
    strict && before == "s" || goes_on(after.as_bytes().first())
}

fn token_is_found_whatever_touches_it() {
    let detector = &*DETECTOR;
    for rule in detector.rules().iter().filter(|rule| rule.is_provider()) {
        let (example, token) = bare_or_whole(rule, "");
        let open = example.ends_with(&token);
        for before in BEFORE {
            for after in AFTER {
                // Both edges at once for a few, one at a time for all: they are decided independently.
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

fn tokens_of_many_seeds_are_found() {
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

fn adjacent_tokens_are_two_findings() {
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

fn example_contains_an_anchor() {
    for rule in RuleSet::builtin().rules() {
        // A file that is only a key, or a key store, is found as a whole.
        let is_whole_text = ["generic-key-file", "generic-key-store"].contains(&&*rule.id);
        assert_eq!(rule.anchors.is_empty(), is_whole_text, "{}", rule.id);
        if is_whole_text {
            continue;
        }
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

fn mask_shows_at_most_a_quarter_of_a_secret() {
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

fn wrong_checksum_lowers_the_confidence_with_a_reason() {
    let detector = &*DETECTOR;
    let (mut tried, now) = (0, 0);
    for rule in detector.rules() {
        let Matcher::Pattern(shaped) = &rule.matcher else { continue };
        if !matches!(
            shaped.check,
            Some(
                Check::CrcBase62
                    | Check::CrcBase62Whole
                    | Check::CrcHex
                    | Check::CrcHexBody
                    | Check::CrcHexLittle
            )
        ) {
            continue;
        }
        tried += 1;
        let token = tokens::expand(&rule.examples[0]).1.remove(0);
        let verdict = |text: &str| assess(&detector.find_evidence(text.as_bytes())[0], None, now);
        assert_eq!(verdict(&token).confidence, Some(Confidence::High), "{}", rule.id);
        assert!(verdict(&token).reasons[0].text.contains("checksum is valid"), "{}", rule.id);
        let last = if token.ends_with('1') { '2' } else { '1' };
        let altered = format!("{}{last}", &token[..token.len() - 1]);
        assert_eq!(verdict(&altered).confidence, Some(Confidence::Medium), "{}", rule.id);
        assert!(verdict(&altered).reasons[0].text.contains("is not valid"), "{}", rule.id);
    }
    assert!(tried >= 4, "{tried}");
}

fn concatenated_tokens_are_two_findings() {
    let detector = &*DETECTOR;
    for (one, two) in [("API03", "API03"), ("OAT", "ORT"), ("CC", "API03"), ("USR", "ADM")] {
        let (one, two) = (tokens::token(one, "a"), tokens::token(two, "b"));
        let text = format!("{one}{two}");
        let found = reported(detector, text.as_bytes());
        let spans: Vec<&str> = found.iter().map(|(_, evidence, _)| &text[evidence.span.clone()]).collect();
        assert_eq!(spans, [&one, &two]);
    }
}

fn complete_token_is_high_altered_one_medium_and_cut_one_low() {
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

fn structure_ends_a_token_whatever_follows() {
    let detector = &*DETECTOR;
    for after in ["-x", "_x", "-prod", "AAAA"] {
        let token = tokens::api_key("edge");
        let text = format!("{token}{after}");
        let found = reported(detector, text.as_bytes());
        assert_eq!(&text[found[0].1.span.clone()], token);
        assert_eq!(found[0].2, Confidence::High);
    }
}

fn complete_body_stays_complete_whatever_follows() {
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

fn session_token_shows_its_expiry() {
    let detector = &*DETECTOR;
    let token = tokens::session_token("CC", "a", 1_000);
    let evidence = &detector.find_evidence(token.as_bytes())[0];
    let reasons = |now| {
        let reasons = assess(evidence, None, now).reasons;
        reasons.into_iter().map(|reason| reason.text).collect::<Vec<_>>().join("; ")
    };
    assert!(reasons(2_000).contains("expired on 1970-01-01T00:16:40Z"), "{}", reasons(2_000));
    assert!(reasons(500).contains("valid until") && reasons(500).contains("user:demo"), "{}", reasons(500));
}
