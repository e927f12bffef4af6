//! The exit codes of the program.

use crate::finding::{Finding, ProblemKind, Report};

/// What a process ends with. The numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was read, and nothing that fails the run was found: 0.
    Clean,
    /// Findings: 1.
    Findings,
    /// Something could not be checked, or the call or the configuration is wrong: 2.
    Failed,
    /// Both: 3.
    Both,
    /// Interrupted: 130.
    Interrupted,
}

impl Exit {
    /// The number.
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

    /// From a report and what fails the run.
    pub(crate) fn of(report: &Report, fails: impl Fn(&Finding) -> bool) -> Self {
        let found = report.findings.iter().any(fails);
        // As the report says: a signal that came when all was read changes nothing.
        if report.problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted) {
            return Self::Interrupted;
        }
        match (found, report.problems.is_empty()) {
            (false, true) => Self::Clean,
            (true, true) => Self::Findings,
            (false, false) => Self::Failed,
            (true, false) => Self::Both,
        }
    }
}
