//! Advice on the findings of a scan by the library, where no command says what the user does.

use std::collections::BTreeSet;

use crate::finding::{Report, ScopeKind};
use crate::git::{Index, Repository};
use crate::remediation::{Situation, advise, advise_files};
use crate::scan::Scanner;
use crate::text::unescape_path;

/// Fills in [`Finding::help`](crate::Finding::help), the steps to take, in a report of this scanner. Scans leave it empty.
pub fn add_help(report: &mut Report, scanner: &Scanner) {
    let situation = situation(report.scope.kind);
    advise(report, scanner.detector().rules(), situation);
}

/// Does the same for a scan of this repository: what a file that git does not track holds is not leaked yet.
pub fn add_repository_help(report: &mut Report, scanner: &Scanner, repository: &Repository) {
    match situation(report.scope.kind) {
        Situation::Files => {
            let untracked = untracked_paths(report, Some(repository));
            advise_files(report, scanner.detector().rules(), &untracked);
        }
        situation => advise(report, scanner.detector().rules(), situation),
    }
}

/// Returns the paths of findings that git does not track; none if that is not known.
pub(crate) fn untracked_paths(report: &Report, repository: Option<&Repository>) -> BTreeSet<String> {
    if report.findings.is_empty() || report.scope.kind != ScopeKind::Worktree {
        return BTreeSet::new();
    }
    let index = repository.and_then(|repository| {
        Index::read(&repository.index_file, &repository.git_dir, repository.format).ok()
    });
    // A folder of a sparse index stands for its files.
    let Some(index) = index.filter(|index| !index.is_sparse()) else { return BTreeSet::new() };
    let is_untracked =
        |path: &&String| unescape_path(path).is_some_and(|path| index.positions_of(&path).is_empty());
    let paths = report.findings.iter().flat_map(|finding| &finding.locations).map(|location| &location.path);
    paths.filter(is_untracked).cloned().collect()
}

/// Returns the situation of a scan with this scope, as `skant scan` does.
const fn situation(scope: ScopeKind) -> Situation {
    match scope {
        // A path from the root of the repository is valid in each of its folders, and with or without a commit.
        ScopeKind::Staged => Situation::Staged { unborn: false, below: true },
        ScopeKind::Range => Situation::Range,
        ScopeKind::History => Situation::History,
        ScopeKind::Worktree | ScopeKind::Stdin => Situation::Files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_the_advice_of_its_situation() {
        let scanner = Scanner::default();
        let text = format!("password = \"{}\"\n", ["kX9pQ2", "vR7tLm"].concat());
        let plain = scanner.scan_bytes("config/app.toml", text.as_bytes());
        assert!(plain.findings[0].help.is_empty());
        let help = |kind| {
            let mut report = plain.clone();
            report.scope.kind = kind;
            add_help(&mut report, &scanner);
            report.findings[0].help.join("\n")
        };
        for (kind, words) in [
            (ScopeKind::Worktree, "then remove it from the file"),
            (ScopeKind::Stdin, "then remove it from the file"),
            (ScopeKind::Staged, "`git restore --staged -- :/config/app.toml`"),
            (ScopeKind::Range, "before they are pushed"),
            (ScopeKind::History, "only then clean the history"),
        ] {
            assert!(help(kind).contains(words), "{kind}: {}", help(kind));
        }
    }
}
