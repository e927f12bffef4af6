//! What is seen of a value and around it, as named features. Each is a kind and some words, such as `name` and
//! `password`; what each of them weighs is the model's affair.

use crate::detect::assignment::parse::{Assignment, Operator, Quote, is_name};
use crate::detect::assignment::value_stats::{Class, ValueStats};
use crate::detect::identifier;
use crate::token_check;
use skant_password_model::feature_key;
use skant_password_model::feature_key::{Kind, Word};

/// Takes a feature: its kind, and its words.
pub(crate) type Sink<'s> = dyn FnMut(&Kind, &[Word<'_>]) + 's;

/// How far from name and value words count, in bytes.
const NEAR: usize = 120;

const PASSWORD: Word<'_> = Word::of(b"password");
const SECRET: Word<'_> = Word::of(b"secret");
const TOKEN: Word<'_> = Word::of(b"token");
const KEY: Word<'_> = Word::of(b"key");
const CREDENTIAL: Word<'_> = Word::of(b"credential");
const AUTH: Word<'_> = Word::of(b"auth");
const NONCE: Word<'_> = Word::of(b"nonce");
const ID: Word<'_> = Word::of(b"id");
const SIGNATURE: Word<'_> = Word::of(b"signature");
const LOGIN: Word<'_> = Word::of(b"login");
const UPPER: Word<'_> = Word::of(b"upper");
const OTHER: Word<'_> = Word::of(b"other");

/// What a name is about, by the last of these that it holds.
const STEMS: [(&[u8], Word<'_>); 14] = [
    (b"pass", PASSWORD),
    (b"pwd", PASSWORD),
    (b"psw", PASSWORD),
    (b"secret", SECRET),
    (b"token", TOKEN),
    (b"key", KEY),
    (b"cred", CREDENTIAL),
    (b"auth", AUTH),
    (b"bearer", AUTH),
    (b"basic", AUTH),
    (b"nonce", NONCE),
    (b"salt", NONCE),
    (b"sid", ID),
    (b"signature", SIGNATURE),
];

/// What the values of the training set never hold, since their letters were made up: nothing is learnt from that.
const UNSEEN: [&[u8]; 4] = [b"api", b"key", b"pass", b"pw"];

static NUMBERS: [Word<'_>; 16] = {
    let texts: [&[u8]; 16] = [
        b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"10", b"11", b"12", b"13", b"14", b"15",
    ];
    let mut words = [Word::of(b""); 16];
    let mut at = 0;
    while at < texts.len() {
        words[at] = Word::of(texts[at]);
        at += 1;
    }
    words
};

/// Whether one short text stands in another: to prepare a search would cost more than all of it.
fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|window| part.first() == Some(&window[0]) && window == part)
}

fn number(value: usize) -> Word<'static> {
    NUMBERS[value.min(NUMBERS.len() - 1)]
}

/// Shows all features of a place.
pub(crate) fn visit(text: &[u8], place: &Assignment, looks: &ValueStats, sink: &mut Sink<'_>) {
    let value = &text[place.value.clone()];
    let name = &text[place.name.clone()];
    let words = identifier::split_words(name);
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
    words: &'n identifier::IdentifierWords,
}

fn stem_of(place: &Assignment, name: &[u8]) -> Word<'static> {
    match place.operator {
        Operator::Url | Operator::Login => return LOGIN,
        Operator::Sql => return PASSWORD,
        Operator::Scheme => return AUTH,
        _ => {}
    }
    // The one that begins last.
    let found = (0..name.len()).rev().find_map(|at| {
        let first = name[at].to_ascii_lowercase();
        let begins =
            |stem: &[u8]| name[at..].get(..stem.len()).is_some_and(|part| part.eq_ignore_ascii_case(stem));
        STEMS.iter().find(|(stem, _)| stem[0] == first && begins(stem))
    });
    found.map_or(OTHER, |(_, group)| *group)
}

/// So many spaces behind a value are looked over.
const MOST_SPACES: usize = 8;

