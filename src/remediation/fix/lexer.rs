//! Splits code into words, punctuation, strings and comments, by the table of languages. It refuses a text that it
//! cannot split with certainty.

use std::ops::Range;

use super::literal_ends::{OPERAND_WORDS, character_end, heredoc_head, is_word, pattern_end, percent_end};
use super::syntax::{Escape, Heredoc, Language, StringForm};

/// The most levels of strings in interpolated expressions.
const MAX_DEPTH: usize = 12;

/// The kind of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// One byte of punctuation.
    Punct(u8),
    Comment,
    /// A string literal.
    Text(Literal),
    /// A literal whose inside is not examined.
    Opaque,
}

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) form: StringForm,
    /// The bytes between the quotes.
    pub(super) inner: Range<usize>,
    /// The interpolated expressions.
    pub(super) holes: Vec<Range<usize>>,
    /// What follows the expression that replaces the literal; `None` if it cannot be replaced.
    pub(super) suffix: Option<&'static str>,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
    /// Whether a line break is between this token and the one before, comments aside.
    pub(super) is_first_of_line: bool,
}

/// The text cannot be split with certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotLexed;

/// Splits a text into tokens.
pub(super) fn lex(language: &'static Language, text: &[u8]) -> Result<Vec<Token>, NotLexed> {
    let mut lexer = Lexer { language, text, tokens: Vec::new(), is_new_line: true, heredocs: Vec::new() };
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let start = if language.heredoc == Heredoc::Php { lexer.skip_markup(start) } else { start };
    let end = lexer.lex(start, None, 0)?;
    if end == text.len() && lexer.heredocs.is_empty() { Ok(lexer.tokens) } else { Err(NotLexed) }
}

/// A heredoc whose body has not begun.
struct PendingHeredoc {
    name: Vec<u8>,
}

struct Lexer<'t> {
    language: &'static Language,
    text: &'t [u8],
    tokens: Vec<Token>,
    is_new_line: bool,
    heredocs: Vec<PendingHeredoc>,
}

