//! Path patterns as in `.gitignore`: a thin layer over `ignore::gitignore` with limits on length and number.
//!
//! Three things differ from git. Braces are alternatives (`{a,b}`), as in ripgrep. A leading `./` means the top folder.
//! A `!` pattern also counts below an excluded folder, where git re-includes nothing. So a list never excludes a path
//! that git would not ignore, and the scanner reads more, not less.
//!
//! Regular expressions for paths, which gitleaks has, are kept here, too. This module reads no file.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use miette::Diagnostic;
use regex::bytes::{RegexSet, RegexSetBuilder};
use thiserror::Error;

use crate::git::os_string;
use crate::text::escape_terminal;

/// The longest pattern in bytes. The time to compile a pattern grows with the square of its length.
const MAX_PATTERN_BYTES: usize = 1024;

/// The most patterns in a list: a thousand of the longest take some megabytes and less than a second.
const MAX_PATTERNS: usize = 1000;

/// The most `{` in a pattern: the parser recurses for each, and many would overflow the stack.
const MAX_BRACES: usize = 32;

/// The most memory that a set of regular expressions may take: 1 MiB.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// A pattern that cannot be used.
#[derive(Clone, Debug, Error, Diagnostic, PartialEq, Eq)]
#[diagnostic(code(skant::config::invalid_pattern), help("patterns are written as in `.gitignore`"))]
pub enum PatternError {
    /// The list is too long.
    #[error("there are more than {MAX_PATTERNS} patterns")]
    TooMany,
    /// A pattern is too long or too deep.
    #[error("a pattern has more than {MAX_PATTERN_BYTES} bytes or more than {MAX_BRACES} braces")]
    TooLong,
    /// A pattern has a syntax error.
    #[error("`{pattern}`: {reason}")]
    Syntax {
        /// The pattern, escaped.
        pattern: String,
        /// The error of the parser.
        reason: String,
    },
    /// Regular expressions cannot be compiled within the limits.
    #[error("{0}")]
    Regex(String),
}

/// Lists of path patterns. A later list overrides an earlier one, and in a list a later pattern an earlier one.
#[derive(Clone, Default)]
pub struct PathPatterns {
    patterns: Vec<String>,
    lists: Vec<Arc<List>>,
}

/// Shows the lists, and not what is compiled from them: equal lists are shown alike.
impl fmt::Debug for PathPatterns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_list();
        for list in &self.lists {
            match &**list {
                List::Globs(globs) => shown.entry(&globs.lines),
                List::Regexes(set) => shown.entry(&("regexes", set.patterns())),
            };
        }
        shown.finish()
    }
}

impl PartialEq for PathPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for PathPatterns {}

impl PathPatterns {
    /// Makes a list of patterns.
    ///
    /// # Errors
    /// The list breaks a limit, or a pattern has a syntax error.
    pub fn new(patterns: &[String]) -> Result<Self, PatternError> {
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        if patterns.len() > MAX_PATTERNS {
            return Err(PatternError::TooMany);
        }
        if patterns
            .iter()
            .any(|text| text.len() > MAX_PATTERN_BYTES || text.matches('{').count() > MAX_BRACES)
        {
            return Err(PatternError::TooLong);
        }
        let list = List::Globs(GlobList::new(patterns)?);
        Ok(Self { patterns: patterns.to_vec(), lists: vec![Arc::new(list)] })
    }

    /// Makes a list of regular expressions. Each matches a part of a path, as in gitleaks' files.
    ///
    /// # Errors
    /// The list breaks a limit, or an expression has a syntax error.
    pub fn from_regexes(expressions: &[String]) -> Result<Self, PatternError> {
        if expressions.len() > MAX_PATTERNS {
            return Err(PatternError::TooMany);
        }
        if expressions.iter().any(|text| text.len() > MAX_PATTERN_BYTES) {
            return Err(PatternError::TooLong);
        }
        let set = RegexSetBuilder::new(expressions).unicode(false).size_limit(MAX_REGEX_BYTES).build();
        let set = set.map_err(|error| PatternError::Regex(error.to_string()))?;
        Ok(Self { patterns: expressions.to_vec(), lists: vec![Arc::new(List::Regexes(set))] })
    }

    /// Adds the lists of another value after the own ones.
    pub fn extend(&mut self, other: Self) {
        self.patterns.extend(other.patterns);
        self.lists.extend(other.lists);
    }

