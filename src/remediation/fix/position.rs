//! Whether the position of a string literal takes an expression.

use super::lexer::{Token, TokenKind};
use super::refusal;
use super::refusal::Refusal;
use super::syntax::{Attribute, Language};

/// The macros of Rust whose arguments may be any expression.
const OPEN_MACROS: [&[u8]; 2] = [b"vec", b"json"];

/// Functions whose argument is the name of a module or file.
const LOADING_CALLS: [&str; 5] = ["import", "require", "require_once", "include", "include_once"];

/// Words after which a value begins.
const VALUE_WORDS: [&[u8]; 19] = [
    b"default", b"return", b"yield", b"await", b"else", b"throw", b"or", b"and", b"not", b"in", b"is",
    b"print", b"echo", b"raise", b"then", b"do", b"to", b"lambda", b"if",
];

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

    fn previous(&self) -> Option<&'t Token> {
        self.index.checked_sub(1).and_then(|index| self.token(index))
    }

    pub(super) fn next(&self) -> Option<&'t Token> {
        self.token(self.index + 1)
    }

    fn bytes(&self, token: &Token) -> &'t [u8] {
        &self.text[token.span.clone()]
    }

    fn is_punct(&self, index: Option<usize>, byte: u8) -> bool {
        index.and_then(|index| self.token(index)).is_some_and(|token| token.kind == TokenKind::Punct(byte))
    }

    fn is_one_of(&self, token: &Token, words: &[&str]) -> bool {
        token.kind == TokenKind::Word && words.iter().any(|word| word.as_bytes() == self.bytes(token))
    }

    /// Whether the next token is a `.`.
    pub(super) fn is_receiver(&self) -> bool {
        self.next().is_some_and(|next| next.kind == TokenKind::Punct(b'.'))
    }

    /// Checks the position.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let is_text = |token: Option<&Token>| {
            token.is_some_and(|token| matches!(token.kind, TokenKind::Text(_) | TokenKind::Opaque))
        };
        let openers = self.openers();
        let is_in_brackets = openers.first().is_some_and(|open| !self.is_punct(Some(*open), b'{'));
        let ends_line = |token: Option<&Token>| {
            self.language.ends_at_line && !is_in_brackets && token.is_some_and(|token| token.is_first_of_line)
        };
        let literal = self.token(self.index);
        if ends_line(literal) && self.begins_statement(is_in_brackets) {
            return Err(refusal::UNUSED);
        }
        if is_text(self.previous()) || is_text(self.next()) && !ends_line(self.next()) {
            return Err(refusal::ADJACENT);
        }
        self.check_constant(&openers)?;
        self.check_previous()?;
        if !ends_line(self.next()) {
            self.check_next()?;
        }
        if self.language.name == "Rust" {
            self.check_rust(&openers)?;
        }
        if self.language.has_patterns && self.is_jsx_attribute() {
            return Err(Refusal {
                why: "it is an attribute of JSX",
                by_hand: "write `{process.env.NAME}` in its place by hand".into(),
            });
        }
        Ok(())
    }

    /// Checks the position of a literal that stays, with a variable inside of it.
    pub(super) fn check_embedded(&self) -> Result<(), Refusal> {
        self.check_constant(&self.openers())
    }

    /// Whether the literal is the first token of its statement.
    fn begins_statement(&self, is_in_brackets: bool) -> bool {
        let Some(previous) = self.previous() else { return true };
        let continues = match previous.kind {
            TokenKind::Punct(byte) => !matches!(byte, b')' | b']' | b'}' | b';' | b'{' | b':'),
            _ => false,
        };
        // A dictionary's entry on a line of its own is in brackets; a block of Python ends with `:`.
        !(is_in_brackets || continues || previous.kind == TokenKind::Punct(b'{') || self.is_entry())
    }

    /// Whether the literal is in the braces of a dictionary.
    fn is_entry(&self) -> bool {
        self.language.name == "Python" && !self.openers().is_empty()
    }

    /// Returns the indexes of the brackets around the literal, the innermost first.
    fn openers(&self) -> Vec<usize> {
        let mut openers = Vec::new();
        let mut level = 0_usize;
        for index in (0..self.index).rev() {
            match self.tokens[index].kind {
                TokenKind::Punct(b')' | b']' | b'}') => level += 1,
                TokenKind::Punct(b'(' | b'[' | b'{') if level == 0 => openers.push(index),
                TokenKind::Punct(b'(' | b'[' | b'{') => level -= 1,
                _ => {}
            }
        }
        openers
    }

    /// Returns the indexes of the tokens of the statement before `end`, the nearest first, up to an unmatched bracket.
    fn statement_before(&self, end: usize) -> Vec<usize> {
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

    fn check_constant(&self, openers: &[usize]) -> Result<(), Refusal> {
        let refused = Err(refusal::constant(self.language.constant_advice));
        let mut ends = vec![self.index];
        ends.extend(openers);
        for end in &ends {
            let statement = self.statement_before(*end);
            let has =
                |words: &[&str]| statement.iter().any(|index| self.is_one_of(self.tokens[*index], words));
            let is_braces = self.is_punct(Some(*end), b'{');
            // In some languages a constant may be a structure, and its fields are in braces.
            let passes_braces = matches!(self.language.name, "Rust" | "Terraform" | "Go" | "TypeScript");
            if has(self.language.constant_words) && (!is_braces || passes_braces) {
                return refused;
            }
            if is_braces && has(self.language.constant_blocks) {
                return refused;
            }
            // Defaults are in the parentheses of the head; the body is in braces.
            if self.is_punct(Some(*end), b'(') && has(self.language.constant_defaults) {
                return refused;
            }
            if is_braces && !passes_braces {
                break;
            }
        }
        let is_attribute = openers.iter().any(|open| self.begins_attribute(*open));
        let is_case = self.language.constant_cases
            && self.previous().is_some_and(|token| self.is_one_of(token, &["case", "when"]));
        if is_attribute || is_case || self.is_default_of_csharp(openers) {
            return refused;
        }
        Ok(())
    }

    /// Whether the bracket belongs to an attribute or annotation.
    fn begins_attribute(&self, open: usize) -> bool {
        match self.language.attribute {
            Attribute::None => false,
            Attribute::At => {
                let mut at = open;
                // The name may have several parts.
                while let Some(before) = at.checked_sub(1) {
                    match self.tokens[before].kind {
                        TokenKind::Word | TokenKind::Punct(b'.' | b':') => at = before,
                        TokenKind::Punct(b'@') => return true,
                        _ => return false,
                    }
                }
                false
            }
            Attribute::HashBracket => {
                let before = open.checked_sub(1);
                let is_inner = self.is_punct(before, b'!') && self.is_punct(open.checked_sub(2), b'#');
                self.is_punct(Some(open), b'[') && (self.is_punct(before, b'#') || is_inner)
            }
            Attribute::Bracket => {
                let before = open.checked_sub(1).map(|index| &self.tokens[index].kind);
                let begins =
                    matches!(before, None | Some(TokenKind::Punct(b';' | b'{' | b'}' | b']' | b'(' | b',')));
                self.is_punct(Some(open), b'[') && begins
            }
        }
    }

    /// Whether the literal is a default argument of C#: `type name = "…"` in parentheses.
    fn is_default_of_csharp(&self, openers: &[usize]) -> bool {
        let Some(open) = openers.first().filter(|_| self.language.name == "C#") else { return false };
        let words: Vec<_> = (*open + 1..self.index)
            .rev()
            .take_while(|index| self.tokens[*index].kind != TokenKind::Punct(b','))
            .filter(|index| self.tokens[*index].kind == TokenKind::Word)
            .collect();
        self.is_punct(Some(*open), b'(') && self.is_punct(self.index.checked_sub(1), b'=') && words.len() >= 2
    }

    fn check_previous(&self) -> Result<(), Refusal> {
        let Some(previous) = self.previous() else { return Err(refusal::UNUSED) };
        let before = self.index.checked_sub(2).and_then(|index| self.token(index));
        let is_call = previous.kind == TokenKind::Punct(b'(');
        if self.is_one_of(previous, self.language.name_words)
            || is_call && before.is_some_and(|token| self.is_one_of(token, &LOADING_CALLS))
        {
            return Err(refusal::POSITION);
        }
        let is_expected = match previous.kind {
            TokenKind::Punct(byte) => b"=(,[:{?|&+.><!%~-*".contains(&byte),
            TokenKind::Word => {
                VALUE_WORDS.contains(&self.bytes(previous))
                    || self.language.is_ruby && !previous.is_first_of_line
                    || self.language.is_ruby && previous.span.end < self.tokens[self.index].span.start
            }
            _ => false,
        };
        // `.` concatenates in PHP only, and `!` negates nothing useful.
        let is_member = previous.kind == TokenKind::Punct(b'.') && self.language.name != "PHP";
        if !is_expected || is_member {
            return Err(refusal::POSITION);
        }
        Ok(())
    }

    fn check_next(&self) -> Result<(), Refusal> {
        let Some(next) = self.next() else { return Ok(()) };
        let literal_end = self.tokens[self.index].span.end;
        let is_expected = match next.kind {
            TokenKind::Punct(b'=') => {
                // `==` compares; `=` and `=>` follow a key.
                let after = self.token(self.index + 2).map(|token| &token.kind);
                matches!(self.language.name, "PHP" | "Ruby") && after == Some(&TokenKind::Punct(b'>'))
                    || after == Some(&TokenKind::Punct(b'='))
            }
            TokenKind::Punct(b':') => {
                let is_conditional =
                    self.statement_before(self.index).iter().any(|index| self.is_punct(Some(*index), b'?'));
                match self.language.name {
                    "JavaScript" | "TypeScript" | "PHP" | "Java" | "C#" | "Terraform" => is_conditional,
                    "Ruby" => is_conditional && next.span.start > literal_end,
                    "Rust" | "Kotlin" => false,
                    _ => true,
                }
            }
            // `if key == "…" {`
            TokenKind::Punct(b'{') => matches!(self.language.name, "Go" | "Rust"),
            TokenKind::Punct(byte) => b";,)]}.+?!|&<>%*-".contains(&byte),
            TokenKind::Word => self.is_one_of(next, self.language.next_words),
            _ => false,
        };
        if is_expected { Ok(()) } else { Err(refusal::POSITION) }
    }

    /// Refuses arguments of macros, patterns, and borrowed results.
    fn check_rust(&self, openers: &[usize]) -> Result<(), Refusal> {
        for open in openers {
            let name = open.checked_sub(2).and_then(|index| self.token(index));
            let is_macro = self.is_punct(open.checked_sub(1), b'!');
            if is_macro && !name.is_some_and(|name| OPEN_MACROS.contains(&self.bytes(name))) {
                return Err(refusal::MACRO);
            }
        }
        if self.is_receiver() {
            return Ok(());
        }
        let statement = self.statement_before(self.index);
        let is_binding = statement.iter().any(|index| self.is_one_of(self.tokens[*index], &["let"]));
        match self.previous().map(|token| &token.kind) {
            Some(TokenKind::Punct(b'(' | b',' | b'[')) => Ok(()),
            Some(TokenKind::Punct(b'=')) if is_binding || self.is_punct(self.index.checked_sub(2), b'=') => {
                Ok(())
            }
            _ => Err(refusal::LIFETIME),
        }
    }

    /// Whether the literal may be an attribute of JSX: `<Tag name="…" other>`.
    fn is_jsx_attribute(&self) -> bool {
        let start = self.tokens[self.index].span.start;
        let is_assigned = self
            .previous()
            .is_some_and(|token| token.kind == TokenKind::Punct(b'=') && token.span.end == start);
        let (Some(next), after) = (self.next(), self.token(self.index + 2)) else { return false };
        let ends_tag = next.kind == TokenKind::Punct(b'>')
            || next.kind == TokenKind::Punct(b'/')
                && after.is_some_and(|after| after.kind == TokenKind::Punct(b'>'));
        let is_followed =
            next.kind == TokenKind::Word && after.is_some_and(|after| after.kind == TokenKind::Punct(b'='));
        let is_in_tag =
            |index: usize| self.statement_before(index).iter().any(|index| self.is_punct(Some(*index), b'<'));
        is_assigned && (ends_tag || is_followed || is_in_tag(self.index))
    }
}
