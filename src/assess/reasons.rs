//! The reasons for a confidence. They only describe: nothing here decides.

use std::fmt::Write as _;

use crate::detect::{Evidence, ModelReason, Placeholder, Tier};
use crate::finding::{Context, Reason, ReasonCode};
use crate::policy::suppress::{Decision, StandingVerdict};
use crate::text::escape_terminal;

/// Returns the reasons for the confidence of a piece of evidence, the most important one first. `now` is in seconds
/// since 1970.
pub(crate) fn reasons_for(evidence: &Evidence, now: i64) -> Vec<Reason> {
    let features = &evidence.features;
    let mut reasons = Vec::new();
    reasons.extend(evidence.placeholder.as_ref().map(placeholder));
    let check = features.check.as_ref();
    reasons.extend(check.and_then(|check| Some(checked(check.subject, check.fits?))));
    by_tier(evidence, &mut reasons);
    let owner = check.and_then(|check| check.owner.as_deref()).and_then(shown_claim);
    reasons.extend(owner.map(|owner| {
        Reason::new(ReasonCode::Owner, format!("states that it belongs to {owner}")).with("owner", owner)
    }));
    if evidence.companion.is_some() {
        let text = "the other part of its credential pair is nearby";
        reasons.push(Reason::new(ReasonCode::CompanionNearby, text));
    }
    if let Some(claims) = &features.claims {
        reasons.extend(claims.expires.and_then(|expires| expiry(expires, now)));
        reasons.extend(claims.subject.as_deref().and_then(shown_claim).map(|subject| {
            Reason::new(ReasonCode::Subject, format!("issued for {subject}")).with("subject", subject)
        }));
        reasons.extend(claims.issuer.as_deref().and_then(shown_claim).map(|issuer| {
            Reason::new(ReasonCode::Issuer, format!("issued by {issuer}")).with("issuer", issuer)
        }));
    }
    reasons
}

fn placeholder(placeholder: &Placeholder) -> Reason {
    let kind = match placeholder {
        Placeholder::NotRandom(_) => "not-random",
        Placeholder::Words => "words",
        Placeholder::KnownTestValue => "known-test-value",
    };
    let text = format!("placeholder: {}", placeholder.describe());
    Reason::new(ReasonCode::Placeholder, text).with("kind", kind)
}

fn checked(what: &str, is_valid: bool) -> Reason {
    let (code, text) = if is_valid {
        (ReasonCode::ChecksumValid, format!("its {what} is valid"))
    } else {
        (
            ReasonCode::ChecksumInvalid,
            format!("its {what} is not valid: a synthetic value, or a truncated one"),
        )
    };
    Reason::new(code, text).with("check", what)
}

/// Adds the reasons that the tier of the value gives.
fn by_tier(evidence: &Evidence, reasons: &mut Vec<Reason>) {
    let features = &evidence.features;
    let length = features.body_length;
    let with_length = |code, text: &str| {
        Reason::new(code, format!("{text} ({length} characters after the prefix)")).with("length", length)
    };
    reasons.push(match features.tier {
        Tier::Exact => Reason::new(ReasonCode::ExactFormat, "has the exact format of its kind"),
        Tier::Indirect => {
            let text = "has the format of its kind, which opens nothing by itself";
            Reason::new(ReasonCode::AmbiguousFormat, text)
        }
        Tier::Likely => {
            let text = "has the format of its kind, which other values have, too";
            Reason::new(ReasonCode::AmbiguousFormat, text)
        }
        Tier::Structured => {
            let text = "has the exact structure of a real key: length and check bits";
            Reason::new(ReasonCode::FullStructure, text)
        }
        Tier::Decoded => {
            let text = "contains a JSON web token whose header and payload can be decoded";
            Reason::new(ReasonCode::DecodableJwt, text)
        }
        Tier::Full => with_length(ReasonCode::FullLength, "is as long as a whole token"),
        Tier::Short if features.is_truncated => with_length(ReasonCode::Elided, "a part of it is left out"),
        Tier::Short => with_length(ReasonCode::Short, "is shorter than a whole token"),
        Tier::Assigned => {
            // The detector leaves out a name that may be a secret itself.
            reasons.extend(features.name.as_ref().map(|name| {
                let name = escape_terminal(name.as_bytes());
                Reason::new(ReasonCode::AssignedName, format!("is assigned to `{name}`")).with("name", name)
            }));
            reasons.extend(features.model_score.iter().flat_map(|score| score.reasons.iter().map(by_model)));
            return;
        }
    });
}

