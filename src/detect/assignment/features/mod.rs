//! Extracts the features of a value: of the value itself, its name, its form and the words near it. Each feature is a
//! kind and some words, such as `name` and `password`. Weighs nothing: that is the work of `model`.
//!
//! No feature uses the path, the type of the file or another position in the file.

mod common;
mod context;
mod form;

use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::assignment::value_stats::{Class, ValueStats};
use crate::detect::identifier;
use crate::detect::identifier::IdentifierWords;
use crate::token_check;
use common::contains;
use skant_password_model::FeatureKind;
use skant_password_model::feature_key::Word;
use skant_password_model::vocabulary::{
    CoveredShare, DigitPosition, LetterCase, LowercaseUse, NameOverlap, Stem, Term as _, WordCount,
};

pub(crate) use common::Sink;
pub(crate) use form::host;
pub(crate) use skant_password_model::vocabulary::Host;

/// Parts of names, and what they say about the value. The last one in a name counts.
const STEMS: [(&[u8], Stem); 30] = [
    (b"pass", Stem::Password),
    (b"pwd", Stem::Password),
    (b"psw", Stem::Password),
    (b"secret", Stem::Secret),
    (b"token", Stem::Token),
    (b"key", Stem::Key),
    (b"cred", Stem::Credential),
    (b"auth", Stem::Auth),
    (b"bearer", Stem::Auth),
    (b"basic", Stem::Auth),
    (b"nonce", Stem::Nonce),
    (b"salt", Stem::Nonce),
    (b"sid", Stem::Id),
    (b"signature", Stem::Signature),
    // The word in other languages.
    (b"senha", Stem::Password),
    (b"kennwort", Stem::Password),
    (b"contrase", Stem::Password),
    (b"mot_de_passe", Stem::Password),
    (b"wachtwoord", Stem::Password),
    (b"losenord", Stem::Password),
    (b"haslo", Stem::Password),
    (b"adgangskode", Stem::Password),
    (b"salasana", Stem::Password),
    (b"heslo", Stem::Password),
    (b"parola", Stem::Password),
    (b"sifre", Stem::Password),
    ("пароль".as_bytes(), Stem::Password),
    ("密".as_bytes(), Stem::Password),
    ("パスワード".as_bytes(), Stem::Password),
    ("lösenord".as_bytes(), Stem::Password),
];

/// Parts that no value of the training set has, since its letters were replaced by random ones: nothing can be learned
/// from them, so no feature of a value is made of them.
const NOT_IN_TRAINING: [&[u8]; 4] = [b"api", b"key", b"pass", b"pw"];

/// The numbers from 0 to 15 as words.
static NUMBERS: [Word<'_>; 16] = {
    let texts: [&[u8]; 16] = [
        b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"10", b"11", b"12", b"13", b"14", b"15",
    ];
    let mut words = [Word::new(b""); 16];
    let mut at = 0;
    while at < texts.len() {
        words[at] = Word::new(texts[at]);
        at += 1;
    }
    words
};

fn number(value: usize) -> Word<'static> {
    NUMBERS[value.min(NUMBERS.len() - 1)]
}

fn is_in_training(text: &[u8]) -> bool {
    !NOT_IN_TRAINING.iter().any(|part| contains(text, part))
}

/// Gives all features of an assignment to `sink`; some of them more than once.
pub(crate) fn visit(text: &[u8], assignment: &Assignment, stats: &ValueStats, sink: &mut Sink<'_>) {
    let value = &text[assignment.value.clone()];
    let text_of_name = &text[assignment.name.clone()];
    let name = Name {
        text: text_of_name,
        words: &identifier::split_words(text_of_name),
        stem: stem(assignment, text),
    };
    form::visit(text, assignment, sink);
    visit_name(&name, sink);
    visit_value(value, stats, sink);
    visit_combinations(assignment, &name, value, stats, sink);
    context::visit(text, assignment, sink);
}

/// A name, its words, and what it says about the value.
struct Name<'n> {
    text: &'n [u8],
    words: &'n IdentifierWords,
    stem: Stem,
}

fn stem(assignment: &Assignment, text: &[u8]) -> Stem {
    match assignment.operator {
        Operator::Url | Operator::Login => return Stem::Login,
        Operator::Sql => return Stem::Password,
        Operator::Scheme => return Stem::Auth,
        _ => {}
    }
    let name = &text[assignment.name.clone()];
    let last = (0..name.len()).rev().find_map(|at| {
        let first = name[at].to_ascii_lowercase();
        let begins =
            |stem: &[u8]| name[at..].get(..stem.len()).is_some_and(|part| part.eq_ignore_ascii_case(stem));
        STEMS.iter().find(|(stem, _)| stem[0] == first && begins(stem))
    });
    last.map_or(Stem::Other, |(_, stem)| *stem)
}

fn visit_name(name: &Name<'_>, sink: &mut Sink<'_>) {
    for word in name.words.iter() {
        sink(FeatureKind::Name, &[Word::new(word)]);
    }
    if let Some(last) = name.words.iter().next_back().map(Word::new) {
        sink(FeatureKind::NameEnd, &[last]);
        if name.words.len() == 1 {
            sink(FeatureKind::NameAlone, &[last]);
        }
    }
    sink(FeatureKind::Stem, &[name.stem.word()]);
}

