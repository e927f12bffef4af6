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
