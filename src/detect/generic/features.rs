//! What is seen of a value and around it, as named features. Each is a kind and some words, such as `name` and
//! `password`; what each of them weighs is the model's affair.

use super::place::{Operator, Place, is_name};
use super::value::{Class, Looks};
use crate::decode;
use crate::detect::name;

/// Takes a feature: its kind, and its words.
pub(super) type Sink<'s> = dyn FnMut(&'static str, &[&[u8]]) + 's;

/// How far from name and value words count, in bytes.
const NEAR: usize = 120;

/// What a name is about, by the last of these that it holds.
const STEMS: [(&[u8], &[u8]); 14] = [
    (b"pass", b"password"),
    (b"pwd", b"password"),
    (b"psw", b"password"),
    (b"secret", b"secret"),
    (b"token", b"token"),
    (b"key", b"key"),
    (b"cred", b"credential"),
    (b"auth", b"auth"),
    (b"bearer", b"auth"),
    (b"basic", b"auth"),
    (b"nonce", b"nonce"),
    (b"salt", b"nonce"),
    (b"sid", b"id"),
    (b"signature", b"signature"),
];

/// What the values of the training set never hold, since their letters were made up: nothing is learnt from that.
const UNSEEN: [&[u8]; 4] = [b"api", b"key", b"pass", b"pw"];

const NUMBERS: [&[u8]; 16] =
    [b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"10", b"11", b"12", b"13", b"14", b"15"];

/// Whether one short text stands in another: to prepare a search would cost more than all of it.
fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|window| window == part)
}

fn number(value: usize) -> &'static [u8] {
    NUMBERS[value.min(NUMBERS.len() - 1)]
}

/// Shows all features of a place.
pub(super) fn visit(text: &[u8], place: &Place, looks: &Looks, sink: &mut Sink<'_>) {
    let value = &text[place.value.clone()];
    let name = &text[place.name.clone()];
    let words = name::words(name);
    let stem = stem_of(place, name);
    of_form(text, place, sink);
    of_name(&words, stem, sink);
    of_value(value, looks, sink);
    of_both(place, stem, &Named { name, words: &words }, value, looks, sink);
    of_context(text, place, sink);
}

/// A name, and the words that it is made of.
struct Named<'n> {
    name: &'n [u8],
    words: &'n [Vec<u8>],
}

fn stem_of(place: &Place, name: &[u8]) -> &'static [u8] {
    match place.operator {
        Operator::Url | Operator::Login => return b"login",
        Operator::Sql => return b"password",
        Operator::Scheme => return b"auth",
        _ => {}
    }
    // The one that begins last.
    let found = (0..name.len()).rev().find_map(|at| {
        let begins =
            |stem: &[u8]| name[at..].get(..stem.len()).is_some_and(|part| part.eq_ignore_ascii_case(stem));
        STEMS.iter().find(|(stem, _)| begins(stem))
    });
    found.map_or(b"other", |(_, group)| group)
}

fn of_form(text: &[u8], place: &Place, sink: &mut Sink<'_>) {
    let (operator, quote) = (place.operator.name().as_bytes(), place.quote.name().as_bytes());
    sink("form", &[operator, quote]);
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).map_or(&b"\n"[..], std::slice::from_ref);
    sink("before", &[byte(place.name.start.checked_sub(1))]);
    let end = place.value.end + usize::from(quote != b"bare");
    let after = text[end.min(text.len())..].iter().take(8).position(|byte| *byte != b' ').unwrap_or(0);
    sink("after", &[quote, byte(Some(end + after))]);
    if !place.wrapper.is_empty() {
        let wrapper = &text[place.wrapper.clone()];
        for word in name::words(wrapper) {
            sink("wrapper", &[&word]);
        }
    }
    if !place.scheme.is_empty() {
        sink("scheme", &[text[place.scheme.clone()].to_ascii_lowercase().trim_ascii()]);
    }
    if place.operator == Operator::Url {
        sink("host", &[host_of(&text[place.value.end + 1..])]);
    }
    let line = &text[place.name.start.saturating_sub(NEAR)..place.name.start];
    let line = memchr::memrchr(b'\n', line).map_or(line, |at| &line[at + 1..]).trim_ascii();
    let opens: &[u8] = match line {
        b"" => b"nothing",
        b"export" | b"ENV" | b"set" => b"export",
        b"-" => b"dash",
        b"\"" | b"'" => b"quote",
        _ if line.starts_with(b"//")
            || line.starts_with(b"#")
            || line.starts_with(b"*")
            || line.starts_with(b"<!--")
            || line.starts_with(b"--") =>
        {
            b"comment"
        }
        _ => b"other",
    };
    sink("line", &[opens, quote]);
}

