//! A string literal among the tokens of its file: the brackets around it, and its statement.

use super::lexer::{Token, TokenKind};
use super::syntax::Language;

/// A literal among its tokens.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) language: &'static Language,
    pub(super) text: &'t [u8],
    /// All tokens but comments.
    pub(super) tokens: &'t [&'t Token],
    /// The index of the literal.
    pub(super) index: usize,
}

impl<'t> Place<'t> {
    pub(super) fn token(&self, index: usize) -> Option<&'t Token> {
        self.tokens.get(index).copied()
    }

    pub(super) fn previous(&self) -> Option<&'t Token> {
        self.index.checked_sub(1).and_then(|index| self.token(index))
    }

    pub(super) fn next(&self) -> Option<&'t Token> {
        self.token(self.index + 1)
    }

    pub(super) fn bytes(&self, token: &Token) -> &'t [u8] {
        &self.text[token.span.clone()]
    }

    /// Returns the token at an index as a word; an empty one if it is none.
    pub(super) fn word(&self, index: Option<usize>) -> &'t [u8] {
        let token = index.and_then(|index| self.token(index));
        token.filter(|token| token.kind == TokenKind::Word).map_or(b"", |token| self.bytes(token))
    }

    pub(super) fn is_punct(&self, index: Option<usize>, byte: u8) -> bool {
        index.and_then(|index| self.token(index)).is_some_and(|token| token.kind == TokenKind::Punct(byte))
    }

    pub(super) fn is_one_of(&self, token: &Token, words: &[&str]) -> bool {
        token.kind == TokenKind::Word && words.iter().any(|word| word.as_bytes() == self.bytes(token))
    }

    /// Whether the next token is a `.`.
    pub(super) fn is_receiver(&self) -> bool {
        self.is_punct(Some(self.index + 1), b'.')
    }

    /// Whether two bytes of punctuation end before an index.
    pub(super) fn follows(&self, index: usize, two: [u8; 2]) -> bool {
        self.is_punct(index.checked_sub(2), two[0]) && self.is_punct(index.checked_sub(1), two[1])
    }

    /// Whether a plain `=` is at an index: no part of `==`, `=>`, `<=`, `>=` or `!=`.
    pub(super) fn is_assignment(&self, index: usize) -> bool {
        let is_part =
            |index: Option<usize>, bytes: &[u8]| bytes.iter().any(|byte| self.is_punct(index, *byte));
        self.is_punct(Some(index), b'=')
            && !is_part(index.checked_sub(1), b"=<>!")
            && !is_part(Some(index + 1), b"=>~")
    }

    /// Returns the indexes of the brackets around the literal, the innermost first.
    pub(super) fn openers(&self) -> Vec<usize> {
        self.openers_of(self.index)
    }

    pub(super) fn openers_of(&self, index: usize) -> Vec<usize> {
        let mut openers = Vec::new();
        let mut level = 0_usize;
        for index in (0..index).rev() {
            match self.tokens[index].kind {
                TokenKind::Punct(b')' | b']' | b'}') => level += 1,
                TokenKind::Punct(b'(' | b'[' | b'{') if level == 0 => openers.push(index),
                TokenKind::Punct(b'(' | b'[' | b'{') => level -= 1,
                _ => {}
            }
        }
        openers
    }

    /// Returns the index of the bracket that closes the one at `open`; the last index if none does.
    pub(super) fn closer(&self, open: usize) -> usize {
        let mut level = 0_usize;
        for index in open..self.tokens.len() {
            match self.tokens[index].kind {
                TokenKind::Punct(b'(' | b'[' | b'{') => level += 1,
                TokenKind::Punct(b')' | b']' | b'}') => level = level.saturating_sub(1),
                _ => {}
            }
            if level == 0 {
                return index;
            }
        }
        self.tokens.len().saturating_sub(1)
    }

    /// Returns the indexes of the tokens of the statement before `end`, the nearest first, up to an unmatched bracket.
    pub(super) fn statement_before(&self, end: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut level = 0_usize;
        for index in (0..end).rev() {
            let token = self.tokens[index];
            match token.kind {
                // A block ends a statement; the list of an import or an initialiser does, too.
                TokenKind::Punct(b';' | b'}') if level == 0 => break,
                TokenKind::Punct(b')' | b']' | b'}') => level += 1,
                TokenKind::Punct(b'(' | b'[' | b'{') => match level.checked_sub(1) {
                    Some(outer) => level = outer,
                    None => break,
                },
                _ => {}
            }
            if level == 0 {
                found.push(index);
                if self.language.ends_at_line && token.is_first_of_line {
                    break;
                }
            }
        }
        found
    }

    /// Whether the statement before `end` has the `?` of a conditional expression: no part of `?.`, `??` and `?:`.
    pub(super) fn has_condition(&self, end: usize) -> bool {
        self.statement_before(end).iter().any(|index| {
            let is_part =
                |index: Option<usize>, bytes: &[u8]| bytes.iter().any(|byte| self.is_punct(index, *byte));
            self.is_punct(Some(*index), b'?')
                && !is_part(Some(index + 1), b"?.:")
                && !is_part(index.checked_sub(1), b"?")
        })
    }
}
