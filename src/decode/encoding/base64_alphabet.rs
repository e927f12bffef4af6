//! The characters of base64: the value of each in the standard and the URL-safe alphabet at once.

use skant_bytescan::ByteFilter;

/// The value of each byte as a base64 character; 64 for every other byte.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        values[characters[value as usize] as usize] = value;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// A filter for the characters of both alphabets. Each upper half of a byte has a group of its own, so that no other
/// byte passes.
pub(super) const CHARACTERS: ByteFilter<1, 1> = ByteFilter::empty()
    .with(0, 0, b"+-/")
    .with(1, 0, b"0123456789")
    .with(2, 0, b"ABCDEFGHIJKLMNOabcdefghijklmno")
    .with(3, 0, b"PQRSTUVWXYZ_")
    .with(4, 0, b"pqrstuvwxyz");

/// Returns the value of a character, 0 to 63, or 64 if it is not one of base64.
pub(super) const fn value(byte: u8) -> u8 {
    VALUES[byte as usize]
}

/// Returns whether a byte is a base64 character. Padding is not.
pub(super) const fn is_base64(byte: u8) -> bool {
    value(byte) < 64
}
