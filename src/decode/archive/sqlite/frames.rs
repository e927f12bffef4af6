//! The frames of a write-ahead log and of a rollback journal: each holds a version of a page.
//! Format: sqlite.org, "WAL-mode File Format" and "The Rollback Journal".

use super::pages::{big_endian, is_size};

/// The lengths of the headers of a write-ahead log and of its frames, in bytes.
pub(super) const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The first bytes of a write-ahead log, which say the order of the bytes that its checksums are made of, and its version.
const LOG_MAGIC: [u32; 2] = [0x377f_0682, 0x377f_0683];
const LOG_VERSION: u32 = 3_007_000;

pub(super) const JOURNAL_MAGIC: &[u8] = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";

/// The length of the header of a journal without its padding, in bytes.
pub(super) const JOURNAL_HEADER: usize = 28;

/// A version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The number of the page.
    pub(super) number: u32,
    /// The offset of the page.
    pub(super) start: usize,
    /// The index of the first frame with the same salts: what stands before is of another run of the log.
    pub(super) first: usize,
    /// The index of the last frame of the transaction.
    pub(super) last: usize,
    /// The number of pages after the transaction, or zero if it has no end.
    pub(super) count: u32,
    /// Whether the frame is one that the database was left with. Others are of an earlier run of the log, or the last
    /// one is not whole.
    pub(super) is_current: bool,
}

fn number(text: &[u8], at: usize) -> Option<u32> {
    big_endian::<4>(text, at).and_then(|number| number.try_into().ok())
}

/// Returns whether a text begins with the header of a write-ahead log.
pub(super) fn is_log(text: &[u8]) -> bool {
    text.len() >= LOG_HEADER
        && number(text, 0).is_some_and(|magic| LOG_MAGIC.contains(&magic))
        && number(text, 4) == Some(LOG_VERSION)
}

/// Returns the size of the pages of a log, and its frames. Returns `None` if its header is damaged.
///
/// A log is written from its beginning again and again, so that frames of an earlier run follow the newest ones. They are
/// whole pages all the same.
pub(super) fn log_frames(log: &[u8]) -> Option<(usize, Vec<Frame>)> {
    let size = big_endian::<4>(log, 8).filter(|size| is_size(*size))?;
    let mut frames: Vec<Frame> = Vec::new();
    let (mut first, mut open, mut salts) = (0, 0, log.get(16..24)?);
    let mut at = LOG_HEADER;
    while let Some(header) = log.get(at..at + FRAME_HEADER).filter(|_| at + FRAME_HEADER < log.len()) {
        let start = at + FRAME_HEADER;
        at = start + size;
        // The rest of a file that was made larger in advance is empty.
        let Some(page) = number(header, 0).filter(|page| *page > 0) else { continue };
        if header[8..16] != *salts {
            let last = frames.len().saturating_sub(1);
            end_transaction(&mut frames[open..], last, 0);
            (first, open, salts) = (frames.len(), frames.len(), &header[8..16]);
        }
        let (last, count) = (frames.len(), number(header, 4).unwrap_or_default());
        frames.push(Frame { number: page, start, first, last, count, is_current: *salts == log[16..24] });
        if count > 0 {
            end_transaction(&mut frames[open..], last, count);
            open = last + 1;
        }
    }
    let last = frames.len().saturating_sub(1);
    end_transaction(&mut frames[open..], last, 0);
    if let Some(frame) = frames.iter_mut().rev().find(|frame| frame.is_current) {
        frame.is_current = is_whole(log, frame.start - FRAME_HEADER, size);
    }
    Some((size, frames))
}

fn end_transaction(frames: &mut [Frame], last: usize, count: u32) {
    for frame in frames {
        (frame.last, frame.count) = (last, count);
    }
}

/// Returns whether the checksum of a frame is right.
fn is_whole(log: &[u8], at: usize, size: usize) -> bool {
    let before = if at == LOG_HEADER { 24 } else { at - size - 8 };
    let is_big_endian = log[3] & 1 == 1;
    let pair = |at: usize| {
        let word = |at: usize| number(log, at);
        Some((word(at)?, word(at + 4)?))
    };
    let Some((mut one, mut two)) = pair(before) else { return false };
    let Some(page) = log.get(at + FRAME_HEADER..at + FRAME_HEADER + size) else { return false };
    for word in log[at..at + 8].chunks_exact(8).chain(page.chunks_exact(8)) {
        let read = |bytes: &[u8]| {
            let word = number(bytes, 0).unwrap_or_default();
            if is_big_endian { word } else { word.swap_bytes() }
        };
        one = one.wrapping_add(read(word)).wrapping_add(two);
        two = two.wrapping_add(read(&word[4..])).wrapping_add(one);
    }
    pair(at + 16) == Some((one, two))
}

/// Returns the size of the pages of a journal, and its frames. Returns `None` if its header is damaged.
pub(super) fn journal_frames(journal: &[u8]) -> Option<(usize, Vec<Frame>)> {
    let size = big_endian::<4>(journal, 24).filter(|size| is_size(*size))?;
    let sector = big_endian::<4>(journal, 20)
        .filter(|sector| sector.is_power_of_two() && (32..=65536).contains(sector))?;
    let mut frames = Vec::new();
    let mut at = 0;
    // Each part has a header of its own.
    while journal.get(at..).is_some_and(|rest| rest.starts_with(JOURNAL_MAGIC)) {
        // The number is only written once the pages are safe.
        let stated = number(journal, at + 8).filter(|stated| !matches!(*stated, 0 | u32::MAX));
        at += sector;
        for _ in 0..stated.unwrap_or(u32::MAX) {
            let Some(number) = number(journal, at).filter(|number| *number > 0 && at + 4 < journal.len())
            else {
                break;
            };
            let is_current = stated.is_some() && journal.len() >= at + size + 8;
            let frame = Frame { number, start: at + 4, first: 0, last: 0, count: 0, is_current };
            frames.push(frame);
            at += size + 8;
        }
        at = at.next_multiple_of(sector);
    }
    let last = frames.len().saturating_sub(1);
    end_transaction(&mut frames, last, 0);
    Some((size, frames))
}
