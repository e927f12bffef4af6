//! The object database of a repository: loose objects, packs and alternates, read one object at a time.
//!
//! The packs are read through libgit2. It is here as a fallback and as an oracle: a scan of a history reads packs
//! with [`pack`](super::pack), which is several times faster, and asks this module for loose objects and for the
//! objects that its own reader cannot decode; the tests compare both readers object by object. Scans that need
//! few objects use this module alone. Loose objects are read by [`loose`](super::loose), not by libgit2.
//! Only libgit2's `git_odb` is used. No repository is opened, so that its configuration, its owner and the format
//! of its refs cannot prevent reading.

use std::cell::{OnceCell, RefCell};
use std::fs;
use std::path::PathBuf;

use git2::{ErrorCode, ObjectFormat as LibFormat, ObjectType};

use super::alternates::expand_alternates;
use super::files::list_folder;
use super::loose;
use super::object_types::{MAX_OBJECT_BYTES, Object, ObjectKind, OpenError, ReadError};
use super::oid::{ObjectFormat, Oid};
use super::pack::PackSizes;
use super::repository::Repository;

/// The objects of a repository. A handle is for one thread.
pub(crate) struct ObjectDatabase {
    odb: git2::Odb<'static>,
    format: ObjectFormat,
    /// All object folders, alternates included. Loose objects are searched here before libgit2 is asked.
    folders: Vec<PathBuf>,
    /// The packs, opened on first use for the sizes of their objects.
    packs: OnceCell<Vec<PackSizes>>,
}

impl ObjectDatabase {
    /// Opens the database.
    ///
    /// # Errors
    /// Returns an error if the repository's object folder does not exist, if a pack is not a regular file, or if
    /// libgit2 cannot take the name of a folder.
    pub(crate) fn open(repository: &Repository) -> Result<Self, OpenError> {
        // The names of objects come from the objects that refer to them. Hashing every object again would double
        // the cost of reading, and a damaged object is detected when it is inflated.
        git2::opts::strict_hash_verification(false);
        let open_error = |error: git2::Error| OpenError::new(error.message().to_owned());
        let folders = expand_alternates(&repository.object_dirs)?;
        Self::reject_special_files(&folders)?;
        let odb = git2::Odb::new_ext(lib_format(repository.format)).map_err(open_error)?;
        for (at, folder) in repository.object_dirs.iter().enumerate() {
            // An absent alternate matters only if an object is missing, which is reported for that object.
            if !folder.is_dir() && at > 0 {
                continue;
            }
            if !folder.is_dir() {
                return Err(OpenError::new(format!("{} is not a folder", folder.display())));
            }
            let name = folder
                .to_str()
                .ok_or_else(|| OpenError::new(format!("the path {} is not UTF-8", folder.display())))?;
            odb.add_disk_alternate(name).map_err(open_error)?;
        }
        // libgit2 finds alternates itself, except those with quoted names.
        for folder in folders.iter().filter(|folder| folder.is_dir()).filter_map(|folder| folder.to_str()) {
            odb.add_disk_alternate(folder).map_err(open_error)?;
        }
        Ok(Self { odb, format: repository.format, folders, packs: OnceCell::new() })
    }

    /// Returns an error if a file of a pack is a pipe or a device: libgit2 would wait for it.
    fn reject_special_files(folders: &[PathBuf]) -> Result<(), OpenError> {
        for folder in folders.iter().map(|folder| folder.join("pack")) {
            let entries = list_folder(&folder)
                .map_err(|error| OpenError::new(format!("cannot read {}: {error}", folder.display())))?;
            for path in entries {
                let is_pack = path.extension().is_some_and(|kind| kind == "idx" || kind == "pack");
                let is_opened = is_pack || path.file_name().is_some_and(|name| name == "multi-pack-index");
                // A path that is gone since the listing is not a pipe.
                if is_opened && fs::metadata(&path).is_ok_and(|file| !file.is_file() && !file.is_dir()) {
                    return Err(OpenError::new(format!("{} is not a regular file", path.display())));
                }
            }
        }
        Ok(())
    }

