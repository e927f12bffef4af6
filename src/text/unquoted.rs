//! The end of a value that has no quotes around it. Reads no assignments: only single bytes.

/// Returns whether a byte ends a value without quotes: white space, a control character, a bracket, a quote,
/// `,`, `;`, `&`, `|` or a backslash. Bytes that are not ASCII end no value.
pub(crate) const fn ends_unquoted_value(byte: u8) -> bool {
    ENDS[byte as usize]
}

/// By byte, the answer of [`ends_unquoted_value`].
static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        ends[byte as usize] = !byte.is_ascii_graphic();
        byte += 1;
    }
    let punctuation = b",;&\"'`<>()[]{}|\\";
    let mut at = 0;
    while at < punctuation.len() {
        ends[punctuation[at] as usize] = true;
        at += 1;
    }
    ends
};

/// Returns whether a text has a byte that ends a value without quotes. Most texts have one at the start; of others, many
/// bytes are compared at once.
#[expect(clippy::needless_bitwise_bool, reason = "with branches, bytes are compared one at a time")]
pub(crate) fn may_end_unquoted_value(text: &[u8]) -> bool {
    const NEAR: usize = 64;
    let (near, rest) = text.split_at(text.len().min(NEAR));
    // Comparisons without a branch, since a look-up in a table takes one byte at a time.
    let is_end = |byte: u8| {
        let is_between = |first: u8, last: u8| (byte >= first) & (byte <= last);
        let is_quote = (byte == b'"') | (byte == b'`');
        let is_separator = (byte == b',') | (byte == b';') | is_between(b'&', b')');
        let is_bracket = (byte == b'<') | (byte == b'>') | is_between(b'[', b']') | is_between(b'{', b'}');
        (byte <= b' ') | (byte == 0x7f) | is_quote | is_separator | is_bracket
    };
    near.iter().any(|byte| ends_unquoted_value(*byte))
        || rest.chunks(NEAR).any(|chunk| chunk.iter().fold(false, |any, byte| any | is_end(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_that_ends_a_value_is_found_anywhere() {
        for byte in 0..=u8::MAX {
            for at in [0, 63, 64, 130] {
                let mut text = vec![b'a'; 131];
                text[at] = byte;
                assert_eq!(may_end_unquoted_value(&text), ends_unquoted_value(byte), "{byte} at {at}");
            }
        }
    }
}
