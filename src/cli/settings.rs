//! Arguments and configuration files to one policy.

use jiff::{Timestamp, tz::TimeZone};

use super::Failure;
use super::args::{Common, FailOn, Level};
use crate::config::{self, Globs, Origin, Settings};
use crate::finding::Confidence;
use crate::rules::RuleSet;
use crate::scan::{Engine, Incomplete, Policy, Suppressions};
use crate::source::git::Repository;
use crate::source::policy_file::{self, Version};

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
pub(super) const fn least(fail_on: FailOn) -> Option<Confidence> {
    match fail_on {
        FailOn::Low => Some(Confidence::Low),
        FailOn::Medium => Some(Confidence::Medium),
        FailOn::High => Some(Confidence::High),
        FailOn::Never => None,
    }
}

/// The engine for a scan of a repository, or of something else.
pub(super) fn engine(
    common: &Common,
    repository: Option<&Repository>,
    version: Version,
) -> Result<Engine, Failure> {
    let rules = RuleSet::builtin();
    let ids: Vec<&str> = rules.rules().iter().map(|rule| rule.id.as_ref()).collect();
    let mut settings = Settings::default();
    if let Some(repository) = repository.filter(|_| !common.no_repo_config)
        && let Some(bytes) = policy_file::read(repository, version)?
    {
        let own = config::parse(&bytes, Origin::Repository, &ids);
        settings = own.map_err(|error| {
            Failure(format!("{}: {error}; mend it, or use `--no-repo-config`", policy_file::NAME))
        })?;
    }
    if let Some(path) = &common.config {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| Failure(format!("cannot read {shown}: {error}")))?;
        let given = config::parse(&bytes, Origin::User, &ids);
        settings = settings.merged(given.map_err(|error| Failure(format!("{shown}: {error}")))?);
    }
    let exclude = Globs::new(&common.exclude).map_err(|error| Failure(format!("--exclude: {error}")))?;
    let settings = settings.merged(Settings { exclude, ..Settings::default() });
    let now = Timestamp::now();
    Ok(Engine::new(Policy {
        settings,
        min_confidence: common.min_confidence.into(),
        suppressions: if common.no_suppressions { Suppressions::Ignored } else { Suppressions::Count },
        incomplete: if common.allow_incomplete { Incomplete::Accepted } else { Incomplete::Fails },
        now: now.as_second(),
        today: now.to_zoned(TimeZone::UTC).date(),
    }))
}
