//! The split index: a small file with the changes, and a shared file that is rarely rewritten.
//! Merges the entries of both; the caller finds and reads the shared file.

use std::ops::Range;

use super::entries::{Arena, Record};
use super::error::IndexError;
use super::ewah;
use super::reader::Reader;
use crate::git::oid::{ObjectFormat, Oid};

/// The `link` extension of an index that has a shared file.
#[derive(Debug)]
pub(super) struct Link {
    /// The checksum of the shared file, which is also a part of its name.
    pub(super) base: Oid,
    bitmaps: Range<usize>,
}

impl Link {
    /// Reads the extension. Returns `None` if it names no shared file: the index then holds all entries itself.
    pub(super) fn read(
        bytes: &[u8],
        region: Range<usize>,
        format: ObjectFormat,
    ) -> Result<Option<Self>, IndexError> {
        const SHORT: &str = "the link to the shared index is cut short";
        let mut reader = Reader::new(bytes, region.clone(), 0);
        let raw = reader.take(format.raw_len(), SHORT)?;
        let base = Oid::from_bytes(raw).filter(|base| !base.is_zero());
        Ok(base.map(|base| Self { base, bitmaps: reader.at()..region.end }))
    }

    /// Merges the entries of the shared file, `base`, with those of the index file, `top`. `file` holds the bytes of
    /// the index file; the records of both lists point into the arena.
    pub(super) fn merge(
        &self,
        arena: Arena<'_>,
        file: &[u8],
        top: &[Record],
        mut base: Vec<Record>,
    ) -> Result<Vec<Record>, IndexError> {
        let mut reader = Reader::new(file, self.bitmaps.clone(), 0);
        let [deleted, replaced] = self.read_bitmaps(&mut reader, base.len())?;
        if replaced.len() > top.len() {
            return Err(reader.damaged("more entries are replaced than there are replacements"));
        }
        let (replacements, added) = top.split_at(replaced.len());
        for (&position, replacement) in replaced.iter().zip(replacements) {
            if replacement.has_path() {
                return Err(reader.damaged("an entry that replaces another has a path of its own"));
            }
            if deleted.binary_search(&position).is_ok() {
                return Err(reader.damaged("an entry is both replaced and deleted"));
            }
            let old = &mut base[position as usize];
            *old = replacement.with_path_of(*old);
        }
        Ok(merge_sorted(arena, &remove(base, &deleted), added))
    }

    /// Reads the positions of the deleted and of the replaced entries of the shared file.
    fn read_bitmaps(&self, reader: &mut Reader<'_>, limit: usize) -> Result<[Vec<u32>; 2], IndexError> {
        if self.bitmaps.is_empty() {
            return Ok([Vec::new(), Vec::new()]);
        }
        let deleted = ewah::read(reader, limit)?;
        let replaced = ewah::read(reader, limit)?;
        if reader.remaining() > 0 {
            return Err(reader.damaged("the link to the shared index is longer than its bitmaps"));
        }
        Ok([deleted, replaced])
    }
}

/// Removes the records at these positions, which are in ascending order.
fn remove(mut records: Vec<Record>, positions: &[u32]) -> Vec<Record> {
    let mut positions = positions.iter().peekable();
    let mut at = 0;
    records.retain(|_| {
        let is_removed = positions.next_if(|&&position| position == at).is_some();
        at += 1;
        !is_removed
    });
    records
}

/// Merges two sorted lists. If both hold the same path and stage, the added entry replaces the other. An added entry
/// of stage 0 ends a conflict, so it replaces all stages of the path.
fn merge_sorted(arena: Arena<'_>, lower: &[Record], added: &[Record]) -> Vec<Record> {
    let mut merged = Vec::with_capacity(lower.len() + added.len());
    let mut rest = added.iter().copied().peekable();
    let mut last: Option<Record> = None;
    for &record in lower {
        while let Some(next) = rest.next_if(|&next| arena.compare(next, record).is_le()) {
            merged.push(next);
            last = Some(next);
        }
        let is_replaced = last.is_some_and(|last| {
            arena.path(last) == arena.path(record)
                && (arena.stage(last) == 0 || arena.stage(last) == arena.stage(record))
        });
        if !is_replaced {
            merged.push(record);
        }
    }
    merged.extend(rest);
    merged
}
