//! Reads the labels of the data set: for each file, the lines with true values, false values and excluded values.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// The label of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    /// True, but an identifier that grants no access.
    Identifier,
}

/// A labelled value.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) lines: Range<usize>,
    /// The columns of the value on its line, if the row has them.
    pub(crate) value: Option<Range<usize>>,
    pub(crate) truth: Truth,
}

/// The labels by file, and the files by repository in order.
pub(crate) type Labels = Vec<(String, HashMap<String, Vec<Label>>)>;

/// Kinds that do not count in the main figures.
const IDENTIFIERS: [&str; 4] = ["UUID", "AWS S3 Bucket", "Firebase Domain", "Other"];

pub(crate) fn read(folder: &Path) -> Labels {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the labels").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut labels = Labels::new();
    for file in files {
        let mut by_file: HashMap<String, Vec<Label>> = HashMap::new();
        for line in fs::read_to_string(&file).expect("a table").lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let [_, _, _, _, path, start, end, truth, from, to, _, _, kinds] = fields[..] else {
                panic!("a row of 13 fields: {line}")
            };
            let number = |text: &str| text.parse::<usize>().ok();
            let kinds: Vec<&str> = kinds.split(':').collect();
            let truth = match truth {
                "T" if kinds.iter().all(|kind| IDENTIFIERS.contains(kind)) => Truth::Identifier,
                "T" => Truth::True,
                _ => Truth::False,
            };
            let value =
                number(from).zip(number(to)).map(|(from, to)| from..to).filter(|value| !value.is_empty());
            let lines = number(start).expect("a line")..number(end).expect("a line") + 1;
            by_file.entry(path.to_owned()).or_default().push(Label { lines, value, truth });
        }
        labels.push((file.file_stem().expect("a name").to_string_lossy().into_owned(), by_file));
    }
    labels
}
