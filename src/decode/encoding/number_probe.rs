//! Where a list of bytes may be: a probe of few bytes at fixed distances, and what is around a probe that fits. Most
//! probes are in other text, so they are cheap.

use std::ops::Range;

/// The maximum length of a region, in bytes. Longer lists are tables and images.
pub(super) const MAX_REGION: usize = 256 << 10;

/// The number of bytes that are tested at once.
pub(super) const PROBE: usize = 4;

/// The distance between two probes, in bytes.
pub(super) const STRIDE: usize = 44;

/// The minimum length of the offset, digits and spaces before such a column, in bytes. `xxd` has 49.
pub(super) const BEFORE_COLUMN: usize = 48;

/// The bytes at a probe.
pub(super) enum Probe {
    /// A list, which contains an offset.
    List { inside: usize },
    /// Other text. No list contains it up to an offset.
    Other { end: usize },
}

/// Reads the [`PROBE`] bytes from an offset on, and what is around them if they may be those of a list.
#[inline]
pub(super) fn probe(text: &[u8], at: usize) -> Probe {
    if may_be_list(text, at) { probe_around(text, at) } else { Probe::Other { end: at } }
}

#[inline(never)]
fn probe_around(text: &[u8], at: usize) -> Probe {
    let mut inside = at;
    if text[at..at + PROBE].iter().all(u8::is_ascii_whitespace) {
        let white = white_around(text, at);
        match probe_beside(text, &white) {
            Some(beside) => inside = beside,
            None => return Probe::Other { end: white.end },
        }
    }
    let end = end_of_elements(text, inside);
    let missing = BEFORE_COLUMN.saturating_sub(end - inside);
    let before = inside - start_of_elements(text, inside, missing);
    // Code with few letters is shorter. A probe is before each column, too.
    if before < missing || !is_list(text, inside..end) {
        return Probe::Other { end };
    }
    Probe::List { inside }
}

/// The class of a byte that a list may contain.
const LISTED: u8 = 1;

/// The class of a quote, which a list may contain, and any character after it.
const QUOTE: u8 = 2;

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let bytes = b"0123456789abcdefABCDEFxX ,:;\t\r\n\\'\"+";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = LISTED;
        index += 1;
    }
    table[b'\'' as usize] |= QUOTE;
    table[b'"' as usize] |= QUOTE;
    table
};

pub(super) const fn is_listed_byte(byte: u8) -> bool {
    CLASSES[byte as usize] & LISTED != 0
}

/// Returns whether the [`PROBE`] bytes from an offset on may be those of a list: each is one, or follows a quote. There
/// are no branches, since most would be mispredicted.
#[inline]
fn may_be_list(text: &[u8], at: usize) -> bool {
    let class = |byte: u8| CLASSES[usize::from(byte)];
    let before = at.checked_sub(1).map_or(0, |before| class(text[before]));
    let Some(bytes) = text[at..].first_chunk::<PROBE>() else {
        return false;
    };
    let [first, second, third, fourth] = bytes.map(class);
    (first | before >> 1) & (second | first >> 1) & (third | second >> 1) & (fourth | third >> 1) & LISTED
        != 0
}

/// Returns whether the byte at an offset is of a list, or between quotes.
pub(super) fn is_element(text: &[u8], at: usize) -> bool {
    is_listed_byte(text[at]) || is_quoted(text, at)
}

/// Returns the white space around an offset.
fn white_around(text: &[u8], at: usize) -> Range<usize> {
    let before = text[..at].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let after = text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    at - before..at + after
}

/// Returns the offset of [`PROBE`] bytes before or after white space that may be those of a list. A list has more bytes
/// than that on one of the sides, since it has [`MIN_ELEMENTS`].
fn probe_beside(text: &[u8], white: &Range<usize>) -> Option<usize> {
    let before = white.start.checked_sub(PROBE);
    let after = Some(white.end).filter(|after| after + PROBE <= text.len());
    [before, after].into_iter().flatten().find(|at| may_be_list(text, *at))
}

/// The least number of elements of a list: the groups of `xxd` and the offset before them are more.
const MIN_ELEMENTS: usize = 8;

/// Returns whether elements, with those before them, are at least [`MIN_ELEMENTS`]. The digits of a hash are not.
fn is_list(text: &[u8], elements: Range<usize>) -> bool {
    let count = |range: Range<usize>| {
        let kinds = text[range].iter().map(u8::is_ascii_alphanumeric);
        kinds.fold((0, false), |(count, before), now| (count + usize::from(now && !before), now)).0
    };
    count(elements.clone()) >= MIN_ELEMENTS
        || count(start_of_elements(text, elements.start, MAX_REGION)..elements.end) >= MIN_ELEMENTS
}

/// Returns the start of the elements that end at an offset, or an offset that is up to `longest` bytes before it.
fn start_of_elements(text: &[u8], end: usize, longest: usize) -> usize {
    let first = end.saturating_sub(longest);
    let mut start = end;
    loop {
        start -= text[first..start].iter().rev().take_while(|byte| is_listed_byte(**byte)).count();
        if start == first || !is_quoted(text, start - 1) {
            return start;
        }
        start -= 1;
    }
}

/// Returns the end of the elements that begin at an offset.
fn end_of_elements(text: &[u8], from: usize) -> usize {
    let mut end = from;
    loop {
        end += text[end..].iter().take_while(|byte| is_listed_byte(**byte)).count();
        if end == text.len() || !is_quoted(text, end) {
            return end;
        }
        end += 1;
    }
}

/// Returns whether the byte at an offset is between two equal quotes.
fn is_quoted(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text[before]);
    matches!(before, Some(b'\'' | b'"')) && text.get(at + 1).copied() == before && text[at].is_ascii_graphic()
}
