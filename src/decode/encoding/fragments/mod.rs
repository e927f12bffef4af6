//! Tokens that are split into fragments: string literals, statements, wrapped lines, marked-up text.
//!
//! What separates two fragments is a gap. Some gaps certainly join ([`Gaps::Certain`]): an operator between two
//! literals, a continued line. Of all other gaps nobody knows without the language of the text, so they are read
//! generously, and the caller accepts only a token that proves itself.

mod lines;
mod literals;
mod markup;

use crate::decode::source_map::Decoded;
use lines::LineStart;

/// A token that was joined from its fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// The fragments without the bytes between them.
    pub decoded: Decoded,
    /// The length of the joined text after each fragment, in bytes.
    pub ends: Vec<usize>,
    /// Whether two of the fragments may be separate values.
    pub may_be_separate: bool,
}

impl Fragments {
    /// Returns the length of the first fragment, in bytes.
    #[must_use]
    pub fn first_length(&self) -> usize {
        self.ends.first().copied().unwrap_or(0)
    }
}

/// The gaps that are crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// Operators between literals, continued lines and line breaks.
    Certain,
    /// All gaps. A character that tokens contain begins the next fragment, also at the start of a line.
    Any,
    /// All gaps. At the start of a line the marks of a patch or comment that tokens may contain are skipped.
    AnyWithMarks,
    /// All gaps. At the start of a line a name with its operator is skipped.
    AnyWithNames,
}

impl Gaps {
    /// All sets of gaps, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Certain, Self::Any, Self::AnyWithMarks, Self::AnyWithNames];
}

/// The maximum number of fragments of a token.
const MAX_FRAGMENTS: usize = 64;

/// The maximum length of a token, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// The maximum length of a fragment, in bytes. It bounds the bytes that are read after each of many anchors in a row.
const MAX_FRAGMENT: usize = 1024;

/// The maximum number of bytes between two fragments. A run of a word processor has up to this many bytes of markup.
const MAX_GAP: usize = 640;

/// The minimum length of a fragment that ends at a wrapped line, in bytes.
const MIN_WRAPPED: usize = 16;

/// Returns whether a token that begins at an offset with an anchor may be split: whether a gap of any kind may follow its
/// first fragment. Most tokens end here, before a gap is looked for in each way.
pub(crate) fn may_be_split(text: &[u8], from: usize, anchor: &[u8]) -> bool {
    let end = fragment_end(text, from);
    // An anchor may contain characters that tokens do not.
    end - from >= anchor.len() && may_separate(&text[end..])
}

/// Returns the end of the fragment that begins at an offset.
fn fragment_end(text: &[u8], from: usize) -> usize {
    let near = &text[from..text.len().min(from + MAX_FRAGMENT)];
    from + near.iter().position(|byte| !is_token(*byte)).unwrap_or(near.len())
}

/// Joins the fragments of a token that begins at an offset with an anchor. Stops at the anchor of another token, or
/// when `longest` bytes are joined. Returns `None` if there is only one fragment.
#[must_use]
pub fn join_fragments(
    text: &[u8],
    from: usize,
    anchor: &[u8],
    longest: usize,
    gaps: Gaps,
) -> Option<Fragments> {
    let mut joined = Fragments {
        decoded: Decoded::new(text.len()),
        ends: Vec::new(),
        may_be_separate: gaps != Gaps::Certain,
    };
    let mut at = from;
    for number in 0..MAX_FRAGMENTS {
        let end = fragment_end(text, at);
        // An anchor may contain characters that tokens do not.
        if number == 0 && (end - from < anchor.len() || !may_separate(&text[end..])) {
            return None;
        }
        joined.decoded.push_plain(at, &text[at..end]);
        joined.ends.push(joined.decoded.text.len());
        let rest = &text[end..text.len().min(end + MAX_GAP)];
        let next = match gaps {
            Gaps::Certain => certain_gap(rest).or_else(|| {
                let length = lines::plain_break(rest).filter(|_| end - at >= MIN_WRAPPED)?;
                joined.may_be_separate = true;
                Some(length)
            }),
            Gaps::Any => any_gap(rest, LineStart::Plain),
            Gaps::AnyWithMarks => any_gap(rest, LineStart::Marked),
            Gaps::AnyWithNames => any_gap(rest, LineStart::Named),
        };
        match next.map(|length| end + length) {
            Some(next)
                if joined.decoded.text.len() < longest.min(MAX_TOKEN)
                    && !text[next..].starts_with(anchor) =>
            {
                at = next;
            }
            _ => break,
        }
    }
    (joined.ends.len() > 1).then_some(joined)
}

/// Returns the length of a gap that certainly joins.
fn certain_gap(text: &[u8]) -> Option<usize> {
    literals::concatenation(text).or_else(|| lines::continuation(text))
}

/// A function that returns the length of the gap that a text begins with.
type Gap = fn(&[u8], LineStart) -> Option<usize>;

/// Returns the length of a gap of any kind.
fn any_gap(text: &[u8], line_start: LineStart) -> Option<usize> {
    let gaps: [Gap; 4] = [
        |text, _| certain_gap(text),
        literals::between_literals,
        lines::between_lines,
        |text, _| markup::between_runs(text),
    ];
    let mut lengths = gaps.iter().filter_map(|gap| gap(text, line_start));
    lengths.find(|length| starts_with_token(&text[*length..]))
}

const fn is_token(byte: u8) -> bool {
    IS_TOKEN[byte as usize]
}

fn starts_with_token(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| is_token(*byte))
}

/// Whether a token may contain each byte.
static IS_TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    // Characters of tokens are ASCII.
    while byte < 0x80 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~');
        byte += 1;
    }
    table
};

/// Returns whether a text may begin with a gap.
fn may_separate(text: &[u8]) -> bool {
    match text.first() {
        None => false,
        Some(b' ' | b'\t') => lines::ends_line(text),
        Some(byte) => matches!(
            byte,
            b'"' | b'\''
                | b'`'
                | b'\\'
                | b'\r'
                | b'\n'
                | b'<'
                | b']'
                | b'['
                | b'}'
                | b'{'
                | b'$'
                | b'^'
                | b'&'
                | b'|'
                | 0x1b
        ),
    }
}

#[cfg(test)]
mod tests;
