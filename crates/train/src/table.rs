//! The table of weights, as it is stored.

use std::fmt::Write as _;

use crate::examples::Examples;
use crate::folds::Limits;

const HEAD: &str = "# What each feature of a value weighs, in natural logarithms of the odds. Written by skant-train (docs/detection.md); not edited by hand.\n";

pub(crate) fn written(examples: &Examples, weights: &[f64], limits: &Limits) -> String {
    let mut text = String::from(HEAD);
    let named = [
        ("bias", weights[examples.names.len()]),
        ("low", limits.low),
        ("medium", limits.medium),
        ("high", limits.high),
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
