//! Evidence and a path to a confidence and the reasons for it, in words. Without a path nothing of it counts
//! for or against; what a path says goes into the reasons.

use crate::detect::{Evidence, Placeholder, Tier};
use crate::finding::Confidence;
use crate::token_check::CheckOutcome;

/// How sure it is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The confidence; `None` where it is a placeholder.
    pub confidence: Option<Confidence>,
    /// The reasons, the weightiest first.
    pub reasons: Vec<String>,
}

/// Judges one piece of evidence. `now` is in seconds since 1970, for tokens that say when they end.
#[must_use]
pub fn assess(evidence: &Evidence, path: Option<&[u8]>, now: i64) -> Assessment {
    let features = &evidence.features;
    let mut reasons = Vec::new();
    let mut confidence = match features.tier {
        Tier::Exact => {
            reasons.push("has the exact form of its kind".to_owned());
            Confidence::High
        }
        Tier::Likely => {
            reasons.push("has the form of its kind, which other things have, too".to_owned());
            Confidence::Medium
        }
        Tier::Structured => {
            reasons
                .push("has the full structure: 86 and 8 characters with the zero bits in place".to_owned());
            Confidence::High
        }
        Tier::Decoded => {
            reasons.push("holds a JSON web token that can be read".to_owned());
            Confidence::High
        }
        Tier::Full => {
            reasons.push(format!(
                "is as long as a whole token ({} characters after the prefix)",
                features.body_length
            ));
            Confidence::Medium
        }
        Tier::Assigned => {
            // A name that may be a secret itself is not handed on.
            if let Some(name) = &features.name {
                reasons.push(format!(
                    "a value is assigned to `{}`",
                    crate::text::escape_terminal(name.as_bytes())
                ));
            }
            let opinion = features.model_score.as_ref();
            reasons.extend(opinion.into_iter().flat_map(|opinion| opinion.reasons.iter().cloned()));
            opinion.map_or(Confidence::Low, |opinion| opinion.confidence)
        }
        Tier::Short => {
            let what =
                if features.is_truncated { "a part was left out" } else { "shorter than a whole token" };
            reasons.push(format!("{what} ({} characters after the prefix)", features.body_length));
            Confidence::Low
        }
    };
    if let Some(proof) = &features.check {
        confidence = prove(proof, confidence, now, &mut reasons);
    }
    confidence = paired(evidence, confidence, &mut reasons);
    if let Some(claims) = &features.claims {
        reasons.extend(expiry(claims.expires, now));
        reasons.extend(claims.subject.as_deref().and_then(claim).map(|who| format!("stands for {who}")));
        reasons.extend(claims.issuer.as_deref().and_then(claim).map(|who| format!("made by {who}")));
    }
    // Said for whoever reads it, and no more: on labelled data a path carries nothing that the value does not.
    if path.is_some_and(is_example_path) {
        reasons.push("stands in a test or example".to_owned());
    }
    match &evidence.placeholder {
        Some(dummy) => {
            reasons.insert(0, format!("placeholder: {}", Placeholder::describe(dummy)));
            Assessment { confidence: None, reasons }
        }
        None => Assessment { confidence: Some(confidence), reasons },
    }
}

/// An id beside a secret is of the form that belongs to it, which chance seldom brings there.
fn paired(evidence: &Evidence, confidence: Confidence, reasons: &mut Vec<String>) -> Confidence {
    if evidence.companion.is_none() {
        return confidence;
    }
    reasons.push("its other half stands beside it".to_owned());
    confidence.raised()
}

/// What a token proves of itself takes a step off where it does not fit, but not below medium: the form is a
/// provider's all the same. One that has ended opens nothing any more.
fn prove(proof: &CheckOutcome, confidence: Confidence, now: i64, reasons: &mut Vec<String>) -> Confidence {
    if let Some(owner) = proof.owner.as_deref().and_then(claim) {
        reasons.push(format!("belongs to {owner}, as it says itself"));
    }
    let ended = proof.claims.as_ref().and_then(|claims| claims.expires).is_some_and(|expires| expires <= now);
    match proof.fits {
        Some(true) => {
            reasons.insert(0, format!("its {} fits", proof.what));
            if ended { Confidence::Medium } else { Confidence::High }
        }
        Some(false) => {
            reasons.insert(0, format!("its {} does not fit: made up, or cut", proof.what));
            confidence.lowered().max(Confidence::Medium)
        }
        None if ended => confidence.lowered(),
        None => confidence,
    }
}

/// A claim as it is shown: people, ids and addresses, and nothing that may be a token itself.
fn claim(text: &str) -> Option<String> {
    const LONGEST: usize = 100;
    let longest = |is_part: fn(char) -> bool| {
        text.split(|sign: char| !is_part(sign)).map(str::len).max().unwrap_or_default()
    };
    // A UUID has 36 characters with its dashes, an id 31 without any.
    let token = longest(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '+' | '=')) >= 40
        || longest(|sign| sign.is_ascii_alphanumeric() || sign == '_') >= 32;
    (text.len() <= LONGEST && !token).then(|| crate::text::escape_terminal(text.as_bytes()))
}

fn expiry(expires: Option<i64>, now: i64) -> Option<String> {
    let expires = expires?;
    let date = jiff::Timestamp::from_second(expires).ok()?;
    Some(if expires <= now { format!("expired on {date}") } else { format!("valid until {date}") })
}

/// Whether a path says that what it holds is made up.
fn is_example_path(path: &[u8]) -> bool {
    const PARTS: [&str; 18] = [
        "test",
        "tests",
        "testing",
        "__tests__",
        "spec",
        "specs",
        "testdata",
        "test-data",
        "fixture",
        "fixtures",
        "example",
        "examples",
        "sample",
        "samples",
        "mock",
        "mocks",
        "demo",
        "docs",
    ];
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let words: Vec<&str> = file.split(|sign: char| !sign.is_ascii_alphanumeric()).collect();
    parts.any(|part| PARTS.contains(&part)) || words.iter().any(|word| PARTS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_paths_are_told_by_whole_words() {
        for path in
            ["tests/a.py", "src/__tests__/x.js", "config.example.yml", "a/test_client.py", "docs/x.md"]
        {
            assert!(is_example_path(path.as_bytes()), "{path}");
        }
        for path in ["src/contest.py", "latest/a.py", "src/attestation/mod.rs", ".env"] {
            assert!(!is_example_path(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn a_claim_that_may_be_a_token_is_not_shown() {
        for text in [
            "user:demo",
            "ada@example.org",
            "https://issuer.example/v1",
            "123e4567-e89b-12d3-a456-426614174000",
        ] {
            assert_eq!(claim(text).as_deref(), Some(text));
        }
        for text in ["k".repeat(32), format!("id {}-{}", "k".repeat(20), "k".repeat(20)), "a ".repeat(60)] {
            assert_eq!(claim(&text), None);
        }
    }

    #[test]
    fn an_expired_token_says_so() {
        assert_eq!(expiry(Some(0), 1).as_deref(), Some("expired on 1970-01-01T00:00:00Z"));
        assert_eq!(expiry(Some(10), 1).as_deref(), Some("valid until 1970-01-01T00:00:10Z"));
        assert_eq!(expiry(Some(i64::MAX), 1), None);
        assert_eq!(expiry(None, 1), None);
    }
}
