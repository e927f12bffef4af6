//! What is to be done for a finding: a request, or an answer without one.

use std::sync::Arc;

use skant_rule_schema::{RequestSpec, VerifierSpec};

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
    let Some(value) = value else {
        return unknown(if is_part(finding) {
            PART
        } else {
            "the value could not be read again where it was found"
        });
    };
    match build_request(spec, finding, value, host, now) {
        Ok(request) => {
            Plan::Ask(Box::new(Job { verifier: Arc::clone(verifier), request, value: value.clone() }))
        }
        Err(reason) => unknown(reason),
    }
}

const PART: &str = "it is only a part of a secret";

/// Whether a finding is a part of a token. A provider rejects a part, too, and that would say nothing about the whole.
fn is_part(finding: &Finding) -> bool {
    finding.reasons.iter().any(|reason| matches!(reason.code, ReasonCode::Short | ReasonCode::Elided))
}

/// Makes the request for the value of a finding: to the host of the verifier, to the one that the user names for an
/// installation of one's own, or to the one of the provider that the text names.
///
/// # Errors
/// No request can be made, and why, as a fragment of a sentence.
pub(super) fn build_request(
    spec: &RequestSpec,
    finding: &Finding,
    value: &RawValue,
    host: Option<&str>,
    now: i64,
) -> Result<Request, &'static str> {
    if is_part(finding) {
        return Err(PART);
    }
    let may_be_named = spec.self_hosted || !spec.domains.is_empty() || !spec.near.is_empty();
    if !spec.near.is_empty() && !value.is_named && host.is_none() {
        return Err(
            "other providers' secrets have this form, and none is named on its line; `--host HOST` names one",
        );
    }
    let host = match (&spec.host, host.filter(|_| may_be_named), &value.host) {
        (_, Some(named), _) => named,
        (Some(fixed), None, _) => fixed,
        (None, None, Some(found)) => found,
        (None, None, None) => {
            return Err("no host of the provider is named near it; `--host HOST` names one");
        }
    };
    if !is_host_name(host) {
        return Err("the host is no host name");
    }
    request::build(spec, host, value, now)
}

#[cfg(test)]
mod tests {
    use testkit::tokens;

    use super::*;
    use crate::finding::Confidence;
    use crate::policy::Policy;
    use crate::scan::Scanner;

    /// Plans the check of the only finding of a text; the value is what the text assigns.
    fn planned(value: &str, host: Option<&str>) -> Plan {
        let policy = Policy { min_confidence: Confidence::Low, ..Policy::default() };
        let report = Scanner::new(policy).scan_bytes("a.env", format!("KEY={value}\n").as_bytes());
        let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings.len()) };
        let raw = RawValue::new(value.as_bytes().to_vec(), None);
        plan(&Verifiers::builtin(), finding, Some(&raw), host, 0)
    }

    #[test]
    fn a_whole_key_is_asked_for_at_its_own_host_whatever_host_is_named() {
        for host in [None, Some("evil.example")] {
            let Plan::Ask(job) = planned(&tokens::api_key("whole"), host) else { panic!("no request") };
            assert_eq!(job.request.host, "api.anthropic.com");
            assert!(!format!("{job:?}").contains(&tokens::api_key("whole")[20..60]));
        }
    }

    #[test]
    fn a_part_of_a_key_and_an_expired_token_are_not_sent() {
        let known = |value: &str| match planned(value, None) {
            Plan::Known(verdict) => (verdict.answer, verdict.reason),
            Plan::Ask(_) => panic!("a request"),
        };
        let (answer, reason) = known(&tokens::api_key("part")[..70]);
        assert_eq!((answer, reason.as_str()), (Verification::Unknown, "it is only a part of a secret"));
        let (answer, reason) = known(&tokens::session_token("CC", "past", 1_600_000_000));
        assert!(answer == Verification::Dead && reason.starts_with("it expired on 2020-"), "{reason}");
        assert_eq!(known(&tokens::token("ORT", "1")).0, Verification::Unknown);
    }

    #[test]
    fn a_key_of_a_form_of_several_providers_is_asked_for_where_one_is_named() {
        let key = format!("sk-{}", tokens::random(b"0123456789abcdef", 32, "ambiguous"));
        let Plan::Known(verdict) = planned(&key, None) else { panic!("a request") };
        assert_eq!(verdict.answer, Verification::Unknown);
        assert!(verdict.reason.contains("other providers"), "{}", verdict.reason);
        let Plan::Ask(job) = planned(&key, Some("api.deepseek.com")) else { panic!("no request") };
        assert_eq!(
            (job.request.host.as_str(), job.request.path.as_str()),
            ("api.deepseek.com", "/user/balance")
        );
    }
}
