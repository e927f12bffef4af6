//! Hexadecimal digits: decodes the lines of a region that consist of them. `base64` finds the regions, since
//! hexadecimal digits are base64 characters.

use std::ops::Range;

use super::readable::MIN_SECRET;
use super::searchable::is_searchable;
use super::source_map::Decoded;

/// The hexadecimal digits.
pub(super) const DIGITS: &[u8] = b"0123456789abcdefABCDEF";

/// Returns the value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
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
    let upper = lines.iter().flat_map(|line| &text[line.clone()]).skip(phase).step_by(2);
    let mut in_a_row = 0;
    upper.into_iter().any(|digit| {
        // Line breaks and tabs are 09, 0a and 0d.
        in_a_row = if matches!(digit, b'0' | b'2'..=b'7') { in_a_row + 1 } else { 0 };
        in_a_row == MIN_SECRET
    })
}

/// Returns whether the digits begin with the signature of gzip or zip.
fn may_be_archive(line: &[u8], phase: usize) -> bool {
    let start = line.get(phase..phase + 6);
    start.is_some_and(|start| [b"1f8b08", b"504b03"].iter().any(|magic| start.eq_ignore_ascii_case(*magic)))
}