fn of_form(text: &[u8], place: &Assignment, sink: &mut Sink<'_>) {
    let (operator, quote) = (place.operator.word(), place.quote.word());
    sink(&feature_key::FORM, &[operator, quote]);
    let byte =
        |at: Option<usize>| Word::of(at.and_then(|at| text.get(at)).map_or(&b"\n"[..], std::slice::from_ref));
    sink(&feature_key::BEFORE, &[byte(place.name.start.checked_sub(1))]);
    let end = place.value.end + usize::from(place.quote != Quote::None);
    let rest = &text[end.min(text.len())..];
    let after = match rest.iter().take(MOST_SPACES).position(|byte| *byte != b' ') {
        Some(spaces) => end + spaces,
        // The end of a text ends a line, whatever stands before it.
        None if rest.len() < MOST_SPACES => text.len(),
        None => end,
    };
    sink(&feature_key::AFTER, &[quote, byte(Some(after))]);
    if !place.wrapper.is_empty() {
        let wrapper = &text[place.wrapper.clone()];
        for word in identifier::split_words(wrapper).iter() {
            sink(&feature_key::WRAPPER, &[Word::of(word)]);
        }
    }
    if !place.scheme.is_empty() {
        let scheme = text[place.scheme.clone()].to_ascii_lowercase();
        sink(&feature_key::SCHEME, &[Word::of(scheme.trim_ascii())]);
    }
    if place.operator == Operator::Url {
        sink(&feature_key::HOST, &[host_of(&text[place.value.end + 1..])]);
    }
    let line = &text[place.name.start.saturating_sub(NEAR)..place.name.start];
    let line = memchr::memrchr(b'\n', line).map_or(line, |at| &line[at + 1..]).trim_ascii();
    let opens = match line {
        b"" => const { Word::of(b"nothing") },
        b"export" | b"ENV" | b"set" => const { Word::of(b"export") },
        b"-" => const { Word::of(b"dash") },
        b"\"" | b"'" => const { Word::of(b"quote") },
        _ if line.starts_with(b"//")
            || line.starts_with(b"#")
            || line.starts_with(b"*")
            || line.starts_with(b"<!--")
            || line.starts_with(b"--") =>
        {
            const { Word::of(b"comment") }
        }
        _ => OTHER,
    };
    sink(&feature_key::LINE, &[opens, quote]);
}

/// What kind of host an address has.
fn host_of(rest: &[u8]) -> Word<'static> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-');
    let host = rest[..rest.iter().take(64).take_while(is_part).count()].to_ascii_lowercase();
    let holds = |part: &[u8]| holds(&host, part);
    if host.is_empty() {
        const { Word::of(b"template") }
    } else if holds(b"localhost") || host.starts_with(b"127.") || host == b"host" || host == b"hostname" {
        const { Word::of(b"local") }
    } else if holds(b"example") || holds(b"foo") || holds(b"bar") || holds(b"host") {
        const { Word::of(b"example") }
    } else if host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        const { Word::of(b"number") }
    } else if host.contains(&b'.') {
        const { Word::of(b"named") }
    } else {
        const { Word::of(b"alone") }
    }
}

fn of_name(words: &identifier::IdentifierWords, stem: Word<'_>, sink: &mut Sink<'_>) {
    for word in words.iter() {
        sink(&feature_key::NAME, &[Word::of(word)]);
    }
    if let Some(last) = words.iter().next_back().map(Word::of) {
        sink(&feature_key::NAME_END, &[last]);
        if words.len() == 1 {
            sink(&feature_key::NAME_ALONE, &[last]);
        }
    }
    sink(&feature_key::STEM, &[stem]);
}