    /// Reads an object.
    ///
    /// # Errors
    /// Returns an error if the object is missing, corrupt or too large.
    pub(crate) fn read(&self, oid: &Oid) -> Result<Object, ReadError> {
        let mut damage = None;
        for found in self.folders.iter().filter_map(|folder| loose::read(folder, oid)) {
            match found {
                Ok(object) => return Ok(object),
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        // A pack may hold a good copy. If no pack does, libgit2 is not asked: it would wait forever for the rest of
        // a truncated loose object.
        match (self.packed_size(oid), damage) {
            (Some(size), _) if size > MAX_OBJECT_BYTES as u64 => return Err(ReadError::TooLarge(*oid)),
            (None, Some(damage)) => return Err(damage),
            _ => {}
        }
        let object = self.odb.read(self.lib_oid(oid)?).map_err(|error| read_error(oid, &error))?;
        let kind = kind_of(object.kind())
            .ok_or_else(|| ReadError::Corrupt(*oid, "it is of no kind that git knows".into()))?;
        Ok(Object { kind, bytes: object.data().to_vec() })
    }

    /// Returns the most bytes that decoding an object takes at once, if a pack holds it.
    fn packed_size(&self, oid: &Oid) -> Option<u64> {
        let packs = self.packs.get_or_init(|| {
            let files =
                self.folders.iter().flat_map(|folder| list_folder(&folder.join("pack")).unwrap_or_default());
            let indexes = files.filter(|path| path.extension().is_some_and(|kind| kind == "idx"));
            // libgit2 reports the packs that cannot be used.
            indexes.filter_map(|index| PackSizes::open(&index, self.format).ok()).collect()
        });
        // Any of the copies may be the one that libgit2 decodes.
        packs.iter().filter_map(|pack| pack.max_decoded(oid)).max()
    }

    /// Whether there is a loose object of more than `limit` bytes. For packed objects the answer is `false`: libgit2
    /// would return their size, but git2 panics if the kind is damaged.
    #[must_use]
    pub(crate) fn is_loose_and_larger_than(&self, oid: &Oid, limit: u64) -> bool {
        let size = self.folders.iter().find_map(|folder| loose::size(folder, oid, limit));
        size.is_some_and(|size| size > limit)
    }

    /// Reads an object that must be of a given kind.
    ///
    /// # Errors
    /// Returns an error if the object is missing, corrupt, too large or of another kind.
    pub(crate) fn read_as(&self, oid: &Oid, kind: ObjectKind) -> Result<Vec<u8>, ReadError> {
        let object = self.read(oid)?;
        if object.kind == kind {
            return Ok(object.bytes);
        }
        Err(ReadError::Corrupt(*oid, format!("it is a {:?}, not a {kind:?}", object.kind).to_lowercase()))
    }

    /// Whether the database has an object.
    #[must_use]
    pub(crate) fn contains(&self, oid: &Oid) -> bool {
        self.lib_oid(oid).is_ok_and(|oid| self.odb.exists(oid))
    }

    /// Returns the names of all objects, sorted, each once.
    ///
    /// # Errors
    /// Returns an error if an index or a folder cannot be read.
    pub(crate) fn list_all(&self) -> Result<Vec<Oid>, OpenError> {
        let names = RefCell::new(Vec::new());
        self.odb
            .foreach(|oid| {
                names.borrow_mut().extend(Oid::from_bytes(oid.as_bytes()));
                true
            })
            .map_err(|error| OpenError::new(error.message().to_owned()))?;
        let mut names = names.into_inner();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn lib_oid(&self, oid: &Oid) -> Result<git2::Oid, ReadError> {
        if oid.as_bytes().len() != self.format.raw_len() {
            return Err(ReadError::Missing(*oid));
        }
        git2::Oid::from_bytes(oid.as_bytes()).map_err(|error| read_error(oid, &error))
    }
}

fn read_error(oid: &Oid, error: &git2::Error) -> ReadError {
    if error.code() == ErrorCode::NotFound {
        ReadError::Missing(*oid)
    } else {
        ReadError::Corrupt(*oid, error.message().to_owned())
    }
}

const fn lib_format(format: ObjectFormat) -> LibFormat {
    match format {
        ObjectFormat::Sha1 => LibFormat::Sha1,
        ObjectFormat::Sha256 => LibFormat::Sha256,
    }
}

const fn kind_of(kind: ObjectType) -> Option<ObjectKind> {
    match kind {
        ObjectType::Commit => Some(ObjectKind::Commit),
        ObjectType::Tree => Some(ObjectKind::Tree),
        ObjectType::Blob => Some(ObjectKind::Blob),
        ObjectType::Tag => Some(ObjectKind::Tag),
        ObjectType::Any => None,
    }
}
