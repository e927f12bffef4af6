//! Files of other scanners, which have no effect here.

use std::path::Path;

use crate::finding::{Problem, ProblemKind};

/// The files at the top of a repository by which other scanners leave findings out, and what to write instead.
const FILES: [(&str, &str); 8] = [
    (".gitguardian.yaml", SETTINGS),
    (".gitguardian.yml", SETTINGS),
    (".trufflehog.yml", SETTINGS),
    (".trufflehog.yaml", SETTINGS),
    (".trufflehogignore", SETTINGS),
    (".secrets.baseline", "`skant baseline create --from .secrets.baseline` imports it"),
    (".gitleaksignore", GITLEAKS),
    (".gitleaks.toml", GITLEAKS),
];

const SETTINGS: &str =
    "write `exclude` and `[[allow]]` in skant.toml instead, or `skant allow FINGERPRINT --reason TEXT`";
const GITLEAKS: &str = "`gitleaks = true` in skant.toml makes it count";

/// Returns a note for each file of another scanner at the top of a repository. `gitleaks` is whether gitleaks' files
/// apply; `has_baseline`, whether there is a baseline already.
pub(crate) fn find_files_of_other_tools(top: &Path, gitleaks: bool, has_baseline: bool) -> Vec<Problem> {
    let counts = |help: &str, name: &str| match name {
        ".secrets.baseline" => has_baseline,
        _ => gitleaks && help == GITLEAKS,
    };
    let is_there = |name: &str| top.join(name).symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let without = FILES.into_iter().filter(|(name, help)| !counts(help, name) && is_there(name));
    without
        .map(|(name, help)| Problem {
            kind: ProblemKind::OtherTool,
            path: Some(name.to_owned()),
            message: format!("a file of another scanner, which suppresses nothing here; {help}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_unless_they_apply() {
        let folder = tempfile::tempdir().unwrap();
        let names = |gitleaks, has_baseline| {
            let notes = find_files_of_other_tools(folder.path(), gitleaks, has_baseline);
            notes.into_iter().filter_map(|note| note.path).collect::<Vec<_>>()
        };
        assert!(names(false, false).is_empty());
        for (name, _) in FILES {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(names(false, false), FILES.map(|(name, _)| name));
        assert_eq!(
            names(true, true),
            [
                ".gitguardian.yaml",
                ".gitguardian.yml",
                ".trufflehog.yml",
                ".trufflehog.yaml",
                ".trufflehogignore"
            ]
        );
    }
}
