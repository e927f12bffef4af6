//! The fuzzer's bytes, taken from the front. After the end, numbers are zero and parts are empty.

use skant::internal::git::ObjectFormat;

pub struct Input<'i>(&'i [u8]);

impl<'i> Input<'i> {
    pub fn new(bytes: &'i [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    pub fn number(&mut self) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()]))
    }

    pub fn long(&mut self) -> u64 {
        self.take(8).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Takes up to `most` bytes.
    pub fn take(&mut self, most: usize) -> &'i [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Takes bytes after their length.
    pub fn part(&mut self) -> &'i [u8] {
        let length = self.number();
        self.take(length)
    }

    pub fn rest(&mut self) -> &'i [u8] {
        self.take(usize::MAX)
    }
}

/// Returns the object format of a bit.
pub(crate) fn format_of(flags: u8) -> ObjectFormat {
    if flags & 1 == 0 { ObjectFormat::Sha1 } else { ObjectFormat::Sha256 }
}
