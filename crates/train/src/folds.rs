//! Trains and cross-validates: the repositories are dealt into five folds, and each fold is measured with a model of the
//! others.

use std::collections::HashSet;

use skant::Confidence;

use crate::examples::{Example, Examples, FOLDS, Kind};
use crate::fit;
use crate::fit::Row;

/// The importance of an unlabelled value as a false one: most of them are no secrets, some are.
const UNLABELLED_IMPORTANCE: f64 = 0.5;

/// The importance of a rewritten value: each true value is rewritten several times.
const REWRITTEN_IMPORTANCE: f64 = 0.35;

const PENALTY: f64 = 1.0;

/// A feature of fewer repositories describes them, not secrets, and is ignored.
const MIN_REPOSITORIES: usize = 3;

/// The score of an example.
#[derive(Clone, Copy)]
pub(crate) struct Score {
    kind: Kind,
    max_confidence: Confidence,
    sum: f64,
}

impl Score {
    fn reaches(&self, min: Confidence, threshold: f64) -> bool {
        self.max_confidence >= min && self.sum >= threshold
    }
}

/// A model and thresholds from the other folds alone, and its scores of the examples of this fold.
pub(crate) struct Fold {
    pub(crate) weights: Vec<f64>,
    pub(crate) scores: Vec<Score>,
    pub(crate) thresholds: Thresholds,
}

/// The lowest sums for low, medium and high confidence.
#[derive(Clone, Copy)]
pub(crate) struct Thresholds {
    pub(crate) low: f64,
    pub(crate) medium: f64,
    pub(crate) high: f64,
}

/// Returns the weights of the features and the bias, trained on all folds but some.
pub(crate) fn train(examples: &Examples, without: &[usize]) -> Vec<f64> {
    // Words of the excluded folds are not used, and of the other folds only those of two.
    let first = without.first().copied().unwrap_or(FOLDS - 1);
    let words: Vec<usize> = (1..=FOLDS)
        .map(|step| (first + step) % FOLDS)
        .filter(|fold| !without.contains(fold))
        .take(2)
        .collect();
    let is_known = |example: &&Example| {
        !without.contains(&example.fold)
            && match example.kind {
                Kind::Rewritten(fold) => words.contains(&fold),
                _ => true,
            }
    };
    let known: Vec<&Example> = examples.all.iter().filter(is_known).collect();
    let mut seen: Vec<HashSet<usize>> = vec![HashSet::new(); examples.names.len()];
    for example in &known {
        for feature in &example.features {
            seen[*feature as usize].insert(example.repository);
        }
    }
    let mut numbers = vec![u32::MAX; examples.names.len()];
    let kept: Vec<usize> = (0..seen.len()).filter(|at| seen[*at].len() >= MIN_REPOSITORIES).collect();
    kept.iter().zip(0..).for_each(|(at, number)| numbers[*at] = number);
    let features: Vec<Vec<u32>> = known
        .iter()
        .map(|example| {
            example
                .features
                .iter()
                .map(|feature| numbers[*feature as usize])
                .filter(|number| *number != u32::MAX)
                .collect()
        })
        .collect();
    let rows: Vec<Row<'_>> = known
        .iter()
        .zip(&features)
        .map(|(example, features)| Row {
            features,
            is_true: example.kind.is_true(),
            importance: match example.kind {
                Kind::True | Kind::False => 1.0,
                Kind::Rewritten(_) => REWRITTEN_IMPORTANCE,
                Kind::Unlabelled => UNLABELLED_IMPORTANCE,
            },
        })
        .collect();
    let fitted = fit::fit(&rows, kept.len(), PENALTY);
    let mut weights = vec![0.0; examples.names.len() + 1];
    kept.iter().zip(&fitted).for_each(|(at, weight)| weights[*at] = rounded(*weight));
    weights[examples.names.len()] = rounded(fitted[kept.len()]);
    weights
}

/// Rounds a weight as the table does, so that the figures are those of the table.
fn rounded(weight: f64) -> f64 {
    (weight * 1000.0).round() / 1000.0
}

/// Trains a model for each fold on the other folds, and scores its examples.
pub(crate) fn cross_validate(examples: &Examples) -> Vec<Fold> {
    (0..FOLDS)
        .map(|fold| {
            let others: Vec<Score> = (0..FOLDS)
                .filter(|other| *other != fold)
                .flat_map(|other| scores(examples, other, &train(examples, &[other, fold])))
                .collect();
            let weights = train(examples, &[fold]);
            let scores = scores(examples, fold, &weights);
            Fold { weights, scores, thresholds: thresholds(&others) }
        })
        .collect()
}

