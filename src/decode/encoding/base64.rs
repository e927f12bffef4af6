//! Base64 and hexadecimal digits: runs of characters, and in base64 runs that were wrapped.

use std::ops::Range;

use crate::bytescan::{ByteFilter, Matches};
use crate::decode::archive;
use crate::decode::encoding::wrapped_lines::{LEAST_LINE, MOST_BETWEEN, first_line, is_between, wrapped};
use crate::decode::encoding::{
    Decoded, EncodedRegion, Encoding, SHORTEST, Visit, digit, is_readable, is_readable_byte, show, utf16,
};

/// Shorter runs hold no secret: 24 characters are 18 bytes. A mark begins a run or stands where the search does,
/// which is no run's middle.
const LEAST: usize = 24;

/// The value of each base64 character, in the standard and the URL-safe alphabet; 64 for others.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        values[characters[value as usize] as usize] = value;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// The characters of both alphabets, each upper half of a byte on its own, so that no other is taken.
const CHARACTERS: ByteFilter<1, 1> = ByteFilter::empty()
    .with(0, 0, b"+-/")
    .with(1, 0, b"0123456789")
    .with(2, 0, b"ABCDEFGHIJKLMNOabcdefghijklmno")
    .with(3, 0, b"PQRSTUVWXYZ_")
    .with(4, 0, b"pqrstuvwxyz");

pub(crate) const fn is_run(byte: u8) -> bool {
    VALUES[byte as usize] < 64
}

/// Whether text may be encoded from one end to the other: nothing but digits of base64 or hexadecimal ones, in lines
/// as long as those that it is wrapped into. Prose has shorter words.
#[must_use]
pub fn may_be_one_region(text: &[u8]) -> bool {
    let is_between = |byte: u8| is_between(byte) || byte.is_ascii_whitespace();
    let mut lines = text.split(|byte| is_between(*byte)).filter(|line| !line.is_empty()).peekable();
    // The first one and the last one are cut.
    lines.next();
    while let Some(line) = lines.next() {
        if line.len() < LEAST_LINE && lines.peek().is_some() {
            return false;
        }
    }
    text.iter().all(|byte| is_run(*byte) || *byte == b'=' || is_between(*byte))
}

pub(crate) fn regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let mut from = first_line(text, within.start.min(text.len()).saturating_sub(MOST_BETWEEN));
    // A run that begins where the part ends touches it.
    let mut marks =
        Matches::with_min_run(&CHARACTERS, text, text.len().min(within.end.saturating_add(1)), LEAST);
    let (mut lines, mut digits, mut together) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(start) = marks.next_from(from) {
        let end = marks.run_end(start);
        // No line is wrapped before it, or it would have been met there. One that begins before this part may be the
        // end of what is wrapped.
        if start >= within.start && says_nothing(&text[start..end]) {
            from = end;
            continue;
        }
        wrapped(text, start..end, &mut lines);
        let place = lines[0].start..lines[lines.len() - 1].end;
        from = place.end;
        let is_hex = |line: &&Range<usize>| text[(*line).clone()].iter().all(u8::is_ascii_hexdigit);
        digits.clear();
        digits.extend(lines.iter().filter(is_hex).cloned());
        let layers = (0..2).filter_map(|phase| hex(text, &digits, phase));
        show(EncodedRegion { encoding: Encoding::Hex, span: place.clone() }, layers, visit);
        let run = if let [line] = &lines[..] {
            &text[line.clone()]
        } else {
            together.clear();
            for line in &lines {
                together.extend_from_slice(&text[line.clone()]);
            }
            &together
        };
        let is_wide = may_be_wide(run);
        let layers = (0..4).filter_map(|phase| base64(text, &lines, run, is_wide, phase));
        show(EncodedRegion { encoding: Encoding::Base64, span: place }, layers, visit);
    }
}

