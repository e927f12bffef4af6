//! What people pass to `scan` by mistake: a revision without `--history`, `PATH:LINE`, the address of a repository, a path
//! in the place of a revision.

use std::ffi::OsStr;
use std::path::Path;

use crate::finding::{Problem, ProblemKind};
use crate::git::Repository;
use crate::source::range::Revisions;

/// A target that is not what the form of the command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetMistake {
    /// The address of a repository.
    Address,
    /// A revision or a range, without `--history`.
    Revision,
    /// A file, with a line number after it.
    Line,
}

impl TargetMistake {
    /// Recognises the mistake in a path that does not exist.
    pub(crate) fn of_missing_path(
        name: &OsStr,
        folder: &Path,
        repository: Option<&Repository>,
    ) -> Option<Self> {
        let text = name.to_str()?;
        if let Some(address) = Self::of_address(text) {
            return Some(address);
        }
        if without_line(text).is_some_and(|path| folder.join(path).is_file()) {
            return Some(Self::Line);
        }
        let is_revision = |repository| Revisions::resolve(repository, &[text.to_owned()]).is_ok();
        repository.is_some_and(is_revision).then_some(Self::Revision)
    }

    /// Recognises the address of a repository: `https://…`, or `user@host:path`.
    pub(crate) fn of_address(text: &str) -> Option<Self> {
        let has_scheme = ["https://", "http://", "ssh://", "git://", "file://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        let is_scp =
            text.split_once(':').and_then(|(host, _)| host.split_once('@')).is_some_and(|(user, host)| {
                let is_plain = |part: &str| !part.is_empty() && !part.contains(['/', '{', '^', '~', ' ']);
                is_plain(user) && is_plain(host)
            });
        (has_scheme || is_scp).then_some(Self::Address)
    }

    /// Returns what to write instead.
    pub(crate) fn advice(self, name: &str) -> String {
        match self {
            Self::Address => {
                "clone it first: `git clone --mirror ADDRESS repo.git`, then `skant -C repo.git scan --history`"
                    .to_owned()
            }
            Self::Revision => {
                format!("it is a revision: `skant scan --history {name}` scans its commits")
            }
            Self::Line => {
                let path = without_line(name).unwrap_or(name);
                format!("`skant explain {name}` explains a line, and `skant scan {path}` scans the file")
            }
        }
    }
}

/// Returns the path in `PATH:LINE` or `PATH:LINE:COLUMN`.
fn without_line(text: &str) -> Option<&str> {
    let cut = |text: &'_ str| {
        let (path, number) = text.rsplit_once(':')?;
        number.parse::<usize>().ok().map(|_| path.len())
    };
    let path = &text[..cut(text)?];
    Some(cut(path).map_or(path, |end| &path[..end]))
}

/// Replaces the message about a path that does not exist, if the name is another thing. `shown` is the name as reports
/// show it.
pub(crate) fn explain_missing_path(problems: &mut [Problem], shown: &str, mistake: TargetMistake) {
    let of_name = |problem: &&mut Problem| {
        problem.kind == ProblemKind::MissingPath && problem.path.as_deref() == Some(shown)
    };
    if let Some(problem) = problems.iter_mut().find(of_name) {
        problem.message = format!("there is no such file; {}", mistake.advice(shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_recognised_and_paths_are_not() {
        for text in [
            "https://example.org/a/b.git",
            "ssh://git@example.org/a.git",
            "git@example.org:a/b.git",
            "file:///srv/a.git",
        ] {
            assert_eq!(TargetMistake::of_address(text), Some(TargetMistake::Address), "{text}");
        }
        for text in ["main@{u}:a", "a/b@c:d", "HEAD^{/x@y:z}", "c:/a", "a.py:1", "@:a", "src", "x@y"] {
            assert_eq!(TargetMistake::of_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_number_after_a_file_is_recognised() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mistake = |name: &str| TargetMistake::of_missing_path(OsStr::new(name), folder, None);
        assert_eq!(mistake("README.md:1"), Some(TargetMistake::Line));
        assert_eq!(mistake("README.md:10:2"), Some(TargetMistake::Line));
        for name in ["README.md:", "README.md:x", "absent.md:1", "absent", "HEAD"] {
            assert_eq!(mistake(name), None, "{name}");
        }
        let advice = TargetMistake::Line.advice("v2:README.md:10:2");
        assert!(
            advice.contains("`skant explain v2:README.md:10:2`") && advice.contains("scan v2:README.md`")
        );
    }
}
