//! Wrapped base64: which bytes may separate two lines, and where the lines of a region begin and end.

use std::ops::Range;

use super::base64_alphabet::is_base64;
use super::region::Encoding;

/// The minimum length of a line that another line follows, in characters.
pub(super) const MIN_LINE: usize = 40;

/// The maximum number of bytes between two lines: a line break, indentation, quotes, marks of comments and quotations.
pub(super) const MAX_GAP: usize = 64;

// A line and the gap before it are within the margin of a region.
const _: () = assert!(MAX_GAP < Encoding::Base64.margin());

/// Returns whether a byte may be between two lines.
pub(super) const fn is_gap_byte(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b',' | b'\\' | b'#' | b'*' | b'>' | b'|')
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
    (end.saturating_sub(first) >= MIN_LINE).then_some(first..end)
}

fn line_after(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    if line.len() < MIN_LINE {
        return None;
    }
    let start = line.end + gap_after(&text[line.end..])?;
    let end = run_end(text, start);
    (end > start).then_some(start..end)
}

/// Returns the length of the gap that a text begins with, in bytes. A gap contains exactly one line break: a real one,
/// or an escaped one as in a JSON string.
fn gap_after(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (0, 0);
    while at <= MAX_GAP {
        let (length, is_break) = match &text[at.min(text.len())..] {
            [b'\\', b'n', ..] => (2, true),
            [b'\\', b'r', ..] => (2, false),
            [b'\r', next, ..] if !matches!(next, b'\r' | b'\n') => (1, true),
            [byte, ..] if is_gap_byte(*byte) => (1, *byte == b'\n'),
            _ => break,
        };
        at += length;
        breaks += usize::from(is_break);
    }
    (at <= MAX_GAP && breaks == 1).then_some(at)
}

/// Returns the length of the gap that a text ends with, by the same rules as [`gap_after`].
fn gap_before(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (text.len(), 0);
    while text.len() - at <= MAX_GAP {
        let (length, is_break) = match &text[..at] {
            [.., b'\\', b'n'] => (2, true),
            [.., b'\\', b'r'] => (2, false),
            [.., b'\r'] if !matches!(text.get(at), Some(b'\r' | b'\n')) => (1, true),
            [.., byte] if is_gap_byte(*byte) => (1, *byte == b'\n'),
            _ => break,
        };
        at -= length;
        breaks += usize::from(is_break);
    }
    let count = text.len() - at;
    (count <= MAX_GAP && breaks == 1).then_some(count)
}
