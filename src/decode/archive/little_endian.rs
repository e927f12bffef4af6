//! Little-endian numbers in archive headers.

/// Returns the number of `N` bytes at an offset, or `None` if the text ends before.
pub(super) fn number<const N: usize>(text: &[u8], at: usize) -> Option<u64> {
    let bytes: [u8; N] = text.get(at..at.checked_add(N)?)?.try_into().ok()?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
