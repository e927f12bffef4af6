//! The errors of installing and removing hooks. A message says what is wrong, the help what to do about it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::Hook;
use super::hooks_dir::{HooksDir, Owner};
use super::third_party;
use crate::hook::manager::Manager;
use crate::text;

/// The reason why nothing was installed or removed.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no git program.
    #[error("the program `{}` was not found", Shown(git))]
    #[diagnostic(code(skant::install::no_git), help("install git, or put its absolute folder on the PATH"))]
    NoGit {
        /// The program that was searched for.
        git: OsString,
    },
    /// The folder is in no repository.
    #[error("{} is in no git repository", Shown(dir))]
    #[diagnostic(
        code(skant::install::no_repository),
        help("go into a repository, or make one with `git init`")
    )]
    NoRepository {
        /// The folder.
        dir: PathBuf,
    },
    /// Git does not trust the repository, because it belongs to another user.
    #[error("git refuses the repository at {}: {message}", Shown(dir))]
    #[diagnostic(code(skant::install::other_owner), help("{}", owner_help(advice)))]
    OtherOwner {
        /// The folder.
        dir: PathBuf,
        /// The first line of git's message, escaped.
        message: String,
        /// The command that git advises, escaped; empty if git advises nothing.
        advice: String,
    },
    /// Git could not report the hooks folder.
    #[error("git cannot say where the hooks of {} are: {message}", Shown(dir))]
    #[diagnostic(
        code(skant::install::git),
        help("`git rev-parse --git-path hooks` has to work in that folder first")
    )]
    Git {
        /// The folder.
        dir: PathBuf,
        /// Git's message, escaped.
        message: String,
    },
    /// A pipe or device has the path of a file that git reads.
    #[error("{} is not a regular file, and git would wait for it", Shown(path))]
    #[diagnostic(code(skant::install::special_file), help("remove it, or replace it by a file"))]
    SpecialFile {
        /// The path.
        path: PathBuf,
    },
    /// The path at which git expects the hooks folder is not a folder.
    #[error("git looks for hooks in {}, which is not a folder", Shown(path))]
    #[diagnostic(
        code(skant::install::not_a_folder),
        help(
            "see `git config --show-origin core.hooksPath`; `git config --unset core.hooksPath` gives the \
             repository its own hooks folder back"
        )
    )]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// `core.hooksPath` leads into the working tree.
    #[error("the hooks folder {} is part of the working tree, so its files may be committed", Shown(folder))]
    #[diagnostic(code(skant::install::tracked_folder), help("{}", folder_help(folder, missing)))]
    TrackedFolder {
        /// The hooks folder.
        folder: PathBuf,
        /// The hooks for which no file there calls skant.
        missing: Vec<Hook>,
    },
    /// `core.hooksPath` leads out of the repository.
    #[error("the hooks folder {} is outside the repository, so other repositories may use it", Shown(folder))]
    #[diagnostic(code(skant::install::shared_folder), help("{}", folder_help(folder, missing)))]
    SharedFolder {
        /// The hooks folder.
        folder: PathBuf,
        /// The hooks for which no file there calls skant.
        missing: Vec<Hook>,
    },
    /// A hook manager of the project takes other hooks out of use, and does not call skant for each hook.
    #[error("{} runs the hooks of this project ({}), and would take skant's own out of use", manager.name(), Shown(file))]
    #[diagnostic(code(skant::install::manager), help("{}", manager_help(lines, *is_partly_read)))]
    Manager {
        /// The manager.
        manager: Manager,
        /// The file that declares it, from the top of the working tree.
        file: String,
        /// What to add, one line of text each.
        lines: Vec<String>,
        /// Whether the manager has settings that were not read.
        is_partly_read: bool,
    },
    /// The user's `core.hooksPath` is set to another folder already.
    #[error("`core.hooksPath` leads to {} already, for all of your repositories", Shown(path))]
    #[diagnostic(
        code(skant::install::other_global),
        help(
            "call skant from there (`skant hook pre-commit \"$@\"` in {}, and the same for pre-merge-commit, \
             commit-msg and pre-push), or unset it with `git config --global --unset core.hooksPath` and run this \
             again",
            Shown(path.join("pre-commit"))
        )
    )]
    OtherGlobal {
        /// The folder that it names.
        path: PathBuf,
    },
    /// There is a third-party hook, and the name under which it would be kept is taken.
    #[error("{} is not skant's, and {} holds an earlier hook already", Shown(path), Shown(before))]
    #[diagnostic(
        code(skant::install::two_hooks),
        help("put the lines of both into {}, remove {}, and run this again", Shown(before), Shown(path))
    )]
    TwoHooks {
        /// The third-party hook.
        path: PathBuf,
        /// The earlier hook.
        before: PathBuf,
    },
    /// A script of skant's was edited.
    #[error("{} was installed by skant and edited afterwards", Shown(path))]
    #[diagnostic(
        code(skant::install::edited),
        help(
            "move your own lines into {1} (executable; it is called first), remove {0}, and run this again",
            Shown(path),
            Shown(kept)
        )
    )]
    Edited {
        /// The hook.
        path: PathBuf,
        /// The path of an earlier hook.
        kept: PathBuf,
    },
    /// A third-party hook reads or compares its own path, so it has to stay where it is.
    #[error("{} depends on its own path, so it cannot be moved", Shown(path))]
    #[diagnostic(
        code(skant::install::names_its_place),
        help(
            "add this line to it, after its own checks and after everything that changes the index, and run this \
             again:\n  skant hook {} \"$@\" || exit{}",
            hook.name(),
            if matches!(hook, Hook::PrePush) {
                "\nskant reads what git pushes from standard input; if the hook reads it too, give it to both"
            } else {
                ""
            }
        )
    )]
    NamesItsPlace {
        /// The hook.
        path: PathBuf,
        /// Its name.
        hook: Hook,
    },
    /// A folder, a pipe or the like has the name of a hook.
    #[error("{} is in the way: it is not a file", Shown(path))]
    #[diagnostic(code(skant::install::not_a_file), help("move {} away and run this again", Shown(path)))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The system refused an operation.
    #[error("cannot {doing} {}: {source}{}", Shown(path), NotRestored(not_restored))]
    #[diagnostic(
        code(skant::install::io),
        help("check the permissions of that file and its folder, and run this again")
    )]
    Io {
        /// The operation: a verb.
        doing: &'static str,
        /// The file or folder of the operation.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
        /// Files that could not be restored; normally empty.
        not_restored: Vec<PathBuf>,
    },
}

