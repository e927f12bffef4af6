//! A line as tokens, with questions about the neighbours of a token.

use std::ops::Range;

use super::tokens::{Kind, Token};
use crate::text::is_quote;

/// The tokens of a line.
pub(super) struct Line<'t> {
    pub(super) text: &'t [u8],
    pub(super) tokens: Vec<Token>,
    /// Whether the first token is the first of its line. A long line is cut.
    pub(super) has_start: bool,
    /// The span of the name that the subject is assigned to.
    pub(super) own_name: Option<Range<usize>>,
}

/// An assignment operator after a name.
pub(super) struct Operator {
    /// Whether no white space precedes it.
    pub(super) is_adjacent: bool,
    /// Whether it is or begins with a colon.
    pub(super) is_colon: bool,
    /// The index of the token after it.
    pub(super) after: usize,
}

impl Line<'_> {
    /// Returns the bytes of a token.
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        self.tokens.get(at).map_or(&[], |token| &self.text[token.span.clone()])
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Returns the punctuation at an index.
    pub(super) fn punctuation(&self, at: usize) -> Option<u8> {
        match self.kind(at) {
            Some(Kind::Punctuation(byte)) => Some(byte),
            _ => None,
        }
    }

    pub(super) fn is_punctuation(&self, at: usize, accepted: &[u8]) -> bool {
        self.punctuation(at).is_some_and(|byte| accepted.contains(&byte))
    }

    pub(super) fn is_space(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Space)
    }

    pub(super) fn is_quote(&self, at: usize) -> bool {
        self.punctuation(at).is_some_and(is_quote)
    }

    /// Returns the index of the last token before `at` that is no white space.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|before| !self.is_space(*before))
    }

    /// Returns the index of the first token from `at` on that is no white space.
    pub(super) fn next(&self, at: usize) -> usize {
        if self.is_space(at) { at + 1 } else { at }
    }

    /// Returns the index of the token before the quote, and its backslashes, that directly precede `at`.
    pub(super) fn before_quotes(&self, at: usize) -> usize {
        let quotes =
            (0..at).rev().take_while(|before| self.is_quote(*before) || self.is_punctuation(*before, b"\\"));
        at - quotes.count()
    }

    /// Returns whether a token is the end of an assignment operator.
    pub(super) fn is_operator(&self, at: usize) -> bool {
        self.is_punctuation(at, b"=:")
            || self.is_punctuation(at, b">") && at > 0 && self.is_punctuation(at - 1, b"=")
    }

    /// Returns the assignment operator after a name that ends before the token `at`.
    pub(super) fn operator_after(&self, at: usize) -> Option<Operator> {
        let mut after = at;
        while self.is_quote(after) || self.is_punctuation(after, b"\\]") {
            after += 1;
        }
        let is_adjacent = !self.is_space(after);
        after = self.next(after);
        while self.is_punctuation(after, b"+?|-~") && self.is_punctuation(after + 1, b"=|") {
            after += 1;
        }
        let is_colon = self.is_punctuation(after, b":");
        let is_path = is_colon && (self.is_punctuation(after + 1, b":/"));
        if is_path || !self.is_punctuation(after, b"=:") {
            return None;
        }
        while self.is_punctuation(after, b"=:>") {
            after += 1;
        }
        Some(Operator { is_adjacent, is_colon, after })
    }

    /// Returns whether a token is in the name that the subject is assigned to.
    pub(super) fn is_own_name(&self, at: usize) -> bool {
        let span = self.tokens.get(at).map(|token| &token.span);
        self.own_name
            .as_ref()
            .zip(span)
            .is_some_and(|(name, span)| name.start < span.end && span.start < name.end)
    }
}
