//! The packs and loose objects of all object folders at one moment.
//!
//! git may repack meanwhile: it writes a new pack, and then it removes the loose objects and the old packs. A listing
//! that began before would miss the objects. So packs are listed before and after, until both lists are the one that was
//! read: a pack that a repacking git has not named yet may be in that one alone.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::git::pack::{Pack, PackError, PackFolder, PackPath};
use crate::git::{ObjectFormat, Oid, list_folder};

/// Bytes of packs that are read into memory: 512 MiB. A call of the system for each entry makes a scan a tenth slower.
pub(super) const MAX_IN_MEMORY: u64 = 512 << 20;

/// Number of listings until the last one counts, whatever happens meanwhile.
const MAX_LISTINGS: usize = 10;

/// Number of listings with a file that does not exist until it counts as damage. git renames the files of a new pack one
/// after the other.
const MAX_PATIENCE: usize = 3;

/// Time between such listings.
const RENAMING: Duration = Duration::from_millis(5);

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
        let mut patience = MAX_PATIENCE;
        for _ in 1..MAX_LISTINGS {
            let before = pack_paths(folders, format);
            let (listing, listed) = Self::read(folders, format, memory);
            let is_gone = listing.unusable.iter().any(PackError::is_not_found);
            if before == listed && listed == pack_paths(folders, format) && (!is_gone || patience == 0) {
                return listing;
            }
            if is_gone {
                patience = patience.saturating_sub(1);
                thread::sleep(RENAMING);
            }
        }
        Self::read(folders, format, memory).0
    }

    /// Returns the listing, and the indexes of all packs that were listed.
    fn read(folders: &[PathBuf], format: ObjectFormat, mut memory: u64) -> (Self, Vec<PathBuf>) {
        let (mut found, mut indexes) = (Self::default(), Vec::new());
        for (at, folder) in folders.iter().enumerate() {
            let listed = PackFolder::list(folder, format).unwrap_or_else(|error| {
                found.unusable.push(error);
                PackFolder::default()
            });
            found.unusable.extend(listed.unusable);
            for path in &listed.packs {
                indexes.push(path.index.clone());
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
        (found, indexes)
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
