//! Why hooks were not installed or removed, and what to do then.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::hook::install::hooks_dir::{Belongs, Folder};
use crate::hook::install::{Hook, third_party};
use crate::text;

/// Why nothing was installed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no git.
    #[error("the program `{}` was not found", Shown(git))]
    NoGit {
        /// What was looked for.
        git: OsString,
    },
    /// The folder is in no repository.
    #[error("{} is in no git repository", Shown(dir))]
    NoRepository {
        /// The folder.
        dir: PathBuf,
    },
    /// Git does not trust the repository, because it belongs to somebody else.
    #[error("git refuses the repository at {}: {message}", Shown(dir))]
    OtherOwner {
        /// The folder.
        dir: PathBuf,
        /// The first line of what git says, escaped.
        message: String,
        /// The command that git advises, escaped.
        advice: String,
    },
    /// Git could not say where the hooks are.
    #[error("git cannot say where the hooks of {} are: {message}", Shown(dir))]
    Git {
        /// The folder.
        dir: PathBuf,
        /// What git says, escaped.
        message: String,
    },
    /// What git calls the hooks folder is none.
    #[error("git looks for hooks in {}, which is not a folder", Shown(path))]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// `core.hooksPath` leads into the working tree.
    #[error("the hooks folder {} is part of the working tree, so its files may be committed", Shown(folder))]
    TrackedFolder {
        /// The hooks folder.
        folder: PathBuf,
        /// The hooks asked for.
        hooks: Vec<Hook>,
    },
    /// `core.hooksPath` leads out of the repository.
    #[error("the hooks folder {} is outside the repository, so others may use it, too", Shown(folder))]
    SharedFolder {
        /// The hooks folder.
        folder: PathBuf,
        /// The hooks asked for.
        hooks: Vec<Hook>,
    },
    /// The user's `core.hooksPath` is set to something else already.
    #[error("`core.hooksPath` leads to {} already, for all of your repositories", Shown(path))]
    OtherGlobal {
        /// Where it leads.
        path: PathBuf,
    },
    /// Another hook, and the place where it would be kept is taken.
    #[error("{} is not skant's, and {} holds an earlier hook already", Shown(path), Shown(before))]
    TwoHooks {
        /// The hook that is there.
        path: PathBuf,
        /// The one that was there before.
        before: PathBuf,
    },
    /// Skant's own script, with somebody's changes.
    #[error("{} was installed by skant and changed since", Shown(path))]
    Edited {
        /// The hook.
        path: PathBuf,
    },
    /// A folder, a pipe or the like in the place of a hook.
    #[error("{} is in the way: it is not a file", Shown(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing} {}: {source}{}", Shown(path), NotUndone(not_undone))]
    Io {
        /// What was tried: a verb.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
        /// Files that could not be put back as they were; normally none.
        not_undone: Vec<PathBuf>,
    },
}

impl InstallError {
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_path_buf(), source, not_undone: Vec::new() }
    }

    /// Git could not be started.
    pub(crate) fn not_run(git: &OsStr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoGit { git: git.into() },
            _ => Self::io("run", Path::new(git), source),
        }
    }

    pub(crate) fn not_undone(&mut self, path: PathBuf) {
        if let Self::Io { not_undone, .. } = self {
            not_undone.push(path);
        }
    }

    pub(crate) fn foreign_folder(folder: &Folder, hooks: &[Hook]) -> Self {
        let (path, hooks) = (folder.path.clone(), hooks.to_vec());
        match folder.belongs {
            Belongs::ToWorkTree => Self::TrackedFolder { folder: path, hooks },
            Belongs::ToRepository | Belongs::Elsewhere => Self::SharedFolder { folder: path, hooks },
        }
    }

    /// Git has ended with this on its standard error.
    pub(crate) fn refused_by_git(dir: &Path, stderr: &[u8]) -> Self {
        let lines: Vec<String> = stderr
            .split(|byte| *byte == b'\n')
            .map(|line| text::escape_terminal(line.trim_ascii()))
            .filter(|line| !line.is_empty())
            .collect();
        let dir = dir.to_path_buf();
        let starts = |start: &str| lines.iter().find(|line| line.starts_with(start));
        if starts("fatal: not a git repository").is_some() {
            return Self::NoRepository { dir };
        }
        if let Some(message) = starts("fatal: detected dubious ownership") {
            let message = message.trim_start_matches("fatal: ").to_owned();
            let advice = starts("git config").cloned().unwrap_or_default();
            return Self::OtherOwner { dir, message, advice };
        }
        Self::Git { dir, message: lines.join(" ") }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoGit { .. } => "install git, or put it on the PATH".to_owned(),
            Self::NoRepository { .. } => "go into a repository, or make one with `git init`".to_owned(),
            Self::OtherOwner { advice, .. } if advice.is_empty() => {
                "run this as the repository's owner".to_owned()
            }
            Self::OtherOwner { advice, .. } => {
                format!("run this as the repository's owner, or, if you trust it, first: {advice}")
            }
            Self::NoFolder { .. } => "see `git config --show-origin core.hooksPath`; `git config --unset \
                core.hooksPath` gives the repository its own hooks folder back"
                .to_owned(),
            Self::TrackedFolder { folder, hooks } | Self::SharedFolder { folder, hooks } => {
                instead_of_writing(folder, hooks)
            }
            Self::OtherGlobal { path } => format!(
                "call skant from there (`skant hook pre-commit \"$@\"` in {}, and so for pre-merge-commit, \
                 commit-msg and pre-push), or take it back with `git config --global --unset core.hooksPath` and run \
                 this again",
                Shown(path.join("pre-commit"))
            ),
            Self::TwoHooks { path, before } => {
                format!("put what both do into {}, remove {}, and run this again", Shown(before), Shown(path))
            }
            Self::Edited { path } => format!(
                "move the lines that are yours into {}.before-skant (executable; it is called first), remove {}, \
                 and run this again",
                Shown(path),
                Shown(path)
            ),
            Self::NotAFile { path } => format!("move {} away and run this again", Shown(path)),
            Self::Git { .. } | Self::Io { .. } => return None,
        })
    }
}

impl miette::Diagnostic for InstallError {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// How to have skant called from a folder that is not ours to write.
fn instead_of_writing(folder: &Path, hooks: &[Hook]) -> String {
    let place = third_party::of_people(folder);
    let lines = hooks.iter().map(|hook| {
        format!("\n  skant hook {} \"$@\"    in {}", hook.name(), Shown(place.join(hook.name())))
    });
    format!(
        "`core.hooksPath` or a link leads there. Add these lines to what is there:{}\nWhere the pre-commit \
         framework runs the hooks, add skant to .pre-commit-config.yaml instead; `--force` does it here all the same",
        lines.collect::<String>()
    )
}

/// A path as it may be printed.
struct Shown<P>(P);

impl<P: AsRef<std::ffi::OsStr>> fmt::Display for Shown<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text::escape_terminal(self.0.as_ref().as_encoded_bytes()))
    }
}

/// What is left of a change that failed and could not be taken back.
struct NotUndone<'p>(&'p [PathBuf]);

impl fmt::Display for NotUndone<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|path| write!(formatter, "; {} was not put back", Shown(path)))
    }
}
