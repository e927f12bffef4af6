//! The import that the reading of a variable needs, and its place.

use super::lexer::{Token, TokenKind};
use super::refusal;
use super::refusal::Refusal;
use super::syntax::Import;

/// An import to add: the position, and the text without its line break.
pub(super) struct Insertion {
    pub(super) at: usize,
    pub(super) text: String,
}

/// Finds the place of the import; `None` if the file has it, or the language needs none.
pub(super) fn insertion(
    import: Import,
    text: &[u8],
    tokens: &[&Token],
) -> Result<Option<Insertion>, Refusal> {
    match import {
        Import::None => Ok(None),
        Import::Python => python(text, tokens),
        Import::Go => go(text, tokens),
    }
}

/// The tokens of a statement of one line.
fn statements<'t>(tokens: &'t [&'t Token]) -> Vec<&'t [&'t Token]> {
    let mut starts = Vec::new();
    let mut level = 0_usize;
    let mut is_after_semicolon = false;
    for (index, token) in tokens.iter().enumerate() {
        if level == 0 && (token.is_first_of_line || is_after_semicolon || index == 0) {
            starts.push(index);
        }
        is_after_semicolon = level == 0 && token.kind == TokenKind::Punct(b';');
        match token.kind {
            TokenKind::Punct(b'(' | b'[' | b'{') => level += 1,
            TokenKind::Punct(b')' | b']' | b'}') => level = level.saturating_sub(1),
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    starts.iter().zip(ends).map(|(start, end)| &tokens[*start..end]).collect()
}

fn words<'t>(text: &'t [u8], statement: &[&Token]) -> Vec<&'t [u8]> {
    statement.iter().map(|token| &text[token.span.clone()]).collect()
}

/// Whether a token begins its line without indentation.
fn is_at_margin(text: &[u8], token: &Token) -> bool {
    let before = &text[..token.span.start];
    before.is_empty() || before.ends_with(b"\n") || before == b"\xef\xbb\xbf"
}

fn python(text: &[u8], tokens: &[&Token]) -> Result<Option<Insertion>, Refusal> {
    let statements = statements(tokens);
    let mut at = None;
    let mut end_of_head = None;
    let mut is_head_shared = false;
    let first_read = first_read(text, tokens);
    for (index, statement) in statements.iter().enumerate() {
        let words = words(text, statement);
        let Some(first) = statement.first() else { continue };
        let is_import = is_at_margin(text, first) && matches!(words[0], b"import" | b"from");
        let is_in_time = first_read.is_none_or(|read| first.span.start < read);
        if is_import && words[0] == b"import" && imports_os(&words[1..]) && is_in_time {
            return Ok(None);
        }
        let is_future = words.starts_with(&[b"from", b"__future__"]);
        let is_docstring = index == 0 && matches!(first.kind, TokenKind::Text(_)) && statement.len() == 1;
        if is_future || is_docstring {
            // A statement may follow on the same line.
            let next_line = statements.get(index + 1).is_none_or(|next| next[0].is_first_of_line);
            let last = statement[statement.len() - 1].span.end;
            end_of_head = next_line.then_some(last);
            is_head_shared = !next_line;
            at = None;
        } else if is_import && at.is_none() {
            at = Some(first.span.start);
        }
    }
    // After `from __future__ import …; …` the next place is inside of a line.
    if is_head_shared {
        return Err(refusal::NO_IMPORT_PLACE);
    }
    let import = "import os".to_owned();
    if let Some(at) = at {
        return Ok(Some(Insertion { at, text: import }));
    }
    if let Some(end) = end_of_head {
        let at = line_after(text, end);
        return Ok(Some(Insertion { at, text: import }));
    }
    // After the comments at the top: `#!`, the encoding, the licence.
    let first = tokens.first().ok_or(refusal::NO_IMPORT_PLACE)?;
    if !is_at_margin(text, first) {
        return Err(refusal::NO_IMPORT_PLACE);
    }
    Ok(Some(Insertion { at: first.span.start, text: import }))
}

/// Whether the rest of an `import` statement imports `os` under its name.
fn imports_os(words: &[&[u8]]) -> bool {
    words.split(|word| *word == b",").any(|module| module == [&b"os"[..]])
}

/// Returns the position of the line after a position; the end of the text if there is none.
fn line_after(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| at + length + 1)
}

