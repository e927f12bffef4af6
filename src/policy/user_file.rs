//! The place of the user's settings file for all repositories.

use std::path::PathBuf;

use crate::git::{Repository, UserFolder, user_config_folder};

/// The user's settings file. The file need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserFile {
    /// The file.
    At(PathBuf),
    /// The environment names a relative path, or one inside of the scanned repository: the file is not the user's.
    Untrusted(PathBuf),
    /// The environment names no folder for it.
    Unset,
}

impl UserFile {
    /// Finds the file for a scan of a repository, or of files outside of one.
    #[must_use]
    pub(crate) fn find(repository: Option<&Repository>) -> Self {
        let file = |folder: PathBuf| folder.join("skant").join("skant.toml");
        match user_config_folder(repository) {
            UserFolder::Trusted(folder) => Self::At(file(folder)),
            UserFolder::Untrusted(folder) => Self::Untrusted(file(folder)),
            UserFolder::Unset => Self::Unset,
        }
    }
}
