//! Hexadecimal digits: decodes the lines of a region that consist of them. `base64` finds the regions, since
//! hexadecimal digits are base64 characters.

use std::ops::Range;

use super::readable::MIN_SECRET;
use super::searchable::is_searchable;
use crate::decode::source_map::Decoded;

/// The hexadecimal digits.
pub(super) const DIGITS: &[u8] = b"0123456789abcdefABCDEF";

/// Whether each byte is a hexadecimal digit.
static IS_DIGIT: [bool; 256] = {
    let mut table = [false; 256];
    let mut index = 0;
    while index < DIGITS.len() {
        table[DIGITS[index] as usize] = true;
        index += 1;
    }
    table
};

fn is_digit(byte: u8) -> bool {
    IS_DIGIT[usize::from(byte)]
}

/// Returns the value of a hexadecimal digit.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The minimum length of digits inside of a run of other characters.
const MIN_INSIDE: usize = 32;

/// Returns the part of a line that consists of digits: the whole line, or the longest part of at least
/// [`MIN_INSIDE`], as after `0x` or `key_`.
pub(super) fn digits_in(line: &[u8]) -> Option<Range<usize>> {
    if line.iter().all(|byte| is_digit(*byte)) {
        return Some(0..line.len());
    }
    let (mut longest, mut from) = (0..0, 0);
    while let Some(near) = line.get(from..from + MIN_INSIDE.max(longest.len() + 1)) {
        if let Some(last) = near.iter().rposition(|byte| !is_digit(*byte)) {
            // No digits of the length begin before the last other character.
            from += last + 1;
        } else {
            let count = line[from..].iter().take_while(|byte| is_digit(**byte)).count();
            longest = from..from + count;
            from += count;
        }
    }
    (!longest.is_empty()).then_some(longest)
}

/// Decodes lines of digits from a phase on, 0 or 1. Returns `None` if the bytes are neither text nor an archive.
pub(super) fn decode(text: &[u8], lines: &[Range<usize>], phase: usize) -> Option<Decoded> {
    let first = &text[lines.first()?.clone()];
    if !may_be_readable(text, lines, phase) && !may_be_archive(first, phase) {
        return None;
    }
    let mut decoded = Decoded::new(lines.last()?.end);
    let mut upper = None;
    for (number, line) in lines.iter().enumerate() {
        let start = line.start + if number == 0 { phase.min(line.len()) } else { 0 };
        decoded.start_segment(start, (2, 1));
        for byte in &text[start..line.end] {
            let digit = digit(*byte).unwrap_or(0);
            upper = match upper {
                Some(upper) => {
                    decoded.text.push(upper << 4 | digit);
                    None
                }
                None => Some(digit),
            };
        }
    }
    (decoded.text.len() >= MIN_SECRET && is_searchable(&decoded.text)).then_some(decoded)
}

/// Returns whether the upper digits of [`MIN_SECRET`] bytes in a row are those of readable characters. The digits of a
/// hash are not.
fn may_be_readable(text: &[u8], lines: &[Range<usize>], phase: usize) -> bool {
    let (mut in_a_row, mut skipped) = (0, phase);
    for line in lines {
        let digits = &text[line.clone()];
        let mut at = skipped;
        while let Some(digit) = digits.get(at) {
            // Line breaks and tabs are 09, 0a and 0d.
            in_a_row = if matches!(digit, b'0' | b'2'..=b'7') { in_a_row + 1 } else { 0 };
            if in_a_row == MIN_SECRET {
                return true;
            }
            at += 2;
        }
        skipped = at - digits.len();
    }
    false
}

/// Returns whether the digits begin with the signature of gzip, zip, xz, bzip2, zstd or zlib.
fn may_be_archive(line: &[u8], phase: usize) -> bool {
    const SIGNATURES: [&[u8]; 9] =
        [b"1f8b08", b"504b03", b"fd377a", b"425a68", b"28b52f", b"7801", b"785e", b"789c", b"78da"];
    let digits = line.get(phase..).unwrap_or_default();
    let begins_with =
        |magic: &[u8]| digits.get(..magic.len()).is_some_and(|start| start.eq_ignore_ascii_case(magic));
    SIGNATURES.into_iter().any(begins_with)
}
