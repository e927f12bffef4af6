//! The paths that a source file names. Tokens come from `proc-macro2`, so strings and comments never count, and
//! macro bodies do. Knows no layers.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path, resolved from the root of the crate (`crate::…`), or as written if it names another crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    pub path: Vec<String>,
    /// The line of its first segment, from 1.
    pub line: usize,
    /// Whether it is part of a `pub use`.
    pub is_reexport: bool,
    /// The local name of a `use`, if it has an alias.
    pub alias: Option<String>,
    /// Whether it is inside `mod tests { … }`.
    pub is_test: bool,
}

/// The imports and macro calls of one file.
#[derive(Debug, Default)]
pub struct Source {
    pub imports: Vec<Import>,
    /// Names of called macros, with their lines.
    pub macros: Vec<(String, usize)>,
    /// Names of attributes.
    attributes: BTreeSet<String>,
    /// The number of open modules that are called `tests`.
    open_tests: usize,
}

impl Source {
    /// Reads a file of the module `module`; fails if it is not Rust.
    pub fn read(text: &str, module: &[String]) -> Self {
        let tokens: TokenStream = text.parse().expect("the file is Rust");
        let mut source = Self::default();
        source.walk(tokens, module);
        source
    }

    /// Whether an attribute of this name occurs, such as `path`.
    pub fn has_attribute(&self, name: &str) -> bool {
        self.attributes.contains(name)
    }

    fn walk(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut in_use = None;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(ident) if ident == "mod" => {
                    // An inline module adds a level for `super`.
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                        (tokens.get(at + 1), tokens.get(at + 2))
                    {
                        let inner = [module, &[name.to_string()]].concat();
                        let is_test = usize::from(name == "tests");
                        self.open_tests += is_test;
                        self.walk(body.stream(), &inner);
                        self.open_tests -= is_test;
                        at += 3;
                        continue;
                    }
                    at += 1;
                }
                // The scope of a visibility is no import: `pub(crate)`, `pub(super)`.
                TokenTree::Ident(ident) if ident == "pub" && is_scope(tokens.get(at + 1)) => at += 2,
                TokenTree::Ident(ident) if ident == "use" => {
                    in_use = Some(is_public(&tokens[..at]));
                    at += 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(TokenTree::Group(group)) = tokens.get(at + 1)
                        && let Some(TokenTree::Ident(name)) = group.stream().into_iter().next()
                    {
                        self.attributes.insert(name.to_string());
                        // miette writes the codes of diagnostics as paths.
                        at += usize::from(name == "diagnostic");
                    }
                    at += 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    in_use = None;
                    at += 1;
                }
                TokenTree::Ident(_) => at = self.path(&tokens, at, module, in_use),
                TokenTree::Group(group) => {
                    let inner = group.stream();
                    match in_use {
                        Some(is_reexport) if group.delimiter() == Delimiter::Brace => {
                            self.tree(inner, &[], module, is_reexport);
                        }
                        _ => self.walk(inner, module),
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Reads the path that starts at an identifier, with the tree in braces after it; returns the next position.
    fn path(&mut self, tokens: &[TokenTree], start: usize, module: &[String], in_use: Option<bool>) -> usize {
        let line = tokens[start].span().start().line;
        let mut segments = vec![tokens[start].to_string()];
        let mut at = start + 1;
        loop {
            if !is_separator(tokens, at) {
                break;
            }
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(name)) => {
                    segments.push(name.to_string());
                    at += 3;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.tree(group.stream(), &segments, module, in_use.unwrap_or(false));
                    return at + 3;
                }
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                    segments.push("*".to_owned());
                    at += 3;
                    break;
                }
                _ => break,
            }
        }
        if let Some(TokenTree::Punct(bang)) = tokens.get(at)
            && bang.as_char() == '!'
            && matches!(tokens.get(at + 1), Some(TokenTree::Group(_) | TokenTree::Ident(_)))
        {
            self.macros.push((segments.last().cloned().unwrap_or_default(), line));
        }
        let mut alias = None;
        if in_use.is_some()
            && let (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name))) =
                (tokens.get(at), tokens.get(at + 1))
            && word == "as"
        {
            alias = Some(name.to_string());
            at += 2;
        }
        if segments.len() > 1 || in_use.is_some() || segments[0] == "crate" {
            self.push(&segments, line, module, in_use.unwrap_or(false), alias);
        }
        at
    }

    fn tree(&mut self, tokens: TokenStream, prefix: &[String], module: &[String], is_reexport: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let items = tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
        for item in items.filter(|item| !item.is_empty()) {
            let line = item[0].span().start().line;
            let mut segments = prefix.to_vec();
            let (mut alias, mut nested, mut at) = (None, None, 0);
            while at < item.len() {
                match &item[at] {
                    TokenTree::Ident(word) if word == "as" => {
                        alias = item.get(at + 1).map(ToString::to_string);
                        at += 1;
                    }
                    TokenTree::Ident(name) if name == "self" && at == 0 && !prefix.is_empty() => {}
                    TokenTree::Ident(name) => segments.push(name.to_string()),
                    TokenTree::Punct(star) if star.as_char() == '*' => segments.push("*".to_owned()),
                    TokenTree::Group(group) => nested = Some(group.stream()),
                    _ => {}
                }
                at += 1;
            }
            match nested {
                Some(nested) => self.tree(nested, &segments, module, is_reexport),
                None => self.push(&segments, line, module, is_reexport, alias),
            }
        }
    }

    fn push(
        &mut self,
        segments: &[String],
        line: usize,
        module: &[String],
        is_reexport: bool,
        alias: Option<String>,
    ) {
        let path = resolved(segments, module);
        self.imports.push(Import { path, line, is_reexport, alias, is_test: self.open_tests > 0 });
    }
}

/// Resolves `super`, `self` and `skant`; a path that climbs out of the crate stays as written.
fn resolved(segments: &[String], module: &[String]) -> Vec<String> {
    let rest = |from: usize| segments[from..].to_vec();
    let root = vec!["crate".to_owned()];
    match segments[0].as_str() {
        "crate" | "skant" => [root, rest(1)].concat(),
        "self" => [root, module.to_vec(), rest(1)].concat(),
        "super" => {
            let levels = segments.iter().take_while(|segment| *segment == "super").count();
            match module.len().checked_sub(levels) {
                Some(kept) => [root, module[..kept].to_vec(), rest(levels)].concat(),
                None => segments.to_vec(),
            }
        }
        _ => segments.to_vec(),
    }
}

/// Whether a token is `(crate)`, `(super)` or `(self)`.
fn is_scope(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else { return false };
    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
    matches!(&inner[..], [TokenTree::Ident(scope)] if scope == "crate" || scope == "super" || scope == "self")
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon =
        |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(tokens.get(at)) && is_colon(tokens.get(at + 1))
}

/// Whether the tokens before `use` end with `pub` or `pub(…)`.
fn is_public(before: &[TokenTree]) -> bool {
    let is_pub = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "pub");
    match before {
        [.., visibility, TokenTree::Group(_)] | [.., visibility] => is_pub(visibility),
        [] => false,
    }
}
