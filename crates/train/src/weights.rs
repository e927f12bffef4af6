//! Writes the table of weights, in the format of `model/weights.tsv`.

use std::fmt::Write as _;

use crate::examples::Examples;
use crate::folds::Thresholds;

const HEADER: &str = "# The weight of each feature, in natural logarithms of the odds. Written by train/ (see docs/detection.md); do not edit.\n";

pub(crate) fn to_table(examples: &Examples, weights: &[f64], thresholds: &Thresholds) -> String {
    let mut text = String::from(HEADER);
    let named = [
        ("bias", weights[examples.names.len()]),
        ("low", thresholds.low),
        ("medium", thresholds.medium),
        ("high", thresholds.high),
    ];
    for (name, weight) in named {
        writeln!(text, "{name}\t{weight:.3}").expect("a string");
    }
    for (name, weight) in examples.names.iter().zip(weights) {
        if weight.abs() >= 0.01 {
            writeln!(text, "{name}\t{weight:.3}").expect("a string");
        }
    }
    text
}
