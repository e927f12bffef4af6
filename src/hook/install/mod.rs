//! `skant install` and `skant uninstall`: four scripts in git's hooks folder, beside whatever was there before.
//!
//! Everything is looked at first and then changed as one: what fails on the way leaves the folder as it was.
//! Prints nothing; both return what they did as data.

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

use hooks_dir::{Belongs, Folder};
use script::Origin;
use transaction::Step;

pub use binary_path::program;
pub use error::InstallError;
pub use global::{Global, global_folder, install_global, uninstall_global};

/// A hook that skant answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Before a commit: what is staged.
    PreCommit,
    /// Before the commit of a merge without conflicts.
    PreMergeCommit,
    /// The message of a commit.
    CommitMsg,
    /// The commits of a push.
    PrePush,
}

impl Hook {
    /// All of them, in the order in which git calls them.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];

    /// The name that git gives it.
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

/// What to do where the hooks folder is not this repository's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFolder {
    /// Say so and change nothing.
    Refuse,
    /// Change it all the same (`--force`).
    Change,
}

/// Where and what to install or to remove.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// A folder in the repository.
    pub dir: &'o Path,
    /// The git program: a path, or a name to look up on the PATH.
    pub git: &'o OsStr,
    /// The skant program that the hooks call first; [`program()`] finds it. `uninstall` does not use it.
    pub program: &'o Path,
    /// Which hooks; by default [`Hook::ALL`].
    pub hooks: &'o [Hook],
    /// Whether a folder that others use, too, may be changed.
    pub foreign_folder: ForeignFolder,
}

/// What was done about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The hook.
    pub hook: Hook,
    /// The file.
    pub path: PathBuf,
    /// What was done about it.
    pub what: What,
}

/// What was done about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Skant's script was written where no script of skant's was.
    Installed,
    /// Skant's script was of another format, called another program or was not executable.
    Refreshed,
    /// Skant's script was there already, just so.
    Unchanged,
    /// The hooks folder is not this repository's alone, and this file of it calls skant.
    Called,
    /// The hook that was there lies at this path now and is called first.
    KeptAndCalls,
    /// The same, but it is not executable: git did not run it, and skant does not either.
    Kept,
    /// Skant's script was removed.
    Removed,
    /// The hook that was there before skant is in its place again, at this path.
    Restored,
    /// A hook that is not skant's, or that somebody changed since, was not touched.
    LeftAlone,
}

/// Puts the hooks in place.
///
/// # Errors
///
/// Where there is no repository, where git refuses it, where the hooks folder is not this repository's alone,
/// where a hook cannot be kept, or a file cannot be written; then nothing has changed.
pub fn install(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let folder = hooks_dir::find(options.git, options.dir)?;
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let _alone = transaction::alone(&folder.path);
    let mut plan = Plan::default();
    for place in places(&folder, options) {
        plan.install(&place?, &program)?;
    }
    if plan.is_refused(&folder, options) {
        let (called, missing) = third_party::called(&folder.path, options.hooks);
        return if missing.is_empty() {
            Ok(called)
        } else {
            Err(InstallError::foreign_folder(&folder, &missing))
        };
    }
    plan.carry_out(&folder, options)
}

/// Takes the hooks away that [`install`] put there, and gives those that were there before their names back.
/// The result has no entry for a hook that is not there.
///
/// # Errors
///
/// As for [`install`].
pub fn uninstall(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let folder = hooks_dir::find(options.git, options.dir)?;
    let _alone = transaction::alone(&folder.path);
    let mut plan = Plan::default();
    for place in places(&folder, options) {
        plan.uninstall(place?);
    }
    plan.carry_out(&folder, options)
}

/// One hook's two files, as they are.
struct Place {
    hook: Hook,
    path: PathBuf,
    present: Present,
    /// Where the hook that was there before skant is kept.
    before: PathBuf,
    kept: Kept,
}

/// What stands under the hook's name.
#[derive(Clone, Copy)]
enum Present {
    Absent,
    Ours {
        sum: script::Sum,
        executable: bool,
    },
    /// The script for all repositories, which `core.hooksPath` leads to: it does the same already.
    Global,
    Edited,
    Foreign {
        executable: bool,
    },
}

/// What stands under the name for the hook that was there before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Absent,
    Hook {
        executable: bool,
    },
    /// The hook that is there under its own name, too: an installation was ended in the middle.
    Copy,
    /// A folder: no hook, but the name is taken.
    Folder,
}

fn places<'p>(
    folder: &'p Folder,
    options: &'p Options<'_>,
) -> impl Iterator<Item = Result<Place, InstallError>> + 'p {
    let asked = |hook: &Hook| options.hooks.contains(hook);
    Hook::ALL.into_iter().filter(asked).map(|hook| Place::look(&folder.path, hook))
}

