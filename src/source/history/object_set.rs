//! The content of an object database: its packs, opened, and a number for each object.
//!
//! No object is decoded here.

use std::collections::HashSet;
use std::path::Path;
use std::sync::OnceLock;

use super::delta_forest::DeltaForest;
use super::listing::{Listing, MAX_IN_MEMORY};
use super::memory_limit::MemoryLimit;
use super::object_numbers::{NumberSet, ObjectNumbers};
use crate::git::pack::{Pack, PackError};
use crate::git::{ObjectDatabase, Oid, OpenError, Repository, expand_alternates};

/// All objects of an object database. Each has a number: the objects in packs come first, pack by pack in order of
/// name, then all others.
#[derive(Debug)]
pub struct ObjectSet {
    packs: Vec<Pack>,
    /// Number of packs in the repository's own folder. They come first.
    own_packs: usize,
    /// The number of the first object of each pack.
    first_numbers: Vec<usize>,
    /// The names of the objects that no pack holds, sorted.
    others: Vec<Oid>,
    /// The table of numbers, once somebody looks for a name.
    numbers: OnceLock<ObjectNumbers>,
    /// Listed objects that git has removed since.
    removed: HashSet<Oid>,
    /// The delta trees of each pack, once somebody needs all of them.
    forests: Vec<OnceLock<DeltaForest>>,
    /// Packs and folders that cannot be used. The objects in such packs are not read.
    pub unusable: Vec<PackError>,
    /// Limits for reading the objects.
    pub memory_limit: MemoryLimit,
}

impl ObjectSet {
    /// Opens the packs and numbers the objects.
    ///
    /// # Errors
    /// Returns an error if the object database cannot be opened.
    pub fn open(repository: &Repository) -> Result<Self, OpenError> {
        Self::open_with(repository, MAX_IN_MEMORY, true)
    }

    /// Opens the packs for reading a small part of the objects: no pack is read into memory, of the delta trees only those
    /// that somebody needs are built, and the table of numbers only by [`Self::number_objects`] or when it is needed.
    ///
    /// # Errors
    /// Returns an error if the object database cannot be opened.
    pub(crate) fn open_for_few(repository: &Repository) -> Result<Self, OpenError> {
        Self::open_with(repository, 0, false)
    }

    fn open_with(repository: &Repository, memory: u64, build_forests: bool) -> Result<Self, OpenError> {
        // Reports errors of the whole database, such as a missing folder.
        ObjectDatabase::open(repository)?;
        let folders = expand_alternates(&repository.object_dirs)?;
        let Listing { packs, own_packs, loose, unusable } =
            Listing::stable(&folders, repository.format, memory);
        let first_numbers =
            packs.iter().scan(0, |next, pack| Some(std::mem::replace(next, *next + pack.len()))).collect();
        let is_packed = |oid: &Oid| packs.iter().any(|pack| pack.find(oid).is_some());
        let others = loose.into_iter().filter(|oid| !is_packed(oid)).collect();
        let set = Self {
            own_packs,
            first_numbers,
            others,
            numbers: OnceLock::new(),
            removed: HashSet::new(),
            forests: packs.iter().map(|_| OnceLock::new()).collect(),
            packs,
            unusable,
            memory_limit: MemoryLimit::default(),
        };
        if build_forests {
            // Numbering uses one thread, the forests use all; both take about as long.
            rayon::join(
                || set.number_objects(),
                || {
                    for pack in 0..set.packs.len() {
                        set.forest(pack);
                    }
                },
            );
        }
        Ok(set)
    }

    /// Builds the table of numbers, unless there is one.
    pub(crate) fn number_objects(&self) {
        self.numbers();
    }

    fn numbers(&self) -> &ObjectNumbers {
        self.numbers.get_or_init(|| {
            let packed =
                self.packs.iter().flat_map(|pack| (0..pack.len()).map(|at| pack.oid_at_position(at)));
            let names = packed.chain(self.others.iter().copied().map(Some));
            ObjectNumbers::of_names(self.number_bound(), names)
        })
    }

    /// Returns a number that is larger than that of each object. An object in several packs has the number of the
    /// first one, so there may be fewer objects.
    #[must_use]
    pub fn number_bound(&self) -> usize {
        self.packed_count() + self.others.len()
    }

    fn packed_count(&self) -> usize {
        self.packs.iter().map(Pack::len).sum()
    }

