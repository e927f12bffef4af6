//! The results of unpacking: members and faults, their labels and messages.

use std::borrow::Cow;
use std::ops::Range;

use super::unpack_budget::UnpackBudget;
use crate::decode::source_map::SourceMap;
use crate::text::escape_path;

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'t> {
    /// The format and the member's name, percent-escaped: `zip:inner/config.env`. A gzip has no name: `gzip`.
    pub label: String,
    /// The content, or the part of it that could be read.
    pub bytes: Cow<'t, [u8]>,
    /// The span of the member's data in the archive, compressed or stored.
    pub span: Range<usize>,
    /// Where each byte of the content comes from, if it is encoded and not compressed.
    pub map: Option<SourceMap>,
}

impl Member<'_> {
    /// Returns the span of the archive for a span of the content: the same bytes if the member is stored, those that
    /// encode them if it is encoded, the whole member if it is compressed.
    #[must_use]
    pub fn original_span(&self, span: &Range<usize>) -> Range<usize> {
        match (&self.bytes, &self.map) {
            (_, Some(map)) => map.original_span(span),
            (Cow::Borrowed(_), None) => self.span.start + span.start..self.span.start + span.end,
            (Cow::Owned(_), None) => self.span.clone(),
        }
    }

    /// Returns whether a value of the content has a span of its own in the archive.
    pub(crate) const fn has_own_spans(&self) -> bool {
        matches!(self.bytes, Cow::Borrowed(_)) || self.map.is_some()
    }
}

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The data is damaged.
    Corrupt,
    /// The data is encrypted, or compressed with an unsupported method.
    Unsupported,
    /// The data exceeds the unpack budget.
    Budget,
}

/// A part of an archive that was not read, or not completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The fault as a fragment of a sentence.
    pub message: &'static str,
    /// The label of the member ([`Member::label`]), or the format of the archive.
    pub label: String,
}

/// A result of unpacking an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpacked<'t> {
    /// A member that was read.
    Member(Member<'t>),
    /// A part that was not read.
    Fault(Fault),
    /// A part of the archive that repeats an earlier one, whose members were visited.
    Copy {
        /// The span of the part in the archive.
        span: Range<usize>,
        /// The start of the earlier part.
        first: usize,
    },
}

/// A visitor of results. It gets the rest of the budget, since a member may be an archive, too.
pub(crate) type Visit<'v> = dyn FnMut(Unpacked<'_>, &mut UnpackBudget) + 'v;

/// Returns a fault as a result.
pub(super) fn fault(kind: FaultKind, message: &'static str, label: String) -> Unpacked<'static> {
    Unpacked::Fault(Fault { kind, message, label })
}

/// The message for data that ends too early.
pub(super) const CUT: &str = "it is cut short";

/// The message for a budget that is used up.
pub(super) const OVER_BUDGET: &str = "it unpacks to more than the limit";

/// The message for an archive with too many members.
pub(super) const TOO_MANY_MEMBERS: &str = "it has more members than the limit";

/// The message for a wrong checksum.
pub(super) const WRONG_CHECKSUM: &str = "its checksum does not match";

/// The message for compressed data with an error.
pub(super) const WRONG_DATA: &str = "its compressed data is damaged";

/// The maximum length of a member's name in a label, in bytes.
const MAX_NAME: usize = 1024;

/// Returns the label of a member of an archive of a format. A name that is no plausible name of a file is not shown: it may be the content of the
/// archive, and a part of a key in it would not be recognised.
pub(super) fn label(format: &str, name: &[u8]) -> String {
    let is_plausible = name.len() <= MAX_NAME
        && std::str::from_utf8(name).map_or_else(
            // Old programs write names in the encoding of their system.
            |_| name.iter().all(|byte| *byte >= b' ' && *byte != 0x7f),
            |name| !name.chars().any(char::is_control),
        );
    if is_plausible { format!("{format}:{}", escape_path(name)) } else { unnamed(format, name) }
}

/// Returns the label of a member whose name is not shown.
pub(super) fn unnamed(format: &str, name: &[u8]) -> String {
    format!("{format}:(a name of {} bytes)", name.len())
}
