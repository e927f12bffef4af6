//! `skant install` and `skant uninstall`: four scripts in git's hooks folder. An earlier hook is kept and called first.
//!
//! Both read all files first and then change them as one transaction: a failure leaves the folder as it was.
//! Prints nothing; both return their changes as data.

pub(crate) mod binary_path;
pub(crate) mod error;
pub(crate) mod global;
pub(crate) mod hooks_dir;
pub(crate) mod script;
pub(crate) mod third_party;
pub(crate) mod transaction;

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use hooks_dir::{HooksDir, Owner};
use script::Origin;
use transaction::Step;

pub use binary_path::running_program;
pub(crate) use error::FolderAdvice;
pub use error::InstallError;
pub(crate) use global::global_folder;
pub use global::{GlobalAction, install_global, uninstall_global};

/// A hook that `skant install` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Runs before a commit: scans the staged files.
    PreCommit,
    /// Runs before the commit of a merge without conflicts.
    PreMergeCommit,
    /// Scans the message of a commit.
    CommitMsg,
    /// Scans the commits of a push.
    PrePush,
}

impl Hook {
    /// All hooks, in the order in which git calls them.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];

    /// The name that git uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
        }
    }
}

/// The behaviour where the hooks folder is not this repository's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFolder {
    /// Return an error and change nothing.
    Refuse,
    /// Change it anyway (`--force`).
    Change,
}

/// The repository, the program and the hooks of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// A folder in the repository.
    pub dir: &'o Path,
    /// The git program: a path, or a name to search for on the PATH.
    pub git: &'o OsStr,
    /// The skant program that the hooks try first; [`running_program()`] finds it. `uninstall` does not use it.
    pub program: &'o Path,
    /// The hooks to install or remove; normally [`Hook::ALL`].
    pub hooks: &'o [Hook],
    /// Whether a folder that other repositories also use may be changed.
    pub foreign_folder: ForeignFolder,
}

/// The result for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The hook.
    pub hook: Hook,
    /// The file.
    pub path: PathBuf,
    /// The change.
    pub outcome: Outcome,
}

/// The change to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Skant's script was written; there was no script of skant before.
    Installed,
    /// Skant's script was replaced: its text was older, it called another program or it was not executable.
    Refreshed,
    /// The same script of skant was there already.
    Unchanged,
    /// The hooks folder is not this repository's alone, and this file in it calls skant already.
    Called,
    /// The earlier hook is at this path now and is called first.
    KeptAndCalled,
    /// The earlier hook is at this path now. It is not executable: git did not run it, and skant does not run it.
    Kept,
    /// Skant's script was removed.
    Removed,
    /// The earlier hook has its own name again, which is this path.
    Restored,
    /// A third-party hook, or an edited script of skant, was not changed.
    LeftAlone,
}

/// Installs the hooks. Returns the result for each file.
///
/// # Errors
///
/// Fails if there is no repository, if git refuses it, if the hooks folder is not this repository's alone, if an
/// earlier hook cannot be kept, or if a file cannot be written. Then nothing has changed.
pub fn install(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let _lock = transaction::lock(&dir.path);
    let mut plan = Plan::default();
    for files in read_files(&dir, options) {
        plan.install(&files?, &program)?;
    }
    if plan.is_refused(&dir, options) {
        let (called, missing) = third_party::find_calls(&dir.path, options.hooks);
        return if missing.is_empty() {
            Ok(called)
        } else {
            Err(InstallError::foreign_folder(&dir, FolderAdvice::AddLines(missing)))
        };
    }
    plan.apply(&dir)
}

/// Removes the hooks that [`install`] installed, and gives the earlier hooks their names back. The result has no entry
/// for a hook that does not exist.
///
/// # Errors
///
/// Fails like [`install`].
pub fn uninstall(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let _lock = transaction::lock(&dir.path);
    let mut plan = Plan::default();
    for files in read_files(&dir, options) {
        plan.uninstall(files?);
    }
    if plan.is_refused(&dir, options) {
        return Err(InstallError::foreign_folder(&dir, FolderAdvice::ForceUninstall));
    }
    plan.apply(&dir)
}

/// The two files of a hook, as they are before a change.
struct HookFiles {
    hook: Hook,
    path: PathBuf,
    current: Current,
    /// The path under which an earlier hook is kept.
    before: PathBuf,
    earlier: Earlier,
}

/// The file that has the hook's name.
#[derive(Clone, Copy)]
enum Current {
    Absent,
    Skant {
        checksum: script::Checksum,
        executable: bool,
    },
    /// The script for all repositories, which `core.hooksPath` leads to. It calls skant already.
    Global,
    Edited,
    ThirdParty {
        executable: bool,
    },
}

/// The file that has the name of a kept earlier hook.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Earlier {
    Absent,
    Hook {
        executable: bool,
    },
    /// The same hook as the one under the hook's name: an installation was interrupted.
    Copy,
    /// A folder: not a hook, but the name is taken.
    Folder,
}

fn read_files<'p>(
    dir: &'p HooksDir,
    options: &'p Options<'_>,
) -> impl Iterator<Item = Result<HookFiles, InstallError>> + 'p {
    let is_wanted = |hook: &Hook| options.hooks.contains(hook);
    Hook::ALL.into_iter().filter(is_wanted).map(|hook| HookFiles::read(&dir.path, hook))
}

