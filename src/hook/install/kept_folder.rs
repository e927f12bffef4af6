//! The folder of the hooks that were there before skant: beside the hooks folder, so that a hook there has its own name
//! and is as deep in the tree as before.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::Hook;

/// The end of the name of the folder, and of the names under which earlier versions of skant kept a hook.
const SUFFIX: &str = ".before-skant";

/// The folder for the earlier hooks of a hooks folder.
#[derive(Clone, Debug)]
pub(crate) struct KeptFolder {
    /// The hooks folder, without links if it exists.
    hooks: PathBuf,
}

impl KeptFolder {
    /// Returns the folder for a hooks folder. It may not exist.
    pub(crate) fn of(hooks: &Path) -> Self {
        Self { hooks: hooks.canonicalize().unwrap_or_else(|_| hooks.to_path_buf()) }
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.hooks.with_file_name(self.name())
    }

    /// The name of the folder.
    pub(crate) fn name(&self) -> OsString {
        let mut name = self.hooks_name().to_owned();
        name.push(SUFFIX);
        name
    }

    /// The name of the hooks folder.
    pub(crate) fn hooks_name(&self) -> &OsStr {
        self.hooks.file_name().unwrap_or_default()
    }

    /// Returns the path of an earlier hook.
    pub(crate) fn hook(&self, hook: Hook) -> PathBuf {
        self.path().join(hook.name())
    }

    /// Returns the path under which earlier versions of skant kept a hook, in the hooks folder itself.
    pub(crate) fn former_path(&self, hook: Hook) -> PathBuf {
        self.hooks.join(format!("{}{SUFFIX}", hook.name()))
    }

    /// Removes the folder if it has no hook left. A file that an earlier hook made moves to the hooks folder, unless that
    /// has one of its name; then the folder stays. A failure leaves the folder, which is harmless.
    pub(crate) fn remove_if_unused(&self) {
        let is_used = Hook::EVERY.iter().any(|hook| self.hook(*hook).symlink_metadata().is_ok());
        let Ok(entries) = fs::read_dir(self.path()) else { return };
        if is_used {
            return;
        }
        for path in entries.flatten().map(|entry| entry.path()) {
            let original = self.hooks.join(path.file_name().unwrap_or_default());
            if self.is_own_link(&path) {
                let _ = fs::remove_file(&path);
            } else if original.symlink_metadata().is_err() {
                let _ = fs::rename(&path, &original);
            }
        }
        let _ = fs::remove_dir(self.path());
    }

    /// Returns whether a link was made by the script: it leads to the file of the same name in the hooks folder, or to
    /// an earlier hook.
    fn is_own_link(&self, path: &Path) -> bool {
        let Ok(target) = fs::read_link(path) else { return false };
        let neighbour = Path::new("..").join(self.hooks_name()).join(path.file_name().unwrap_or_default());
        target == neighbour || Hook::EVERY.iter().any(|hook| target.as_os_str() == hook.name())
    }
}
