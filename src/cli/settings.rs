//! Converts arguments to the inputs of the policy. `policy` reads the files and decides.

use super::args;
use super::args::{Common, Level, Scan};
use super::error::CliError;
use crate::finding::Confidence;
use crate::git::{Refs, Repository};
use crate::policy::clock;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::policy::{
    FailOn, FailOnContext, Incomplete, LoadedPolicy, Policy, PolicyBase, PolicyError, PolicyInputs,
    PolicyOptions, RunMode, Suppressions, UserFile,
};
use crate::scan::Scanner;

impl From<Level> for Confidence {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

impl From<args::FailOn> for FailOn {
    fn from(fail_on: args::FailOn) -> Self {
        match fail_on {
            args::FailOn::Low => Self::From(Confidence::Low),
            args::FailOn::Medium => Self::From(Confidence::Medium),
            args::FailOn::High => Self::From(Confidence::High),
            args::FailOn::Live => Self::Live,
            args::FailOn::NotDead => Self::NotDead,
            args::FailOn::Never => Self::Never,
        }
    }
}

impl From<args::FailOnContext> for FailOnContext {
    fn from(context: args::FailOnContext) -> Self {
        match context {
            args::FailOnContext::Production => Self::Production,
            args::FailOnContext::All => Self::All,
        }
    }
}

/// Returns the mode of a run of `scan`. The arguments override the settings.
pub(crate) fn scan_mode(arguments: &Scan, policy: &Policy) -> RunMode {
    let contexts = arguments.fail_on_context.map(FailOnContext::from);
    policy.scan_mode(arguments.fail_on.map(FailOn::from), arguments.fail_on_unreachable, contexts)
}

/// Reads all policy files.
///
/// # Errors
/// A file cannot be read or has an error.
pub(crate) fn load_policy(
    common: &Common,
    repository: Option<&Repository>,
    base: &PolicyBase,
) -> Result<LoadedPolicy, PolicyError> {
    LoadedPolicy::read(&PolicyInputs {
        user_file: UserFile::find(repository),
        config_file: common.config.as_deref(),
        exclude: &common.exclude,
        repository,
        use_repository_files: !common.no_repo_config,
        base,
    })
}

/// Makes the scanner for a scan of a repository, or of files outside of one, with the repository's own policy.
///
/// # Errors
/// The policy cannot be read.
pub(crate) fn scanner(
    common: &Common,
    repository: Option<&Repository>,
    version: TreeVersion,
) -> Result<Scanner, PolicyError> {
    scanner_for_base(common, repository, &PolicyBase::Repository(version))
}

/// Makes the scanner for a scan with the policy of a base.
///
/// # Errors
/// The policy cannot be read.
pub(crate) fn scanner_for_base(
    common: &Common,
    repository: Option<&Repository>,
    base: &PolicyBase,
) -> Result<Scanner, PolicyError> {
    let options = PolicyOptions {
        min_confidence: common.min_confidence.map(Confidence::from),
        suppressions: if common.no_suppressions { Suppressions::Ignored } else { Suppressions::Applied },
        incomplete: if common.allow_incomplete { Incomplete::Accepted } else { Incomplete::Fails },
    };
    Ok(Scanner::new(load_policy(common, repository, base)?.into_policy(options, clock::now())))
}

/// Makes the scanner for a commit. What the commit itself leaves out is read: the policy is that of `HEAD`, and of the
/// staged policy only suppressions by fingerprint count. The first commit has its own policy, and so has one after a
/// `HEAD` whose policy has an error.
///
/// # Errors
/// `HEAD` or the policy cannot be read.
pub(crate) fn commit_scanner(common: &Common, repository: &Repository) -> Result<Scanner, CliError> {
    let staged = TreeVersion::Staged;
    if let Some(head) = Refs::read_head(repository)? {
        let base =
            PolicyBase::Revision { base: Some(head), change: vec![staged], origin: PolicyOrigin::Change };
        if let Ok(scanner) = scanner_for_base(common, Some(repository), &base) {
            return Ok(scanner);
        }
    }
    Ok(scanner(common, Some(repository), staged)?)
}
