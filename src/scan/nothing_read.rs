//! Scans that read nothing because the repository's own settings leave everything out. Such a scan is not complete: the
//! author of the settings may be the author of the secret.

use crate::finding::{Problem, ProblemKind, Report, ScopeKind};
use crate::policy::Incomplete;
use crate::scan::scanner::Scanner;

/// Returns the problem that settings leave out everything. `what` names it.
pub(super) fn nothing_read(what: &str) -> Problem {
    Problem {
        kind: ProblemKind::NothingRead,
        path: None,
        message: format!(
            "`exclude` in the repository's settings leaves out {what}, so nothing was read; `--no-repo-config` reads \
             it, and `--allow-incomplete` accepts this"
        ),
    }
}

/// Adds a problem to the report of a scan that a person or a CI job asked for, if the repository's settings exclude every
/// path. A scan of files has it already.
pub(crate) fn add_exclusion_problem(scanner: &Scanner, report: &mut Report) {
    let is_of_files = matches!(report.scope.kind, ScopeKind::Worktree | ScopeKind::Stdin);
    if is_of_files || !scanner.policy().repository_excludes_everything() {
        return;
    }
    let is_accepted = scanner.policy().incomplete == Incomplete::Accepted;
    let list = if is_accepted { &mut report.notes } else { &mut report.problems };
    list.push(nothing_read("every path"));
    list.sort();
}
