//! Suppressions that suppress nothing: entries on record, and comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::{Evidence, InlineComment};
use crate::finding::{Problem, ProblemKind};
use crate::policy::Suppressions;
use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::scan::Scanner;

/// So many are named.
const MOST_NAMED: usize = 3;

/// What a scan of everything has looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    /// All files of the working tree.
    Tree,
    /// All that the repository holds.
    History,
}

impl Scanner {
    /// Entries that fit nothing, where all was looked at: a note for each file that they stand in.
    pub(crate) fn unused(&self, used: &BTreeSet<usize>, whole: Whole) -> Vec<Problem> {
        if self.policy().suppressions == Suppressions::Ignored {
            return Vec::new();
        }
        let mut unused: BTreeMap<EntrySource, Vec<&SuppressionEntry>> = BTreeMap::new();
        for (number, entry) in self.suppressions().entries().iter().enumerate() {
            // What a commit brought is not told from a file.
            let is_asked = whole == Whole::History || entry.commit.is_none();
            if is_asked && !used.contains(&number) && !entry.is_expired(self.policy().today) {
                unused.entry(entry.source).or_default().push(entry);
            }
        }
        unused.into_iter().map(|(source, entries)| note(source, &entries, whole)).collect()
    }
}

fn note(source: EntrySource, entries: &[&SuppressionEntry], whole: Whole) -> Problem {
    let (number, is) = (entries.len(), if entries.len() == 1 { "entry allows" } else { "entries allow" });
    let named: Vec<String> = entries.iter().take(MOST_NAMED).map(|entry| entry.describe()).collect();
    let more = if number > MOST_NAMED { ", …" } else { "" };
    let place = if whole == Whole::Tree { "in these files" } else { "that the repository holds" };
    let help = match source {
        EntrySource::Baseline => "; `skant baseline prune` removes what the history does not need either",
        EntrySource::Config | EntrySource::Gitleaks => "",
    };
    Problem {
        kind: ProblemKind::Suppression,
        path: Some(source.file().to_owned()),
        message: format!("{number} {is} nothing {place}: {}{more}{help}", named.join("; ")),
    }
}

/// CommentPolicy that name a value which does not stand beside them.
pub(crate) fn comments(text: &[u8], found: &[Evidence], shown: &str) -> Vec<Problem> {
    let named =
        InlineComment::find_all(text).into_iter().filter(|(_, directive)| directive.fingerprint.is_some());
    let unused =
        named.filter(|(_, directive)| !found.iter().any(|one| one.inline_comments.contains(directive)));
    let note = |(line, _)| Problem {
        kind: ProblemKind::Suppression,
        path: Some(shown.to_owned()),
        message: format!("line {line}: a `skant:allow` beside which nothing is found; it can go"),
    };
    unused.map(note).collect()
}
