//! Bytes that are printed as numbers or characters: arrays of C (`0x73, 0x6b`, `'s', 'k'`), decimal arrays, digits with
//! spaces or colons, registry files, and the dumps of `xxd`, `hexdump` and `od`.
//! A region is a run of the characters that such lists consist of.

use std::ops::Range;

use super::hex::digit;
use super::number_probe::{
    BEFORE_COLUMN, MAX_REGION, PROBE, Probe, STRIDE, is_element, is_listed_byte, probe,
};
use super::readable::{MIN_SECRET, is_readable_byte};
use super::region::{EncodedRegion, Encoding, Visit, visit_if_decoded};
use crate::decode::source_map::Decoded;

/// The minimum length of a region, in bytes: twenty numbers of two digits.
const MIN_REGION: usize = 59;

/// The maximum length of the column of a dump that shows the bytes as text, with its bars.
const MAX_COLUMN: usize = 18;

/// How far from a part of a text a region that touches it can be recognised, in bytes. The part includes the margin of
/// regions, so that only the rest of a line with its column and the digits before it may be outside.
const REACH: usize = BEFORE_COLUMN + MAX_COLUMN;

// A probe is before each column.
const _: () = assert!(STRIDE + PROBE <= BEFORE_COLUMN && BEFORE_COLUMN < MIN_REGION);

// The column and the digits before it are within the margin of a region.
const _: () = assert!(2 * MAX_COLUMN + BEFORE_COLUMN + 3 < Encoding::Numbers.margin());

/// Visits the regions that touch a part of a text.
pub(super) fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let mut at = within.start.saturating_sub(REACH);
    let limit = text.len().min(within.end.saturating_add(REACH));
    while at + PROBE <= limit {
        let next = at + STRIDE;
        match probe(text, at) {
            Probe::List { inside } => at = inside,
            Probe::Other { end } => {
                at = next.max(end);
                continue;
            }
        }
        let before = (0..at).rev().take(MAX_REGION).take_while(|at| is_listed(text, *at)).count();
        let start = at - before;
        let end = at + (at..text.len()).take_while(|at| is_listed(text, *at)).count();
        if (MIN_REGION..=MAX_REGION).contains(&(end - start)) {
            let span = start..end;
            let readable = find_readable(text, &span);
            let radixes = Radix::ALL.into_iter().filter(|radix| readable[*radix as usize]);
            let decoded = radixes.map(|radix| decode(text, &span, radix));
            visit_if_decoded(
                EncodedRegion { encoding: Encoding::Numbers, span: span.clone() },
                decoded,
                visit,
            );
        }
        at = end.max(next);
    }
}

/// How the numbers without a prefix are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Radix {
    /// Groups of two hexadecimal digits.
    Hex,
    /// Groups of four hexadecimal digits, the lower byte first.
    SwappedHex,
    /// Decimal numbers up to 255.
    Decimal,
}

impl Radix {
    const ALL: [Self; 3] = [Self::Hex, Self::SwappedHex, Self::Decimal];
}

/// Returns whether the byte at an offset belongs to a region: it is of a list, between quotes, or in the column of a
/// dump that shows the bytes as text.
fn is_listed(text: &[u8], at: usize) -> bool {
    is_element(text, at) || column_around(text, at).is_some()
}

/// Returns the character between the quotes that a text begins with.
const fn quoted_character(text: &[u8]) -> Option<u8> {
    match text {
        [b'\'', character @ b' '..=b'~', b'\'', ..] | [b'"', character @ b' '..=b'~', b'"', ..] => {
            Some(*character)
        }
        _ => None,
    }
}

/// Returns the column of a dump's line that contains an offset: `|sk-ant-.|`, or the same without bars after two
/// spaces.
fn column_around(text: &[u8], at: usize) -> Option<Range<usize>> {
    if !matches!(text[at], b' '..=b'~') {
        return None;
    }
    let end =
        at + text[at..].iter().take(MAX_COLUMN + 1).take_while(|byte| matches!(byte, b' '..=b'~')).count();
    let is_line_end = matches!(text.get(end), None | Some(b'\n' | b'\r'));
    if !is_line_end || end - at > MAX_COLUMN {
        return None;
    }
    let from = end.saturating_sub(MAX_COLUMN);
    let near = &text[from..end];
    let (start, digits_end) = if near.ends_with(b"|") && near.len() > 1 {
        let start = from + memchr::memrchr(b'|', &near[..near.len() - 1])?;
        (start, start)
    } else {
        let spaces = from + memchr::memmem::find(near, b"  ")?;
        (spaces + 2, spaces)
    };
    let digits = text.get(digits_end.checked_sub(BEFORE_COLUMN)?..digits_end)?;
    if !digits.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b' ' | b':')) {
        return None;
    }
    (start <= at).then_some(start..end)
}

