//! The pages of a database, and the cells of a page.

use std::ops::Range;

use super::{HEADER, SHARED_PAGE};
use crate::decode::archive::member::CUT;

/// Returns the number of `N` bytes at an offset, or `None` if the bytes end before. The highest byte is the first.
pub(super) fn big_endian<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    big_endian_of(bytes.get(at..at.checked_add(N)?)?)
}

/// Returns the number that some bytes are, or `None` if it is too large.
pub(super) fn big_endian_of(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}

/// Returns a number of one to nine bytes, and the number of its bytes.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        if at == 8 {
            return Some((number << 8 | u64::from(*byte), 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

/// The pages of a database. Each is taken once, so that no cycle is followed.
pub(super) struct Pages<'t> {
    text: &'t [u8],
    /// The length of the database in the text. A log may follow.
    length: usize,
    size: usize,
    usable: usize,
    is_cut: bool,
    /// The offset of each page. That of a page that is missing is the length of the text.
    starts: Vec<usize>,
    is_taken: Vec<bool>,
}

/// The bytes of a page.
#[derive(Clone, Copy)]
pub(super) struct PageBytes<'t> {
    /// The usable bytes, from the first one of the page on.
    bytes: &'t [u8],
    /// The offset of the page in the text, and that of its header in the page.
    start: usize,
    header: usize,
}

/// Returns the number of bytes of a page of a database that hold data, by the header of the file.
pub(super) fn usable_of(header: &[u8], size: usize) -> Option<usize> {
    size.checked_sub(usize::from(*header.get(20)?)).filter(|usable| *usable >= 480)
}

/// Returns whether pages may have a size in bytes.
pub(super) const fn is_size(size: usize) -> bool {
    size >= 512 && size <= 65536 && size.is_power_of_two()
}

impl<'t> Pages<'t> {
    /// Reads the header of the file. Returns `None` if it is damaged.
    pub(super) fn new(text: &'t [u8], length: usize) -> Option<Self> {
        let size = match big_endian::<2>(text, 16)? {
            1 => 65536,
            size => size,
        };
        let usable = usable_of(text, size).filter(|_| is_size(size))?;
        // A program that does not know the field leaves it as it was.
        let is_believed = big_endian::<4>(text, 24) == big_endian::<4>(text, 92);
        let stated = big_endian::<4>(text, 28).filter(|_| is_believed);
        let is_cut = stated.is_some_and(|stated| stated.saturating_mul(size) > length);
        let starts: Vec<usize> = (0..length).step_by(size).collect();
        Some(Self { text, length, size, usable, is_cut, is_taken: vec![false; starts.len()], starts })
    }

    /// Replaces pages by those of a log, each with its offset in the text. `count` is the number of pages from then on.
    pub(super) fn replace(&mut self, pages: impl Iterator<Item = (u32, usize)>, count: u32) {
        // A log has as many pages as are new.
        let most = self.text.len() / self.size;
        self.starts.resize((count as usize).min(most), self.text.len());
        for (number, start) in pages {
            let index = (number as usize).checked_sub(1);
            if let Some(page) = index.and_then(|index| self.starts.get_mut(index)) {
                *page = start;
            }
        }
        self.is_cut = count as usize > most || self.starts.contains(&self.text.len());
        self.is_taken = vec![false; self.starts.len()];
    }

    /// Returns whether the file has fewer pages than its header states.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Returns the number of pages in the file.
    pub(super) fn count(&self) -> u32 {
        // The number of a page has 32 bits.
        u32::try_from(self.is_taken.len()).unwrap_or(u32::MAX)
    }

    /// The number of bytes of a page.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// The number of bytes of a page that hold data.
    pub(super) const fn usable(&self) -> usize {
        self.usable
    }

    /// Takes a page. Returns a message if it is not in the file, or if it was taken before.
    pub(super) fn take(&mut self, number: u32) -> Result<PageBytes<'t>, &'static str> {
        let index = (number as usize).checked_sub(1).ok_or(super::DAMAGED_PAGE)?;
        match self.is_taken.get_mut(index) {
            Some(is_taken) if !*is_taken => *is_taken = true,
            Some(_) => return Err(SHARED_PAGE),
            None => return Err(CUT),
        }
        let start = self.starts[index];
        let end = if start < self.length { self.length } else { self.text.len() };
        PageBytes::new(&self.text[..end], start, self.usable, number).ok_or(CUT)
    }
}

impl<'t> PageBytes<'t> {
    /// Takes the page with a number at an offset. Returns `None` if the text ends before.
    pub(super) fn new(text: &'t [u8], start: usize, usable: usize, number: u32) -> Option<Self> {
        let bytes = &text[start.min(text.len())..text.len().min(start.saturating_add(usable))];
        (!bytes.is_empty()).then_some(Self { bytes, start, header: if number == 1 { HEADER } else { 0 } })
    }

    /// Returns the first bytes of the page, which are the header of the file if it is the first page.
    pub(super) fn first_bytes(&self) -> &'t [u8] {
        &self.bytes[..self.bytes.len().min(HEADER)]
    }
}

