//! The files that an event names: where they are, and what is in them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::git::{home_folder, path_bytes};
use crate::source::open_file::{OpenedFile, open};

/// The size of the largest file that is read, in bytes.
const MAX_BYTES: u64 = 32 << 20;

/// The folders to which the paths of an event relate.
pub(crate) struct Folders {
    /// The folder of the session.
    pub(crate) session: PathBuf,
    /// The top of the working tree.
    pub(crate) top: Option<PathBuf>,
}

impl Folders {
    pub(crate) fn absolute(&self, path: &str) -> PathBuf {
        let below_home =
            path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\")).or((path == "~").then_some(""));
        match (below_home, home_folder()) {
            (Some(path), Some(home)) => home.join(path),
            _ => self.session.join(path),
        }
    }

    /// Returns the path of a file from the top of the working tree, or from the folder of the session. Of another file
    /// only the name counts: the folders above say nothing about it.
    pub(crate) fn relative(&self, file: &Path) -> Vec<u8> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = file.parent().map(real).unwrap_or_default();
        let file = file.file_name().map_or_else(|| folder.clone(), |name| folder.join(name));
        let mut tops = self.top.iter().chain([&self.session]);
        let below = tops.find_map(|top| file.strip_prefix(real(top)).ok());
        path_bytes(below.unwrap_or_else(|| Path::new(file.file_name().unwrap_or_default())))
    }
}

/// Reads a file through symbolic links; `None` if there is no regular file, or one of more than 32 MiB.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    let OpenedFile::File(file, size) = open(&fs::canonicalize(path).ok()?).ok()? else { return None };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok().filter(|_| size <= MAX_BYTES)?;
    Some(bytes)
}

/// Returns the paths that a prompt mentions as `@path` or `@"path"`: the agent reads them without a call of a tool.
pub(crate) fn mentions(prompt: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in prompt.match_indices('@') {
        let is_start = !prompt[..at].ends_with(|before: char| before.is_alphanumeric());
        let rest = &prompt[at + 1..];
        let path = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => rest.split(char::is_whitespace).next().unwrap_or_default(),
        };
        // A range of lines follows `#`; a sentence may end after the path.
        let path = path.split('#').next().unwrap_or_default();
        let path = path.trim_end_matches(|end: char| ",;:!?)]}'\"`".contains(end) || end == '.');
        if is_start && !path.is_empty() {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_in_sentences() {
        let prompt = "read @src/app.py, @\"my file.txt\" and (@.env). Mail ada@example.com @a.py#L1-5";
        assert_eq!(mentions(prompt), ["src/app.py", "my file.txt", ".env", "a.py"]);
    }
}
