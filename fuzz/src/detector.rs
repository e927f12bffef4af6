//! The search: spans in order, inside the text and apart; the same for the same bytes; no whole token hidden by
//! what stands around it, and none shown.

use std::sync::LazyLock;

use skant::detect::{Detector, Evidence, Tier};
use skant::rules::RuleSet;

use super::tokens;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// This byte and the next one stand for a token: no corpus holds what looks like a key. It is in no UTF-8 text.
const TOKEN: u8 = 0xfe;

/// Further than any rule looks.
const FAR: usize = 5000;

/// The text; see [`TOKEN`].
pub fn holds(bytes: &[u8]) {
    let (text, tokens) = expanded(bytes);
    let found = DETECTOR.scan(&text);
    let mut end = 0;
    for evidence in &found {
        assert!(end <= evidence.span.start && evidence.span.start < evidence.span.end);
        end = evidence.span.end;
        assert!(evidence.start < evidence.end);
        assert!(evidence.rule < DETECTOR.rules().len());
        shown(evidence, &text[evidence.span.clone()]);
    }
    assert!(end <= text.len());
    // Evidence is local: what stands far away counts nothing.
    let far = vec![b'\n'; FAR];
    let again = DETECTOR.scan(&[&far[..], &text, &far].concat());
    let told = |evidence: &Evidence, before| {
        let span = evidence.span.start - before..evidence.span.end - before;
        (
            evidence.rule,
            span,
            evidence.value,
            evidence.masked.clone(),
            evidence.dummy.clone(),
            evidence.features.tier,
        )
    };
    let (found_again, expected): (Vec<_>, Vec<_>) = (
        again.iter().map(|evidence| told(evidence, FAR)).collect(),
        found.iter().map(|evidence| told(evidence, 0)).collect(),
    );
    assert_eq!(found_again, expected);
    for token in tokens.iter().filter(|token| token.is_whole) {
        let before = token.place.start.checked_sub(1).map(|at| text[at]);
        let is_covered = |evidence: &&Evidence| {
            evidence.span.start <= token.place.start && token.place.end <= evidence.span.end
        };
        let covering = found.iter().find(is_covered);
        let what = || format!("{} in {:?}", token.name, String::from_utf8_lossy(bytes));
        assert!(covering.is_some(), "{} is not found", what());
        // Behind what may be the body of another token it may be taken for a part of that one.
        let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let stands_alone = !before.is_some_and(goes_on);
        let is_exact = covering
            .is_some_and(|found| found.span == token.place && found.features.tier == Tier::Structured);
        assert!(is_exact || !stands_alone, "{} is not told from what stands around it", what());
    }
    for token in &tokens {
        for evidence in &found {
            let body = &text[token.place.end - 40..token.place.end - 10];
            let body = std::str::from_utf8(body).expect("ASCII");
            let lines = [&evidence.snippet.line, &evidence.masked.text];
            let reasons = evidence.directives.iter().map(|directive| &directive.reason);
            assert!(lines.into_iter().chain(reasons).all(|shown| !shown.contains(body)), "it is shown");
            assert!(evidence.features.name.as_ref().is_none_or(|name| !name.contains(body)));
        }
    }
}

fn shown(evidence: &Evidence, raw: &[u8]) {
    let (line, at) = (&evidence.snippet.line, evidence.snippet.span);
    assert_eq!(line.get(at.0..at.1), Some(evidence.masked.text.as_str()));
    assert!(!line.chars().any(|sign| sign.is_control() && sign != '\t'), "{line:?}");
    assert_eq!(evidence.masked.length, raw.len());
    let raw = String::from_utf8_lossy(raw);
    assert!(!evidence.masked.text.contains(&*raw), "the whole value is shown");
}

/// A token that was put into the text.
struct Put {
    name: &'static str,
    place: std::ops::Range<usize>,
    /// Whether its structure alone says where it ends.
    is_whole: bool,
}

fn expanded(bytes: &[u8]) -> (Vec<u8>, Vec<Put>) {
    let (mut text, mut tokens) = (Vec::new(), Vec::new());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte != TOKEN {
            text.push(*byte);
            continue;
        }
        let choice = rest.next().copied().unwrap_or(0);
        let names = tokens::FAMILIES.iter().map(|(name, _)| (*name, true));
        let names: Vec<_> = names.chain(tokens::SESSIONS.iter().map(|(name, _)| (*name, false))).collect();
        let (name, is_whole) = names[usize::from(choice) % names.len()];
        let token = tokens::token(name, &choice.to_string());
        tokens.push(Put { name, place: text.len()..text.len() + token.len(), is_whole });
        text.extend(token.bytes());
    }
    (text, tokens)
}
