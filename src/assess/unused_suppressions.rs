//! Suppressions that suppress nothing: entries of the policy, and inline comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::assessor::Assessor;
use crate::detect::{Evidence, InlineComment};
use crate::finding::{Problem, ProblemKind};
use crate::policy::Suppressions;
use crate::policy::suppress::{EntrySource, SuppressionEntry};

/// The number of entries that a note names.
const MAX_NAMED: usize = 3;

/// What a scan without gaps has read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// All files of the working tree.
    Worktree,
    /// All objects of the repository.
    History,
}

/// Returns a note for each policy file with entries that match no finding. `used` are the indexes of the entries that
/// match one.
pub(crate) fn find_unused_entries(
    assessor: &Assessor<'_>,
    used: &BTreeSet<usize>,
    coverage: Coverage,
) -> Vec<Problem> {
    if assessor.policy().suppressions == Suppressions::Ignored {
        return Vec::new();
    }
    let mut unused: BTreeMap<EntrySource, Vec<&SuppressionEntry>> = BTreeMap::new();
    for (index, entry) in assessor.suppressions().entries().iter().enumerate() {
        // An entry for a commit can only match in a history scan.
        let is_covered = coverage == Coverage::History || entry.commit.is_none();
        if is_covered && !used.contains(&index) && !entry.is_expired(assessor.policy().today) {
            unused.entry(entry.source).or_default().push(entry);
        }
    }
    unused.into_iter().map(|(source, entries)| note(source, &entries, coverage)).collect()
}

fn note(source: EntrySource, entries: &[&SuppressionEntry], coverage: Coverage) -> Problem {
    let (count, verb) = (entries.len(), if entries.len() == 1 { "entry allows" } else { "entries allow" });
    let named: Vec<String> = entries.iter().take(MAX_NAMED).map(|entry| entry.describe()).collect();
    let more = if count > MAX_NAMED { ", …" } else { "" };
    let where_read = match coverage {
        Coverage::Worktree => "in these files",
        Coverage::History => "in the repository",
    };
    let help = match source {
        EntrySource::Baseline => {
            "; `skant baseline prune` removes the entries that the history does not need either"
        }
        EntrySource::Config | EntrySource::Gitleaks => "",
    };
    Problem {
        kind: ProblemKind::Suppression,
        path: Some(source.file().to_owned()),
        message: format!("{count} {verb} nothing {where_read}: {}{more}{help}", named.join("; ")),
    }
}

/// Returns a note for each inline comment that names a value which is not near it. `found` is all evidence in the text.
pub(crate) fn find_unused_comments(text: &[u8], found: &[Evidence], shown_path: &str) -> Vec<Problem> {
    let with_value =
        InlineComment::find_all(text).into_iter().filter(|(_, comment)| comment.fingerprint.is_some());
    let unused =
        with_value.filter(|(_, comment)| !found.iter().any(|one| one.inline_comments.contains(comment)));
    let note = |(line, _)| Problem {
        kind: ProblemKind::Suppression,
        path: Some(shown_path.to_owned()),
        message: format!("line {line}: nothing is found near this `skant:allow`; it can be removed"),
    };
    unused.map(note).collect()
}
