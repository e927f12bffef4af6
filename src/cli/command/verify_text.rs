//! The answers of `skant verify` for people.

use std::fmt::Write as _;

use crate::cli::args::Common;
use crate::finding::{Finding, Report, Verification};
use crate::report::human::counted;
use crate::report::words;

/// The answers, in the order of the list: the worst first.
const ORDER: [Verification; 3] = [Verification::Live, Verification::Unknown, Verification::Dead];

/// Lists the answers, then the problems, then a summary.
pub(super) fn describe(report: &Report, common: &Common) -> String {
    let mut out = String::new();
    for answer in ORDER {
        for finding in report.findings.iter().filter(|finding| finding.verification() == Some(answer)) {
            add(&mut out, finding, common);
        }
    }
    // Writing to a string does not fail.
    for problem in &report.problems {
        let path = problem.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        let _ = writeln!(out, "{}: {path}{}", problem.kind.name(), problem.message);
    }
    if !common.quiet {
        let count =
            |answer| report.findings.iter().filter(|finding| finding.verification() == Some(answer)).count();
        let [live, unknown, dead] = ORDER.map(count);
        let values = counted(report.findings.len(), "value");
        let _ = writeln!(out, "{values}: {live} live, {dead} dead, {unknown} unknown");
    }
    out
}

fn add(out: &mut String, finding: &Finding, common: &Common) {
    let Some(verified) = &finding.verified else { return };
    let name = verified.answer.name().to_uppercase();
    let Finding { rule, fingerprint, secret, .. } = finding;
    let _ = writeln!(out, "{name:<8} {rule}  {}  {fingerprint}", secret.text);
    let indent = " ".repeat(9);
    let place = finding.locations.first().map(words::describe_location).unwrap_or_default();
    let more = match finding.places.saturating_sub(1) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let _ = writeln!(out, "{indent}{place}{more}");
    let asked = verified.host.as_ref().map(|host| format!(" ({host})")).unwrap_or_default();
    let _ = writeln!(out, "{indent}{}{asked}", verified.reason);
    for fact in &verified.owner {
        let _ = writeln!(out, "{indent}{}: {}", fact.name, fact.text);
    }
    let steps = if verified.answer == Verification::Live && !common.quiet { &finding.help[..] } else { &[] };
    for (number, step) in (1..).zip(steps) {
        let _ = writeln!(out, "{indent}{number}. {step}");
    }
    out.push('\n');
}
