//! Finds the secret of a line of settings with spaces between its words: `requirepass value`, `enable secret 0 value`,
//! `ENV DB_PASSWORD value`.

use std::ops::Range;

use super::{Argument, Name};
use crate::detect::assignment::parse::is_name;
use crate::rules::{Directive, LinePart, directives_at, directives_with_name};
use crate::text::{find_short, is_quote};

/// The bytes of a line that are read before and after an anchor, and the bytes in which a word of `near` counts.
const MAX_BEFORE: usize = 120;
const MAX_PROMPT: usize = 48;
const MAX_AFTER: usize = 400;
const NEAR: usize = 240;

/// Finds the value of the line that begins with the anchor, perhaps after a prompt. Most anchors end here after a few
/// bytes.
pub(super) fn find(text: &[u8], anchor: &Range<usize>) -> Option<Argument> {
    let before = &text[anchor.start.saturating_sub(MAX_PROMPT)..anchor.start];
    let before = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]).trim_ascii();
    if before.last().is_some_and(|last| !matches!(last, b'-' | b'#' | b'>' | b'$'))
        || before.starts_with(b"#")
    {
        return None;
    }
    let line = Line::around(text, anchor)?;
    directives_at(&text[anchor.clone()]).iter().find_map(|row| line.argument(row, None))
}

/// Finds the value of a line of settings with the name around the anchor: `ENV DB_PASSWORD value`. Most anchors end here
/// after a few bytes.
pub(crate) fn find_named(text: &[u8], anchor: &Range<usize>) -> Option<Argument> {
    let length = text[anchor.start..].iter().take(MAX_BEFORE).take_while(|byte| is_name(**byte)).count();
    let name_end = anchor.start + length;
    if !matches!(text.get(name_end), Some(b' ' | b'\t')) || name_end <= anchor.start {
        return None;
    }
    let before =
        text[..anchor.start].iter().rev().take(MAX_BEFORE).take_while(|byte| is_name(**byte)).count();
    let name = anchor.start - before..name_end;
    if !matches!(name.start.checked_sub(1).map(|at| text[at]), Some(b' ' | b'\t')) {
        return None;
    }
    let line = Line::around(text, &name)?;
    directives_with_name().iter().find_map(|row| line.argument(row, Some(&name)))
}

/// A line of settings and its words, without a prompt or a dash before them.
struct Line<'t> {
    text: &'t [u8],
    span: Range<usize>,
    words: Vec<Range<usize>>,
}

