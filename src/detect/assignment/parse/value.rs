//! Reads a value to its end: its quotes, the call around it, and the authentication scheme before it.

use std::ops::Range;

use super::cursor::Cursor;
use super::settings_line;
use super::types::{Assignment, MAX_VALUE, MIN_VALUE, Operator, Quote, is_name};
use crate::text::{ends_unquoted_value, find_short, is_quote, may_end_unquoted_value};

/// Reads the value after an operator. Returns `None` if it is code, too short or too long.
pub(crate) fn read_value(
    cursor: &mut Cursor<'_>,
    name: Range<usize>,
    operator: Operator,
) -> Option<Assignment> {
    cursor.skip_spaces();
    if let Some(value) = settings_line::rest_of_line(cursor.text, &name, operator, cursor.at) {
        let empty = value.start..value.start;
        let (wrapper, scheme, quote) = (empty.clone(), empty, Quote::None);
        return Some(Assignment { name, value, operator, quote, wrapper, scheme });
    }
    if operator == Operator::Colon && begins_with_tag(cursor.rest()) {
        return None;
    }
    if matches!(cursor.peek(), Some(b'\n' | b'\r')) {
        if operator == Operator::Comma {
            return None;
        }
        cursor.skip_whitespace();
        cursor.peek().filter(|byte| is_quote(*byte))?;
    }
    let is_in_list = cursor.eat(b'[');
    if is_in_list {
        cursor.skip_whitespace();
        cursor.peek().filter(|byte| is_quote(*byte) || *byte == b'\\')?;
    }
    if cursor.rest().starts_with(b"new ") {
        cursor.at += 4;
    }
    let wrapper = read_wrapper(cursor);
    if matches!(cursor.peek(), Some(b'b' | b'r' | b'u' | b'f' | b'L' | b'@' | b'N' | b'$')) {
        let is_string_prefix = cursor.text.get(cursor.at + 1).is_some_and(|byte| is_quote(*byte));
        cursor.at += usize::from(is_string_prefix);
    }
    let opening = if cursor.eat_html_quote() { Some((b'&', 0)) } else { cursor.eat_quote() };
    let (value, quote) = match opening {
        Some((quote, slashes)) => cursor.read_quoted(quote, slashes)?,
        None if wrapper.is_empty() => (read_unquoted(cursor, operator)?, Quote::None),
        None => return None,
    };
    // The quotes belong to two other strings: `="name:" next="…"`.
    let inside = &cursor.text[value.clone()];
    if quote != Quote::None && inside.starts_with(b" ") && inside.ends_with(b"=") {
        return None;
    }
    // `['key' => value]`
    if is_in_list && cursor.rest().trim_ascii_start().starts_with(b"=>") {
        return None;
    }
    let scheme = value.start..value.start + scheme_length(inside);
    let value = trim(cursor.text, scheme.end..value.end);
    (MIN_VALUE..=MAX_VALUE).contains(&value.len()).then_some(Assignment {
        name,
        value,
        operator,
        quote,
        wrapper,
        scheme,
    })
}

/// Returns whether a value begins with a tag of YAML: `!Ref name`, `!!str text`. A password may begin with `!`, but no
/// other word follows it.
fn begins_with_tag(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || b"!:/.-_,<>".contains(byte);
    let length = value.iter().take(64).take_while(|byte| is_part(byte)).count();
    value.first() == Some(&b'!')
        && length > 1
        && value.get(length) == Some(&b' ')
        && value.get(length + 1).is_some_and(|next| !next.is_ascii_whitespace() && *next != b'#')
}

/// Reads a call around the value (`Buffer.from(`), or an expression with the value as its default (`env.X || `).
/// Returns the name of the call or the expression, and leaves the cursor at the value; the range is empty if there is
/// none.
fn read_wrapper(cursor: &mut Cursor<'_>) -> Range<usize> {
    let start = cursor.at;
    let is_part = |byte: &u8| is_name(*byte) || matches!(byte, b'[' | b']' | b':' | b'&' | b'@');
    let length = cursor.rest().iter().take(48).take_while(|byte| is_part(byte)).count();
    if length == 0 {
        return start..start;
    }
    cursor.at += length;
    let end = cursor.at;
    cursor.skip_spaces();
    let has_default = cursor.rest().starts_with(b"||")
        || cursor.rest().starts_with(b"??")
        || cursor.rest().starts_with(b"or ");
    if has_default {
        cursor.at += 2;
    }
    let is_call = !has_default && cursor.at == end && cursor.eat(b'(');
    if has_default || is_call {
        cursor.skip_spaces();
        let reads_setting = is_call
            && [&b"env"[..], b"get", b"ENV", b"onfig"]
                .iter()
                .any(|word| find_short(&cursor.text[start..end], word).is_some());
        if reads_setting && !skip_first_argument(cursor) {
            cursor.at = start;
            return start..start;
        }
        let has_prefix = cursor.peek().is_some_and(|byte| matches!(byte, b'b' | b'r' | b'u'));
        if cursor.text.get(cursor.at + usize::from(has_prefix)).copied().is_some_and(is_quote) {
            return start..end;
        }
    }
    cursor.at = start;
    start..start
}

