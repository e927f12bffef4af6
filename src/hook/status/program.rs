//! The skant program that a hook would run. It is searched as the hook searches it, and never run.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::git::{home_folder, is_executable, open_regular};

/// A program that a hook would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// The version that the file names; `None` for a program that starts another one.
    pub(crate) version: Option<String>,
}

impl Program {
    pub(super) fn at(path: PathBuf) -> Self {
        let version = version(&path);
        Self { path, version }
    }

    /// Whether it is in a cache, where `uvx`, `pipx run` and `npx` put what they start. A cache may be emptied at any time.
    pub(super) fn is_in_cache(&self) -> bool {
        self.path.iter().any(|part| CACHES.iter().any(|name| part == *name))
    }
}

/// The folders of caches: of Linux and uv, of npx, of macOS.
const CACHES: [&str; 4] = [".cache", "archive-v0", "_npx", "Caches"];

/// The places that the scripts of `skant install` search after the `PATH`.
const USUAL_PLACES: [&str; 2] = ["/usr/local/bin/skant", "/opt/homebrew/bin/skant"];
/// The same, below the home folder.
const HOME_PLACES: [&str; 2] = [".cargo/bin/skant", ".local/bin/skant"];

/// Returns the absolute folders of the `PATH`.
pub(super) fn folders_of_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Searches a program by its name.
pub(super) fn on_path(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    let file = Path::new(name).with_extension(std::env::consts::EXE_EXTENSION);
    folders.iter().map(|folder| folder.join(&file)).find(|path| is_executable(path))
}

/// Returns the program of a script of skant's, as the script searches it.
pub(super) fn of_script(recorded: Option<PathBuf>, folders: &[PathBuf]) -> Option<PathBuf> {
    let home = home_folder();
    let below_home = home.iter().flat_map(|home| HOME_PLACES.map(|place| home.join(place)));
    recorded
        .into_iter()
        .chain(on_path(folders, "skant"))
        .chain(below_home)
        .chain(USUAL_PLACES.map(PathBuf::from))
        .find(|path| path.is_absolute() && is_executable(path))
}

/// The start of the text by which the version is found in the file of a program. It is put together when it runs, so that
/// the text itself is in the program only once.
const LABEL: [&str; 2] = ["skant-version", "="];
/// The text in this program.
static VERSION_MARK: &str = concat!("skant-version", "=", env!("CARGO_PKG_VERSION"), ";");
/// The most bytes of a program that are searched.
const MAX_BYTES: u64 = 256 << 20;
/// The bytes that are read at once.
const BLOCK: usize = 1 << 20;
/// The most bytes of the mark.
const MAX_MARK: usize = 64;

/// Returns the version that the file of a program names.
fn version(path: &Path) -> Option<String> {
    let running = std::env::current_exe().and_then(|running| running.canonicalize());
    if running.is_ok_and(|running| path.canonicalize().is_ok_and(|path| path == running)) {
        let version = VERSION_MARK.trim_start_matches(&LABEL.concat());
        return Some(version.trim_end_matches(';').to_owned());
    }
    let (file, _) = open_regular(path).ok()?;
    let (mut file, mut block, label) = (file.take(MAX_BYTES), Vec::new(), LABEL.concat());
    loop {
        let kept = block.len().saturating_sub(MAX_MARK);
        block.drain(..kept);
        let read = (&mut file).take(BLOCK as u64).read_to_end(&mut block).ok()?;
        for at in memchr::memmem::find_iter(&block, label.as_bytes()) {
            let rest = &block[at + label.len()..];
            let end = rest.iter().position(|byte| *byte == b';').filter(|end| *end < MAX_MARK);
            let is_version = |text: &&str| {
                text.starts_with(|first: char| first.is_ascii_digit())
                    && text.chars().all(|part| part.is_ascii_alphanumeric() || ".-+".contains(part))
            };
            let found = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok()).filter(is_version);
            if let Some(version) = found {
                return Some(version.to_owned());
            }
        }
        if read == 0 {
            return None;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_version_is_read_from_the_file_of_a_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skant");
        for (before, mark, expected) in [
            (0, "skant-version=1.2.3;", Some("1.2.3")),
            (BLOCK - 5, "skant-version=0.1.0-rc.1+a;", Some("0.1.0-rc.1+a")),
            (10, "skant-version= skant-version=2.0;", Some("2.0")),
            (10, "skant-version=<b>;", None),
            (10, "skant-version=1.2", None),
            (BLOCK, "", None),
        ] {
            fs::write(&path, ["x".repeat(before).as_bytes(), mark.as_bytes()].concat()).unwrap();
            assert_eq!(version(&path).as_deref(), expected, "{before} {mark}");
        }
        let running = std::env::current_exe().unwrap();
        assert_eq!(version(&running).as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(version(folder.path()), None);
    }
}
