//! What each feature weighs, and what the sum says: a logistic regression, kept as a table.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::doubt::Doubt;
use super::words::{Words, hash, step};
use crate::finding::Confidence;

/// Weights, a dictionary, and the limits of the levels of confidence.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub(super) words: Words,
    /// By the hash of the feature's name.
    weights: HashMap<u64, u16, Ready>,
    entries: Vec<(Box<str>, f32)>,
    bias: f32,
    /// The least sums for low, medium and high confidence.
    limits: [f32; 3],
}

/// The keys are hashes already.
type Ready = std::hash::BuildHasherDefault<Same>;

#[derive(Clone, Debug, Default)]
struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// What the model says of one value: the features that it knows, and what each adds.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// How sure it is.
    pub confidence: Confidence,
    /// The sum, in natural logarithms of the odds.
    pub sum: f32,
    /// The features that were known, by their number in the model, in the order in which they were seen.
    pub(super) parts: Vec<u16>,
    /// What keeps it from being sure, whatever the sum says.
    pub(super) doubt: Option<Doubt>,
    /// The three that weighed most, in words.
    pub reasons: Vec<String>,
}

impl Eq for Opinion {}

impl Opinion {
    /// What keeps the confidence down whatever the sum is, in words.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        self.doubt.map(Doubt::in_words)
    }
}

/// The name of a feature as it stands in the table.
pub(super) fn feature(kind: &str, words: &[&[u8]]) -> String {
    let words: Vec<String> = words.iter().map(|word| word.escape_ascii().to_string()).collect();
    format!("{kind}:{}", words.join("|"))
}

fn key(kind: &str, words: &[&[u8]]) -> u64 {
    let mut state = hash(kind.as_bytes());
    for (at, word) in words.iter().enumerate() {
        state = step(state, if at == 0 { b':' } else { b'|' });
        for byte in *word {
            state = match byte {
                0x21..=0x7e if !matches!(byte, b'\\' | b'\'' | b'"') => step(state, *byte),
                _ => std::ascii::escape_default(*byte).fold(state, step),
            };
        }
    }
    state
}

impl Model {
    /// The one that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Model> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::new(
                include_str!("../../../model/weights.tsv"),
                Words::new(
                    include_str!("../../../model/words.txt"),
                    include_str!("../../../model/pairs.txt"),
                ),
            )
        })
    }

    /// Reads a table: on each line a feature, a tab and what it weighs.
    #[must_use]
    pub fn new(table: &str, words: Words) -> Self {
        let mut model = Self { words, ..Self::default() };
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, weight)) = line.split_once('\t') else { continue };
            let weight: f32 = weight.parse().unwrap_or(0.0);
            match name {
                "bias" => model.bias = weight,
                "low" => model.limits[0] = weight,
                "medium" => model.limits[1] = weight,
                "high" => model.limits[2] = weight,
                _ => {
                    let number = u16::try_from(model.entries.len()).unwrap_or(u16::MAX);
                    model.weights.insert(hash(name.as_bytes()), number);
                    model.entries.push((name.into(), weight));
                }
            }
        }
        model
    }

    /// What it says of the features that `visit` shows; nothing where that is less than low confidence.
    pub(super) fn judge(
        &self,
        doubt: impl FnOnce() -> Option<Doubt>,
        visit: impl FnOnce(&mut super::features::Sink<'_>),
    ) -> Option<Opinion> {
        let mut parts = Vec::with_capacity(48);
        visit(&mut |kind, words| {
            if let Some(number) = self.weights.get(&key(kind, words))
                && !parts.contains(number)
            {
                parts.push(*number);
            }
        });
        let sum = self.bias + parts.iter().map(|part| self.entries[usize::from(*part)].1).sum::<f32>();
        let [low, medium, high] = self.limits;
        let confidence = match sum {
            sum if sum >= high => Confidence::High,
            sum if sum >= medium => Confidence::Medium,
            sum if sum >= low => Confidence::Low,
            _ => return None,
        };
        let doubt = doubt();
        let most = doubt.map_or(Confidence::High, Doubt::most);
        Some(Opinion { confidence: confidence.min(most), sum, parts, doubt, reasons: Vec::new() })
    }

    /// The three parts that weighed most, in words.
    pub(in crate::detect) fn reasons(&self, opinion: &Opinion) -> Vec<String> {
        const SHOWN: usize = 3;
        let weight = |part: &u16| self.entries[usize::from(*part)].1;
        let mut weights: Vec<f32> = opinion.parts.iter().map(|part| weight(part).abs()).collect();
        weights.sort_unstable_by(|one, other| other.total_cmp(one));
        // Those that weigh as much as the last one shown are told apart by their words.
        let least = weights.get(SHOWN - 1).copied().unwrap_or(0.0);
        let weightiest = opinion.parts.iter().copied().filter(|part| weight(part).abs() >= least);
        let parts = self.in_words(weightiest).into_iter().take(SHOWN);
        let said =
            parts.map(|(words, weight)| if weight < 0.0 { format!("against it: {words}") } else { words });
        said.chain(opinion.doubt().map(str::to_owned)).collect()
    }

    /// Each part of an opinion in words, with what it adds to the sum; the weightiest first. The last one, without
    /// a feature of its own, is what all values start from.
    #[must_use]
    pub fn explain(&self, opinion: &Opinion) -> Vec<(String, f32)> {
        self.with_start(opinion.parts.iter().copied())
    }

    /// The same of features by their names, whatever comes of them.
    pub(in crate::detect) fn weigh(&self, features: &[String]) -> Vec<(String, f32)> {
        self.with_start(features.iter().filter_map(|name| self.weights.get(&hash(name.as_bytes())).copied()))
    }

    /// The least sums for low, medium and high confidence.
    #[must_use]
    pub const fn limits(&self) -> [f32; 3] {
        self.limits
    }

    fn with_start(&self, parts: impl Iterator<Item = u16>) -> Vec<(String, f32)> {
        let mut parts = self.in_words(parts);
        parts.push(("what all values start from".to_owned(), self.bias));
        parts
    }

    fn in_words(&self, parts: impl Iterator<Item = u16>) -> Vec<(String, f32)> {
        let entries = parts.filter_map(|part| self.entries.get(usize::from(part)));
        let mut parts: Vec<(String, f32)> =
            entries.map(|(name, weight)| (super::say::in_words(name), *weight)).collect();
        parts.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()).then_with(|| one.0.cmp(&other.0)));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_has_one_key_by_name_and_by_parts() {
        for words in [&[&b"double"[..], b"\n"][..], &[b"password"], &[b"\"", b"\xff\\"]] {
            assert_eq!(hash(feature("after", words).as_bytes()), key("after", words));
        }
    }
}
