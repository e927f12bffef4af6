//! Writes reports of the whole scanner on each fold, with the model of the other folds. The evaluation reads them.

use std::fmt::Write as _;
use std::path::PathBuf;

use skant::Confidence;
use skant::ScanControl;
use skant::internal::detect::{Detector, Dictionary, Model};
use skant::internal::rules::RuleSet;
use skant::{FileSelection, Scanner};
use skant::{IgnoreMode, PathOrigin};
use skant::{Incomplete, Policy, Suppressions};

use crate::Paths;
use crate::examples::{Examples, fold_of};
use crate::folds::Fold;
use crate::weights;

pub(crate) fn write(paths: &Paths, examples: &Examples, folds: &[Fold], words: &Dictionary) {
    let data = paths.data.join("data");
    let mut names: Vec<String> = std::fs::read_dir(&data)
        .expect("the data")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut found: [Vec<String>; 3] = Default::default();
    for (number, fold) in folds.iter().enumerate() {
        let model = Model::new(&weights::to_table(examples, &fold.weights, &fold.thresholds), words.clone());
        let model = model.expect("a table that was written here");
        let scanner = scanner().with_detector(Detector::new(RuleSet::builtin()).with_model(model));
        let files: Vec<PathBuf> =
            names.iter().filter(|name| fold_of(name) == number).map(|name| data.join(name)).collect();
        let files = FileSelection {
            repository: None,
            root: &data,
            names: &files,
            ignore_mode: IgnoreMode::Nothing,
            origin: PathOrigin::Program,
        };
        let report = scanner.scan_files(&files, &ScanControl::default()).expect("a scan");
        for finding in &report.findings {
            for location in &finding.locations {
                let line = format!(
                    "{{\"file\": {:?}, \"line\": {}, \"rule_id\": {:?}}}",
                    location.path, location.start.line, finding.rule
                );
                let levels = [Confidence::Low, Confidence::Medium, Confidence::High];
                for (list, _) in
                    found.iter_mut().zip(levels).filter(|(_, level)| finding.confidence >= *level)
                {
                    list.push(line.clone());
                }
            }
        }
    }
    for (name, list) in ["low", "medium", "high"].into_iter().zip(&found) {
        let mut text = String::from("[\n");
        write!(text, "{}", list.join(",\n")).expect("a string");
        crate::write(&paths.reports.join(format!("{name}.json")), &(text + "\n]\n"));
    }
}

pub(crate) fn scanner() -> Scanner {
    let policy = Policy::new(jiff::Timestamp::UNIX_EPOCH)
        .with_min_confidence(Confidence::Low)
        .with_suppressions(Suppressions::Ignored)
        .with_incomplete(Incomplete::Accepted);
    Scanner::new(policy)
}
