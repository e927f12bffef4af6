//! A cursor over one part of the index buffer that cannot leave it.
//! Not a parser: it knows numbers and lengths, nothing of what they mean.

use std::ops::Range;

use super::error::IndexError;

/// Converts a position of the buffer. Positions are stored in four bytes, which keeps a large index small in memory.
pub(super) fn addressable(position: usize) -> Result<u32, IndexError> {
    let limit = u32::MAX;
    u32::try_from(position).map_err(|_| IndexError::TooLarge { size: position as u64, limit: limit.into() })
}

/// Reads forward. Positions are those of the whole buffer; errors count from the start of the file in the buffer.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    origin: usize,
}

impl<'a> Reader<'a> {
    /// Creates a reader of a region of the file that begins at `origin`. A region outside of the buffer is empty.
    pub(super) fn new(bytes: &'a [u8], region: Range<usize>, origin: usize) -> Self {
        let position = |offset: usize| origin.saturating_add(offset).min(bytes.len());
        let end = position(region.end);
        Self { bytes: &bytes[..end], at: position(region.start).min(end), origin }
    }

    /// Returns the position of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns the number of bytes up to the end.
    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Takes `len` bytes. `what` is the message of the error if there are fewer.
    pub(super) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(len);
        let Some(taken) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.damaged(what));
        };
        self.at += len;
        Ok(taken)
    }

    pub(super) fn u32(&mut self, what: &'static str) -> Result<u32, IndexError> {
        let taken = self.take(4, what)?;
        Ok(taken.iter().fold(0, |number, &byte| (number << 8) | u32::from(byte)))
    }

    pub(super) fn u64(&mut self, what: &'static str) -> Result<u64, IndexError> {
        Ok((u64::from(self.u32(what)?) << 32) | u64::from(self.u32(what)?))
    }

    /// Takes the bytes before the next `stop`, and skips the `stop`.
    pub(super) fn take_until(&mut self, stop: u8, what: &'static str) -> Result<&'a [u8], IndexError> {
        let Some(len) = memchr::memchr(stop, &self.bytes[self.at..]) else {
            return Err(self.damaged(what));
        };
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len + 1;
        Ok(taken)
    }

    /// Skips the next byte if it is this one, and returns whether it was.
    pub(super) fn take_if(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Takes a decimal number of at least one digit, and the `stop` after it.
    pub(super) fn decimal(&mut self, stop: u8, what: &'static str) -> Result<u32, IndexError> {
        let mut number: Option<u32> = None;
        loop {
            let byte = self.take(1, what)?[0];
            if let (true, Some(number)) = (byte == stop, number) {
                return Ok(number);
            }
            let digit = byte.wrapping_sub(b'0');
            let longer = number.unwrap_or(0).checked_mul(10).and_then(|ten| ten.checked_add(digit.into()));
            number = longer.filter(|_| digit < 10);
            if number.is_none() {
                return Err(self.damaged(what));
            }
        }
    }

    /// Returns the error for damage at the position of the next byte.
    pub(super) fn damaged(&self, what: &'static str) -> IndexError {
        IndexError::Damaged { offset: self.at.saturating_sub(self.origin), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_big_endian_and_reading_past_the_end_is_an_error() {
        let bytes = [9, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 7, b'a', 0];
        let mut reader = Reader::new(&bytes, 0..14, 1);
        assert_eq!(reader.u32("").unwrap(), 0x0102);
        assert_eq!(reader.u64("").unwrap(), 7);
        assert_eq!(reader.take_until(0, "").unwrap(), b"a");
        assert_eq!(reader.remaining(), 0);
        let error = reader.u32("a number is missing").unwrap_err();
        assert!(matches!(error, IndexError::Damaged { offset: 14, what: "a number is missing" }));
        assert!(reader.take(usize::MAX, "").is_err());
        assert!(reader.take_until(0, "").is_err());
    }

    #[test]
    fn decimals_need_a_digit_and_an_end() {
        let read = |text: &[u8]| Reader::new(text, 0..text.len(), 0).decimal(b' ', "");
        assert_eq!(read(b"0 ").unwrap(), 0);
        assert_eq!(read(b"4294967295 7").unwrap(), u32::MAX);
        for text in [&b""[..], b" ", b"12", b"1x ", b"-1 ", b"4294967296 ", b"9999999999 ", b"1\xff "] {
            assert!(read(text).is_err(), "{text:?}");
        }
        let mut reader = Reader::new(b"-a", 0..2, 0);
        assert!(reader.take_if(b'-') && !reader.take_if(b'-') && reader.at() == 1);
    }

    #[test]
    fn a_region_outside_the_buffer_is_empty() {
        for (region, origin) in [
            (7..9, 0),
            (0..9, 7),
            (1..2, usize::MAX),
            (usize::MAX..usize::MAX, 1),
            (Range { start: 2, end: 0 }, 0),
        ] {
            let mut reader = Reader::new(b"abc", region, origin);
            assert!(reader.remaining() == 0 && reader.take_until(0, "").is_err() && !reader.take_if(b'a'));
        }
    }
}
