//! Reads the operator between a name and its value.

use std::ops::Range;

use super::cursor::Cursor;
use super::types::Operator;

/// The text directly after a name.
pub(crate) struct AfterName {
    /// Whether a quote closes the name.
    pub(crate) is_quoted: bool,
    /// The operator; `None` if only white space or a quote follows the name.
    pub(crate) operator: Option<Operator>,
}

/// Reads the closing quote or bracket of a name, and the operator. Returns `None` if other text follows, so that the
/// name is assigned nothing.
pub(crate) fn read_operator(cursor: &mut Cursor<'_>) -> Option<AfterName> {
    let is_quoted = cursor.eat_quote().is_some() || cursor.eat_html_quote();
    cursor.eat(b']');
    let spaces = cursor.skip_spaces();
    let next = cursor.peek()?;
    let operator = match next {
        b'=' => {
            cursor.at += 1;
            if cursor.eat(b'>') {
                Operator::Arrow
            } else if cursor.eat(b'=') {
                cursor.eat(b'=');
                Operator::Compare
            } else {
                Operator::Assign
            }
        }
        b'!' if cursor.rest().starts_with(b"!=") => {
            cursor.at += 2;
            cursor.eat(b'=');
            Operator::Compare
        }
        b'+' | b'?' | b'|' if cursor.rest().get(1) == Some(&b'=') => {
            cursor.at += 2;
            Operator::Assign
        }
        b'|' if cursor.rest().starts_with(b"||=") => {
            cursor.at += 3;
            Operator::Assign
        }
        b':' => {
            cursor.at += 1;
            if cursor.eat(b'=') {
                Operator::Assign
            } else if cursor.peek() == Some(b':') {
                return None;
            } else if eat_type(cursor) {
                Operator::Assign
            } else {
                Operator::Colon
            }
        }
        b',' => {
            cursor.at += 1;
            Operator::Comma
        }
        b'(' => {
            cursor.at += 1;
            Operator::Call
        }
        b'>' => {
            cursor.at += 1;
            Operator::Tag
        }
        _ if spaces > 0 || is_quoted || next.is_ascii_whitespace() => {
            return Some(AfterName { is_quoted, operator: None });
        }
        _ => return None,
    };
    Some(AfterName { is_quoted, operator: Some(operator) })
}

/// Skips a type and `=` after a colon (`name: &str = `), and returns whether they were there.
fn eat_type(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.at;
    cursor.skip_spaces();
    let is_type = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'|' | b'?' | b'&' | b'<' | b'>' | b'[' | b']' | b'.' | b' ' | b'\'')
    };
    let length = cursor.rest().iter().take(32).take_while(|byte| is_type(byte)).count();
    let name = &cursor.rest()[..length];
    let has_type = length > 1
        && name.ends_with(b" ")
        && !name.ends_with(b"' ")
        && cursor.text.get(cursor.at + length) == Some(&b'=')
        && cursor.text.get(cursor.at + length + 1) != Some(&b'=');
    cursor.at = if has_type { cursor.at + length + 1 } else { start };
    has_type
}

/// Reads the forms with only white space between name and value: an option (`--name value`), a name and a quoted value
/// (`name 'value'`), and a pair (`name: X` and `value: Y` on the next line).
pub(super) fn read_operator_of_spaces(
    cursor: &mut Cursor<'_>,
    name: &Range<usize>,
    is_quoted: bool,
) -> Option<Operator> {
    let is_option = cursor.text[name.clone()].starts_with(b"-") && !is_quoted;
    if is_option && cursor.peek().is_some_and(|byte| byte != b'-' && !byte.is_ascii_whitespace()) {
        return Some(Operator::Flag);
    }
    if matches!(cursor.peek(), Some(b'"' | b'\'')) && !is_quoted {
        return Some(Operator::Space);
    }
    cursor.skip_whitespace();
    cursor.eat_quote();
    let is_value = cursor.rest().get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
    if !is_value {
        return None;
    }
    cursor.at += 5;
    cursor.eat_quote();
    cursor.skip_spaces();
    (cursor.eat(b':') || cursor.eat(b'=')).then_some(Operator::Pair)
}
