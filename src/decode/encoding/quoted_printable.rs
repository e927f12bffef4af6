//! Quoted-printable, the encoding of mails and exported contacts: `=3D`, and lines that end in `=` and continue.

use std::ops::Range;

use super::hex::digit;
use super::region::{EncodedRegion, Encoding};
use crate::decode::source_map::Decoded;
use skant_bytescan::ByteFilter;

/// Adds the first bytes of escapes to a filter, in the groups 6 and 7.
pub(super) const fn add_escapes(filter: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    filter
        .with(6, 0, b"=")
        .with(6, 1, b"0123456789ABCDEF")
        .with(6, 2, b"0123456789ABCDEF")
        .with(7, 0, b"=")
        .with(7, 1, b"\n\r")
        .with_any(7, 2)
}

/// Returns a part of a text, widened to the bounds of the runs that it touches.
pub(super) fn enclosing_runs(text: &[u8], within: &Range<usize>) -> Range<usize> {
    run_start(text, within.start.min(text.len()))..run_end(text, within.end.min(text.len()))
}

/// Decodes the region around an escape. Returns `None` if there is no escape at the offset.
pub(super) fn decode_at(text: &[u8], at: usize) -> Option<(EncodedRegion, Decoded)> {
    parse_escape(text, at)?;
    let span = run_start(text, at)..run_end(text, at);
    let decoded = decode(text, &span);
    Some((EncodedRegion { encoding: Encoding::QuotedPrintable, span }, decoded))
}

/// Parses the escape that the `=` at an offset begins. Returns its length in bytes and the byte that it encodes, which
/// a soft line break does not.
fn parse_escape(text: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    match text[at + 1..] {
        [b'\n', next, ..] if is_soft_break(text, at, next) => Some((2, None)),
        [b'\r', b'\n', next, ..] if is_soft_break(text, at, next) => Some((3, None)),
        [one, other, ..] if !one.is_ascii_lowercase() && !other.is_ascii_lowercase() => {
            let byte = digit(one)? << 4 | digit(other)?;
            matches!(byte, b'!'..=b'~').then_some((3, Some(byte)))
        }
        _ => None,
    }
}

/// Returns whether the line break after `=` belongs to the encoding and not to the text: in code, a space precedes `=`, and
/// base64 ends with `==`.
fn is_soft_break(text: &[u8], at: usize, next: u8) -> bool {
    at > 0 && text[at - 1] > b' ' && text[at - 1] != b'=' && next > b' '
}

const fn ends_run(byte: u8) -> bool {
    byte <= b' '
}

/// Moves an offset from the middle of a line break to its start.
fn before_break(text: &[u8], at: usize) -> usize {
    let is_inside = at > 0 && text[at - 1] == b'\r' && text.get(at) == Some(&b'\n');
    at - usize::from(is_inside)
}

fn run_start(text: &[u8], at: usize) -> usize {
    let mut at = before_break(text, at);
    loop {
        at -= text[..at].iter().rev().take_while(|byte| !ends_run(**byte)).count();
        let equals = match text[..at] {
            [.., b'=', b'\r', b'\n'] => at - 3,
            [.., b'=', b'\n'] => at - 2,
            _ => return at,
        };
        if parse_escape(text, equals).is_none() {
            return at;
        }
        at = equals;
    }
}

fn run_end(text: &[u8], at: usize) -> usize {
    let mut at = before_break(text, at);
    loop {
        at += text[at..].iter().take_while(|byte| !ends_run(**byte)).count();
        match at.checked_sub(1).filter(|last| text[*last] == b'=').and_then(|last| parse_escape(text, last)) {
            Some((width, None)) => at += width - 1,
            _ => return at,
        }
    }
}

fn decode(text: &[u8], span: &Range<usize>) -> Decoded {
    let mut decoded = Decoded::new(span.end);
    let (mut at, mut plain) = (span.start, span.start);
    while let Some(equals) = memchr::memchr(b'=', &text[at..span.end]).map(|offset| at + offset) {
        at = equals + 1;
        let Some((width, byte)) = parse_escape(text, equals).filter(|(width, _)| equals + width <= span.end)
        else {
            continue;
        };
        decoded.push_plain(plain, &text[plain..equals]);
        if let Some(byte) = byte {
            decoded.push_escape(equals, width, &[byte]);
        }
        at = equals + width;
        plain = at;
    }
    decoded.push_plain(plain, &text[plain..span.end]);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soft_line_break_is_distinguished_from_an_assignment() {
        assert_eq!(parse_escape(b"ab=\ncd", 2), Some((2, None)));
        assert_eq!(parse_escape(b"ab=\r\ncd", 2), Some((3, None)));
        assert_eq!(parse_escape(b"ab=3D", 2), Some((3, Some(b'='))));
        for (text, at) in [
            (&b"ab =\ncd"[..], 3),
            (b"ab =\r\ncd", 3),
            (b"ab=\n cd", 2),
            (b"=\ncd", 0),
            (b"ab==\ncd", 3),
            (b"ab=3d", 2),
            (b"ab=0A", 2),
            (b"ab=", 2),
        ] {
            assert_eq!(parse_escape(text, at), None, "{text:?}");
        }
    }
}
