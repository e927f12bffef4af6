//! Regions of base64 characters, which include hexadecimal digits: runs in one line, and runs that were wrapped.
//! The region is decoded from each phase, since a run may begin with characters that are not part of the base64.

use std::ops::Range;

use super::base32;
use super::base64_alphabet::{CHARACTERS, is_base64, value};
use super::base64_text::has_readable_text;
use super::hex;
use super::region::{EncodedRegion, Encoding, Visit, visit_if_decoded};
use super::searchable::is_searchable;
use super::wrapped_lines::{
    LONG_LINE, MAX_GAP, collect_lines, first_line, is_continued, is_gap_byte, is_line,
};
use crate::decode::archive;
use crate::decode::source_map::Decoded;
use skant_bytescan::Matches;

/// The minimum length of a run, in characters: 24 characters are 18 bytes, and a shorter run contains no secret. A
/// match of the filter is the start of a run, or the position where the search starts, which is never inside a run.
const MIN_RUN: usize = 24;

/// Returns whether a text may be one region from end to end: base64 or hexadecimal digits in lines of the length of
/// wrapped lines. The words of prose are shorter.
#[must_use]
pub(crate) fn may_be_one_region(text: &[u8]) -> bool {
    let is_gap = |byte: u8| is_gap_byte(byte) || byte.is_ascii_whitespace();
    let mut lines = text.split(|byte| is_gap(*byte)).filter(|line| !line.is_empty()).peekable();
    // The text may cut the first and the last line.
    lines.next();
    while let Some(line) = lines.next() {
        if !is_line(line) && lines.peek().is_some() {
            return false;
        }
    }
    let has_long_gap = text.split(|byte| !is_gap(*byte)).any(|gap| gap.len() > MAX_GAP);
    !has_long_gap && text.iter().all(|byte| is_base64(*byte) || *byte == b'=' || is_gap(*byte))
}

/// Visits the base64 and hexadecimal regions that touch a part of a text.
pub(super) fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let mut from = first_line(text, within.start.min(text.len()).saturating_sub(MAX_GAP));
    // A run that begins where the part ends touches it.
    let end = text.len().min(within.end.saturating_add(1));
    let mut matches = Matches::with_min_run(&CHARACTERS, text, end, MIN_RUN);
    let (mut lines, mut hex_lines, mut joined) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(start) = matches.next_from(from) {
        let end = matches.run_end(start);
        // A region that begins before the run would have been found at its first line. A run that begins before the
        // part may be the last line of such a region.
        if start >= within.start && is_plain(&text[start..end]) && !is_continued(text, &(start..end)) {
            from = end;
            continue;
        }
        collect_lines(text, start..end, &mut lines);
        let span = lines[0].start..lines[lines.len() - 1].end;
        from = span.end;
        hex_lines.clear();
        hex_lines.extend(lines.iter().filter_map(|line| {
            let digits = hex::digits_in(&text[line.clone()])?;
            Some(line.start + digits.start..line.start + digits.end)
        }));
        let decoded = (0..2).filter_map(|phase| hex::decode(text, &hex_lines, phase));
        visit_if_decoded(EncodedRegion { encoding: Encoding::Hex, span: span.clone() }, decoded, visit);
        let base32 = base32::decode(text, &lines);
        visit_if_decoded(
            EncodedRegion { encoding: Encoding::Base32, span: span.clone() },
            base32.into_iter(),
            visit,
        );
        let run = if let [line] = &lines[..] {
            &text[line.clone()]
        } else {
            joined.clear();
            for line in &lines {
                joined.extend_from_slice(&text[line.clone()]);
            }
            &joined
        };
        let is_utf16 = may_be_utf16(run);
        let unmarked = without_marks(text, &lines);
        let without_marks = unmarked.iter().filter_map(|(lines, run)| decode(text, lines, run, false, 0));
        let decoded =
            (0..4).filter_map(|phase| decode(text, &lines, run, is_utf16, phase)).chain(without_marks);
        visit_if_decoded(EncodedRegion { encoding: Encoding::Base64, span }, decoded, visit);
    }
}

/// The minimum length of compressed text without a signature, in characters. Hashes are shorter.
const MIN_DEFLATE: usize = 100;

/// Returns the lines of a patch without the `+` or `-` that each begins with, and their characters.
fn without_marks(text: &[u8], lines: &[Range<usize>]) -> Option<(Vec<Range<usize>>, Vec<u8>)> {
    let mark = text[lines.first()?.start];
    let has_mark = |line: &Range<usize>| text[line.start] == mark;
    if lines.len() < 2 || !matches!(mark, b'+' | b'-') || !lines.iter().all(has_mark) {
        return None;
    }
    let lines: Vec<_> = lines.iter().map(|line| line.start + 1..line.end).collect();
    let run = lines.iter().flat_map(|line| text[line.clone()].iter().copied()).collect();
    Some((lines, run))
}

