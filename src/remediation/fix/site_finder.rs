//! Finds the place of a value in a file.

use std::ops::Range;

use super::import::{Insertion, insertion};
use super::language::FileKind;
use super::lexer::{Literal, Token, TokenKind, lex};
use super::place::Place;
use super::refusal;
use super::refusal::Refusal;
use super::site::{NameStyle, Site};
use super::syntax::{Escape, Language};
use super::{assigned_name, constant_use, root_name, shell, yaml};

/// Finds the place of the value at `span` in a file.
pub(super) fn find(kind: FileKind, text: &[u8], span: Range<usize>) -> Result<Site, Refusal> {
    match kind {
        FileKind::Code(language) => in_code(language, text, span),
        FileKind::Shell => shell::find(text, span),
        FileKind::Compose => yaml::find(text, span, yaml::Dialect::Compose),
        FileKind::Workflow => yaml::find(text, span, yaml::Dialect::Workflow),
    }
}

/// Returns the value at `span` as the program sees it, at any position of a file.
///
/// # Errors
/// The value may have escape sequences, and their meaning is not certain.
pub(super) fn value(kind: Option<FileKind>, text: &[u8], span: Range<usize>) -> Result<String, Refusal> {
    let raw = std::str::from_utf8(&text[span.clone()]).map_err(|_| refusal::ENCODED)?;
    if let Some(FileKind::Code(language)) = kind
        && let Ok(tokens) = lex(language, text)
    {
        let literal = tokens.iter().find_map(|token| match &token.kind {
            TokenKind::Text(literal)
                if literal.inner.start <= span.start && span.end <= literal.inner.end =>
            {
                Some(literal)
            }
            _ => None,
        });
        if let Some(literal) = literal {
            return decode(raw.as_bytes(), literal);
        }
    }
    // `&amp;` of XML, `''` of YAML, and what a shell expands.
    let may_be_escaped =
        raw.contains(['\\', '&', '$', '`', '%']) || raw.contains("''") || raw.contains("\"\"");
    if may_be_escaped { Err(refusal::ESCAPES) } else { Ok(raw.to_owned()) }
}

/// Checks that the result of an edit can still be split into tokens or parsed.
pub(super) fn is_valid(kind: FileKind, text: &[u8]) -> bool {
    match kind {
        FileKind::Code(language) => lex(language, text).is_ok(),
        FileKind::Shell => shell::is_valid(text),
        FileKind::Compose | FileKind::Workflow => yaml::is_valid(text),
    }
}

/// Finds the place of the import that a file needs after an edit; `None` if it needs none.
pub(super) fn find_import(kind: FileKind, text: &[u8]) -> Result<Option<Insertion>, Refusal> {
    let FileKind::Code(language) = kind else { return Ok(None) };
    let tokens = lex(language, text).map_err(|_| refusal::NOT_LEXED)?;
    insertion(language.import, text, &without_comments(&tokens))
}

fn without_comments(tokens: &[Token]) -> Vec<&Token> {
    tokens.iter().filter(|token| token.kind != TokenKind::Comment).collect()
}

fn in_code(language: &'static Language, text: &[u8], span: Range<usize>) -> Result<Site, Refusal> {
    let tokens = lex(language, text).map_err(|_| refusal::NOT_LEXED)?;
    let holds = |token: &&Token| token.span.start <= span.start && span.end <= token.span.end;
    let token = tokens.iter().find(holds).ok_or(refusal::NO_LITERAL)?;
    let literal = match &token.kind {
        TokenKind::Comment => return Err(refusal::IN_COMMENT),
        TokenKind::Text(literal) => literal,
        TokenKind::Opaque => return Err(refusal::NOT_PLAIN),
        TokenKind::Word | TokenKind::Punct(_) => return Err(refusal::NO_LITERAL),
    };
    if span.start < literal.inner.start || literal.inner.end < span.end {
        return Err(refusal::NO_LITERAL);
    }
    let tokens = without_comments(&tokens);
    let index = tokens.iter().position(|other| other.span == token.span).ok_or(refusal::NO_LITERAL)?;
    let place = Place { language, text, tokens: &tokens, index };
    root_name::check(language, text, &tokens)?;
    let is_in_hole = |hole: &Range<usize>| hole.start < span.end && span.start < hole.end;
    if literal.holes.iter().any(is_in_hole) {
        return Err(refusal::INTERPOLATED);
    }
    let embeds = literal.form.embed.is_some() && span != literal.inner && !is_address(text, literal, &span);
    if embeds && language.name != "Terraform" {
        place.check_embedded()?;
    } else {
        place.check()?;
    }
    let style = if language.name == "Terraform" { NameStyle::Terraform } else { NameStyle::Variable };
    let assigned = assigned_name::find(&place);
    constant_use::check(&place, assigned.as_deref())?;
    let site = Site {
        range: token.span.clone(),
        template: String::new(),
        before: Vec::new(),
        after: Vec::new(),
        value: String::new(),
        assigned,
        style,
    };
    replace(&place, literal, span, site)
}