impl InstallError {
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_path_buf(), source, not_restored: Vec::new() }
    }

    /// Makes the error for a git program that could not be started.
    pub(crate) fn git_not_started(git: &OsStr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoGit { git: git.into() },
            _ => Self::io("run", Path::new(git), source),
        }
    }

    /// Adds a file that could not be restored after the error.
    pub(crate) fn add_not_restored(&mut self, path: PathBuf) {
        if let Self::Io { not_restored, .. } = self {
            not_restored.push(path);
        }
    }

    pub(crate) fn foreign_folder(dir: &HooksDir, missing: Vec<Hook>) -> Self {
        let folder = dir.path.clone();
        match dir.owner {
            Owner::WorkTree => Self::TrackedFolder { folder, missing },
            Owner::Repository | Owner::Elsewhere => Self::SharedFolder { folder, missing },
        }
    }

    /// Makes the error for a git process that failed with this text on standard error.
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
}

fn owner_help(advice: &str) -> String {
    if advice.is_empty() {
        return "run this as the repository's owner".to_owned();
    }
    format!("run this as the repository's owner, or, if you trust it, first: {advice}")
}

/// Returns the lines that call skant from the files of a hooks folder, for a shell.
fn folder_help(folder: &Path, hooks: &[Hook]) -> String {
    let files = third_party::user_folder(folder);
    let is_husky = files.ends_with(".husky");
    let lines = hooks.iter().map(|hook| {
        let (name, path) = (hook.name(), files.join(hook.name()));
        let file = Shown(&path).to_string().replace('\'', r"'\''");
        if is_husky {
            format!("\n  echo 'skant hook {name} \"$@\"' >> '{file}'")
        } else if path.exists() {
            format!("\n  echo 'skant hook {name} \"$@\" || exit' >> '{file}'")
        } else {
            format!("\n  printf '#!/bin/sh\\nskant hook {name} \"$@\"\\n' > '{file}' && chmod +x '{file}'")
        }
    });
    let folder = Shown(files).to_string().replace('\'', r"'\''");
    let make = if files.is_dir() { String::new() } else { format!("\n  mkdir -p '{folder}'") };
    format!(
        "`core.hooksPath` or a link leads there. Call skant from the files there:{make}{}\n`--force` installs the hooks there \
         instead",
        lines.collect::<String>()
    )
}

fn manager_help(lines: &[String], is_partly_read: bool) -> String {
    let unread = if is_partly_read {
        "\n(it has settings that skant does not read: other files, programs)"
    } else {
        ""
    };
    let lines = lines.iter().fold(String::new(), |text, line| format!("{text}\n  {}", Shown(line)));
    format!(
        "let it call skant, and commit the change:{lines}{unread}\n`--force` installs skant's own hooks until then"
    )
}

/// A path that is escaped where it is printed.
struct Shown<P>(P);

impl<P: AsRef<OsStr>> fmt::Display for Shown<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text::escape_terminal(self.0.as_ref().as_encoded_bytes()))
    }
}

/// The files that a failed change could not restore, as the end of a message.
struct NotRestored<'p>(&'p [PathBuf]);

impl fmt::Display for NotRestored<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|path| write!(formatter, "; {} was not restored", Shown(path)))
    }
}