/// Returns whether a run is certainly not encoded text.
fn is_plain(run: &[u8]) -> bool {
    run.len() < LONG_LINE
        && (0..4).all(|phase| !has_readable_text(run, phase) && !may_be_archive(run, phase))
        && !may_be_utf16(run)
        && hex::digits_in(run).is_none()
}

/// Decodes the lines of a region from a phase on, 0 to 3. `run` is the characters of all lines, and `is_utf16` is
/// whether they may be UTF-16. Returns `None` if the bytes are neither text nor an archive.
fn decode(text: &[u8], lines: &[Range<usize>], run: &[u8], is_utf16: bool, phase: usize) -> Option<Decoded> {
    let may_be_archive = may_be_archive(&text[lines[0].clone()], phase);
    let is_deflate = || phase == 0 && may_be_deflate(run);
    if !has_readable_text(run, phase) && !may_be_archive && !is_utf16 && !is_deflate() {
        return None;
    }
    let mut decoded = Decoded::new(lines[lines.len() - 1].end);
    let (mut bits, mut bit_count, mut skipped) = (0_u32, 0, 0);
    for line in lines {
        decoded.start_segment(line.start + phase.saturating_sub(skipped).min(line.len()), (4, 3));
        for byte in &text[line.clone()] {
            if skipped < phase {
                skipped += 1;
                continue;
            }
            bits = bits << 6 | u32::from(value(*byte));
            bit_count += 6;
            if bit_count >= 8 {
                bit_count -= 8;
                decoded.text.push((bits >> bit_count & 0xff) as u8);
            }
        }
    }
    (is_searchable(&decoded.text) || phase == 0 && archive::is_deflate(&decoded.text)).then_some(decoded)
}

/// Returns whether a run may be base64 of UTF-16, as PowerShell takes encoded commands.
///
/// Every second byte is zero. So of eight characters (six bytes) two are an `A` with a distance of three, whichever
/// byte the run begins with. Sixteen letters contain four such groups.
fn may_be_utf16(run: &[u8]) -> bool {
    let is_zero = |at: usize| run.get(at) == Some(&b'A') && run.get(at + 3) == Some(&b'A');
    memchr::memchr_iter(b'A', run).any(|at| (0..4).all(|group| is_zero(at + 8 * group)))
}

/// Returns whether a run may be deflate without a header: its first bytes can be decompressed.
fn may_be_deflate(run: &[u8]) -> bool {
    if run.len() < MIN_DEFLATE {
        return false;
    }
    let (groups, _) = run[..MIN_DEFLATE].as_chunks::<4>();
    let bytes = groups.iter().flat_map(|group| {
        let [_, bytes @ ..] =
            group.iter().fold(0, |bits, byte| bits << 6 | u32::from(value(*byte))).to_be_bytes();
        bytes
    });
    archive::may_be_deflate(&bytes.collect::<Vec<u8>>())
}

/// Returns whether a run begins with the signature of gzip, zip, zlib, xz, bzip2 or zstd: the first characters encode two or three bytes
/// of it.
fn may_be_archive(line: &[u8], phase: usize) -> bool {
    let Some(rest @ [b'H' | b'U' | b'e' | b'/' | b'_' | b'Q' | b'K', ..]) = line.get(phase..) else {
        return false;
    };
    matches!(
        rest,
        [b'H', b'4', b's', b'I', ..]
            | [b'U', b'E', b's', b'D', ..]
            | [b'e', b'A', b'E'..=b'H', ..]
            | [b'e', b'F', b'4'..=b'7', ..]
            | [b'e', b'J', b'w'..=b'z', ..]
            | [b'e', b'N', b'o'..=b'r', ..]
            | [b'/' | b'_', b'T', b'd', b'6', ..]
            | [b'Q', b'l', b'p', b'o', ..]
            | [b'K', b'L', b'U', b'v', ..]
    )
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::decode::encoding::readable::is_readable;
    use crate::decode::encoding::utf16;

    /// Decodes a whole run from a phase on.
    fn decode_run(run: &[u8], phase: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for group in run.get(phase..).unwrap_or_default().chunks(4) {
            let bits = group.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(value(*byte)));
            let bits = bits << (6 * (4 - group.len()));
            bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
        }
        bytes
    }

    proptest! {
        #[test]
        fn readable_text_is_recognised_without_decoding(
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
            prop_assert_eq!(has_readable_text(&run, phase), is_readable(&decode_run(&run, phase)));
        }

        #[test]
        fn utf16_is_recognised_without_decoding(
            before in vec(any::<u8>(), 0..7),
            text in "[ -~]{16,40}",
            is_big in any::<bool>(),
            cut in 0..8_usize,
        ) {
            use ::base64::Engine as _;
            let units = text.encode_utf16();
            let encoded = units.flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            let bytes: Vec<u8> = before.into_iter().chain(encoded).collect();
            let run = ::base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes).into_bytes();
            let run = &run[cut.min(run.len())..];
            for phase in 0..4 {
                prop_assert!(may_be_utf16(run) || !utf16::is_readable(&decode_run(run, phase)));
            }
        }
    }
}
