//! The revocation of a secret by the secret itself, where a provider has a documented endpoint for it. The request is sent
//! once: without an answer, nobody knows what it did.

use std::sync::Arc;

use skant_rule_schema::{Revoked, VerifierSpec};

use super::condition::ReadAnswer;
use super::job::build_request;
use super::raw_value::RawValue;
use super::verifiers::Verifiers;
use crate::finding::Finding;
use crate::net::{Exchange, Request};

/// A revocation that can be sent.
#[derive(Debug)]
pub(crate) struct Revocation {
    verifier: Arc<VerifierSpec>,
    pub(crate) request: Request,
    /// What happens, as a fragment of a sentence.
    pub(crate) effect: String,
    /// Whether a request says afterwards whether the secret still works.
    pub(crate) can_be_checked: bool,
}

/// What is known after a revocation was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RevokeOutcome {
    /// The provider has accepted it.
    Done(String),
    /// The provider says that it changed nothing.
    Refused(String),
    /// Nobody knows, and why.
    Unknown(String),
}

/// Plans the revocation of a finding's value; `None` if its provider has no endpoint for it. `host` is the host that the
/// user names, `now` the time in seconds since 1970.
///
/// # Errors
/// There is an endpoint, and the request cannot be made.
pub(crate) fn plan_revocation(
    verifiers: &Verifiers,
    finding: &Finding,
    value: Option<&RawValue>,
    host: Option<&str>,
    now: i64,
) -> Result<Option<Revocation>, &'static str> {
    let Some(verifier) = verifiers.of_rule(&finding.rule) else { return Ok(None) };
    let Some(revoke) = &verifier.revoke else { return Ok(None) };
    let value = value.ok_or("the value could not be read again where it was found")?;
    let request = build_request(&revoke.request, finding, value, host, now)?;
    Ok(Some(Revocation {
        verifier: Arc::clone(verifier),
        request,
        effect: revoke.effect.clone(),
        can_be_checked: verifier.request.is_some(),
    }))
}

/// Returns what the outcome of a revocation's request means.
pub(crate) fn judge_revocation(revocation: &Revocation, exchange: &Exchange) -> RevokeOutcome {
    let answer = match exchange {
        Ok(answer) => answer,
        Err(failure) => return RevokeOutcome::Unknown(failure.to_string()),
    };
    let read = ReadAnswer::new(answer);
    let known = revocation.verifier.revoke.iter().flat_map(|revoke| &revoke.answer);
    let mut fitting = known.filter(|known| {
        known.status.contains(&answer.status) && known.when.iter().all(|condition| read.meets(condition))
    });
    match fitting.next() {
        Some(known) if known.says == Revoked::Done => RevokeOutcome::Done(known.reason.clone()),
        Some(known) => RevokeOutcome::Refused(known.reason.clone()),
        None => RevokeOutcome::Unknown(format!("the provider answered {}", answer.status)),
    }
}
