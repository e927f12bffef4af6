//! Decides whether a word of a line is a name that may be shown: of a variable, an attribute, a function, an option.
//! The place of a word is not enough, since a password may contain `=` or `(`: the less a place says, the more of the
//! word has to be known.

use std::ops::Range;

use super::line::{Line, Operator};
use super::tokens::Kind;
use super::words::{self, ELEMENTS, NAME_WORDS};
use crate::detect::identifier;

/// What the place of a word says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Only a name is there: before an operator at the beginning of a line, before `="`, as a quoted key.
    Name,
    /// A name or a part of a value is there.
    Unclear,
    /// A value is there.
    Value,
}

/// The longest word that is shown without further conditions where only a name is, in bytes.
const SHORT: usize = 3;

/// Returns whether a word outside of string literals is shown as a name before an assignment operator. `is_head` says
/// that only keywords precede it in the line.
pub(super) fn is_assigned(line: &Line<'_>, at: usize, is_head: bool) -> bool {
    let Some(operator) = line.operator_after(at + 1) else { return false };
    is_shown(line, at, place(line, at, is_head, &operator))
}

fn place(line: &Line<'_>, at: usize, is_head: bool, operator: &Operator) -> Place {
    let start = line.before_quotes(at);
    let is_after_space = start == 0 && line.has_start || start > 0 && line.is_space(start - 1);
    let is_separated = is_after_space || start > 0 && line.is_punctuation(start - 1, b"{([,;&?|<$@-*#");
    let follows_operator = line.before(start).is_some_and(|before| line.is_operator(before));
    if !is_separated || follows_operator {
        return Place::Value;
    }
    let is_quoted = line.is_quote(operator.after) || line.is_punctuation(operator.after, b"\\");
    // A password may begin with letters and `=`, but hardly with letters, `=` and a space or a quote.
    let is_delimited = is_quoted
        || line.is_space(operator.after)
        || matches!(line.kind(operator.after), None | Some(Kind::Subject));
    let is_setting = is_head && is_delimited;
    let is_attribute = is_after_space && !operator.is_colon && operator.is_adjacent && is_quoted;
    if is_setting || is_attribute { Place::Name } else { Place::Unclear }
}

/// Returns whether the content of a string literal is shown, because it is a key of a map or the name that the
/// subject is assigned to.
pub(super) fn is_key(line: &Line<'_>, content: &Range<usize>) -> bool {
    let at = content.start;
    if content.len() != 1 || line.kind(at) != Some(Kind::Word) {
        return false;
    }
    let Some(operator) = line.operator_after(content.end) else {
        return is_shown(line, at, Place::Value);
    };
    let before = line.before(line.before_quotes(at));
    let place = match before.map(|before| line.punctuation(before)) {
        None if line.has_start => Place::Name,
        Some(Some(b'{' | b'[' | b',' | b'(')) if operator.is_colon || !operator.is_adjacent => Place::Name,
        Some(Some(b'{' | b'[')) => Place::Name,
        // `condition ? "one" : "other"` has no key.
        Some(Some(b'?' | b':' | b'=')) => Place::Value,
        _ => Place::Unclear,
    };
    is_shown(line, at, place)
}

fn is_shown(line: &Line<'_>, at: usize, place: Place) -> bool {
    let word = line.bytes(at);
    let is_own = line.is_own_name(at) && identifier::may_be_shown(word) && has_known_word(word);
    match place {
        Place::Name => is_own || is_identifier(word),
        Place::Unclear => is_own || is_known(word),
        Place::Value => is_own,
    }
}

/// Returns whether a word outside of string literals is shown as the name of a function: `login("…")`.
pub(super) fn is_function(line: &Line<'_>, at: usize, is_head: bool) -> bool {
    if !line.is_punctuation(at + 1, b"(") {
        return false;
    }
    let word = line.bytes(at);
    let is_separated = at == 0 || line.is_space(at - 1) || line.is_punctuation(at - 1, b"([{,;=@.&|!");
    let is_result = at > 1 && line.is_space(at - 1) && line.is_operator(at - 2);
    let first = at + 2;
    let has_arguments = line.is_quote(first)
        || line.is_punctuation(first, b")")
        || line.kind(first) == Some(Kind::Subject)
        || line.kind(first) == Some(Kind::Word) && line.is_punctuation(first + 1, b"=");
    is_separated && (is_known(word) || (is_head || is_result) && has_arguments && is_identifier(word))
}

