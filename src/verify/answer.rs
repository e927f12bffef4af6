//! From an answer to a verdict: a function of the verifier, the status, the headers and the body.

use skant_rule_schema::{Says, VerifierSpec};

use super::condition::ReadAnswer;
use crate::finding::{OwnerFact, Verification};
use crate::net::{Answer, Exchange};
use crate::text::escape_terminal;

/// The longest fact that a report shows, in characters.
const MAX_FACT: usize = 200;

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) answer: Verification,
    /// Why, as a fragment of a sentence.
    pub(crate) reason: String,
    /// What a live answer says about the owner.
    pub(crate) facts: Vec<OwnerFact>,
    /// Whether a second attempt may bring another answer.
    pub(crate) is_transient: bool,
}

impl Verdict {
    /// Creates a verdict without facts.
    pub(crate) fn new(answer: Verification, reason: impl Into<String>) -> Self {
        Self { answer, reason: reason.into(), facts: Vec::new(), is_transient: false }
    }

    fn transient(reason: impl Into<String>) -> Self {
        Self { is_transient: true, ..Self::new(Verification::Unknown, reason) }
    }
}

/// Returns what the outcome of a verifier's request means. `secret` is left out of all facts.
pub(crate) fn judge(verifier: &VerifierSpec, exchange: &Exchange, secret: &[u8]) -> Verdict {
    match exchange {
        Ok(answer) => judge_answer(verifier, answer, secret),
        Err(failure) => Verdict {
            is_transient: failure.is_transient(),
            ..Verdict::new(Verification::Unknown, failure.to_string())
        },
    }
}

fn judge_answer(verifier: &VerifierSpec, answer: &Answer, secret: &[u8]) -> Verdict {
    let status = answer.status;
    let read = ReadAnswer::new(answer);
    let fits = verifier.answer.iter().find(|known| {
        known.status.contains(&status) && known.when.iter().all(|condition| read.meets(condition))
    });
    let Some(known) = fits else { return judge_status(answer) };
    let verdict = Verdict::new(meaning(known.says), known.reason.clone());
    if verdict.answer != Verification::Live {
        return verdict;
    }
    let mut facts: Vec<OwnerFact> = Vec::new();
    for fact in &verifier.fact {
        let Some(text) = read.fact(fact).and_then(|text| shown(&text, secret)) else { continue };
        match facts.iter_mut().find(|known| known.name == fact.name.name()) {
            Some(known) if known.text == text => {}
            Some(known) => known.text = format!("{} ({text})", known.text),
            None => facts.push(OwnerFact { name: fact.name.name().into(), text }),
        }
    }
    Verdict { facts, ..verdict }
}

const fn meaning(says: Says) -> Verification {
    match says {
        Says::Live => Verification::Live,
        Says::Dead => Verification::Dead,
        Says::Unknown => Verification::Unknown,
    }
}

/// Returns the verdict for an answer that the verifier does not list: never `live` or `dead`.
fn judge_status(answer: &Answer) -> Verdict {
    let Answer { status, is_cut, .. } = answer;
    match status {
        429 => Verdict::transient("the provider answers no more requests for now (429)"),
        500..=599 => Verdict::transient(format!("the provider has an error ({status})")),
        300..=399 => Verdict::new(
            Verification::Unknown,
            format!("the provider points to another address ({status}), and the secret was not sent there"),
        ),
        _ if *is_cut => Verdict::new(
            Verification::Unknown,
            format!("the answer ({status}) is longer than 1 MiB, and not one that the provider documents"),
        ),
        _ => Verdict::new(
            Verification::Unknown,
            format!("the answer ({status}) says neither that the secret works nor that it does not"),
        ),
    }
}

