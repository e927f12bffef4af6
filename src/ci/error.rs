//! Errors of a CI run: what is wrong on one line, and in `help` what to write into the job's definition.

use miette::Diagnostic;
use thiserror::Error;

use crate::git::{GitCommandError, RefError};

/// The help for a run whose system does not say enough.
pub(super) const NAME_THE_COMMITS: &str = "name the commits instead: `skant scan --history main..HEAD`";

/// Why a run is not understood.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum UnresolvedRun {
    /// No known system.
    #[error("`--ci` recognises no CI system here ({known})")]
    #[diagnostic(code(skant::ci::no_system), help("{NAME_THE_COMMITS}"))]
    NoSystem {
        /// The names of the known systems.
        known: String,
    },
    /// The system's event cannot be read.
    #[error("{system}: the event cannot be read from {variable}: {reason}")]
    #[diagnostic(code(skant::ci::unreadable_event), help("{NAME_THE_COMMITS}"))]
    Event {
        /// The name of the system.
        system: &'static str,
        /// The variable that names the file with the event.
        variable: &'static str,
        /// The error of the read.
        reason: String,
    },
    /// The system does not say enough.
    #[error("{system}: {missing}")]
    #[diagnostic(code(skant::ci::missing_information), help("{}", missing.help))]
    Run {
        /// The name of the system.
        system: &'static str,
        /// The missing part.
        missing: MissingInformation,
    },
}

/// A part of the run that its system does not say.
#[derive(Debug, Error)]
#[error("{reason}")]
pub(crate) struct MissingInformation {
    reason: String,
    help: String,
}

impl MissingInformation {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into() }
    }
}

/// Why the commits of a run cannot be scanned. Each of these ends a run with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum CiError {
    /// The commit of the run is not in the clone.
    #[error("{run}: its commit {commit} is not in this clone")]
    #[diagnostic(code(skant::ci::no_head), help("{help}"))]
    NoHead {
        /// The description of the run.
        run: String,
        /// The commit.
        commit: String,
        /// The lines for the job's definition.
        help: String,
    },
    /// The commit that a change is compared with is not in the clone.
    #[error("{run}: the commit that it is compared with ({commit}) is not in this clone")]
    #[diagnostic(code(skant::ci::no_base), help("{help}"))]
    NoBase {
        /// The description of the run.
        run: String,
        /// The commit or branch.
        commit: String,
        /// The lines for the job's definition.
        help: String,
    },
    /// The clone ends before the run's commits do.
    #[error("{run}: the clone is shallow and ends at commit {border}, but the run has older commits")]
    #[diagnostic(code(skant::ci::shallow), help("{help}"))]
    Shallow {
        /// The description of the run.
        run: String,
        /// The oldest commit of the clone.
        border: String,
        /// The lines for the job's definition.
        help: String,
    },
    /// A change without any commit.
    #[error("{run}: no commit is left to scan: {base} has all commits of {head} already")]
    #[diagnostic(code(skant::ci::no_commits), help("`skant scan --history {head}` scans all of them"))]
    Empty {
        /// The description of the run.
        run: String,
        /// The last commit of the change.
        head: String,
        /// The commits that it is compared with.
        base: String,
    },
    /// A git command failed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitCommandError),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
}
