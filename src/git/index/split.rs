//! The split index: a small file with what changed, on top of a shared one that is rarely rewritten.
//! Knows how the two become one; finding and reading the shared file is its caller's affair.

use std::ops::Range;

use crate::git::index::IndexError;
use crate::git::index::entries::{Arena, Record};
use crate::git::index::ewah;
use crate::git::index::reader::Reader;
use crate::git::{ObjectFormat, Oid};

/// The `link` extension of an index that lies on top of another.
#[derive(Debug)]
pub(crate) struct Link {
    /// The checksum of the shared index, and part of its file name.
    pub(crate) base: Oid,
    bitmaps: Range<usize>,
}

impl Link {
    /// Reads the extension. `None` if it names no shared index: the file then holds all entries itself.
    pub(crate) fn read(
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

    /// The entries of the shared index, with those of the upper file put in their places. `file` is what this
    /// was read from; the arena is what both lists of records point into.
    pub(crate) fn merge(
        &self,
        arena: Arena<'_>,
        file: &[u8],
        top: &[Record],
        mut base: Vec<Record>,
    ) -> Result<Vec<Record>, IndexError> {
        let mut reader = Reader::new(file, self.bitmaps.clone(), 0);
        let [deleted, replaced] = self.read_bitmaps(&mut reader, base.len())?;
        if replaced.len() > top.len() {
            return Err(reader.damage("more entries are replaced than there are replacements"));
        }
        let (replacements, added) = top.split_at(replaced.len());
        for (&position, replacement) in replaced.iter().zip(replacements) {
            if replacement.has_path() {
                return Err(reader.damage("an entry that replaces another has a path of its own"));
            }
            if deleted.binary_search(&position).is_ok() {
                return Err(reader.damage("an entry is both replaced and deleted"));
            }
            let old = &mut base[position as usize];
            *old = replacement.with_path_of(*old);
        }
        Ok(weave(arena, &remove(base, &deleted), added))
    }

    fn read_bitmaps(&self, reader: &mut Reader<'_>, limit: usize) -> Result<[Vec<u32>; 2], IndexError> {
        if self.bitmaps.is_empty() {
            return Ok([Vec::new(), Vec::new()]);
        }
        let deleted = ewah::read(reader, limit)?;
        let replaced = ewah::read(reader, limit)?;
        if reader.left() > 0 {
            return Err(reader.damage("the link to the shared index is longer than its bitmaps"));
        }
        Ok([deleted, replaced])
    }
}

/// The records that are not at one of these positions, which are in order.
fn remove(mut records: Vec<Record>, positions: &[u32]) -> Vec<Record> {
    let mut positions = positions.iter().peekable();
    let mut at = 0;
    records.retain(|_| {
        let gone = positions.next_if(|&&position| position == at).is_some();
        at += 1;
        !gone
    });
    records
}

/// Two sorted lists as one. Where both hold a path and stage, the added one counts; and an added entry of
/// stage 0 ends a conflict, so that the stages of the lower list go.
fn weave(arena: Arena<'_>, lower: &[Record], added: &[Record]) -> Vec<Record> {
    let mut woven = Vec::with_capacity(lower.len() + added.len());
    let mut rest = added.iter().copied().peekable();
    let mut last: Option<Record> = None;
    for &record in lower {
        while let Some(next) = rest.next_if(|&next| arena.compare(next, record).is_le()) {
            woven.push(next);
            last = Some(next);
        }
        let superseded = last.is_some_and(|last| {
            arena.path(last) == arena.path(record)
                && (arena.stage(last) == 0 || arena.stage(last) == arena.stage(record))
        });
        if !superseded {
            woven.push(record);
        }
    }
    woven.extend(rest);
    woven
}
