//! Path patterns, as in ignore files.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::text::terminal;

/// The longest pattern, in bytes. The time that a pattern takes grows with the square of its length.
const MOST_PATTERN: usize = 1024;

/// The most patterns of one list: a thousand of the longest take some megabytes and less than a second.
const MOST_PATTERNS: usize = 1000;

/// The most `{` of a pattern: they are read by recursion, which many of them would let run out of stack.
const MOST_BRACES: usize = 32;

/// The most memory that expressions may take: 1 MiB.
const MOST_COMPILED: usize = 1 << 20;

/// Path patterns: `*` stays within a folder, `**` does not; a pattern without `/` counts in every folder.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    sets: Vec<GlobSet>,
    expressions: Vec<RegexSet>,
    patterns: Vec<String>,
}

impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for Globs {}

impl Globs {
    /// Compiles patterns.
    ///
    /// # Errors
    /// The first pattern that cannot be read.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        if patterns.len() > MOST_PATTERNS {
            return Err(format!("there are more than {MOST_PATTERNS} patterns"));
        }
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            if pattern.len() > MOST_PATTERN || pattern.matches('{').count() > MOST_BRACES {
                return Err(format!(
                    "a pattern has more than {MOST_PATTERN} bytes or more than {MOST_BRACES} braces"
                ));
            }
            let trimmed = pattern.trim_start_matches("./").trim_start_matches('/');
            let anywhere = !trimmed.trim_end_matches('/').contains('/') && !pattern.starts_with('/');
            let base = if anywhere { format!("**/{trimmed}") } else { trimmed.to_owned() };
            let base = base.trim_end_matches('/').to_owned();
            for text in [base.clone(), format!("{base}/**")] {
                let glob = GlobBuilder::new(&text).literal_separator(true).build();
                set.add(
                    glob.map_err(|error| format!("`{}`: {}", terminal(pattern.as_bytes()), error.kind()))?,
                );
            }
        }
        let set = set.build().map_err(|error| error.kind().to_string())?;
        Ok(Self { sets: vec![set], patterns: patterns.to_vec(), expressions: Vec::new() })
    }

    /// Compiles expressions that a part of a path matches, as gitleaks has them.
    ///
    /// # Errors
    /// One cannot be read, or they are too large.
    pub fn of_expressions(expressions: &[String]) -> Result<Self, String> {
        if expressions.len() > MOST_PATTERNS || expressions.iter().any(|text| text.len() > MOST_PATTERN) {
            return Err(format!(
                "there are more than {MOST_PATTERNS}, or one has more than {MOST_PATTERN} bytes"
            ));
        }
        let set = RegexSetBuilder::new(expressions).unicode(false).size_limit(MOST_COMPILED).build();
        let set = set.map_err(|error| error.to_string())?;
        Ok(Self { sets: Vec::new(), expressions: vec![set], patterns: expressions.to_vec() })
    }

    /// These and those of another list.
    pub fn extend(&mut self, other: Self) {
        self.sets.extend(other.sets);
        self.expressions.extend(other.expressions);
        self.patterns.extend(other.patterns);
    }

    /// Whether there is any pattern.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns as they were written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a path with `/` matches.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        let globs = || {
            let path = String::from_utf8_lossy(path);
            self.sets.iter().any(|set| set.is_match(path.as_ref()))
        };
        self.expressions.iter().any(|set| set.is_match(path)) || !self.sets.is_empty() && globs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_count_as_in_ignore_files() {
        let globs = Globs::new(&["docs/".into(), "/build".into(), "a/*.txt".into()]).unwrap();
        for (path, expected) in [
            ("docs/x.md", true),
            ("sub/docs/x.md", true),
            ("build/out", true),
            ("sub/build/out", false),
            ("a/b.txt", true),
            ("a/c/b.txt", false),
        ] {
            assert_eq!(globs.matches(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn patterns_without_measure_are_refused() {
        let deep = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        let patterns = |pattern: &str, count| Globs::new(&vec![pattern.to_owned(); count]);
        assert!(patterns(&deep(MOST_BRACES), 1).is_ok() && patterns(&"a/".repeat(512), 1).is_ok());
        // Of each of these a larger one ends in a stack that overflows, or takes minutes.
        for (pattern, count) in [(deep(MOST_BRACES + 1), 1), ("a/".repeat(513), 1), ("a".into(), 1001)] {
            assert!(patterns(&pattern, count).unwrap_err().contains("more than"));
        }
    }
}
