//! Values in lines of settings: `NAME=value` and `name: value` without quotes, where the value reaches to the end of the
//! line and may contain punctuation that ends a value in a program.

use std::ops::Range;

use super::types::{MAX_VALUE, Operator};
use crate::text::find_short;

/// The text that may precede the name on its line.
const PREFIXES: [&[u8]; 6] = [b"", b"export ", b"set ", b"ENV ", b"ARG ", b"- "];

/// Parts of code, templates and addresses.
const CODE: [&[u8]; 14] =
    [b"->", b"::", b"=>", b"&&", b"||", b"${", b"$(", b"{{", b"()", b"[]", b"{}", b"</", b"/>", b"://"];

/// Returns the value at `start` if it is the rest of a line of settings and contains punctuation that would end it
/// elsewhere.
pub(super) fn rest_of_line(
    text: &[u8],
    name: &Range<usize>,
    operator: Operator,
    start: usize,
) -> Option<Range<usize>> {
    if !is_setting(text, name, operator, start) {
        return None;
    }
    let rest = &text[start..text.len().min(start + MAX_VALUE + 1)];
    let length = rest.iter().take_while(|byte| **byte > b' ' && **byte != 0x7f).count();
    let after = &text[start + length..];
    let spaces = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    let ends_line = matches!(after.get(spaces), None | Some(b'\n'));
    (ends_line && length <= MAX_VALUE && may_be_whole(&rest[..length])).then_some(start..start + length)
}

/// Returns whether a line has only a name and an operator before `start`, perhaps after one of [`PREFIXES`].
fn is_setting(text: &[u8], name: &Range<usize>, operator: Operator, start: usize) -> bool {
    if !matches!(operator, Operator::Assign | Operator::Colon) {
        return false;
    }
    let line = memchr::memrchr(b'\n', &text[..name.start]).map_or(0, |end| end + 1);
    let before = &text[line..name.start];
    let indent = before.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let between = &text[name.end..start];
    match operator {
        // An indented `name=value` is more often an argument of a call.
        Operator::Assign => {
            between == b"="
                && PREFIXES.contains(&&before[indent..])
                && (indent == 0 || before.ends_with(b"- "))
        }
        Operator::Colon => {
            between.len() > 1 && between[0] == b':' && matches!(&before[indent..], b"" | b"- ")
        }
        _ => false,
    }
}

/// Returns whether a text up to the end of its line may be one value: it has letters, digits and punctuation that would
/// end it elsewhere, and is no code, no list and not several settings on one line.
fn may_be_whole(value: &[u8]) -> bool {
    const BRACKETS: &[u8] = b"()[]{}<>";
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let would_end = |byte: &u8| b"&><()[]{}|".contains(byte);
    let has_other_setting = value.split(|byte| b"&;,?".contains(byte)).skip(1).any(|part| {
        part.iter().position(|byte| *byte == b'=').is_some_and(|at| at > 0 && at + 1 < part.len())
    });
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && value.iter().any(would_end)
        && !value.iter().any(|byte| b"\"'`\\".contains(byte))
        && !value.last().is_some_and(|last| b";,{([".contains(last))
        && !CODE.iter().any(|code| find_short(value, code).is_some())
        && !has_other_setting
        && !(value.iter().any(|byte| BRACKETS.contains(byte)) && is_balanced(value))
}

/// Returns whether each opening bracket has a closing one, as in a program.
fn is_balanced(value: &[u8]) -> bool {
    let mut open = Vec::new();
    for byte in value {
        match byte {
            b'(' => open.push(b')'),
            b'[' | b'{' | b'<' => open.push(byte + 2),
            b')' | b']' | b'}' | b'>' if open.pop() != Some(*byte) => return false,
            _ => {}
        }
    }
    open.is_empty()
}
