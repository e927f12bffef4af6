//! Whether git would leave a file out of a commit: for one path, without a walk. The file and its folders need not exist.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ignore_files::IgnoreRules;
use crate::git::{GitEnvironment, Index, Repository, path_bytes};

/// Returns whether an ignore file of git names a file that is not tracked. A file outside of a working tree, or one about
/// which git's files cannot be read, is not ignored. Symbolic links are followed, as a program does that writes the
/// file.
pub(crate) fn is_ignored(file: &Path) -> bool {
    let Some(file) = resolve(file) else { return false };
    let Some(folder) = file.ancestors().skip(1).find(|folder| folder.is_dir()) else { return false };
    let Ok(repository) = Repository::discover(folder, &GitEnvironment::default()) else { return false };
    let Some(top) = repository.work_tree.as_deref().and_then(|top| fs::canonicalize(top).ok()) else {
        return false;
    };
    let Ok(below) = file.strip_prefix(&top) else { return false };
    names_path(&repository, &top, below) && !is_tracked(&repository, &path_bytes(below))
}

fn names_path(repository: &Repository, top: &Path, below: &Path) -> bool {
    let mut rules = IgnoreRules::of_repository(repository);
    let (mut folder, mut parts) = (top.to_path_buf(), below.components().peekable());
    while let Some(part) = parts.next() {
        rules = rules.below(&folder, &path_bytes(folder.strip_prefix(top).unwrap_or(Path::new(""))));
        folder.push(part);
        let path = path_bytes(folder.strip_prefix(top).unwrap_or(&folder));
        // What is in an ignored folder is ignored: no exception brings it back.
        if rules.is_ignored(&path, parts.peek().is_some()) {
            return true;
        }
    }
    false
}

fn is_tracked(repository: &Repository, path: &[u8]) -> bool {
    Index::read(&repository.index_file, &repository.git_dir, repository.format)
        .map_or(true, |index| index.is_sparse() || !index.positions_of(path).is_empty())
}

/// Returns the path without symbolic links; `None` if it is not known where it leads.
fn resolve(file: &Path) -> Option<PathBuf> {
    let existing = file.ancestors().find(|path| path.symlink_metadata().is_ok())?;
    let rest = file.strip_prefix(existing).ok()?;
    if rest.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let real = fs::canonicalize(existing).ok()?;
    Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A path, and whether git leaves it out.
    const PATHS: [(&str, bool); 16] = [
        (".env", true),
        ("sub/.env", true),
        ("not/there/.env", true),
        ("app.py", false),
        ("tracked.env", false),
        ("new.env", true),
        ("build/out.txt", true),
        ("build/keep.txt", true),
        ("sub/kept.env", false),
        ("link.env", false),
        ("there.env", true),
        ("gone.env", false),
        ("sub/../.env", true),
        ("absent/../.env", false),
        ("nested/.env", false),
        ("../outside.env", false),
    ];

    #[test]
    fn the_answer_is_that_of_git() {
        let sandbox = testkit::Sandbox::repo();
        sandbox.write("tracked.env", "x\n");
        sandbox.write("app.py", "x\n");
        sandbox.commit_all("first");
        sandbox.write(".gitignore", "*.env\n/build/\n!/build/keep.txt\n");
        sandbox.write("sub/.gitignore", "!kept.env\n");
        sandbox.write("build/keep.txt", "x\n");
        sandbox.sh("git init -q nested");
        for (link, target) in [("link.env", "app.py"), ("there.env", "new.env"), ("gone.env", "no/such")] {
            sandbox.sh(&format!("ln -s {target} {link}"));
        }
        sandbox.write("new.env", "x\n");
        for (path, expected) in PATHS {
            assert_eq!(is_ignored(&sandbox.dir.join(path)), expected, "{path}");
        }
        // Git itself, where the path is one that a command can name and no link.
        for (path, expected) in PATHS.iter().filter(|(path, _)| {
            !path.contains("..") && !path.contains("nested") && !["link.env", "gone.env"].contains(path)
        }) {
            let output = sandbox.try_git(&["check-ignore", "-q", path]);
            assert_eq!(output.status.success(), *expected, "{path}");
        }
    }
}
