//! Text as a reader sees it: characters that are not shown are removed, and characters that are shown as an ASCII one
//! are replaced. Full-width forms, dashes, default-ignorable characters, colour codes of terminals, overstrikes.
//! A region is a run without white space, quotes and other characters outside of ASCII that contains such a character.

use std::ops::Range;

use super::readable::{MIN_SECRET, is_readable};
use super::region::{EncodedRegion, Encoding};
use crate::decode::source_map::Decoded;
use crate::text::is_quote;
use skant_bytescan::ByteFilter;

const ESCAPE: u8 = 0x1b;
const BACKSPACE: u8 = 0x08;

/// The maximum length of the parameters of a colour code, in bytes: two colours of 24 bits have fewer.
const MAX_PARAMETERS: usize = 24;

// A colour code is within the margin of a region.
const _: () = assert!(MAX_PARAMETERS + 3 < Encoding::Rendered.margin());

/// All characters of ASCII that are shown, and line breaks and tabs, of which the upper half of the byte is zero.
const SHOWN_ASCII: [u8; 98] = {
    let mut shown = [b'\n'; 98];
    let (mut index, mut byte) = (2, b' ');
    while byte <= b'~' {
        shown[index] = byte;
        (index, byte) = (index + 1, byte + 1);
    }
    (shown[0], shown[1]) = (b'\t', b'\r');
    shown
};

/// Adds the bytes of replaced characters to a filter, in the groups 2 and 5. The bytes of a group are chosen so that
/// few other characters are mixtures of their halves, which AVX2 cannot tell apart: see [`ByteFilter`].
pub(super) const fn add_characters(filter: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    filter
        .with(2, 0, &[ESCAPE, BACKSPACE, 0xd8])
        .with(2, 1, &SHOWN_ASCII)
        .with(2, 1, &[0x9c])
        .with(2, 2, &SHOWN_ASCII)
        .with(5, 0, &[0xc2, 0xcd, 0xe1, 0xe2, 0xe3, 0xef, 0xf3])
        .with(5, 1, &[0x80, 0x81, 0x85, 0x88, 0x8f, 0x9e, 0xa0, 0xad])
        .with(5, 1, &[0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf])
        .with_any(5, 2)
}

/// Returns a part of a text, widened to the bounds of the runs that it touches.
pub(super) fn enclosing_runs(text: &[u8], within: &Range<usize>) -> Range<usize> {
    let start = run_start(text, character_start(text, within.start));
    let end = character_start(text, within.end);
    // The overstruck character is before the backspace.
    let end = end + usize::from(text.get(end) == Some(&BACKSPACE));
    start..run_end(text, end).max(within.end.min(text.len()))
}

/// Returns whether the filter marks a byte on purpose. It marks others by chance.
pub(super) const fn may_be_marked(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, ESCAPE | BACKSPACE)
}

/// Returns the replaced character that a match of the filter marks.
pub(super) fn replaced_at(text: &[u8], at: usize) -> Option<usize> {
    match text[at] {
        // The overstruck character is before the backspace.
        BACKSPACE => at.checked_sub(1).filter(|before| is_replaced(text, *before)),
        ESCAPE => Some(at).filter(|at| is_replaced(text, *at)),
        _ => Some(at).filter(|at| may_be_replaced(text, *at) && is_replaced(text, *at)),
    }
}

/// Returns whether the first two bytes of a character outside of ASCII are those of a replaced one.
fn may_be_replaced(text: &[u8], at: usize) -> bool {
    let Some([first, second]) = text.get(at..at + 2) else {
        return false;
    };
    match first {
        0xc2 => *second == 0xad,
        0xcd => *second == 0x8f,
        0xd8 => *second == 0x9c,
        0xe1 => matches!(second, 0x85 | 0x9e | 0xa0),
        0xe2 => matches!(second, 0x80 | 0x81 | 0x88),
        0xe3 => *second == 0x85,
        0xef => matches!(second, 0xb8..=0xbf),
        0xf3 => *second == 0xa0,
        _ => false,
    }
}

fn is_replaced(text: &[u8], at: usize) -> bool {
    unit(text, at).is_some_and(|unit| unit.shown != Shown::Itself)
}

/// Decodes the region around a replaced character. Returns `None` for the text if it is not readable.
pub(super) fn decode_around(text: &[u8], at: usize) -> (EncodedRegion, Option<Decoded>) {
    let start = run_start(text, at);
    let span = start..run_end(text, start);
    if span.len() < MIN_SECRET {
        return (EncodedRegion { encoding: Encoding::Rendered, span }, None);
    }
    let mut decoded = Decoded::new(text.len());
    let (mut end, mut plain) = (start, start);
    while let Some(Unit { width, shown }) = unit(text, end) {
        if shown != Shown::Itself {
            decoded.push_plain(plain, &text[plain..end]);
            if let Shown::As(byte) = shown {
                decoded.push_escape(end, width, &[byte]);
            }
            plain = end + width;
        }
        end += width;
    }
    decoded.push_plain(plain, &text[plain..end]);
    (
        EncodedRegion { encoding: Encoding::Rendered, span },
        Some(decoded).filter(|decoded| is_readable(&decoded.text)),
    )
}

/// How a reader sees a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Itself,
    As(u8),
    Nothing,
}

/// A character, or a sequence that controls a terminal.
struct Unit {
    width: usize,
    shown: Shown,
}

