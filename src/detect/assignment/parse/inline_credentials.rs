//! Finds values in forms that need no name: an authorization header, an address with a password, the login of a command,
//! a statement in SQL.

use std::ops::Range;

use super::cursor::Cursor;
use super::types::{Assignment, MAX_VALUE, MIN_VALUE, Operator, Quote, is_name};
use crate::text::{find_short, is_quote};

/// Finds the token of `Bearer value`. The anchor is the scheme with its space.
pub(crate) fn find_authorization(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~' | b':')
    };
    let length = text[anchor.end..].iter().take(MAX_VALUE + 1).take_while(|byte| is_part(byte)).count();
    if !(8..=MAX_VALUE).contains(&length) || anchor.start > 0 && is_name(text[anchor.start - 1]) {
        return None;
    }
    // `Bearer Some-Name: …`
    if text[anchor.end + length - 1] == b':' {
        return None;
    }
    Some(Assignment {
        name: anchor.start..anchor.end - 1,
        value: anchor.end..anchor.end + length,
        operator: Operator::Scheme,
        quote: Quote::None,
        wrapper: anchor.end..anchor.end,
        scheme: anchor.clone(),
    })
}

/// Finds the password of an address. The anchor is `://`.
pub(crate) fn find_url_password(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MAX_LENGTH: usize = 200;
    let rest = &text[anchor.end..text.len().min(anchor.end + MAX_LENGTH)];
    // Most addresses have no user name.
    memchr::memchr(b'@', rest)?;
    let ends_address = |byte: &u8| {
        !byte.is_ascii_graphic() && *byte < 0x80
            || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'/' | b'\\' | b'?')
    };
    let length = rest.iter().position(ends_address).unwrap_or(rest.len());
    let at = memchr::memrchr(b'@', &rest[..length])?;
    let colon = memchr::memchr(b':', &rest[..at])?;
    if rest[..colon].contains(&b'[') {
        return None;
    }
    let begins_host =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'{' | b'[' | b'%' | b'*');
    if !rest.get(at + 1).is_some_and(begins_host) {
        return None;
    }
    let value = anchor.end + colon + 1..anchor.end + at;
    let is_scheme = |byte: &&u8| is_name(**byte) || **byte == b'+';
    let scheme = text[..anchor.start].iter().rev().take(24).take_while(is_scheme).count();
    // One byte less than for other values.
    (value.len() >= MIN_VALUE - 1).then_some(Assignment {
        name: anchor.start - scheme..anchor.start,
        operator: Operator::Url,
        quote: Quote::None,
        wrapper: anchor.end..anchor.end + colon,
        scheme: value.start..value.start,
        value,
    })
}

/// Finds the password of `curl -u user:password`, anywhere on the rest of the line. The anchor is the command with its
/// space.
pub(crate) fn find_curl_password(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MAX_LENGTH: usize = 256;
    const OPTIONS: [&[u8]; 4] = [b"-u ", b"--user ", b"-u=", b"--user="];
    let rest = &text[anchor.end - 1..text.len().min(anchor.end + MAX_LENGTH)];
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let mut options = memchr::memchr_iter(b'-', rest).filter(|at| *at > 0 && rest[at - 1] == b' ');
    let end_of_option = options
        .find_map(|at| Some(at + OPTIONS.iter().find(|option| rest[at..].starts_with(option))?.len()))?;
    let mut start = anchor.end - 1 + end_of_option;
    let quote = text.get(start).copied().filter(|byte| is_quote(*byte));
    start += usize::from(quote.is_some());
    let ends_argument = |byte: &u8| {
        quote.map_or(!byte.is_ascii_graphic() || is_quote(*byte) || *byte == b'\\', |quote| {
            *byte == quote || *byte == b'\n'
        })
    };
    let length = text[start..].iter().take(128).position(ends_argument).unwrap_or(0);
    let colon = memchr::memchr(b':', &text[start..start + length])?;
    let value = start + colon + 1..start + length;
    (value.len() >= MIN_VALUE).then_some(Assignment {
        name: anchor.start..anchor.end - 1,
        operator: Operator::Login,
        quote: Quote::None,
        wrapper: start..start + colon,
        scheme: value.start..value.start,
        value,
    })
}

/// Finds the password of `IDENTIFIED BY 'value'`, perhaps with the name of a plugin before `BY`. The anchor is
/// `IDENTIFIED` with its space.
pub(crate) fn find_sql_password(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MAX_LENGTH: usize = 60;
    const STATEMENTS: [&[u8]; 4] = [b"create ", b"alter ", b"grant ", b"user "];
    let before = text[anchor.start.saturating_sub(2 * MAX_LENGTH)..anchor.start].to_ascii_lowercase();
    if !STATEMENTS.iter().any(|word| find_short(&before, word).is_some()) {
        return None;
    }
    let rest = &text[anchor.end - 1..text.len().min(anchor.end + MAX_LENGTH)];
    let by = rest
        .windows(4)
        .position(|word| word.eq_ignore_ascii_case(b" by ") || word.eq_ignore_ascii_case(b" as "))?;
    let mut cursor = Cursor { text, at: anchor.end - 1 + by + 4 };
    cursor.skip_spaces();
    let (quote, slashes) = cursor.eat_quote()?;
    let (value, quote) = cursor.read_quoted(quote, slashes)?;
    let empty = value.start..value.start;
    (value.len() >= MIN_VALUE).then_some(Assignment {
        name: anchor.start..anchor.end - 1,
        value,
        operator: Operator::Sql,
        quote,
        wrapper: empty.clone(),
        scheme: empty,
    })
}
