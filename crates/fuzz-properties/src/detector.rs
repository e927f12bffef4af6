//! The detector: spans are in order, inside the text and disjoint; results are reproducible; no text around a complete
//! token hides it, and no output shows it.

use std::ops::Range;
use std::sync::LazyLock;

use skant::internal::detect::{Detector, Evidence, Tier};
use skant::internal::rules::RuleSet;

use testkit::tokens;

pub static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// This byte and the next one are replaced by a token or by an example of a rule, so that no corpus contains a key. It
/// does not occur in UTF-8.
const TOKEN: u8 = 0xfe;

/// Further than any rule reads.
const FAR: usize = 20_000;

/// Input: the text; see `TOKEN`.
pub fn holds(bytes: &[u8]) {
    let (text, tokens) = expanded(bytes);
    let found = DETECTOR.find_evidence(&text);
    let mut end = 0;
    for evidence in &found {
        // All members of an archive may have the same position.
        assert!(end <= evidence.span.start || !evidence.via.is_empty());
        assert!(evidence.span.start < evidence.span.end);
        end = end.max(evidence.span.end);
        assert!(evidence.start < evidence.end);
        assert!(evidence.rule < DETECTOR.rules().len());
        shown(evidence, &text[evidence.span.clone()]);
    }
    assert!(end <= text.len());
    assert!(DETECTOR.find_evidence(&text) == found, "the same bytes give the same");
    // This check costs more than all others, so it runs for some inputs only.
    if bytes.len().is_multiple_of(4) {
        nothing_far_away_counts(&text, &found);
    }
    for token in tokens.iter().filter(|token| token.is_whole) {
        let before = token.place.start.checked_sub(1).map(|at| text[at]);
        let is_covered = |evidence: &&Evidence| {
            evidence.span.start <= token.place.start && token.place.end <= evidence.span.end
        };
        let covering = found.iter().find(is_covered);
        let what = || format!("{} in {:?}", token.name, String::from_utf8_lossy(bytes));
        assert!(covering.is_some(), "{} is not found", what());
        // After the body of another token it may be a part of that one.
        let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let is_separate = !before.is_some_and(goes_on);
        let is_exact = covering
            .is_some_and(|found| found.span == token.place && found.features.tier == Tier::Structured);
        assert!(is_exact || !is_separate, "{} is not separated from the text around it", what());
    }
    for token in &tokens {
        for evidence in &found {
            let lines = [&evidence.snippet.line, &evidence.masked.text];
            let reasons = evidence.inline_comments.iter().map(|comment| &comment.reason);
            let mut shown_texts = lines.into_iter().chain(reasons).chain(&evidence.features.name);
            let body = token.quotable_words(&text);
            assert!(
                !body.is_some_and(|body| shown_texts.any(|shown_texts| shown_texts.contains(body))),
                "{} is shown",
                token.name
            );
        }
    }
}

/// Evidence is local.
fn nothing_far_away_counts(text: &[u8], found: &[Evidence]) {
    let far = vec![b'\n'; FAR];
    let again = DETECTOR.find_evidence(&[&far[..], text, &far].concat());
    assert_eq!(found.len(), again.len());
    for (here, there) in found.iter().zip(&again) {
        assert_eq!(here.span, there.span.start - FAR..there.span.end - FAR);
        assert_eq!((here.rule, here.value, &here.masked), (there.rule, there.value, &there.masked));
        assert_eq!((&here.placeholder, here.features.tier), (&there.placeholder, there.features.tier));
    }
}

fn shown(evidence: &Evidence, raw: &[u8]) {
    let (line, at) = (&evidence.snippet.line, evidence.snippet.span);
    assert_eq!(line.get(at.0..at.1), Some(evidence.masked.text.as_str()));
    assert!(!line.chars().any(|sign| sign.is_control() && sign != '\t'), "{line:?}");
    // An encoded value may be shorter.
    assert!(evidence.masked.length == raw.len() || !evidence.via.is_empty());
    let raw = String::from_utf8_lossy(raw);
    assert!(!evidence.masked.text.contains(&*raw), "the whole value is shown");
}

/// A token in the text.
pub struct PlacedToken {
    name: &'static str,
    place: Range<usize>,
    /// Whether its structure alone shows where it ends.
    is_whole: bool,
}

impl PlacedToken {
    /// A part of it that no mask shows, if it is one run of characters.
    fn quotable_words<'t>(&self, text: &'t [u8]) -> Option<&'t str> {
        let token = &text[self.place.clone()];
        let body = token.get(token.len().checked_sub(44)?..token.len() - 8)?;
        let is_run = body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
        std::str::from_utf8(body).ok().filter(|_| is_run)
    }
}

/// Numbers below this one are Anthropic's tokens, the others are examples.
const FIRST_EXAMPLE: u8 = 64;

/// The examples of all rules with their tokens.
static EXAMPLES: LazyLock<Vec<(Vec<u8>, Vec<String>)>> = LazyLock::new(|| {
    let rules = DETECTOR.rules().iter();
    rules.flat_map(|rule| rule.examples.iter().map(|example| tokens::expand(example))).collect()
});

/// Returns the text with its tokens.
pub fn expanded(bytes: &[u8]) -> (Vec<u8>, Vec<PlacedToken>) {
    let (mut text, mut put) = (Vec::new(), Vec::new());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte != TOKEN {
            text.push(*byte);
            continue;
        }
        let choice = rest.next().copied().unwrap_or(0);
        let start = text.len();
        if let Some(number) = choice.checked_sub(FIRST_EXAMPLE) {
            let (example, tokens) = &EXAMPLES[usize::from(number) % EXAMPLES.len()];
            text.extend(example);
            for token in tokens {
                let at = example.windows(token.len()).position(|window| window == token.as_bytes());
                let place = at.map(|at| start + at..start + at + token.len());
                put.extend(place.map(|place| PlacedToken { name: "an example", place, is_whole: false }));
            }
            continue;
        }
        let families = tokens::FAMILIES.iter().map(|(name, _)| (*name, true));
        let mut names = families.chain(tokens::SESSIONS.iter().map(|(name, _)| (*name, false)));
        let count = tokens::FAMILIES.len() + tokens::SESSIONS.len();
        let (name, is_whole) = names.nth(usize::from(choice) % count).expect("a family");
        let token = tokens::token(name, &choice.to_string());
        put.push(PlacedToken { name, place: start..start + token.len(), is_whole });
        text.extend(token.bytes());
    }
    (text, put)
}
