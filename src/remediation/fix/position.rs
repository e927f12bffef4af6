//! Whether the position of a string literal takes an expression.

use super::lexer::{Token, TokenKind};
use super::place::Place;
use super::refusal;
use super::refusal::Refusal;
use super::syntax::Attribute;
use super::{go_position, pattern_position, rust_position, type_position};

/// Functions whose argument is the name of a module or file.
const LOADING_CALLS: [&str; 5] = ["import", "require", "require_once", "include", "include_once"];

impl Place<'_> {
    /// Checks the position.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let is_text = |token: Option<&Token>| {
            token.is_some_and(|token| matches!(token.kind, TokenKind::Text(_) | TokenKind::Opaque))
        };
        let openers = self.openers();
        let is_in_brackets = openers
            .first()
            .is_some_and(|open| !self.is_punct(Some(*open), b'{') && !self.is_group_of_variables(*open));
        if self.language.is_ruby && pattern_position::is_symbol(self) {
            return Err(refusal::SYMBOL);
        }
        if self.is_statement_in_braces() {
            return Err(refusal::UNUSED);
        }
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
        match self.language.name {
            "Rust" => rust_position::check(self, &openers)?,
            "Go" => go_position::check(self, &openers)?,
            _ => {}
        }
        if self.language.has_patterns && self.is_jsx_attribute() {
            return Err(Refusal {
                why: "it is an attribute of JSX",
                by_hand: "write `{process.env.NAME}` in its place by hand".into(),
            });
        }
        Ok(())
    }

    /// Whether the bracket begins a group of variables of Go: `var ( … )`, with a statement on each line.
    fn is_group_of_variables(&self, open: usize) -> bool {
        self.language.name == "Go" && self.word(open.checked_sub(1)) == b"var"
    }

    /// Whether the position is in an annotation or a label.
    pub(super) fn takes_constants_only(&self) -> bool {
        let openers = self.openers();
        openers.iter().any(|open| self.begins_attribute(*open))
            || pattern_position::is_pattern(self, &openers)
    }

    /// Checks the position of a literal that stays, with a variable inside of it.
    pub(super) fn check_embedded(&self) -> Result<(), Refusal> {
        let start = self.tokens[self.index].span.start;
        let is_tag = |token: &Token| match token.kind {
            TokenKind::Word => !self.is_one_of(token, self.language.value_words),
            TokenKind::Punct(byte) => matches!(byte, b')' | b']'),
            _ => false,
        };
        let tag = self.previous().filter(|token| token.span.end == start && is_tag(token));
        if self.language.has_patterns && !self.language.is_ruby && tag.is_some() {
            return Err(refusal::TAGGED);
        }
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

    /// Whether a literal of JavaScript is a statement after a brace. `name={"…"}` and `>{"…"}` of JSX are values.
    fn is_statement_in_braces(&self) -> bool {
        let Some(open) = self.index.checked_sub(1).filter(|open| self.is_punct(Some(*open), b'{')) else {
            return false;
        };
        let is_script = self.language.has_patterns && !self.language.is_ruby;
        let is_arrow = self.follows(open, [b'=', b'>']);
        let is_jsx = self.is_punct(Some(self.index + 1), b'}')
            && !is_arrow
            && [b'=', b'>'].iter().any(|byte| self.is_punct(open.checked_sub(1), *byte));
        is_script && !is_jsx
    }

    /// Whether the literal is in the braces of a dictionary.
    fn is_entry(&self) -> bool {
        self.language.name == "Python" && !self.openers().is_empty()
    }

    fn check_constant(&self, openers: &[usize]) -> Result<(), Refusal> {
        let refused = Err(refusal::constant(self.language.constant_advice));
        let mut ends = vec![self.index];
        ends.extend(openers);
        for end in &ends {
            let statement = self.statement_before(*end);
            let has = |words: &[&str]| {
                statement
                    .iter()
                    .any(|index| self.is_one_of(self.tokens[*index], words) && !self.is_ordinary_name(*index))
            };
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
        if pattern_position::is_pattern(self, openers) {
            return Err(refusal::PATTERN);
        }
        if self.language.name == "TypeScript" && type_position::is_type(self, openers) {
            return Err(refusal::TYPE);
        }
        Ok(())
    }

    /// Whether the word at an index is no keyword there: a key or field `type:`, `static::x`, `new static(…)`.
    fn is_ordinary_name(&self, index: usize) -> bool {
        let next = Some(index + 1);
        let is_followed_by = |bytes: &[u8]| bytes.iter().any(|byte| self.is_punct(next, *byte));
        match self.language.name {
            "TypeScript" => {
                is_followed_by(b":.,)")
                    || self.is_punct(index.checked_sub(1), b'.')
                    || self.is_assignment(index + 1)
            }
            "PHP" if self.word(Some(index)) == b"static" => {
                is_followed_by(b":(") || matches!(self.word(next), b"fn" | b"function")
            }
            _ => false,
        }
    }

    /// Whether the bracket belongs to an attribute or annotation.
    fn begins_attribute(&self, open: usize) -> bool {
        match self.language.attribute {
            Attribute::None => false,
            Attribute::At => {
                let (mut at, mut is_after_word) = (open, false);
                // The name may have several parts. Two words in a row are no name: `@Component class A {`.
                while let Some(before) = at.checked_sub(1) {
                    match self.tokens[before].kind {
                        TokenKind::Word if is_after_word => {
                            return self.word(Some(before)) == b"interface"
                                && self.is_punct(before.checked_sub(1), b'@');
                        }
                        TokenKind::Word => is_after_word = true,
                        TokenKind::Punct(b'.' | b':') => is_after_word = false,
                        TokenKind::Punct(b'@') => return true,
                        _ => return false,
                    }
                    at = before;
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
                // `<[A("x")] T>` and `= [A("x")] () => 1`, but no list and no index.
                let closer = self.closer(open);
                let is_followed = self.token(closer + 1).is_some_and(|token| {
                    token.kind == TokenKind::Word || token.kind == TokenKind::Punct(b'(')
                });
                let may_begin = matches!(before, Some(TokenKind::Punct(b'<' | b'=' | b'>')));
                self.is_punct(Some(open), b'[') && (begins || may_begin && is_followed)
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
        let is_list = self.is_punct(Some(*open), b'(') || self.word(open.checked_sub(1)) == b"this";
        is_list && self.is_punct(self.index.checked_sub(1), b'=') && words.len() >= 2
    }

    fn check_previous(&self) -> Result<(), Refusal> {
        let Some(previous) = self.previous() else { return Err(refusal::UNUSED) };
        let loads = |open: &usize| {
            let before = open.checked_sub(1).and_then(|index| self.token(index));
            self.is_punct(Some(*open), b'(')
                && before.is_some_and(|token| self.is_one_of(token, &LOADING_CALLS))
        };
        let is_import_attribute = |open: &usize| {
            self.is_punct(Some(*open), b'{')
                && self.language.has_patterns
                && matches!(self.word(open.checked_sub(1)), b"with" | b"assert")
        };
        let is_loaded = |open: &usize| loads(open) || is_import_attribute(open);
        if self.is_one_of(previous, self.language.name_words) || self.openers().iter().any(is_loaded) {
            return Err(refusal::POSITION);
        }
        let is_expected = match previous.kind {
            TokenKind::Punct(byte) => b"=(,[:{?|&+.><!%~-*".contains(&byte),
            TokenKind::Word => {
                self.is_one_of(previous, self.language.value_words)
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
                let is_conditional = self.has_condition(self.index);
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
