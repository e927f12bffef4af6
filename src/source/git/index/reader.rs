//! A cursor over one part of the index buffer that cannot leave it.
//! Not a parser: it knows numbers and lengths, nothing of what they mean.

use std::ops::Range;

use super::IndexError;

/// Reads forward. Positions are those of the whole buffer; errors count from where the file begins in it.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    origin: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes[region]`, in a file that begins at `origin`. A region beyond the buffer is empty.
    pub(super) fn new(bytes: &'a [u8], region: Range<usize>, origin: usize) -> Self {
        let end = region.end.min(bytes.len());
        Self { bytes: &bytes[..end], at: region.start.min(end), origin }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(len);
        let Some(taken) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.damage(what));
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

    /// Takes what stands before the next `stop`, and steps over that too.
    pub(super) fn until(&mut self, stop: u8, what: &'static str) -> Result<&'a [u8], IndexError> {
        let Some(len) = memchr::memchr(stop, &self.bytes[self.at..]) else {
            return Err(self.damage(what));
        };
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len + 1;
        Ok(taken)
    }

    /// An error that names the present place.
    pub(super) fn damage(&self, what: &'static str) -> IndexError {
        IndexError::Damaged { offset: self.at - self.origin, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_big_endian_and_the_end_is_an_error() {
        let bytes = [9, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 7, b'a', 0];
        let mut reader = Reader::new(&bytes, 1..15, 1);
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
    fn a_region_outside_the_buffer_is_empty() {
        assert_eq!(Reader::new(b"abc", 7..9, 0).left(), 0);
    }
}
