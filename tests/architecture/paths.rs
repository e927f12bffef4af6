//! The paths and macros that a source file names: a small tokenizer, and a reader of `a::{b, c::d}`.

use std::iter::Peekable;
use std::str::CharIndices;

/// The names in a file.
pub(crate) struct Source<'t> {
    pub(crate) paths: Vec<Used<'t>>,
    pub(crate) macros: Vec<(&'t str, usize)>,
}

/// A path with `super` and `self` resolved and groups expanded. A path into the own crate begins with `crate`.
pub(crate) struct Used<'t> {
    pub(crate) path: Vec<&'t str>,
    pub(crate) line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Sign(char),
    /// `::`
    Then,
    End,
}

struct Reader<'t> {
    tokens: Vec<(Token<'t>, usize)>,
    at: usize,
    paths: Vec<Used<'t>>,
    macros: Vec<(&'t str, usize)>,
}

/// Keywords that a path may follow and that are no part of it.
const KEYWORDS: [&str; 20] = [
    "use", "as", "in", "impl", "for", "mut", "dyn", "where", "ref", "move", "return", "break", "if", "else",
    "match", "while", "const", "pub", "fn", "let",
];

impl<'t> Source<'t> {
    /// Reads the file of the module `module`.
    pub(crate) fn read(text: &'t str, module: &[&'t str]) -> Self {
        let mut reader = Reader { tokens: tokens(text), at: 0, paths: Vec::new(), macros: Vec::new() };
        // Inline modules change the meaning of `super`; each with the depth of braces at which it ends.
        let (mut inside, mut depth) = (Vec::new(), 0_usize);
        while let (token, _) = reader.token(0)
            && token != Token::End
        {
            match token {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => {
                    depth = depth.saturating_sub(1);
                    if inside.last().is_some_and(|(_, end)| *end == depth) {
                        inside.pop();
                    }
                }
                Token::Word("mod") => {
                    if let (Token::Word(name), Token::Sign('{')) = (reader.token(1).0, reader.token(2).0) {
                        inside.push((name, depth));
                    }
                }
                _ => {}
            }
            let begins = match token {
                Token::Word(word) => !KEYWORDS.contains(&word) && !reader.is_member(),
                other => other == Token::Then,
            };
            if begins {
                let here: Vec<&str> = ["crate"]
                    .into_iter()
                    .chain(module.iter().copied())
                    .chain(inside.iter().map(|(name, _)| *name))
                    .collect();
                reader.path(&here);
            } else {
                reader.at += 1;
            }
        }
        Self { paths: reader.paths, macros: reader.macros }
    }
}

impl<'t> Reader<'t> {
    fn token(&self, ahead: usize) -> (Token<'t>, usize) {
        self.tokens.get(self.at + ahead).copied().unwrap_or((Token::End, 0))
    }

