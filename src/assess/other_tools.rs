//! Comments of other scanners near findings. They suppress nothing here, and a note says once what to write instead.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::detect::{InlineComment, Marker};
use crate::finding::{Finding, Problem, ProblemKind};

/// The comments of other scanners near unsuppressed findings, by their words.
#[derive(Debug, Default)]
pub(crate) struct OtherToolComments(BTreeMap<&'static str, Found>);

/// The first comment, and the number of all.
#[derive(Debug)]
struct Found {
    count: usize,
    path: String,
    line: usize,
    subject: String,
}

impl OtherToolComments {
    /// Adds the comments near one location of a finding.
    pub(crate) fn add(&mut self, comments: &[InlineComment], finding: &Finding, path: &str, line: usize) {
        for comment in comments {
            let words = match comment.marker {
                Marker::Skant => continue,
                Marker::Gitleaks => GITLEAKS,
                Marker::Other(words) => words,
            };
            let subject = format!("{}/{}", finding.rule, finding.fingerprint);
            let new = Found { count: 1, path: path.to_owned(), line, subject };
            match self.0.entry(words) {
                Entry::Vacant(entry) => drop(entry.insert(new)),
                Entry::Occupied(mut entry) => {
                    let count = entry.get().count + 1;
                    // Findings come in the order of their values, and people read in that of the paths.
                    if (&new.path, new.line) < (&entry.get().path, entry.get().line) {
                        let _ = entry.insert(new);
                    }
                    entry.get_mut().count = count;
                }
            }
        }
    }

    /// Returns a note for each kind of comment. `gitleaks` is whether gitleaks' comments apply, so that they need none.
    pub(crate) fn notes(self, gitleaks: bool) -> impl Iterator<Item = Problem> {
        let without = self.0.into_iter().filter(move |(words, _)| !(gitleaks && *words == GITLEAKS));
        without.map(|(words, Found { count, path, line, subject })| {
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            let setting =
                if words == GITLEAKS { "set `gitleaks = true` in skant.toml, or " } else { "" };
            Problem {
                kind: ProblemKind::OtherTool,
                path: Some(path),
                message: format!(
                    "line {line}{more}: `{words}` is a comment for another scanner and suppresses nothing here; \
                     {setting}write `skant:allow {subject} -- REASON`"
                ),
            }
        })
    }
}

const GITLEAKS: &str = "gitleaks:allow";
