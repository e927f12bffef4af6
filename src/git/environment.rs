//! The environment variables with the paths of a repository's parts.

use std::env;
use std::path::{Path, PathBuf};

use super::alternates::parse_folder_list;
use super::path_bytes::path_bytes;

/// The environment variables with the paths of a repository's parts.
#[derive(Clone, Debug, Default)]
pub struct GitEnvironment {
    pub(super) git_dir: Option<PathBuf>,
    pub(super) work_tree: Option<PathBuf>,
    pub(super) common_dir: Option<PathBuf>,
    pub(super) index_file: Option<PathBuf>,
    pub(super) object_directory: Option<PathBuf>,
    pub(super) alternates: Vec<PathBuf>,
}

impl GitEnvironment {
    /// Reads the variables of this process. An empty variable counts as unset.
    #[must_use]
    pub fn from_process() -> Self {
        let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        let separator = if cfg!(windows) { b';' } else { b':' };
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            common_dir: path("GIT_COMMON_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: parse_folder_list(&path_bytes(Path::new(&alternates)), separator),
        }
    }

    /// Returns the object folders of a repository: the first is written to, the others may hold more objects.
    pub(super) fn object_dirs(&self, common_dir: &Path) -> Vec<PathBuf> {
        let own = common_dir.join("objects");
        let mut folders = match &self.object_directory {
            // In a quarantine git names the folder of the new objects, and the repository's own folder is one of
            // the alternates. A caller that forgets to name it must not make old objects appear missing.
            Some(quarantine) => vec![quarantine.clone(), own],
            None => vec![own],
        };
        folders.extend(self.alternates.iter().cloned());
        folders
    }
}
