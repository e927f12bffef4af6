//! Digests of everything that a report of a history depends on: if all are equal, so is the report.
//!
//! Of the objects only the names are read: packs by name, size and checksum, loose objects by name. All other files of
//! the git folders count with their content, so that none is forgotten.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::Problem;
use crate::git::{
    Repository, expand_alternates, list_folder, open_regular, path_bytes, read_at, read_regular,
};
use crate::scan::scanner::Scanner;
use crate::secret::PartsDigest;

/// A digest of some inputs.
pub(crate) type InputDigest = [u8; 32];

/// The most bytes in files of git folders; a repository with more is read again.
const MAX_BYTES: u64 = 256 << 20;

/// The most files in git folders.
const MAX_FILES: usize = 1 << 20;

/// Folders at the top of a git folder that are left out: objects count by name, submodules are repositories of their own,
/// and nothing reads the rest.
const LEFT_OUT: [&str; 5] = ["objects", "modules", "lfs", "annex", "hooks"];

/// Returns the digest of what decides which evidence is found: the program, the rules, and the confidence from which
/// evidence is kept where there is very much.
pub(crate) fn search_digest(scanner: &Scanner) -> InputDigest {
    let settings = &scanner.policy().settings;
    let mut digest = PartsDigest::default();
    digest.add(env!("CARGO_PKG_VERSION").as_bytes());
    digest.add(env!("SKANT_SOURCES").as_bytes());
    digest.add_debug(&(&settings.rules, &settings.disabled, scanner.least_confidence()));
    digest.finish()
}

/// Returns the digest of all settings but the time. `search` is the [`search_digest`].
pub(crate) fn settings_digest(scanner: &Scanner, search: &InputDigest) -> InputDigest {
    let mut digest = PartsDigest::default();
    digest.add(search);
    digest.add(scanner.policy().describe().as_bytes());
    digest.add_debug(&scanner.suppression_entries());
    digest.finish()
}

/// Returns the digest of some repositories, each with its name, and of the notes on finding them: `None` if a part of one
/// cannot be read. The file `except` does not count, wherever it is.
pub(crate) fn repositories_digest(
    repositories: &[(&[u8], &Repository)],
    notes: &[Problem],
    except: &Path,
) -> Option<InputDigest> {
    let mut digest = PartsDigest::default();
    digest.add_debug(&notes);
    let mut files = GitFiles { except: resolved(except), count: 0, bytes: 0, linked: HashSet::new() };
    for (name, repository) in repositories {
        digest.add(name);
        digest.add_debug(repository);
        files.add_below(&repository.git_dir, &mut digest)?;
        if repository.common_dir != repository.git_dir {
            files.add_below(&repository.common_dir, &mut digest)?;
        }
        files.add_file(&repository.index_file, &mut digest)?;
        add_objects(repository, &mut digest)?;
    }
    Some(digest.finish())
}

/// Resolves the folder of a file that may not exist yet.
fn resolved(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    folder.join(file.file_name().unwrap_or_default())
}

/// The files of git folders, without objects.
struct GitFiles {
    except: PathBuf,
    count: usize,
    bytes: u64,
    /// The targets of links that were followed.
    linked: HashSet<PathBuf>,
}

impl GitFiles {
    fn add_below(&mut self, git_dir: &Path, digest: &mut PartsDigest) -> Option<()> {
        let top = fs::canonicalize(git_dir).ok()?;
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            let mut paths = list_folder(&folder).ok()?;
            paths.sort_unstable();
            for path in paths {
                let inside = path.strip_prefix(&top).unwrap_or(&path);
                let is_other_worktree = inside.starts_with("worktrees") && inside.components().count() == 3;
                if LEFT_OUT.iter().any(|name| inside == Path::new(name))
                    || is_other_worktree && inside.ends_with("modules")
                    || self.is_except(&path)
                {
                    continue;
                }
                digest.add(&path_bytes(inside));
                let mut metadata = fs::symlink_metadata(&path).ok()?;
                if metadata.is_symlink() {
                    digest.add(&path_bytes(&fs::read_link(&path).ok()?));
                    let Ok(target) = fs::metadata(&path) else { continue };
                    metadata = target;
                    if metadata.is_dir() && !self.linked.insert(fs::canonicalize(&path).ok()?) {
                        continue;
                    }
                }
                if metadata.is_dir() {
                    folders.push(path);
                } else {
                    self.add_file(&path, digest)?;
                }
            }
        }
        Some(())
    }

    /// Whether a path is the excepted file, or a temporary file for it.
    fn is_except(&self, path: &Path) -> bool {
        let name = self.except.file_name().map(|name| name.to_string_lossy());
        let is_temporary = |found: &str| name.is_some_and(|name| found.starts_with(&format!(".{name}.")));
        path.parent() == self.except.parent()
            && (path == self.except
                || path.file_name().is_some_and(|found| is_temporary(&found.to_string_lossy())))
    }

    /// Adds the content of a file; a file that does not exist counts as such.
    fn add_file(&mut self, path: &Path, digest: &mut PartsDigest) -> Option<()> {
        if !path.exists() {
            digest.add(b"absent");
            return Some(());
        }
        let content = read_regular(path).ok()?;
        self.count += 1;
        self.bytes += content.len() as u64;
        if self.count > MAX_FILES || self.bytes > MAX_BYTES {
            return None;
        }
        digest.add(&content);
        Some(())
    }
}

/// Adds the names of all objects, or of the packs that hold them.
fn add_objects(repository: &Repository, digest: &mut PartsDigest) -> Option<()> {
    for folder in expand_alternates(&repository.object_dirs).ok()? {
        digest.add(&path_bytes(&folder));
        let mut packs = list_folder(&folder.join("pack")).ok()?;
        packs.sort_unstable();
        for path in packs {
            digest.add(&path_bytes(Path::new(path.file_name()?)));
            let is_pack =
                path.extension().is_none_or(|kind| ["pack", "idx"].iter().any(|known| kind == *known));
            if is_pack && path.is_file() {
                add_end(&path, repository.format.raw_len() * 2, digest)?;
            }
        }
        for first in 0..=255_u8 {
            let mut objects = list_folder(&folder.join(format!("{first:02x}"))).ok()?;
            objects.sort_unstable();
            digest.add(&[first]);
            for object in objects {
                digest.add(&path_bytes(Path::new(object.file_name()?)));
            }
        }
    }
    Some(())
}

/// Adds the length of a pack or an index, and its end, where the checksums are.
fn add_end(path: &Path, count: usize, digest: &mut PartsDigest) -> Option<()> {
    let (file, length) = open_regular(path).ok()?;
    let count = count.min(usize::try_from(length).unwrap_or(usize::MAX));
    let mut end = vec![0; count];
    read_at(&file, length - count as u64, &mut end).ok()?;
    digest.add(&length.to_le_bytes());
    digest.add(&end);
    Some(())
}
