//! Readable text in base64, recognised from a few characters without decoding: this separates base64 of text from the
//! names of a program, which are base64 characters, too.

use super::base64_alphabet::value;
use super::readable::{MIN_SECRET, is_readable, is_readable_byte};

/// Returns whether a run of base64 characters contains [`MIN_SECRET`] readable bytes in a row, decoded from a phase on.
/// The result is exact.
///
/// Of a group of four characters the first holds the upper six bits of a byte, which are 2, 3 or 8 to 31 for a readable
/// byte. The lower half of the second holds the upper four bits of a byte: 0 or 2 to 7. The lowest bits of the third
/// hold the upper two bits of a byte: 0 or 1. Sixteen readable bytes in a row start at least five groups in a row, of
/// which at least four are complete. So a few characters decide for nearly all names of a program; where five groups
/// fit, the characters around them are decoded.
pub(super) fn has_readable_text(run: &[u8], phase: usize) -> bool {
    const GROUPS: usize = MIN_SECRET / 3;
    let fits = |at: usize, index: u8| FITS[usize::from(run[at])] & 1 << index != 0;
    let is_complete = |at: usize| {
        fits(at, 0) && fits(at + 1, 1) && fits(at + 2, 2) && {
            let bits = run[at + 2..at + 4].iter().fold(0, |bits, byte| bits << 6 | value(*byte));
            is_readable_byte(bits)
        }
    };
    let mut next = phase;
    // The last group of a row is tested first: if it does not fit, no group of the row can start the readable text.
    while let Some(last) = next.checked_add(4 * (GROUPS - 1)).filter(|last| *last < run.len()) {
        let fits_back = |back: usize| if back == 0 { fits(last, 0) } else { is_complete(last - 4 * back) };
        if let Some(back) = (0..GROUPS).find(|back| !fits_back(*back)) {
            next = last - 4 * back + 4;
            continue;
        }
        let from = if next >= phase + 4 { next - 4 } else { next };
        match read_groups(&run[from..run.len().min(last + 8)]) {
            Readable::Enough => return true,
            // The next row can start only after the unreadable byte.
            Readable::From(byte) => next = (from + byte.div_ceil(3) * 4).max(next + 4),
        }
    }
    false
}

/// For each character a bit for each of the first three positions of a group that it can have in readable text.
static FITS: [u8; 256] = {
    let mut fits = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let value = value(byte);
        if value < 64 {
            let first = matches!(value, 2 | 3 | 8..=31);
            let second = matches!(value & 15, 0 | 2..=7);
            let third = value & 3 < 2;
            fits[byte as usize] = first as u8 | (second as u8) << 1 | (third as u8) << 2;
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    fits
};

/// The readable bytes of a few groups.
enum Readable {
    /// The groups contain [`MIN_SECRET`] readable bytes in a row.
    Enough,
    /// Only the bytes from this index to the end can be the start of such a row.
    From(usize),
}

/// Decodes up to eight groups; the last group may be incomplete.
fn read_groups(groups: &[u8]) -> Readable {
    let value = |byte: u8| u32::from(value(byte));
    let (mut bytes, mut count) = ([0; 24], 0);
    let (complete, rest) = groups.as_chunks::<4>();
    for group in complete {
        let bits = group.iter().fold(0, |bits, character| bits << 6 | value(*character));
        bytes[count..count + 3].copy_from_slice(&bits.to_be_bytes()[1..]);
        count += 3;
    }
    if rest.len() > 1 {
        let bits =
            rest.iter().fold(0, |bits, character| bits << 6 | value(*character)) << (6 * (4 - rest.len()));
        bytes[count..count + 3].copy_from_slice(&bits.to_be_bytes()[1..]);
        count += rest.len() - 1;
    }
    let bytes = &bytes[..count];
    if is_readable(bytes) {
        return Readable::Enough;
    }
    Readable::From(bytes.iter().rposition(|byte| !is_readable_byte(*byte)).map_or(0, |last| last + 1))
}
