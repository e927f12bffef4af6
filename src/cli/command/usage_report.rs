//! What is known about the use of a key: since when it leaks, its use and its cost. For `usage` and `respond`.

use jiff::{SignedDuration, Timestamp};
use miette::Diagnostic;
use thiserror::Error;

use crate::cli::admin_session::AdminSession;
use crate::cli::args::AskOptions;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::finding::{Event, Finding};
use crate::policy::clock;
use crate::verify::{AfterLeak, Cost, CostUnit, Directory, KeyEntry, LeakUse, Span, read_use};

/// The days of the report for a key of which nobody knows since when it leaks.
const RECENT: i64 = 31;

const NO_CREDENTIAL: &str = "the environment has no Admin credential";

/// The first day that the report is asked for, 1 January 2023: there is no use before the API.
const FIRST: i64 = 1_672_531_200;

/// The key of which nobody can say what it was used for.
#[derive(Debug, Error, Diagnostic)]
#[error("the use of {fingerprint} is not known: {why}")]
#[diagnostic(code(skant::usage::owner), help("by hand: {}", .steps.join("; ")))]
pub(super) struct NoUsage {
    fingerprint: String,
    why: String,
    steps: Vec<String>,
}

impl NoUsage {
    pub(super) fn new(finding: &Finding, why: String) -> Self {
        let Finding { fingerprint, help, .. } = finding;
        Self { fingerprint: fingerprint.to_string(), why, steps: help.clone() }
    }
}

/// Since when a report tells the use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Since the commit that introduced the value.
    Commit(Timestamp, Box<Event>),
    /// Since a time that the user names.
    Named(Timestamp),
    /// Since a month ago, and why nobody knows since when the value leaks.
    Recent(Timestamp, &'static str),
}

impl Start {
    pub(super) fn of(finding: &Finding, named: Option<Timestamp>, now: Timestamp) -> Self {
        let first = Timestamp::from_second(FIRST).unwrap_or(now);
        if let Some(named) = named {
            return Self::Named(named.clamp(first, now));
        }
        let recent = now - SignedDuration::from_hours(24 * RECENT);
        let event = finding.history.as_ref().and_then(|history| history.introduced.as_ref());
        let Some(event) = event else { return Self::Recent(recent, "no commit holds it") };
        match event.commit.date.as_deref().and_then(|date| date.parse::<Timestamp>().ok()) {
            Some(date) if date <= now => Self::Commit(date.max(first), Box::new(event.clone())),
            Some(_) => Self::Recent(recent, "the date of its commit is in the future"),
            None => Self::Recent(recent, "its commit has no date"),
        }
    }

    pub(super) const fn time(&self) -> Timestamp {
        match self {
            Self::Commit(time, _) | Self::Named(time) | Self::Recent(time, _) => *time,
        }
    }
}

/// What is known about the use of a key.
pub(super) struct UsageReport {
    pub(super) finding: Finding,
    pub(super) key: KeyEntry,
    /// The name of the workspace, with its id.
    pub(super) workspace: Option<String>,
    pub(super) start: Start,
    pub(super) until: Timestamp,
    pub(super) usage: LeakUse,
    /// The cost of the workspace or the organisation, or why it is not known.
    pub(super) cost: Result<Cost, String>,
}

impl UsageReport {
    /// Returns the exit code: 1 if the key was used after it leaked, 2 if nobody knows or a part is missing.
    pub(super) fn exit(&self) -> Exit {
        let found = match self.usage.after {
            AfterLeak::Yes { .. } => Exit::Findings,
            AfterLeak::No => Exit::Clean,
            AfterLeak::Unknown(_) => Exit::Failed,
        };
        if self.cost.is_err() { found.and_incomplete() } else { found }
    }
}

/// A key whose use is asked for.
pub(super) struct KeyOfFinding<'k> {
    pub(super) finding: &'k Finding,
    pub(super) id: &'k str,
    /// The name of its workspace, with the id.
    pub(super) workspace: Option<&'k str>,
}

/// Reads the use and the cost of a key.
///
/// # Errors
/// There is no credential, or the use cannot be read.
pub(super) fn read(
    subject: &KeyOfFinding<'_>,
    start: Start,
    asking: AskOptions,
) -> Result<UsageReport, CliError> {
    let KeyOfFinding { finding, id, workspace } = subject;
    let session = AdminSession::open(asking)?;
    let failed = |error: &dyn std::fmt::Display| NoUsage::new(finding, error.to_string());
    let directory = session.directory().ok_or_else(|| failed(&NO_CREDENTIAL))?;
    let key = directory.key(id).map_err(|error| failed(&error))?;
    let mut usage = read_use(&directory, id, start.time()).map_err(|error| failed(&error))?;
    usage.after = certain(usage.after, &start, finding);
    let cost = read_cost(&directory, &key, start.time());
    Ok(UsageReport {
        finding: (*finding).clone(),
        workspace: workspace.map(str::to_owned),
        key,
        start,
        until: clock::now(),
        usage,
        cost,
    })
}

/// Takes back an answer that nobody can give.
fn certain(after: AfterLeak, start: &Start, finding: &Finding) -> AfterLeak {
    match (after, start) {
        (AfterLeak::Unknown(why), _) => AfterLeak::Unknown(why),
        (_, Start::Recent(_, why)) => AfterLeak::Unknown(format!(
            "nobody knows since when it leaks, as {why}: `--since DATE` names a day"
        )),
        // Nothing documents that the report knows the keys of persons and service accounts by their ids.
        (AfterLeak::No, _) if &*finding.rule != "anthropic-api-key" => AfterLeak::Unknown(
            "no use is reported, and the report may not count a key of this kind by its id".to_owned(),
        ),
        (after, _) => after,
    }
}

fn read_cost(directory: &Directory<'_>, key: &KeyEntry, from: Timestamp) -> Result<Cost, String> {
    let unit = if key.is_of_organisation {
        CostUnit::Organisation
    } else {
        CostUnit::Workspace(key.workspace.as_deref())
    };
    let day = from.as_second() - from.as_second().rem_euclid(86400);
    let from = Timestamp::from_second(day).unwrap_or(from);
    directory.cost(unit, Span { from, to: None }).map_err(|error| error.to_string())
}