/// Scores the examples of a fold.
fn scores(examples: &Examples, fold: usize, weights: &[f64]) -> Vec<Score> {
    let of_fold = examples.all.iter().filter(|example| example.fold == fold);
    of_fold
        .map(|example| Score {
            kind: example.kind,
            max_confidence: example.max_confidence,
            sum: fit::score(&example.features, weights),
        })
        .collect()
}

/// Returns the share of true values among the labelled ones that satisfy `is`.
fn precision(scores: &[Score], is: impl Fn(&Score) -> bool) -> f64 {
    let of = |kind: Kind| scores.iter().filter(|one| one.kind == kind && is(one)).count();
    let (right, wrong) = (of(Kind::True), of(Kind::False));
    right as f64 / (right + wrong).max(1) as f64
}

/// The precision that is required of high findings, of high findings near the threshold, and of medium findings.
const HIGH: f64 = 0.99;
const HIGH_NEAR: f64 = 0.97;
const MEDIUM: f64 = 0.85;

/// Sums up to this much above the threshold are near it.
const NEAR: f64 = 1.0;

/// The distance between the thresholds of low and medium.
const LOW: f64 = 2.0;

/// Returns the lowest sums with the required precision.
pub(crate) fn thresholds(scores: &[Score]) -> Thresholds {
    let steps = || (-60..=120).map(|step| f64::from(step) / 10.0);
    let is_high = |one: &Score, high: f64| one.reaches(Confidence::High, high);
    // The highest scores would outweigh any number of wrong ones, so those near the threshold are also checked alone.
    let is_near = |one: &Score, high: f64| is_high(one, high) && one.sum < high + NEAR;
    let is_right = |high: &f64| {
        precision(scores, |one| is_high(one, *high)) >= HIGH
            && precision(scores, |one| is_near(one, *high)) >= HIGH_NEAR
    };
    let high = steps().find(is_right).unwrap_or(9.0);
    let is_medium = |one: &Score, from: f64| one.reaches(Confidence::Medium, from) && !is_high(one, high);
    let medium = steps()
        .find(|from| precision(scores, |one| is_medium(one, *from)) >= MEDIUM)
        .map_or(high, |medium| medium.min(high));
    Thresholds { low: medium - LOW, medium, high }
}

pub(crate) fn print(folds: &[Fold], thresholds: &Thresholds) {
    let scores: Vec<&Score> = folds.iter().flat_map(|fold| &fold.scores).collect();
    let count = |wanted: Kind, least: Confidence, from: f64| {
        scores.iter().filter(|one| one.kind == wanted && one.reaches(least, from)).count()
    };
    let all = |kind: Kind| scores.iter().filter(|one| one.kind == kind).count();
    println!(
        "values: {} true, {} false, {} unlabelled",
        all(Kind::True),
        all(Kind::False),
        all(Kind::Unlabelled)
    );
    // Values of each fold, rewritten with words that were not used to train the model of the fold.
    let words: Vec<&Score> = folds
        .iter()
        .enumerate()
        .flat_map(|(fold, of)| of.scores.iter().filter(move |one| one.kind == Kind::Rewritten(fold)))
        .collect();
    let named = [
        ("low", Confidence::Low, thresholds.low),
        ("medium", Confidence::Medium, thresholds.medium),
        ("high", Confidence::High, thresholds.high),
    ];
    let rest = (-2..=6).map(|step| ("", Confidence::Medium, f64::from(step) * 0.75));
    for (name, least, from) in named.into_iter().chain(rest) {
        let (right, wrong, other) = (
            count(Kind::True, least, from),
            count(Kind::False, least, from),
            count(Kind::Unlabelled, least, from),
        );
        let found = words.iter().filter(|one| one.reaches(least, from)).count();
        println!(
            "{name:>7} {from:5.2}: true {right} false {wrong} other {other}  precision {:.3}  recall {:.3}  words {found}/{} = {:.3}",
            right as f64 / (right + wrong).max(1) as f64,
            right as f64 / all(Kind::True) as f64,
            words.len(),
            found as f64 / words.len().max(1) as f64
        );
    }
    for (number, fold) in folds.iter().enumerate() {
        let Thresholds { low, medium, high } = fold.thresholds;
        println!("thresholds of fold {number}: low {low:.1}, medium {medium:.1}, high {high:.1}");
    }
    println!("true values by the sum");
    for low in (-4..=8).map(f64::from) {
        let within = |wanted: Kind| {
            scores.iter().filter(|one| one.kind == wanted && one.sum >= low && one.sum < low + 1.0).count()
        };
        let (right, wrong, other) = (within(Kind::True), within(Kind::False), within(Kind::Unlabelled));
        println!(
            "  {low:4}..: {right} of {} labelled, {other} unlabelled; the model says {:.2}",
            right + wrong,
            1.0 / (1.0 + (-low - 0.5).exp())
        );
    }
}
