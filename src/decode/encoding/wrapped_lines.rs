//! Wrapped base64: which bytes may separate two lines, and where the lines of a region begin and end.

use std::ops::Range;

use super::base64_alphabet::is_base64;
use super::region::Encoding;

/// The minimum length of a line that another line follows, in characters.
const MIN_LINE: usize = 24;

/// The maximum number of bytes between two lines: a line break, indentation, quotes, operators, marks of comments and
/// quotations.
pub(super) const MAX_GAP: usize = 64;

// A line that is too short and the gap before it are within the margin of a region.
const _: () = assert!(MAX_GAP + MIN_LINE <= Encoding::Base64.margin());

/// Returns whether a byte may be between two lines.
pub(super) const fn is_gap_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'`' | b',' | b';' | b'.' | b'&' | b'~' | b'^'
    ) || matches!(byte, b'\\' | b'#' | b'%' | b'*' | b'>' | b'|')
}

/// Returns the start of the run that contains or ends at an offset, or of the first of the lines that it continues.
pub(super) fn first_line(text: &[u8], at: usize) -> usize {
    let mut start = run_start(text, at);
    while let Some(before) = line_before(text, start) {
        start = before.start;
    }
    start
}

/// Returns the start of the run that ends at an offset or continues there. The letter of an escaped line break is not
/// part of the run.
fn run_start(text: &[u8], at: usize) -> usize {
    let start = at - text[..at].iter().rev().take_while(|byte| is_base64(**byte)).count();
    let is_escaped = start > 0 && text[start - 1] == b'\\' && matches!(text.get(start), Some(b'n' | b'r'));
    start + usize::from(is_escaped)
}

fn run_end(text: &[u8], from: usize) -> usize {
    from + text[from..].iter().take_while(|byte| is_base64(**byte)).count()
}

/// Collects the lines that a run is wrapped with: lines before it, the run, and lines after it.
pub(super) fn collect_lines(text: &[u8], run: Range<usize>, lines: &mut Vec<Range<usize>>) {
    let start = first_line(text, run.start);
    let first = if start == run.start { run } else { start..run_end(text, start) };
    lines.clear();
    lines.extend(std::iter::successors(Some(first), |line| line_after(text, line)));
}

fn line_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let end = start - gap_before(&text[..start])?;
    let first = run_start(text, end);
    (first <= end && is_line(&text[first..end])).then_some(first..end)
}

fn line_after(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    if !is_line(&text[line.clone()]) {
        return None;
    }
    let start = line.end + gap_after(&text[line.end..])?;
    let end = run_end(text, start);
    (end > start).then_some(start..end)
}

/// The length from which a run is a line whatever it consists of, in characters.
pub(super) const LONG_LINE: usize = 40;

/// Returns whether another line may follow or precede a run. A short one has to look encoded: names of programs are as
/// long.
pub(super) fn is_line(run: &[u8]) -> bool {
    if run.len() >= LONG_LINE {
        return true;
    }
    if run.len() < MIN_LINE {
        return false;
    }
    let kinds = run.iter().fold(0, |kinds, byte| kinds | KINDS[usize::from(*byte)]);
    let is_base64 = kinds & (DIGIT | UPPER | LOWER) == DIGIT | UPPER | LOWER;
    is_base64 || kinds & NO_BASE32 == 0 || kinds & NO_HEX == 0
}

// The kinds of a character of base64.
const DIGIT: u8 = 1;
const UPPER: u8 = 2;
const LOWER: u8 = 4;
const NO_BASE32: u8 = 8;
const NO_HEX: u8 = 16;

/// The kinds of each character.
static KINDS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        let mut kinds = 0;
        if byte.is_ascii_digit() {
            kinds |= DIGIT;
        }
        if byte.is_ascii_uppercase() {
            kinds |= UPPER;
        }
        if byte.is_ascii_lowercase() {
            kinds |= LOWER;
        }
        if !matches!(byte, b'A'..=b'Z' | b'2'..=b'7') {
            kinds |= NO_BASE32;
        }
        if !byte.is_ascii_hexdigit() {
            kinds |= NO_HEX;
        }
        table[byte as usize] = kinds;
        byte += 1;
    }
    table
};

/// Returns whether a line follows a run.
pub(super) fn is_continued(text: &[u8], run: &Range<usize>) -> bool {
    line_after(text, run).is_some()
}

