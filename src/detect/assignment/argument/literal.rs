//! The string literal that an argument of a call consists of, in any language, with the conversion around it:
//! `b"value"`, `[]byte("value")`, `"value".getBytes()`, `Encoding.UTF8.GetBytes("value")`.

use std::ops::Range;

use crate::detect::assignment::parse::is_name;
use crate::text::is_quote;

/// The last words of functions that convert a string, in lowercase. The argument of any other function is no value: that
/// of `getenv` is a name.
const CONVERSIONS: [&[u8]; 24] = [
    b"from",
    b"fromstring",
    b"byte",
    b"bytes",
    b"encode",
    b"getbytes",
    b"string",
    b"str",
    b"some",
    b"u8",
    b"utf8",
    b"tobytes",
    b"utf8encode",
    b"bytestring",
    b"symmetricsecuritykey",
    b"key",
    b"decode",
    b"b64decode",
    b"hex",
    b"fromhex",
    b"unhexlify",
    b"secret",
    b"parse",
    b"vec",
];

/// The methods of a string that convert it, in lowercase.
const METHODS: [&[u8]; 18] = [
    b"encode",
    b"getbytes",
    b"tobytearray",
    b"tochararray",
    b"to_string",
    b"to_owned",
    b"into",
    b"as_bytes",
    b"freeze",
    b"data",
    b"utf8",
    b"bytes",
    b"trim",
    b"tostring",
    b"as_ref",
    b"b",
    b"unpack",
    b"to_vec",
];

/// Returns the string that an argument consists of, without its quotes. Returns `None` if the argument is anything else,
/// such as a variable, a look-up or a concatenation.
pub(super) fn string_in(text: &[u8], argument: &Range<usize>) -> Option<Range<usize>> {
    let part = &text[argument.clone()];
    let quote_at = part.iter().position(|byte| is_quote(*byte))?;
    if !is_conversion(&part[..quote_at]) {
        return None;
    }
    let quote = part[quote_at];
    let is_triple = part[quote_at..].starts_with(&[quote; 3]);
    let start = quote_at + if is_triple { 3 } else { 1 };
    let length = string_length(&part[start..], quote)?;
    let after = &part[(start + length + if is_triple { 3 } else { 1 }).min(part.len())..];
    ends_argument(after).then_some(argument.start + start..argument.start + start + length)
}

/// Returns the length of a string up to its closing quote, if that is on the same line.
pub(super) fn string_length(inside: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match *inside.get(at)? {
            b'\n' => return None,
            b'\\' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// Returns the inside of the string at `start`, whose quotes may have backslashes before them, and the position after it.
pub(super) fn quoted_at(text: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    let slashes = text.get(start..)?.iter().take(3).take_while(|byte| **byte == b'\\').count();
    let from = start + slashes + 1;
    let quote = text.get(from - 1).copied().filter(|byte| is_quote(*byte))?;
    if slashes == 0 {
        let length = string_length(&text[from..], quote)?;
        return Some((from..from + length, from + length + 1));
    }
    let line = &text[from..];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let length = line.iter().position(|byte| *byte == b'\\')?;
    let is_closed = line[length..].iter().take(slashes).all(|byte| *byte == b'\\')
        && line.get(length + slashes) == Some(&quote);
    is_closed.then_some((from..from + length, from + length + slashes + 1))
}

/// Returns whether the text before a string is the prefix of its literal, a conversion or the name of a parameter.
fn is_conversion(before: &[u8]) -> bool {
    let before = before.trim_ascii();
    let is_part = |byte: &u8| is_name(*byte) || b"()[]{}*&:= <>@$!".contains(byte);
    // An object or a list has many strings, and none of them is the argument.
    if matches!(before.first(), Some(b'{' | b'[')) && !before.starts_with(b"[]") {
        return false;
    }
    if before.len() > 60 || !before.iter().all(is_part) {
        return false;
    }
    let before = match before.iter().rposition(|byte| matches!(byte, b'(' | b'{' | b'!' | b':' | b'=')) {
        // `name:`, `name=`, and the prefix of the literal after it.
        Some(at) if matches!(before[at], b':' | b'=') => &before[at + 1..],
        Some(at) => {
            let name = before[..at].trim_ascii_end();
            let name = name.strip_suffix(b"]").map_or(name, |name| {
                // `new byte[] {`
                name.strip_suffix(b"[").unwrap_or(name)
            });
            let name = name.strip_suffix(b"!").unwrap_or(name);
            let length =
                name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let word = name[name.len() - length..].to_ascii_lowercase();
            if length > 0 && !CONVERSIONS.contains(&&word[..]) {
                return false;
            }
            &before[at + 1..]
        }
        None => before,
    };
    let prefix = before.trim_ascii();
    prefix.len() <= 2
        && prefix.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'$' | b'*' | b'&'))
}

/// Returns whether an argument ends after a string, perhaps after a method that converts it.
fn ends_argument(after: &[u8]) -> bool {
    let after = after.trim_ascii();
    let Some(method) = after.strip_prefix(b".") else {
        // A comma is inside a conversion: `Buffer.from("value", "utf8")`.
        let is_end = |byte: &u8| b")]}!,".contains(byte);
        return after.first().is_none_or(is_end) || after.starts_with(b"as ");
    };
    let length = method.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    METHODS.contains(&&method[..length].to_ascii_lowercase()[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_found_in_its_conversions() {
        for argument in [
            "'v9k2'",
            "b\"v9k2\"",
            " \"v9k2\" ",
            "`v9k2`",
            "[]byte(\"v9k2\")",
            "Buffer.from('v9k2', 'utf8')",
            "\"v9k2\".getBytes(StandardCharsets.UTF_8)",
            "Encoding.UTF8.GetBytes(\"v9k2\")",
            "key=b'v9k2'",
            "\"v9k2\".toCharArray()",
            "Some(\"v9k2\")",
            "password: \"v9k2\"",
            "new String(\"v9k2\")",
            "'v9k2'.encode('utf-8')",
            "@\"v9k2\"",
            "\"v9k2\" as string",
            "\"\"\"v9k2\"\"\"",
            "new SymmetricSecurityKey(Encoding.UTF8.GetBytes(\"v9k2\"))",
        ] {
            let found = string_in(argument.as_bytes(), &(0..argument.len()));
            assert_eq!(found.map(|found| &argument[found]), Some("v9k2"), "{argument}");
        }
    }

    #[test]
    fn other_expressions_are_no_literals() {
        for argument in [
            "secret",
            "process.env.SECRET",
            "os.environ['SECRET']",
            "{ failureRedirect: '/login' }",
            "['a']",
            "getenv(\"SECRET\")",
            "config('app.key')",
            "\"a\" + b",
            "'a' . $b",
            "env(\"SECRET\")",
            "Rails.application.secrets['x']",
            "settings[\"X\"]",
            "\"abc",
            "",
            "(",
        ] {
            assert_eq!(string_in(argument.as_bytes(), &(0..argument.len())), None, "{argument}");
        }
    }
}