/// Returns a fact as reports show it; `None` if it contains the secret.
fn shown(text: &str, secret: &[u8]) -> Option<String> {
    if !secret.is_empty() && memchr::memmem::find(text.as_bytes(), secret).is_some() {
        return None;
    }
    let short: String = text.trim().chars().take(MAX_FACT).collect();
    Some(escape_terminal(short.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::net::Failure;
    use crate::verify::Verifiers;

    fn answer(status: u16, body: &[u8]) -> Answer {
        Answer { status, body: body.to_vec(), ..Answer::default() }
    }

    fn says(rule: &str, answer: Answer) -> Verdict {
        judge(Verifiers::builtin().of_rule(rule).unwrap(), &Ok(answer), b"the-secret")
    }

    #[test]
    fn a_live_answer_names_the_owner_and_never_the_secret() {
        let mut live = answer(200, br#"{"data":[]}"#);
        live.headers = vec![
            ("anthropic-organization-id".to_owned(), "0a1b\u{1b}[31m".to_owned()),
            ("anthropic-workspace-id".to_owned(), "x the-secret".to_owned()),
        ];
        let verdict = says("anthropic-api-key", live.clone());
        assert_eq!(verdict.answer, Verification::Live);
        let [fact] = verdict.facts.as_slice() else { panic!("{verdict:?}") };
        assert_eq!(fact.name, "organisation");
        assert!(fact.text.starts_with("0a1b") && !fact.text.contains('\u{1b}'), "{fact:?}");
        let dead =
            Answer { status: 401, body: br#"{"error":{"type":"authentication_error"}}"#.to_vec(), ..live };
        assert_eq!(says("anthropic-api-key", dead).facts, []);
        let admin = answer(
            200,
            &serde_json::to_vec(&json!({"type": "organization", "id": "i", "name": "n"})).unwrap(),
        );
        let facts = says("anthropic-admin-key", admin).facts;
        assert_eq!(facts, [OwnerFact { name: "organisation".into(), text: "n (i)".to_owned() }]);
    }

    #[test]
    fn an_answer_of_something_else_is_unknown() {
        for status in [200, 204, 400, 401, 402, 403, 404, 429, 500, 503, 529] {
            for body in [&b""[..], b"<html><body>Sign in</body></html>", b"{", b"null", b"[]", b"\xff\xfe"] {
                let verdict = says("anthropic-api-key", answer(status, body));
                assert_eq!(verdict.answer, Verification::Unknown, "{status} {body:?}");
                assert_eq!(verdict.is_transient, status == 429 || status >= 500, "{status}");
            }
        }
    }

    #[test]
    fn the_start_of_a_body_is_no_answer() {
        let whole = br#"{"data":[]}"#;
        let cut = Answer { is_cut: true, ..answer(200, whole) };
        assert_eq!(says("anthropic-api-key", cut).answer, Verification::Unknown);
    }

    #[test]
    fn a_request_without_an_answer_is_unknown() {
        let verifiers = Verifiers::builtin();
        let verifier = verifiers.of_rule("anthropic-api-key").unwrap();
        for failure in
            [Failure::NameNotFound, Failure::Timeout, Failure::Certificate, Failure::Cut, Failure::Proxy]
        {
            let verdict = judge(verifier, &Err(failure), b"x");
            assert_eq!(verdict.answer, Verification::Unknown);
            assert_eq!(verdict.is_transient, failure.is_transient());
        }
    }

    proptest! {
        #[test]
        fn an_error_of_the_server_and_a_redirect_are_never_a_proof(
            status in prop_oneof![300_u16..400, 500_u16..600],
            body in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            for verifier in Verifiers::builtin().all().iter().filter(|one| one.request.is_some()) {
                let verdict = judge(verifier, &Ok(answer(status, &body)), b"x");
                prop_assert_eq!(verdict.answer, Verification::Unknown);
            }
        }

        #[test]
        fn no_body_makes_a_panic(status in any::<u16>(), body in prop::collection::vec(any::<u8>(), 0..200)) {
            for verifier in Verifiers::builtin().all() {
                judge(verifier, &Ok(answer(status, &body)), b"x");
            }
        }
    }
}