    /// Returns the number of an object.
    #[must_use]
    pub fn number(&self, oid: &Oid) -> Option<u32> {
        let number = self.numbers().find(oid)?;
        // The set is empty unless git prunes during the scan.
        (self.removed.is_empty() || !self.removed.contains(oid)).then_some(number)
    }

    /// Marks objects as removed since the listing. From now on the set does not contain them.
    pub(crate) fn remove(&mut self, oids: impl IntoIterator<Item = Oid>) {
        self.removed.extend(oids);
    }

    /// Returns the number of bytes that the objects in packs take there. Each other object counts as one byte: its
    /// size is not known without opening it.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        let slots = self.packs.iter().flat_map(|pack| (0..pack.len()).map(|slot| pack.stored_bytes(slot)));
        slots.sum::<u64>() + self.others.len() as u64
    }

    /// Whether the database holds an object.
    #[must_use]
    pub fn contains(&self, oid: &Oid) -> bool {
        self.number(oid).is_some()
    }

    /// Returns the name of the object with a number.
    #[must_use]
    pub fn oid(&self, number: u32) -> Option<Oid> {
        let number = number as usize;
        let pack = self.first_numbers.partition_point(|first| *first <= number).checked_sub(1);
        let packed =
            pack.and_then(|pack| self.packs[pack].oid_at_position(number - self.first_numbers[pack]));
        if packed.is_some() {
            return packed;
        }
        self.others.get(number.checked_sub(self.packed_count())?).copied()
    }

    /// Returns the names of all objects, sorted.
    #[must_use]
    pub fn sorted_oids(&self) -> Vec<Oid> {
        let numbers = (0..self.number_bound()).filter_map(|number| u32::try_from(number).ok());
        let mut names: Vec<Oid> = numbers.filter_map(|number| self.oid(number)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(super) fn pack_count(&self) -> usize {
        self.packs.len()
    }

    pub(super) fn pack(&self, index: usize) -> &Pack {
        &self.packs[index]
    }

    /// Returns the delta trees of a pack.
    pub(super) fn forest(&self, pack: usize) -> &DeltaForest {
        self.forests[pack].get_or_init(|| DeltaForest::new(&self.packs[pack]))
    }

    /// Returns the delta trees of a pack that lead to the selected objects, without other objects; `None` if there is
    /// none.
    pub(super) fn selected_forest(&self, pack: usize, selected: &NumberSet) -> Option<DeltaForest> {
        let is_selected = |slot| self.number_of(pack, slot).is_some_and(|one| selected.contains(one));
        match self.forests[pack].get() {
            Some(forest) => forest.pruned(is_selected),
            None => DeltaForest::of_selected(&self.packs[pack], is_selected),
        }
    }

    /// Whether a pack holds the object with a number.
    pub(crate) fn is_packed(&self, number: u32) -> bool {
        (number as usize) < self.packed_count()
    }

    /// Returns the number that an entry gives to its object. An object of an earlier pack has another one.
    pub(super) fn number_of(&self, pack: usize, slot: u32) -> Option<u32> {
        let position = self.packs[pack].position(slot as usize)?;
        u32::try_from(self.first_numbers[pack] + position).ok()
    }

    /// Whether the number of an entry's object comes from this entry, and not from an earlier pack.
    pub(super) fn is_numbered_by(&self, pack: usize, slot: u32) -> bool {
        let oid = self.packs[pack].oid(slot as usize);
        oid.is_some_and(|oid| self.number(&oid) == self.number_of(pack, slot))
    }

    /// Returns the objects that no pack holds, or the `selected` ones of them, and those that the pack reader could not
    /// decode; sorted.
    pub(super) fn not_in_packs(&self, mut undecoded: Vec<Oid>, selected: Option<&NumberSet>) -> Vec<Oid> {
        let is_selected = |oid: &&Oid| {
            selected.is_none_or(|selected| self.number(oid).is_some_and(|one| selected.contains(one)))
        };
        undecoded.extend(self.others.iter().filter(is_selected));
        undecoded.sort_unstable();
        undecoded.dedup();
        undecoded
    }

    /// Whether an object is in the repository's own folder, and not only in an alternate.
    pub(super) fn is_own(&self, folder: &Path, oid: &Oid) -> bool {
        let is_packed = self.packs[..self.own_packs].iter().any(|pack| pack.find(oid).is_some());
        is_packed || crate::git::loose::path_of(folder, oid).exists()
    }
}
