//! A type, brackets or a comparison between name and value: `X string = "V"`, `char X[25] = "V"`,
//! `X VARCHAR2(30) := 'V'`, `X.equals("V")`, `strcmp(X, "V")`, `"V".equals(X)`, `X -eq "V"`.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    begins_with, is_quote_at, line_start, skip_spaces, skip_whitespace,
};
use crate::detect::assignment::structure::values::{assignment, read_string};
use crate::text::{find_short, is_quote};

/// The first words of the types of texts that are written after a name, in lowercase.
const TYPES: [&[u8]; 32] = [
    b"string",
    b"*string",
    b"[]string",
    b"[]byte",
    b"[...]byte",
    b"as ",
    b"text",
    b"char",
    b"character",
    b"varchar",
    b"varchar2",
    b"nvarchar",
    b"nvarchar2",
    b"nchar",
    b"clob",
    b"sysname",
    b"constant",
    b"const ",
    b"not null",
    b"cstring",
    b"std::string",
    b"securestring",
    b"str",
    b"bytes",
    b"password",
    b"secret",
    b"default",
    b"citext",
    b"bpchar",
    b"tinytext",
    b"in varchar",
    b"in out",
];

/// Comparisons that are words.
const COMPARISONS: [&[u8]; 9] =
    [b"-eq ", b"-ceq ", b"-ieq ", b"-ne ", b"eq ", b"ne ", b"<> ", b"is not ", b"isequaltostring:"];

/// The methods that compare with their argument.
const METHODS: [&[u8]; 13] = [
    b".equals",
    b".equalsignorecase",
    b".contentequals",
    b".compareto",
    b".comparetoignorecase",
    b".eql",
    b".eq",
    b".isequal",
    b".isequalto",
    b".is_equal",
    b".compare",
    b".casecmp",
    b".tobe",
];

/// The functions that compare two arguments, in lowercase.
const FUNCTIONS: [&[u8]; 15] = [
    b"strcmp(",
    b"strncmp(",
    b"strcasecmp(",
    b"stricmp(",
    b"wcscmp(",
    b"memcmp(",
    b"equals(",
    b"compare_digest(",
    b"secure_compare(",
    b"hash_equals(",
    b"timingsafeequal(",
    b"constanttimecompare(",
    b"compare(",
    b"isequal(",
    b"areequal(",
];

/// Parts of the names of calls whose argument is the name of a value.
const LOOKUPS: [&[u8]; 12] = [
    b"get", b"env", b"conf", b"lookup", b"find", b"read", b"load", b"fetch", b"input", b"prompt", b"column",
    b"field",
];

/// The longest type, in bytes.
const MAX_TYPE: usize = 64;

/// Finds the string that is assigned after a type, which begins after the spaces at `at`.
pub(super) fn find_after_type(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let start = skip_spaces(text, at);
    if let Some(word) = COMPARISONS.iter().find(|word| begins_with(text, start, word)) {
        return read_string(text, &place.name, start + word.len(), Operator::Compare);
    }
    let known = TYPES.iter().find(|word| begins_with(text, start, word))?;
    let is_default = *known == b"default" || *known == b"not null";
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ .*<>[](),?:\t".contains(byte);
    let length = text[start..].iter().take(MAX_TYPE).take_while(|byte| is_part(byte)).count();
    let mut operator = start + length;
    // The colon of `:=` is a part of a type, too.
    let has_operator = text.get(operator) == Some(&b'=') && text.get(operator + 1) != Some(&b'=');
    if !has_operator {
        let words = text[start..operator].to_ascii_lowercase();
        let default = find_short(&words, b"default")?;
        operator = start + default + 6;
        (is_default || default > 0).then_some(())?;
    }
    read_string(text, &place.name, operator + 1, Operator::Assign)
}

