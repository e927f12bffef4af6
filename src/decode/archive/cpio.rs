//! Cpio: initial file systems of Linux, and old archives. Each member has a header and a name before it.
//! Format: cpio(5) of FreeBSD; Linux, "initramfs buffer format".

use std::borrow::Cow;

use super::little_endian::number;
use super::member::{CUT, FaultKind, Member, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "cpio";

/// The name of the member at the end.
const TRAILER: &[u8] = b"TRAILER!!!";

/// The maximum length of a name, in bytes, as on Linux.
const MAX_NAME: usize = 4096;

/// A header, and the name after it.
struct Header<'t> {
    name: &'t [u8],
    /// The offset of the content in the archive.
    start: usize,
    size: usize,
    /// What the offset of the next header is a multiple of, from the first one.
    align: usize,
}

/// Returns whether a text begins with a header.
pub(super) fn has_header(text: &[u8]) -> bool {
    read_header(text, 0).is_some()
}

/// Reads the header at an offset, in one of the three forms.
fn read_header(text: &[u8], at: usize) -> Option<Header<'_>> {
    let rest = text.get(at..)?;
    let field = |from: usize, length: usize, radix: u32| {
        let digits = rest.get(from..from + length).filter(|field| field.iter().all(u8::is_ascii_hexdigit))?;
        usize::try_from(u64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?).ok()
    };
    let (length, name_size, size, align) = match rest.get(..6)? {
        b"070701" | b"070702" => (110, field(94, 8, 16)?, field(54, 8, 16)?, 4),
        b"070707" => (76, field(59, 6, 8)?, field(65, 11, 8)?, 1),
        // The upper half of a size comes first.
        [0xc7, 0x71, ..] => {
            let short = |from| usize::try_from(number::<2>(rest, from)?).ok();
            (26, short(20)?, short(22)? << 16 | short(24)?, 2)
        }
        _ => return None,
    };
    let is_name = (2..=MAX_NAME).contains(&name_size);
    let (end, name) = rest.get(length..length + name_size)?.split_last().filter(|_| is_name)?;
    (*end == 0 && !name.contains(&0)).then(|| {
        let start = at + (length + name_size).next_multiple_of(align);
        Header { name, start, size, align }
    })
}

/// Unpacks all members, and what follows the end: an initial file system has compressed ones after the first.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let archive_fault = |kind, message| fault(kind, message, NAME.to_owned());
    let mut at = 0;
    loop {
        let Some(Header { name, start, size, align }) = read_header(text, at) else {
            let message = if at >= text.len() { CUT } else { "a header is damaged, or cut short" };
            return visit(archive_fault(FaultKind::Corrupt, message), budget);
        };
        if !budget.count_member() {
            return visit(archive_fault(FaultKind::Budget, TOO_MANY_MEMBERS), budget);
        }
        let end = start.saturating_add(size);
        if name == TRAILER {
            let zeros = text.get(end..).unwrap_or_default().iter().take_while(|byte| **byte == 0).count();
            at = end.saturating_add(zeros);
            if has_header(text.get(at..).unwrap_or_default()) {
                continue;
            }
            break;
        }
        let span = start.min(text.len())..end.min(text.len());
        let label = label(NAME, name);
        if end > text.len() {
            visit(fault(FaultKind::Corrupt, CUT, label.clone()), budget);
        }
        if !span.is_empty() {
            let bytes = Cow::Borrowed(&text[span.clone()]);
            visit(Unpacked::Member(Member { label, bytes, span, map: None }), budget);
        }
        if end > text.len() {
            return;
        }
        at = start + size.next_multiple_of(align);
    }
    if let Some(rest) = text.get(at..).filter(|rest| super::is_archive(rest)) {
        let bytes = Cow::Borrowed(rest);
        let label = format!("{NAME}:(after its end)");
        visit(Unpacked::Member(Member { label, bytes, span: at..text.len(), map: None }), budget);
    }
}
