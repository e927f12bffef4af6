//! Arguments and configuration files to one policy.

use jiff::tz::TimeZone;

use crate::cli::args::{Common, FailOn, Level};
use crate::cli::error::Failure;
use crate::cli::policy::{LoadedPolicy, PolicyBase};
use crate::finding::Confidence;
use crate::git::Repository;
use crate::policy;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::CommentPolicy;
use crate::policy::{Incomplete, Policy, Suppressions};
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

/// The least confidence that fails a run; `None` for never.
pub(crate) fn least(fail_on: Option<FailOn>, scanner: &Scanner) -> Option<Confidence> {
    match (fail_on, scanner.policy().settings.fail_on) {
        (Some(FailOn::Never), _) | (None, Some(policy::FailOn::Never)) => None,
        (Some(FailOn::Low), _) => Some(Confidence::Low),
        (Some(FailOn::Medium), _) | (None, None) => Some(Confidence::Medium),
        (Some(FailOn::High), _) => Some(Confidence::High),
        (None, Some(policy::FailOn::From(least))) => Some(least),
    }
}

/// The engine for a scan of a repository, or of something else, by the repository's own policy.
pub(crate) fn scanner(
    common: &Common,
    repository: Option<&Repository>,
    version: TreeVersion,
) -> Result<Scanner, Failure> {
    scanner_for_base(common, repository, &PolicyBase::Repository(version))
}

/// The same by the policy of whoever may decide.
pub(crate) fn scanner_for_base(
    common: &Common,
    repository: Option<&Repository>,
    base: &PolicyBase,
) -> Result<Scanner, Failure> {
    let gathered = LoadedPolicy::read(common, repository, base)?;
    let (notes, origin) = (gathered.notes(), gathered.origin);
    let settings = gathered.into_settings();
    let now = crate::cli::clock::now();
    let least = common.min_confidence.map(Confidence::from).or(settings.min_confidence);
    Ok(Scanner::new(Policy {
        min_confidence: least.unwrap_or(Confidence::Medium),
        suppressions: if common.no_suppressions { Suppressions::Ignored } else { Suppressions::Applied },
        comments: CommentPolicy { origin, gitleaks: settings.gitleaks },
        notes,
        incomplete: if common.allow_incomplete { Incomplete::Accepted } else { Incomplete::Fails },
        now: now.as_second(),
        today: now.to_zoned(TimeZone::UTC).date(),
        settings,
    }))
}