    /// Whether this is a field or a method.
    fn is_member(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.tokens[at].0);
        let range = self.at >= 2 && self.tokens[self.at - 2].0 == Token::Sign('.');
        before == Some(Token::Sign('.')) && !range
    }

    /// Reads one path that begins here.
    fn path(&mut self, here: &[&'t str]) {
        let line = self.token(0).1;
        if self.token(0).0 == Token::Then {
            self.at += 1;
        }
        let Token::Word(first) = self.token(0).0 else { return };
        if self.token(1).0 != Token::Then {
            let before = |back| self.at.checked_sub(back).map_or(Token::End, |at| self.tokens[at].0);
            let path = match (before(2), before(1), first) {
                (Token::Word("extern"), Token::Word("crate"), "self") => vec!["crate"],
                // `pub(crate)`, `extern crate`, a receiver.
                (Token::Word("pub"), Token::Sign('('), _) | (_, Token::Word("extern"), _) | (.., "self") => {
                    vec![]
                }
                (.., "crate" | "super") | (_, Token::Word("use"), _) => resolved(here, &[first]),
                _ => vec![],
            };
            if !path.is_empty() {
                self.paths.push(Used { path, line });
            }
            self.at += 1;
            if self.token(0).0 == Token::Sign('!') {
                self.macros.push((first, line));
            }
            return;
        }
        self.rest(here, Vec::new());
    }

    /// Reads the rest of a path: words, then perhaps a group.
    fn rest(&mut self, here: &[&'t str], mut path: Vec<&'t str>) {
        let line = self.token(0).1;
        loop {
            match self.token(0).0 {
                Token::Word(word) => path.push(word),
                Token::Sign('*') => path.push("*"),
                Token::Sign('{') => {
                    self.at += 1;
                    self.group(here, &path);
                    return;
                }
                // `Vec::<…>`: the types inside are read separately.
                _ => break,
            }
            self.at += 1;
            if self.token(0).0 != Token::Then {
                break;
            }
            self.at += 1;
        }
        if let (Some(&name), Token::Sign('!')) = (path.last(), self.token(0).0) {
            self.macros.push((name, line));
        }
        if path.len() > 1 && path.last() == Some(&"self") {
            path.pop();
        }
        self.paths.push(Used { path: resolved(here, &path), line });
    }

    fn group(&mut self, here: &[&'t str], path: &[&'t str]) {
        loop {
            match self.token(0).0 {
                Token::Sign('}') => {
                    self.at += 1;
                    return;
                }
                Token::End => return,
                Token::Word("as") => self.at += 2,
                Token::Word(_) | Token::Sign('*' | '{') => self.rest(here, path.to_vec()),
                _ => self.at += 1,
            }
        }
    }
}

/// Resolves a path from the crate's root, if it leads into the own crate.
fn resolved<'t>(here: &[&'t str], path: &[&'t str]) -> Vec<&'t str> {
    let Some((&first, rest)) = path.split_first() else { return Vec::new() };
    let mut place = match first {
        "crate" => vec!["crate"],
        "self" => here.to_vec(),
        "super" => here[..here.len().saturating_sub(1).max(1)].to_vec(),
        _ => return path.to_vec(),
    };
    for &word in rest {
        match word {
            "super" => place.truncate(place.len().saturating_sub(1).max(1)),
            "self" => {}
            word => place.push(word),
        }
    }
    place
}

fn tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => comment(rest),
            _ if rest.starts_with("::") => {
                found.push((Token::Then, line));
                2
            }
            '"' => quoted(rest),
            '\'' => character(rest),
            'r' | 'b' | 'c' if string_start(rest).is_some() => string(rest),
            _ if first == '_' || first.is_alphabetic() => {
                let end = rest.find(|sign: char| sign != '_' && !sign.is_alphanumeric());
                let end = end.unwrap_or(rest.len());
                found.push((Token::Word(&rest[..end]), line));
                end
            }
            _ => {
                if !first.is_whitespace() {
                    found.push((Token::Sign(first), line));
                }
                first.len_utf8()
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Returns the length of a comment, which may contain others.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Returns the length of `"…"`.
fn quoted(text: &str) -> usize {
    ended(text.char_indices().peekable(), '"').unwrap_or(text.len())
}

/// Returns the length of `'x'`, or of the apostrophe of a lifetime or label.
fn character(text: &str) -> usize {
    let mut signs = text.char_indices();
    let (_, second, third) = (signs.next(), signs.next(), signs.next());
    match (second, third) {
        (Some((_, '\\')), _) => ended(text.char_indices().peekable(), '\'').unwrap_or(1),
        (_, Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

fn ended(mut signs: Peekable<CharIndices<'_>>, quote: char) -> Option<usize> {
    signs.next();
    while let Some((at, sign)) = signs.next() {
        if sign == '\\' {
            signs.next();
        } else if sign == quote {
            return Some(at + 1);
        }
    }
    None
}

/// Returns the prefix of `b"`, `r"`, `br##"`, `c"`, and whether escapes count in it.
fn string_start(text: &str) -> Option<(&str, bool)> {
    let at = text.find('"')?;
    let letters = text[..at].trim_end_matches('#');
    let hashes = at - letters.len();
    let raw = letters.ends_with('r');
    (matches!(letters, "r" | "b" | "br" | "c" | "cr") && (raw || hashes == 0)).then_some((&text[..at], raw))
}

fn string(text: &str) -> usize {
    let Some((start, raw)) = string_start(text) else { return 1 };
    if !raw {
        return start.len() + quoted(&text[start.len()..]);
    }
    let end = format!("\"{}", start.trim_start_matches(|sign: char| sign.is_ascii_alphabetic()));
    let inside = start.len() + 1;
    text[inside..].find(&end).map_or(text.len(), |at| inside + at + end.len())
}