/// Skips the first of two arguments, such as the name in `getenv("NAME", "value")`, and returns whether there are two.
fn skip_first_argument(cursor: &mut Cursor<'_>) -> bool {
    let Some((quote, slashes)) = cursor.eat_quote() else { return false };
    let Some(_) = cursor.read_quoted(quote, slashes) else { return false };
    cursor.skip_spaces();
    if !cursor.eat(b',') {
        return false;
    }
    cursor.skip_spaces();
    true
}

/// Reads a value without quotes; `None` if it is code.
fn read_unquoted(cursor: &Cursor<'_>, operator: Operator) -> Option<Range<usize>> {
    if matches!(operator, Operator::Compare | Operator::Comma | Operator::Call | Operator::Space) {
        return None;
    }
    let (start, rest) = (cursor.at, cursor.rest());
    if operator == Operator::Tag {
        let limit = rest.len().min(MAX_VALUE + 1);
        let length = memchr::memchr2(b'<', b'\n', &rest[..limit])?;
        return (rest[length] == b'<').then_some(start..start + length);
    }
    // A quote or a bar between letters belongs to the value: `4h'vP7x`.
    let is_inside = |at: usize| {
        matches!(rest[at], b'\'' | b'"' | b'|')
            && at > 0
            && rest[at - 1].is_ascii_alphanumeric()
            && rest.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    let limit = rest.len().min(MAX_VALUE + 1);
    if limit > MAX_VALUE && !may_end_unquoted_value(&rest[..limit]) {
        return None;
    }
    let mut length = (0..limit).take_while(|at| !ends_unquoted_value(rest[*at]) || is_inside(*at)).count();
    // A scheme and one more word: `Authorization: Bearer value`.
    let scheme = scheme_length(rest);
    if scheme > length {
        length = scheme
            + rest[scheme..].iter().take(MAX_VALUE).take_while(|byte| !ends_unquoted_value(**byte)).count();
    }
    if length > MAX_VALUE || matches!(rest.get(length), Some(b'(' | b'[' | b'{')) {
        return None;
    }
    Some(start..start + length)
}

/// Returns the length of the scheme at the start of a value, with its space; 0 if there is none.
fn scheme_length(value: &[u8]) -> usize {
    /// `{SSHA}value`: how a password is stored.
    const STORAGE: [&[u8]; 8] =
        [b"{ssha}", b"{sha}", b"{smd5}", b"{md5}", b"{crypt}", b"{noop}", b"{plain}", b"{cipher}"];
    const AUTHENTICATION: [&[u8]; 7] =
        [b"bearer ", b"basic ", b"token ", b"apikey ", b"key ", b"bearer:", b"jwt "];
    // Most values end here.
    let first = value.first().map_or(0, u8::to_ascii_lowercase);
    if !b"abtkj{".contains(&first) {
        return 0;
    }
    let is_start =
        |scheme: &&&[u8]| value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    let scheme = AUTHENTICATION.iter().find(is_start).or_else(|| STORAGE.iter().find(is_start));
    scheme.map_or(0, |scheme| scheme.len())
}

/// Removes white space at both ends, and backslashes and `\n` at the end.
fn trim(text: &[u8], mut value: Range<usize>) -> Range<usize> {
    while value.start < value.end && text[value.start].is_ascii_whitespace() {
        value.start += 1;
    }
    while value.start < value.end
        && (text[value.end - 1].is_ascii_whitespace()
            || text[value.end - 1] == b'\\'
            || text[value.start..value.end].ends_with(b"\\n"))
    {
        value.end -= if text[value.start..value.end].ends_with(b"\\n") { 2 } else { 1 };
    }
    value
}
