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
    for (index, statement) in statements.iter().enumerate() {
        let words = words(text, statement);
        let Some(first) = statement.first() else { continue };
        let is_import = is_at_margin(text, first) && matches!(words[0], b"import" | b"from");
        if is_import && words[0] == b"import" && imports_os(&words[1..]) {
            return check_name(text, tokens).map(|()| None);
        }
        let is_future = words.starts_with(&[b"from", b"__future__"]);
        let is_docstring = index == 0 && matches!(first.kind, TokenKind::Text(_)) && statement.len() == 1;
        if is_future || is_docstring {
            // A statement may follow on the same line.
            let next_line = statements.get(index + 1).is_none_or(|next| next[0].is_first_of_line);
            let last = statement[statement.len() - 1].span.end;
            end_of_head = if next_line { Some(last) } else { None };
            at = None;
        } else if is_import && at.is_none() {
            at = Some(first.span.start);
        }
    }
    check_name(text, tokens)?;
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

/// Refuses a file in which the name `os` is a variable.
fn check_name(text: &[u8], tokens: &[&Token]) -> Result<(), Refusal> {
    let is_other = |(index, token): (usize, &&Token)| {
        let is_name = token.kind == TokenKind::Word && &text[token.span.clone()] == b"os";
        let previous = index.checked_sub(1).map(|index| tokens[index]);
        let is_member = previous.is_some_and(|token| token.kind == TokenKind::Punct(b'.'));
        let word_before = previous.map_or(&b""[..], |token| &text[token.span.clone()]);
        let next = tokens.get(index + 1).map(|token| &token.kind);
        let is_assigned = matches!(next, Some(TokenKind::Punct(b'=')))
            && !matches!(tokens.get(index + 2).map(|token| &token.kind), Some(TokenKind::Punct(b'=')));
        let is_declared = matches!(next, Some(TokenKind::Punct(b':')));
        is_name
            && !is_member
            && (is_assigned
                || is_declared
                || matches!(word_before, b"as" | b"for" | b"def" | b"class" | b"func" | b"var"))
    };
    if tokens.iter().enumerate().any(is_other) { Err(refusal::NAME_TAKEN) } else { Ok(()) }
}

fn go(text: &[u8], tokens: &[&Token]) -> Result<Option<Insertion>, Refusal> {
    let statements = statements(tokens);
    check_name(text, tokens)?;
    let mut package_end = None;
    let mut last_import = None;
    for statement in &statements {
        let words = words(text, statement);
        let Some(last) = statement.last() else { continue };
        match words.as_slice() {
            [b"package", _, ..] => package_end = Some(last.span.end),
            [b"import", b"(", ..] => {
                if words.contains(&&b"\"os\""[..]) {
                    return Ok(None);
                }
                return in_group(text, statement).map(Some);
            }
            [b"import", .., path] => {
                if *path == b"\"os\"" {
                    return Ok(None);
                }
                last_import.get_or_insert(last.span.end);
            }
            _ => {}
        }
    }
    if let Some(end) = last_import {
        return Ok(Some(Insertion { at: line_after(text, end), text: "import \"os\"".to_owned() }));
    }
    let end = package_end.ok_or(refusal::NO_IMPORT_PLACE)?;
    Ok(Some(Insertion { at: line_after(text, end), text: "\nimport \"os\"".to_owned() }))
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
        if !is_standard(path) || &text[path.span.clone()] > b"\"os\"".as_slice() {
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
