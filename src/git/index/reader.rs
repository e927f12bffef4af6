//! A cursor over one part of the index buffer that cannot leave it.
//! Not a parser: it knows numbers and lengths, nothing of what they mean.

use std::ops::Range;

use crate::git::index::IndexError;

/// Reads forward. Positions are those of the whole buffer; errors count from where the file begins in it.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    origin: usize,
}

impl<'a> Reader<'a> {
    /// A reader of a region of the file that begins at `origin`. What lies beyond the buffer is not there.
    pub(crate) fn new(bytes: &'a [u8], region: Range<usize>, origin: usize) -> Self {
        let place = |offset: usize| origin.saturating_add(offset).min(bytes.len());
        let end = place(region.end);
        Self { bytes: &bytes[..end], at: place(region.start).min(end), origin }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(len);
        let Some(taken) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.damage(what));
        };
        self.at += len;
        Ok(taken)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, IndexError> {
        let taken = self.take(4, what)?;
        Ok(taken.iter().fold(0, |number, &byte| (number << 8) | u32::from(byte)))
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, IndexError> {
        Ok((u64::from(self.u32(what)?) << 32) | u64::from(self.u32(what)?))
    }

    /// Takes what stands before the next `stop`, and steps over that too.
    pub(crate) fn until(&mut self, stop: u8, what: &'static str) -> Result<&'a [u8], IndexError> {
        let Some(len) = memchr::memchr(stop, &self.bytes[self.at..]) else {
            return Err(self.damage(what));
        };
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len + 1;
        Ok(taken)
    }

    /// Steps over the next byte if it is this one.
    pub(crate) fn take_if(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Takes decimal digits, at least one, and the `stop` behind them.
    pub(crate) fn decimal(&mut self, stop: u8, what: &'static str) -> Result<u32, IndexError> {
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
                return Err(self.damage(what));
            }
        }
    }

    /// An error that names the present place.
    pub(crate) fn damage(&self, what: &'static str) -> IndexError {
        IndexError::Damaged { offset: self.at.saturating_sub(self.origin), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_big_endian_and_the_end_is_an_error() {
        let bytes = [9, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 7, b'a', 0];
        let mut reader = Reader::new(&bytes, 0..14, 1);
        assert_eq!(reader.u32("").unwrap(), 0x0102);
        assert_eq!(reader.u64("").unwrap(), 7);
        assert_eq!(reader.until(0, "").unwrap(), b"a");
        assert_eq!(reader.left(), 0);
        let error = reader.u32("a number is missing").unwrap_err();
        assert!(matches!(error, IndexError::Damaged { offset: 14, what: "a number is missing" }));
        assert!(reader.take(usize::MAX, "").is_err());
        assert!(reader.until(0, "").is_err());
    }

    #[test]
    fn decimals_have_digits_and_an_end() {
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
            assert!(reader.left() == 0 && reader.until(0, "").is_err() && !reader.take_if(b'a'));
        }
    }
}