    /// Whether there is no pattern.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Returns the patterns as they were written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a path matches. The path is relative to the top folder and has `/` between its parts. A path that ends
    /// with `/` is a folder, any other a file.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        self.lists.iter().rev().find_map(|list| list.decision(path)).unwrap_or_default()
    }

    /// Returns a sentence for each pattern that cannot match any path.
    #[must_use]
    pub fn find_unusable(&self) -> Vec<String> {
        let globs = self.lists.iter().filter_map(|list| match &**list {
            List::Globs(globs) => Some(globs.lines.iter()),
            List::Regexes(_) => None,
        });
        globs
            .flatten()
            .filter_map(|line| {
                let shown = escape_terminal(line.as_bytes());
                unusable_reason(line).map(|reason| format!("`{shown}` matches nothing: {reason}"))
            })
            .collect()
    }
}

/// One list.
enum List {
    Globs(GlobList),
    Regexes(RegexSet),
}

impl List {
    /// Returns whether the list includes or excludes a path; `None` if no pattern matches.
    fn decision(&self, path: &[u8]) -> Option<bool> {
        match self {
            Self::Globs(globs) => globs.decision(path),
            Self::Regexes(set) => set.is_match(path).then_some(true),
        }
    }
}

/// Patterns as lines of a `.gitignore`.
struct GlobList {
    lines: Vec<String>,
    /// Compiled on first use: an entry of a policy may have a pattern that no finding of a run is compared with, and
    /// compiling costs a hook more than everything else about the entry.
    matcher: OnceLock<Gitignore>,
}

impl GlobList {
    fn new(patterns: &[String]) -> Result<Self, PatternError> {
        let lines: Vec<String> = patterns.iter().map(|pattern| gitignore_line(pattern)).collect();
        let matcher = OnceLock::new();
        // A pattern without special characters has no syntax that could be wrong.
        if lines.iter().any(|line| line.contains(['*', '?', '[', ']', '{', '}', '\\'])) {
            let _ = matcher.set(compile(&lines)?);
        }
        Ok(Self { lines, matcher })
    }

    fn decision(&self, path: &[u8]) -> Option<bool> {
        // The lines that are compiled here have no syntax that could be wrong; an empty matcher would exclude nothing.
        let matcher =
            self.matcher.get_or_init(|| compile(&self.lines).unwrap_or_else(|_| Gitignore::empty()));
        // No path of a repository begins with `/`, but a damaged tree may say so.
        let path = &path[path.iter().take_while(|byte| **byte == b'/').count()..];
        let (path, mut is_folder) = match path.strip_suffix(b"/") {
            Some(folder) => (folder, true),
            None => (path, false),
        };
        let path = os_string(path);
        // The path itself decides first, then the folders above it: what `matched_path_or_any_parents` does, which
        // panics at names such as `.//x`.
        // Above them is the empty path, which the pattern `/` would match.
        for path in Path::new(&path).ancestors().filter(|path| !path.as_os_str().is_empty()) {
            match matcher.matched(path, is_folder) {
                Match::None => is_folder = true,
                Match::Ignore(_) => return Some(true),
                Match::Whitelist(_) => return Some(false),
            }
        }
        None
    }
}

/// Returns a pattern as a line of a `.gitignore` at the top.
fn gitignore_line(pattern: &str) -> String {
    let (negation, rest) = match pattern.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", pattern),
    };
    let plain = rest.trim_start_matches("./");
    let anchor = if plain.len() < rest.len() && !plain.starts_with('/') { "/" } else { "" };
    format!("{negation}{anchor}{plain}")
}

fn compile(lines: &[String]) -> Result<Gitignore, PatternError> {
    let syntax = |pattern: &str, error: &ignore::Error| {
        let reason = match error {
            ignore::Error::Glob { err, .. } => err.clone(),
            other => other.to_string(),
        };
        PatternError::Syntax { pattern: escape_terminal(pattern.as_bytes()), reason }
    };
    // The matcher takes the root off each path; with this one it leaves paths alone.
    let mut builder = GitignoreBuilder::new(".");
    // An open `[` is a slip of the hand. git takes it for itself, but then the pattern matches no path that exists.
    builder.allow_unclosed_class(false);
    for line in lines {
        builder.add_line(None, line).map_err(|error| syntax(line, &error))?;
    }
    builder.build().map_err(|error| syntax("", &error))
}

/// Returns why a line can match no path; `None` if it can.
fn unusable_reason(line: &str) -> Option<&'static str> {
    let pattern = line.trim_end().trim_start_matches('!').trim_matches('/');
    if line.starts_with('#') {
        Some("it is a comment, as in `.gitignore`; write `\\#` for a name that begins with `#`")
    } else if pattern.is_empty() {
        Some("it is empty")
    } else if pattern.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("no path has an empty part, `.` or `..` in it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