/// Whether a run says nothing in any coat, and is not the first line of several.
fn says_nothing(run: &[u8]) -> bool {
    run.len() < LEAST_LINE
        && (0..4).all(|phase| !is_readable_somewhere(run, phase) && !may_be_packed(run, phase))
        && !may_be_wide(run)
        && !run.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a run, from a phase on, holds as many bytes in a row as a secret has that a person could read.
///
/// Of four characters the first holds the upper six bits of a byte, which for a readable one are 2, 3 or 8 to 31; the
/// second in its lower half the upper four bits of a byte, 0 or 2 to 7; the third in its lowest bits the upper two of a
/// byte, 0 or 1. Sixteen readable bytes in a row begin five groups in a row or more, of which four at least are whole:
/// a look at few of the characters tells nearly all names in a program from base64. Where five fit, what is around
/// them is decoded.
fn is_readable_somewhere(run: &[u8], phase: usize) -> bool {
    const IN_A_ROW: usize = SHORTEST / 3;
    let fits = |at: usize, place: u8| FITS[usize::from(run[at])] & 1 << place != 0;
    let is_whole = |at: usize| {
        fits(at, 0) && fits(at + 1, 1) && fits(at + 2, 2) && {
            let bits =
                run[at + 2..at + 4].iter().fold(0, |bits, byte| bits << 6 | VALUES[usize::from(*byte)]);
            is_readable_byte(bits)
        }
    };
    let mut next = phase;
    // The last one of a row is looked at first: where it does not fit, none of the row's places begin one.
    while let Some(last) = next.checked_add(4 * (IN_A_ROW - 1)).filter(|last| *last < run.len()) {
        let is_in = |back: usize| if back == 0 { fits(last, 0) } else { is_whole(last - 4 * back) };
        if let Some(back) = (0..IN_A_ROW).find(|back| !is_in(*back)) {
            next = last - 4 * back + 4;
            continue;
        }
        let from = if next >= phase + 4 { next - 4 } else { next };
        match readable(&run[from..run.len().min(last + 8)]) {
            Readable::Long => return true,
            // A row begins behind what is not readable.
            Readable::From(byte) => next = (from + byte.div_ceil(3) * 4).max(next + 4),
        }
    }
    false
}

/// At which of the first three places of a group a character may stand, as bits.
static FITS: [u8; 256] = {
    let mut fits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = VALUES[byte];
        if value < 64 {
            let first = matches!(value, 2 | 3 | 8..=31);
            let second = matches!(value & 15, 0 | 2..=7);
            let third = value & 3 < 2;
            fits[byte] = first as u8 | (second as u8) << 1 | (third as u8) << 2;
        }
        byte += 1;
    }
    fits
};

/// What a few groups of characters say.
enum Readable {
    /// So many readable bytes in a row as a secret has.
    Long,
    /// No more than those from a byte on to the end.
    From(usize),
}

fn readable(groups: &[u8]) -> Readable {
    let value = |byte: u8| u32::from(VALUES[usize::from(byte)]);
    let (mut bytes, mut count) = ([0; 24], 0);
    let (whole, rest) = groups.as_chunks::<4>();
    for group in whole {
        let bits = group.iter().fold(0, |bits, character| bits << 6 | value(*character));
        bytes[count..count + 3].copy_from_slice(&bits.to_be_bytes()[1..]);
        count += 3;
    }
    if rest.len() > 1 {
        // A group that was cut short.
        let bits =
            rest.iter().fold(0, |bits, character| bits << 6 | value(*character)) << (6 * (4 - rest.len()));
        bytes[count..count + 3].copy_from_slice(&bits.to_be_bytes()[1..]);
        count += rest.len() - 1;
    }
    let bytes = &bytes[..count];
    if is_readable(bytes) {
        return Readable::Long;
    }
    Readable::From(bytes.iter().rposition(|byte| !is_readable_byte(*byte)).map_or(0, |last| last + 1))
}

/// What the lines of a region say; `run` is their characters, put together, and `is_wide` whether these may be UTF-16.
fn base64(text: &[u8], lines: &[Range<usize>], run: &[u8], is_wide: bool, phase: usize) -> Option<Decoded> {
    let may_be_packed = may_be_packed(&text[lines[0].clone()], phase);
    if !is_readable_somewhere(run, phase) && !may_be_packed && !is_wide {
        return None;
    }
    let mut layer = Decoded::new(lines[lines.len() - 1].end);
    let (mut bits, mut held, mut skipped) = (0_u32, 0, 0);
    for line in lines {
        layer.start_segment(line.start + phase.saturating_sub(skipped).min(line.len()), (4, 3));
        for byte in &text[line.clone()] {
            if skipped < phase {
                skipped += 1;
                continue;
            }
            bits = bits << 6 | u32::from(VALUES[usize::from(*byte)]);
            held += 6;
            if held >= 8 {
                held -= 8;
                layer.text.push((bits >> held & 0xff) as u8);
            }
        }
    }
    is_worth_a_look(&layer.text).then_some(layer)
}

