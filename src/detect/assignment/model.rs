//! Scores a value by its features: a logistic regression, whose weights are in a table. Extracts no features.

use crate::detect::assignment::confidence_cap::ConfidenceCap;
use crate::detect::assignment::features::Sink;
use crate::finding::Confidence;
use skant_password_model::dictionary::Dictionary;
use skant_password_model::feature_key::key_of_name;
use skant_password_model::weights::{Entry, InvalidLine, WeightTable};

/// Weights, thresholds, and the dictionary that features use.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) dictionary: Dictionary,
    weights: WeightTable,
}

/// The score of one value.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelScore {
    pub confidence: Confidence,
    /// The sum of the weights, in natural logarithms of the odds.
    pub sum: f32,
    /// The known features of the value, as indices in the table, in the order in which they were extracted.
    pub(crate) features: Vec<u16>,
    /// The reason why the confidence has a maximum whatever the sum is.
    pub(crate) cap: Option<ConfidenceCap>,
    /// The three features with the greatest weights, and the cap.
    pub reasons: Vec<ModelReason>,
}

/// A reason for the confidence of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelReason {
    /// The kind of the feature (`name-end`), or the confidence cap (`cap-words`).
    pub code: &'static str,
    /// The words of the feature that may be shown, as the table of weights has them. No word of the value is among them.
    pub params: Vec<String>,
    /// Whether the reason lowers the confidence.
    pub is_against: bool,
    /// The reason for people.
    pub text: String,
}

// A sum is never NaN: weights are finite.
impl Eq for ModelScore {}

impl ModelScore {
    /// Returns why the confidence has a maximum, for people.
    #[must_use]
    pub fn cap(&self) -> Option<&'static str> {
        self.cap.map(ConfidenceCap::description)
    }
}

impl ModelReason {
    fn from_feature(entry: &Entry) -> Self {
        let is_against = entry.weight < 0.0;
        let text = entry.description();
        Self {
            code: entry.kind.name(),
            params: entry.kind.params(&entry.words),
            is_against,
            text: if is_against { format!("against it: {text}") } else { text },
        }
    }

    fn from_cap(cap: ConfidenceCap) -> Self {
        Self { code: cap.code(), params: Vec::new(), is_against: true, text: cap.description().to_owned() }
    }
}

impl Model {
    /// Returns the model that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: Model = Model { dictionary: builtin::WORDS, weights: builtin::TABLE };
        &BUILTIN
    }

    /// Reads a model from a table of weights in the format of `model/weights.tsv`.
    ///
    /// # Errors
    ///
    /// Fails if a line of the table cannot be read.
    pub fn new(weights: &str, dictionary: Dictionary) -> Result<Self, InvalidLine> {
        Ok(Self { dictionary, weights: WeightTable::parse(weights)? })
    }

    /// Scores the features that `visit` gives. Returns `None` if the sum is below the threshold of low confidence; only
    /// for other values is the cap computed. `least` is a confidence that the value has for another reason; a weak value in
    /// use has medium confidence, whatever its sum is.
    pub(crate) fn score(
        &self,
        least: Option<Confidence>,
        is_weak_in_use: impl FnOnce() -> bool,
        cap: impl FnOnce() -> Option<ConfidenceCap>,
        visit: impl FnOnce(&mut Sink<'_>),
    ) -> Option<ModelScore> {
        let mut features = Vec::with_capacity(48);
        // A bit for each feature that was seen. Features past the last bit are searched in the list, which is slower.
        let mut seen = [0_u64; 64];
        visit(&mut |kind, words| {
            let Some(index) = self.weights.index(kind.key(words)) else { return };
            let is_new = match seen.get_mut(usize::from(index / 64)) {
                Some(bits) => {
                    let bit = 1 << (index % 64);
                    std::mem::replace(bits, *bits | bit) & bit == 0
                }
                None => !features.contains(&index),
            };
            if is_new {
                features.push(index);
            }
        });
        let sum = self.weights.bias + features.iter().map(|index| self.weights.weight(*index)).sum::<f32>();
        let [low, medium, high] = self.weights.thresholds;
        let by_sum = match sum {
            sum if sum >= high => Some(Confidence::High),
            sum if sum >= medium => Some(Confidence::Medium),
            sum if sum >= low => Some(Confidence::Low),
            _ => is_weak_in_use().then_some(Confidence::Medium),
        };
        let confidence = by_sum.max(least)?;
        let cap = cap();
        let max_confidence = cap.map_or(Confidence::High, ConfidenceCap::max_confidence);
        let capped = match cap {
            Some(ConfidenceCap::WeakInUse) => max_confidence,
            _ => confidence.min(max_confidence),
        };
        let confidence = Some(capped).max(least)?;
        Some(ModelScore { confidence, sum, features, cap, reasons: Vec::new() })
    }

    /// Returns the three features with the greatest weights, and the cap.
    pub(crate) fn reasons(&self, score: &ModelScore) -> Vec<ModelReason> {
        const SHOWN: usize = 3;
        let weight = |index: &u16| self.weights.weight(*index).abs();
        let mut greatest = [0.0_f32; SHOWN];
        for index in &score.features {
            // The weight is inserted into the descending list: each smaller weight moves down by one.
            greatest.iter_mut().fold(weight(index), |inserted, slot| {
                let displaced = inserted.min(*slot);
                *slot = inserted.max(*slot);
                displaced
            });
        }
        // Features with the weight of the last one shown are all described, so that the texts decide among them.
        let least = greatest[SHOWN - 1];
        let heaviest = score.features.iter().copied().filter(|index| weight(index) >= least);
        let features = self.heaviest_first(heaviest).into_iter().take(SHOWN);
        let reasons = features.map(|(entry, _)| ModelReason::from_feature(entry));
        reasons.chain(score.cap.map(ModelReason::from_cap)).collect()
    }

    /// Returns a description and the weight of each feature of a score, the greatest weight first. The last entry is the
    /// intercept.
    #[must_use]
    pub fn explain(&self, score: &ModelScore) -> Vec<(String, f32)> {
        self.with_intercept(score.features.iter().copied())
    }

    /// Returns the same for features by their names, also if their sum is too low for a finding.
    pub(crate) fn explain_features(&self, names: &[String]) -> Vec<(String, f32)> {
        self.with_intercept(names.iter().filter_map(|name| self.weights.index(key_of_name(name))))
    }

    /// Returns the lowest sums for low, medium and high confidence.
    #[must_use]
    pub const fn thresholds(&self) -> [f32; 3] {
        self.weights.thresholds
    }

    fn with_intercept(&self, features: impl Iterator<Item = u16>) -> Vec<(String, f32)> {
        let features = self.heaviest_first(features).into_iter();
        let described = features.map(|(entry, description)| (description, entry.weight));
        described.chain([("the same for every value (intercept)".to_owned(), self.weights.bias)]).collect()
    }

    /// Returns the entries of features with their descriptions, the greatest weight first.
    fn heaviest_first(&self, features: impl Iterator<Item = u16>) -> Vec<(&Entry, String)> {
        let entries = features.filter_map(|index| self.weights.entries.get(usize::from(index)));
        let mut described: Vec<_> = entries.map(|entry| (entry, entry.description())).collect();
        described.sort_by(|(one, text), (other, other_text)| {
            other.weight.abs().total_cmp(&one.weight.abs()).then_with(|| text.cmp(other_text))
        });
        described
    }
}

