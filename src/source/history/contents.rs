//! What an object database holds: its packs, opened, and the names of all objects.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::memory::Memory;
use crate::source::git::pack::{Pack, PackError};
use crate::source::git::{
    ObjectFormat, Objects, Oid, OpenError, RefError, Repository, entries_of, with_alternates,
};

/// An object database, ready to be read.
#[derive(Debug)]
pub struct Contents {
    pub(super) packs: Vec<Pack>,
    /// The names of all objects, sorted.
    objects: Vec<Oid>,
    /// Packs and folders that cannot be used; what such packs hold is asked of libgit2.
    pub unusable: Vec<PackError>,
    /// How much memory reading them may take.
    pub memory: Memory,
}

impl Contents {
    /// Opens the packs and lists the objects.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn list(repository: &Repository) -> Result<Self, OpenError> {
        let folders = with_alternates(&repository.object_dirs)?;
        let (mut packs, mut unusable) = (Vec::new(), Vec::new());
        for pack in folders.iter().flat_map(|folder| packs_in(folder, repository.format)) {
            match pack {
                Ok(pack) => packs.push(pack),
                Err(error) => unusable.push(error),
            }
        }
        let mut objects: Vec<Oid> =
            packs.iter().flat_map(|pack| (0..pack.len()).filter_map(|slot| pack.oid(slot))).collect();
        for folder in &folders {
            objects.extend(loose_in(folder, repository.format, &mut unusable));
        }
        // Opened for its errors, too: a folder that is not there.
        let database = Objects::open(repository)?;
        // (Of a SHA-256 pack libgit2 makes names in steps of 20 bytes, which name nothing.)
        if !unusable.is_empty() && repository.format == ObjectFormat::Sha1 {
            objects.extend(database.all().unwrap_or_default());
        }
        objects.sort_unstable();
        objects.dedup();
        Ok(Self { packs, objects, unusable, memory: Memory::default() })
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
    let mut indexes = match entries_of(&folder.join("pack")) {
        Ok(entries) => entries,
        Err(error) => return vec![Err(unreadable(error))],
    };
    indexes.retain(|path| path.extension().is_some_and(|extension| extension == "idx"));
    indexes.sort();
    indexes.iter().map(|index| Pack::open(index, format)).collect()
}

/// The names of the loose objects of one folder.
fn loose_in(folder: &Path, format: ObjectFormat, unusable: &mut Vec<PackError>) -> Vec<Oid> {
    let mut found = Vec::new();
    for first in 0..=255_u8 {
        let start = format!("{first:02x}");
        let entries = entries_of(&folder.join(&start)).unwrap_or_else(|error| {
            unusable.push(unreadable(error));
            Vec::new()
        });
        for path in entries {
            let name = format!("{start}{}", path.file_name().unwrap_or_default().to_string_lossy());
            found.extend(Oid::from_hex(name.as_bytes()).filter(|_| name.len() == format.hex_len()));
        }
    }
    found
}

fn unreadable(error: RefError) -> PackError {
    match error {
        RefError::Unreadable { path, source } => PackError::Io { path, source },
        other => PackError::Io { path: PathBuf::new(), source: std::io::Error::other(other.to_string()) },
    }
}