/// What kind of host an address has.
fn host_of(rest: &[u8]) -> &'static [u8] {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-');
    let host = rest[..rest.iter().take(64).take_while(is_part).count()].to_ascii_lowercase();
    let holds = |part: &[u8]| holds(&host, part);
    if host.is_empty() {
        b"template"
    } else if holds(b"localhost") || host.starts_with(b"127.") || host == b"host" || host == b"hostname" {
        b"local"
    } else if holds(b"example") || holds(b"foo") || holds(b"bar") || holds(b"host") {
        b"example"
    } else if host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        b"number"
    } else if host.contains(&b'.') {
        b"named"
    } else {
        b"alone"
    }
}

fn of_name(words: &[Vec<u8>], stem: &[u8], sink: &mut Sink<'_>) {
    for word in words {
        sink("name", &[word]);
    }
    if let Some(last) = words.last() {
        sink("name-end", &[last]);
    }
    if words.len() == 1 {
        sink("name-alone", &[&words[0]]);
    }
    sink("stem", &[stem]);
}

fn of_value(value: &[u8], looks: &Looks, sink: &mut Sink<'_>) {
    let class = looks.class.name().as_bytes();
    sink("class", &[class]);
    sink("length", &[class, number(length_bin(value.len()))]);
    sink("covered", &[number(looks.covered.div_ceil(3))]);
    sink("words", &[class, number(looks.words.min(4))]);
    let likeness = usize::try_from((looks.likeness + 32).clamp(0, 60) / 4).unwrap_or(0);
    sink("likeness", &[number(likeness)]);
    if looks.letters() > 5 {
        sink("likeness-of", &[class, number(likeness / 2)]);
    }
    sink("changes", &[class, number(looks.changes / 10)]);
    sink("digits", &[number((looks.digits * 10).div_ceil(value.len()))]);
    sink("distinct", &[class, number(looks.distinct * 10 / value.len().min(32))]);
    let case: &[u8] = match (looks.lower, looks.upper) {
        (0, 0) => b"none",
        (_, 0) => b"lower",
        (0, _) => b"upper",
        (_, 1) if value[0].is_ascii_uppercase() => b"capital",
        _ => b"both",
    };
    sink("case", &[class, case]);
    if looks.digits > 0 {
        let tail = value.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        let behind = value[value.len() - tail..].iter().filter(|byte| byte.is_ascii_digit()).count();
        sink("digits-at", &[class, if behind == looks.digits { b"end" } else { b"inside" }]);
    }
    let mut seen = [false; 256];
    for byte in value.iter().filter(|byte| !byte.is_ascii_alphanumeric()) {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            sink("sign", &[std::slice::from_ref(byte)]);
        }
    }
    if looks.class == Class::Hex {
        sink(
            "hex",
            &[number(match value.len() {
                16 => 1,
                32 => 2,
                40 => 3,
                64 => 4,
                24 => 5,
                48 => 6,
                128 => 7,
                _ => 0,
            })],
        );
    }
    if value.ends_with(b"=") {
        sink("padding", &[number(value.len() % 4)]);
    }
    if value.iter().rev().take(1).any(|byte| b".:!?".contains(byte)) {
        sink("ends-like", &[b"sentence"]);
    }
    for word in
        name::words(value).iter().take(8).filter(|word| word.len() > 2 && word[0].is_ascii_alphabetic())
    {
        if !UNSEEN.iter().any(|unseen| holds(word, unseen)) {
            sink("value", &[word]);
        }
    }
}

