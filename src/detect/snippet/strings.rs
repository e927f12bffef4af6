//! String literals in a line, also in escaped form: `"…"`, `\"…\"`.

use std::ops::Range;

use super::line::Line;
use super::tokens::Kind;

/// Returns the contents of the string literals of a line, as ranges of tokens. A literal that contains the subject is
/// left out: its content is read like a line.
pub(super) fn contents(line: &Line<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut closing_quotes = Vec::new();
    let mut at = 0;
    while at < line.tokens.len() {
        let literal = if closing_quotes.contains(&at) { None } else { literal_at(line, at) };
        at += 1;
        if let Some((content, close)) = literal {
            if content.clone().any(|at| line.kind(at) == Some(Kind::Subject)) {
                closing_quotes.push(close);
            } else {
                found.push(content);
                at = close + 1;
            }
        }
    }
    found
}

/// Returns the content of the literal that opens at a token, and the index of the quote that closes it.
fn literal_at(line: &Line<'_>, open: usize) -> Option<(Range<usize>, usize)> {
    let quote = line.punctuation(open).filter(|_| line.is_quote(open) && may_open(line, open))?;
    let level = backslashes_before(line, open);
    let closes = |at: &usize| {
        let backslashes = backslashes_before(line, *at);
        line.punctuation(*at) == Some(quote)
            && if level == 0 { backslashes.is_multiple_of(2) } else { backslashes == level }
    };
    let close = (open + 1..line.tokens.len()).find(closes)?;
    Some((open + 1..close.saturating_sub(level).max(open + 1), close))
}

/// Returns whether a quote may open a literal: an apostrophe in a word (`don't`) does not, the quote after a prefix
/// (`f'…'`, `-p'…'`) does.
fn may_open(line: &Line<'_>, at: usize) -> bool {
    const MAX_PREFIX: usize = 2;
    let before = at.checked_sub(1).filter(|before| line.kind(*before) == Some(Kind::Word));
    line.punctuation(at) != Some(b'\'') || before.is_none_or(|before| line.bytes(before).len() <= MAX_PREFIX)
}

fn backslashes_before(line: &Line<'_>, at: usize) -> usize {
    (0..at).rev().take_while(|before| line.is_punctuation(*before, b"\\")).count()
}
