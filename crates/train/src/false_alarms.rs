//! Counts the false alarms in code without secrets, and lists their positions.

use std::fs;
use std::path::{Path, PathBuf};

use skant::Confidence;
use skant::FileSelection;
use skant::ScanControl;
use skant::internal::detect::{Detector, Model};
use skant::internal::rules::RuleSet;
use skant::{IgnoreMode, PathOrigin};

use crate::report::scanner;

/// Scans folders without secrets with a model, and prints each false alarm and how many there are in 100,000 lines.
pub(crate) fn print(folders: &[PathBuf], model: &Model) {
    let detector = || Detector::new(RuleSet::builtin()).with_model(model.clone());
    let (mut lines, mut medium, mut high) = (0, 0, 0);
    for folder in folders {
        lines += lines_in(folder);
        let files = FileSelection {
            repository: None,
            root: folder,
            names: std::slice::from_ref(folder),
            ignore_mode: IgnoreMode::Nothing,
            origin: PathOrigin::Program,
        };
        let report =
            scanner().with_detector(detector()).scan_files(&files, &ScanControl::default()).expect("a scan");
        for finding in report.findings.iter().filter(|finding| finding.confidence >= Confidence::Medium) {
            let mut positions: Vec<_> =
                finding.locations.iter().map(|location| (&location.path, location.start.line)).collect();
            positions.dedup();
            medium += positions.len();
            high += if finding.confidence == Confidence::High { positions.len() } else { 0 };
            for (path, line) in positions {
                let name = folder.join(path);
                println!("alarm {}:{line} {} {}", name.display(), finding.rule, finding.confidence.name());
            }
        }
    }
    let rate = |count: usize| count as f64 * 100_000.0 / lines.max(1) as f64;
    println!(
        "clean: {lines} lines, {medium} alarms ({:.2} in 100,000 lines), {high} high ({:.2})",
        rate(medium),
        rate(high)
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
                fs::read(entry.path()).expect("a file").split(|byte| *byte == b'\n').count() - 1
            } else {
                0
            }
        })
        .sum()
}
