//! Git's index file: which path is staged with which object. Split and sparse indexes are read too, which libgit2
//! rejects.
//!
//! A reader, not an editor: it writes nothing, reads no worktree file, expands no sparse folder, and does not
//! verify the trailing checksum (nor does git, and `index.skipHash` leaves it zero). It trusts no length.
//! The format is in git's `Documentation/gitformat-index.adoc`; what that leaves open, in git's
//! `read-cache.c`, `split-index.c`, `cache-tree.c` and `ewah/`.

mod cache_tree;
mod entries;
mod entry;
mod error;
mod ewah;
mod extensions;
mod file;
mod reader;
mod split;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

pub use cache_tree::CacheNode;
pub use entry::Entry;
pub(crate) use error::IndexError;

use self::cache_tree::CacheTree;
use self::entries::{Arena, Record};
use self::file::{IndexFile, SharedPart, read_file, read_shared};
use self::split::Link;
use super::files::read_regular;
use super::oid::{ObjectFormat, Oid};

/// An index, in git's order: by path bytes, then by stage.
pub struct Index {
    /// The shared file of a split index, then the file itself. Each is followed by its unfolded paths if it is of
    /// version 4.
    bytes: Vec<u8>,
    format: ObjectFormat,
    records: Vec<Record>,
    tree: Option<CacheTree>,
    is_sparse: bool,
}

impl Index {
    /// Reads the index at `path`. If there is no such file, the index is empty, as in a new repository.
    /// The shared file of a split index is searched in `git_dir`, as git does (for a linked worktree, its own git
    /// folder), and then in the folder of `path`.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or if its content is damaged or not supported.
    pub fn read(path: &Path, git_dir: &Path, format: ObjectFormat) -> Result<Self, IndexError> {
        let bytes = match read_regular(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::empty(format)),
            Err(source) => return Err(IndexError::Io { path: path.to_owned(), source }),
        };
        Self::parse(bytes, format, |base| {
            let name = format!("sharedindex.{base}");
            read_regular(&git_dir.join(&name)).or_else(|error| match path.parent() {
                Some(folder) if error.kind() == io::ErrorKind::NotFound => read_regular(&folder.join(&name)),
                _ => Err(error),
            })
        })
    }

    /// Reads an index from memory. If it is split, `shared` is called with the name of the shared file and returns its
    /// bytes.
    ///
    /// # Errors
    /// Returns an error if the bytes are damaged or not supported, or if `shared` fails.
    pub fn parse(
        bytes: impl Into<Vec<u8>>,
        format: ObjectFormat,
        shared: impl FnOnce(&Oid) -> io::Result<Vec<u8>>,
    ) -> Result<Self, IndexError> {
        let mut bytes = bytes.into();
        let IndexFile { mut records, extensions } = read_file(&mut bytes, format)?;
        let link = match extensions.link {
            Some(region) => Link::read(&bytes, region, format)?,
            None => None,
        };
        let mut is_sparse = extensions.is_sparse;
        let mut shared_part = SharedPart::default();
        if let Some(link) = link {
            let (mut joined, lower) = read_shared(link.base, shared, format)?;
            shared_part = SharedPart { len: joined.len(), base: Some(link.base) };
            joined.extend_from_slice(&bytes);
            let shift = shared_part.shift(joined.len())?;
            for record in &mut records {
                record.shift(shift);
            }
            is_sparse |= lower.extensions.is_sparse;
            records = link.merge(Arena { bytes: &joined, format }, &bytes, &records, lower.records)?;
            bytes = joined;
        }
        let arena = Arena { bytes: &bytes, format };
        if let Some((record, what)) = arena.first_disorder(&records) {
            return Err(shared_part.damaged(record.head(), what));
        }
        // The cache tree of the shared file is not used: it describes the shared entries alone.
        let tree =
            extensions.tree.map(|region| CacheTree::read(arena, region, shared_part.len, records.len()));
        let tree = tree.transpose()?;
        Ok(Self { bytes, format, records, tree, is_sparse })
    }

    fn empty(format: ObjectFormat) -> Self {
        Self { bytes: Vec::new(), format, records: Vec::new(), tree: None, is_sparse: false }
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Returns the entry at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<Entry<'_>> {
        self.records.get(position).and_then(|&record| self.arena().entry(record))
    }

    /// Returns all entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries_at(0..self.len())
    }

    /// Returns the entries at these positions, in order. Positions after the end are ignored.
    pub fn entries_at(&self, positions: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        let end = positions.end.min(self.len());
        let start = positions.start.min(end);
        let arena = self.arena();
        self.records[start..end].iter().filter_map(move |&record| arena.entry(record))
    }

    /// Returns the positions of the entries below a folder. The folder is named without a slash at its end; the name
    /// of the top is empty. The result comes from a search, so it is right even if the cache tree counts wrongly.
    #[must_use]
    pub fn positions_under(&self, folder: &[u8]) -> Range<usize> {
        if folder.is_empty() {
            return 0..self.len();
        }
        let arena = self.arena();
        let bound = |last: u8| {
            let is_before = |record: &Record| arena.path(*record).iter().lt(folder.iter().chain([&last]));
            self.records.partition_point(is_before)
        };
        bound(b'/')..bound(b'/' + 1)
    }

    /// Returns the positions of the entries of one path: one entry, or several stages of a conflict.
    #[must_use]
    pub fn positions_of(&self, path: &[u8]) -> Range<usize> {
        let arena = self.arena();
        let start = self.records.partition_point(|record| arena.path(*record) < path);
        let end = self.records.partition_point(|record| arena.path(*record) <= path);
        start..end
    }

    /// Whether entries may represent whole folders; see [`Entry::is_sparse_folder`].
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        self.is_sparse
    }

    /// Returns the root of the cache tree, if git stored one.
    #[must_use]
    pub fn cache_tree(&self) -> Option<CacheNode<'_>> {
        self.tree.as_ref().and_then(|tree| CacheNode::root(self.arena(), tree))
    }

    fn arena(&self) -> Arena<'_> {
        Arena { bytes: &self.bytes, format: self.format }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Index")
            .field("entries", &self.len())
            .field("is_sparse", &self.is_sparse)
            .finish_non_exhaustive()
    }
}
