//! `skant scan --verify`: the live check of the findings of a scan.

use crate::cli::args::{Common, FailOn, Scan};
use crate::cli::error::{CliError, IoError};
use crate::cli::live_check::{LiveCheck, unverified};
use crate::finding::{Problem, ProblemKind, Report, ScopeKind, Verification};
use crate::git::Repository;
use crate::policy::Incomplete;
use crate::scan::Scanner;
use crate::source::ScanControl;
use crate::verify::TextRoot;

/// Asks for the findings of a report of a scan of `repository`, and leaves out what `--only-live` does not ask for.
///
/// # Errors
/// No request can be made.
pub(super) fn verify(
    common: &Common,
    arguments: &Scan,
    scanner: &Scanner,
    control: &ScanControl,
    repository: Option<&Repository>,
    report: &mut Report,
) -> Result<(), CliError> {
    let is_on_disk = report.scope.kind == ScopeKind::Worktree;
    let folder = std::env::current_dir().map_err(IoError::CurrentFolder)?;
    let top = repository.and_then(|repository| repository.work_tree.clone()).unwrap_or(folder);
    let top = std::fs::canonicalize(&top).unwrap_or(top);
    let root = TextRoot { folder: is_on_disk.then_some(top.as_path()), repository };
    let check =
        LiveCheck { common, scanner, root, asking: arguments.asking, host: None, owner: false, control };
    check.run(report)?;
    if matches!(arguments.fail_on, Some(FailOn::Live)) {
        let problems = unverified(&report.findings);
        match scanner.policy().incomplete {
            Incomplete::Fails => report.problems.extend(problems),
            Incomplete::Accepted => report.notes.extend(problems),
        }
        report.problems.sort();
        report.notes.sort();
    }
    if arguments.only_live {
        leave_out_others(report);
    }
    Ok(())
}

/// Leaves out the findings that are not live, and says how many.
fn leave_out_others(report: &mut Report) {
    let count =
        |wanted| report.findings.iter().filter(|finding| finding.verification() == Some(wanted)).count();
    let (dead, unknown) = (count(Verification::Dead), count(Verification::Unknown));
    report.findings.retain(|finding| finding.verification() == Some(Verification::Live));
    if dead + unknown > 0 {
        report.notes.push(Problem {
            kind: ProblemKind::LeftOut,
            path: None,
            message: format!("`--only-live` leaves out {dead} dead and {unknown} unknown"),
        });
        report.notes.sort();
    }
}
