//! Parts of skant, each run in a process of its own, so that its time and memory can be measured.

use std::error::Error;
use std::path::Path;

use skant::finding::Confidence;
use skant::git::{GitEnvironment, Repository};
use skant::policy::{Incomplete, Policy, Settings, Suppressions};
use skant::scan::{HistoryOptions, PathFilter, ProvenanceMode, Scanner};
use skant::source::history::{ObjectSet, visit};
use skant::source::{ObjectView, ScanControl, Visitor};

/// The hidden argument for [`decode`].
pub(crate) const DECODE: &str = "--decode";

/// The hidden argument for [`scan_without_provenance`].
pub(crate) const NO_PROVENANCE: &str = "--no-provenance";

/// A visitor that ignores all objects.
struct Ignore;

impl Visitor for Ignore {
    type State = ();

    fn visit_full(&self, _: &ObjectView<'_>) {}
}

/// Decodes every object once.
pub(crate) fn decode(folder: &Path) -> Result<(), Box<dyn Error>> {
    let repository = Repository::discover(folder, &GitEnvironment::default())?;
    let contents = ObjectSet::open(&repository)?;
    let totals = visit(&repository, &contents, &Ignore, &ScanControl::default())?;
    println!(
        "{} objects, {} bytes, {} bytes decoded again",
        totals.objects, totals.bytes, totals.bytes_decoded_again
    );
    Ok(())
}

/// Scans a history without provenance.
pub(crate) fn scan_without_provenance(folder: &Path) -> Result<(), Box<dyn Error>> {
    let repository = Repository::discover(folder, &GitEnvironment::default())?;
    let now = jiff::Timestamp::now();
    let scanner = Scanner::new(Policy {
        settings: Settings::default(),
        min_confidence: Confidence::Medium,
        comments: skant::policy::suppress::CommentPolicy::default(),
        notes: Vec::new(),
        suppressions: Suppressions::Applied,
        incomplete: Incomplete::Fails,
        now: now.as_second(),
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
    });
    let options =
        HistoryOptions { paths: &PathFilter::default(), full_scan: false, provenance: ProvenanceMode::Skip };
    let report = scanner.scan_history(&repository, &options, &ScanControl::default())?;
    println!("{} findings in {} objects", report.findings.len(), report.scope.objects);
    Ok(())
}
