//! What is to be done for a finding: a request, or an answer without one.

use std::sync::Arc;

use skant_rule_schema::VerifierSpec;

use super::answer::Verdict;
use super::host::is_host_name;
use super::raw_value::RawValue;
use super::request;
use super::verifiers::Verifiers;
use crate::finding::{Finding, ReasonCode, Verification};
use crate::net::Request;

/// A request for one finding.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) verifier: Arc<VerifierSpec>,
    pub(crate) request: Request,
    pub(crate) value: RawValue,
}

/// What is to be done for a finding.
#[derive(Debug)]
pub(crate) enum Plan {
    /// A request.
    Ask(Box<Job>),
    /// The answer is known without a request.
    Known(Verdict),
}

/// Plans the live check of a finding. `value` is its raw value, if it could be read again; `host` the host that the user
/// names; `now` the time in seconds since 1970.
pub(crate) fn plan(
    verifiers: &Verifiers,
    finding: &Finding,
    value: Option<&RawValue>,
    host: Option<&str>,
    now: i64,
) -> Plan {
    let unknown = |reason: &str| Plan::Known(Verdict::new(Verification::Unknown, reason));
    // A token that states an end in the past needs no request, whoever issued it.
    if let Some(expired) = finding.reasons.iter().find(|reason| reason.code == ReasonCode::Expired) {
        return Plan::Known(Verdict::new(Verification::Dead, format!("it {}", expired.text)));
    }
    let Some(verifier) = verifiers.of_rule(&finding.rule) else {
        return unknown("no verifier for this rule");
    };
    let Some(spec) = &verifier.request else {
        return unknown(verifier.no_request.as_deref().unwrap_or("no harmless request"));
    };
    // A provider rejects a part of a secret, too, and that would say nothing about the whole.
    if finding.reasons.iter().any(|reason| matches!(reason.code, ReasonCode::Short | ReasonCode::Elided)) {
        return unknown("it is only a part of a secret");
    }
    let Some(value) = value else {
        return unknown("the value could not be read again where it was found");
    };
    let may_be_named = spec.self_hosted || !spec.domains.is_empty();
    let host = match (&spec.host, host.filter(|_| may_be_named), &value.host) {
        (_, Some(named), _) => named,
        (Some(fixed), None, _) => fixed,
        (None, None, Some(found)) => found,
        (None, None, None) => {
            return unknown("no host of the provider is named near it; `--host HOST` names one");
        }
    };
    if !is_host_name(host) {
        return unknown("the host is no host name");
    }
    match request::build(spec, host, value, now) {
        Ok(request) => {
            Plan::Ask(Box::new(Job { verifier: Arc::clone(verifier), request, value: value.clone() }))
        }
        Err(reason) => unknown(reason),
    }
}
