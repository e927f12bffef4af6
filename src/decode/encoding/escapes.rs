//! Escapes of programming languages, JSON, HTML and addresses. A region is a run without white space and quotes that
//! contains a distinctive escape; all escapes of the run are decoded in one pass.

use std::ops::Range;

use super::hex::{DIGITS, digit};
use super::region::{EncodedRegion, Encoding};
use super::source_map::Decoded;
use crate::bytescan::ByteFilter;

/// Adds the first bytes of distinctive escapes to a filter, in the groups 0 to 5.
pub(super) const fn add_escapes(filter: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    filter
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
        // The first two letters of the names in `NAMES`.
        .with(5, 0, b"&")
        .with(5, 1, b"aqlgspehc")
        .with(5, 2, b"mupotlqye")
}

/// Returns a part of a text, widened to the bounds of the runs that it touches.
pub(super) fn enclosing_runs(text: &[u8], within: &Range<usize>) -> Range<usize> {
    run_start(text, within.start.min(text.len()))..run_end(text, within.end.min(text.len()))
}

/// Decodes the region around an escape. Returns `None` if there is no distinctive escape at the offset.
pub(super) fn decode_at(text: &[u8], at: usize) -> Option<(EncodedRegion, Decoded)> {
    parse_escape(&text[at..]).filter(|escape| escape.is_distinctive)?;
    let span = run_start(text, at)..run_end(text, at);
    let decoded = decode(text, &span);
    Some((EncodedRegion { encoding: Encoding::Escapes, span }, decoded))
}

const fn ends_run(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`')
}

fn run_start(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take_while(|byte| !ends_run(**byte)).count()
}

fn run_end(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|byte| !ends_run(**byte)).count()
}

fn decode(text: &[u8], span: &Range<usize>) -> Decoded {
    let mut decoded = Decoded::new(span.end);
    let (mut at, mut plain) = (span.start, span.start);
    while at < span.end {
        let escape =
            matches!(text[at], b'\\' | b'%' | b'&').then(|| parse_escape(&text[at..span.end])).flatten();
        let Some(Escape { width, code, .. }) = escape else {
            at += 1;
            continue;
        };
        decoded.push_plain(plain, &text[plain..at]);
        let mut utf8 = [0; 4];
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        decoded.push_escape(at, width, character.encode_utf8(&mut utf8).as_bytes());
        at += width;
        plain = at;
    }
    decoded.push_plain(plain, &text[plain..span.end]);
    decoded
}

struct Escape {
    /// The length in the text, in bytes.
    width: usize,
    /// The code point.
    code: u32,
    /// Whether the escape shows that the text around it is escaped. `\n` does not: it is in every program.
    is_distinctive: bool,
}

/// Parses the escape that a text begins with.
fn parse_escape(text: &[u8]) -> Option<Escape> {
    let distinctive = |width, code| Some(Escape { width, code, is_distinctive: is_common(code) });
    match (text[0], text.get(1).copied()?) {
        (b'%', _) => distinctive(3, number(text.get(1..3)?, 16)?),
        (b'\\', b'x') => distinctive(4, number(text.get(2..4)?, 16)?),
        (b'\\', b'u') if text.get(2) == Some(&b'{') => {
            let end = text.iter().take(10).position(|byte| *byte == b'}')?;
            distinctive(end + 1, number(&text[3..end], 16)?)
        }
        (b'\\', b'u') => distinctive(6, number(text.get(2..6)?, 16)?),
        (b'\\', b'U') => distinctive(10, number(text.get(2..10)?, 16)?),
        (b'\\', b'0'..=b'3') => distinctive(4, number(text.get(1..4)?, 8)?),
        (b'\\', b'/') => distinctive(2, u32::from(b'/')),
        (b'\\', letter) => {
            let code = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'\\' => letter,
                _ => return None,
            };
            Some(Escape { width: 2, code: u32::from(code), is_distinctive: false })
        }
        (b'&', b'#') => {
            let end = text.iter().take(12).position(|byte| *byte == b';')?;
            let code = match text[2] {
                b'x' | b'X' => number(&text[3..end], 16)?,
                _ => number(&text[2..end], 10)?,
            };
            distinctive(end + 1, code)
        }
        (b'&', _) => NAMES
            .iter()
            .find(|(name, _)| text[1..].starts_with(name.as_bytes()))
            .and_then(|(name, code)| distinctive(name.len() + 1, u32::from(*code))),
        _ => None,
    }
}

/// Named characters of HTML that occur in or near tokens.
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

/// Returns whether a secret or the text around it may contain a character.
const fn is_common(code: u32) -> bool {
    matches!(code, 9 | 10 | 13 | 32..=126)
}

/// Parses a number of at least one digit.
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
    fn the_filter_passes_every_distinctive_escape() {
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
            assert!(parse_escape(escape.as_bytes()).is_some_and(|escape| escape.is_distinctive), "{escape}");
            let mut bitmask = [0];
            add_escapes(ByteFilter::empty()).fill_bitmask(escape.as_bytes(), 0, &mut bitmask);
            assert_eq!(bitmask[0] & 1, 1, "{escape}");
        }
    }
}
