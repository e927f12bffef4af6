//! The object database, through libgit2's: loose objects, packs, alternates. No repository is opened, so
//! nothing of its configuration, its owner or its refs' format can stand in the way.

use std::cell::{OnceCell, RefCell};
use std::fs;
use std::path::PathBuf;

use git2::{ErrorCode, ObjectFormat as LibFormat, ObjectType};
use thiserror::Error;

use crate::git::git_command::GitCommandError;
use crate::git::oid::{ObjectFormat, Oid};
use crate::git::pack::PackSizes;
use crate::git::refs::list_folder;
use crate::git::{Repository, expand_alternates, loose};

/// The four kinds of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// A file's content, or a symbolic link's target.
    Blob,
    /// An annotated tag.
    Tag,
}

/// An object that could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// It is not there.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// It is there and cannot be decoded.
    #[error("object {0} cannot be read: {1}")]
    Corrupt(Oid, String),
    /// It is larger than what is read.
    #[error("object {0} is larger than 1 GiB and was not read")]
    TooLarge(Oid),
}

/// Larger objects, of 1 GiB, are not read: they would not fit into memory, and a few kilobytes may claim to be one.
pub const MAX_OBJECT_BYTES: usize = 1 << 30;

/// An object with its content.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its bytes, without header.
    pub bytes: Vec<u8>,
}

/// The database could not be opened.
#[derive(Debug, Error)]
#[error("cannot open the object database: {0}; `git fsck` says what is wrong with it")]
pub struct OpenError(String);

impl OpenError {
    pub(crate) fn new(said: String) -> Self {
        Self(said)
    }
}

impl From<GitCommandError> for OpenError {
    fn from(error: GitCommandError) -> Self {
        Self(error.to_string())
    }
}

/// A repository's objects. One handle a thread.
pub struct ObjectDatabase {
    odb: git2::Odb<'static>,
    format: ObjectFormat,
    /// Where loose objects are looked for first.
    folders: Vec<PathBuf>,
    /// The packs, for the sizes of what they hold, once it is asked.
    packs: OnceCell<Vec<PackSizes>>,
}

impl ObjectDatabase {
    /// Opens the database.
    ///
    /// # Errors
    /// A folder of it is not there or has a name that libgit2 cannot take.
    pub fn open(repository: &Repository) -> Result<Self, OpenError> {
        // Objects are named by what refers to them; hashing each again would double the cost of reading, and
        // a damaged one shows itself when it is inflated.
        git2::opts::strict_hash_verification(false);
        let said = |error: git2::Error| OpenError(error.message().to_owned());
        let folders = expand_alternates(&repository.object_dirs)?;
        Self::no_pipes(&folders)?;
        let odb = git2::Odb::new_ext(lib_format(repository.format)).map_err(said)?;
        for (at, folder) in repository.object_dirs.iter().enumerate() {
            // An alternate that is gone is missed where something is missing.
            if !folder.is_dir() && at > 0 {
                continue;
            }
            if !folder.is_dir() {
                return Err(OpenError(format!("{} is not a folder", folder.display())));
            }
            let name = folder
                .to_str()
                .ok_or_else(|| OpenError(format!("the path {} is not UTF-8", folder.display())))?;
            odb.add_disk_alternate(name).map_err(said)?;
        }
        // libgit2 finds alternates itself, but for those whose names are quoted.
        for folder in folders.iter().filter(|folder| folder.is_dir()).filter_map(|folder| folder.to_str()) {
            odb.add_disk_alternate(folder).map_err(said)?;
        }
        Ok(Self { odb, format: repository.format, folders, packs: OnceCell::new() })
    }

    /// libgit2 would wait for one that stands in the place of a pack.
    fn no_pipes(folders: &[PathBuf]) -> Result<(), OpenError> {
        for folder in folders {
            for path in list_folder(&folder.join("pack")).map_err(|error| OpenError(error.to_string()))? {
                let is_pack = path.extension().is_some_and(|kind| kind == "idx" || kind == "pack");
                let is_named = is_pack || path.file_name().is_some_and(|name| name == "multi-pack-index");
                // What is gone since is no pipe.
                if is_named && fs::metadata(&path).is_ok_and(|what| !what.is_file() && !what.is_dir()) {
                    return Err(OpenError(format!("{} is not a regular file", path.display())));
                }
            }
        }
        Ok(())
    }

    /// Reads an object.
    ///
    /// # Errors
    /// It is missing or corrupt.
    pub fn read(&self, oid: &Oid) -> Result<Object, ReadError> {
        let mut damaged = None;
        for found in self.folders.iter().filter_map(|folder| loose::read(folder, oid)) {
            match found {
                Ok(object) => return Ok(object),
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        // A good copy may lie in a pack. If there is none, libgit2 is not asked: it would wait for a loose one that
        // is cut short.
        match (self.packed_size(oid), damaged) {
            (Some(size), _) if size > MAX_OBJECT_BYTES as u64 => return Err(ReadError::TooLarge(*oid)),
            (None, Some(damage)) => return Err(damage),
            _ => {}
        }
        let object = self.odb.read(self.lib_oid(oid)?).map_err(|error| read_error(oid, &error))?;
        let kind = kind_of(object.kind())
            .ok_or_else(|| ReadError::Corrupt(*oid, "it is of no kind that git knows".into()))?;
        Ok(Object { kind, bytes: object.data().to_vec() })
    }

    /// The most bytes that decoding an object takes, if a pack holds it.
    fn packed_size(&self, oid: &Oid) -> Option<u64> {
        let packs = self.packs.get_or_init(|| {
            let files =
                self.folders.iter().flat_map(|folder| list_folder(&folder.join("pack")).unwrap_or_default());
            let indexes = files.filter(|path| path.extension().is_some_and(|kind| kind == "idx"));
            // One that cannot be used is libgit2's to name.
            indexes.filter_map(|index| PackSizes::open(&index, self.format).ok()).collect()
        });
        // Which copy libgit2 takes is not known.
        packs.iter().filter_map(|pack| pack.max_decoded(oid)).max()
    }

    /// Whether an object lies loose and is of more bytes than these. (Of packed ones libgit2 would tell the size,
    /// but git2 panics where the kind is damaged.)
    #[must_use]
    pub fn is_loose_and_larger_than(&self, oid: &Oid, than: u64) -> bool {
        let size = self.folders.iter().find_map(|folder| loose::size(folder, oid, than));
        size.is_some_and(|size| size > than)
    }

    /// Reads an object that has to be of one kind.
    ///
    /// # Errors
    /// It is missing, corrupt, or of another kind.
    pub fn read_as(&self, oid: &Oid, kind: ObjectKind) -> Result<Vec<u8>, ReadError> {
        let object = self.read(oid)?;
        if object.kind == kind {
            return Ok(object.bytes);
        }
        Err(ReadError::Corrupt(*oid, format!("it is a {:?}, not a {kind:?}", object.kind).to_lowercase()))
    }

    /// Whether an object is there.
    #[must_use]
    pub fn contains(&self, oid: &Oid) -> bool {
        self.lib_oid(oid).is_ok_and(|oid| self.odb.exists(oid))
    }

    /// The names of all objects, sorted, each once.
    ///
    /// # Errors
    /// An index or a folder cannot be read.
    pub fn list_all(&self) -> Result<Vec<Oid>, OpenError> {
        let names = RefCell::new(Vec::new());
        self.odb
            .foreach(|oid| {
                names.borrow_mut().extend(Oid::from_bytes(oid.as_bytes()));
                true
            })
            .map_err(|error| OpenError(error.message().to_owned()))?;
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
