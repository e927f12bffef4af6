//! Features of the form of an assignment, and of the characters directly around it.

use super::common::{NEAR, Sink, contains};
use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::identifier;
use skant_password_model::FeatureKind;
use skant_password_model::feature_key::Word;
use skant_password_model::vocabulary::{Host, LineStart, Term as _};

/// The number of spaces after a value that are skipped to find the next character.
const MAX_SPACES: usize = 8;

/// The end of a line, which the start and the end of the text count as.
const LINE_END: &[u8] = b"\n";

pub(super) fn visit(text: &[u8], assignment: &Assignment, sink: &mut Sink<'_>) {
    let quote = assignment.quote.word();
    sink(FeatureKind::Form, &[assignment.operator.word(), quote]);
    let byte =
        |at: Option<usize>| Word::new(at.and_then(|at| text.get(at)).map_or(LINE_END, std::slice::from_ref));
    sink(FeatureKind::Before, &[byte(assignment.name.start.checked_sub(1))]);
    sink(FeatureKind::After, &[quote, byte(Some(next_after(text, assignment)))]);
    if !assignment.wrapper.is_empty() {
        for word in identifier::split_words(&text[assignment.wrapper.clone()]).iter() {
            sink(FeatureKind::Wrapper, &[Word::new(word)]);
        }
    }
    if !assignment.scheme.is_empty() {
        let scheme = text[assignment.scheme.clone()].to_ascii_lowercase();
        sink(FeatureKind::Scheme, &[Word::new(scheme.trim_ascii())]);
    }
    if assignment.operator == Operator::Url {
        sink(FeatureKind::Host, &[host(&text[assignment.value.end + 1..]).word()]);
    }
    let before = &text[assignment.name.start.saturating_sub(NEAR)..assignment.name.start];
    sink(FeatureKind::Line, &[line_start(before).word(), quote]);
}

/// Returns the position of the first character after a value and its quote that is no space.
fn next_after(text: &[u8], assignment: &Assignment) -> usize {
    let end = assignment.value.end + usize::from(assignment.quote != Quote::None);
    let rest = &text[end.min(text.len())..];
    match rest.iter().take(MAX_SPACES).position(|byte| *byte != b' ') {
        Some(spaces) => end + spaces,
        // Only spaces up to the end of the text, which ends a line.
        None if rest.len() < MAX_SPACES => text.len(),
        None => end,
    }
}

/// Returns what a line begins with; `before` is the text before the name.
fn line_start(before: &[u8]) -> LineStart {
    const COMMENTS: [&[u8]; 5] = [b"//", b"#", b"*", b"<!--", b"--"];
    let line = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]).trim_ascii();
    match line {
        b"" => LineStart::Nothing,
        b"export" | b"ENV" | b"set" => LineStart::Export,
        b"-" => LineStart::Dash,
        b"\"" | b"'" => LineStart::Quote,
        _ if COMMENTS.iter().any(|comment| line.starts_with(comment)) => LineStart::Comment,
        _ => LineStart::Other,
    }
}

/// Returns the kind of host that a text begins with.
pub(crate) fn host(rest: &[u8]) -> Host {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-');
    let host = rest[..rest.iter().take(64).take_while(is_part).count()].to_ascii_lowercase();
    let has = |part: &[u8]| contains(&host, part);
    if host.is_empty() {
        Host::Template
    } else if has(b"localhost") || host.starts_with(b"127.") || host == b"host" || host == b"hostname" {
        Host::Local
    } else if has(b"example") || has(b"foo") || has(b"bar") || has(b"host") {
        Host::Example
    } else if host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        Host::Number
    } else if host.contains(&b'.') {
        Host::Named
    } else {
        Host::SingleWord
    }
}
