//! Git packs and bundles as files: each object is a member with its id, deltas are applied. A delta whose base is in
//! another repository is read as far as it adds bytes.
//! Format: git's documentation, `gitformat-pack` and `gitformat-bundle`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::inflate::{End, inflate};
use super::member::{
    CUT, FaultKind, Member, OVER_BUDGET, TOO_MANY_MEMBERS, Unpacked, Visit, WRONG_CHECKSUM, WRONG_DATA,
    fault, label,
};
use super::unpack_budget::UnpackBudget;
use crate::git::pack::{RawBase, RawHeader, apply, inserted, result_size};
use crate::git::{ObjectFormat, ObjectKind, Oid};

/// The names of the formats in reports.
const PACK: &str = "git-pack";
const BUNDLE: &str = "git-bundle";

/// The length of a pack's header, and of the header of zlib, in bytes.
const HEADER: usize = 12;
const ZLIB_HEADER: usize = 2;

/// The length of the checksum of zlib, in bytes.
const ZLIB_TRAILER: usize = 4;

/// The largest delta that is applied, in bytes: each copy in it takes several times its size in memory.
const MAX_DELTA: usize = 32 << 20;

/// The largest header of a bundle, in bytes.
const MAX_BUNDLE_HEADER: usize = 16 << 20;

const NO_BASE: &str = "the base of a delta is not in the file, so only what the delta adds was read";

/// Returns whether a text begins with the header of a pack.
pub(super) fn has_header(text: &[u8]) -> bool {
    text.len() >= HEADER && text.starts_with(b"PACK\0\0\0") && matches!(text[7], 2 | 3)
}

/// Returns whether a text begins with the header of a bundle.
pub(super) fn is_bundle(text: &[u8]) -> bool {
    text.starts_with(b"# v2 git bundle\n") || text.starts_with(b"# v3 git bundle\n")
}

/// Unpacks the objects of a pack.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    Reader::new(text, 0, PACK, budget, visit).read();
}

/// Unpacks the objects of a bundle: lines of text, an empty line, and a pack.
pub(super) fn unpack_bundle(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let header = &text[..text.len().min(MAX_BUNDLE_HEADER)];
    let start = memchr::memmem::find(header, b"\n\n").map(|at| at + 2);
    if let Some(start) = start.filter(|start| has_header(&text[*start..])) {
        return Reader::new(text, start, BUNDLE, budget, visit).read();
    }
    let message = if start.is_none_or(|start| text.len() < start + HEADER) { CUT } else { WRONG_DATA };
    visit(fault(FaultKind::Corrupt, message, BUNDLE.to_owned()), budget);
}

/// Returns the name of an object.
pub(super) fn name_of(kind: ObjectKind, bytes: &[u8], format: ObjectFormat) -> Option<Oid> {
    let header = format!("{} {}\0", kind_name(kind), bytes.len());
    match format {
        ObjectFormat::Sha1 => {
            Oid::from_bytes(&Sha1::new().chain_update(header).chain_update(bytes).finalize())
        }
        ObjectFormat::Sha256 => {
            Oid::from_bytes(&Sha256::new().chain_update(header).chain_update(bytes).finalize())
        }
    }
}

const fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Commit => "commit",
        ObjectKind::Tree => "tree",
        ObjectKind::Blob => "blob",
        ObjectKind::Tag => "tag",
    }
}

/// An entry of a pack that could be inflated.
struct Entry {
    /// The range of the entry in the file, and the offset of its compressed data.
    span: Range<usize>,
    data: usize,
    /// The kind and the name; `None` for a delta.
    object: Option<(ObjectKind, Oid)>,
    base: RawBase,
    /// Whether the object was read, and whether a delta does not fit to its base.
    is_read: bool,
    is_damaged: bool,
    /// The number of entries that derive from this one.
    weight: usize,
}

/// The entries that are deltas to an entry or an object.
#[derive(Default)]
struct Children {
    of_entry: HashMap<usize, Vec<usize>>,
    of_object: HashMap<Oid, Vec<usize>>,
}

/// A reader of one pack.
struct Reader<'r, 't, 'v> {
    text: &'t [u8],
    /// The range of the header and of the entries.
    pack: Range<usize>,
    object_format: ObjectFormat,
    /// Whether the checksum of the pack is the stated one.
    is_valid: bool,
    format: &'static str,
    entries: Vec<Entry>,
    is_over: bool,
    budget: &'r mut UnpackBudget,
    visit: &'r mut Visit<'v>,
}

