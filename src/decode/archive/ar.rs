//! Ar: packages of Debian, and static libraries. Each member has a header of 60 bytes.
//! Format: ar(5) of FreeBSD, with the long names of GNU and BSD; deb(5).

use std::borrow::Cow;

use super::member::{CUT, FaultKind, Member, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "ar";

const MAGIC: &[u8] = b"!<arch>\n";

/// The length of a header, in bytes.
const HEADER: usize = 60;

/// What each header ends with.
const END: &[u8] = b"`\n";

/// Returns whether a text begins with the signature and a header.
pub(super) fn has_header(text: &[u8]) -> bool {
    text.starts_with(MAGIC) && header_at(text, MAGIC.len()).is_some()
}

fn header_at(text: &[u8], at: usize) -> Option<&[u8]> {
    text.get(at..at.checked_add(HEADER)?).filter(|header| header.ends_with(END))
}

/// Unpacks all members.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let archive_fault = |kind, message| fault(kind, message, NAME.to_owned());
    let (mut at, mut long_names) = (MAGIC.len(), &text[..0]);
    // A line break may pad the last member.
    while at + 1 < text.len() {
        if !budget.count_member() {
            return visit(archive_fault(FaultKind::Budget, TOO_MANY_MEMBERS), budget);
        }
        let Some((header, length)) = header_at(text, at).and_then(|header| Some((header, size(header)?)))
        else {
            let message = if text.len() - at < HEADER { CUT } else { "a header is damaged" };
            return visit(archive_fault(FaultKind::Corrupt, message), budget);
        };
        let start = at + HEADER;
        let end = start.saturating_add(length);
        let content = &text[start..end.min(text.len())];
        let name = header[..16].trim_ascii_end();
        if name == b"//" {
            long_names = content;
        }
        let (name, in_content) = full_name(name, long_names, content);
        let label = label(NAME, name);
        if end > text.len() {
            visit(fault(FaultKind::Corrupt, CUT, label.clone()), budget);
        }
        let (bytes, span) = (&content[in_content..], start + in_content..start + content.len());
        if !bytes.is_empty() {
            visit(Unpacked::Member(Member { label, bytes: Cow::Borrowed(bytes), span, map: None }), budget);
        }
        // Members begin at even offsets.
        at = end.saturating_add(end % 2);
    }
}

/// Returns the size in a header.
fn size(header: &[u8]) -> Option<usize> {
    std::str::from_utf8(header[48..58].trim_ascii()).ok()?.parse().ok()
}

/// Returns the name of a member, and the length of a name at the start of its content.
fn full_name<'t>(name: &'t [u8], long_names: &'t [u8], content: &'t [u8]) -> (&'t [u8], usize) {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    if let Some(length) = name.strip_prefix(b"#1/").and_then(number).filter(|length| *length <= content.len())
    {
        let name = &content[..length];
        return (&name[..memchr::memchr(0, name).unwrap_or(length)], length);
    }
    let from_table = name.strip_prefix(b"/").and_then(number).and_then(|at| long_names.get(at..));
    if let Some(rest) = from_table {
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        return (line.strip_suffix(b"/").unwrap_or(line), 0);
    }
    let is_table = name.starts_with(b"/");
    (if is_table { name } else { name.strip_suffix(b"/").unwrap_or(name) }, 0)
}
