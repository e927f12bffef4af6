//! Converts arguments to the inputs of the policy. The policy itself is read and decided in `policy`.

use miette::Diagnostic;

use crate::cli::Failure;
use crate::cli::args;
use crate::cli::args::{Common, Level, Scan};
use crate::finding::Confidence;
use crate::git::Repository;
use crate::policy::repo_files::TreeVersion;
use crate::policy::{
    FailOn, Incomplete, LoadedPolicy, Policy, PolicyBase, PolicyError, PolicyInputs, PolicyOptions, RunMode,
    Suppressions, user_settings_file,
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
            args::FailOn::Never => Self::Never,
        }
    }
}

/// Returns the mode of a run of `scan`. The argument goes before the settings; the default is `medium`.
pub(crate) fn scan_mode(arguments: &Scan, policy: &Policy) -> RunMode {
    let fail_on = arguments.fail_on.map(FailOn::from).or(policy.settings.fail_on);
    RunMode::Scan {
        fail_on: fail_on.unwrap_or(FailOn::From(Confidence::Medium)),
        fail_on_unreachable: arguments.fail_on_unreachable,
    }
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
        user_file: user_settings_file(),
        config_file: common.config.as_deref(),
        exclude: &common.exclude,
        repository,
        use_repository_files: !common.no_repo_config,
        base,
    })
}

/// Makes the scanner for a scan of a repository, or of files outside of one, with the repository's own policy.
pub(crate) fn scanner(
    common: &Common,
    repository: Option<&Repository>,
    version: TreeVersion,
) -> Result<Scanner, Failure> {
    scanner_for_base(common, repository, &PolicyBase::Repository(version))
}

/// Makes the scanner for a scan with the policy of a base.
pub(crate) fn scanner_for_base(
    common: &Common,
    repository: Option<&Repository>,
    base: &PolicyBase,
) -> Result<Scanner, Failure> {
    let loaded = load_policy(common, repository, base).map_err(|error| failure(&error))?;
    let options = PolicyOptions {
        min_confidence: common.min_confidence.map(Confidence::from),
        suppressions: if common.no_suppressions { Suppressions::Ignored } else { Suppressions::Applied },
        incomplete: if common.allow_incomplete { Incomplete::Accepted } else { Incomplete::Fails },
    };
    Ok(Scanner::new(loaded.into_policy(options, crate::cli::clock::now())))
}

/// Joins an error and its help on one line.
pub(crate) fn with_help(error: &dyn Diagnostic) -> String {
    match error.help() {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}

/// Converts an error with its help and the line of the file that it is about.
pub(crate) fn failure(error: &dyn Diagnostic) -> Failure {
    let excerpt = excerpt(error).map(|lines| format!("\n{lines}"));
    Failure(with_help(error) + &excerpt.unwrap_or_default())
}

/// Draws the line of an error and marks the span in it; `None` for an error without an excerpt.
fn excerpt(error: &dyn Diagnostic) -> Option<String> {
    let label = error.labels()?.next()?;
    let contents = error.source_code()?.read_span(label.inner(), 0, 0).ok()?;
    let line = std::str::from_utf8(contents.data()).ok()?;
    let number = (contents.line() + 1).to_string();
    let margin = " ".repeat(number.len());
    let before = " ".repeat(line.get(..label.offset())?.chars().count());
    let marked = line.get(label.offset()..label.offset() + label.len())?;
    let marks = "^".repeat(marked.chars().count().max(1));
    Some(format!("{margin} |\n{number} | {line}\n{margin} | {before}{marks}"))
}