/// Returns the length of the gap that a text begins with, in bytes. A gap contains one line break: a real one, or an
/// escaped one as in a JSON string, or an escaped one before a real one.
fn gap_after(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (0, Breaks::default());
    while at <= MAX_GAP {
        let rest = &text[at.min(text.len())..];
        let (length, kind) = match rest {
            [b'\\', b'n', ..] => (2, Some(Break::Escaped)),
            [b'\\', b'r', ..] => (2, None),
            [b'\r', next, ..] if !matches!(next, b'\r' | b'\n') => (1, Some(Break::Real)),
            [b'&', ..] => line_entity(|entity| rest.starts_with(entity)),
            [byte, ..] if is_gap_byte(*byte) => (1, (*byte == b'\n').then_some(Break::Real)),
            [byte, ..] if at > 0 => match separate_mark(*byte, rest, text.get(..at).and_then(<[u8]>::last)) {
                Some(length) => (length, None),
                None => break,
            },
            _ => break,
        };
        at += length;
        breaks.add(kind);
    }
    (at <= MAX_GAP && breaks.are_one()).then_some(at)
}

/// Returns the length of the gap that a text ends with, by the same rules as [`gap_after`].
fn gap_before(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (text.len(), Breaks::default());
    while text.len() - at <= MAX_GAP {
        let before = &text[..at];
        let (length, kind) = match before {
            [.., b'\\', b'n'] => (2, Some(Break::Escaped)),
            [.., b'\\', b'r'] => (2, None),
            [.., b'\r'] if !matches!(text.get(at), Some(b'\r' | b'\n')) => (1, Some(Break::Real)),
            [.., b';'] => line_entity(|entity| before.ends_with(entity)),
            [.., byte] if is_gap_byte(*byte) => (1, (*byte == b'\n').then_some(Break::Real)),
            [.., byte] if at < text.len() => {
                let count = before.iter().rev().take(MAX_MARK + 1).take_while(|mark| *mark == byte).count();
                match separate_mark(*byte, &text[at - count..], text[..at - count].last()) {
                    Some(length) => (length, None),
                    None => break,
                }
            }
            _ => break,
        };
        at -= length;
        breaks.add(kind);
    }
    let count = text.len() - at;
    (count <= MAX_GAP && breaks.are_one()).then_some(count)
}

/// A line break between two lines of a region.
#[derive(Clone, Copy)]
enum Break {
    Real,
    Escaped,
}

/// The number of line breaks in a gap.
#[derive(Default)]
struct Breaks {
    real: usize,
    escaped: usize,
}

impl Breaks {
    const fn add(&mut self, kind: Option<Break>) {
        match kind {
            Some(Break::Real) => self.real += 1,
            Some(Break::Escaped) => self.escaped += 1,
            None => {}
        }
    }

    /// Returns whether they are one line break: two would be an empty line.
    const fn are_one(&self) -> bool {
        self.real + self.escaped > 0 && self.real <= 1 && self.escaped <= 1
    }
}

/// The entities of the end of a line in XML.
const LINE_ENTITIES: [(&[u8], Option<Break>); 6] = [
    (b"&#xD;", None),
    (b"&#xd;", None),
    (b"&#13;", None),
    (b"&#xA;", Some(Break::Escaped)),
    (b"&#xa;", Some(Break::Escaped)),
    (b"&#10;", Some(Break::Escaped)),
];

/// Returns the length of the entity that `is_here`, with its line break. Any other `&` or `;` is one byte of a gap.
fn line_entity(is_here: impl Fn(&[u8]) -> bool) -> (usize, Option<Break>) {
    let found = LINE_ENTITIES.iter().find(|(entity, _)| is_here(entity));
    found.map_or((1, None), |(entity, kind)| (entity.len(), *kind))
}

/// The maximum length of an operator or of the mark of a comment, in bytes.
const MAX_MARK: usize = 2;

/// Returns the length of an operator or a mark of a comment that a text begins with. `+`, `-`, `/` and `_` are base64
/// characters, but with a gap on each side they are not a line.
fn separate_mark(byte: u8, text: &[u8], before: Option<&u8>) -> Option<usize> {
    let count = text.iter().take(MAX_MARK + 1).take_while(|mark| **mark == byte).count();
    let is_mark = matches!(byte, b'+' | b'-' | b'/' | b'_') && count <= MAX_MARK;
    let is_gap = |byte: Option<&u8>| byte.is_some_and(|byte| is_gap_byte(*byte));
    (is_mark && is_gap(before) && is_gap(text.get(count))).then_some(count)
}
