//! The packs and loose objects of all object folders at one moment.
//!
//! git may repack meanwhile: it writes a new pack, and then it removes the loose objects and the old packs. A listing
//! that began before would miss the objects. So packs are listed before and after, until both lists are the same.

use std::path::{Path, PathBuf};

use crate::git::pack::{Pack, PackError, PackFolder, PackPath};
use crate::git::{ObjectFormat, Oid, list_folder};

/// Bytes of packs that are read into memory: 512 MiB. A call of the system for each entry makes a scan a tenth slower.
pub(super) const MAX_IN_MEMORY: u64 = 512 << 20;

/// Number of listings until the last one counts, whatever happens meanwhile.
const MAX_LISTINGS: usize = 10;

/// What the object folders hold.
#[derive(Default)]
pub(super) struct Listing {
    /// The packs, opened: folder by folder, in order of name.
    pub(super) packs: Vec<Pack>,
    /// Number of packs in the first folder.
    pub(super) own_packs: usize,
    /// The names of the loose objects, sorted.
    pub(super) loose: Vec<Oid>,
    /// Packs and folders that cannot be used.
    pub(super) unusable: Vec<PackError>,
}

impl Listing {
    /// Lists the folders until their packs stay the same. Packs of together `memory` bytes are read into memory.
    pub(super) fn stable(folders: &[PathBuf], format: ObjectFormat, memory: u64) -> Self {
        for _ in 1..MAX_LISTINGS {
            let before = pack_paths(folders, format);
            let listing = Self::read(folders, format, memory);
            if before == pack_paths(folders, format) {
                return listing;
            }
        }
        Self::read(folders, format, memory)
    }

    fn read(folders: &[PathBuf], format: ObjectFormat, mut memory: u64) -> Self {
        let mut found = Self::default();
        for (at, folder) in folders.iter().enumerate() {
            let listed = PackFolder::list(folder, format).unwrap_or_else(|error| {
                found.unusable.push(error);
                PackFolder::default()
            });
            found.unusable.extend(listed.unusable);
            for path in &listed.packs {
                match Pack::open(path, format, &mut memory) {
                    Ok(pack) => {
                        found.unusable.extend((path.has_own_index() && !pack.is_complete()).then(|| {
                            let what = "it does not name each object of its pack once";
                            PackError::Form { path: path.index.clone(), what }
                        }));
                        found.packs.push(pack);
                    }
                    Err(error) => found.unusable.push(error),
                }
            }
            if at == 0 {
                found.own_packs = found.packs.len();
            }
        }
        for folder in folders {
            found.add_loose(folder, format);
        }
        found.loose.sort_unstable();
        found.loose.dedup();
        found
    }

    /// Adds the names of the loose objects of a folder.
    fn add_loose(&mut self, folder: &Path, format: ObjectFormat) {
        for first in 0..=255_u8 {
            let start = format!("{first:02x}");
            let folder = folder.join(&start);
            let entries = list_folder(&folder).unwrap_or_else(|source| {
                self.unusable.push(PackError::Io { path: folder, source });
                Vec::new()
            });
            for path in entries {
                let name = format!("{start}{}", path.file_name().unwrap_or_default().to_string_lossy());
                let oid = Oid::from_hex(name.as_bytes()).filter(|_| name.len() == format.hex_len());
                self.loose.extend(oid);
            }
        }
    }
}

fn pack_paths(folders: &[PathBuf], format: ObjectFormat) -> Vec<PathBuf> {
    let lists = folders.iter().filter_map(|folder| PackFolder::list(folder, format).ok());
    lists.flat_map(|list| list.packs).map(|PackPath { index, .. }| index).collect()
}
