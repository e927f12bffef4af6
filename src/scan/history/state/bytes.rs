//! Numbers and byte strings of a state file. Reading is total: what is cut or too large gives `None`.

/// The bytes of a part of a state file.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    /// Writes a number in groups of seven bits, the lowest first.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 128 {
            self.0.push(u8::try_from(number & 127).unwrap_or_default() | 128);
            number >>= 7;
        }
        self.0.push(u8::try_from(number).unwrap_or_default());
    }

    /// Writes a number of either sign; small ones are short.
    pub(crate) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    /// Writes a length or an index.
    pub(crate) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Writes a byte string with its length.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Writes ascending numbers as differences, with their count.
    pub(crate) fn ascending(&mut self, numbers: &[u32]) {
        self.count(numbers.len());
        let mut last = 0;
        for number in numbers {
            self.number(u64::from(number.wrapping_sub(last)));
            last = *number;
        }
    }
}

/// The rest of a part of a state file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl<'b> Reader<'b> {
    /// Reads a number.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// Reads a number of either sign.
    pub(crate) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads an index.
    pub(crate) fn index(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// Reads the number of items that follow, each of at least one byte.
    pub(crate) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    /// Reads a byte string.
    pub(crate) fn bytes(&mut self) -> Option<&'b [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    /// Reads some bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads bytes of a fixed number.
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Reads ascending numbers below `bound`.
    pub(crate) fn ascending(&mut self, bound: usize) -> Option<Vec<u32>> {
        let count = self.count()?;
        let mut last = 0_u32;
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            last = last.checked_add(self.index()?)?;
            numbers.push(last);
        }
        numbers.iter().all(|number| (*number as usize) < bound).then_some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(
            numbers in proptest::collection::vec(proptest::num::u64::ANY, 0..20),
            mut ascending in proptest::collection::vec(0_u32..1000, 0..20),
            text in proptest::collection::vec(proptest::num::u8::ANY, 0..20),
        ) {
            ascending.sort_unstable();
            let mut writer = Writer::default();
            writer.bytes(&text);
            writer.ascending(&ascending);
            for number in &numbers {
                writer.number(*number);
                writer.signed(number.cast_signed());
            }
            let mut reader = Reader(&writer.0);
            proptest::prop_assert_eq!(reader.bytes(), Some(text.as_slice()));
            proptest::prop_assert_eq!(reader.ascending(1000), Some(ascending));
            for number in numbers {
                proptest::prop_assert_eq!(reader.number(), Some(number));
                proptest::prop_assert_eq!(reader.signed(), Some(number.cast_signed()));
            }
            proptest::prop_assert!(reader.0.is_empty() && reader.number().is_none());
        }

        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            let mut reader = Reader(&bytes);
            while reader.ascending(100).is_some() || reader.bytes().is_some() || reader.number().is_some() {}
        }
    }
}