fn visit_value(value: &[u8], stats: &ValueStats, sink: &mut Sink<'_>) {
    let class = stats.class.word();
    sink(FeatureKind::Class, &[class]);
    sink(FeatureKind::Length, &[class, number(length_range(value.len()))]);
    sink(FeatureKind::Covered, &[covered_share(stats).word()]);
    sink(FeatureKind::Words, &[class, word_count(stats.words).word()]);
    let likeness = usize::try_from((stats.likeness + 32).clamp(0, 60) / 4).unwrap_or(0);
    sink(FeatureKind::Likeness, &[number(likeness)]);
    if stats.letters() > 5 {
        sink(FeatureKind::LikenessOf, &[class, number(likeness / 2)]);
    }
    sink(FeatureKind::Changes, &[class, number(stats.changes / 10)]);
    sink(FeatureKind::Digits, &[number((stats.digits * 10).div_ceil(value.len()))]);
    sink(FeatureKind::Distinct, &[class, number(stats.distinct * 10 / value.len().min(32))]);
    let case = match (stats.lower, stats.upper) {
        (0, 0) => LetterCase::NoLetters,
        (_, 0) => LetterCase::Lower,
        (0, _) => LetterCase::Upper,
        (_, 1) if value[0].is_ascii_uppercase() => LetterCase::Capitalized,
        _ => LetterCase::Both,
    };
    sink(FeatureKind::Case, &[class, case.word()]);
    if stats.digits > 0 {
        let tail = value.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        let in_tail = value[value.len() - tail..].iter().filter(|byte| byte.is_ascii_digit()).count();
        let position = if in_tail == stats.digits { DigitPosition::AtEnd } else { DigitPosition::Inside };
        sink(FeatureKind::DigitsAt, &[class, position.word()]);
    }
    let mut seen = [false; 256];
    for byte in value.iter().filter(|byte| !byte.is_ascii_alphanumeric()) {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            sink(FeatureKind::Sign, &[Word::new(std::slice::from_ref(byte))]);
        }
    }
    if stats.class == Class::Hex {
        sink(FeatureKind::Hex, &[number(hash_length(value.len()))]);
    }
    if value.ends_with(b"=") {
        sink(FeatureKind::Padding, &[number(value.len() % 4)]);
    }
    if value.last().is_some_and(|byte| b".:!?".contains(byte)) {
        sink(FeatureKind::EndsLike, &[const { Word::new(b"sentence") }]);
    }
    let words = identifier::split_words(value);
    let long_words = words.iter().take(8).filter(|word| word.len() > 2 && word[0].is_ascii_alphabetic());
    for word in long_words.filter(|word| is_in_training(word)) {
        sink(FeatureKind::Value, &[Word::new(word)]);
    }
}

/// Returns the number of a range of lengths.
const fn length_range(length: usize) -> usize {
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

/// Returns the number of a length that hashes or keys have in hexadecimal digits; 0 for other lengths.
const fn hash_length(length: usize) -> usize {
    match length {
        16 => 1,
        32 => 2,
        40 => 3,
        64 => 4,
        24 => 5,
        48 => 6,
        128 => 7,
        _ => 0,
    }
}

const fn covered_share(stats: &ValueStats) -> CoveredShare {
    match stats.covered {
        0 => CoveredShare::None,
        1..=3 => CoveredShare::Few,
        4..=6 => CoveredShare::Half,
        7..=9 => CoveredShare::Most,
        _ => CoveredShare::All,
    }
}

const fn word_count(words: usize) -> WordCount {
    match words {
        0 => WordCount::Zero,
        1 => WordCount::One,
        2 => WordCount::Two,
        3 => WordCount::Three,
        _ => WordCount::More,
    }
}

/// Gives the features that combine the value with its name or its form.
fn visit_combinations(
    assignment: &Assignment,
    name: &Name<'_>,
    value: &[u8],
    stats: &ValueStats,
    sink: &mut Sink<'_>,
) {
    let (class, stem, quote) = (stats.class.word(), name.stem.word(), assignment.quote.word());
    sink(FeatureKind::ClassFor, &[class, stem]);
    sink(FeatureKind::ClassIn, &[class, assignment.operator.word(), quote]);
    sink(FeatureKind::CoveredFor, &[covered_share(stats).word(), stem, quote]);
    let lowercase = if stats.lower == 0 { LowercaseUse::Absent } else { LowercaseUse::Present };
    sink(FeatureKind::CaseFor, &[lowercase.word(), class, quote]);
    sink(FeatureKind::Shared, &[overlap(name, value).word()]);
    if matches!(name.stem, Stem::Auth | Stem::Token) && token_check::basic_auth_password(value).is_some() {
        sink(FeatureKind::Decodes, &[Stem::Login.word()]);
    }
}

/// Returns what a value and its name have in common.
fn overlap(name: &Name<'_>, value: &[u8]) -> NameOverlap {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect()
    };
    let (value, whole_name) = (letters(value), letters(name.text));
    let value_contains = |part: &[u8]| part.len() > 3 && contains(&value, part) && is_in_training(part);
    if value.len() > 2 && value == whole_name {
        NameOverlap::Equal
    } else if value.len() > 2 && whole_name.ends_with(&value) {
        NameOverlap::NameEndsWithValue
    } else if value_contains(&whole_name) {
        NameOverlap::ValueContainsName
    } else if name.words.iter().any(value_contains) {
        NameOverlap::SharedWord
    } else {
        NameOverlap::Nothing
    }
}

#[cfg(test)]
mod tests;
