//! Decides which tokens of a line are shown. Names, keywords and punctuation are the structure of a line; everything
//! else may be a value and is masked.

use super::line::Line;
use super::tokens::Kind;
use super::words::{ADDRESS_SCHEMES, AUTH_SCHEMES, CONSTANTS, KEYWORDS, TYPES, contains};
use super::{names, strings};
use crate::secret::allow_references;

/// The longest run of punctuation that is shown, in bytes. A longer one may be a password.
const MAX_PUNCTUATION: usize = 5;

/// The most marks, which are punctuation other than quotes, in a row that short known names join.
const MAX_MARKS: usize = 3;

/// Returns for each token whether it is shown. White space and punctuation within a masked value are not.
pub(super) fn shown_tokens(line: &Line<'_>) -> Vec<bool> {
    let mut shown: Vec<bool> =
        line.tokens.iter().map(|token| !matches!(token.kind, Kind::Word | Kind::Secret)).collect();
    let literals = strings::contents(line);
    let mut is_head = line.has_start;
    let mut literal = literals.iter().peekable();
    let mut at = 0;
    while at < line.tokens.len() {
        if let Some(content) = literal.next_if(|content| content.start == at) {
            let is_key = names::is_key(line, content);
            shown[content.clone()].fill(is_key);
            (at, is_head) = (content.end.max(at + 1), false);
            continue;
        }
        if line.kind(at) == Some(Kind::Word) {
            shown[at] = is_shown(line, at, is_head);
            is_head &= shown[at] && is_keyword(line, at);
        } else {
            is_head &= line.is_space(at) || line.is_punctuation(at, b"-*#/!@$&%>+<[]");
        }
        at += 1;
    }
    hide_long_punctuation(line, &mut shown);
    hide_gaps(line, &mut shown);
    show_references(line, &mut shown);
    shown
}

/// Returns whether a word outside of string literals is shown.
fn is_shown(line: &Line<'_>, at: usize, is_head: bool) -> bool {
    is_head && is_keyword(line, at)
        || is_scheme(line, at)
        || is_type(line, at)
        || is_constant(line, at)
        || names::is_assigned(line, at, is_head)
        || names::is_function(line, at, is_head)
        || names::is_marked(line, at)
        || names::is_small_number(line, at)
}

fn is_keyword(line: &Line<'_>, at: usize) -> bool {
    let word = line.bytes(at);
    let is_whole = line.is_space(at + 1) || line.is_punctuation(at + 1, b"*&<>[]?");
    is_whole && (contains(KEYWORDS, word) || contains(TYPES, word))
}

/// Returns whether a word is the scheme of an address (`https://`), or of an authentication (`Bearer`) before the
/// subject.
fn is_scheme(line: &Line<'_>, at: usize) -> bool {
    let word = line.bytes(at);
    let is_of_address = line.is_punctuation(at + 1, b":")
        && line.is_punctuation(at + 2, b"/")
        && line.is_punctuation(at + 3, b"/");
    let is_of_subject = line.is_space(at + 1) && line.kind(at + 2) == Some(Kind::Subject);
    is_of_address && contains(ADDRESS_SCHEMES, word) || is_of_subject && contains(AUTH_SCHEMES, word)
}

/// Returns whether a word is a type between a colon and an assignment: `key: str = "…"`.
fn is_type(line: &Line<'_>, at: usize) -> bool {
    let before = line.before(at);
    let before =
        before.filter(|before| line.is_punctuation(*before, b"&")).map_or(before, |at| line.before(at));
    before.is_some_and(|before| line.is_punctuation(before, b":"))
        && line.is_punctuation(line.next(at + 1), b"=")
        && contains(TYPES, line.bytes(at))
}

fn is_constant(line: &Line<'_>, at: usize) -> bool {
    let is_value =
        line.before(at).is_some_and(|before| line.is_operator(before) || line.is_punctuation(before, b"(,["));
    let after = line.next(at + 1);
    let is_whole = after > at + 1 || after >= line.tokens.len() || line.is_punctuation(after, b",;)]}");
    is_value && is_whole && contains(CONSTANTS, line.bytes(at))
}

/// Hides runs of punctuation that are longer than those of programs. A short word that is no known name belongs to the
/// run: `,<A(<{` may be a part of a password. A known one belongs to it among marks that no program has there: `%;db:-`.
fn hide_long_punctuation(line: &Line<'_>, shown: &mut [bool]) {
    hide_runs(line, shown, 0, names::is_short_and_unknown);
    hide_runs(line, shown, MAX_MARKS + 1, names::is_short);
}

/// Hides the runs of punctuation and of the words that belong to them that have more than [`MAX_PUNCTUATION`] bytes and
/// at least `min_marks` marks.
fn hide_runs(line: &Line<'_>, shown: &mut [bool], min_marks: usize, belongs: fn(&Line<'_>, usize) -> bool) {
    let mut at = 0;
    while at < line.tokens.len() {
        let is_part = |at: &usize| line.punctuation(*at).is_some() || shown[*at] && belongs(line, *at);
        let count = (at..line.tokens.len()).take_while(is_part).count();
        let run = at..at + count;
        let bytes: usize = line.tokens[run.clone()].iter().map(|token| token.span.len()).sum();
        let is_mark = |at: &usize| line.punctuation(*at).is_some_and(|byte| !b"\"'`".contains(&byte));
        if bytes > MAX_PUNCTUATION && run.clone().filter(is_mark).count() >= min_marks {
            shown[run].fill(false);
        }
        at += count.max(1);
    }
}

/// Hides what separates the parts of a value: white space between words, and punctuation that is no separator in a
/// word (`Pa$$word`, `a/b`).
fn hide_gaps(line: &Line<'_>, shown: &mut [bool]) {
    let mut last_hidden: Option<usize> = None;
    for at in 0..shown.len() {
        if shown[at] {
            continue;
        }
        if let Some(last) = last_hidden {
            let mut gap = last + 1..at;
            let is_words = gap.clone().all(|at| line.is_space(at));
            let is_value = gap.all(|at| line.is_punctuation(at, b"!@#$%^&*?~+-./\\"));
            if is_words || is_value {
                shown[last + 1..at].fill(false);
            }
        }
        last_hidden = Some(at);
    }
}

/// Shows `skant:allow RULE/FINGERPRINT`, so that a mistyped one can be recognised.
fn show_references(line: &Line<'_>, shown: &mut [bool]) {
    let (Some(first), Some(last)) = (line.tokens.first(), line.tokens.last()) else { return };
    let start = first.span.start;
    for reference in allow_references(&line.text[start..last.span.end]) {
        for (token, shown) in line.tokens.iter().zip(&mut *shown) {
            let is_within =
                token.span.start >= start + reference.start && token.span.end <= start + reference.end;
            *shown |= is_within && !matches!(token.kind, Kind::Secret | Kind::Subject);
        }
    }
}
