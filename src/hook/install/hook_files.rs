//! The files of a hook as they are before a change. Reads files, changes nothing.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::kept_folder::KeptFolder;
use super::script::Origin;
use super::{Hook, InstallError, script, third_party, transaction};
use crate::git::{is_executable, open_regular};

/// The files of a hook.
pub(super) struct HookFiles {
    pub(super) hook: Hook,
    pub(super) path: PathBuf,
    pub(super) current: Current,
    /// The path under which an earlier hook is kept.
    pub(super) kept: PathBuf,
    /// The path of the earlier hook now: `kept`, or where earlier versions of skant kept it.
    pub(super) before: PathBuf,
    pub(super) earlier: Earlier,
    /// A second earlier hook, which an earlier version of skant kept.
    pub(super) second: Option<PathBuf>,
    /// A second name of the earlier hook, which an interrupted installation left.
    pub(super) leftover: Option<PathBuf>,
    /// Skant's own script under the names that hook managers give to a hook whose place they take.
    pub(super) displaced: Vec<PathBuf>,
}

/// The file that has the hook's name.
#[derive(Clone, Copy)]
pub(super) enum Current {
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
pub(super) enum Earlier {
    Absent,
    Hook {
        executable: bool,
    },
    /// The same hook as the one under the hook's name: an installation was interrupted.
    Copy,
    /// A folder: not a hook, but the name is taken.
    Folder,
}

impl HookFiles {
    pub(super) fn read(folder: &Path, kept_folder: &KeptFolder, hook: Hook) -> Result<Self, InstallError> {
        let path = folder.join(hook.name());
        let current = read_current(&path)?;
        let earlier = |before: &Path| {
            Ok(match metadata(before)? {
                None => Earlier::Absent,
                Some(found) if found.is_dir() => Earlier::Folder,
                Some(_)
                    if matches!(current, Current::ThirdParty { .. })
                        && transaction::is_copy(&path, before) =>
                {
                    Earlier::Copy
                }
                Some(_) => Earlier::Hook { executable: is_executable_in(before, folder) },
            })
        };
        let (kept, former) = (kept_folder.hook(hook), kept_folder.former_path(hook));
        let (at_kept, at_former) = (earlier(&kept)?, earlier(&former)?);
        let mut files = Self {
            hook,
            path,
            current,
            before: kept.clone(),
            kept,
            earlier: at_kept,
            second: None,
            leftover: None,
            displaced: displaced(folder, hook),
        };
        match (at_kept, at_former) {
            (_, Earlier::Absent | Earlier::Folder) => {}
            (Earlier::Absent, Earlier::Copy) => files.leftover = Some(former),
            (Earlier::Absent, Earlier::Hook { .. }) => (files.before, files.earlier) = (former, at_former),
            _ if transaction::is_copy(&files.kept, &former) => files.leftover = Some(former),
            _ => files.second = Some(former),
        }
        files.leftover = files.leftover.filter(|path| !path.is_symlink());
        Ok(files)
    }
}

fn read_current(path: &Path) -> Result<Current, InstallError> {
    Ok(match metadata(path)? {
        None => Current::Absent,
        Some(found) if found.is_symlink() => Current::ThirdParty { executable: is_executable(path) },
        Some(found) if found.is_file() => {
            let content = read_start(path)?;
            let executable = is_executable(path);
            match script::origin(&content) {
                Origin::Skant(_) if script::is_global(&content) => Current::Global,
                Origin::Skant(checksum) => Current::Skant { checksum, executable },
                Origin::Edited => Current::Edited,
                Origin::ThirdParty => Current::ThirdParty { executable },
            }
        }
        Some(_) => return Err(InstallError::NotAFile { path: path.to_path_buf() }),
    })
}

/// Reads a hook, which must be a regular file; of a large one only the start.
fn read_start(path: &Path) -> Result<Vec<u8>, InstallError> {
    // The permissions of a file that cannot be read are the cause that the user has to know.
    open_regular(path).map_err(|source| InstallError::io("read", path, source))?;
    Ok(third_party::read_hook(path).unwrap_or_default())
}

/// The ends of the names: pre-commit and prek move a hook to `NAME.legacy` and call it; lefthook moves it to `NAME.old`,
/// which nobody calls.
pub(crate) const DISPLACED: [&str; 2] = [".legacy", ".old"];

/// Returns the files of a hook that hold a script of skant's, not edited, under a name of [`DISPLACED`].
fn displaced(folder: &Path, hook: Hook) -> Vec<PathBuf> {
    let paths = DISPLACED.map(|end| folder.join(format!("{}{end}", hook.name())));
    let is_own = |path: &PathBuf| {
        path.symlink_metadata().is_ok_and(|found| found.is_file())
            && third_party::read_hook(path)
                .is_some_and(|content| matches!(script::origin(&content), Origin::Skant(_)))
    };
    paths.into_iter().filter(is_own).collect()
}

/// Returns whether git would run a kept hook. A link may lead to a file of the hooks folder, which the script links into
/// the folder of the hook when it runs.
fn is_executable_in(path: &Path, hooks: &Path) -> bool {
    is_executable(path) || fs::read_link(path).is_ok_and(|target| is_executable(&hooks.join(target)))
}

/// Returns the metadata of a path without following links; `None` if nothing exists there.
pub(super) fn metadata(path: &Path) -> Result<Option<Metadata>, InstallError> {
    match path.symlink_metadata() {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::io("read", path, source)),
    }
}
