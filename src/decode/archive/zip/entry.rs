//! The statements about one member: its local header and its entries in the central directory.

use super::format::{CENTRAL, CENTRAL_LENGTH, DESCRIPTOR, LOCAL, LOCAL_LENGTH};
use crate::decode::archive::little_endian::number;

/// A statement about a member.
#[derive(Clone, Debug)]
pub(super) struct Entry<'t> {
    pub(super) name: &'t [u8],
    /// The offset of the local header.
    pub(super) offset: usize,
    /// The offset of the member's data. Only the local header states it; 0 in a directory entry.
    pub(super) data: usize,
    /// The size of the member's data in the archive, in bytes.
    pub(super) compressed_size: usize,
    pub(super) checksum: u64,
    /// Whether the header was written before the sizes were known. They follow the data then.
    pub(super) is_streamed: bool,
    method: u64,
    is_encrypted: bool,
    is_local: bool,
}

/// How the data of a member is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadMode {
    /// The compression method.
    pub(super) method: u64,
    pub(super) is_encrypted: bool,
    /// The size of stored data. Compressed data shows its own end.
    pub(super) stored_size: Option<usize>,
}

impl<'t> Entry<'t> {
    /// Reads a local header.
    pub(super) fn local(text: &'t [u8], start: usize) -> Option<Self> {
        let header = text.get(start..start.checked_add(LOCAL_LENGTH)?)?;
        let data = start + LOCAL_LENGTH + length(header, 26)? + length(header, 28)?;
        let name = text.get(start + LOCAL_LENGTH..start + LOCAL_LENGTH + length(header, 26)?)?;
        let extra = text.get(start + LOCAL_LENGTH + name.len()..data)?;
        let [_, compressed_size] = sizes(header, 22, 18, extra);
        Some(Self { data, is_local: true, ..Self::new(header, 6, name, start, compressed_size)? })
    }

    /// Reads a directory entry. Returns the offset of the next one, too. `shift` is added to the offset of the member,
    /// which is the largest number if that is before the text.
    pub(super) fn central(text: &'t [u8], at: usize, shift: isize) -> Option<(Self, usize)> {
        let header =
            text.get(at..at.checked_add(CENTRAL_LENGTH)?).filter(|header| header.starts_with(CENTRAL))?;
        let (name, extra, comment) = (length(header, 28)?, length(header, 30)?, length(header, 32)?);
        let name = text.get(at + CENTRAL_LENGTH..at + CENTRAL_LENGTH + name)?;
        let start = at + CENTRAL_LENGTH + name.len();
        let extra = text.get(start..start + extra)?;
        let [_, compressed_size] = sizes(header, 24, 20, extra);
        let offset = usize::try_from(number::<4>(header, 42)?).ok()?;
        let before = [24, 20].iter().filter(|at| number::<4>(header, **at) == Some(IN_EXTRA)).count();
        let offset =
            if offset as u64 == IN_EXTRA { zip64_number(extra, before).unwrap_or(offset) } else { offset };
        let entry = Self::new(
            header,
            8,
            name,
            offset.checked_add_signed(shift).unwrap_or(usize::MAX),
            compressed_size,
        )?;
        Some((entry, start + extra.len() + comment))
    }

    /// Reads the fields that both kinds of headers have, from the flags on.
    fn new(
        header: &[u8],
        flags: usize,
        name: &'t [u8],
        offset: usize,
        compressed_size: usize,
    ) -> Option<Self> {
        let bits = number::<2>(header, flags)?;
        Some(Self {
            name,
            offset,
            data: 0,
            compressed_size,
            checksum: number::<4>(header, flags + 8)?,
            is_streamed: bits & 8 != 0,
            method: number::<2>(header, flags + 2)?,
            is_encrypted: bits & 1 != 0,
            is_local: false,
        })
    }

    /// Returns whether the size was not known when the header was written.
    pub(super) const fn has_unknown_size(&self) -> bool {
        self.is_local && self.is_streamed && self.compressed_size == 0
    }

    /// Returns how the data at an offset is read according to this statement.
    pub(super) fn read_mode(&self, text: &[u8], data: usize) -> ReadMode {
        let stored_size = match self.method {
            0 if self.has_unknown_size() => streamed_size(text, data),
            0 => Some(self.compressed_size),
            _ => None,
        };
        ReadMode { method: self.method, is_encrypted: self.is_encrypted, stored_size }
    }
}

/// Returns the size of stored data of unknown size: up to the first structure that may follow it.
fn streamed_size(text: &[u8], data: usize) -> Option<usize> {
    first_structure(text.get(data..)?, |rest| memchr::memmem::find(rest, b"PK"))
}

/// Returns the offset of the first structure that may follow data. `find` finds the bytes that all signatures begin with.
/// No byte after the structure is read: there are as many searches as members, and a signature that is missing would be
/// looked for in the whole rest each time.
fn first_structure(text: &[u8], mut find: impl FnMut(&[u8]) -> Option<usize>) -> Option<usize> {
    let mut at = 0;
    loop {
        at += find(&text[at..])?;
        if [DESCRIPTOR, LOCAL, CENTRAL].iter().any(|signature| text[at..].starts_with(signature)) {
            return Some(at);
        }
        at += 2;
    }
}

/// Returns a length field of two bytes.
pub(super) fn length(header: &[u8], at: usize) -> Option<usize> {
    usize::try_from(number::<2>(header, at)?).ok()
}

/// The value of a field whose number is in the extra field.
const IN_EXTRA: u64 = 0xffff_ffff;

/// Returns the uncompressed and the compressed size. Large sizes are in the extra field.
fn sizes(header: &[u8], uncompressed: usize, compressed: usize, extra: &[u8]) -> [usize; 2] {
    let mut index = 0;
    [uncompressed, compressed].map(|at| {
        let stated = number::<4>(header, at).unwrap_or(0);
        if stated != IN_EXTRA {
            return usize::try_from(stated).unwrap_or(usize::MAX);
        }
        let large = zip64_number(extra, index);
        index += 1;
        large.unwrap_or(usize::MAX)
    })
}

/// Returns the number with an index in the extra field of ZIP64.
fn zip64_number(mut extra: &[u8], index: usize) -> Option<usize> {
    loop {
        let (id, size) = (number::<2>(extra, 0)?, length(extra, 2)?);
        let field = extra.get(4..4 + size)?;
        if id == 1 {
            return usize::try_from(number::<8>(field, 8 * index)?).ok();
        }
        extra = &extra[4 + size..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_streamed_members_are_found_in_linear_time() {
        let member = [LOCAL, &[0; LOCAL_LENGTH - 4], b"words, PK and PKPK"].concat();
        let count = 1000;
        let (text, mut searched) = (member.repeat(count), 0);
        let mut size_at = |data: usize| {
            first_structure(&text[data..], |rest| {
                let found = memchr::memmem::find(rest, b"PK");
                searched += found.map_or(rest.len(), |at| at + 2);
                found
            })
        };
        let size = member.len() - LOCAL_LENGTH;
        for index in 0..count {
            let expected = (index + 1 < count).then_some(size);
            assert_eq!(size_at(index * member.len() + LOCAL_LENGTH), expected);
        }
        assert!(searched <= text.len(), "{searched} {}", text.len());
    }
}
