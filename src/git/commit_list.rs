//! The headers of many commits in a compact form, in the order in which they were read.

use std::collections::HashMap;
use std::ops::Range;

use super::object::{Commit, Signature};
use super::oid::Oid;

/// Many commits.
///
/// A repository may have millions of them, so each takes about a hundred bytes, and each author is stored once.
#[derive(Debug, Default)]
pub(crate) struct CommitList {
    pub(crate) rows: Vec<CommitRow>,
    parents: Vec<Oid>,
    authors: Vec<Vec<u8>>,
    author_numbers: HashMap<Vec<u8>, u32>,
}

/// One commit.
#[derive(Clone, Debug)]
pub(crate) struct CommitRow {
    pub(crate) oid: Oid,
    pub(crate) tree: Oid,
    /// The time of the commit, in seconds since 1970.
    pub(crate) time: i64,
    /// The index of the author; [`u32::MAX`] if it is not known.
    pub(crate) author: u32,
    /// The author's time, in seconds since 1970.
    pub(crate) author_time: i64,
    /// The range of its parents in [`CommitList::parents`].
    parents: Range<u32>,
}

impl CommitList {
    /// Adds a commit.
    pub(crate) fn add(&mut self, oid: Oid, commit: Commit) {
        let Commit { tree, parents, author, time } = commit;
        let author_number = self.author_number(&author.identity);
        let start = number(self.parents.len());
        self.parents.extend(parents);
        let parents = start..number(self.parents.len());
        self.rows.push(CommitRow {
            oid,
            tree,
            time,
            author: author_number,
            author_time: author.time,
            parents,
        });
    }

    /// Adds a commit of which the author is not known.
    pub(crate) fn add_header(&mut self, oid: Oid, tree: Oid, parents: &[Oid], time: i64) {
        let start = number(self.parents.len());
        self.parents.extend(parents);
        let parents = start..number(self.parents.len());
        self.rows.push(CommitRow { oid, tree, time, author: u32::MAX, author_time: 0, parents });
    }

    /// Adds the commits of another list.
    pub(crate) fn append(&mut self, other: Self) {
        let authors: Vec<u32> = other.authors.iter().map(|identity| self.author_number(identity)).collect();
        let shift = number(self.parents.len());
        self.parents.extend(other.parents);
        self.rows.extend(other.rows.into_iter().map(|row| CommitRow {
            author: authors.get(row.author as usize).copied().unwrap_or(u32::MAX),
            parents: row.parents.start + shift..row.parents.end + shift,
            ..row
        }));
    }

    fn author_number(&mut self, identity: &[u8]) -> u32 {
        if let Some(known) = self.author_numbers.get(identity) {
            return *known;
        }
        let next = number(self.authors.len());
        self.authors.push(identity.to_vec());
        self.author_numbers.insert(identity.to_vec(), next);
        next
    }

    /// The number of commits.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the parents of a commit of this list, in order.
    pub(crate) fn parents_of(&self, row: &CommitRow) -> &[Oid] {
        &self.parents[row.parents.start as usize..row.parents.end as usize]
    }

    /// Returns the author of a commit of this list, and the author's time.
    #[must_use]
    pub(crate) fn author_of(&self, row: &CommitRow) -> Signature {
        let identity = self.authors.get(row.author as usize).cloned().unwrap_or_default();
        Signature { identity, time: row.author_time }
    }

    /// Keeps the commits with the given indexes, in that order.
    pub(crate) fn select(&mut self, indexes: &[u32]) {
        self.rows = indexes.iter().filter_map(|index| self.rows.get(*index as usize).cloned()).collect();
    }

    /// Ends the list: no commit is added any more. Returns its authors, by their index.
    pub(crate) fn take_authors(&mut self) -> Vec<Vec<u8>> {
        self.author_numbers = HashMap::new();
        std::mem::take(&mut self.authors)
    }
}

/// Converts an index. No object database has four billion commits.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
