//! False alarms in code without secrets: their number for each 100,000 lines, and their locations.

use std::fs;
use std::path::{Path, PathBuf};

use skant::detect::{Detector, Model};
use skant::finding::Confidence;
use skant::rules::RuleSet;
use skant::scan::FileSelection;
use skant::source::ScanControl;
use skant::source::worktree::{IgnoreMode, PathOrigin};

use crate::report::scanner;

/// Scans folders with a model, and prints the findings.
pub(crate) fn print_findings(folders: &[PathBuf], model: &Model) {
    let detector = || Detector::new(RuleSet::builtin()).with_model(model.clone());
    let (mut lines, mut medium, mut high) = (0, 0, 0);
    for folder in folders {
        lines += lines_in(folder);
        let files = FileSelection {
            repository: None,
            root: folder,
            names: std::slice::from_ref(folder),
            ignoring: IgnoreMode::Nothing,
            named: PathOrigin::Program,
        };
        let report =
            scanner().with_detector(detector()).scan_files(&files, &ScanControl::default()).expect("a scan");
        for finding in report.findings.iter().filter(|finding| finding.confidence >= Confidence::Medium) {
            let mut places: Vec<_> =
                finding.locations.iter().map(|place| (&place.path, place.start.line)).collect();
            places.dedup();
            medium += places.len();
            high += if finding.confidence == Confidence::High { places.len() } else { 0 };
            for (path, line) in places {
                let name = folder.join(path);
                println!("alarm {}:{line} {} {}", name.display(), finding.rule, finding.confidence.name());
            }
        }
    }
    let share = |count: usize| count as f64 * 100_000.0 / lines.max(1) as f64;
    println!(
        "clean: {lines} lines, {medium} alarms ({:.2} in 100,000 lines), {high} high ({:.2})",
        share(medium),
        share(high)
    );
}

fn lines_in(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            let kind = entry.file_type().expect("a type");
            if kind.is_dir() {
                lines_in(&entry.path())
            } else if kind.is_file() {
                fs::read(entry.path()).expect("a file").iter().filter(|byte| **byte == b'\n').count()
            } else {
                0
            }
        })
        .sum()
}