/// Reads the unit that begins at an offset. Returns `None` for a character that no region contains.
fn unit(text: &[u8], at: usize) -> Option<Unit> {
    let rest = text.get(at..)?;
    let byte = *rest.first()?;
    if is_graphic(byte) {
        let is_overstruck =
            rest.get(1) == Some(&BACKSPACE) && rest.get(2).is_some_and(|next| is_graphic(*next));
        return Some(if is_overstruck {
            Unit { width: 2, shown: Shown::Nothing }
        } else {
            Unit { width: 1, shown: Shown::Itself }
        });
    }
    if byte == ESCAPE {
        return Some(Unit { width: colour_code(rest)?, shown: Shown::Nothing });
    }
    let character = first_character(rest)?;
    let shown = shown(u32::from(character));
    (shown != Shown::Itself).then_some(Unit { width: character.len_utf8(), shown })
}

fn is_graphic(byte: u8) -> bool {
    IS_GRAPHIC[usize::from(byte)]
}

/// Whether each byte is a graphic character of ASCII, but no quote.
static IS_GRAPHIC: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        table[byte as usize] = !is_quote(byte);
        byte += 1;
    }
    table
};

/// Returns the character outside of ASCII that a text begins with.
fn first_character(text: &[u8]) -> Option<char> {
    let width = match *text.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(text.get(..width)?).ok()?.chars().next()
}

/// Returns the length of a colour code, or of another code of the same form.
fn colour_code(text: &[u8]) -> Option<usize> {
    let parameters = text.strip_prefix(&[ESCAPE, b'['])?;
    let count = parameters.iter().take(MAX_PARAMETERS).take_while(|byte| matches!(byte, b'0'..=b'?')).count();
    parameters.get(count).filter(|last| last.is_ascii_alphabetic())?;
    Some(2 + count + 1)
}

/// Returns how a code point is shown.
pub(super) const fn shown(code: u32) -> Shown {
    match code {
        // Full-width forms.
        0xff01..=0xff5e => Shown::As((code - 0xfee0).to_le_bytes()[0]),
        // Hyphens, dashes and the minus sign.
        0x2010..=0x2015 | 0x2212 | 0xfe58 | 0xfe63 => Shown::As(b'-'),
        // Default-ignorable code points, without those of shorthand and music: the soft hyphen, joiners, spaces
        // without width, marks of direction, fillers, selectors of variants, tags.
        0xad
        | 0x34f
        | 0x61c
        | 0x115f
        | 0x1160
        | 0x17b4
        | 0x17b5
        | 0x180b..=0x180f
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x206f
        | 0x3164
        | 0xfe00..=0xfe0f
        | 0xfeff
        | 0xffa0
        | 0xfff0..=0xfff8
        | 0xe0000..=0xe0fff => Shown::Nothing,
        _ => Shown::Itself,
    }
}

/// Moves an offset to the start of the character that contains it.
fn character_start(text: &[u8], at: usize) -> usize {
    let at = at.min(text.len());
    let back = (1..4).find(|back| {
        at >= *back
            && at < text.len()
            && text[at] & 0xc0 == 0x80
            && first_character(&text[at - back..]).is_some_and(|character| character.len_utf8() > *back)
    });
    at - back.unwrap_or(0)
}

fn run_start(text: &[u8], at: usize) -> usize {
    let mut start = at;
    loop {
        start -= text[..start].iter().rev().take_while(|byte| is_graphic(**byte)).count();
        match last_unit(text, start) {
            Some(length) => start -= length,
            None => return start,
        }
    }
}

/// Returns the length of the unit, or of a part of one, that ends before an offset.
fn last_unit(text: &[u8], end: usize) -> Option<usize> {
    let last = end.checked_sub(1)?;
    let is_graphic_at =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|byte| is_graphic(*byte));
    match text[last] {
        BACKSPACE => (is_graphic_at(last.checked_sub(1)) && is_graphic_at(Some(end))).then_some(1),
        byte if byte.is_ascii() => unit(text, last).map(|_| 1),
        _ => (2..=4).find(|width| {
            *width <= end
                && unit(text, end - width)
                    .is_some_and(|unit| unit.width == *width && !text[end - width].is_ascii())
        }),
    }
}

fn run_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        let graphic = text[end.min(text.len())..].iter().take_while(|byte| is_graphic(**byte)).count();
        // The last of them may be overstruck.
        end += graphic.saturating_sub(1);
        match unit(text, end) {
            Some(unit) => end += unit.width,
            None => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_marks_every_replaced_character() {
        let mut count = 0;
        for character in
            ('\u{80}'..=char::MAX).filter(|character| shown(u32::from(*character)) != Shown::Itself)
        {
            let text = format!("a{character}b");
            let mut bitmask = [0];
            add_characters(ByteFilter::empty()).fill_bitmask_of_all(text.as_bytes(), 0, &mut bitmask);
            assert_ne!(bitmask[0] & 2, 0, "{character:?}");
            assert_eq!(replaced_at(text.as_bytes(), 1), Some(1), "{character:?}");
            count += 1;
        }
        assert!(count > 4_000, "{count}");
    }

    #[test]
    fn overstruck_characters_and_colour_codes_are_replaced() {
        let text = b"x\x08xy \x1b[31mred \x1b] \x08";
        let replaced: Vec<_> = (0..text.len()).filter_map(|at| replaced_at(text, at)).collect();
        assert_eq!(replaced, [0, 5]);
    }
}
