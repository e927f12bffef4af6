//! Tells whether a part of a file ends inside of a zip, which may begin anywhere in it: bytes precede the zip in a
//! self-extracting program.

use super::directory;
use super::entry::{Entry, length};
use super::format::{CENTRAL, CENTRAL_LENGTH, END, END_LENGTH, LOCAL, LOCAL_LENGTH};

/// Larger than every version and method of the format.
const BEYOND_NUMBERS: usize = 100;

/// The number of bytes of a name that are checked. Headers may overlap, so the time for each has to be small.
const CHECKED_NAME: usize = 64;

/// Returns whether a text may end inside of a zip: a header of a member, or an entry of a directory, has no end of a
/// directory after it, or the data of a member is longer than the text. A zip may contain whole ones.
pub(in crate::decode::archive) fn may_be_cut(text: &[u8]) -> bool {
    let mut headers = memchr::memmem::find_iter(text, LOCAL).filter(|at| is_header(text, *at)).peekable();
    if headers.peek().is_none() {
        return false;
    }
    let end = memchr::memmem::rfind_iter(text, END)
        .find(|at| at + END_LENGTH <= text.len() && directory::is_plausible(text, *at))
        .unwrap_or(0);
    let reaches_over = |at: usize| {
        Entry::local(text, at)
            .is_none_or(|entry| entry.data.saturating_add(entry.compressed_size) > text.len())
    };
    headers.any(|at| at >= end || reaches_over(at))
        || memchr::memmem::find_iter(&text[end..], CENTRAL).any(|at| is_entry(&text[end + at..]))
}

/// Returns whether a local header is at an offset, or its start before the end of the text.
fn is_header(text: &[u8], at: usize) -> bool {
    text.len() - at < LOCAL_LENGTH || is_plausible(&text[at + 4..], &text[at + LOCAL_LENGTH..])
}

fn is_entry(text: &[u8]) -> bool {
    text.len() < CENTRAL_LENGTH || is_plausible(&text[6..], &text[CENTRAL_LENGTH..])
}

/// Returns whether the fields of a header, from the version on, and the name are such as programs write: programs contain
/// the signatures alone, too.
fn is_plausible(fields: &[u8], name: &[u8]) -> bool {
    let is_small = |at| length(fields, at).is_some_and(|number| number & 0xff < BEYOND_NUMBERS);
    let name_length = length(fields, 22).unwrap_or_default();
    let name = &name[..name_length.min(name.len()).min(CHECKED_NAME)];
    is_small(0) && is_small(4) && name_length > 0 && !name.contains(&0)
}
