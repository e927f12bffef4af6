//! Trains the model for passwords and other secrets without a fixed format, and measures it by cross-validation. How to
//! run it, its inputs and its outputs: `docs/detection.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program for the project's own use"
)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "counts are small")]

mod dictionary;
mod examples;
mod false_alarms;
mod fit;
mod folds;
mod labels;
mod report;
mod rewrite;
mod weights;

use std::fs;
use std::path::{Path, PathBuf};

use skant::internal::detect::{Detector, Dictionary, Model};
use skant::internal::rules::RuleSet;

/// The paths of inputs and outputs.
pub(crate) struct Paths {
    /// The unpacked data set, with the folders `data` and `meta`.
    data: PathBuf,
    /// The list of words.
    words: PathBuf,
    /// The folder of the model.
    model: PathBuf,
    /// The folder of the cross-validated reports.
    reports: PathBuf,
}

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |name: &str| {
        arguments.next().unwrap_or_else(|| {
            panic!("usage: skant-train DATA WORDS MODEL REPORTS [CLEAN]…; {name} is missing")
        })
    };
    let paths =
        Paths { data: next("DATA"), words: next("WORDS"), model: next("MODEL"), reports: next("REPORTS") };
    let labels = labels::read(&paths.data.join("meta"));
    let words = dictionary::read(&paths.words, &paths.data.join("data"), &labels);
    let pairs = dictionary::pairs(&words);
    write(&paths.model.join("words.txt"), &format!("{}{}\n", dictionary::HEADER, words.join("\n")));
    write(&paths.model.join("pairs.txt"), &pairs);
    let dictionary = Dictionary::new(&words.join("\n"), &pairs);
    let model =
        |weights: &str| Model::new(weights, dictionary.clone()).expect("a table that was written here");
    let detector = Detector::new(RuleSet::builtin()).with_model(model(""));
    let words_by_fold = rewrite::deal(&words, examples::FOLDS);
    let examples = examples::collect(&paths.data.join("data"), &labels, &detector, &words_by_fold);
    println!("{} values, {} features", examples.all.len(), examples.names.len());
    let folds = folds::cross_validate(&examples);
    let scores: Vec<_> = folds.iter().flat_map(|fold| &fold.scores).copied().collect();
    let thresholds = folds::thresholds(&scores);
    folds::print(&folds, &thresholds);
    let all = folds::train(&examples, &[]);
    let weights = weights::to_table(&examples, &all, &thresholds);
    write(&paths.model.join("weights.tsv"), &weights);
    report::write(&paths, &examples, &folds, &dictionary);
    false_alarms::print(&arguments.collect::<Vec<_>>(), &model(&weights));
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file that can be written");
}
