//! What an object database holds: its packs, opened, and the names of all objects.

use std::path::{Path, PathBuf};

use crate::git::pack::{Pack, PackError};
use crate::git::{
    ObjectDatabase, ObjectFormat, Oid, OpenError, RefError, Repository, expand_alternates, list_folder,
};
use crate::source::history::delta_forest::DeltaForest;
use crate::source::history::memory_limit::MemoryLimit;
use crate::source::history::object_ids::ObjectNumbers;

/// An object database, ready to be read. Each object has a number: those in packs come first, pack by pack in
/// order of name, then all others.
#[derive(Debug)]
pub struct ObjectSet {
    pub(crate) packs: Vec<Pack>,
    /// How many of the packs lie in the repository's own folder.
    own_packs: usize,
    /// The number of each pack's first object.
    firsts: Vec<usize>,
    /// The names of objects that no pack holds, sorted.
    others: Vec<Oid>,
    names: ObjectNumbers,
    /// Each pack's trees of deltas.
    forests: Vec<DeltaForest>,
    /// Packs and folders that cannot be used; what such packs hold is asked of libgit2.
    pub unusable: Vec<PackError>,
    /// How much memory reading them may take.
    pub memory_limit: MemoryLimit,
}

impl ObjectSet {
    /// Opens the packs and lists the objects.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn open(repository: &Repository) -> Result<Self, OpenError> {
        let folders = expand_alternates(&repository.object_dirs)?;
        let (mut packs, mut unusable) = (Vec::new(), Vec::new());
        let mut own_packs = 0;
        for (at, folder) in folders.iter().enumerate() {
            for pack in packs_in(folder, repository.format) {
                match pack {
                    Ok(pack) => packs.push(pack),
                    Err(error) => unusable.push(error),
                }
            }
            if at == 0 {
                own_packs = packs.len();
            }
        }
        let mut others = Vec::new();
        for folder in &folders {
            others.extend(loose_in(folder, repository.format, &mut unusable));
        }
        // Opened for its errors, too: a folder that is not there.
        let database = ObjectDatabase::open(repository)?;
        // (Of a SHA-256 pack libgit2 makes names in steps of 20 bytes, which name nothing.)
        if !unusable.is_empty() && repository.format == ObjectFormat::Sha1 {
            others.extend(database.list_all().unwrap_or_default());
        }
        others.sort_unstable();
        others.dedup();
        let firsts = packs.iter().scan(0, |next, pack| Some(std::mem::replace(next, *next + pack.len())));
        let firsts = firsts.collect();
        // One is one thread's work; the other takes as long on all.
        let ((names, others), forests) =
            rayon::join(|| numbered(&packs, others), || packs.iter().map(DeltaForest::of).collect());
        let memory_limit = MemoryLimit::default();
        Ok(Self { packs, own_packs, firsts, others, names, forests, unusable, memory_limit })
    }

    /// All numbers are below this one. An object that several packs hold has the first one's, so there may be
    /// fewer objects.
    #[must_use]
    pub fn number_bound(&self) -> usize {
        self.packs.iter().map(Pack::len).sum::<usize>() + self.others.len()
    }

    /// The number of an object, if it is there.
    #[must_use]
    pub fn number(&self, oid: &Oid) -> Option<u32> {
        self.names.find(oid)
    }

    /// How many bytes the packs take; of other objects it is not asked.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        let slots = self.packs.iter().flat_map(|pack| (0..pack.len()).map(|slot| pack.stored_bytes(slot)));
        slots.sum::<u64>() + self.others.len() as u64
    }

    /// Whether an object is there.
    #[must_use]
    pub fn contains(&self, oid: &Oid) -> bool {
        self.number(oid).is_some()
    }

    /// The name of a number.
    #[must_use]
    pub fn oid(&self, number: u32) -> Option<Oid> {
        let number = number as usize;
        let pack = self.firsts.partition_point(|first| *first <= number).checked_sub(1);
        if let Some(found) =
            pack.and_then(|pack| self.packs[pack].oid_at_position(number - self.firsts[pack]))
        {
            return Some(found);
        }
        let in_packs = self.packs.iter().map(Pack::len).sum::<usize>();
        self.others.get(number.checked_sub(in_packs)?).copied()
    }

    /// The names of all objects, sorted.
    #[must_use]
    pub fn sorted_oids(&self) -> Vec<Oid> {
        let numbers = (0..self.number_bound()).filter_map(|number| u32::try_from(number).ok());
        let mut names: Vec<Oid> = numbers.filter_map(|number| self.oid(number)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The trees of deltas of a pack.
    pub(crate) fn forest(&self, pack: usize) -> &DeltaForest {
        &self.forests[pack]
    }

    /// Whether a pack's entry is the one by which its object is known: not if another pack before holds it, too.
    pub(crate) fn is_known_by(&self, pack: usize, slot: u32) -> bool {
        let Some(position) = self.packs[pack].position(slot as usize) else { return false };
        let number = u32::try_from(self.firsts[pack] + position).ok();
        let oid = self.packs[pack].oid_at_position(position);
        oid.is_some_and(|oid| self.number(&oid) == number)
    }

    /// The objects that no pack holds, and those that the pack reader handed back; sorted.
    pub(crate) fn outside_of_packs(&self, mut handed_back: Vec<Oid>) -> Vec<Oid> {
        handed_back.extend(&self.others);
        handed_back.sort_unstable();
        handed_back.dedup();
        handed_back
    }

    /// Whether an object lies in the repository's own folder, and not only in an alternate's.
    pub(crate) fn is_own(&self, folder: &Path, oid: &Oid) -> bool {
        let is_packed = self.packs[..self.own_packs].iter().any(|pack| pack.find(oid).is_some());
        let name = oid.to_string();
        is_packed || folder.join(&name[..2]).join(&name[2..]).exists()
    }
}

/// Numbers for the names in packs and for all others; and those others that no pack holds, in order.
fn numbered(packs: &[Pack], others: Vec<Oid>) -> (ObjectNumbers, Vec<Oid>) {
    let in_packs: usize = packs.iter().map(Pack::len).sum();
    let mut names = ObjectNumbers::with_room(in_packs + others.len());
    let all = packs.iter().flat_map(|pack| (0..pack.len()).map(|at| pack.oid_at_position(at)));
    for (number, oid) in (0_u32..).zip(all) {
        if let Some(oid) = oid {
            names.add(&oid, number);
        }
    }
    let others: Vec<Oid> = others.into_iter().filter(|oid| names.find(oid).is_none()).collect();
    for (number, oid) in (in_packs..).zip(&others) {
        if let Ok(number) = u32::try_from(number) {
            names.add(oid, number);
        }
    }
    (names, others)
}

/// The packs of one folder, in order of name.
fn packs_in(folder: &Path, format: ObjectFormat) -> Vec<Result<Pack, PackError>> {
    let mut indexes = match list_folder(&folder.join("pack")) {
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
        let entries = list_folder(&folder.join(&start)).unwrap_or_else(|error| {
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
