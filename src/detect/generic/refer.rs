//! Values that stand for a value elsewhere, or for nothing: variables, templates, addresses, types. These are
//! thrown out before the model is asked.

use super::place::{Operator, Place, Quote};
use super::placeholder::{is_filler, says_what_it_is};
use crate::decode;

/// Words that are no value.
const NOTHING: [&[u8]; 45] = [
    b"true",
    b"false",
    b"null",
    b"none",
    b"nil",
    b"undefined",
    b"string",
    b"str",
    b"text",
    b"bool",
    b"boolean",
    b"number",
    b"object",
    b"array",
    b"bytes",
    b"byte",
    b"int",
    b"integer",
    b"uint64",
    b"uint32",
    b"char",
    b"void",
    b"optional",
    b"required",
    b"unset",
    b"empty",
    b"self",
    b"this",
    b"disabled",
    b"enabled",
    b"auto",
    b"default",
    b"changeme",
    b"change_me",
    b"change-me",
    b"redacted",
    b"[redacted]",
    b"placeholder",
    b"todo",
    b"n/a",
    b"hidden",
    b"secured",
    b"xxxx",
    b"function",
    b"header",
];

/// What references begin with.
const HEADS: [&[u8]; 39] = [
    b"$",
    b"{{",
    b"{%",
    b"<%",
    b"<",
    b"%(",
    b"%.",
    b"%s",
    b"%{",
    b"#{",
    b"@{",
    b"op://",
    b"vault:",
    b"vault://",
    b"ssm:",
    b"arn:",
    b"file:",
    b"http://",
    b"https://",
    b"process.env",
    b"os.environ",
    b"os.getenv",
    b"env.",
    b"secrets.",
    b"var.",
    b"local.",
    b"self.",
    b"this.",
    b"data.",
    b"module.",
    b"params.",
    b"props.",
    b"state.",
    b"config.",
    b"args.",
    b"options.",
    b"request.",
    b"req.",
    b"ENC[",
];

/// Whether a value is one of those.
pub(super) fn is_reference(text: &[u8], place: &Place) -> bool {
    let value = &text[place.value.clone()];
    let bare = place.quote == Quote::None;
    if HEADS.iter().any(|head| value.starts_with(head))
        || NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word))
        || value.iter().all(|byte| *byte == value[0] || matches!(byte, b' ' | b'.' | b'-'))
        || is_template(value)
        || is_uuid(value)
        || memchr::memmem::find(value, b"://").is_some()
        || memchr::memmem::find(value, b"_request").is_some()
        || is_filler(value)
        || is_version(value)
        || place.operator == Operator::Call && text.get(place.value.end + 1) == Some(&b',')
        || says_what_it_is(value)
        || decode::login_password(value).is_some_and(|password| says_what_it_is(&password))
        || place.operator == Operator::Comma && !is_pair(text, place)
        || is_path(value)
        || place.operator == Operator::Url && text[place.wrapper.clone()] == *value
    {
        return true;
    }
    let spaces = memchr::memchr_iter(b' ', value).count();
    if value[0] != b'{' && (spaces > 3 || value.len() > 24 && spaces > 1) {
        return true;
    }
    bare && place.operator != Operator::Url && is_code(text, place)
}

/// `${NAME}`, `{name}`, `%NAME%`, `<name>`, `[name]`, `***` anywhere in it.
fn is_template(value: &[u8]) -> bool {
    const PARTS: [&[u8]; 12] =
        [b"${", b"{{", b"#{", b"$(", b"***", b"...", b"<%", b"%{", b"%(", b"\\u2022", b"xxxx", b"XXXX"];
    // An object in JSON may be a token of several parts.
    if value.starts_with(b"{\"") || value.starts_with(b"{\\\"") {
        return false;
    }
    let ends = |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    PARTS.iter().any(|part| memchr::memmem::find(value, part).is_some())
        || ends(b'{', b'}')
        || ends(b'[', b']')
        || ends(b'<', b'>')
        || ends(b'(', b')')
        || ends(b'%', b'%')
        || ends(b'_', b'_') && value.starts_with(b"__")
        || memchr::memchr(b'{', value)
            .is_some_and(|open| memchr::memchr(b'}', &value[open..]).is_some_and(|close| close < 32))
}

/// Whether `"name", "value"` stand alone between brackets, and not in a list of more.
fn is_pair(text: &[u8], place: &Place) -> bool {
    let after = text[place.value.end + 1..].iter().find(|byte| **byte != b' ');
    let symbol = place.name.start > 0 && text[place.name.start - 1] == b':';
    let before = text[..place.name.start.saturating_sub(1)].iter().rev().take(8).find(|byte| **byte != b' ');
    after.is_some_and(|byte| b")]}".contains(byte))
        && (symbol || before.is_some_and(|byte| b"([{".contains(byte)))
}

