//! Where a repository's objects lie: its own folder, and those that `info/alternates` names. Format: git's
//! documentation, `gitrepository-layout`.

use std::path::PathBuf;
use std::{fs, io};

use super::{OpenError, file, os_string};

/// Longer chains of alternates are not followed, as in git.
const MOST_ALTERNATES: usize = 5;

/// The folders, and those that their `info/alternates` name, each once.
///
/// # Errors
/// A list of alternates is there and cannot be read.
pub fn with_alternates(folders: &[PathBuf]) -> Result<Vec<PathBuf>, OpenError> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut work: Vec<(PathBuf, usize)> = folders.iter().rev().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = work.pop() {
        let folder = fs::canonicalize(&folder).unwrap_or(folder);
        if found.contains(&folder) || depth > MOST_ALTERNATES {
            continue;
        }
        let list = folder.join("info/alternates");
        let listed = match file::read(&list) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Vec::new()
            }
            Err(error) => return Err(OpenError::of(format!("{}: {error}", list.display()))),
        };
        let lines = listed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
        work.extend(lines.map(|line| (folder.join(os_string(line)), depth + 1)));
        found.push(folder);
    }
    Ok(found)
}
