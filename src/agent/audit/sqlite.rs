//! Reads the values of all records of an `SQLite` database: `sqlite.org/fileformat2.html`. No query is possible, and no
//! order is promised. Pages of the write-ahead log replace those of the file. What a page no longer uses is not read.

use std::collections::HashMap;

/// The start of a database.
pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// The largest number of pages in a chain of overflow pages, so that a circle ends.
const MAX_CHAIN: usize = 1 << 20;

/// Returns the texts and blobs of all records, and whether each page was read. `log` is the write-ahead log, or empty.
pub(crate) fn values(database: &[u8], log: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let Some(pages) = Pages::new(database, log) else { return (Vec::new(), false) };
    let (mut found, mut is_whole) = (Vec::new(), true);
    for number in 1..=pages.count {
        let Some(page) = pages.page(number) else {
            is_whole = false;
            continue;
        };
        // The first page begins with the header of the file.
        let header = if number == 1 { 100 } else { 0 };
        // Records are in the leaves of tables, and in all pages of an index.
        let (has_row_id, size) = match page.get(header) {
            Some(13) => (true, 8),
            Some(10) => (false, 8),
            Some(2) => (false, 12),
            _ => continue,
        };
        let cells = usize::from(u16_at(page, header + 3).unwrap_or_default());
        for cell in 0..cells {
            let record = u16_at(page, header + size + 2 * cell).and_then(|at| {
                pages.record(page, usize::from(at) + if size == 12 { 4 } else { 0 }, has_row_id)
            });
            match record {
                Some(record) => is_whole &= columns(&record, &mut found).is_some(),
                None => is_whole = false,
            }
        }
    }
    (found, is_whole)
}

struct Pages<'d> {
    database: &'d [u8],
    size: usize,
    /// The bytes of a page that are used.
    usable: usize,
    count: usize,
    in_log: HashMap<usize, &'d [u8]>,
}

impl<'d> Pages<'d> {
    fn new(database: &'d [u8], log: &'d [u8]) -> Option<Self> {
        if !database.starts_with(MAGIC) {
            return None;
        }
        let size = match u16_at(database, 16)? {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = size.checked_sub(usize::from(*database.get(20)?)).filter(|usable| *usable >= 480)?;
        let mut pages = Self { database, size, usable, count: database.len() / size, in_log: HashMap::new() };
        pages.read_log(log);
        Some(pages)
    }

    /// Reads the frames up to the last commit.
    fn read_log(&mut self, log: &'d [u8]) {
        if !matches!(u32_at(log, 0), Some(0x377f_0682 | 0x377f_0683)) || u32_at(log, 8) != Some(self.size) {
            return;
        }
        let (mut at, mut open) = (32, Vec::new());
        while let Some(page) = log.get(at + 24..at + 24 + self.size) {
            // Frames of an earlier run of the log have another salt.
            if log.get(at + 8..at + 16) != log.get(16..24) {
                break;
            }
            let (number, commit) =
                (u32_at(log, at).unwrap_or_default(), u32_at(log, at + 4).unwrap_or_default());
            open.push((number, page));
            if commit > 0 {
                self.in_log.extend(open.drain(..));
                self.count = commit;
            }
            at += 24 + self.size;
        }
        self.count = self.count.min(self.database.len() / self.size + self.in_log.len());
    }

    fn page(&self, number: usize) -> Option<&'d [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.size)?;
        self.in_log.get(&number).copied().or_else(|| self.database.get(start..start + self.size))
    }

    /// Returns the record of a cell, with the parts on overflow pages.
    fn record(&self, page: &[u8], at: usize, has_row_id: bool) -> Option<Vec<u8>> {
        let (length, mut at) = varint(page, at)?;
        if has_row_id {
            at = varint(page, at)?.1;
        }
        let length = usize::try_from(length).ok().filter(|length| *length <= self.count * self.size)?;
        let (usable, most) =
            (self.usable, if has_row_id { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 });
        if length <= most {
            return page.get(at..at + length).map(<[u8]>::to_vec);
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let local = least + (length - least) % (usable - 4);
        let local = if local <= most { local } else { least };
        let mut record = page.get(at..at + local)?.to_vec();
        let mut next = u32_at(page, at + local)?;
        for _ in 0..MAX_CHAIN {
            if record.len() >= length {
                return Some(record);
            }
            let page = self.page(next)?;
            let part = (length - record.len()).min(usable - 4);
            record.extend_from_slice(page.get(4..4 + part)?);
            next = u32_at(page, 0)?;
        }
        None
    }
}

/// Adds the texts and blobs of a record.
fn columns(record: &[u8], found: &mut Vec<Vec<u8>>) -> Option<()> {
    let (header, mut at) = varint(record, 0)?;
    let header = usize::try_from(header).ok()?;
    let mut body = header;
    while at < header {
        let (kind, next) = varint(record, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            other => (other - 12) / 2,
        };
        let end = body.checked_add(usize::try_from(length).ok()?)?;
        let value = record.get(body..end)?;
        if kind >= 12 && !value.is_empty() {
            found.push(value.to_vec());
        }
        body = end;
    }
    Some(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

/// Returns a number of `SQLite`'s variable length, and the offset after it.
fn varint(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for number in 0..9 {
        let byte = *bytes.get(at)?;
        at += 1;
        if number == 8 {
            return Some((value << 8 | u64::from(byte), at));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((value, at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..3000), page in 0u8..4) {
            let mut database = MAGIC.to_vec();
            database.extend([2, 0, 1, 1, page, 64, 32, 32]);
            database.resize(100, 0);
            database.push(13);
            database.extend(&bytes);
            values(&database, &bytes);
            values(&bytes, &database);
        }
    }
}