impl Lexer<'_> {
    fn at(&self, at: usize, what: &str) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    fn push(&mut self, kind: TokenKind, span: Range<usize>) {
        let is_comment = kind == TokenKind::Comment;
        self.tokens.push(Token { kind, span, is_first_of_line: self.is_new_line });
        if !is_comment {
            self.is_new_line = false;
        }
    }

    /// Splits the text from `at` on; up to an unmatched `}` if `until` is that byte. Returns the position of the end.
    fn lex(&mut self, mut at: usize, until: Option<u8>, depth: usize) -> Result<usize, NotLexed> {
        if depth > MAX_DEPTH {
            return Err(NotLexed);
        }
        let mut braces = 0_usize;
        while let Some(&byte) = self.text.get(at) {
            if byte == b'\n' {
                self.is_new_line = true;
                if let Some(after) = self.block_comment(at) {
                    at = after?;
                    continue;
                }
                at = self.skip_heredocs(at + 1)?;
                continue;
            }
            if byte.is_ascii_whitespace() {
                at += 1;
                continue;
            }
            if self.language.heredoc == Heredoc::Php && self.at(at, "?>") {
                self.push(TokenKind::Punct(b';'), at..at + 2);
                at = self.skip_markup(at + 2);
                continue;
            }
            if let Some(end) = self.comment(at)? {
                self.push(TokenKind::Comment, at..end);
                at = end;
                continue;
            }
            if let Some(end) = self.string(at, depth)? {
                at = end;
                continue;
            }
            if let Some(end) = self.special_literal(at)? {
                self.push(TokenKind::Opaque, at..end);
                at = end;
                continue;
            }
            if is_word(byte) {
                let length = self.text[at..].iter().take_while(|byte| is_word(**byte)).count();
                if self.ends_code(at, length) {
                    self.push(TokenKind::Opaque, at..self.text.len());
                    return Ok(self.text.len());
                }
                self.push(TokenKind::Word, at..at + length);
                at += length;
                continue;
            }
            match byte {
                b'{' => braces += 1,
                b'}' if until == Some(b'}') && braces == 0 => return Ok(at),
                b'}' => braces = braces.saturating_sub(1),
                _ => {}
            }
            self.push(TokenKind::Punct(byte), at..at + 1);
            at += 1;
        }
        Ok(at)
    }

    /// Whether a word ends the code, and data follow: `__END__` alone on its line.
    fn ends_code(&self, at: usize, length: usize) -> bool {
        let is_line = at == 0 || self.text[at - 1] == b'\n';
        let is_end = matches!(self.text.get(at + length), None | Some(b'\n' | b'\r'));
        let is_ruby_end = self.language.is_ruby && self.at(at, "__END__") && length == 7 && is_line && is_end;
        is_ruby_end
            || self.language.heredoc == Heredoc::Php && self.text[at..at + length] == *b"__halt_compiler"
    }

    /// Returns the end of a comment that begins here.
    fn comment(&self, at: usize) -> Result<Option<usize>, NotLexed> {
        if let Some(end) = self.block_comment(at) {
            return end.map(Some);
        }
        let begins = |mark: &&&str| {
            let is_attribute = **mark == "#" && self.at(at, "#[");
            // A `#` begins a directive of C# at the start of a line only.
            let is_directive = self.language.name != "C#" || **mark != "#" || self.is_new_line;
            self.at(at, mark) && !is_attribute && is_directive
        };
        if self.language.line_comments.iter().find(begins).is_none() {
            return Ok(None);
        }
        let line = self.text[at..].iter().position(|byte| *byte == b'\n');
        let mut end = line.map_or(self.text.len(), |length| at + length);
        if self.language.heredoc == Heredoc::Php {
            // The end of PHP code ends a line comment, too.
            let tag = self.text[at..end].windows(2).position(|two| two == b"?>");
            end = tag.map_or(end, |length| at + length);
        }
        Ok(Some(end))
    }

    fn block_comment(&self, at: usize) -> Option<Result<usize, NotLexed>> {
        let (open, close) = self.language.block_comments.iter().find(|(open, _)| self.at(at, open))?;
        let nests = matches!(self.language.name, "Rust" | "Kotlin");
        let (mut level, mut position) = (0_usize, at);
        while position < self.text.len() {
            if (level == 0 || nests) && self.at(position, open) {
                level += 1;
                position += open.len();
            } else if self.at(position, close) {
                level -= 1;
                position += close.len();
                if level == 0 {
                    return Some(Ok(position));
                }
            } else {
                position += 1;
            }
        }
        Some(Err(NotLexed))
    }

    /// Reads a string that begins here, and returns its end.
    fn string(&mut self, at: usize, depth: usize) -> Result<Option<usize>, NotLexed> {
        if let Some(end) = self.rust_special(at)? {
            return Ok(Some(end));
        }
        let Some(form) = self.language.strings.iter().find(|form| self.at(at, form.open)) else {
            return Ok(None);
        };
        let mut literal = Literal { form: *form, inner: 0..0, holes: Vec::new(), suffix: Some("") };
        let mut start = at;
        let prefix = self.tokens.last().filter(|last| last.kind == TokenKind::Word && last.span.end == at);
        if let Some(word) = prefix {
            let text = String::from_utf8_lossy(&self.text[word.span.clone()]).to_ascii_lowercase();
            if let Some(prefix) = form.prefixes.iter().find(|prefix| prefix.text == text) {
                literal.form.escape = prefix.escape;
                literal.form.holes = prefix.holes;
                literal.suffix = prefix.suffix;
                start = word.span.start;
                self.is_new_line = word.is_first_of_line;
                self.tokens.pop();
            }
        }
        let end = self.string_end(at + form.open.len(), &mut literal, depth)?;
        literal.inner = at + form.open.len()..end;
        let end = end + form.close.len();
        let kind = if form.is_string { TokenKind::Text(literal) } else { TokenKind::Opaque };
        self.push(kind, start..end);
        Ok(Some(end))
    }

    /// Returns the position of the closing quote, and collects the interpolated expressions.
    fn string_end(&mut self, mut at: usize, literal: &mut Literal, depth: usize) -> Result<usize, NotLexed> {
        let form = literal.form;
        while let Some(&byte) = self.text.get(at) {
            if byte == b'\\' && matches!(form.escape, Escape::Backslash | Escape::SingleQuoted | Escape::Raw)
            {
                let is_crlf = self.at(at + 1, "\r\n");
                at += if is_crlf { 3 } else { 2 };
                continue;
            }
            if self.at(at, form.close) {
                if form.escape == Escape::Doubled && self.at(at + form.close.len(), form.close) {
                    at += 2 * form.close.len();
                    continue;
                }
                return Ok(at);
            }
            if byte == b'\n' && !form.is_multiline {
                return Err(NotLexed);
            }
            match form.holes.iter().find(|mark| self.at(at, mark)) {
                // A doubled brace is a brace.
                Some(&"{") if self.at(at, "{{") => at += 2,
                Some(mark) if mark.ends_with('{') || *mark == "{$" => {
                    let end = self.hole_end(at + mark.len(), depth)?;
                    literal.holes.push(at..end);
                    at = end;
                }
                Some(mark) => {
                    let name = self.text[at + mark.len()..].iter();
                    let length =
                        name.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                    if length > 0 {
                        literal.holes.push(at..at + mark.len() + length);
                    }
                    at += mark.len() + length;
                }
                None => at += 1,
            }
        }
        Err(NotLexed)
    }

    /// Returns the position after the brace that closes an interpolated expression. Its tokens are dropped.
    fn hole_end(&mut self, at: usize, depth: usize) -> Result<usize, NotLexed> {
        let (tokens, is_new_line) = (std::mem::take(&mut self.tokens), self.is_new_line);
        let end = self.lex(at, Some(b'}'), depth + 1);
        self.tokens = tokens;
        self.is_new_line = is_new_line;
        let end = end?;
        if self.text.get(end) == Some(&b'}') { Ok(end + 1) } else { Err(NotLexed) }
    }

    /// Reads raw strings, characters and lifetimes of Rust.
    fn rust_special(&mut self, at: usize) -> Result<Option<usize>, NotLexed> {
        if self.language.name != "Rust" {
            return Ok(None);
        }
        let rest = &self.text[at..];
        if rest.first() == Some(&b'\'') {
            let end = character_end(rest).map(|length| at + length);
            if let Some(end) = end {
                self.push(TokenKind::Opaque, at..end);
            } else {
                self.push(TokenKind::Punct(b'\''), at..at + 1);
                let length = rest[1..].iter().take_while(|byte| is_word(**byte)).count();
                return Ok(Some(at + 1 + length));
            }
            return Ok(end);
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        if !matches!(&rest[..letters], b"r" | b"br" | b"cr") {
            return Ok(None);
        }
        let hashes = rest[letters..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(letters + hashes) != Some(&b'"') {
            return Ok(None);
        }
        let start = at + letters + hashes + 1;
        let close = ["\"", &"#".repeat(hashes)].concat();
        let length = self.text[start..].windows(close.len()).position(|bytes| bytes == close.as_bytes());
        let end = start + length.ok_or(NotLexed)?;
        let form = StringForm { escape: Escape::None, is_multiline: true, ..StringForm::DOUBLE };
        let suffix = (letters == 1).then_some("");
        let literal = Literal { form, inner: start..end, holes: Vec::new(), suffix };
        self.push(TokenKind::Text(literal), at..end + close.len());
        Ok(Some(end + close.len()))
    }

    /// Returns the end of a pattern, a heredoc's head or a `%` literal.
    fn special_literal(&mut self, at: usize) -> Result<Option<usize>, NotLexed> {
        let rest = &self.text[at..];
        let length = match rest.first() {
            Some(b'/') if self.language.has_patterns && self.is_operand(at) => pattern_end(rest),
            Some(b'%') if self.language.is_ruby && self.is_operand(at) => percent_end(rest),
            Some(b'<') if self.language.heredoc != Heredoc::None => {
                let Some((name, length)) = heredoc_head(rest, self.language) else { return Ok(None) };
                self.heredocs.push(PendingHeredoc { name });
                Some(length)
            }
            _ => return Ok(None),
        };
        length.map(|length| Some(at + length)).ok_or(NotLexed)
    }

    /// Whether an operand, and no operator, may begin here.
    fn is_operand(&self, at: usize) -> bool {
        let Some(last) = self.tokens.iter().rev().find(|token| token.kind != TokenKind::Comment) else {
            return true;
        };
        let word = &self.text[last.span.clone()];
        match last.kind {
            TokenKind::Word => {
                let is_keyword = OPERAND_WORDS.contains(&word);
                // A command of Ruby: `split /,/`.
                let is_argument = self.language.is_ruby
                    && at > last.span.end
                    && self.text.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace() && *next != b'=');
                is_keyword || is_argument
            }
            // `</` closes a tag of JSX.
            TokenKind::Punct(b'<') => last.span.end < at,
            TokenKind::Punct(byte) => !matches!(byte, b')' | b']' | b'}'),
            _ => false,
        }
    }

    /// Skips the bodies of the heredocs that the line before has opened.
    fn skip_heredocs(&mut self, mut at: usize) -> Result<usize, NotLexed> {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = at;
            loop {
                if at >= self.text.len() {
                    return Err(NotLexed);
                }
                let length = self.text[at..].iter().position(|byte| *byte == b'\n');
                let end = length.map_or(self.text.len(), |length| at + length);
                let line = self.text[at..end].trim_ascii();
                let is_end = line.strip_prefix(heredoc.name.as_slice()).is_some_and(|rest| {
                    // In PHP code may follow.
                    rest.is_empty() || self.language.heredoc == Heredoc::Php && !is_word(rest[0])
                });
                if is_end {
                    let lead = self.text[at..end].len() - self.text[at..end].trim_ascii_start().len();
                    self.push(TokenKind::Opaque, start..at + lead + heredoc.name.len());
                    at += lead + heredoc.name.len();
                    break;
                }
                at = (end + 1).min(self.text.len());
                if length.is_none() {
                    return Err(NotLexed);
                }
            }
        }
        Ok(at)
    }

    /// Returns the position after the next opening tag of PHP; the end if there is none.
    fn skip_markup(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let tag = (0..rest.len()).find(|from| {
            rest[*from..].starts_with(b"<?=")
                || rest[*from..].get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<?php"))
        });
        tag.map_or(self.text.len(), |from| at + from + if rest[from..].starts_with(b"<?=") { 3 } else { 5 })
    }
}
