//! Reads the data of one member in one mode.

use std::borrow::Cow;

use super::entry::{Entry, ReadMode};
use super::format::DESCRIPTOR;
use crate::decode::archive::UnpackBudget;
use crate::decode::archive::inflate::{End, checksum, inflate};
use crate::decode::archive::little_endian::number;
use crate::decode::archive::member::{
    CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, WRONG_CHECKSUM, WRONG_DATA, fault,
};

/// A reader of one member.
pub(super) struct MemberReader<'r, 't> {
    pub(super) text: &'t [u8],
    /// The offset of the member's data.
    pub(super) data: usize,
    /// All statements about the member.
    pub(super) entries: &'r [&'r Entry<'t>],
    /// The label of the member if its checksum is valid.
    pub(super) label: &'r str,
    /// The label of the member if not.
    pub(super) fault_label: &'r str,
    /// Whether a member with a wrong checksum is ignored, and faults are not reported.
    pub(super) is_quiet: bool,
    pub(super) budget: &'r mut UnpackBudget,
}

impl MemberReader<'_, '_> {
    /// Reads the member in a mode. Returns the offset of its end.
    pub(super) fn read(&mut self, mode: ReadMode, visit: &mut Visit<'_>) -> usize {
        let stated_end = self.data.saturating_add(self.max_stated_size());
        if mode.is_encrypted {
            self.report(FaultKind::Unsupported, "it is encrypted", visit);
            return stated_end;
        }
        match mode.method {
            0 => self.read_stored(mode.stored_size, visit),
            8 => self.read_deflated(stated_end, visit),
            method => {
                let known = UNSUPPORTED_METHODS.iter().find(|(number, _)| *number == method);
                let message = known.map_or("its compression method is unknown", |(_, message)| message);
                self.report(FaultKind::Unsupported, message, visit);
                stated_end
            }
        }
    }

    fn read_stored(&mut self, size: Option<usize>, visit: &mut Visit<'_>) -> usize {
        let end = size.map_or(self.text.len(), |size| self.data.saturating_add(size));
        let span = self.data.min(self.text.len())..end.min(self.text.len());
        let bytes = &self.text[span.clone()];
        // Members may overlap, so that all members together are larger than the archive.
        if bytes.len() > self.budget.bytes_left() {
            visit(fault(FaultKind::Budget, OVER_BUDGET, self.fault_label.to_owned()), self.budget);
            return span.end;
        }
        self.budget.spend(bytes.len());
        let is_valid = self.has_valid_checksum(bytes, span.end);
        if self.is_quiet && !is_valid {
            return self.data;
        }
        if !bytes.is_empty() {
            let label = if is_valid { self.label } else { self.fault_label }.to_owned();
            let member = Member { label, bytes: Cow::Borrowed(bytes), span: span.clone(), map: None };
            visit(Unpacked::Member(member), self.budget);
        }
        if end > self.text.len() || size.is_none() {
            self.report(FaultKind::Corrupt, CUT, visit);
        } else if !is_valid {
            self.report(FaultKind::Corrupt, WRONG_CHECKSUM, visit);
        }
        span.end
    }

    fn read_deflated(&mut self, stated_end: usize, visit: &mut Visit<'_>) -> usize {
        let mut bytes = Vec::new();
        let inflated = inflate(&self.text[self.data..], self.budget, &mut bytes);
        let end = self.data + inflated.consumed;
        let is_valid = self.has_valid_checksum(&bytes, end);
        // If the signature is a coincidence, the bytes after it are arbitrary.
        if self.is_quiet && !is_valid {
            return self.data;
        }
        if !bytes.is_empty() {
            let label = if is_valid { self.label } else { self.fault_label }.to_owned();
            let member = Member { label, bytes: Cow::Owned(bytes), span: self.data..end, map: None };
            visit(Unpacked::Member(member), self.budget);
        }
        match inflated.end {
            End::Complete if is_valid => {}
            End::Complete => self.report(FaultKind::Corrupt, WRONG_CHECKSUM, visit),
            End::Cut => self.report(FaultKind::Corrupt, CUT, visit),
            End::Corrupt => self.report(FaultKind::Corrupt, WRONG_DATA, visit),
            End::OverBudget => {
                visit(fault(FaultKind::Budget, OVER_BUDGET, self.fault_label.to_owned()), self.budget);
            }
        }
        if inflated.end == End::Complete { end } else { stated_end.min(end) }
    }

    /// The largest compressed size that a statement gives, in bytes.
    fn max_stated_size(&self) -> usize {
        self.entries.iter().map(|entry| entry.compressed_size).max().unwrap_or(0)
    }

    /// Returns whether the content has one of the stated checksums: of a header, or of the descriptor after the data.
    fn has_valid_checksum(&self, bytes: &[u8], end: usize) -> bool {
        let sum = u64::from(checksum(bytes));
        let after = self.text.get(end..).unwrap_or_default();
        let after = after.strip_prefix(DESCRIPTOR).unwrap_or(after);
        let is_streamed = self.entries.iter().any(|entry| entry.is_streamed);
        self.entries.iter().any(|entry| entry.checksum == sum)
            || is_streamed && number::<4>(after, 0) == Some(sum)
    }

    /// Visits a fault, unless the reader is quiet.
    fn report(&mut self, kind: FaultKind, message: &'static str, visit: &mut Visit<'_>) {
        if !self.is_quiet {
            visit(fault(kind, message, self.fault_label.to_owned()), self.budget);
        }
    }
}

/// The messages for unsupported compression methods.
const UNSUPPORTED_METHODS: [(u64, &str); 8] = [
    (9, "it is compressed with deflate64, which is not supported"),
    (12, "it is compressed with bzip2, which is not supported"),
    (14, "it is compressed with LZMA, which is not supported"),
    (20, "it is compressed with zstd, which is not supported"),
    (93, "it is compressed with zstd, which is not supported"),
    (95, "it is compressed with xz, which is not supported"),
    (98, "it is compressed with PPMd, which is not supported"),
    (99, "it is encrypted"),
];