/// The tables that `build.rs` writes from `model/`.
#[allow(clippy::all, clippy::pedantic, reason = "generated numbers, read by nobody")]
mod builtin {
    use std::borrow::Cow;

    use skant_password_model::FeatureKind;

    use super::{Dictionary, Entry, WeightTable};

    include!(concat!(env!("OUT_DIR"), "/model.rs"));
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn the_builtin_model_is_that_of_the_files() {
        let words = Dictionary::new(
            include_str!("../../../model/words.txt"),
            include_str!("../../../model/pairs.txt"),
        );
        let model = Model::new(include_str!("../../../model/weights.tsv"), words).unwrap();
        assert_eq!(format!("{model:?}"), format!("{:?}", Model::builtin()));
    }

    #[test]
    fn reasons_against_a_value_say_so() {
        let model = Model::new(
            "bias\t-1\nlow\t-5\nmedium\t0\nhigh\t1\nname-alone:a\t-0.5\nname-alone:b\t2\n",
            Dictionary::new("", ""),
        );
        let model = model.unwrap();
        let index = |name| model.weights.index(key_of_name(name)).unwrap();
        let score = ModelScore {
            confidence: Confidence::Low,
            sum: 0.5,
            features: vec![index("name-alone:a"), index("name-alone:b")],
            cap: Some(ConfidenceCap::Short),
            reasons: Vec::new(),
        };
        let reasons = model.reasons(&score);
        let texts: Vec<&str> = reasons.iter().map(|reason| reason.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "the whole name is `b`",
                "against it: the whole name is `a`",
                "at most medium confidence: the value has few characters"
            ]
        );
        let data: Vec<_> =
            reasons.iter().map(|reason| (reason.code, &reason.params[..], reason.is_against)).collect();
        let (a, b) = (["a".to_owned()], ["b".to_owned()]);
        assert_eq!(
            data,
            [("name-alone", &b[..], false), ("name-alone", &a[..], true), ("cap-short", &[], true)]
        );
    }

    #[test]
    fn each_feature_of_the_table_has_a_key_of_its_own() {
        let mut keys = Model::builtin().weights.keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        assert!(keys.len() > 1000 && keys.len() == Model::builtin().weights.entries.len());
    }

    #[test]
    fn no_two_kinds_of_features_have_the_same_description() {
        let mut kinds = HashMap::new();
        for entry in Model::builtin().weights.entries.iter() {
            let kind = *kinds.entry(entry.description()).or_insert(entry.kind);
            assert_eq!(kind, entry.kind, "{}", entry.description());
        }
        let described: HashSet<_> = kinds.values().collect();
        assert!(described.len() > 30, "{}", described.len());
    }

    #[test]
    fn no_description_and_no_parameter_shows_a_word_of_the_value() {
        let entries = Model::builtin().weights.entries.iter();
        let of_value: Vec<&Entry> = entries.filter(|entry| entry.kind.name() == "value").collect();
        assert!(of_value.len() > 100);
        let descriptions: HashSet<String> = of_value.iter().map(|entry| entry.description()).collect();
        assert_eq!(descriptions.len(), 1);
        assert!(of_value.iter().all(|entry| entry.kind.params(&entry.words).is_empty()));
    }
}
