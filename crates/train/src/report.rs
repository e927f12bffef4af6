//! Reports of the scanner on each fold, with the model that was trained on the other folds: the input of the
//! evaluation.

use std::fmt::Write as _;
use std::path::PathBuf;

use skant::detect::{Detector, Dictionary, Model};
use skant::finding::Confidence;
use skant::policy::suppress::CommentPolicy;
use skant::policy::{Incomplete, Policy, Settings, Suppressions};
use skant::rules::RuleSet;
use skant::scan::{FileSelection, Scanner};
use skant::source::ScanControl;
use skant::source::worktree::{IgnoreMode, PathOrigin};

use crate::Places;
use crate::examples::{Examples, fold_of};
use crate::folds::Fold;
use crate::table;

pub(crate) fn write(places: &Places, examples: &Examples, folds: &[Fold], words: &Dictionary) {
    let data = places.data.join("data");
    let mut names: Vec<String> = std::fs::read_dir(&data)
        .expect("the data")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut found: [Vec<String>; 3] = Default::default();
    for (fold, of) in folds.iter().enumerate() {
        let model = Model::new(&table::written(examples, &of.weights, &of.limits), words.clone())
            .expect("a valid table");
        let scanner = scanner().with_detector(Detector::new(RuleSet::builtin()).with_model(model));
        let files: Vec<PathBuf> =
            names.iter().filter(|name| fold_of(name) == fold).map(|name| data.join(name)).collect();
        let files = FileSelection {
            repository: None,
            root: &data,
            names: &files,
            ignoring: IgnoreMode::Nothing,
            named: PathOrigin::Program,
        };
        let report = scanner.scan_files(&files, &ScanControl::default()).expect("a scan");
        for finding in &report.findings {
            for place in &finding.locations {
                let line = format!(
                    "{{\"file\": {:?}, \"line\": {}, \"rule_id\": {:?}}}",
                    place.path, place.start.line, finding.rule
                );
                let least = [Confidence::Low, Confidence::Medium, Confidence::High];
                for (list, _) in found.iter_mut().zip(least).filter(|(_, least)| finding.confidence >= *least)
                {
                    list.push(line.clone());
                }
            }
        }
    }
    for (name, list) in ["low", "medium", "high"].into_iter().zip(&found) {
        let mut text = String::from("[\n");
        write!(text, "{}", list.join(",\n")).expect("a string");
        crate::write(&places.reports.join(format!("{name}.json")), &(text + "\n]\n"));
    }
}

pub(crate) fn scanner() -> Scanner {
    Scanner::new(Policy {
        settings: Settings::default(),
        min_confidence: Confidence::Low,
        suppressions: Suppressions::Ignored,
        comments: CommentPolicy::default(),
        notes: Vec::new(),
        incomplete: Incomplete::Accepted,
        now: 0,
        today: jiff_date(),
    })
}

fn jiff_date() -> jiff::civil::Date {
    jiff::civil::date(2026, 1, 1)
}