/// An element of a list.
#[derive(Clone, Copy)]
enum Element<'t> {
    /// A character between quotes.
    Character(u8),
    /// The digits of a number with a prefix.
    Prefixed(&'t [u8]),
    /// The digits of a number.
    Plain(&'t [u8]),
}

/// Calls `visit` for each element of a list with its offset.
fn visit_elements<'t>(
    text: &'t [u8],
    span: &Range<usize>,
    mut visit: impl FnMut(usize, Element<'t>) -> bool,
) {
    let (mut at, mut is_line_start) = (span.start, true);
    while at < span.end {
        let byte = text[at];
        if let Some(character) = quoted_character(&text[at..span.end]) {
            if visit(at + 1, Element::Character(character)) {
                return;
            }
            at += 3;
        } else if byte.is_ascii_alphanumeric() {
            let digits = text[at..span.end].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let digits = &text[at..at + digits];
            let after = text.get(at + digits.len());
            let is_offset = is_line_start && (digits.len() > 4 || digits.len() == 4 && after == Some(&b':'));
            let element = match digits {
                [b'0', b'x' | b'X', digits @ ..] | [b'x', digits @ ..] => Element::Prefixed(digits),
                _ => Element::Plain(digits),
            };
            if !is_offset && visit(at, element) {
                return;
            }
            at += digits.len();
        } else if !is_listed_byte(byte) {
            at = column_around(text, at).map_or(at + 1, |column| column.end.max(at + 1));
            continue;
        } else {
            if byte == b' ' && text.get(at + 1) == Some(&b' ') {
                // The column of a dump may consist of digits.
                if let Some(column) = text
                    .get(at + 2)
                    .and_then(|_| column_around(text, at + 2))
                    .filter(|column| column.start == at + 2)
                {
                    at = column.end;
                    continue;
                }
            }
            at += 1;
        }
        is_line_start = byte == b'\n' || is_line_start && byte.is_ascii_whitespace();
    }
}

/// Returns the bytes that an element encodes, and their number: up to four.
fn bytes_of(element: Element<'_>, radix: Radix) -> Option<([u8; 4], usize)> {
    let mut bytes = [0; 4];
    match (element, radix) {
        (Element::Character(byte), _) => {
            bytes[0] = byte;
            Some((bytes, 1))
        }
        (Element::Prefixed(digits), Radix::Decimal | Radix::Hex) | (Element::Plain(digits), Radix::Hex) => {
            let is_known = matches!(digits.len(), 2 | 4 | 8)
                || digits.len() == 1 && matches!(element, Element::Prefixed(_));
            if !is_known {
                return None;
            }
            for (index, pair) in digits.chunks(2).enumerate() {
                bytes[index] = pair.iter().try_fold(0, |byte, hex| Some(byte << 4 | digit(*hex)?))?;
            }
            Some((bytes, digits.len().div_ceil(2)))
        }
        (Element::Prefixed(digits) | Element::Plain(digits), Radix::SwappedHex) => {
            let digits: &[u8; 4] = digits.try_into().ok()?;
            let pair = |one: u8, other: u8| Some(digit(one)? << 4 | digit(other)?);
            bytes[..2].copy_from_slice(&[pair(digits[2], digits[3])?, pair(digits[0], digits[1])?]);
            Some((bytes, 2))
        }
        (Element::Plain(digits), Radix::Decimal) => {
            let number = std::str::from_utf8(digits).ok()?.parse().ok();
            bytes[0] = number.filter(|_| digits.len() <= 3)?;
            Some((bytes, 1))
        }
    }
}

/// Returns for each radix whether [`MIN_SECRET`] elements in a row are readable, or every second one as in UTF-16.
fn find_readable(text: &[u8], span: &Range<usize>) -> [bool; 3] {
    let (mut in_a_row, mut found) = ([0_usize; 3], [false; 3]);
    visit_elements(text, span, |_, element| {
        for radix in Radix::ALL {
            let index = radix as usize;
            match bytes_of(element, radix) {
                Some((bytes, count))
                    if bytes[..count].iter().all(|byte| *byte == 0 || is_readable_byte(*byte)) =>
                {
                    in_a_row[index] += count;
                }
                _ => in_a_row[index] = 0,
            }
            found[index] |= in_a_row[index] >= MIN_SECRET;
        }
        found == [true; 3]
    });
    found
}

/// Decodes a list. An element that is not a byte separates the bytes before and after it.
fn decode(text: &[u8], span: &Range<usize>, radix: Radix) -> Decoded {
    let mut decoded = Decoded::new(span.end);
    visit_elements(text, span, |at, element| {
        let width = match element {
            Element::Character(_) => 1,
            Element::Prefixed(digits) | Element::Plain(digits) => digits.len(),
        };
        match bytes_of(element, radix) {
            Some((bytes, count)) => decoded.push_escape(at, width, &bytes[..count]),
            None => decoded.push_escape(at, width, b"\0"),
        }
        false
    });
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "API_KEY=k8Gq2ZpX7wLm4RtVb9NcQ4sT6uYj";

    fn decodings(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        visit_regions(text.as_bytes(), &(0..text.len()), &mut |_, decoded| {
            found.extend(decoded.map(|decoded| String::from_utf8_lossy(&decoded.text).replace('\0', "")));
        });
        found
    }

    fn list(separator: &str, element: impl Fn(u8) -> String) -> String {
        LINE.bytes().map(element).collect::<Vec<_>>().join(separator)
    }

    /// Formats lines of 16 bytes, each with its offset and, after the digits, the bytes as text.
    fn dump(line: impl Fn(usize, &[u8], &str) -> String) -> String {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        LINE.as_bytes()
            .chunks(16)
            .enumerate()
            .map(|(row, bytes)| line(row * 16, bytes, &shown(bytes)))
            .collect()
    }

    #[test]
    fn lists_and_dumps_are_decoded() {
        let digits = |bytes: &[u8], group: usize| {
            let groups = bytes
                .chunks(group)
                .map(|group| group.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat());
            groups.collect::<Vec<_>>().join(" ")
        };
        for text in [
            list(", ", |byte| format!("0x{byte:02x}")),
            list(",\n  ", |byte| format!("0x{byte:02X}")),
            list(", ", |byte| byte.to_string()),
            list(",", |byte| byte.to_string()),
            list(" ", |byte| byte.to_string()),
            list(" ", |byte| format!("{byte:02x}")),
            list(":", |byte| format!("{byte:02X}")),
            list(",", |byte| format!("{byte:02x},00")),
            list(",\\\r\n  ", |byte| format!("{byte:02x},00")),
            list(", ", |byte| format!("'{}'", char::from(byte))),
            format!("\"{}\"", list("\" + \"", |byte| char::from(byte).to_string())),
            format!("'{}'", list("','", |byte| char::from(byte).to_string())),
            dump(|at, bytes, shown| format!("{at:08x}  {:<48}  |{shown}|\n", digits(bytes, 1))),
            dump(|at, bytes, shown| format!("{at:08x}: {:<39}  {shown}\n", digits(bytes, 2))),
            dump(|at, bytes, _| format!("{at:07o} {}\n", digits(bytes, 1))),
            dump(|at, bytes, _| {
                let swapped: Vec<u8> = bytes.chunks(2).flat_map(|pair| pair.iter().rev().copied()).collect();
                format!("{at:07x} {}\n", digits(&swapped, 2))
            }),
        ] {
            let found = decodings(&format!("k = {{\n{text}\n}}\n"));
            assert!(found.iter().any(|found| found.contains(LINE)), "{text}\n{found:?}");
        }
    }

    #[test]
    fn numbers_that_are_not_text_are_not_decoded() {
        for text in [
            list(", ", |byte| (u32::from(byte) * 7).to_string()),
            list(" ", |byte| format!("{:02x}", byte | 0x80)),
            "a bed, a cab, a face: dead beef, added each decade, faded facade, a bad deed\n".to_owned(),
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21\n".to_owned(),
        ] {
            assert_eq!(decodings(&text), [""; 0], "{text}");
        }
    }
}
