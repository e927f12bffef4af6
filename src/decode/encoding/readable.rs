//! Readable text: the bytes of which secrets and the text around them consist.

/// The minimum length of a secret, in bytes. A shorter decoded text is not searched.
pub(super) const MIN_SECRET: usize = 16;

/// Returns whether a text contains [`MIN_SECRET`] readable bytes in a row, as there are around every secret.
pub(super) fn is_readable(text: &[u8]) -> bool {
    let mut in_a_row = 0;
    text.iter().any(|byte| {
        in_a_row = if is_readable_byte(*byte) { in_a_row + 1 } else { 0 };
        in_a_row >= MIN_SECRET
    })
}

/// Returns whether a byte is printable ASCII, a tab or a part of a line break.
pub(super) const fn is_readable_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}
