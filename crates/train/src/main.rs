//! Trains the model for generic secrets, and measures it by cross-validation. Its input and output, and how to run it:
//! `docs/detection.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::naive_bytecount,
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

use skant::detect::{Detector, Dictionary, Model};
use skant::rules::RuleSet;

/// The paths of input and output.
pub(crate) struct Places {
    /// The unpacked data set, with `data/` and `meta/`.
    data: PathBuf,
    /// The list of words.
    words: PathBuf,
    /// The folder for the model.
    model: PathBuf,
    /// The folder for the cross-validated reports.
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
    let detector =
        Detector::new(RuleSet::builtin()).with_model(Model::new("", known.clone()).expect("an empty table"));
    let dealt = rewrite::dealt(&words, examples::FOLDS);
    let examples = examples::gather(&places.data.join("data"), &labels, &detector, &dealt);
    println!("{} places, {} features", examples.all.len(), examples.names.len());
    let folds = folds::cross_validated(&examples);
    let scores: Vec<_> = folds.iter().flat_map(|fold| &fold.scores).copied().collect();
    let limits = folds::limits(&scores);
    folds::print_precision(&folds, &limits);
    let all = folds::train(&examples, &[]);
    let weights = table::written(&examples, &all, &limits);
    write(&places.model.join("weights.tsv"), &weights);
    report::write(&places, &examples, &folds, &known);
    clean::print_findings(
        &arguments.collect::<Vec<_>>(),
        &Model::new(&weights, known).expect("a valid table"),
    );
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file that can be written");
}
