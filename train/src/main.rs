//! Trains the model for passwords and keys without a shape, and measures it by cross-validation. What it reads and
//! writes, and how to run it: `docs/detection.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program for the project's own use"
)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "counts are small")]

mod clean;
mod dictionary;
mod examples;
mod fit;
mod folds;
mod labels;
mod report;
mod rewrite;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use skant::detect::{Detector, Model, Dictionary};
use skant::rules::RuleSet;

/// Where things are.
pub(crate) struct Places {
    /// The unpacked data set: `data/` and `meta/` lie in it.
    data: PathBuf,
    /// The list of words.
    words: PathBuf,
    /// Where the model is written.
    model: PathBuf,
    /// Where the cross-validated reports are written.
    reports: PathBuf,
}

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |what: &str| {
        arguments.next().unwrap_or_else(|| {
            panic!("usage: skant-train DATA WORDS MODEL REPORTS [CLEAN]…; {what} is missing")
        })
    };
    let places =
        Places { data: next("DATA"), words: next("WORDS"), model: next("MODEL"), reports: next("REPORTS") };
    let labels = labels::read(&places.data.join("meta"));
    let words = dictionary::read(&places.words, &places.data.join("data"), &labels);
    let pairs = dictionary::pairs(&words);
    write(&places.model.join("words.txt"), &format!("{}{}\n", dictionary::HEAD, words.join("\n")));
    write(&places.model.join("pairs.txt"), &pairs);
    let known = Dictionary::new(&words.join("\n"), &pairs);
    let detector = Detector::new(RuleSet::builtin()).with_model(Model::new("", known.clone()));
    let dealt = rewrite::dealt(&words, examples::FOLDS);
    let examples = examples::gather(&places.data.join("data"), &labels, &detector, &dealt);
    println!("{} places, {} features", examples.all.len(), examples.names.len());
    let folds = folds::cross_validated(&examples);
    let scores: Vec<_> = folds.iter().flat_map(|fold| &fold.scores).cloned().collect();
    let limits = folds::limits(&scores);
    folds::tell(&folds, &limits);
    let all = folds::train(&examples, &[]);
    let weights = table::written(&examples, &all, &limits);
    write(&places.model.join("weights.tsv"), &weights);
    report::write(&places, &examples, &folds, &known);
    clean::tell(&arguments.collect::<Vec<_>>(), &Model::new(&weights, known));
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file that can be written");
}