/// Returns the words of a line. A string in quotes is one word without them.
fn split(text: &[u8], line: &Range<usize>) -> Vec<Range<usize>> {
    const MAX_WORDS: usize = 24;
    let (mut words, mut at) = (Vec::new(), line.start);
    while words.len() < MAX_WORDS {
        at += text[at..line.end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = &text[at..line.end];
        let Some(&first) = rest.first() else { break };
        let quoted = is_quote(first).then(|| memchr::memchr(first, &rest[1..])).flatten();
        let (word, length) = if let Some(close) = quoted {
            let has_semicolon = rest.get(close + 2) == Some(&b';');
            (at + 1..at + 1 + close, close + 2 + usize::from(has_semicolon))
        } else {
            let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            (at..at + length, length)
        };
        words.push(word);
        at += length;
    }
    words
}

impl<'t> Line<'t> {
    /// Returns the line around an anchor. Returns `None` if it begins too far away.
    fn around(text: &'t [u8], anchor: &Range<usize>) -> Option<Self> {
        let from = anchor.start.saturating_sub(MAX_BEFORE);
        let start = match memchr::memrchr(b'\n', &text[from..anchor.start]) {
            Some(at) => from + at + 1,
            None if from == 0 => 0,
            None => return None,
        };
        let limit = text.len().min(anchor.end + MAX_AFTER);
        let end = memchr::memchr(b'\n', &text[anchor.end..limit]).map_or(limit, |at| anchor.end + at);
        let mut words = split(text, &(start..end));
        // A line in a comment is an example.
        let is_prompt = |word: &&Range<usize>| {
            let word = &text[(*word).clone()];
            matches!(word, b"-" | b"$" | b">" | b"sudo" | b"RUN")
                || word.ends_with(b"#") && word.len() < 40 && word[0].is_ascii_alphanumeric()
        };
        let prompts = words.iter().take(2).take_while(is_prompt).count();
        words.drain(..prompts);
        Some(Self { text, span: start..end, words })
    }

    /// Returns the value that a row finds. With `name`, the name of the row has to be that one.
    fn argument(&self, row: &Directive, name: Option<&Range<usize>>) -> Option<Argument> {
        let value = self.value(row, name).filter(|value| !value.is_empty())?;
        let text = self.text;
        // A word of prose has no digit: "password provided".
        let may_be_prose = || !text[value.clone()].iter().any(u8::is_ascii_digit);
        if !row.near.is_empty() && (may_be_prose() || !self.is_near(row.near)) {
            return None;
        }
        let value = match text[value.clone()].strip_suffix(b";") {
            Some(inner) => value.start..value.start + inner.len(),
            None => value,
        };
        let name = name.map_or(Name::OfRow(row.name), |name| Name::Written(name.clone()));
        Some(Argument { value, name, within: self.span.clone() })
    }

    /// Matches the words with those of a row. Most lines differ in the first word.
    fn value(&self, row: &Directive, name: Option<&Range<usize>>) -> Option<Range<usize>> {
        let (mut words, mut value) = (self.words.iter().peekable(), None);
        for part in row.line {
            match part {
                LinePart::Rest => while words.next().is_some() {},
                LinePart::Any => {
                    words.next()?;
                }
                LinePart::Name => {
                    words.next().filter(|word| Some(*word) == name)?;
                }
                LinePart::Optional(optional) => {
                    words.next_if(|word| self.text[(*word).clone()] == *optional.as_bytes());
                }
                LinePart::Word(part) => {
                    words
                        .next()
                        .filter(|word| self.text[(*word).clone()].eq_ignore_ascii_case(part.as_bytes()))?;
                }
                LinePart::Value { before, after } => {
                    let word = words.next()?;
                    let inner = self.text[word.clone()].strip_prefix(before.as_bytes())?;
                    let inner = inner.strip_suffix(after.as_bytes())?;
                    let start = word.start + before.len();
                    value = Some(start..start + inner.len());
                }
            }
        }
        // A comment may follow.
        let ends = words.next().is_none_or(|word| matches!(self.text.get(word.start), Some(b'#')));
        value.filter(|_| ends)
    }

    /// Returns whether one of the words is near the line.
    fn is_near(&self, words: &[&str]) -> bool {
        let Range { start, end } = self.span;
        let near =
            self.text[start.saturating_sub(NEAR)..self.text.len().min(end + NEAR)].to_ascii_lowercase();
        words.iter().any(|word| find_short(&near, word.as_bytes()).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, anchor: &str) -> Option<String> {
        let start = text.find(anchor).unwrap();
        let argument = find(text.as_bytes(), &(start..start + anchor.len()))?;
        Some(text[argument.value].to_owned())
    }

    fn found_named(text: &str) -> Option<String> {
        let start = text.find("PASSWORD").unwrap();
        let argument = find_named(text.as_bytes(), &(start..start + 8))?;
        Some(text[argument.value].to_owned())
    }

    #[test]
    fn the_value_of_a_line_is_found() {
        for (text, anchor) in [
            ("port 6379\nrequirepass v9k2\n", "requirepass "),
            ("requirepass \"v9k2\"", "requirepass "),
            ("enable secret 0 v9k2\r\n", "enable secret"),
            ("r1(config)# enable secret v9k2", "enable secret"),
            ("username admin privilege 15 password 0 v9k2\n", "username "),
            ("snmp-server community v9k2 RW", "snmp-server community"),
        ] {
            assert_eq!(found(text, anchor).as_deref(), Some("v9k2"), "{text}");
        }
        for text in ["ENV DB_PASSWORD v9k2", "set -gx DB_PASSWORD 'v9k2'\n", "setx DB_PASSWORD v9k2 /M"] {
            assert_eq!(found_named(text).as_deref(), Some("v9k2"), "{text}");
        }
    }

    #[test]
    fn other_lines_are_no_settings() {
        for (text, anchor) in [
            ("the option requirepass v9k2", "requirepass "),
            ("requirepass v9k2 and more words", "requirepass "),
            ("requirepass", "requirepass"),
            ("username admin privilege 15", "username "),
        ] {
            assert_eq!(found(text, anchor), None, "{text}");
        }
        for text in
            ["ENV DB_PASSWORD", "the DB_PASSWORD v9k2", "ENV DB_PASSWORD a b c", "ENV X DB_PASSWORD v9k2"]
        {
            assert_eq!(found_named(text), None, "{text}");
        }
    }
}
