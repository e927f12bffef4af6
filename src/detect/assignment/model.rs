//! What each feature weighs, and what the sum says: a logistic regression, kept as a table.

use crate::detect::assignment::confidence_cap::ConfidenceCap;
use crate::finding::Confidence;
use skant_password_model::dictionary::Dictionary;
use skant_password_model::feature_key::key_of;
use skant_password_model::weights::Table;

/// Weights, a dictionary, and the limits of the levels of confidence.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) words: Dictionary,
    table: Table,
}

/// What the model says of one value: the features that it knows, and what each adds.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelScore {
    /// How sure it is.
    pub confidence: Confidence,
    /// The sum, in natural logarithms of the odds.
    pub sum: f32,
    /// The features that were known, by their number in the model, in the order in which they were seen.
    pub(crate) parts: Vec<u16>,
    /// What keeps it from being sure, whatever the sum says.
    pub(crate) cap: Option<ConfidenceCap>,
    /// The three that weighed most, in words.
    pub reasons: Vec<String>,
}

impl Eq for ModelScore {}

impl ModelScore {
    /// What keeps the confidence down whatever the sum is, in words.
    #[must_use]
    pub fn cap(&self) -> Option<&'static str> {
        self.cap.map(ConfidenceCap::in_words)
    }
}

impl Model {
    /// The one that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: Model = Model { words: builtin::WORDS, table: builtin::TABLE };
        &BUILTIN
    }

    /// Reads a table: on each line a feature, a tab and what it weighs.
    #[must_use]
    pub fn new(table: &str, words: Dictionary) -> Self {
        Self { words, table: Table::parse(table) }
    }

    /// What it says of the features that `visit` shows; nothing where that is less than low confidence.
    pub(crate) fn judge(
        &self,
        cap: impl FnOnce() -> Option<ConfidenceCap>,
        visit: impl FnOnce(&mut crate::detect::assignment::features::Sink<'_>),
    ) -> Option<ModelScore> {
        let mut parts = Vec::with_capacity(48);
        // A bit for each feature that was seen: more are no more than a slower search.
        let mut seen = [0_u64; 64];
        visit(&mut |kind, words| {
            let Some(number) = self.table.number(kind.key(words)) else { return };
            let is_new = match seen.get_mut(usize::from(number / 64)) {
                Some(word) => {
                    let bit = 1 << (number % 64);
                    std::mem::replace(word, *word | bit) & bit == 0
                }
                None => !parts.contains(&number),
            };
            if is_new {
                parts.push(number);
            }
        });
        let sum = self.table.bias + parts.iter().map(|part| self.table.weight(*part)).sum::<f32>();
        let [low, medium, high] = self.table.limits;
        let confidence = match sum {
            sum if sum >= high => Confidence::High,
            sum if sum >= medium => Confidence::Medium,
            sum if sum >= low => Confidence::Low,
            _ => return None,
        };
        let cap = cap();
        let most = cap.map_or(Confidence::High, ConfidenceCap::most);
        Some(ModelScore { confidence: confidence.min(most), sum, parts, cap, reasons: Vec::new() })
    }

    /// The three parts that weighed most, in words.
    pub(crate) fn reasons(&self, opinion: &ModelScore) -> Vec<String> {
        const SHOWN: usize = 3;
        let weight = |part: &u16| self.table.weight(*part);
        // Those that weigh as much as the last one shown are told apart by their words.
        let mut most = [0.0_f32; SHOWN];
        for part in &opinion.parts {
            // What is heavier takes the place of what is lighter, which takes the next one.
            most.iter_mut().fold(weight(part).abs(), |heavy, one| {
                let light = heavy.min(*one);
                *one = heavy.max(*one);
                light
            });
        }
        let least = most[SHOWN - 1];
        let weightiest = opinion.parts.iter().copied().filter(|part| weight(part).abs() >= least);
        let parts = self.in_words(weightiest).into_iter().take(SHOWN);
        let said =
            parts.map(|(words, weight)| if weight < 0.0 { format!("against it: {words}") } else { words });
        said.chain(opinion.cap().map(str::to_owned)).collect()
    }

    /// Each part of an opinion in words, with what it adds to the sum; the weightiest first. The last one, without
    /// a feature of its own, is what all values start from.
    #[must_use]
    pub fn explain(&self, opinion: &ModelScore) -> Vec<(String, f32)> {
        self.with_start(opinion.parts.iter().copied())
    }

    /// The same of features by their names, whatever comes of them.
    pub(crate) fn weigh(&self, features: &[String]) -> Vec<(String, f32)> {
        self.with_start(features.iter().filter_map(|name| self.table.number(key_of(name))))
    }

    /// The least sums for low, medium and high confidence.
    #[must_use]
    pub const fn limits(&self) -> [f32; 3] {
        self.table.limits
    }

    fn with_start(&self, parts: impl Iterator<Item = u16>) -> Vec<(String, f32)> {
        let mut parts = self.in_words(parts);
        parts.push(("what all values start from".to_owned(), self.table.bias));
        parts
    }

    fn in_words(&self, parts: impl Iterator<Item = u16>) -> Vec<(String, f32)> {
        let entries = parts.filter_map(|part| self.table.entries.get(usize::from(part)));
        let mut parts: Vec<(String, f32)> = entries
            .map(|(name, weight)| (crate::detect::assignment::describe::in_words(name), *weight))
            .collect();
        parts.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()).then_with(|| one.0.cmp(&other.0)));
        parts
    }
}

/// What `build.rs` makes of `model/`.
#[allow(
    clippy::all,
    clippy::pedantic,
    reason = "nobody reads it, and each number would be told in a line of all numbers"
)]
mod builtin {
    use std::borrow::Cow;

    use super::{Dictionary, Table};

    include!(concat!(env!("OUT_DIR"), "/model.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_compiled_in_is_that_of_the_files() {
        let words = Dictionary::new(
            include_str!("../../../model/words.txt"),
            include_str!("../../../model/pairs.txt"),
        );
        let model = Model::new(include_str!("../../../model/weights.tsv"), words);
        assert_eq!(format!("{model:?}"), format!("{:?}", Model::builtin()));
    }

    #[test]
    fn what_speaks_against_a_value_is_said_to() {
        let model = Model::new(
            "bias\t-1\nlow\t-5\nmedium\t0\nhigh\t1\nname-alone:a\t-0.5\nname-alone:b\t2\n",
            Dictionary::new("", ""),
        );
        let part = |name| model.table.number(key_of(name)).unwrap();
        let parts = vec![part("name-alone:a"), part("name-alone:b")];
        let opinion =
            ModelScore { confidence: Confidence::Low, sum: 0.5, parts, cap: None, reasons: Vec::new() };
        assert_eq!(model.reasons(&opinion), ["the name is `b` alone", "against it: the name is `a` alone"]);
    }

    #[test]
    fn each_feature_of_the_table_has_a_key_of_its_own() {
        let mut keys = Model::builtin().table.keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        assert!(keys.len() > 1000 && keys.len() == Model::builtin().table.entries.len());
    }
}
