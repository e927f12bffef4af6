//! What an object database holds: its packs, opened, and the names of all objects.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::git::pack::{Pack, PackError};
use crate::source::git::{ObjectFormat, Objects, Oid, OpenError, Repository, os_string};

/// An object database, ready to be read.
#[derive(Debug)]
pub struct Contents {
    pub(super) packs: Vec<Pack>,
    /// The names of all objects, sorted.
    objects: Vec<Oid>,
    /// Packs that cannot be used; what they hold is asked of libgit2.
    pub unusable: Vec<PackError>,
}

/// Longer chains of alternates are not followed, as in git.
const MOST_ALTERNATES: usize = 5;

impl Contents {
    /// Opens the packs and lists the objects.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn list(repository: &Repository) -> Result<Self, OpenError> {
        let folders = with_alternates(&repository.object_dirs);
        let (mut packs, mut unusable) = (Vec::new(), Vec::new());
        for pack in folders.iter().flat_map(|folder| packs_in(folder, repository.format)) {
            match pack {
                Ok(pack) => packs.push(pack),
                Err(error) => unusable.push(error),
            }
        }
        let mut objects: Vec<Oid> =
            packs.iter().flat_map(|pack| (0..pack.len()).filter_map(|slot| pack.oid(slot))).collect();
        objects.extend(folders.iter().flat_map(|folder| loose_in(folder, repository.format)));
        // Opened for its errors, too: a folder that is not there.
        let database = Objects::open(repository)?;
        // (Of a SHA-256 pack libgit2 makes names in steps of 20 bytes, which name nothing.)
        if !unusable.is_empty() && repository.format == ObjectFormat::Sha1 {
            objects.extend(database.all().unwrap_or_default());
        }
        objects.sort_unstable();
        objects.dedup();
        Ok(Self { packs, objects, unusable })
    }

    /// The names of all objects, sorted.
    #[must_use]
    pub fn objects(&self) -> &[Oid] {
        &self.objects
    }

    /// Of some objects those that no pack holds, and those that the pack reader handed back.
    pub(super) fn outside_of_packs(&self, of: &[Oid], handed_back: Vec<Oid>) -> Vec<Oid> {
        let handed_back: HashSet<Oid> = handed_back.into_iter().collect();
        let in_packs = |oid: &Oid| self.packs.iter().any(|pack| pack.find(oid).is_some());
        of.iter().filter(|oid| handed_back.contains(*oid) || !in_packs(oid)).copied().collect()
    }
}

/// The packs of one folder, in order of name.
pub(super) fn packs_in(folder: &Path, format: ObjectFormat) -> Vec<Result<Pack, PackError>> {
    let Ok(entries) = fs::read_dir(folder.join("pack")) else { return Vec::new() };
    let mut indexes: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "idx"))
        .collect();
    indexes.sort();
    indexes.iter().map(|index| Pack::open(index, format)).collect()
}

/// The names of the loose objects of one folder.
fn loose_in(folder: &Path, format: ObjectFormat) -> Vec<Oid> {
    let mut found = Vec::new();
    for first in 0..=255_u8 {
        let start = format!("{first:02x}");
        let Ok(entries) = fs::read_dir(folder.join(&start)) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let name = format!("{start}{}", entry.file_name().to_string_lossy());
            found.extend(Oid::from_hex(name.as_bytes()).filter(|_| name.len() == format.hex_len()));
        }
    }
    found
}

/// The folders, and those that their `info/alternates` name, each once.
fn with_alternates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut work: Vec<(PathBuf, usize)> = folders.iter().rev().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = work.pop() {
        let folder = fs::canonicalize(&folder).unwrap_or(folder);
        if found.contains(&folder) || depth > MOST_ALTERNATES {
            continue;
        }
        let listed = fs::read(folder.join("info/alternates")).unwrap_or_default();
        let lines = listed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
        work.extend(lines.map(|line| (folder.join(os_string(line)), depth + 1)));
        found.push(folder);
    }
    found
}
