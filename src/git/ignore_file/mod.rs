//! Ignore files, with git's meaning of each line: git's documentation, `gitignore`, and its sources where the
//! documentation says nothing.
//!
//! Other readers of these files differ from git (braces, open brackets, spaces, classes), and a difference leaves out
//! files that git would track. Walks nothing; `source` decides which ignore files count for a path.

mod pattern;
pub(crate) mod settings;
mod wildcards;

use std::borrow::Cow;
use std::collections::HashMap;

use pattern::Pattern;

/// The patterns of one ignore file.
#[derive(Clone, Debug, Default)]
pub(crate) struct IgnoreFile {
    patterns: Vec<Pattern>,
    /// The indices of the patterns without wildcards, by their text. Long ignore files mostly consist of them.
    exact: HashMap<Vec<u8>, Vec<usize>>,
    /// The indices of the other patterns.
    others: Vec<usize>,
    fold_case: bool,
}

impl IgnoreFile {
    /// Parses the content of an ignore file. Every content is valid. With `fold_case` the letters A to Z match both
    /// cases.
    #[must_use]
    pub(crate) fn parse(bytes: &[u8], fold_case: bool) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let mut file = Self { fold_case, ..Self::default() };
        for pattern in lines.filter_map(|line| Pattern::parse(line, fold_case)) {
            let index = file.patterns.len();
            match pattern.exact_text() {
                Some(text) => file.exact.entry(file.key(text).into_owned()).or_default().push(index),
                None => file.others.push(index),
            }
            file.patterns.push(pattern);
        }
        file
    }

    /// Returns a text as `exact` has it.
    fn key<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        if self.fold_case { text.to_ascii_lowercase().into() } else { text.into() }
    }

    /// Whether there is no pattern.
    #[must_use]
    pub(crate) const fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Returns whether the file ignores a path (`true`) or keeps it (`false`); `None` if no line matches. The path is
    /// relative to the folder of the ignore file and has `/` between its parts. The folders above it are not asked.
    #[must_use]
    pub(crate) fn decision(&self, path: &[u8], is_folder: bool) -> Option<bool> {
        let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
        let exact = [path, name].map(|text| self.exact.get(&*self.key(text)).map_or(&[][..], Vec::as_slice));
        let lists = exact.into_iter().chain([&self.others[..]]);
        let matches = |index: &&usize| self.patterns[**index].matches(path, name, is_folder, self.fold_case);
        let last = lists.filter_map(|indices| indices.iter().rev().find(matches)).max()?;
        Some(!self.patterns[*last].is_negated)
    }
}

#[cfg(test)]
mod tests;
