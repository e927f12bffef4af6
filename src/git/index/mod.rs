//! Git's index file: which path is staged with which object. Split and sparse ones too, which libgit2 refuses.
//!
//! A reader, not an editor: it writes nothing, looks at no worktree file, expands no sparse folder, and does
//! not verify the trailing checksum (nor does git, and `index.skipHash` leaves it zero). It trusts no length.
//! The format is in git's `Documentation/gitformat-index.adoc`; what that leaves open, in git's
//! `read-cache.c`, `split-index.c`, `cache-tree.c` and `ewah/`.

mod cache_tree;
mod entries;
mod error;
mod ewah;
mod extensions;
mod reader;
mod split;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

pub use cache_tree::CacheNode;
use cache_tree::CacheTree;
use entries::{Arena, Record};
pub use error::IndexError;
use extensions::Extensions;
use reader::Reader;
use split::Link;

use crate::git::{ObjectFormat, Oid, open_regular};

/// The mode of an entry that stands for a whole folder outside a sparse checkout.
const SPARSE_FOLDER: u32 = 0o040_000;

/// An index, in git's order: by path bytes, then by stage.
pub struct Index {
    /// The shared file of a split index, then the file itself; behind each its unfolded paths if of version 4.
    bytes: Vec<u8>,
    format: ObjectFormat,
    records: Vec<Record>,
    tree: Option<CacheTree>,
    sparse: bool,
}

/// One path of the index at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path from the top of the worktree, slashes between its parts. Ends in one for a sparse folder.
    pub path: &'a [u8],
    /// `0o100644` or `0o100755` for a file, `0o120000` for a symbolic link, `0o160000` for a submodule,
    /// `0o040000` for a sparse folder. As stored: git's own check comes later, so others can occur.
    pub mode: u32,
    /// The staged object; the empty blob for an entry that is only meant to be added.
    pub oid: Oid,
    /// 0, or for an unmerged path 1 (base), 2 (ours), 3 (theirs).
    pub stage: u8,
    /// The file is not meant to be in the worktree.
    pub skip_worktree: bool,
    /// `git add -N`: the path is announced, the content is not staged, and no commit contains it.
    pub intent_to_add: bool,
}

impl Entry<'_> {
    /// Whether this stands for all files below a folder, whose tree is `oid`.
    #[must_use]
    pub fn is_sparse_folder(&self) -> bool {
        self.mode == SPARSE_FOLDER
    }
}

impl Index {
    /// Reads the index at `path`. A file that is not there is an empty index, as in a new repository.
    /// The other part of a split index is looked for in `git_dir` (of a linked worktree: its own), as git does,
    /// then beside `path`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or what it holds cannot be understood.
    pub fn read(path: &Path, git_dir: &Path, format: ObjectFormat) -> Result<Self, IndexError> {
        let bytes = match open_regular::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::empty(format)),
            Err(source) => return Err(IndexError::Io { path: path.to_owned(), source }),
        };
        Self::parse(bytes, format, |base| {
            let name = format!("sharedindex.{base}");
            open_regular::read(&git_dir.join(&name)).or_else(|error| match path.parent() {
                Some(folder) if error.kind() == io::ErrorKind::NotFound => {
                    open_regular::read(&folder.join(&name))
                }
                _ => Err(error),
            })
        })
    }

    /// Reads an index from memory. `shared` is asked for the file `sharedindex.<name>` if the index is split.
    ///
    /// # Errors
    ///
    /// If the bytes are no index that this reader knows, or `shared` has no answer.
    pub fn parse(
        bytes: impl Into<Vec<u8>>,
        format: ObjectFormat,
        shared: impl FnOnce(&Oid) -> io::Result<Vec<u8>>,
    ) -> Result<Self, IndexError> {
        let mut bytes = bytes.into();
        let File { mut records, extensions } = read_file(&mut bytes, format)?;
        let link = match extensions.link {
            Some(region) => Link::read(&bytes, region, format)?,
            None => None,
        };
        let mut sparse = extensions.sparse;
        let mut below = Below { len: 0, base: None };
        if let Some(link) = link {
            let (mut joined, lower) = read_shared(link.base, shared, format)?;
            below = Below { len: joined.len(), base: Some(link.base) };
            joined.extend_from_slice(&bytes);
            let shift = below.shift(joined.len())?;
            for record in &mut records {
                record.shift(shift);
            }
            sparse |= lower.extensions.sparse;
            records = link.merge(Arena { bytes: &joined, format }, &bytes, &records, lower.records)?;
            bytes = joined;
        }
        let arena = Arena { bytes: &bytes, format };
        if let Some((record, what)) = arena.first_disorder(&records) {
            return Err(below.damage(record.head(), what));
        }
        // Only the upper file's tree counts: that of a shared one describes the shared entries alone.
        let tree = extensions.tree.map(|region| CacheTree::read(arena, region, below.len, records.len()));
        let tree = tree.transpose()?;
        Ok(Self { bytes, format, records, tree, sparse })
    }

    fn empty(format: ObjectFormat) -> Self {
        Self { bytes: Vec::new(), format, records: Vec::new(), tree: None, sparse: false }
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing is staged at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The entry at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<Entry<'_>> {
        self.records.get(position).and_then(|&record| self.arena().entry(record))
    }

    /// All entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries_at(0..self.len())
    }

    /// The entries at these positions, in order. Positions beyond the end hold nothing.
    pub fn entries_at(&self, positions: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        let end = positions.end.min(self.len());
        let start = positions.start.min(end);
        let arena = self.arena();
        self.records[start..end].iter().filter_map(move |&record| arena.entry(record))
    }

    /// The positions of the entries below a folder, which is named without a slash at its end; empty for the
    /// top. Found by search, so it holds even where the cache tree counts wrongly.
    #[must_use]
    pub fn positions_under(&self, folder: &[u8]) -> Range<usize> {
        if folder.is_empty() {
            return 0..self.len();
        }
        let arena = self.arena();
        let bound = |last: u8| {
            let before = |record: &Record| arena.path(*record).iter().lt(folder.iter().chain([&last]));
            self.records.partition_point(before)
        };
        bound(b'/')..bound(b'/' + 1)
    }

    /// The positions of the entries of one path: one, or several stages of a conflict.
    #[must_use]
    pub fn positions_of(&self, path: &[u8]) -> Range<usize> {
        let arena = self.arena();
        let start = self.records.partition_point(|record| arena.path(*record) < path);
        let end = self.records.partition_point(|record| arena.path(*record) <= path);
        start..end
    }

    /// Whether entries may stand for whole folders; see [`Entry::is_sparse_folder`].
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        self.sparse
    }

    /// The root of the cache tree, if git stored one.
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
            .field("sparse", &self.sparse)
            .finish_non_exhaustive()
    }
}

