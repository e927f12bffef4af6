//! Scans that read nothing because the repository's own settings leave everything out. The author of the settings accepts
//! that, so it does not fail the run; but the report is not complete: its author may be the author of the secret.

use crate::finding::{Problem, ProblemKind, Report, ScopeKind};
use crate::scan::scanner::Scanner;

/// Returns the accepted problem that settings leave out everything. `what` names it.
pub(super) fn nothing_read(what: &str) -> Problem {
    Problem {
        kind: ProblemKind::NothingRead,
        path: None,
        message: format!(
            "`exclude` in the repository's settings leaves out {what}, so nothing was read; `--no-repo-config` reads it"
        ),
    }
}

/// Adds the problem to the report of a history or a range that a person or a CI job asked for, if the repository's settings
/// exclude every path. A scan of files has it already; in the index may be files that are excluded for a good reason.
pub(crate) fn add_exclusion_problem(scanner: &Scanner, report: &mut Report) {
    let is_of_commits = matches!(report.scope.kind, ScopeKind::Range | ScopeKind::History);
    if is_of_commits && scanner.policy().repository_excludes_everything() {
        report.notes.push(nothing_read("every path"));
        report.notes.sort();
    }
}
