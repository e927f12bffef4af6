//! The exit codes of the program.

use crate::finding::{ProblemKind, Report};
use crate::policy::{RunMode, fails_run};

/// The result of a process. The numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was read, and no finding fails the run: 0.
    Clean,
    /// A finding fails the run: 1.
    Findings,
    /// Something could not be checked, or the arguments or the configuration are wrong: 2.
    Failed,
    /// A finding fails the run, and something could not be checked: 3.
    Both,
    /// The run was interrupted: 130.
    Interrupted,
}

impl Exit {
    /// Returns the number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::Both => 3,
            Self::Interrupted => 130,
        }
    }

    /// Returns the exit code of the same run if something could not be checked, too.
    pub(crate) const fn and_incomplete(self) -> Self {
        match self {
            Self::Clean => Self::Failed,
            Self::Findings => Self::Both,
            other => other,
        }
    }

    /// Returns the exit code for a report of a run in this mode.
    pub(crate) fn from_report(report: &Report, mode: RunMode) -> Self {
        // The report decides, not the signal: a signal after the last read changes nothing.
        if report.problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted) {
            return Self::Interrupted;
        }
        match (report.findings.iter().any(|finding| fails_run(finding, mode)), report.problems.is_empty()) {
            (false, true) => Self::Clean,
            (true, true) => Self::Findings,
            (false, false) => Self::Failed,
            (true, false) => Self::Both,
        }
    }
}