impl<'r, 't, 'v> Reader<'r, 't, 'v> {
    fn new(
        text: &'t [u8],
        start: usize,
        format: &'static str,
        budget: &'r mut UnpackBudget,
        visit: &'r mut Visit<'v>,
    ) -> Self {
        let pack = &text[start..];
        // The checksum tells the length of names, which nothing else in a pack does.
        let ends_with = |length: usize, sum: &dyn Fn(&[u8]) -> Vec<u8>| {
            let (content, stated) = pack.split_at(pack.len().saturating_sub(length));
            sum(content) == stated
        };
        let is_sha1 = ends_with(20, &|content| Sha1::digest(content).to_vec());
        let is_sha256 = !is_sha1 && ends_with(32, &|content| Sha256::digest(content).to_vec());
        let object_format = if is_sha256 { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 };
        let is_valid = is_sha1 || is_sha256;
        let end = if is_valid { text.len() - object_format.raw_len() } else { text.len() };
        Self {
            text,
            pack: start..end,
            object_format,
            is_valid,
            format,
            entries: Vec::new(),
            is_over: false,
            budget,
            visit,
        }
    }

    fn read(mut self) {
        let is_whole = self.read_entries();
        let children = self.children();
        for index in 0..self.entries.len() {
            if !self.is_over {
                self.read_derived(index, &children);
            }
        }
        for index in 0..self.entries.len() {
            if !self.entries[index].is_read && !self.is_over {
                self.read_insertions(index);
            }
        }
        if !self.is_valid && is_whole && !self.is_over {
            self.report(FaultKind::Corrupt, WRONG_CHECKSUM);
        }
    }

    /// Reads the entries one after the other, and visits those that are not deltas. Returns whether all were read.
    fn read_entries(&mut self) -> bool {
        let mut at = self.pack.start + HEADER;
        let count = &self.text[at - 4..at];
        let count = count.iter().fold(0_u64, |count, byte| count << 8 | u64::from(*byte));
        for _ in 0..count {
            if !self.budget.count_member() {
                self.is_over = true;
                self.report(FaultKind::Budget, TOO_MANY_MEMBERS);
                return false;
            }
            match self.read_entry(at) {
                Ok(entry) => {
                    at = entry.span.end;
                    self.entries.push(entry);
                }
                Err((kind, message)) => {
                    // Nothing but a checksum is left.
                    let is_end = kind == FaultKind::Corrupt && self.pack.end.saturating_sub(at) <= 32;
                    let message = if is_end { CUT } else { message };
                    self.is_over = kind == FaultKind::Budget;
                    self.report(kind, message);
                    return false;
                }
            }
        }
        true
    }

    /// Reads the entry at an offset, and visits it if it is not a delta.
    fn read_entry(&mut self, at: usize) -> Result<Entry, (FaultKind, &'static str)> {
        let entries = &self.text[..self.pack.end];
        let header = RawHeader::parse(entries.get(at..).unwrap_or_default(), self.object_format);
        let (header, length) = header
            .map_err(|error| (FaultKind::Corrupt, if at + 64 > entries.len() { CUT } else { error.0 }))?;
        let data = at + length;
        let (bytes, end) = self.inflate(data);
        let end = end.and_then(|end| {
            if bytes.len() as u64 == header.size { Ok(end) } else { Err((FaultKind::Corrupt, WRONG_DATA)) }
        });
        let is_read = header.kind.is_some();
        let span = at..end.unwrap_or(entries.len());
        let mut object = None;
        if let Some(kind) = header.kind {
            // What is not whole has no name.
            let name = end.is_ok().then(|| name_of(kind, &bytes, self.object_format)).flatten();
            object = name.map(|name| (kind, name));
            let shown = name.map_or_else(|| "(damaged)".to_owned(), |name| name.to_string());
            self.visit_object(&shown, bytes, span.clone());
        }
        end.map(|_| Entry { span, data, object, base: header.base, is_read, is_damaged: false, weight: 0 })
    }

