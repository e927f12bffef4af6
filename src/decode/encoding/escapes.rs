//! Escapes of programming languages, JSON, HTML and addresses. A region is a run without white space and quotes that
//! contains a distinctive escape; all escapes of the run are decoded in one pass.

use std::ops::Range;

use super::hex::{DIGITS, digit};
use super::region::{EncodedRegion, Encoding};
use super::rendered::{Shown, shown};
use crate::decode::source_map::Decoded;
use skant_bytescan::ByteFilter;

/// Adds the first bytes of distinctive escapes to a filter, in the groups 0, 1, 3 and 4. The escape of PowerShell is
/// marked at the byte before it. The bytes of a group are chosen so that few others are mixtures of their halves.
pub(super) const fn add_escapes(mut filter: ByteFilter<1, 3>) -> ByteFilter<1, 3> {
    let mut index = 0;
    while index < NAMES.len() {
        let name = NAMES[index].0.as_bytes();
        filter.allow(0, 1, name[0]);
        filter.allow(0, 2, name[1]);
        index += 1;
    }
    filter
        .with(0, 0, b"%&")
        .with(0, 1, DIGITS)
        .with(0, 2, DIGITS)
        .with(0, 1, b"#")
        .with(0, 2, b"xX")
        .with(1, 0, b"\\")
        .with(1, 1, b"xuUN01234567")
        .with(1, 2, DIGITS)
        .with(1, 2, b"{")
        .with(3, 0, b"\\[")
        .with(3, 1, b"/_-")
        .with_any(3, 2)
        .with_any(4, 0)
        .with(4, 1, b"`")
        .with(4, 2, b"_-")
}

/// Returns a part of a text, widened to the bounds of the runs that it touches.
pub(super) fn enclosing_runs(text: &[u8], within: &Range<usize>) -> Range<usize> {
    run_start(text, within.start.min(text.len()))..run_end(text, within.end.min(text.len()))
}

/// Decodes the region around an escape. Returns `None` if there is no distinctive escape at the offset.
pub(super) fn decode_at(text: &[u8], at: usize) -> Option<(EncodedRegion, Decoded)> {
    parse_escape(&text[at..]).filter(|escape| escape.is_distinctive && !ends_run(text, at))?;
    let span = run_start(text, at)..run_end(text, at);
    let decoded = decode(text, &span, b'_');
    Some((EncodedRegion { encoding: Encoding::Escapes, span }, decoded))
}

/// Decodes a region as RTF, where `\_` is a hyphen. Returns `None` if it does not contain one.
pub(super) fn decode_as_rtf(text: &[u8], span: &Range<usize>) -> Option<Decoded> {
    memchr::memmem::find(&text[span.clone()], b"\\_").map(|_| decode(text, span, b'-'))
}

/// Whether each byte may be outside of a run.
static MAY_END_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte <= b' ' {
        table[byte as usize] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\'' as usize] = true;
    table[b'`' as usize] = true;
    table
};

/// Returns whether the byte at an offset is outside of a run. It depends on the bytes within the margin.
fn ends_run(text: &[u8], at: usize) -> bool {
    match text[at] {
        b' ' => !ends_numeric_escape(&text[..at]) && !text[..at].ends_with(b"\\N{LOW"),
        // An escape of PowerShell inside of a word.
        b'`' => {
            let follows_word = at.checked_sub(1).is_some_and(|before| text[before].is_ascii_alphanumeric());
            !(follows_word && matches!(text.get(at + 1), Some(b'-' | b'_')))
        }
        byte => byte < b' ' || matches!(byte, b'"' | b'\''),
    }
}

/// Returns whether a text ends with an escape of CSS, which a space may end: `\2d `.
fn ends_numeric_escape(text: &[u8]) -> bool {
    let count = text.iter().rev().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (before, digits) = text.split_at(text.len() - count);
    before.ends_with(b"\\") && css_escape(digits).is_some_and(|(width, _)| width == count)
}

fn run_start(text: &[u8], at: usize) -> usize {
    let mut start = at;
    loop {
        start -= text[..start].iter().rev().take_while(|byte| !MAY_END_RUN[usize::from(**byte)]).count();
        if start == 0 || ends_run(text, start - 1) {
            return start;
        }
        start -= 1;
    }
}