/// Whether a string is the address of a service, which moves as a whole.
fn is_address(text: &[u8], literal: &Literal, span: &Range<usize>) -> bool {
    let start = &text[literal.inner.start..span.start];
    let scheme =
        start.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
    literal.holes.is_empty()
        && scheme > 0
        && start[scheme..].starts_with(b"://")
        && !text[literal.inner.clone()].iter().any(u8::is_ascii_whitespace)
}

fn replace(place: &Place<'_>, literal: &Literal, span: Range<usize>, site: Site) -> Result<Site, Refusal> {
    let (language, text) = (place.language, place.text);
    let suffix = literal.suffix.ok_or(refusal::NOT_PLAIN)?;
    let read = || {
        let borrow = if place.is_receiver() { "" } else { language.borrow };
        format!("{borrow}{}{suffix}", language.read)
    };
    if literal.inner == span || is_address(text, literal, &span) {
        let value = decode(&text[literal.inner.clone()], literal)?;
        return Ok(Site { template: read(), value, ..site });
    }
    let value = decode(&text[span.clone()], literal)?;
    if let Some(embed) = literal.form.embed {
        let template = embed.replace('@', language.read);
        return Ok(Site { range: span, template, value, ..site });
    }
    let Some(concat) = language.concat.filter(|_| literal.holes.is_empty()) else {
        return Err(if literal.holes.is_empty() { refusal::PART_OF_STRING } else { refusal::INTERPOLATED });
    };
    let (open, close) = (&text[site.range.start..literal.inner.start], literal.form.close.as_bytes());
    let piece = |range: Range<usize>| [open, &text[range], close, suffix.as_bytes()].concat();
    let (mut before, mut after) = (b"(".to_vec(), Vec::new());
    if literal.inner.start < span.start {
        let head = literal.inner.start..span.start;
        // A backslash would escape the quote that ends the piece.
        if text[head.clone()].ends_with(b"\\") {
            return Err(refusal::PART_OF_STRING);
        }
        before.extend(piece(head));
        before.extend(concat.as_bytes());
    }
    if span.end < literal.inner.end {
        after.extend(concat.as_bytes());
        after.extend(piece(span.end..literal.inner.end));
    }
    after.push(b')');
    Ok(Site { template: read(), before, after, value, ..site })
}

/// Returns the value of a part of a string. Sequences whose meaning differs between languages are refused.
fn decode(raw: &[u8], literal: &Literal) -> Result<String, Refusal> {
    let raw = std::str::from_utf8(raw).map_err(|_| refusal::ENCODED)?;
    let form = &literal.form;
    if form.escape == Escape::Doubled {
        return Ok(raw.replace(&form.close.repeat(2), form.close));
    }
    if !form.holes.is_empty() && form.holes.contains(&"{") && raw.contains(['{', '}']) {
        return Err(refusal::ESCAPES);
    }
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match form.escape {
            Escape::None => out.push('\\'),
            Escape::Raw => {
                if characters.next() == Some('"') {
                    return Err(refusal::ESCAPES);
                }
                return Err(refusal::ESCAPES);
            }
            Escape::SingleQuoted => match characters.next() {
                Some(next @ ('\\' | '\'')) => out.push(next),
                Some(next) => out.extend(['\\', next]),
                None => return Err(refusal::ESCAPES),
            },
            Escape::Backslash | Escape::Doubled => match characters.next() {
                Some(next @ ('\\' | '"' | '\'' | '$' | '`' | '/')) => out.push(next),
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                _ => return Err(refusal::ESCAPES),
            },
        }
    }
    Ok(out)
}
