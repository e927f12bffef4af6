//! The path under which the hooks call this program. Reads the environment, changes nothing.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Returns the absolute path of the running program. If a folder of `PATH` leads to the same file, that path is
/// preferred: package managers keep it over an upgrade, while the file that it links to has a version in its name.
///
/// # Errors
///
/// Fails if the system does not report the path of the running program.
pub fn running_program() -> io::Result<PathBuf> {
    let running = std::env::current_exe()?;
    Ok(find_on_path(&running, &std::env::var_os("PATH").unwrap_or_default()).unwrap_or(running))
}

fn find_on_path(running: &Path, path: &OsStr) -> Option<PathBuf> {
    let (name, file) = (running.file_name()?, running.canonicalize().ok()?);
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.canonicalize().is_ok_and(|other| other == file))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_on_the_path_is_preferred_to_the_file() {
        let root = tempfile::tempdir().unwrap();
        let [cellar, bin, other] = ["cellar-1.0", "bin", "other"].map(|name| root.path().join(name));
        for folder in [&cellar, &bin, &other] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(cellar.join("skant"), "").unwrap();
        fs::write(other.join("skant"), "another").unwrap();
        symlink(cellar.join("skant"), bin.join("skant")).unwrap();
        let running = cellar.join("skant");
        let path = |folders: &[&Path]| std::env::join_paths(folders).unwrap();
        let found = |folders: &[&Path]| find_on_path(&running, &path(folders));
        assert_eq!(found(&[Path::new("relative"), &other, &bin, &cellar]), Some(bin.join("skant")));
        assert_eq!(found(&[&other]), None);
        assert_eq!(found(&[]), None);
    }
}