fn run_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        end += text[end..].iter().take_while(|byte| !MAY_END_RUN[usize::from(**byte)]).count();
        if end == text.len() || ends_run(text, end) {
            return end;
        }
        end += 1;
    }
}

/// Decodes a run. `underscore` is what `\_` stands for.
fn decode(text: &[u8], span: &Range<usize>, underscore: u8) -> Decoded {
    let mut decoded = Decoded::new(span.end);
    let (mut at, mut plain) = (span.start, span.start);
    while at < span.end {
        let rest = &text[at..span.end];
        let escape =
            matches!(rest[0], b'\\' | b'%' | b'&' | b'[' | b'`').then(|| parse_escape(rest)).flatten();
        let Some(Escape { width, code, .. }) = escape else {
            at += 1;
            continue;
        };
        decoded.push_plain(plain, &text[plain..at]);
        let mut utf8 = [0; 4];
        let character = match shown(code) {
            Shown::Itself if rest.starts_with(b"\\_") => Some(char::from(underscore)),
            Shown::Itself => Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
            Shown::As(byte) => Some(char::from(byte)),
            Shown::Nothing => None,
        };
        if let Some(character) = character {
            decoded.push_escape(at, width, character.encode_utf8(&mut utf8).as_bytes());
        }
        at += width;
        plain = at;
    }
    decoded.push_plain(plain, &text[plain..span.end]);
    decoded
}

struct Escape {
    /// The length in the text, in bytes.
    width: usize,
    /// The code point.
    code: u32,
    /// Whether the escape shows that the text around it is escaped. `\n` does not: it is in every program.
    is_distinctive: bool,
}

/// Parses the escape that a text begins with.
fn parse_escape(text: &[u8]) -> Option<Escape> {
    let distinctive = |width, code| Some(Escape { width, code, is_distinctive: is_common(code) });
    match (text[0], text.get(1).copied()?) {
        (b'%', _) => distinctive(3, number(text.get(1..3)?, 16)?),
        (b'\\', b'x') => distinctive(4, number(text.get(2..4)?, 16)?),
        (b'\\', b'u') if text.get(2) == Some(&b'{') => {
            let end = text.iter().take(10).position(|byte| *byte == b'}')?;
            distinctive(end + 1, number(&text[3..end], 16)?)
        }
        (b'\\', b'u') => distinctive(6, number(text.get(2..6)?, 16)?),
        (b'\\', b'U') => distinctive(10, number(text.get(2..10)?, 16)?),
        (b'\\', b'N') => {
            let end = text.iter().take(24).position(|byte| *byte == b'}')?;
            let name = text.get(3..end).filter(|_| text[2] == b'{')?;
            let code = match name.strip_prefix(b"U+") {
                Some(digits) => number(digits, 16)?,
                None => UNICODE_NAMES.iter().find(|(known, _)| known.as_bytes() == name)?.1,
            };
            distinctive(end + 1, code)
        }
        (b'\\', b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
            let digits = &text[1..text.len().min(7)];
            if let Some((width, code)) = css_escape(digits) {
                let space = usize::from(text.get(1 + width) == Some(&b' '));
                return Some(Escape { width: 1 + width + space, code, is_distinctive: is_word_mark(code) });
            }
            let code = digits.get(..3).filter(|digits| digits[0] <= b'3')?;
            distinctive(4, number(code, 8)?)
        }
        (b'\\', b'_' | b'-' | b'/') | (b'`', b'_' | b'-') => distinctive(2, u32::from(text[1])),
        // A class of a regular expression with one character.
        (b'[', mark @ (b'_' | b'-' | b'.')) if text.get(2) == Some(&b']') => {
            Some(Escape { width: 3, code: u32::from(mark), is_distinctive: is_word_mark(u32::from(mark)) })
        }
        (b'\\', letter) => {
            let code = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                mark if mark.is_ascii_punctuation() => mark,
                _ => return None,
            };
            Some(Escape { width: 2, code: u32::from(code), is_distinctive: false })
        }
        (b'&', b'#') => {
            let end = text.iter().take(12).position(|byte| *byte == b';')?;
            let code = match text[2] {
                b'x' | b'X' => number(&text[3..end], 16)?,
                _ => number(&text[2..end], 10)?,
            };
            distinctive(end + 1, code)
        }
        (b'&', _) => NAMES
            .iter()
            .find(|(name, _)| text[1..].starts_with(name.as_bytes()))
            .and_then(|(name, code)| distinctive(name.len() + 1, *code)),
        _ => None,
    }
}

