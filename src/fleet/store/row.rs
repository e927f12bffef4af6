//! The coverage row: what is known of one unit.

use serde::{Deserialize, Serialize};

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// How far a unit was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RowState {
    /// Everything was read.
    Complete,
    /// There is a report, and it names what could not be read.
    Incomplete,
    /// There is no report of this state of the repository.
    Failed,
}

/// A report in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReportFile {
    /// The path in the store: `reports/UNIT/KEY.json`.
    pub(crate) file: String,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub(crate) sha256: String,
    /// The size of the file in bytes.
    pub(crate) bytes: u64,
}

/// What a report counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Counts {
    pub(crate) findings: u64,
    pub(crate) suppressed: u64,
    pub(crate) problems: u64,
    pub(crate) commits: u64,
    /// Objects of all types.
    pub(crate) objects: u64,
    /// Bytes that were searched.
    pub(crate) bytes: u64,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RowError {
    /// A word for programs, as docs/fleet.md lists them.
    pub(crate) code: String,
    /// A text for people, escaped and masked.
    pub(crate) message: String,
}

/// What is known of one unit. A row appears as a whole, after its report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CoverageRow {
    /// The version of the format.
    pub(crate) coverage: u32,
    /// The canonical address.
    pub(crate) repository: String,
    /// The name of the unit's files.
    pub(crate) unit: String,
    pub(crate) state: RowState,
    /// The key that the report is for; null if it is not known.
    pub(crate) key: Option<String>,
    /// The digest of the sorted ref tips.
    pub(crate) tips: Option<String>,
    /// The digest of the rest of a repository that is read where it lies.
    pub(crate) local: Option<String>,
    /// The digest of rules, model and version.
    pub(crate) rules: String,
    /// The digest of the settings that count.
    pub(crate) settings: Option<String>,
    /// The last day on which the report holds: then a suppression ends.
    pub(crate) until: Option<String>,
    /// The report; of a failed unit the one of an earlier run.
    pub(crate) report: Option<ReportFile>,
    /// The exit code of the scan; 2 for a failed unit.
    pub(crate) exit: u8,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// The number of objects that earlier scans have read and that were not read again.
    #[serde(default)]
    pub(crate) read_before: u64,
    /// How often the unit was tried.
    pub(crate) tries: u32,
    pub(crate) error: Option<RowError>,
    /// When the unit was read, in RFC 3339.
    pub(crate) at: String,
    /// How long the last try took.
    pub(crate) milliseconds: u64,
    /// The version of skant.
    pub(crate) version: String,
}

impl CoverageRow {
    /// Whether everything of the unit was read.
    pub(crate) fn is_complete(&self) -> bool {
        self.state == RowState::Complete
    }
}