/// Finds the string that fills an array: `X[25] = "V"`, `X[] = {"V"}`. The bracket is at `at`.
pub(super) fn find_after_brackets(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let size = text[at + 1..].iter().take(40).position(|byte| *byte == b']')?;
    let is_size = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+* ".contains(byte);
    let operator = skip_spaces(text, at + size + 2);
    let is_array = text[at + 1..at + 1 + size].iter().all(is_size)
        && text.get(operator) == Some(&b'=')
        && text.get(operator + 1) != Some(&b'=')
        // `passwords[i] = "V"` is found by its name; here a type has to precede it.
        && text[..place.name.start].ends_with(b" ");
    is_array.then_some(())?;
    let value = skip_spaces(text, operator + 1);
    let value = if text.get(value) == Some(&b'{') { skip_whitespace(text, value + 1) } else { value };
    read_string(text, &place.name, value, Operator::Assign)
}

/// Finds the string that a variable is initialized with: `X{"V"}`. The bracket is at `at`.
pub(super) fn find_initialized(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let is_declared = place.before() == Some(b' ') && is_quote_at(place.text, at + 1);
    is_declared.then(|| read_string(place.text, &place.name, at + 1, Operator::Call))?
}

/// Finds the string in constructors and conversions, which begin at `at`: `[]byte("V")`, `new List<string> { "V" }`,
/// `Some(String::from("V"))`.
pub(super) fn find_constructed(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let mut at = skip_spaces(text, at);
    for _ in 0..3 {
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_:.<>[]!& *".contains(byte);
        let length = text[at..].iter().take(48).take_while(is_part).count();
        let open = at + length;
        if length == 0 || !matches!(text.get(open), Some(b'(' | b'{')) {
            return None;
        }
        let head = text[at..open].to_ascii_lowercase();
        if LOOKUPS.iter().any(|word| find_short(&head, word).is_some()) {
            return None;
        }
        at = skip_whitespace(text, open + 1);
        if is_quote_at(text, at) {
            let found = read_string(text, &place.name, at, Operator::Assign)?;
            let closing = text.get(skip_whitespace(text, found.value.end + 1));
            return closing.is_some_and(|byte| b")},".contains(byte)).then_some(found);
        }
    }
    None
}

/// Finds the argument of a method that compares: `X.equals("V")`. The bracket is at `at`.
pub(super) fn find_compared(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let name = &place.name;
    let dot = memchr::memrchr(b'.', &place.text[name.clone()])?;
    let method = place.text[name.start + dot..name.end].to_ascii_lowercase();
    (dot > 0 && METHODS.contains(&method.as_slice())).then_some(())?;
    read_string(place.text, &(name.start..name.start + dot), at + 1, Operator::Compare)
}

/// Finds the other argument of a function that compares: `strcmp(X, "V")`, `strcmp("V", X)`, `"V".equals(X)`.
pub(super) fn find_in_comparison(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let before = &text[..place.name.start];
    let is_function = |end: usize| {
        FUNCTIONS.iter().any(|name| end >= name.len() && begins_with(text, end - name.len(), name))
    };
    if place.after() == Some(b',') && is_function(before.len()) {
        return read_string(text, &place.name, place.name.end + 1, Operator::Compare);
    }
    if place.after() != Some(b')') {
        return None;
    }
    let string_end = if before.ends_with(b", ") {
        before.len() - 2
    } else {
        let method = METHODS.iter().find(|method| {
            let end = before.len().saturating_sub(1);
            before.ends_with(b"(") && end >= method.len() && begins_with(text, end - method.len(), method)
        })?;
        before.len() - 1 - method.len()
    };
    let quote = *text[..string_end].last().filter(|byte| is_quote(**byte))?;
    let line = line_start(text, string_end);
    let start = line + memchr::memrchr(quote, &text[line..string_end - 1])? + 1;
    let is_compared = !before.ends_with(b", ") || is_function(start - 1);
    let quote = if quote == b'"' { Quote::Double } else { Quote::Single };
    let value = start..string_end - 1;
    (is_compared && (4..=200).contains(&value.len()))
        .then(|| assignment(&place.name, value, Operator::Compare, quote))
}
