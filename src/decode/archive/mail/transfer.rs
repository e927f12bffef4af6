//! The encodings of e-mails: base64 and quoted-printable of bodies, and the encoded words of headers. Each decoded byte
//! keeps its place in the file. Character sets are not converted.
//! Format: RFC 2045, RFC 2047.

use std::ops::Range;

use crate::decode::encoding::hex::digit;
use crate::decode::source_map::Decoded;

/// What is wrong with an encoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    None,
    /// The last group of base64 is not complete.
    Cut,
    /// There are characters that are no base64.
    Characters,
}

/// The least length of a line of base64 that no line of plain text has by chance, in bytes.
const MIN_LINE: usize = 40;

/// Decodes base64 as far as it can be read. Plain text after a padding, or after whole groups and before no more base64, is
/// what a mailing list has added.
pub(super) fn decode_base64(text: &[u8], span: &Range<usize>, decoded: &mut Decoded) -> Damage {
    let (mut bits, mut bit_count, mut group) = (0_u32, 0, 0_u8);
    let (mut is_padded, mut damage, mut at) = (false, Damage::None, span.start);
    while at < span.end {
        let end = memchr::memchr(b'\n', &text[at..span.end]).map_or(span.end, |length| at + length + 1);
        let may_end = group == 0 && damage == Damage::None && !decoded.text.is_empty();
        if may_end
            && is_plain_line(&text[at..end])
            && !text[end..span.end].split(|byte| *byte == b'\n').any(is_base64_line)
        {
            return damage;
        }
        decoded.start_segment(at, (4, 3));
        for byte in &text[at..end] {
            match VALUES[usize::from(*byte)] {
                SPACE => {}
                PADDING => (bit_count, group, is_padded) = (0, 0, true),
                OTHER if is_padded => return damage,
                OTHER => damage = Damage::Characters,
                value => {
                    group = (group + 1) % 4;
                    bits = bits << 6 | u32::from(value);
                    bit_count += 6;
                    if bit_count >= 8 {
                        bit_count -= 8;
                        decoded.text.push((bits >> bit_count & 0xff) as u8);
                    }
                }
            }
        }
        at = end;
    }
    if damage == Damage::None && group != 0 { Damage::Cut } else { damage }
}

/// Returns whether a line is no base64 with some damage: it has words, or is a row of one character.
fn is_plain_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_other = |byte: &u8| VALUES[usize::from(*byte)] == OTHER;
    line.iter().any(is_other) && (line.contains(&b' ') || line.windows(2).all(|pair| pair[0] == pair[1]))
}

fn is_base64_line(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() >= MIN_LINE && line.iter().all(|byte| !matches!(VALUES[usize::from(*byte)], SPACE | OTHER))
}

const SPACE: u8 = 64;
const PADDING: u8 = 65;
const OTHER: u8 = 66;

/// The value of each character of base64, or its kind.
static VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [OTHER; 256];
    let mut value = 0_u8;
    while value < 64 {
        values[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    values[b'=' as usize] = PADDING;
    (values[b' ' as usize], values[b'\t' as usize]) = (SPACE, SPACE);
    (values[b'\r' as usize], values[b'\n' as usize]) = (SPACE, SPACE);
    values
};

/// Decodes quoted-printable. A `=` that begins no escape stands for itself.
pub(super) fn decode_quoted_printable(text: &[u8], span: &Range<usize>, decoded: &mut Decoded) {
    let (mut at, mut plain) = (span.start, span.start);
    while let Some(equals) = memchr::memchr(b'=', &text[at..span.end]).map(|length| at + length) {
        at = equals + 1;
        let rest = &text[at..span.end];
        if let Some(byte) = escaped(rest) {
            decoded.push_plain(plain, &text[plain..equals]);
            decoded.push_escape(equals, 3, &[byte]);
            at += 2;
        } else if let Some(length) = line_break(rest) {
            decoded.push_plain(plain, &text[plain..equals]);
            at += length;
        } else {
            continue;
        }
        plain = at;
    }
    decoded.push_plain(plain, &text[plain..span.end]);
}

/// Returns the byte that two hexadecimal digits stand for.
pub(super) fn escaped(digits: &[u8]) -> Option<u8> {
    let [high, low] = *digits.first_chunk()?;
    Some(digit(high)? << 4 | digit(low)?)
}

/// Returns the length of the end of a line, which spaces may precede.
fn line_break(text: &[u8]) -> Option<usize> {
    let spaces = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match text[spaces..] {
        [b'\n', ..] => Some(spaces + 1),
        [b'\r', b'\n', ..] => Some(spaces + 2),
        _ => None,
    }
}

/// Returns whether a field has an encoded word.
pub(super) fn has_word(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"=?").any(|start| Word::parse(text, start, text.len()).is_some())
}

/// Decodes the encoded words of a part of a header, and the text between them. Returns whether there is a word.
pub(super) fn decode_words(text: &[u8], span: &Range<usize>, decoded: &mut Decoded) -> bool {
    let (mut at, mut plain, mut has_word) = (span.start, span.start, false);
    while let Some(start) = memchr::memmem::find(&text[at..span.end], b"=?").map(|length| at + length) {
        let Some(word) = Word::parse(text, start, span.end) else {
            at = start + 2;
            continue;
        };
        let between = &text[plain..start];
        // The space between two words is no part of the text.
        if !has_word || !between.iter().all(u8::is_ascii_whitespace) {
            decoded.push_plain(plain, between);
        }
        word.decode(text, decoded);
        at = word.data.end + 2;
        (plain, has_word) = (at, true);
    }
    if has_word {
        decoded.push_plain(plain, &text[plain..span.end]);
    }
    has_word
}

/// The longest encoded word that is read, in bytes. Programs write at most 75, and some do not keep to it.
const MAX_WORD: usize = 1024;

/// An encoded word: `=?utf-8?B?…?=`.
struct Word {
    is_base64: bool,
    data: Range<usize>,
}

impl Word {
    fn parse(text: &[u8], start: usize, end: usize) -> Option<Self> {
        let word = &text[start..end.min(start + MAX_WORD)];
        let charset = word.get(2..66.min(word.len()))?;
        let length = memchr::memchr(b'?', charset)
            .filter(|length| charset[..*length].iter().all(u8::is_ascii_graphic) && *length > 0)?;
        let data = 2 + length + 3;
        let is_base64 = match word.get(data - 2..data)? {
            b"B?" | b"b?" => true,
            b"Q?" | b"q?" => false,
            _ => return None,
        };
        let length = memchr::memmem::find(&word[data..], b"?=")?;
        Some(Self { is_base64, data: start + data..start + data + length })
    }

    fn decode(&self, text: &[u8], decoded: &mut Decoded) {
        if self.is_base64 {
            decode_base64(text, &self.data, decoded);
            return;
        }
        let mut at = self.data.start;
        while at < self.data.end {
            let byte = text[at];
            let escape = (byte == b'=').then(|| escaped(&text[at + 1..self.data.end])).flatten();
            match escape {
                Some(byte) => decoded.push_escape(at, 3, &[byte]),
                None => decoded.push_plain(at, &[if byte == b'_' { b' ' } else { byte }]),
            }
            at += if escape.is_some() { 3 } else { 1 };
        }
    }
}