/// Named characters of HTML that occur in or near tokens.
const NAMES: [(&str, u32); 18] = [
    ("amp;", 0x26),
    ("quot;", 0x22),
    ("apos;", 0x27),
    ("lt;", 0x3c),
    ("gt;", 0x3e),
    ("sol;", 0x2f),
    ("plus;", 0x2b),
    ("equals;", 0x3d),
    ("lowbar;", 0x5f),
    ("hyphen;", 0x2d),
    ("period;", 0x2e),
    ("colon;", 0x3a),
    ("dash;", 0x2010),
    ("UnderBar;", 0x5f),
    ("ndash;", 0x2013),
    ("shy;", 0xad),
    ("ZeroWidthSpace;", 0x200b),
    ("NoBreak;", 0x2060),
];

/// Names of Unicode characters that occur in tokens.
const UNICODE_NAMES: [(&str, u32); 6] = [
    ("HYPHEN-MINUS", 0x2d),
    ("LOW LINE", 0x5f),
    ("FULL STOP", 0x2e),
    ("HYPHEN", 0x2010),
    ("SOFT HYPHEN", 0xad),
    ("SOLIDUS", 0x2f),
];

/// Parses the digits of an escape of CSS or LDAP: two, or four or six with zeros before. Returns their number and the
/// code point. Two digits are followed by no other one, or stand for a mark of words.
fn css_escape(digits: &[u8]) -> Option<(usize, u32)> {
    let count = digits.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let width = if matches!(count, 2 | 4 | 6) && digits[..count - 2].iter().all(|byte| *byte == b'0') {
        count
    } else {
        2
    };
    let code = number(digits.get(..width)?, 16).filter(|code| matches!(code, 0x21..=0x7e))?;
    (width == count || is_word_mark(code)).then_some((width, code))
}

/// Returns whether a character occurs in tokens and is escaped for no other reason.
const fn is_word_mark(code: u32) -> bool {
    matches!(code, 0x2d | 0x5f)
}

/// Returns whether a secret or the text around it may contain a character, or one that is shown like it.
const fn is_common(code: u32) -> bool {
    matches!(code, 9 | 10 | 13 | 32..=126) || !matches!(shown(code), Shown::Itself)
}

/// Parses a number of at least one digit.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = digit(*byte).map(u32::from).filter(|digit| *digit < radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_passes_every_distinctive_escape() {
        let mut escapes: Vec<String> = NAMES.iter().map(|(name, _)| format!("&{name}")).collect();
        for byte in (32..=126_u32).chain([9, 10, 13]) {
            escapes.extend([
                format!("%{byte:02x}"),
                format!("%{byte:02X}"),
                format!("\\x{byte:02x}"),
                format!("\\u{byte:04X}"),
                format!("\\u{{{byte:x}}}"),
                format!("\\U{byte:08x}"),
                format!("\\{byte:03o}"),
                format!("&#{byte};"),
                format!("&#x{byte:x};"),
                format!("&#X{byte:X};"),
            ]);
        }
        escapes.extend(UNICODE_NAMES.iter().map(|(name, _)| format!("\\N{{{name}}}")));
        escapes.extend(
            ["\\/", "\\_", "\\-", "`-", "`_", "[-]", "[_]", "\\2d ", "\\00005f", "\\N{U+2d}"]
                .map(str::to_owned),
        );
        for escape in escapes {
            assert!(parse_escape(escape.as_bytes()).is_some_and(|escape| escape.is_distinctive), "{escape}");
            let mut bitmask = [0];
            let text = format!("k{escape}");
            add_escapes(ByteFilter::empty()).fill_bitmask_of_all(text.as_bytes(), 0, &mut bitmask);
            let expected = if escape.starts_with('`') { 1 } else { 2 };
            assert_ne!(bitmask[0] & expected, 0, "{escape}");
        }
    }
}
