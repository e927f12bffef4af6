//! Escapes of programming languages, JSON, HTML and addresses, decoded in one pass over a stretch without white
//! space and quotes.

use std::ops::Range;

use crate::bytescan::ByteFilter;
use crate::decode::encoding::{DIGITS, Decoded, EncodedRegion, Encoding, digit};

/// How a telling escape begins, besides what a sieve knows; in groups from 0 to 5.
pub(crate) const fn beginnings(sieve: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    sieve
        .with(0, 0, b"%")
        .with(0, 1, DIGITS)
        .with(0, 2, DIGITS)
        .with(1, 0, b"\\")
        .with(1, 1, b"xuU")
        .with(1, 2, DIGITS)
        .with(1, 2, b"{")
        .with(2, 0, b"\\")
        .with(2, 1, b"0123")
        .with(2, 2, b"01234567")
        .with(3, 0, b"\\")
        .with(3, 1, b"/")
        .with_any(3, 2)
        .with(4, 0, b"&")
        .with(4, 1, b"#")
        .with(4, 2, b"0123456789xX")
        // Of each of the names.
        .with(5, 0, b"&")
        .with(5, 1, b"aqlgspehc")
        .with(5, 2, b"mupotlqye")
}

/// The stretches that a part of a text touches.
pub(crate) fn stretches(text: &[u8], within: &Range<usize>) -> Range<usize> {
    stretch_start(text, within.start.min(text.len()))..stretch_end(text, within.end.min(text.len()))
}

/// The region that the mark of a beginning shows.
pub(crate) fn region(text: &[u8], mark: usize) -> Option<(EncodedRegion, Decoded)> {
    escape(&text[mark..]).filter(|escape| escape.is_telling)?;
    let place = stretch_start(text, mark)..stretch_end(text, mark);
    let layer = decoded(text, &place);
    Some((EncodedRegion { encoding: Encoding::Escapes, span: place }, layer))
}

const fn is_edge(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`')
}

fn stretch_start(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take_while(|byte| !is_edge(**byte)).count()
}

fn stretch_end(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|byte| !is_edge(**byte)).count()
}

fn decoded(text: &[u8], place: &Range<usize>) -> Decoded {
    let mut layer = Decoded::new(place.end);
    let (mut at, mut plain) = (place.start, place.start);
    while at < place.end {
        let found = matches!(text[at], b'\\' | b'%' | b'&').then(|| escape(&text[at..place.end])).flatten();
        let Some(Escape { width, code, .. }) = found else {
            at += 1;
            continue;
        };
        layer.push_plain(plain, &text[plain..at]);
        let mut utf8 = [0; 4];
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        layer.push_escape(at, width, character.encode_utf8(&mut utf8).as_bytes());
        at += width;
        plain = at;
    }
    layer.push_plain(plain, &text[plain..place.end]);
    layer
}

struct Escape {
    /// The bytes that it takes up.
    width: usize,
    code: u32,
    /// Whether it shows that the text around it is escaped; `\n` stands in every program.
    is_telling: bool,
}

/// The escape that a text begins with.
fn escape(text: &[u8]) -> Option<Escape> {
    let telling = |width, code| Some(Escape { width, code, is_telling: is_common(code) });
    match (text[0], text.get(1).copied()?) {
        (b'%', _) => telling(3, number(text.get(1..3)?, 16)?),
        (b'\\', b'x') => telling(4, number(text.get(2..4)?, 16)?),
        (b'\\', b'u') if text.get(2) == Some(&b'{') => {
            let end = text.iter().take(10).position(|byte| *byte == b'}')?;
            telling(end + 1, number(&text[3..end], 16)?)
        }
        (b'\\', b'u') => telling(6, number(text.get(2..6)?, 16)?),
        (b'\\', b'U') => telling(10, number(text.get(2..10)?, 16)?),
        (b'\\', b'0'..=b'3') => telling(4, number(text.get(1..4)?, 8)?),
        (b'\\', b'/') => telling(2, u32::from(b'/')),
        (b'\\', letter) => {
            let code = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'\\' => letter,
                _ => return None,
            };
            Some(Escape { width: 2, code: u32::from(code), is_telling: false })
        }
        (b'&', b'#') => {
            let end = text.iter().take(12).position(|byte| *byte == b';')?;
            let code = match text[2] {
                b'x' | b'X' => number(&text[3..end], 16)?,
                _ => number(&text[2..end], 10)?,
            };
            telling(end + 1, code)
        }
        (b'&', _) => NAMES
            .iter()
            .find(|(name, _)| text[1..].starts_with(name.as_bytes()))
            .and_then(|(name, code)| telling(name.len() + 1, u32::from(*code))),
        _ => None,
    }
}

/// Named characters of HTML that stand in or beside tokens.
const NAMES: [(&str, u8); 12] = [
    ("amp;", b'&'),
    ("quot;", b'"'),
    ("apos;", b'\''),
    ("lt;", b'<'),
    ("gt;", b'>'),
    ("sol;", b'/'),
    ("plus;", b'+'),
    ("equals;", b'='),
    ("lowbar;", b'_'),
    ("hyphen;", b'-'),
    ("period;", b'.'),
    ("colon;", b':'),
];

/// Whether a secret or the text around one may hold it.
const fn is_common(code: u32) -> bool {
    matches!(code, 9 | 10 | 13 | 32..=126)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = digit(*byte).map(u32::from).filter(|digit| *digit < radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_telling_escape_is_marked() {
        let mut escapes: Vec<String> = NAMES.iter().map(|(name, _)| format!("&{name}")).collect();
        for byte in (32..=126_u32).chain([9, 10, 13]) {
            escapes.extend([
                format!("%{byte:02x}"),
                format!("%{byte:02X}"),
                format!("\\x{byte:02x}"),
                format!("\\u{byte:04X}"),
                format!("\\u{{{byte:x}}}"),
                format!("\\U{byte:08x}"),
                format!("\\{byte:03o}"),
                format!("&#{byte};"),
                format!("&#x{byte:x};"),
                format!("&#X{byte:X};"),
            ]);
        }
        escapes.push("\\/".to_owned());
        for escape in escapes {
            assert!(super::escape(escape.as_bytes()).is_some_and(|escape| escape.is_telling), "{escape}");
            let mut marks = [0];
            beginnings(ByteFilter::empty()).fill_bitmask(escape.as_bytes(), 0, &mut marks);
            assert_eq!(marks[0] & 1, 1, "{escape}");
        }
    }
}