fn of_value(value: &[u8], looks: &ValueStats, sink: &mut Sink<'_>) {
    let class = looks.class.word();
    sink(&feature_key::CLASS, &[class]);
    sink(&feature_key::LENGTH, &[class, number(length_bin(value.len()))]);
    sink(&feature_key::COVERED, &[number(looks.covered.div_ceil(3))]);
    sink(&feature_key::WORDS, &[class, number(looks.words.min(4))]);
    let likeness = usize::try_from((looks.likeness + 32).clamp(0, 60) / 4).unwrap_or(0);
    sink(&feature_key::LIKENESS, &[number(likeness)]);
    if looks.letters() > 5 {
        sink(&feature_key::LIKENESS_OF, &[class, number(likeness / 2)]);
    }
    sink(&feature_key::CHANGES, &[class, number(looks.changes / 10)]);
    sink(&feature_key::DIGITS, &[number((looks.digits * 10).div_ceil(value.len()))]);
    sink(&feature_key::DISTINCT, &[class, number(looks.distinct * 10 / value.len().min(32))]);
    let case = match (looks.lower, looks.upper) {
        (0, 0) => const { Word::of(b"none") },
        (_, 0) => const { Word::of(b"lower") },
        (0, _) => UPPER,
        (_, 1) if value[0].is_ascii_uppercase() => const { Word::of(b"capital") },
        _ => const { Word::of(b"both") },
    };
    sink(&feature_key::CASE, &[class, case]);
    if looks.digits > 0 {
        let tail = value.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        let behind = value[value.len() - tail..].iter().filter(|byte| byte.is_ascii_digit()).count();
        sink(
            &feature_key::DIGITS_AT,
            &[class, Word::of(if behind == looks.digits { b"end" } else { b"inside" })],
        );
    }
    let mut seen = [false; 256];
    for byte in value.iter().filter(|byte| !byte.is_ascii_alphanumeric()) {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            sink(&feature_key::SIGN, &[Word::of(std::slice::from_ref(byte))]);
        }
    }
    if looks.class == Class::Hex {
        sink(
            &feature_key::HEX,
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
        sink(&feature_key::PADDING, &[number(value.len() % 4)]);
    }
    if value.iter().rev().take(1).any(|byte| b".:!?".contains(byte)) {
        sink(&feature_key::ENDS_LIKE, &[Word::of(b"sentence")]);
    }
    for word in identifier::split_words(value)
        .iter()
        .take(8)
        .filter(|word| word.len() > 2 && word[0].is_ascii_alphabetic())
    {
        if !UNSEEN.iter().any(|unseen| holds(word, unseen)) {
            sink(&feature_key::VALUE, &[Word::of(word)]);
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
fn of_both(
    place: &Assignment,
    stem: Word<'_>,
    named: &Named<'_>,
    value: &[u8],
    looks: &ValueStats,
    sink: &mut Sink<'_>,
) {
    let class = looks.class.word();
    let quote = place.quote.word();
    sink(&feature_key::CLASS_FOR, &[class, stem]);
    sink(&feature_key::CLASS_IN, &[class, place.operator.word(), quote]);
    sink(&feature_key::COVERED_FOR, &[number(looks.covered.div_ceil(3)), stem, quote]);
    sink(&feature_key::CASE_FOR, &[if looks.lower == 0 { UPPER } else { OTHER }, class, quote]);
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
    sink(&feature_key::SHARED, &[Word::of(same)]);
    if matches!(stem.text, b"auth" | b"token") && token_check::basic_auth_password(value).is_some() {
        sink(&feature_key::DECODES, &[LOGIN]);
    }
}

/// Words on the line and around it.
fn of_context(text: &[u8], place: &Assignment, sink: &mut Sink<'_>) {
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
    for (kind, part) in [
        (&feature_key::LINE_BEFORE, line),
        (&feature_key::ABOVE, above),
        (&feature_key::LINE_AFTER, rest),
        (&feature_key::BELOW, below),
    ] {
        each_word(part, &mut |word| sink(kind, &[word]));
    }
}

/// The words of a text in lower case, three letters or more, those of a name one by one.
fn each_word(text: &[u8], visit: &mut dyn FnMut(Word<'_>)) {
    const LONGEST: usize = 14;
    let mut word = [0_u8; LONGEST];
    let (mut length, mut hash, mut was_small) = (0, 0, false);
    let mut end = |word: &[u8; LONGEST], length: usize, hash: u64| {
        if (3..=LONGEST).contains(&length) {
            visit(Word { text: &word[..length], hash });
        }
    };
    for &byte in text {
        let letter = byte | 0x20;
        if !letter.is_ascii_lowercase() {
            end(&word, length, hash);
            (length, hash, was_small) = (0, 0, false);
            continue;
        }
        let is_small = letter == byte;
        if was_small && !is_small {
            end(&word, length, hash);
            (length, hash) = (0, 0);
        }
        if let Some(place) = word.get_mut(length) {
            *place = letter;
        }
        (length, hash, was_small) = (length + 1, feature_key::step(hash, letter), is_small);
    }
    end(&word, length, hash);
}

#[cfg(test)]
mod tests;
