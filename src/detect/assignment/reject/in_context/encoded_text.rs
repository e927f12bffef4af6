//! Judges a value in base64 or hexadecimal digits that decodes to text as that text.

use crate::detect::assignment::reject::rejection_of_value;
use crate::detect::assignment::value_stats::ValueStats;
use crate::token_check;
use skant_password_model::Dictionary;

/// The shortest text; fewer bytes are printable by chance.
const MIN_LENGTH: usize = 6;

/// The same with a line break at its end.
const MIN_LINE: usize = 4;

/// The longest value that is decoded.
const MAX_LENGTH: usize = 200;

/// Decodes a value in base64 or hexadecimal digits. Returns `None` unless the result is printable; a line break at its end
/// is removed.
pub(crate) fn decode_text(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() > MAX_LENGTH {
        return None;
    }
    let mut text = decode_hex(value).or_else(|| token_check::decode_base64(value))?;
    // A line break at the end is that of a command: few random values have one.
    let ends_line = text.pop_if(|last| *last == b'\n').is_some();
    if ends_line {
        text.pop_if(|last| *last == b'\r');
    }
    let min_length = if ends_line { MIN_LINE } else { MIN_LENGTH };
    let is_printable =
        text.len() >= min_length && text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    is_printable.then_some(text)
}

fn decode_hex(value: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    // Of pairs of decimal digits half are printable.
    let has_letter = value.iter().any(u8::is_ascii_alphabetic) || value.len() >= 24;
    if !value.len().is_multiple_of(2) || !has_letter || value.iter().any(|byte| digit(*byte).is_none()) {
        return None;
    }
    let byte = |pair: &[u8]| {
        digit(pair[0]).zip(digit(pair[1])).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
    };
    value
        .chunks(2)
        .map(byte)
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| bytes.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n')))
}

/// Returns whether a value decodes to a text that is no secret: a placeholder, a reference, words in a sentence, or the parts
/// of a token without a signature.
pub(super) fn is_no_secret(value: &[u8], dictionary: &Dictionary) -> bool {
    let is_none = |text: &[u8]| {
        let stats = ValueStats::new(text, dictionary);
        let password = memchr::memchr(b':', text).map_or(text, |at| &text[at + 1..]);
        rejection_of_value(text).is_some()
            || !password.is_empty() && rejection_of_value(password).is_some()
            || text.contains(&b' ') && stats.covered > 5
            || text.starts_with(b"{\"")
    };
    if let Some(text) = decode_text(value) {
        return is_none(&text);
    }
    let parts = value.split(|byte| matches!(byte, b'.' | b':'));
    let mut decoded = 0;
    let is_text = parts.filter(|part| part.len() > MIN_LENGTH && !is_uuid(part)).all(|part| {
        decoded += 1;
        decode_text(part).is_some_and(|text| is_none(&text) || ValueStats::new(&text, dictionary).covered > 4)
    });
    is_text && decoded > 1 && value.len() <= MAX_LENGTH
}

fn is_uuid(part: &[u8]) -> bool {
    part.len() == 36 && memchr::memchr_iter(b'-', part).count() == 4
}