    /// Inflates the data at an offset. Returns what could be read, and the offset of its end.
    fn inflate(&mut self, data: usize) -> (Vec<u8>, Result<usize, (FaultKind, &'static str)>) {
        let entries = &self.text[..self.pack.end];
        let mut bytes = Vec::new();
        let compressed = entries.get(data + ZLIB_HEADER..).unwrap_or_default();
        let inflated = inflate(compressed, self.budget, &mut bytes);
        let end = data + ZLIB_HEADER + inflated.consumed + ZLIB_TRAILER;
        let end = match inflated.end {
            End::Complete if end <= entries.len() => Ok(end),
            End::Complete | End::Cut => Err((FaultKind::Corrupt, CUT)),
            End::Corrupt => Err((FaultKind::Corrupt, WRONG_DATA)),
            End::OverBudget => Err((FaultKind::Budget, OVER_BUDGET)),
        };
        (bytes, end)
    }

    /// Inflates an entry again that could be inflated. Returns `None` if the budget is used up.
    fn inflate_again(&mut self, index: usize) -> Option<Vec<u8>> {
        let (bytes, end) = self.inflate(self.entries[index].data);
        if end.is_err() {
            self.stop();
        }
        end.is_ok().then_some(bytes)
    }

    /// Returns the deltas of each entry. Those with the most deltas of their own are the first.
    fn children(&mut self) -> Children {
        let mut children = Children::default();
        for index in (0..self.entries.len()).rev() {
            match self.entries[index].base {
                RawBase::None => {}
                RawBase::Object(name) => children.of_object.entry(name).or_default().push(index),
                RawBase::Distance(distance) => {
                    let Some(base) = self.entry_before(index, distance) else { continue };
                    self.entries[base].weight += self.entries[index].weight + 1;
                    children.of_entry.entry(base).or_default().push(index);
                }
            }
        }
        for list in children.of_entry.values_mut() {
            list.sort_by_key(|index| std::cmp::Reverse(self.entries[*index].weight));
        }
        children
    }

    /// Returns the entry that begins a number of bytes before another one.
    fn entry_before(&self, index: usize, distance: u64) -> Option<usize> {
        let start = self.entries[index].span.start.checked_sub(usize::try_from(distance).ok()?)?;
        self.entries[..index].binary_search_by_key(&start, |entry| entry.span.start).ok()
    }

    /// Reads the entries that derive from one that is not a delta. A version is dropped when the last of its deltas is
    /// applied, and that is the one with the most deltas of its own: so only few versions are held at once.
    fn read_derived(&mut self, root: usize, children: &Children) {
        let Some((kind, name)) = self.entries[root].object else { return };
        let of = |index: usize, name: &Oid| {
            let of_object = children.of_object.get(name).into_iter().flatten();
            of_object.chain(children.of_entry.get(&index).into_iter().flatten()).copied().collect::<Vec<_>>()
        };
        let next = of(root, &name);
        if next.is_empty() {
            return;
        }
        let Some(bytes) = self.inflate_again(root) else { return };
        let bytes = Rc::new(bytes);
        let mut stack: Vec<(usize, Rc<Vec<u8>>)> =
            next.into_iter().map(|child| (child, Rc::clone(&bytes))).collect();
        drop(bytes);
        while let Some((index, base)) = stack.pop() {
            if self.is_over || self.entries[index].is_read {
                continue;
            }
            let Some(bytes) = self.apply(index, &base) else { continue };
            drop(base);
            let Some(name) = name_of(kind, &bytes, self.object_format) else { continue };
            self.entries[index].is_read = true;
            let span = self.entries[index].span.clone();
            let next = of(index, &name);
            if next.is_empty() {
                self.visit_object(&name.to_string(), bytes, span);
                continue;
            }
            self.visit_object(&name.to_string(), bytes.clone(), span);
            let bytes = Rc::new(bytes);
            stack.extend(next.into_iter().map(|child| (child, Rc::clone(&bytes))));
        }
    }

    /// Applies a delta. Returns `None` after a fault.
    fn apply(&mut self, index: usize, base: &[u8]) -> Option<Vec<u8>> {
        let delta = self.inflate_again(index)?;
        let left = self.budget.bytes_left();
        if delta.len() > MAX_DELTA || result_size(&delta).is_ok_and(|size| size > left as u64) {
            self.stop();
            return None;
        }
        let (mut bytes, mut copies) = (Vec::new(), Vec::new());
        let applied = apply(base, &delta, left, &mut bytes, &mut copies);
        self.budget.spend(bytes.len());
        if let Err(error) = applied {
            self.entries[index].is_damaged = true;
            self.report(FaultKind::Corrupt, error.0);
            return None;
        }
        Some(bytes)
    }

    /// Reads what a delta without a base adds.
    fn read_insertions(&mut self, index: usize) {
        let Some(delta) = self.inflate_again(index) else { return };
        let name = match self.entries[index].base {
            RawBase::Object(name) => format!("(delta to {name})"),
            _ => "(delta)".to_owned(),
        };
        self.visit_object(&name, inserted(&delta), self.entries[index].span.clone());
        if !self.entries[index].is_damaged {
            self.report(FaultKind::Unsupported, NO_BASE);
        }
    }

    /// Reports that the budget is used up.
    fn stop(&mut self) {
        self.is_over = true;
        self.report(FaultKind::Budget, OVER_BUDGET);
    }

    fn visit_object(&mut self, name: &str, bytes: Vec<u8>, span: Range<usize>) {
        let label = label(self.format, name.as_bytes());
        (self.visit)(
            Unpacked::Member(Member { label, bytes: Cow::Owned(bytes), span, map: None }),
            self.budget,
        );
    }

    fn report(&mut self, kind: FaultKind, message: &'static str) {
        (self.visit)(fault(kind, message, self.format.to_owned()), self.budget);
    }
}
