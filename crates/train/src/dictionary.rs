//! Builds the dictionary: a list of English words, and words that many of the repositories use.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use skant::internal::detect::letter_pair_table;

use crate::labels::{Label, Labels, Truth};

pub(crate) const HEADER: &str = "# English words of SCOWL (Kevin Atkinson; see docs/detection.md), and words that many repositories use.\n";

/// A word counts if it occurs in at least this many repositories.
const MIN_REPOSITORIES: usize = 8;

pub(crate) fn read(list: &Path, data: &Path, labels: &Labels) -> Vec<String> {
    let list = fs::read(list).expect("the list of words");
    let list = String::from_utf8_lossy(&list);
    let is_word =
        |word: &str| (3..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut words: BTreeSet<String> =
        list.lines().map(str::to_ascii_lowercase).filter(|word| is_word(word)).collect();
    let used: Vec<HashSet<String>> =
        labels.par_iter().map(|(id, files)| words_in(&data.join(id), data, files)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    used.into_iter().flatten().for_each(|word| *counts.entry(word).or_default() += 1);
    words.extend(
        counts
            .into_iter()
            .filter(|(word, count)| *count >= MIN_REPOSITORIES && word.len() > 3)
            .map(|(word, _)| word),
    );
    words.into_iter().collect()
}

/// Returns the words of a repository, except those on lines with labelled secrets.
fn words_in(folder: &Path, data: &Path, labels: &HashMap<String, Vec<Label>>) -> HashSet<String> {
    let mut found = HashSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            found.extend(words_in(&entry.path(), data, labels));
            continue;
        }
        let name = format!("data/{}", entry.path().strip_prefix(data).expect("inside").to_string_lossy());
        let rows = labels.get(&name);
        let has_secret = |line: usize| {
            rows.is_some_and(|rows| {
                rows.iter().any(|row| row.truth != Truth::False && row.lines.contains(&line))
            })
        };
        let text = fs::read(entry.path()).expect("a file");
        for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            if line.len() <= 400 && !has_secret(number) {
                add_words(line, &mut found);
            }
        }
    }
    found
}

/// Adds the words of a line, in lower case; a name is split at its uppercase letters.
fn add_words(line: &[u8], found: &mut HashSet<String>) {
    let mut word = String::new();
    let mut last = b' ';
    for byte in line.iter().copied().chain([0]) {
        let ends_word = !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() && last.is_ascii_lowercase();
        if ends_word {
            if (4..=16).contains(&word.len()) {
                found.insert(word.clone());
            }
            word.clear();
        }
        if byte.is_ascii_alphabetic() {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
        last = byte;
    }
}

/// Returns the table of letter pairs, in the format of `model/pairs.txt`.
pub(crate) fn pairs(words: &[String]) -> String {
    let mut text = String::from(
        "# How much more often one letter follows another in words than in random letters, in eighths of a bit. One row for each first letter.\n",
    );
    for row in letter_pair_table(words).chunks(26) {
        let row: Vec<String> = row.iter().map(i8::to_string).collect();
        text.push_str(&row.join(" "));
        text.push('\n');
    }
    text
}