/// What one file says, before a split index is put together.
struct File {
    records: Vec<Record>,
    extensions: Extensions,
}

/// What lies in the buffer before the index file itself: the shared file of a split index, or nothing.
struct Below {
    len: usize,
    base: Option<Oid>,
}

impl Below {
    /// How far the places of the upper file move, if all of both can still be addressed.
    fn shift(&self, joined: usize) -> Result<u32, IndexError> {
        addressable(joined)?;
        addressable(self.len)
    }

    /// An error at a place in the buffer, told as a place in the file that it came from.
    fn damage(&self, at: usize, what: &'static str) -> IndexError {
        match self.base {
            Some(base) if at < self.len => {
                IndexError::Shared { base, source: Box::new(IndexError::Damaged { offset: at, what }) }
            }
            _ => IndexError::Damaged { offset: at - self.len, what },
        }
    }
}

/// Places are four bytes wide, which keeps a large index small in memory.
fn addressable(place: usize) -> Result<u32, IndexError> {
    let limit = u32::MAX;
    u32::try_from(place).map_err(|_| IndexError::TooLarge { size: place as u64, limit: limit.into() })
}

/// Reads the file that the buffer holds, and appends its unfolded paths.
fn read_file(bytes: &mut Vec<u8>, format: ObjectFormat) -> Result<File, IndexError> {
    const SHORT: &str = "the file is shorter than its header";
    addressable(bytes.len())?;
    let end = bytes.len().saturating_sub(format.raw_len());
    let mut reader = Reader::new(bytes, 0..end, 0);
    if reader.take(4, SHORT)? != b"DIRC" {
        return Err(IndexError::Signature);
    }
    let version = reader.u32(SHORT)?;
    if !(2..=4).contains(&version) {
        return Err(IndexError::Version(version));
    }
    let count = reader.u32(SHORT)?;
    let entries = entries::read(&mut reader, version, count, format, bytes.len())?;
    let extensions = extensions::read(&mut reader)?;
    bytes.extend_from_slice(&entries.names);
    Ok(File { records: entries.records, extensions })
}

/// Reads the shared file of a split index. It becomes the beginning of the buffer, as it is the larger one.
fn read_shared(
    base: Oid,
    shared: impl FnOnce(&Oid) -> io::Result<Vec<u8>>,
    format: ObjectFormat,
) -> Result<(Vec<u8>, File), IndexError> {
    let mut bytes = shared(&base).map_err(|source| IndexError::NoShared { base, source })?;
    let wrong = |source| IndexError::Shared { base, source: Box::new(source) };
    let offset = bytes.len().saturating_sub(format.raw_len());
    if !bytes.ends_with(base.as_bytes()) {
        let what = "its checksum is not the one that the index asks for";
        return Err(wrong(IndexError::Damaged { offset, what }));
    }
    let file = read_file(&mut bytes, format).map_err(wrong)?;
    if let Some(link) = file.extensions.link {
        return Err(wrong(IndexError::Damaged { offset: link.start, what: "it is itself split" }));
    }
    Ok((bytes, file))
}
