//! The report of a scan: findings from occurrences, and problems separated from notes.

use crate::assess::group::group_occurrences;
use crate::assess::{GroupedFindings, Histories, Occurrence};
use crate::finding::{Problem, ProblemKind, Report, Scope};
use crate::git::Repository;
use crate::policy::Incomplete;
use crate::scan::scanner::Scanner;
use crate::source::ScanControl;

/// Groups occurrences into findings.
pub(crate) fn group(
    scanner: &Scanner,
    occurrences: Vec<Occurrence>,
    histories: &Histories,
) -> GroupedFindings {
    group_occurrences(&scanner.assessor(), occurrences, histories, &|label| scanner.redact_path(label))
}

/// Builds the report of a scan without provenance.
pub(crate) fn build_report(
    scanner: &Scanner,
    scope: Scope,
    occurrences: Vec<Occurrence>,
    problems: Vec<Problem>,
) -> Report {
    finish_report(scanner, scope, group(scanner, occurrences, &Histories::new()), problems)
}

/// Builds a report from grouped findings: separates problems that fail the run from notes, masks secrets in what they
/// quote, and sorts both.
pub(crate) fn finish_report(
    scanner: &Scanner,
    mut scope: Scope,
    grouped: GroupedFindings,
    problems: Vec<Problem>,
) -> Report {
    scope.revisions = scope.revisions.iter().map(|name| scanner.redact_path(name)).collect();
    let mut report =
        Report { scope, findings: grouped.findings, suppressed: grouped.suppressed, ..Report::default() };
    let policy = scanner.policy();
    let all = problems
        .into_iter()
        .chain(grouped.notes)
        .chain(notes_on_exclusions(scanner))
        .chain(policy.notes.iter().cloned());
    for mut problem in all {
        problem.path = problem.path.map(|path| scanner.redact_path(&path));
        // A message may quote the scanned repository.
        problem.message = scanner.shown_text(problem.message.as_bytes());
        let is_accepted = policy.incomplete == Incomplete::Accepted
            || policy.settings.accepts(&problem)
            // The repository's settings exclude everything, and so accept it.
            || problem.kind == ProblemKind::NothingRead;
        let is_note = problem.kind.is_note() || is_accepted && problem.kind != ProblemKind::Interrupted;
        if is_note { &mut report.notes } else { &mut report.problems }.push(problem);
    }
    for list in [&mut report.problems, &mut report.notes] {
        list.sort();
        list.dedup();
    }
    report
}

/// Returns notes on the paths and rules that settings leave out. Every report has them, since a file in the scanned
/// repository can contain such settings.
fn notes_on_exclusions(scanner: &Scanner) -> Vec<Problem> {
    let settings = &scanner.policy().settings;
    let mut messages = Vec::new();
    if !settings.exclude.is_empty() {
        messages.push("paths that match `exclude` were left out".to_owned());
    }
    if !settings.disabled.is_empty() {
        messages.push(format!("disabled rules: {}", settings.disabled.join(", ")));
    }
    messages.into_iter().map(|message| Problem { kind: ProblemKind::LeftOut, path: None, message }).collect()
}

/// Returns the notes and problems that a scan of any kind may have.
pub(crate) fn common_notes(repository: Option<&Repository>, control: &ScanControl) -> Vec<Problem> {
    let mut notes = Vec::new();
    if repository.is_some_and(|repository| repository.has_other_owner) {
        notes.push(Problem {
            kind: ProblemKind::OtherOwner,
            path: None,
            message: "the repository belongs to another user; it was read, and nothing in it was run".into(),
        });
    }
    if control.cancellation.is_requested() {
        notes.push(Problem {
            kind: ProblemKind::Interrupted,
            path: None,
            message: "interrupted: the report has the findings up to then".into(),
        });
    }
    notes
}
