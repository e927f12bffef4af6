//! Examples for training: each position that the model scores, its features, and its label.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use skant::detect::{Detector, ScoredValue};
use skant::finding::Confidence;

use crate::labels::{Label, Labels, Truth};
use crate::rewrite;

/// The number of folds.
pub(crate) const FOLDS: usize = 5;

/// The origin of an example, which decides its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A labelled secret.
    True,
    /// A labelled secret, rewritten with words of a fold.
    Dictionary(usize),
    /// A position that is labelled as no secret.
    False,
    /// A position without a label.
    Unlabelled,
}

impl Kind {
    pub(crate) const fn is_true(self) -> bool {
        matches!(self, Self::True | Self::Dictionary(_))
    }
}

/// One position.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) fold: usize,
    pub(crate) repository: usize,
    pub(crate) kind: Kind,
    pub(crate) features: Vec<u32>,
    /// Its confidence cap.
    pub(crate) most: Confidence,
}

/// All examples, and the names of their features.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    pub(crate) all: Vec<Example>,
    pub(crate) names: Vec<String>,
}

/// Returns the fold of a repository: repositories are dealt in the order of a hash of their ids.
pub(crate) fn fold_of(repository: &str) -> usize {
    (rewrite::hash(repository.as_bytes()) % FOLDS as u64) as usize
}

pub(crate) fn gather(
    data: &Path,
    labels: &Labels,
    detector: &Detector,
    words: &[Vec<Vec<String>>],
) -> Examples {
    let parts: Vec<Vec<(Example, Vec<String>)>> = labels
        .par_iter()
        .enumerate()
        .map(|(number, (id, files))| {
            let mut found = Vec::new();
            let mut all = files_in(&data.join(id));
            all.sort();
            for path in all {
                let name = format!("data/{}", path.strip_prefix(data).expect("inside").to_string_lossy());
                let none = Vec::new();
                let rows = files.get(&name).unwrap_or(&none);
                found.extend(of_file(&path, rows, detector, words).into_iter().map(|(kind, seen)| {
                    let (fold, most) = (fold_of(id), seen.max_confidence);
                    (Example { fold, repository: number, kind, features: Vec::new(), most }, seen.features)
                }));
            }
            found
        })
        .collect();
    let mut examples = Examples::default();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    for (_, features) in &parts {
        for feature in features {
            numbers.entry(feature.clone()).or_insert(0);
        }
    }
    for (number, entry) in (0..).zip(numbers.iter_mut()) {
        *entry.1 = number;
        examples.names.push(entry.0.clone());
    }
    for (mut example, features) in parts {
        example.features = features.iter().map(|feature| numbers[feature]).collect();
        examples.all.push(example);
    }
    examples
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            found.extend(files_in(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

type Found = (Kind, ScoredValue);

fn of_file(path: &Path, rows: &[Label], detector: &Detector, words: &[Vec<Vec<String>>]) -> Vec<Found> {
    let text = fs::read(path).expect("a file");
    let mut starts = vec![0];
    starts.extend(memchr(&text));
    let by_line: HashMap<usize, Vec<&Label>> = rows.iter().fold(HashMap::new(), |mut map, row| {
        row.lines.clone().for_each(|line| map.entry(line).or_insert_with(Vec::new).push(row));
        map
    });
    let mut found = Vec::new();
    for seen in detector.scored_values(&text) {
        let line = starts.partition_point(|start| *start <= seen.span.start);
        let column = seen.span.start - starts[line - 1];
        let rows = by_line.get(&line).map_or(&[][..], Vec::as_slice);
        let Some(kind) = kind_of(rows, &(column..column + seen.span.len())) else { continue };
        if kind == Kind::True && rewrite::is_human(&text[seen.span.clone()]) {
            for (fold, words) in words.iter().enumerate() {
                found.extend(
                    rewritten(&text, &seen, detector, words, fold).map(|seen| (Kind::Dictionary(fold), seen)),
                );
            }
        }
        found.push((kind, seen));
    }
    found
}

fn memchr(text: &[u8]) -> Vec<usize> {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

/// Returns the label of a value by the rows of its line, or `None` if the rows mean another value.
fn kind_of(rows: &[&Label], value: &std::ops::Range<usize>) -> Option<Kind> {
    let hits = |row: &&&Label| {
        row.value.as_ref().is_none_or(|labelled| labelled.start < value.end && value.start < labelled.end)
            || row.lines.len() > 1
    };
    let says = |truth: Truth| rows.iter().filter(hits).any(|row| row.truth == truth);
    if says(Truth::True) {
        Some(Kind::True)
    } else if rows.iter().any(|row| row.truth != Truth::False) {
        None
    } else if !rows.is_empty() {
        Some(Kind::False)
    } else {
        Some(Kind::Unlabelled)
    }
}

/// Returns the features of a position with words in place of its value.
fn rewritten(
    text: &[u8],
    seen: &ScoredValue,
    detector: &Detector,
    words: &[Vec<String>],
    fold: usize,
) -> Option<ScoredValue> {
    const CONTEXT: usize = 2048;
    let start = seen.span.start.saturating_sub(CONTEXT);
    let end = text.len().min(seen.span.end + CONTEXT);
    let mut part = text[start..end].to_vec();
    let value = seen.span.start - start..seen.span.end - start;
    rewrite::rewrite(&mut part[value.clone()], words, fold);
    let found = detector.scored_values(&part);
    found.into_iter().find(|other| other.span == value)
}
