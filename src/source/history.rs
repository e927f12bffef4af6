//! Everything that a repository's object database holds: each object once, in the order of its packs, through
//! libgit2. A faster reader can stand in its place behind [`Visitor`].

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::git::{ObjectFormat, ObjectKind, Objects, Oid, OpenError, ReadError, Repository, path_bytes, run};
use super::{Blob, Stop, Visitor, pack_order};

/// What was read.
#[derive(Debug, Default)]
pub struct Tally {
    /// Objects of all kinds.
    pub objects: usize,
    /// Blobs among them.
    pub blobs: usize,
    /// Bytes of all objects.
    pub bytes: u64,
    /// What could not be read.
    pub unread: Vec<ReadError>,
}

/// All object names, those in packs first, in the packs' order.
///
/// # Errors
/// The object database cannot be listed.
pub fn all_objects(repository: &Repository) -> Result<Vec<Oid>, OpenError> {
    let names = match repository.format {
        ObjectFormat::Sha1 => Objects::open(repository)?.all()?,
        ObjectFormat::Sha256 => listed_by_git(repository)?,
    };
    let mut listed = vec![false; names.len()];
    let mut order = Vec::with_capacity(names.len());
    for oid in pack_order::packed(repository) {
        if let Ok(at) = names.binary_search(&oid) {
            if !std::mem::replace(&mut listed[at], true) {
                order.push(oid);
            }
        }
    }
    order.extend(names.iter().zip(&listed).filter(|(_, listed)| !**listed).map(|(oid, _)| *oid));
    Ok(order)
}

/// libgit2 walks the index of a SHA-256 pack in steps of 20 bytes and makes names of what it finds there.
fn listed_by_git(repository: &Repository) -> Result<Vec<Oid>, OpenError> {
    let arguments =
        ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered", "--buffer"];
    let out = run(repository, &arguments)?;
    let mut names: Vec<Oid> = out.split(|byte| *byte == b'\n').filter_map(Oid::from_hex).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Objects that one worker reads before it takes the next lot: neighbours in a pack share their bases.
const LOT: usize = 512;

/// Reads objects and hands each to the visitor, on the threads of the current rayon pool.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    objects: &[Oid],
    visitor: &V,
    stop: &Stop,
) -> Result<Tally, OpenError> {
    Objects::open(repository)?;
    let (read, blobs, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    let unread = Mutex::new(Vec::new());
    objects.par_chunks(LOT).for_each_init(
        || Objects::open(repository),
        |database, lot| {
            for oid in lot.iter().take_while(|_| !stop.is_set()) {
                let object = match database {
                    Ok(database) => database.read(oid),
                    Err(error) => Err(ReadError::Corrupt(*oid, error.to_string())),
                };
                match object {
                    Ok(object) => {
                        read.fetch_add(1, Ordering::Relaxed);
                        blobs.fetch_add(usize::from(object.kind == ObjectKind::Blob), Ordering::Relaxed);
                        bytes.fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
                        visitor.root(&Blob { oid: *oid, kind: object.kind, bytes: &object.bytes });
                    }
                    Err(error) => {
                        unread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(error)
                    }
                }
            }
        },
    );
    let mut unread = unread.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    unread.sort_by_key(ToString::to_string);
    Ok(Tally { objects: read.into_inner(), blobs: blobs.into_inner(), bytes: bytes.into_inner(), unread })
}

/// Which objects are there, by the first eight bytes of their names: small enough for millions. Two names with
/// the same eight bytes do not happen by chance, and an attacker who made them could hide only that one of the
/// two is absent.
#[derive(Debug)]
pub struct Present(HashSet<u64, BuildHasherDefault<NameHasher>>);

impl Present {
    /// From all names.
    #[must_use]
    pub fn new(objects: &[Oid]) -> Self {
        Self(objects.iter().map(start_of).collect())
    }

    /// Whether an object is there.
    #[must_use]
    pub fn has(&self, oid: &Oid) -> bool {
        self.0.contains(&start_of(oid))
    }
}

fn start_of(oid: &Oid) -> u64 {
    let mut start = [0; 8];
    start.copy_from_slice(&oid.as_bytes()[..8]);
    u64::from_ne_bytes(start)
}

/// Names are hashes already.
#[derive(Debug, Default)]
pub struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, start: u64) {
        self.0 = start;
    }
}

/// Those of some objects that lie in the repository's own folder and not only in an alternate's: what nothing
/// reaches there is another repository's affair.
#[must_use]
pub fn own(repository: &Repository, objects: &[Oid]) -> HashSet<Oid> {
    let folder = repository.object_dirs.first().cloned().unwrap_or_default();
    let only = Repository { object_dirs: vec![folder.clone()], ..repository.clone() };
    let packed: HashSet<Oid> = pack_order::packed(&only).into_iter().collect();
    let is_loose = |oid: &Oid| {
        let name = oid.to_string();
        folder.join(&name[..2]).join(&name[2..]).exists()
    };
    objects.iter().filter(|oid| packed.contains(*oid) || is_loose(oid)).copied().collect()
}

/// The repositories of submodules, below `modules/`, each with its name; sorted.
#[must_use]
pub fn submodules(repository: &Repository) -> Vec<(Vec<u8>, Repository)> {
    let top = repository.common_dir.join("modules");
    let (mut found, mut work) = (Vec::new(), vec![top.clone()]);
    while let Some(folder) = work.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if !path.is_dir() || path.is_symlink() {
                continue;
            }
            if path.join("HEAD").is_file() && path.join("objects").is_dir() {
                let bare = Repository::discover(&path, &super::git::GitEnvironment::default());
                let name = path_bytes(path.strip_prefix(&top).unwrap_or(&path));
                found.extend(bare.ok().map(|repository| (name, repository)));
                // A submodule's submodules have their stores in its own.
                work.push(path.join("modules"));
            } else {
                work.push(path);
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}
