//! The order of findings in reports for people and services: what fails the run first, then by weight.
//!
//! JSON keeps the order of the paths, which programs compare.

use std::cmp::Reverse;

use crate::finding::{Finding, Report};
use crate::policy::{RunMode, fails_run};

/// Returns a report with its findings in the order of importance: those that fail the run, then by severity, by
/// confidence, those at a head before those that are gone, and by place. Findings that only unreachable objects hold come
/// last.
pub(crate) fn by_importance(report: &Report, mode: RunMode) -> Report {
    let mut report = report.clone();
    report.findings.sort_by_cached_key(|finding| importance(finding, mode));
    report
}

/// Returns a key that is smaller for a more important finding. Equal keys keep the order of the places.
fn importance(finding: &Finding, mode: RunMode) -> impl Ord + use<> {
    let is_gone = finding.history.as_ref().is_some_and(|history| !history.at_head);
    (
        !finding.is_reachable(),
        !fails_run(finding, mode),
        Reverse(finding.severity),
        Reverse(finding.confidence),
        is_gone,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Context, Severity};
    use crate::report::samples;

    #[test]
    fn what_fails_the_run_comes_first() {
        let found = |path: &str, severity, confidence, provider, context| {
            let mut finding = Finding { provider, severity, confidence, context, ..samples::finding() };
            finding.locations[0].path = path.to_owned();
            finding
        };
        let test = Some(Context::Test);
        let findings = vec![
            found("a", Severity::High, Confidence::High, false, test),
            found("b", Severity::High, Confidence::Medium, false, None),
            found("c", Severity::High, Confidence::High, false, None),
            found("d", Severity::Low, Confidence::High, true, None),
            found("e", Severity::Critical, Confidence::Low, true, None),
            found("f", Severity::Critical, Confidence::High, true, test),
            found("g", Severity::Critical, Confidence::High, true, None),
        ];
        let report = Report { findings, ..Report::default() };
        let ordered = by_importance(&report, RunMode::DEFAULT_SCAN);
        let paths: String =
            ordered.findings.iter().map(|finding| finding.locations[0].path.as_str()).collect();
        assert_eq!(paths, "fgcbdea");
    }

    #[test]
    fn what_stands_at_a_head_comes_before_what_is_gone() {
        let unreachable = samples::unreachable();
        let mut gone = samples::history().findings.remove(0);
        gone.history.as_mut().unwrap().at_head = false;
        let mut findings = unreachable.findings.clone();
        findings.extend([gone, samples::finding()]);
        let last = findings[0].fingerprint.clone();
        let report = Report { findings, ..Report::default() };
        let ordered = by_importance(&report, RunMode::DEFAULT_SCAN);
        assert!(ordered.findings[0].history.is_none());
        assert!(ordered.findings[1].history.as_ref().is_some_and(|history| history.reachable));
        assert_eq!(ordered.findings[2].fingerprint, last);
    }
}