/// `1.2.3`: a version, an address, an object's number.
fn is_version(value: &[u8]) -> bool {
    memchr::memchr_iter(b'.', value).count() > 1
        && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `/etc/app`, `./key`, `~/x`, `//host`.
fn is_path(value: &[u8]) -> bool {
    let folder =
        value.strip_prefix(b"/").map(|rest| rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count());
    folder.is_some_and(|length| length > 1 && value.get(length + 1) == Some(&b'/'))
        || [&b"./"[..], b"../", b"~/", b"//"].iter().any(|start| value.starts_with(start))
}

/// The name of a variable, or of a constant.
fn is_identifier(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let small = value.iter().any(u8::is_ascii_lowercase);
    value.iter().all(is_part)
        && value[0].is_ascii_alphabetic()
        && (!small || !value.iter().any(u8::is_ascii_digit))
        && (small || value.contains(&b'_'))
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Whether a value without quotes goes on as code does, or is the name of something.
fn is_code(text: &[u8], place: &Place) -> bool {
    let value = &text[place.value.clone()];
    // A number, or a type that may not be null.
    if value.starts_with(b"0x") && value.len() <= 20
        || place.operator == Operator::Colon
            && value.ends_with(b"!")
            && value[..value.len() - 1].iter().all(u8::is_ascii_alphabetic)
            && value[0].is_ascii_uppercase()
    {
        return true;
    }
    if [&b"class "[..], b"interface ", b"struct ", b"enum "]
        .iter()
        .any(|word| text[..place.name.start].ends_with(word))
    {
        return true;
    }
    let after = &text[place.value.end..text.len().min(place.value.end + 24)];
    let next = after.first().copied().unwrap_or(b'\n');
    if matches!(next, b'(' | b'[' | b'{' | b'<') && place.operator != Operator::Tag {
        return true;
    }
    let spaces = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let then = &after[spaces..];
    if spaces > 0
        && then.first().is_some_and(|byte| b"+*?|&=!<>-/({[.".contains(byte))
        && !then.starts_with(b"//")
        && !then.starts_with(b"--")
        && !then.starts_with(b"-")
    {
        return true;
    }
    // Parameters follow: a challenge, or the answer to one (`Digest username=…`).
    let parameter = then.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    if spaces > 0 && place.operator == Operator::Colon && parameter > 0 && then.get(parameter) == Some(&b'=')
    {
        return true;
    }
    if is_identifier(value) && (next == b';' || next == b')' && place.operator == Operator::Assign) {
        return true;
    }
    if spaces > 0 && [&b"or "[..], b"and ", b"if ", b"else "].iter().any(|word| then.starts_with(word)) {
        return true;
    }
    // A scheme without a secret of its own: `NTLM` and what was agreed on.
    let name = text[place.name.clone()].to_ascii_lowercase();
    if name.ends_with(b"authorization") && place.scheme.is_empty() && spaces > 0 && !then.is_empty() {
        return true;
    }
    // More words follow: a sentence.
    if spaces == 1
        && place.operator == Operator::Colon
        && then.first().is_some_and(u8::is_ascii_lowercase)
        && value.iter().all(u8::is_ascii_alphabetic)
    {
        return true;
    }
    // `user.password`, `Config::KEY`, `a->b`
    let is_word =
        |part: &[u8]| part.len() > 1 && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let mut dotted = value.split(|byte| matches!(byte, b'.' | b':'));
    let words = dotted.clone().count();
    words > 1 && dotted.all(|part| part.is_empty() || is_word(part))
        || memchr::memmem::find(value, b"->").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_paths_and_numbers_are_told() {
        for value in ["${DB}", "prefix-{{ x }}", "{name}", "%PASSWORD%", "__TOKEN__", "se***et"] {
            assert!(is_template(value.as_bytes()), "{value}");
        }
        for value in ["/etc/app/key", "./key.pem", "../x", "~/k", "//host/x"] {
            assert!(is_path(value.as_bytes()), "{value}");
        }
        assert!(!is_path(b"/K7MDENGbPxRfiCY") && !is_template(b"{\"a\": \"b\"}"));
        assert!(is_version(b"2.16.840.1") && !is_version(b"1.5") && !is_version(b"1.a.2"));
        assert!(is_uuid(b"123e4567-e89b-12d3-a456-426614174000") && !is_uuid(b"123e4567"));
    }
}
