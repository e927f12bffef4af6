//! The options of a history scan.

use crate::scan::path_filter::PathFilter;

/// Includes all paths.
static ALL_PATHS: PathFilter = PathFilter::all();

/// The options of a history scan. By default all paths are reported, unchanged parts of a file's versions are searched
/// once, and the provenance is traced.
#[derive(Clone, Copy, Debug)]
pub struct HistoryOptions<'l> {
    /// The paths to report. With a filter, findings without a path are left out.
    pub paths: &'l PathFilter,
    /// Whether each version of a file is searched whole, although it is stored as a delta of another one. Slower, with
    /// the same result.
    pub full_scan: bool,
    /// Whether the provenance of findings is traced.
    pub provenance: ProvenanceMode,
}

impl Default for HistoryOptions<'_> {
    fn default() -> Self {
        Self { paths: &ALL_PATHS, full_scan: false, provenance: ProvenanceMode::Track }
    }
}

/// Whether a scan traces who introduced and removed each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvenanceMode {
    /// It does.
    Track,
    /// It does not, and it does not search for missing objects either: this measures the search alone.
    Skip,
}
