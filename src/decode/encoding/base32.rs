//! Base32 (RFC 4648): decodes the lines of a region that consists of its characters. `base64` finds the regions, since
//! base32 characters are base64 characters.

use std::ops::Range;

use super::searchable::is_searchable;
use crate::decode::source_map::Decoded;

/// The minimum length of a text, in characters: a shorter run of uppercase letters is a name.
const MIN_LENGTH: usize = 40;

/// Decodes lines of characters. Returns `None` if they are not base32, or the bytes are not text.
pub(super) fn decode(text: &[u8], lines: &[Range<usize>]) -> Option<Decoded> {
    let characters = || lines.iter().flat_map(|line| &text[line.clone()]);
    // Encoded text has digits among so many characters. Runs of one letter are long in some data.
    let has_digit = characters().take(2 * MIN_LENGTH).any(u8::is_ascii_digit);
    if !has_digit
        || !characters().all(|byte| value(*byte).is_some())
        || characters().nth(MIN_LENGTH - 1).is_none()
    {
        return None;
    }
    let mut decoded = Decoded::new(lines.last()?.end);
    let (mut bits, mut bit_count) = (0_u32, 0);
    for line in lines {
        decoded.start_segment(line.start, (8, 5));
        for byte in &text[line.clone()] {
            bits = bits << 5 | value(*byte).unwrap_or(0);
            bit_count += 5;
            if bit_count >= 8 {
                bit_count -= 8;
                decoded.text.push((bits >> bit_count & 0xff) as u8);
            }
        }
    }
    is_searchable(&decoded.text).then_some(decoded)
}

/// Returns the value of a character, 0 to 31.
const fn value(byte: u8) -> Option<u32> {
    match byte {
        b'A'..=b'Z' => Some((byte - b'A') as u32),
        b'2'..=b'7' => Some((byte - b'2') as u32 + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_and_names_are_not() {
        let text = b"MNZGKYLUMUQGCIDTMVRXEZLUEBTG64RAORSXG5DJ\nNZTSAYLOMQQG233SMUQHIZLYOQ";
        let decoded = decode(text, &[0..40, 41..67]).unwrap();
        assert_eq!(decoded.text, b"create a secret for testing and more text");
        assert_eq!(decoded.original_span(&(0..5)), 0..8);
        let name = b"A_NAME_OF_A_CONSTANT_THAT_IS_LONG_AND_UPPERCASE";
        let letters = [b'Q'; 60];
        assert_eq!(decode(name, std::slice::from_ref(&(0..name.len()))), None);
        assert_eq!(decode(&letters[..30], std::slice::from_ref(&(0..30))), None);
    }
}
