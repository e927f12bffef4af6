//! Base64 that was wrapped into lines: what stands between them, and where they begin and end.

use std::ops::Range;

use crate::decode::encoding::Encoding;
use crate::decode::encoding::base64::is_run;

/// A line of wrapped base64 that another one follows is at least so long.
pub(crate) const LEAST_LINE: usize = 40;

/// What stands between two lines: a line break, indentation, quotes, marks of comments and quotations.
pub(crate) const MOST_BETWEEN: usize = 64;

pub(crate) const fn is_between(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b',' | b'\\' | b'#' | b'*' | b'>' | b'|')
}

/// Where the run begins that a place stands in, and the lines before it that it is wrapped into.
pub(crate) fn first_line(text: &[u8], at: usize) -> usize {
    let mut start = run_start(text, at);
    while let Some(before) = line_before(text, start) {
        start = before.start;
    }
    start
}

/// Where the run begins that ends at a place or goes on there; the letter of an escaped line break is none of it.
fn run_start(text: &[u8], at: usize) -> usize {
    let start = at - text[..at].iter().rev().take_while(|byte| is_run(**byte)).count();
    let is_escaped = start > 0 && text[start - 1] == b'\\' && matches!(text.get(start), Some(b'n' | b'r'));
    start + usize::from(is_escaped)
}

fn run_end(text: &[u8], from: usize) -> usize {
    from + text[from..].iter().take_while(|byte| is_run(**byte)).count()
}

/// A run, with the lines before and behind it that it is wrapped into.
pub(crate) fn wrapped(text: &[u8], run: Range<usize>, lines: &mut Vec<Range<usize>>) {
    let start = first_line(text, run.start);
    let first = if start == run.start { run } else { start..run_end(text, start) };
    lines.clear();
    lines.extend(std::iter::successors(Some(first), |line| line_behind(text, line)));
}

fn line_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let end = start - gap_before(&text[..start])?;
    let first = run_start(text, end);
    (end.saturating_sub(first) >= LEAST_LINE).then_some(first..end)
}

fn line_behind(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    if line.len() < LEAST_LINE {
        return None;
    }
    let start = line.end + gap_behind(&text[line.end..])?;
    let end = run_end(text, start);
    (end > start).then_some(start..end)
}

/// How many bytes stand between a line and the next one, if they are what stands there and hold one line break: one
/// that is written, or one that is escaped as in a string of JSON.
fn gap_behind(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (0, 0);
    while at <= MOST_BETWEEN {
        let (length, is_break) = match &text[at.min(text.len())..] {
            [b'\\', b'n', ..] => (2, true),
            [b'\\', b'r', ..] => (2, false),
            [b'\r', next, ..] if !matches!(next, b'\r' | b'\n') => (1, true),
            [byte, ..] if is_between(*byte) => (1, *byte == b'\n'),
            _ => break,
        };
        at += length;
        breaks += usize::from(is_break);
    }
    (at <= MOST_BETWEEN && breaks == 1).then_some(at)
}

/// The same, looked at from behind.
fn gap_before(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (text.len(), 0);
    while text.len() - at <= MOST_BETWEEN {
        let (length, is_break) = match &text[..at] {
            [.., b'\\', b'n'] => (2, true),
            [.., b'\\', b'r'] => (2, false),
            [.., b'\r'] if !matches!(text.get(at), Some(b'\r' | b'\n')) => (1, true),
            [.., byte] if is_between(*byte) => (1, *byte == b'\n'),
            _ => break,
        };
        at -= length;
        breaks += usize::from(is_break);
    }
    let count = text.len() - at;
    (count <= MOST_BETWEEN && breaks == 1).then_some(count)
}

const _: () = assert!(MOST_BETWEEN < Encoding::Base64.margin());
