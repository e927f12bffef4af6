//! Training and cross-validation: five folds by repository, one left out at a time.

use std::collections::HashSet;

use crate::examples::{Example, Examples, FOLDS, Kind};
use crate::fit::{self, Row};

/// What places count that nobody labelled: most hold no secret, some do.
const UNLABELLED: f64 = 0.5;

/// What a rewritten value counts; each has several.
const REWRITTEN: f64 = 0.35;

const PENALTY: f64 = 1.0;

/// A feature that fewer repositories have says something of them, not of secrets.
const LEAST_REPOSITORIES: usize = 3;

/// A model that did not see a fold, and its scores on all examples of it.
pub(crate) struct Fold {
    pub(crate) weights: Vec<f64>,
    pub(crate) scores: Vec<(usize, f64)>,
}

/// The least sums for low, medium and high.
pub(crate) struct Limits {
    pub(crate) low: f64,
    pub(crate) medium: f64,
    pub(crate) high: f64,
}

/// Weights by feature, and the bias, from all folds but one.
pub(crate) fn train(examples: &Examples, without: Option<usize>) -> Vec<f64> {
    let is_known = |example: &&Example| {
        without != Some(example.fold)
            && match (example.kind, without) {
                // The words of the fold that is left out are not seen, and of the others two.
                (Kind::Words(fold), Some(without)) => (1..=2).any(|step| fold == (without + step) % FOLDS),
                (Kind::Words(fold), None) => fold < 2,
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
    let kept: Vec<usize> = (0..seen.len()).filter(|at| seen[*at].len() >= LEAST_REPOSITORIES).collect();
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
            counts: match example.kind {
                Kind::True | Kind::False => 1.0,
                Kind::Words(_) => REWRITTEN,
                Kind::Unlabelled => UNLABELLED,
            },
        })
        .collect();
    let fitted = fit::fit(&rows, kept.len(), PENALTY);
    let mut weights = vec![0.0; examples.names.len() + 1];
    kept.iter().zip(&fitted).for_each(|(at, weight)| weights[*at] = rounded(*weight));
    weights[examples.names.len()] = rounded(fitted[kept.len()]);
    weights
}

/// As it is kept, so that figures are those of the table.
fn rounded(weight: f64) -> f64 {
    (weight * 1000.0).round() / 1000.0
}

pub(crate) fn cross_validated(examples: &Examples) -> Vec<Fold> {
    (0..FOLDS)
        .map(|fold| {
            let weights = train(examples, Some(fold));
            let of_fold = examples.all.iter().enumerate().filter(|(_, example)| example.fold == fold);
            let scores = of_fold.map(|(at, example)| (at, fit::score(&example.features, &weights))).collect();
            Fold { weights, scores }
        })
        .collect()
}

/// Scores of all places as they stand in the data, from the model that did not see their repository.
fn as_they_stand<'e>(examples: &'e Examples, folds: &'e [Fold]) -> Vec<(Kind, f64)> {
    let all = folds.iter().flat_map(|fold| &fold.scores).map(|(at, score)| (examples.all[*at].kind, *score));
    let mut all: Vec<_> = all.filter(|(kind, _)| !matches!(kind, Kind::Words(_))).collect();
    all.sort_by(|one, other| other.1.total_cmp(&one.1));
    all
}

/// How often places with a score from one sum to another are right, among labelled ones.
fn precision(scores: &[(Kind, f64)], from: f64, to: f64) -> f64 {
    let of = |kind: Kind| {
        scores.iter().filter(|(other, score)| *other == kind && *score >= from && *score < to).count()
    };
    let (right, wrong) = (of(Kind::True), of(Kind::False));
    right as f64 / (right + wrong).max(1) as f64
}

/// How often findings have to be right: `high` 97 in 100, with something to spare, and what is medium and no more
/// 85 in 100.
const HIGH: f64 = 0.985;
const MEDIUM: f64 = 0.85;

/// How far below medium low begins.
const LOW: f64 = 2.0;

/// The least sums at which places are right as often as they have to be.
pub(crate) fn limits(examples: &Examples, folds: &[Fold]) -> Limits {
    let scores = as_they_stand(examples, folds);
    let least = |wanted: f64, to: f64| {
        let steps = (-60..=120).map(|step| f64::from(step) / 10.0).filter(move |from| *from < to);
        steps.into_iter().find(|from| precision(&scores, *from, to) >= wanted)
    };
    let high = least(HIGH, f64::INFINITY).unwrap_or(9.0);
    let medium = least(MEDIUM, high).unwrap_or(high);
    Limits { low: medium - LOW, medium, high }
}

pub(crate) fn tell(examples: &Examples, folds: &[Fold], limits: &Limits) {
    let scores = as_they_stand(examples, folds);
    let count = |wanted: Kind, from: f64| {
        scores.iter().filter(|(kind, score)| *kind == wanted && *score >= from).count()
    };
    let all = f64::NEG_INFINITY;
    println!(
        "places: {} true, {} false, {} unlabelled",
        count(Kind::True, all),
        count(Kind::False, all),
        count(Kind::Unlabelled, all)
    );
    let named = [("low", limits.low), ("medium", limits.medium), ("high", limits.high)];
    let rest = (-2..=6).map(|step| ("", f64::from(step) * 0.75));
    for (name, from) in named.into_iter().chain(rest) {
        let (right, wrong, other) =
            (count(Kind::True, from), count(Kind::False, from), count(Kind::Unlabelled, from));
        // In each fold, rewritten with words that the model of the fold did not see.
        let words: Vec<f64> = folds
            .iter()
            .enumerate()
            .flat_map(|(fold, of)| {
                of.scores.iter().filter(move |(at, _)| examples.all[*at].kind == Kind::Words(fold))
            })
            .map(|(_, score)| *score)
            .collect();
        let found = words.iter().filter(|score| **score >= from).count();
        println!(
            "{name:>7} {from:5.2}: true {right} false {wrong} other {other}  precision {:.3}  recall {:.3}  words {found}/{} = {:.3}",
            precision(&scores, from, f64::INFINITY),
            right as f64 / count(Kind::True, all) as f64,
            words.len(),
            found as f64 / words.len().max(1) as f64
        );
    }
    println!("by confidence: how many are right");
    for low in (-4..=8).map(f64::from) {
        let within = |wanted: Kind| {
            scores
                .iter()
                .filter(|(kind, score)| *kind == wanted && *score >= low && *score < low + 1.0)
                .count()
        };
        let (right, wrong, other) = (within(Kind::True), within(Kind::False), within(Kind::Unlabelled));
        println!(
            "  {low:4}..: {right} of {} labelled, {other} unlabelled; the model says {:.2}",
            right + wrong,
            1.0 / (1.0 + (-low - 0.5).exp())
        );
    }
}