/// Converts a reason of the password model. A cap has a code such as `cap-words`.
fn by_model(reason: &ModelReason) -> Reason {
    if reason.code.starts_with("cap-") {
        return Reason::new(ReasonCode::ConfidenceCap, reason.text.as_str()).with("cap", reason.code);
    }
    let effect = if reason.is_against { "against" } else { "for" };
    let converted = Reason::new(ReasonCode::ModelFeature, reason.text.as_str())
        .with("feature", reason.code)
        .with("effect", effect);
    if reason.params.is_empty() { converted } else { converted.with("words", reason.params.join("|")) }
}

/// Returns a claim of a token as it is shown: people, ids and addresses. `None` if it may be a token itself.
fn shown_claim(text: &str) -> Option<String> {
    const MAX_LENGTH: usize = 100;
    let longest_run = |is_part: fn(char) -> bool| {
        text.split(|character: char| !is_part(character)).map(str::len).max().unwrap_or_default()
    };
    // A UUID has 36 characters with its hyphens; an id without hyphens has at most 31.
    let may_be_token = longest_run(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '+' | '='))
        >= 40
        || longest_run(|one| one.is_ascii_alphanumeric() || one == '_') >= 32;
    (text.len() <= MAX_LENGTH && !may_be_token).then(|| escape_terminal(text.as_bytes()))
}

/// Returns the reason for an expiry in seconds since 1970; `None` if it is out of range.
fn expiry(expires: i64, now: i64) -> Option<Reason> {
    let date = jiff::Timestamp::from_second(expires).ok()?;
    let (code, text) = if expires <= now {
        (ReasonCode::Expired, format!("expired on {date}"))
    } else {
        (ReasonCode::ValidUntil, format!("valid until {date}"))
    };
    Some(Reason::new(code, text).with("date", date))
}

/// Returns the reason that a context gives; `None` for one that says nothing about a value.
pub(crate) fn reason_of_context(context: Context) -> Option<Reason> {
    let text = match context {
        Context::Test => "is in a test",
        Context::Example => "is in an example",
        Context::Document => "is in a document",
        Context::Translation => "is in a translation",
        Context::Generated => "is in a file that a program wrote",
        Context::Vendored => "is in a copy of another project",
        Context::Production | Context::Unknown => return None,
    };
    let code = match context {
        Context::Test | Context::Example | Context::Document => ReasonCode::ExamplePath,
        _ => ReasonCode::Context,
    };
    Some(Reason::new(code, text).with("context", context))
}

/// Returns the reason for a verdict that keeps a finding in the report.
pub(crate) fn reason_of_verdict(verdict: &StandingVerdict) -> Reason {
    let Decision { verdict: name, at, by } = &verdict.decision;
    let name = name.name();
    let mut text = format!("a person has called it {name}");
    let mut reason = Reason::new(ReasonCode::Verdict, String::new()).with("verdict", name);
    if let Some(at) = at {
        // Writing to a string does not fail.
        let _ = write!(text, " on {at}");
        reason = reason.with("date", at);
    }
    if !by.is_empty() {
        let _ = write!(text, ", by {by}");
        reason = reason.with("by", by);
    }
    if !verdict.reason.is_empty() {
        let _ = write!(text, ": {}", verdict.reason);
    }
    Reason { text, ..reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_may_be_a_token_is_not_shown() {
        for text in [
            "user:demo",
            "ada@example.org",
            "https://issuer.example/v1",
            "123e4567-e89b-12d3-a456-426614174000",
        ] {
            assert_eq!(shown_claim(text).as_deref(), Some(text));
        }
        for text in ["k".repeat(32), format!("id {}-{}", "k".repeat(20), "k".repeat(20)), "a ".repeat(60)] {
            assert_eq!(shown_claim(&text), None);
        }
    }

    #[test]
    fn an_expired_token_has_its_own_reason() {
        let described = |expires, now| expiry(expires, now).map(|reason| (reason.code.name(), reason.text));
        assert_eq!(described(0, 1), Some(("expired", "expired on 1970-01-01T00:00:00Z".into())));
        assert_eq!(described(10, 1), Some(("valid-until", "valid until 1970-01-01T00:00:10Z".into())));
        assert_eq!(described(i64::MAX, 1), None);
    }
}
