//! Parts of skant, each in a process of its own, so that time and memory are its own.

use std::path::Path;

use benchkit::Done;
use skant::internal::source::history::{ObjectSet, visit};
use skant::internal::source::{ObjectView, Visitor};
use skant::{GitEnvironment, HistoryOptions, ProvenanceMode, Repository, ScanControl, Scanner};

/// The hidden argument for [`decode`].
pub(crate) const DECODE: &str = "--decode";

/// The hidden argument for [`without_provenance`].
pub(crate) const WITHOUT_PROVENANCE: &str = "--without-provenance";

/// Ignores every object.
struct Nothing;

impl Visitor for Nothing {
    type State = ();

    fn visit_full(&self, _: &ObjectView<'_>) {}
}

/// Decodes every object once.
pub(crate) fn decode(folder: &Path) -> Done<()> {
    let repository = Repository::discover(folder, &GitEnvironment::default())?;
    let contents = ObjectSet::open(&repository)?;
    let tally = visit(&repository, &contents, &Nothing, &ScanControl::default())?;
    println!("{} objects, {} bytes, {} bytes again", tally.objects, tally.bytes, tally.bytes_decoded_again);
    Ok(())
}

/// Searches a history without the provenance of findings.
pub(crate) fn without_provenance(folder: &Path) -> Done<()> {
    let repository = Repository::discover(folder, &GitEnvironment::default())?;
    let scanner = Scanner::default();
    let limits = HistoryOptions { provenance: ProvenanceMode::Skip, ..HistoryOptions::default() };
    let report = scanner.scan_history(&repository, &limits, &ScanControl::default())?;
    println!("{} findings in {} objects", report.findings.len(), report.scope.objects);
    Ok(())
}
