//! One line of an ignore file, compared as git does (`dir.c`: `parse_path_pattern`, `match_basename`,
//! `match_pathname`).

use super::wildcards::Wildcards;

/// A pattern of an ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Whether it begins with `!`: what matches is not ignored.
    pub(super) is_negated: bool,
    /// Whether it ends with `/`.
    only_folders: bool,
    target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// The pattern has no `/`: the last part of a path is compared.
    Name(NameTest),
    /// The path from the folder of the ignore file begins with this, and the rest matches. Without a rest, nothing
    /// may follow.
    Path { prefix: Vec<u8>, rest: Option<Wildcards> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum NameTest {
    Equals(Vec<u8>),
    EndsWith(Vec<u8>),
    Matches(Wildcards),
}

impl Pattern {
    /// Parses a line without its line break; `None` for a comment, and for a line that matches nothing.
    pub(super) fn parse(line: &[u8], fold_case: bool) -> Option<Self> {
        if line.first() == Some(&b'#') {
            return None;
        }
        // Git reads lines as C strings.
        let line = memchr::memchr(0, line).map_or(line, |end| &line[..end]);
        let line = without_trailing_spaces(line);
        let (is_negated, text) = match line.strip_prefix(b"!") {
            Some(text) => (true, text),
            None => (false, line),
        };
        let (only_folders, text) = match text.strip_suffix(b"/") {
            Some(text) => (true, text),
            None => (false, text),
        };
        if text.is_empty() {
            return None;
        }
        let plain = plain_length(text);
        let target = if memchr::memchr(b'/', text).is_some() {
            let (anchored, plain) = match text.strip_prefix(b"/") {
                Some(anchored) => (anchored, plain.saturating_sub(1)),
                None => (text, plain),
            };
            // Git compares the rest by itself: `a**/b` means `a` and then `**/b`.
            let (prefix, rest) = anchored.split_at(plain);
            let rest = (!rest.is_empty()).then(|| Wildcards::new(rest, fold_case));
            Target::Path { prefix: prefix.to_vec(), rest }
        } else {
            Target::Name(if plain == text.len() {
                NameTest::Equals(text.to_vec())
            } else if text[0] == b'*' && plain_length(&text[1..]) == text.len() - 1 {
                NameTest::EndsWith(text[1..].to_vec())
            } else {
                NameTest::Matches(Wildcards::new(text, fold_case))
            })
        };
        Some(Self { is_negated, only_folders, target })
    }

    /// Returns the text of a pattern without wildcards: the last part of each path that it matches, or the whole path.
    pub(super) fn exact_text(&self) -> Option<&[u8]> {
        match &self.target {
            Target::Name(NameTest::Equals(text)) | Target::Path { prefix: text, rest: None } => Some(text),
            Target::Name(_) | Target::Path { rest: Some(_), .. } => None,
        }
    }

    /// Whether the pattern matches a path, given from the folder of the ignore file. `name` is its last part.
    pub(super) fn matches(&self, path: &[u8], name: &[u8], is_folder: bool, fold_case: bool) -> bool {
        if self.only_folders && !is_folder {
            return false;
        }
        let equal =
            |one: &[u8], other: &[u8]| if fold_case { one.eq_ignore_ascii_case(other) } else { one == other };
        match &self.target {
            Target::Name(NameTest::Equals(text)) => equal(text, name),
            Target::Name(NameTest::EndsWith(text)) => {
                name.len() >= text.len() && equal(text, &name[name.len() - text.len()..])
            }
            Target::Name(NameTest::Matches(wildcards)) => wildcards.matches(name),
            Target::Path { prefix, rest } => {
                path.len() >= prefix.len() && equal(prefix, &path[..prefix.len()]) && {
                    let left = &path[prefix.len()..];
                    rest.as_ref().map_or(left.is_empty(), |rest| rest.matches(left))
                }
            }
        }
    }
}

/// Returns the number of bytes before the first special character.
fn plain_length(text: &[u8]) -> usize {
    text.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\')).unwrap_or(text.len())
}

/// Returns a line without the spaces at its end; one after a `\` is kept. Tabs are kept, as git does.
fn without_trailing_spaces(line: &[u8]) -> &[u8] {
    let (mut end, mut at) = (0, 0);
    while at < line.len() {
        match line[at] {
            b' ' => at += 1,
            b'\\' if at + 1 == line.len() => return line,
            byte => {
                at += if byte == b'\\' { 2 } else { 1 };
                end = at;
            }
        }
    }
    &line[..end]
}