const fn length_bin(length: usize) -> usize {
    match length {
        0..=5 => 0,
        6..=7 => 1,
        8 => 2,
        9..=11 => 3,
        12..=15 => 4,
        16..=19 => 5,
        20..=23 => 6,
        24..=31 => 7,
        32 => 8,
        33..=39 => 9,
        40 => 10,
        41..=63 => 11,
        64 => 12,
        65..=99 => 13,
        _ => 14,
    }
}

/// What value and name, or value and form, are to each other.
fn of_both(place: &Place, stem: &[u8], named: &Named<'_>, value: &[u8], looks: &Looks, sink: &mut Sink<'_>) {
    let class = looks.class.name().as_bytes();
    let quote = place.quote.name().as_bytes();
    sink("class-for", &[class, stem]);
    sink("class-in", &[class, place.operator.name().as_bytes(), quote]);
    sink("covered-for", &[number(looks.covered.div_ceil(3)), stem, quote]);
    sink("case-for", &[if looks.lower == 0 { b"upper" } else { b"other" }, class, quote]);
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect()
    };
    let (inner, outer) = (letters(value), letters(named.name));
    let same: &[u8] = if inner.len() > 2 && inner == outer {
        b"the same"
    } else if inner.len() > 2 && outer.ends_with(&inner) {
        b"its end"
    } else if outer.len() > 3 && holds(&inner, &outer) && !UNSEEN.iter().any(|unseen| holds(&outer, unseen)) {
        b"in the value"
    } else {
        let shared = named.words.iter().any(|word| {
            word.len() > 3 && holds(&inner, word) && !UNSEEN.iter().any(|unseen| holds(word, unseen))
        });
        if shared { b"a word" } else { b"nothing" }
    };
    sink("shared", &[same]);
    if matches!(stem, b"auth" | b"token") && decode::login_password(value).is_some() {
        sink("decodes", &[b"login"]);
    }
}

/// Words on the line and around it.
fn of_context(text: &[u8], place: &Place, sink: &mut Sink<'_>) {
    let (first, last) = (place.name.start, place.value.end);
    let start = first.saturating_sub(NEAR);
    let before = &text[start..first];
    // A word that is cut is none.
    let before = &before[before.iter().take_while(|byte| start > 0 && is_name(**byte)).count()..];
    let (above, line) = match memchr::memrchr(b'\n', before) {
        Some(at) => before.split_at(at),
        None => (&b""[..], before),
    };
    let behind = &text[last..text.len().min(last + NEAR)];
    let cut = if last + NEAR < text.len() {
        behind.iter().rev().take_while(|byte| is_name(**byte)).count()
    } else {
        0
    };
    let behind = &behind[..behind.len() - cut];
    let (rest, below) = behind.split_at(memchr::memchr(b'\n', behind).unwrap_or(behind.len()));
    for (kind, part) in [("line-before", line), ("above", above), ("line-after", rest), ("below", below)] {
        each_word(part, &mut |word| sink(kind, &[word]));
    }
}

