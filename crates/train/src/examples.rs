//! Collects examples for training: each value that the model scores, its features and its label.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use skant::Confidence;
use skant::internal::detect::{Detector, ScoredValue};

use crate::labels::{Label, Labels, Truth};
use crate::rewrite;

/// The number of folds.
pub(crate) const FOLDS: usize = 5;

/// The origin of an example, which decides how much it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A labelled secret.
    True,
    /// A labelled secret, rewritten with words of a fold.
    Rewritten(usize),
    /// A value that is labelled as no secret.
    False,
    /// A value without a label.
    Unlabelled,
}

impl Kind {
    pub(crate) const fn is_true(self) -> bool {
        matches!(self, Self::True | Self::Rewritten(_))
    }
}

/// One value.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) fold: usize,
    pub(crate) repository: usize,
    pub(crate) kind: Kind,
    pub(crate) features: Vec<u32>,
    /// The highest confidence that the value can have, whatever its score is.
    pub(crate) max_confidence: Confidence,
}

/// All examples, and the names of the features that they number.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    pub(crate) all: Vec<Example>,
    pub(crate) names: Vec<String>,
}

/// Returns the fold of a repository, by a hash of its id.
pub(crate) fn fold_of(repository: &str) -> usize {
    (rewrite::hash(repository.as_bytes()) % FOLDS as u64) as usize
}

pub(crate) fn collect(
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
                found.extend(examples_of_file(&path, rows, detector, words).into_iter().map(
                    |(kind, value)| {
                        let (fold, max_confidence) = (fold_of(id), value.max_confidence);
                        (
                            Example { fold, repository: number, kind, features: Vec::new(), max_confidence },
                            value.features,
                        )
                    },
                ));
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

type LabelledValue = (Kind, ScoredValue);

fn examples_of_file(
    path: &Path,
    rows: &[Label],
    detector: &Detector,
    words: &[Vec<Vec<String>>],
) -> Vec<LabelledValue> {
    let text = fs::read(path).expect("a file");
    let mut starts = vec![0];
    starts.extend(line_starts_after(&text));
    let by_line: HashMap<usize, Vec<&Label>> = rows.iter().fold(HashMap::new(), |mut map, row| {
        row.lines.clone().for_each(|line| map.entry(line).or_insert_with(Vec::new).push(row));
        map
    });
    let mut found = Vec::new();
    for scored in detector.scored_values(&text) {
        let line = starts.partition_point(|start| *start <= scored.span.start);
        let column = scored.span.start - starts[line - 1];
        let rows = by_line.get(&line).map_or(&[][..], Vec::as_slice);
        let Some(kind) = kind_of(rows, &(column..column + scored.span.len())) else { continue };
        if kind == Kind::True && rewrite::is_human_chosen(&text[scored.span.clone()]) {
            for (fold, words) in words.iter().enumerate() {
                found.extend(
                    rewritten(&text, &scored, detector, words, fold)
                        .map(|scored| (Kind::Rewritten(fold), scored)),
                );
            }
        }
        found.push((kind, scored));
    }
    found
}

fn line_starts_after(text: &[u8]) -> Vec<usize> {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

/// Returns the label of a value from the rows of its line; `None` if a row labels another value of the line.
fn kind_of(rows: &[&Label], value: &std::ops::Range<usize>) -> Option<Kind> {
    let applies = |row: &&&Label| {
        row.value.as_ref().is_none_or(|labelled| labelled.start < value.end && value.start < labelled.end)
            || row.lines.len() > 1
    };
    let has_label = |truth: Truth| rows.iter().filter(applies).any(|row| row.truth == truth);
    if has_label(Truth::True) {
        Some(Kind::True)
    } else if rows.iter().any(|row| row.truth != Truth::False) {
        None
    } else if !rows.is_empty() {
        Some(Kind::False)
    } else {
        Some(Kind::Unlabelled)
    }
}

/// Returns the features of a value after its letters are replaced by words.
fn rewritten(
    text: &[u8],
    scored: &ScoredValue,
    detector: &Detector,
    words: &[Vec<String>],
    fold: usize,
) -> Option<ScoredValue> {
    const AROUND: usize = 2048;
    let start = scored.span.start.saturating_sub(AROUND);
    let end = text.len().min(scored.span.end + AROUND);
    let mut part = text[start..end].to_vec();
    let value = scored.span.start - start..scored.span.end - start;
    rewrite::rewrite(&mut part[value.clone()], words, fold);
    let found = detector.scored_values(&part);
    found.into_iter().find(|other| other.span == value)
}