/// Returns the position of the first `os.` that is no part of an import.
fn first_read(text: &[u8], tokens: &[&Token]) -> Option<usize> {
    let is_import = |statement: &&[&Token]| matches!(&text[statement[0].span.clone()], b"import" | b"from");
    let reads =
        |pair: &[&Token]| &text[pair[0].span.clone()] == b"os" && pair[1].kind == TokenKind::Punct(b'.');
    let mut others = statements(tokens).into_iter().filter(|statement| !is_import(statement));
    others.find_map(|statement| statement.windows(2).find(|pair| reads(pair)).map(|pair| pair[0].span.start))
}

fn go(text: &[u8], tokens: &[&Token]) -> Result<Option<Insertion>, Refusal> {
    let statements = statements(tokens);
    let mut package_end = None;
    let mut last_import = None;
    let mut last_group = None;
    for statement in &statements {
        let words = words(text, statement);
        let Some(last) = statement.last() else { continue };
        match words.as_slice() {
            [b"package", _, ..] => package_end = Some(last.span.end),
            [b"import", b"(", ..] => {
                if statement.iter().any(|path| is_plain_os(text, statement, path)) {
                    return Ok(None);
                }
                last_group.get_or_insert(*statement);
            }
            [b"import", ..] => {
                if is_plain_os(text, statement, last) {
                    return Ok(None);
                }
                last_import.get_or_insert(last.span.end);
            }
            _ => {}
        }
    }
    if let Some(group) = last_group {
        return in_group(text, group).map(Some);
    }
    if let Some(end) = last_import {
        return Ok(Some(Insertion { at: line_after(text, end), text: "import \"os\"".to_owned() }));
    }
    let end = package_end.ok_or(refusal::NO_IMPORT_PLACE)?;
    Ok(Some(Insertion { at: line_after(text, end), text: "\nimport \"os\"".to_owned() }))
}

/// Whether a token is the path `"os"` of an import without a name of its own (`_`, `.` or another one).
fn is_plain_os(text: &[u8], statement: &[&Token], path: &Token) -> bool {
    let before = statement.iter().rev().find(|token| token.span.end <= path.span.start);
    let is_named = before.is_some_and(|before| {
        let is_keyword = &text[before.span.clone()] == b"import";
        let is_name = before.kind == TokenKind::Word && !is_keyword || before.kind == TokenKind::Punct(b'.');
        is_name && !path.is_first_of_line
    });
    &text[path.span.clone()] == b"\"os\"" && !is_named
}

/// Returns the place in a group of imports, in the order of gofmt.
fn in_group(text: &[u8], statement: &[&Token]) -> Result<Insertion, Refusal> {
    let paths: Vec<&&Token> =
        statement.iter().filter(|token| matches!(token.kind, TokenKind::Text(_))).collect();
    let start_of_line =
        |at: usize| text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let is_standard = |path: &&Token| !text[path.span.clone()].contains(&b'.');
    let line = "\t\"os\"".to_owned();
    // The first group up to an empty line.
    let mut previous: Option<&Token> = None;
    for path in paths {
        let is_next_group = previous.is_some_and(|previous| {
            memchr::memchr_iter(b'\n', &text[previous.span.end..path.span.start]).count() > 1
        });
        if is_next_group {
            break;
        }
        if !is_standard(path) || &text[path.span.clone()] >= b"\"os\"".as_slice() {
            let separator = if previous.is_none() && !is_standard(path) { "\n" } else { "" };
            let at = start_of_line(path.span.start);
            // A group on one line has no line for it.
            let is_in_group = statement.first().is_some_and(|first| at > first.span.start);
            return if is_in_group {
                Ok(Insertion { at, text: line + separator })
            } else {
                Err(refusal::NO_IMPORT_PLACE)
            };
        }
        previous = Some(path);
    }
    let open = statement.get(1).map_or(0, |token| token.span.end);
    let at = previous.map_or(open, |token| token.span.end);
    let is_in_group = statement.last().is_some_and(|last| line_after(text, at) <= last.span.start);
    if is_in_group {
        Ok(Insertion { at: line_after(text, at), text: line })
    } else {
        Err(refusal::NO_IMPORT_PLACE)
    }
}