impl PageBytes<'_> {
    /// Returns the next page of a chain, and the range of this page's content in the file.
    pub(super) fn overflow(&self) -> Option<(u32, Range<usize>)> {
        let next = u32::try_from(big_endian::<4>(self.bytes, 0)?).ok()?;
        Some((next, self.start + 4..self.start + self.bytes.len()))
    }
}

/// The kind of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Records of an index, and their children.
    InnerIndex,
    /// Children of a table.
    InnerTable,
    /// Records of an index.
    Index,
    /// Records of a table.
    Table,
}

/// A page of a table or an index.
pub(super) struct Page<'t> {
    content: PageBytes<'t>,
    pub(super) kind: Kind,
    /// The last child.
    pub(super) right_most: Option<u32>,
    /// Whether the list of cells does not fit.
    pub(super) is_damaged: bool,
    /// The list of the cells' offsets.
    list: Range<usize>,
}

/// A cell: a record, a child, or both.
pub(super) struct Cell {
    pub(super) child: Option<u32>,
    /// The range in the file of the record's first part.
    pub(super) local: Option<Range<usize>>,
    /// The length of the record.
    pub(super) length: usize,
    /// The page with the next part of the record.
    pub(super) overflow: Option<u32>,
    /// The key of the record in a table.
    pub(super) rowid: Option<i64>,
}

impl<'t> Page<'t> {
    /// Reads the header of a page. Returns `None` if it is no page of a table or an index.
    pub(super) fn parse(page: PageBytes<'t>) -> Option<Self> {
        let header = page.bytes.get(page.header..)?;
        let kind = match header.first()? {
            2 => Kind::InnerIndex,
            5 => Kind::InnerTable,
            10 => Kind::Index,
            13 => Kind::Table,
            _ => return None,
        };
        let is_inner = matches!(kind, Kind::InnerIndex | Kind::InnerTable);
        let right_most =
            big_endian::<4>(header, 8).filter(|_| is_inner).and_then(|page| page.try_into().ok());
        let count = big_endian::<2>(header, 3)?;
        let from = page.header + if is_inner { 12 } else { 8 };
        let to = (from + 2 * count).min(page.bytes.len());
        let is_damaged = to != from + 2 * count;
        Some(Self { content: page, kind, right_most, is_damaged, list: from.min(to)..to })
    }

    /// Returns the offsets of the cells in the page.
    pub(super) fn cells(&self) -> impl Iterator<Item = usize> + use<'t> {
        let (bytes, list) = (self.content.bytes, self.list.clone());
        list.step_by(2).filter_map(move |at| big_endian::<2>(bytes, at))
    }

    /// Reads the cell at an offset. Returns `None` if it is not in the page.
    pub(super) fn cell(&self, at: usize, usable: usize) -> Option<Cell> {
        let mut rest = self.content.bytes.get(at..)?;
        let mut child = None;
        if matches!(self.kind, Kind::InnerIndex | Kind::InnerTable) {
            child = Some(u32::try_from(big_endian::<4>(rest, 0)?).ok()?);
            rest = &rest[4..];
        }
        if self.kind == Kind::InnerTable {
            return Some(Cell { child, local: None, length: 0, overflow: None, rowid: None });
        }
        let (length, read) = varint(rest)?;
        rest = &rest[read..];
        let mut rowid = None;
        if self.kind == Kind::Table {
            let (number, read) = varint(rest)?;
            rest = &rest[read..];
            rowid = Some(number.cast_signed());
        }
        // A record is at most 2 GiB.
        let length = usize::try_from(length).ok().filter(|length| *length <= 1 << 31)?;
        let local = local_length(length, usable, self.kind == Kind::Table);
        rest.get(..local)?;
        let overflow = big_endian::<4>(rest, local).filter(|_| local < length);
        let overflow = overflow.and_then(|page| page.try_into().ok());
        let start = self.content.start + self.content.bytes.len() - rest.len();
        Some(Cell { child, local: Some(start..start + local), length, overflow, rowid })
    }
}

/// Returns how much of a record is in the page with its cell ("B-tree Pages": U, X, M and K).
const fn local_length(length: usize, usable: usize, is_table: bool) -> usize {
    let most = if is_table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + (length - least) % (usable - 4);
    if fitting <= most { fitting } else { least }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        assert_eq!(varint(&[0x7f, 1]), Some((0x7f, 1)));
        assert_eq!(varint(&[0x81, 0]), Some((0x80, 2)));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, 9)));
        assert_eq!((varint(&[]), varint(&[0x80; 8])), (None, None));
    }

    #[test]
    fn the_part_in_the_page_is_that_of_the_format() {
        // For pages of 1,024 bytes: X is 989 in a table and 230 in an index, M is 103.
        assert_eq!(local_length(989, 1024, true), 989);
        assert_eq!(local_length(990, 1024, true), 103);
        assert_eq!(local_length(1100, 1024, true), 103);
        assert_eq!(local_length(2000, 1024, true), 103 + (2000 - 103) % 1020);
        assert_eq!(local_length(230, 1024, false), 230);
        assert_eq!(local_length(231, 1024, false), 103);
    }
}