impl HookFiles {
    fn read(folder: &Path, hook: Hook) -> Result<Self, InstallError> {
        let path = folder.join(hook.name());
        let before = folder.join(format!("{}.before-skant", hook.name()));
        let current = match metadata(&path)? {
            None => Current::Absent,
            Some(found) if found.is_symlink() => Current::ThirdParty { executable: is_executable(&path) },
            Some(found) if found.is_file() => {
                let content = fs::read(&path).map_err(|source| InstallError::io("read", &path, source))?;
                let executable = is_executable(&path);
                match script::origin(&content) {
                    Origin::Skant(_) if script::is_global(&content) => Current::Global,
                    Origin::Skant(checksum) => Current::Skant { checksum, executable },
                    Origin::Edited => Current::Edited,
                    Origin::ThirdParty => Current::ThirdParty { executable },
                }
            }
            Some(_) => return Err(InstallError::NotAFile { path }),
        };
        let earlier = match metadata(&before)? {
            None => Earlier::Absent,
            Some(found) if found.is_dir() => Earlier::Folder,
            Some(_)
                if matches!(current, Current::ThirdParty { .. }) && transaction::is_copy(&path, &before) =>
            {
                Earlier::Copy
            }
            Some(_) => Earlier::Hook { executable: is_executable(&before) },
        };
        Ok(Self { hook, path, current, before, earlier })
    }
}

/// The planned changes, and the results to return.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
    actions: Vec<Action>,
}

impl Plan {
    fn add_action(&mut self, hook: Hook, path: &Path, outcome: Outcome) {
        self.actions.push(Action { hook, path: path.to_path_buf(), outcome });
    }

    fn add_kept(&mut self, files: &HookFiles, executable: bool) {
        let outcome = if executable { Outcome::KeptAndCalled } else { Outcome::Kept };
        self.add_action(files.hook, &files.before, outcome);
    }

    fn install(&mut self, files: &HookFiles, program: &Path) -> Result<(), InstallError> {
        let script = script::render(files.hook, program);
        let outcome = match files.current {
            Current::Global => {
                self.add_action(files.hook, &files.path, Outcome::Unchanged);
                return Ok(());
            }
            Current::Skant { checksum, executable: true } if checksum == script.checksum => {
                self.add_action(files.hook, &files.path, Outcome::Unchanged);
                return Ok(());
            }
            Current::Skant { .. } => Outcome::Refreshed,
            Current::Edited => return Err(InstallError::Edited { path: files.path.clone() }),
            Current::Absent => {
                if let Earlier::Hook { executable } = files.earlier {
                    self.add_kept(files, executable);
                }
                Outcome::Installed
            }
            Current::ThirdParty { executable }
                if matches!(files.earlier, Earlier::Absent | Earlier::Copy) =>
            {
                let (path, before) = (files.path.clone(), files.before.clone());
                self.steps.push(Step::Supersede { path, before, content: script.content });
                self.add_kept(files, executable);
                self.add_action(files.hook, &files.path, Outcome::Installed);
                return Ok(());
            }
            Current::ThirdParty { .. } => {
                return Err(InstallError::TwoHooks {
                    path: files.path.clone(),
                    before: files.before.clone(),
                });
            }
        };
        self.steps.push(Step::Write { path: files.path.clone(), content: script.content });
        self.add_action(files.hook, &files.path, outcome);
        Ok(())
    }

    fn uninstall(&mut self, files: HookFiles) {
        let earlier = files.earlier;
        match files.current {
            Current::Absent | Current::Skant { .. } if matches!(earlier, Earlier::Hook { .. }) => {
                self.add_action(files.hook, &files.path, Outcome::Restored);
                self.steps.push(Step::Rename { from: files.before, to: files.path });
            }
            Current::Absent => {}
            Current::Skant { .. } => {
                self.add_action(files.hook, &files.path, Outcome::Removed);
                self.steps.push(Step::Remove { path: files.path });
            }
            Current::Global | Current::Edited | Current::ThirdParty { .. } => {
                self.add_action(files.hook, &files.path, Outcome::LeftAlone);
                if earlier == Earlier::Copy && !files.before.is_symlink() {
                    self.add_action(files.hook, &files.before, Outcome::Removed);
                    self.steps.push(Step::Remove { path: files.before });
                } else if matches!(earlier, Earlier::Hook { .. }) {
                    self.add_action(files.hook, &files.before, Outcome::LeftAlone);
                }
            }
        }
    }

    /// Returns whether a change is planned in a folder that is not this repository's alone, without `--force`.
    fn is_refused(&self, dir: &HooksDir, options: &Options<'_>) -> bool {
        let is_foreign = dir.owner != Owner::Repository;
        !self.steps.is_empty() && is_foreign && options.foreign_folder == ForeignFolder::Refuse
    }

    fn apply(self, dir: &HooksDir) -> Result<Vec<Action>, InstallError> {
        if !self.steps.is_empty() {
            transaction::apply(&dir.path, &self.steps)?;
        }
        Ok(self.actions)
    }
}

/// Returns the metadata of a path without following links; `None` if nothing exists there.
fn metadata(path: &Path) -> Result<Option<Metadata>, InstallError> {
    match path.symlink_metadata() {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::io("read", path, source)),
    }
}

/// Returns whether git would run a hook: a file with an execute permission for anybody, links followed.
fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && has_execute_bit(&found))
}

#[cfg(unix)]
fn has_execute_bit(found: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    found.permissions().mode() & 0o111 != 0
}

/// Windows has no execute permission; git decides by the first line.
#[cfg(not(unix))]
fn has_execute_bit(_found: &Metadata) -> bool {
    true
}
