//! The settings of git that say which files are ignored: `core.excludesFile` and `core.ignoreCase`, with git's own
//! order of configuration files. git is asked, since only git knows its system file, includes and conditions.

use std::path::PathBuf;

use crate::git::config::{LocalConfig, is_true_value};
use crate::git::files::read_regular;
use crate::git::git_command::GitCommandError;
use crate::git::git_settings::GitSettings;
use crate::git::path_bytes::os_string;
use crate::git::repository::Repository;
use crate::git::user_folder::user_config_folder;

/// The settings of git about ignored files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IgnoreSettings {
    /// The ignore file of the user; `None` if there is none, and if it is not known which.
    pub user_file: Option<PathBuf>,
    /// Whether letters match both cases.
    pub fold_case: bool,
}

impl IgnoreSettings {
    /// Asks git for the settings. Without git, the user has no ignore file: then more files are read.
    ///
    /// # Errors
    /// Fails if git cannot read its settings. Then it is not known which files are ignored.
    pub(crate) fn read(repository: &Repository) -> Result<Self, GitCommandError> {
        match GitSettings::read(repository, &["--type=path"], r"^core\.(excludesfile|ignorecase)$") {
            Ok(settings) => Ok(Self::new(&settings, repository)),
            Err(GitCommandError::NoGit(_)) => Ok(Self::without_git(repository)),
            Err(error) => Err(error),
        }
    }

    fn new(settings: &GitSettings, repository: &Repository) -> Self {
        let (mut user_file, mut fold_case) = (None, false);
        for (key, value) in settings.iter() {
            let value = value.unwrap_or(b"true");
            match key {
                b"core.excludesfile" => user_file = Some(value),
                b"core.ignorecase" => fold_case = is_true_value(&String::from_utf8_lossy(value)),
                _ => {}
            }
        }
        let user_file = match user_file {
            // An empty value means that there is no such file, not even git's usual one.
            Some([]) => None,
            // Git goes to the top of the working tree first.
            Some(path) => {
                let top = repository.work_tree.as_ref().unwrap_or(&repository.git_dir);
                Some(top.join(os_string(path)))
            }
            None => usual_file(repository),
        };
        Self { user_file, fold_case }
    }

    fn without_git(repository: &Repository) -> Self {
        let config = read_regular(&repository.common_dir.join("config")).unwrap_or_default();
        Self { user_file: None, fold_case: LocalConfig::parse(&config).is_true("core", "ignorecase") }
    }
}

/// Returns the ignore file of the user that git reads without a setting.
fn usual_file(repository: &Repository) -> Option<PathBuf> {
    Some(user_config_folder(Some(repository)).trusted()?.join("git").join("ignore"))
}
