//! Zip, also under another name. A zip describes its members twice: in a directory at its end, and in a local header
//! before each member. Programs differ in which of the two they believe, so this module believes both: a member that
//! only one of them describes is read, and a member that they describe differently is read in both modes. Format:
//! PKWARE, APPNOTE.TXT 6.3.10.

mod cut;
mod directory;
mod entry;
mod format;
mod member_reader;

use std::collections::BTreeMap;

use super::member::{CUT, FaultKind, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label, unnamed};
use super::unpack_budget::UnpackBudget;
pub(super) use cut::may_be_cut;
use entry::{Entry, ReadMode};
use format::{DESCRIPTOR, END, END_LENGTH, LOCAL, LOCAL_LENGTH};
use member_reader::MemberReader;

/// The name of the format in reports.
const NAME: &str = "zip";

/// Returns whether a text begins with a member, or is a zip without members. A zip in several parts begins with a
/// marker.
pub(super) fn has_signature(text: &[u8]) -> bool {
    let rest = [DESCRIPTOR, b"PK00"].iter().find_map(|marker| text.strip_prefix(*marker)).unwrap_or(text);
    rest.starts_with(LOCAL) || rest.starts_with(END)
}

/// Returns the offset of the end of a directory near the end of a text: a self-extracting program begins with its own
/// code. A damaged directory is found if no byte follows it.
pub(super) fn find_end(text: &[u8]) -> Option<usize> {
    directory::find_end(text).or_else(|| {
        let at = text.len().checked_sub(END_LENGTH)?;
        (text[at..].starts_with(END) && text.ends_with(&[0, 0])).then_some(at)
    })
}

/// Unpacks all members of a text that is of another format, too: what is damaged may be a part of that.
pub(super) fn unpack_beside(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    unpack(text, budget, &mut |part, budget| match part {
        Unpacked::Fault(fault) if fault.kind == FaultKind::Corrupt => {}
        part => visit(part, budget),
    });
}

/// Unpacks all members.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let directory = directory::read(text);
    if let Some(message) = directory.fault {
        visit(fault(FaultKind::Corrupt, message, NAME.to_owned()), budget);
    }
    let is_complete = directory.fault.is_none();
    let mut by_offset: BTreeMap<usize, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in directory.entries {
        by_offset.entry(entry.offset).or_default().push(entry);
    }
    let mut at = 0;
    for (start, entries) in by_offset {
        at = read_unlisted(text, at, start.min(text.len()), is_complete, budget, visit);
        if !budget.count_member() {
            return visit(too_many_members(), budget);
        }
        at = at.max(read_member(text, start, &entries, is_complete, budget, visit));
    }
    read_unlisted(text, at, text.len(), is_complete, budget, visit);
}

fn too_many_members() -> Unpacked<'static> {
    fault(FaultKind::Budget, TOO_MANY_MEMBERS, NAME.to_owned())
}

/// Reads the members between two offsets that no directory lists. If the directory is complete, a failure is not
/// damage: self-extracting programs contain the same four bytes. Returns the offset after the last member.
fn read_unlisted(
    text: &[u8],
    mut at: usize,
    end: usize,
    is_complete: bool,
    budget: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) -> usize {
    while at < end {
        let Some(start) = memchr::memmem::find(&text[at..end], LOCAL).map(|offset| at + offset) else {
            break;
        };
        if !budget.count_member() {
            visit(too_many_members(), budget);
            return end;
        }
        at = read_member(text, start, &[], is_complete, budget, visit).max(start + LOCAL.len());
    }
    at
}

/// Reads the member with a header at an offset, in each mode that a statement gives. Returns the offset of its end.
fn read_member(
    text: &[u8],
    start: usize,
    entries: &[Entry<'_>],
    is_complete: bool,
    budget: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) -> usize {
    let local = Entry::local(text, start);
    let listed = entries.first();
    let name = listed.or(local.as_ref()).map(|entry| entry.name).unwrap_or_default();
    let label = label(NAME, name);
    // The bytes after a header are a name if the directory says so, or if the data after them has the right checksum.
    let has_name =
        listed.is_some() && (is_complete || local.as_ref().is_some_and(|local| local.name == name));
    let fault_label = if has_name { label.clone() } else { unnamed(NAME, name) };
    let header = text.get(start..).filter(|rest| rest.starts_with(LOCAL)).and(local);
    let Some(local) = header else {
        // A member that no directory lists has a header, or the fault of the directory is reported already.
        if !entries.is_empty() {
            let is_cut = start.saturating_add(LOCAL_LENGTH) > text.len();
            let message = if is_cut { CUT } else { "there is no header at its offset" };
            visit(fault(FaultKind::Corrupt, message, fault_label), budget);
        }
        return start;
    };
    let data = local.data;
    let all: Vec<&Entry<'_>> = entries.iter().chain([&local]).collect();
    // A header that was written before the size was known does not count if a directory states the size.
    let counting = all.iter().filter(|entry| entries.is_empty() || !entry.has_unknown_size());
    let mut modes: Vec<ReadMode> = counting.map(|entry| entry.read_mode(text, data)).collect();
    // If there are two statements about the length of a member, the longer one may hide another member.
    let mut end = usize::MAX;
    while let Some(mode) = modes.pop() {
        if modes.contains(&mode) {
            continue;
        }
        let mut reader = MemberReader {
            text,
            data,
            entries: &all,
            label: &label,
            fault_label: &fault_label,
            is_quiet: is_complete && entries.is_empty(),
            budget: &mut *budget,
        };
        end = end.min(reader.read(mode, visit));
    }
    end
}