/// The words of a text in lower case, three letters or more, those of a name one by one.
fn each_word(text: &[u8], visit: &mut dyn FnMut(&[u8])) {
    const LONGEST: usize = 14;
    let mut word = [0_u8; LONGEST];
    let (mut length, mut last) = (0, 0_u8);
    for byte in text.iter().copied().chain([0]) {
        let ends = !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() && last.is_ascii_lowercase();
        if ends {
            if (3..=LONGEST).contains(&length) {
                visit(&word[..length]);
            }
            length = 0;
        }
        if byte.is_ascii_alphabetic() {
            if length < LONGEST {
                word[length] = byte.to_ascii_lowercase();
            }
            length += 1;
        }
        last = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::place;
    use super::*;

    /// The words at a position of all features of a kind, in their order.
    fn seen(text: &str, anchor: &str, kind: &str, nth: usize) -> Vec<String> {
        let start = text.find(anchor).expect("an anchor");
        let place = place::assigned(text.as_bytes(), &(start..start + anchor.len())).expect("a place");
        let looks = Looks::of(&text.as_bytes()[place.value.clone()], &Model::builtin().words);
        let mut found = Vec::new();
        visit(text.as_bytes(), &place, &looks, &mut |this, words| {
            if this == kind {
                found.push(String::from_utf8_lossy(words[nth]).into_owned());
            }
        });
        found
    }

    #[test]
    fn what_is_seen_is_what_a_reader_sees() {
        for (text, anchor, (kind, nth), expected) in [
            ("password = 'password'", "password", ("shared", 0), &["the same"][..]),
            ("db_password = 'Pass-word1'", "password", ("shared", 0), &["its end"]),
            ("token = 'mytoken99'", "token", ("shared", 0), &["in the value"]),
            ("db_token = 'xtoken99'", "token", ("shared", 0), &["a word"]),
            ("db_token = 'q8w7e6r5'", "token", ("shared", 0), &["nothing"]),
            ("token = '99en9999'", "token", ("shared", 0), &["nothing"]),
            // What the training set cannot hold is not seen in a value.
            ("apikey = 'myapikey99'", "key", ("shared", 0), &["nothing"]),
            ("db_apikey = 'myapikey99'", "key", ("shared", 0), &["nothing"]),
            ("token = 'q8w7e6r5'", "token", ("line", 0), &["nothing"]),
            ("a\nset token=q8w7e6r5", "token", ("line", 0), &["export"]),
            ("- token: 'q8w7e6r5'", "token", ("line", 0), &["dash"]),
            ("// token = 'q8w7e6r5'", "token", ("line", 0), &["comment"]),
            ("<!-- token = 'q8w7e6r5'", "token", ("line", 0), &["comment"]),
            ("let token = 'q8w7e6r5'", "token", ("line", 0), &["other"]),
            ("token = 'q8w7e6r5'", "token", ("case", 1), &["lower"]),
            ("token = 'Q8W7E6R5'", "token", ("case", 1), &["upper"]),
            ("token = 'Qabcdefg'", "token", ("case", 1), &["capital"]),
            ("token = 'qabcdEfg'", "token", ("case", 1), &["both"]),
            ("token = '94827163'", "token", ("case", 1), &["none"]),
            ("token = 'abcdef12!'", "token", ("digits-at", 1), &["end"]),
            ("token = 'ab12cdef'", "token", ("digits-at", 1), &["inside"]),
            ("secret_token = 'q8w7e6r5'", "token", ("stem", 0), &["token"]),
            ("token_secret = 'q8w7e6r5'", "token", ("stem", 0), &["secret"]),
            ("token = 'q-8-w.7'", "token", ("sign", 0), &["-", "."]),
            ("see fooBar token = 'q8w7e6r5'", "token", ("line-before", 0), &["see", "foo", "bar"]),
            (
                "token = 'q8w7e6r5' # userName of extraordinarily long",
                "token",
                ("line-after", 0),
                &["user", "name", "long"],
            ),
            ("one\ntoken = 'q8w7e6r5'\ntwo", "token", ("above", 0), &["one"]),
            ("one\ntoken = 'q8w7e6r5'\ntwo", "token", ("below", 0), &["two"]),
        ] {
            assert_eq!(seen(text, anchor, kind, nth), expected, "{kind} of {text}");
        }
    }

    #[test]
    fn hosts_are_of_kinds() {
        for (rest, expected) in [
            ("", "template"),
            ("${HOST}", "template"),
            ("localhost:80", "local"),
            ("127.0.0.1/x", "local"),
            ("HOST:80", "local"),
            ("hostname", "local"),
            ("db.example.com", "example"),
            ("foo", "example"),
            ("bar.net", "example"),
            ("myhost.net", "example"),
            ("10.0.0.1", "number"),
            ("db.corp.net", "named"),
            ("postgres:5432", "alone"),
        ] {
            assert_eq!(host_of(rest.as_bytes()), expected.as_bytes(), "{rest}");
        }
    }
}