impl Place {
    fn look(folder: &Path, hook: Hook) -> Result<Self, InstallError> {
        let path = folder.join(hook.name());
        let before = folder.join(format!("{}.before-skant", hook.name()));
        let present = match metadata(&path)? {
            None => Present::Absent,
            Some(found) if found.is_symlink() => Present::Foreign { executable: is_executable(&path) },
            Some(found) if found.is_file() => {
                let content = fs::read(&path).map_err(|source| InstallError::io("read", &path, source))?;
                let executable = is_executable(&path);
                match script::origin(&content) {
                    Origin::Skant(_) if script::is_global(&content) => Present::Global,
                    Origin::Skant(sum) => Present::Ours { sum, executable },
                    Origin::Edited => Present::Edited,
                    Origin::Foreign => Present::Foreign { executable },
                }
            }
            Some(_) => return Err(InstallError::NotAFile { path }),
        };
        let kept = match metadata(&before)? {
            None => Kept::Absent,
            Some(found) if found.is_dir() => Kept::Folder,
            Some(_) if matches!(present, Present::Foreign { .. }) && transaction::is_copy(&path, &before) => {
                Kept::Copy
            }
            Some(_) => Kept::Hook { executable: is_executable(&before) },
        };
        Ok(Self { hook, path, present, before, kept })
    }
}

/// What is to be changed, and what will be said about it.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
    actions: Vec<Action>,
}

impl Plan {
    fn say(&mut self, hook: Hook, path: &Path, what: What) {
        self.actions.push(Action { hook, path: path.to_path_buf(), what });
    }

    fn say_kept(&mut self, place: &Place, executable: bool) {
        self.say(place.hook, &place.before, if executable { What::KeptAndCalls } else { What::Kept });
    }

    fn install(&mut self, place: &Place, program: &Path) -> Result<(), InstallError> {
        let script = script::render(place.hook, program);
        let what = match place.present {
            Present::Global => {
                self.say(place.hook, &place.path, What::Unchanged);
                return Ok(());
            }
            Present::Ours { sum, executable: true } if sum == script.sum => {
                self.say(place.hook, &place.path, What::Unchanged);
                return Ok(());
            }
            Present::Ours { .. } => What::Refreshed,
            Present::Edited => return Err(InstallError::Edited { path: place.path.clone() }),
            Present::Absent => {
                if let Kept::Hook { executable } = place.kept {
                    self.say_kept(place, executable);
                }
                What::Installed
            }
            Present::Foreign { executable } if matches!(place.kept, Kept::Absent | Kept::Copy) => {
                let (path, before) = (place.path.clone(), place.before.clone());
                self.steps.push(Step::Supersede { path, before, content: script.content });
                self.say_kept(place, executable);
                self.say(place.hook, &place.path, What::Installed);
                return Ok(());
            }
            Present::Foreign { .. } => {
                return Err(InstallError::TwoHooks {
                    path: place.path.clone(),
                    before: place.before.clone(),
                });
            }
        };
        self.steps.push(Step::Write { path: place.path.clone(), content: script.content });
        self.say(place.hook, &place.path, what);
        Ok(())
    }

    fn uninstall(&mut self, place: Place) {
        let kept = place.kept;
        match place.present {
            Present::Absent | Present::Ours { .. } if matches!(kept, Kept::Hook { .. }) => {
                self.say(place.hook, &place.path, What::Restored);
                self.steps.push(Step::Rename { from: place.before, to: place.path });
            }
            Present::Absent => {}
            Present::Ours { .. } => {
                self.say(place.hook, &place.path, What::Removed);
                self.steps.push(Step::Remove { path: place.path });
            }
            Present::Global | Present::Edited | Present::Foreign { .. } => {
                self.say(place.hook, &place.path, What::LeftAlone);
                if kept == Kept::Copy && !place.before.is_symlink() {
                    self.say(place.hook, &place.before, What::Removed);
                    self.steps.push(Step::Remove { path: place.before });
                } else if matches!(kept, Kept::Hook { .. }) {
                    self.say(place.hook, &place.before, What::LeftAlone);
                }
            }
        }
    }

    /// Whether something is to be changed in a folder that is not this repository's alone.
    fn is_refused(&self, folder: &Folder, options: &Options<'_>) -> bool {
        let has_other_owner = folder.belongs != Belongs::ToRepository;
        !self.steps.is_empty() && has_other_owner && options.foreign_folder == ForeignFolder::Refuse
    }

    fn carry_out(self, folder: &Folder, options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
        if self.is_refused(folder, options) {
            return Err(InstallError::foreign_folder(folder, options.hooks));
        }
        if !self.steps.is_empty() {
            transaction::apply(&folder.path, &self.steps)?;
        }
        Ok(self.actions)
    }
}

/// What stands at a path, links not followed; `None` where nothing does.
fn metadata(path: &Path) -> Result<Option<Metadata>, InstallError> {
    match path.symlink_metadata() {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::io("read", path, source)),
    }
}

/// Whether git would run it: a file that anybody may execute, links followed.
fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && has_execute_bit(&found))
}

#[cfg(unix)]
fn has_execute_bit(found: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    found.permissions().mode() & 0o111 != 0
}

/// Windows knows no such bit; git goes by the first line.
#[cfg(not(unix))]
fn has_execute_bit(_found: &Metadata) -> bool {
    true
}
