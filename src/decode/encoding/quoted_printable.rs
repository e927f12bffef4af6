//! Quoted-printable, as mails and exported contacts are written: `=3D`, and lines that go on behind `=`.

use std::ops::Range;

use crate::bytescan::ByteFilter;
use crate::decode::encoding::{Decoded, EncodedRegion, Encoding, digit};

/// How what [`escape`] knows begins, besides what a sieve knows; in groups 6 and 7.
pub(crate) const fn beginnings(sieve: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    sieve
        .with(6, 0, b"=")
        .with(6, 1, b"0123456789ABCDEF")
        .with(6, 2, b"0123456789ABCDEF")
        .with(7, 0, b"=")
        .with(7, 1, b"\n\r")
        .with_any(7, 2)
}

/// The stretches that a part of a text touches.
pub(crate) fn stretches(text: &[u8], within: &Range<usize>) -> Range<usize> {
    stretch_start(text, within.start.min(text.len()))..stretch_end(text, within.end.min(text.len()))
}

/// The region that the mark of a beginning shows.
pub(crate) fn region(text: &[u8], mark: usize) -> Option<(EncodedRegion, Decoded)> {
    escape(text, mark)?;
    let place = stretch_start(text, mark)..stretch_end(text, mark);
    let layer = decoded(text, &place);
    Some((EncodedRegion { encoding: Encoding::QuotedPrintable, span: place }, layer))
}

/// What the `=` at a place begins: how many bytes it takes up, and what it stands for, if anything.
fn escape(text: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    match text[at + 1..] {
        [b'\n', next, ..] if goes_on(text, at, next) => Some((2, None)),
        [b'\r', b'\n', next, ..] if goes_on(text, at, next) => Some((3, None)),
        [one, other, ..] if !one.is_ascii_lowercase() && !other.is_ascii_lowercase() => {
            let byte = digit(one)? << 4 | digit(other)?;
            matches!(byte, b'!'..=b'~').then_some((3, Some(byte)))
        }
        _ => None,
    }
}

/// Whether a line break behind `=` is none of the text's own: in code a space stands before the sign.
fn goes_on(text: &[u8], at: usize, next: u8) -> bool {
    at > 0 && text[at - 1] > b' ' && next > b' '
}

const fn is_edge(byte: u8) -> bool {
    byte <= b' '
}

/// From the middle of a line break to its beginning.
fn before_break(text: &[u8], at: usize) -> usize {
    let is_inside = at > 0 && text[at - 1] == b'\r' && text.get(at) == Some(&b'\n');
    at - usize::from(is_inside)
}

fn stretch_start(text: &[u8], at: usize) -> usize {
    let mut at = before_break(text, at);
    loop {
        at -= text[..at].iter().rev().take_while(|byte| !is_edge(**byte)).count();
        let sign = match text[..at] {
            [.., b'=', b'\r', b'\n'] => at - 3,
            [.., b'=', b'\n'] => at - 2,
            _ => return at,
        };
        if escape(text, sign).is_none() {
            return at;
        }
        at = sign;
    }
}

fn stretch_end(text: &[u8], at: usize) -> usize {
    let mut at = before_break(text, at);
    loop {
        at += text[at..].iter().take_while(|byte| !is_edge(**byte)).count();
        match at.checked_sub(1).filter(|last| text[*last] == b'=').and_then(|last| escape(text, last)) {
            Some((width, None)) => at += width - 1,
            _ => return at,
        }
    }
}

fn decoded(text: &[u8], place: &Range<usize>) -> Decoded {
    let mut layer = Decoded::new(place.end);
    let (mut at, mut plain) = (place.start, place.start);
    while let Some(sign) = memchr::memchr(b'=', &text[at..place.end]).map(|sign| at + sign) {
        at = sign + 1;
        let Some((width, byte)) = escape(text, sign).filter(|(width, _)| sign + width <= place.end) else {
            continue;
        };
        layer.push_plain(plain, &text[plain..sign]);
        if let Some(byte) = byte {
            layer.push_escape(sign, width, &[byte]);
        }
        at = sign + width;
        plain = at;
    }
    layer.push_plain(plain, &text[plain..place.end]);
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_goes_on_is_told_from_an_assignment() {
        assert_eq!(escape(b"ab=\ncd", 2), Some((2, None)));
        assert_eq!(escape(b"ab=\r\ncd", 2), Some((3, None)));
        assert_eq!(escape(b"ab=3D", 2), Some((3, Some(b'='))));
        for (text, at) in [
            (&b"ab =\ncd"[..], 3),
            (b"ab =\r\ncd", 3),
            (b"ab=\n cd", 2),
            (b"=\ncd", 0),
            (b"ab=3d", 2),
            (b"ab=0A", 2),
            (b"ab=", 2),
        ] {
            assert_eq!(escape(text, at), None, "{text:?}");
        }
    }
}
