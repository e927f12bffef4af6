//! The `.env` that belongs to a file.

use std::path::{Path, PathBuf};

/// The name of the file with the values.
pub(crate) const ENV_FILE: &str = ".env";

/// The name of the file with the names only.
pub(crate) const EXAMPLE_FILE: &str = ".env.example";

/// Returns the path of the `.env` for a file: in the nearest folder that has one or an example, else at the top. Docker
/// Compose reads the one beside its file.
pub(crate) fn env_file_for(top: &Path, file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_yaml = name.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "yml" | "yaml"));
    let is_compose = is_yaml && (name.starts_with("compose") || name.starts_with("docker-compose"));
    let folder = file.parent().unwrap_or(top);
    if is_compose {
        return folder.join(ENV_FILE);
    }
    let has_one = |folder: &&Path| {
        [ENV_FILE, EXAMPLE_FILE].iter().any(|name| folder.join(name).symlink_metadata().is_ok())
    };
    let nearest = folder.ancestors().take_while(|folder| folder.starts_with(top)).find(has_one);
    nearest.unwrap_or(top).join(ENV_FILE)
}