/// Returns whether a word is shown as the name of an element (`<password>`), of an option (`--password`) or of a
/// variable (`$PASSWORD`, `${PASSWORD}`).
pub(super) fn is_marked(line: &Line<'_>, at: usize) -> bool {
    let word = line.bytes(at);
    let Some(before) = at.checked_sub(1) else { return false };
    let first_mark = (0..at).rev().take_while(|at| line.is_punctuation(*at, b"-")).last();
    let begins = |at: usize| at == 0 || line.is_space(at - 1) || line.is_quote(at - 1);
    if first_mark.is_some_and(begins) {
        return word.len() == 1 && word[0].is_ascii_alphabetic() || is_known(word);
    }
    let is_element = line.is_punctuation(before, b"<")
        || line.is_punctuation(before, b"/") && before > 0 && line.is_punctuation(before - 1, b"<");
    let is_variable = line.is_punctuation(before, b"$")
        || line.is_punctuation(before, b"{") && before > 0 && line.is_punctuation(before - 1, b"${");
    is_element && words::contains(ELEMENTS, word) || (is_element || is_variable) && is_known(word)
}

/// Returns whether a word has the form of an identifier that a person chose.
fn is_identifier(word: &[u8]) -> bool {
    let is_start = word.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_');
    if !is_start || !word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)) {
        return false;
    }
    let is_pronounceable = |part: &[u8]| {
        part.len() <= 5 || part.iter().any(|byte| b"aeiouy".contains(byte)) || part[0].is_ascii_digit()
    };
    let has_digits_within =
        word.windows(2).any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic());
    word.len() <= SHORT
        || identifier::may_be_shown(word)
            && !has_digits_within
            && identifier::split_words(word).iter().all(is_pronounceable)
}

/// Returns whether a token is a short word, and not the name that the subject is assigned to.
pub(super) fn is_short(line: &Line<'_>, at: usize) -> bool {
    line.kind(at) == Some(Kind::Word) && line.bytes(at).len() <= SHORT && !line.is_own_name(at)
}

/// Returns whether a token is a short word that is not known, and not the name that the subject is assigned to. Single
/// letters and digits, as in `X2` or `xDb`, are known as parts of names, but are in any password.
pub(super) fn is_short_and_unknown(line: &Line<'_>, at: usize) -> bool {
    let word = line.bytes(at);
    is_short(line, at)
        && (identifier::split_words(word).iter().any(|part| part.len() == 1) || !is_known(word))
}

/// Returns whether all words of a name are known words of names. Single letters and digits alone, as in `X6x7`, are in
/// any password.
fn is_known(word: &[u8]) -> bool {
    const MAX_DIGITS: usize = 2;
    let words = identifier::split_words(word);
    let is_known = |part: &[u8]| {
        words::contains(NAME_WORDS, part) || part.len() <= MAX_DIGITS && part.iter().all(u8::is_ascii_digit)
    };
    word.is_ascii()
        && word[0].is_ascii_alphabetic()
        && words.iter().all(is_known)
        && (word.len() == 1 || words.iter().any(|part| part.len() > 1 && part[0].is_ascii_alphabetic()))
}

/// Returns whether one word of a name is a known word of names.
fn has_known_word(word: &[u8]) -> bool {
    identifier::split_words(word).iter().any(|part| part.len() >= SHORT && words::contains(NAME_WORDS, part))
}

/// Returns whether a number is shown: at most three digits, assigned to a known name.
pub(super) fn is_small_number(line: &Line<'_>, at: usize) -> bool {
    const MAX_DIGITS: usize = 3;
    let word = line.bytes(at);
    let after = line.next(at + 1);
    let is_alone = after >= line.tokens.len()
        || line.is_punctuation(after, b",;)]}") && !line.is_punctuation(after + 1, b",;)]}:=");
    let Some(mut before) = line.before(at).filter(|before| line.is_operator(*before)) else { return false };
    while before > 0 && (line.is_operator(before) || line.is_space(before) || line.is_quote(before)) {
        before -= 1;
    }
    word.len() <= MAX_DIGITS
        && word.iter().all(u8::is_ascii_digit)
        && is_alone
        && line.kind(before) == Some(Kind::Word)
        && is_known(line.bytes(before))
}
