//! The dictionary: a list of English words, and words that many repositories use.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use skant::detect::letter_pair_table;

use crate::labels::{Labels, Truth};

pub(crate) const HEAD: &str = "# English words of SCOWL (Kevin Atkinson; see docs/detection.md), and words that many repositories use.\n";

/// A word counts if at least this many repositories have it.
const MIN_REPOSITORIES: usize = 8;

pub(crate) fn read(list: &Path, data: &Path, labels: &Labels) -> Vec<String> {
    let list = fs::read(list).expect("the list of words");
    let list = String::from_utf8_lossy(&list);
    let is_word =
        |word: &str| (3..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut words: BTreeSet<String> =
        list.lines().map(str::to_ascii_lowercase).filter(|word| is_word(word)).collect();
    let used: Vec<HashSet<String>> =
        labels.par_iter().map(|(id, files)| used_in(&data.join(id), data, files)).collect();
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

/// Returns the words of a repository, without lines that have labelled secrets.
fn used_in(
    folder: &Path,
    data: &Path,
    labels: &std::collections::HashMap<String, Vec<crate::labels::Label>>,
) -> HashSet<String> {
    let mut found = HashSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            found.extend(used_in(&entry.path(), data, labels));
            continue;
        }
        let name = format!("data/{}", entry.path().strip_prefix(data).expect("inside").to_string_lossy());
        let rows = labels.get(&name);
        let is_secret = |line: usize| {
            rows.is_some_and(|rows| {
                rows.iter().any(|row| row.truth != Truth::False && row.lines.contains(&line))
            })
        };
        let text = fs::read(entry.path()).expect("a file");
        for (line, text) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            if text.len() > 400 || is_secret(line) {
                continue;
            }
            let mut word = String::new();
            let mut last = b' ';
            for byte in text.iter().copied().chain([0]) {
                let ends =
                    !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() && last.is_ascii_lowercase();
                if ends {
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
    }
    found
}

/// Writes the table of letter pairs.
pub(crate) fn pairs(words: &[String]) -> String {
    let mut text = String::from(
        "# How much more often than by chance one letter follows another in words, in eighths of a bit: a row for each first letter.\n",
    );
    for row in letter_pair_table(words).chunks(26) {
        let row: Vec<String> = row.iter().map(i8::to_string).collect();
        text.push_str(&row.join(" "));
        text.push('\n');
    }
    text
}