/// Whether what was decoded is text, in any width, or an archive.
fn is_worth_a_look(text: &[u8]) -> bool {
    is_readable(text) || archive::begins(text) || utf16::is_readable(text)
}

/// Whether a run may hold UTF-16, as what PowerShell takes encoded does. Each second byte is none, so of eight characters
/// (six bytes) two are an `A`, three places apart, from whichever byte on; sixteen letters hold four such groups.
fn may_be_wide(run: &[u8]) -> bool {
    let is_none = |at: usize| run.get(at) == Some(&b'A') && run.get(at + 3) == Some(&b'A');
    memchr::memchr_iter(b'A', run).any(|at| (0..4).all(|group| is_none(at + 8 * group)))
}

/// Whether a run begins as gzip or zip do: the first four characters stand for the first three bytes.
fn may_be_packed(line: &[u8], phase: usize) -> bool {
    line.get(phase..phase + 4).is_some_and(|start| matches!(start, b"H4sI" | b"UEsD"))
}

/// Whether as many bytes in a row as a secret has are characters that a person could read, by their upper digits.
/// Those of a hash are not.
fn may_be_readable_hex(text: &[u8], lines: &[Range<usize>], phase: usize) -> bool {
    let digits = lines.iter().flat_map(|line| &text[line.clone()]).skip(phase).step_by(2);
    let mut row = 0;
    digits.into_iter().any(|digit| {
        // Line breaks and tabs are 09, 0a and 0d.
        row = if matches!(digit, b'0' | b'2'..=b'7') { row + 1 } else { 0 };
        row == SHORTEST
    })
}

/// Whether digits begin as those of gzip or zip do.
fn may_be_packed_hex(line: &[u8], phase: usize) -> bool {
    let start = line.get(phase..phase + 6);
    start.is_some_and(|start| [b"1f8b08", b"504b03"].iter().any(|magic| start.eq_ignore_ascii_case(*magic)))
}

fn hex(text: &[u8], lines: &[Range<usize>], phase: usize) -> Option<Decoded> {
    let first = &text[lines.first()?.clone()];
    if !may_be_readable_hex(text, lines, phase) && !may_be_packed_hex(first, phase) {
        return None;
    }
    let mut layer = Decoded::new(lines.last()?.end);
    let mut held = None;
    for (number, line) in lines.iter().enumerate() {
        let start = line.start + if number == 0 { phase.min(line.len()) } else { 0 };
        layer.start_segment(start, (2, 1));
        for byte in &text[start..line.end] {
            let digit = digit(*byte).unwrap_or(0);
            held = match held {
                Some(high) => {
                    layer.text.push(high << 4 | digit);
                    None
                }
                None => Some(digit),
            };
        }
    }
    (layer.text.len() >= SHORTEST && is_worth_a_look(&layer.text)).then_some(layer)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// All that a run says from a phase on.
    fn decoded(run: &[u8], phase: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for group in run.get(phase..).unwrap_or_default().chunks(4) {
            let bits =
                group.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(VALUES[usize::from(*byte)]));
            let bits = bits << (6 * (4 - group.len()));
            bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
        }
        bytes
    }

    proptest! {
        #[test]
        fn what_is_readable_is_known_before_it_is_decoded(
            parts in vec(prop_oneof![
                "[A-Za-z0-9+/_-]{0,40}".prop_map(String::into_bytes),
                "[ -~]{0,24}".prop_map(|text| {
                    use ::base64::Engine as _;
                    ::base64::engine::general_purpose::STANDARD_NO_PAD.encode(text).into_bytes()
                }),
            ], 0..6),
            phase in 0..4_usize,
        ) {
            let run = parts.concat();
            prop_assert_eq!(is_readable_somewhere(&run, phase), is_readable(&decoded(&run, phase)));
        }

        #[test]
        fn what_may_be_wide_is_known_before_it_is_decoded(
            before in vec(any::<u8>(), 0..7),
            text in "[ -~]{16,40}",
            is_big in any::<bool>(),
            cut in 0..8_usize,
        ) {
            use ::base64::Engine as _;
            let units = text.encode_utf16();
            let wide = units.flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            let bytes: Vec<u8> = before.into_iter().chain(wide).collect();
            let run = ::base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes).into_bytes();
            let run = &run[cut.min(run.len())..];
            for phase in 0..4 {
                prop_assert!(may_be_wide(run) || !utf16::is_readable(&decoded(run, phase)));
            }
        }
    }
}
