//! Path patterns, as in ignore files.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::text::escape_terminal;

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
pub struct PathPatterns {
    plain: Vec<Plain>,
    sets: Vec<GlobSet>,
    expressions: Vec<RegexSet>,
    patterns: Vec<String>,
}

impl PartialEq for PathPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for PathPatterns {}

impl PathPatterns {
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
        let (mut plain, mut set, mut compiled) = (Vec::new(), GlobSetBuilder::new(), false);
        for pattern in patterns {
            if pattern.len() > MOST_PATTERN || pattern.matches('{').count() > MOST_BRACES {
                return Err(format!(
                    "a pattern has more than {MOST_PATTERN} bytes or more than {MOST_BRACES} braces"
                ));
            }
            if let Some(pattern) = Plain::of(pattern) {
                plain.push(pattern);
                continue;
            }
            compiled = true;
            for glob in globs(pattern)? {
                set.add(glob);
            }
        }
        let sets =
            if compiled { vec![set.build().map_err(|error| error.kind().to_string())?] } else { Vec::new() };
        Ok(Self { plain, sets, patterns: patterns.to_vec(), expressions: Vec::new() })
    }

    /// Compiles expressions that a part of a path matches, as gitleaks has them.
    ///
    /// # Errors
    /// One cannot be read, or they are too large.
    pub fn from_regexes(expressions: &[String]) -> Result<Self, String> {
        if expressions.len() > MOST_PATTERNS || expressions.iter().any(|text| text.len() > MOST_PATTERN) {
            return Err(format!(
                "there are more than {MOST_PATTERNS}, or one has more than {MOST_PATTERN} bytes"
            ));
        }
        let set = RegexSetBuilder::new(expressions).unicode(false).size_limit(MOST_COMPILED).build();
        let set = set.map_err(|error| error.to_string())?;
        Ok(Self { expressions: vec![set], patterns: expressions.to_vec(), ..Self::default() })
    }

    /// These and those of another list.
    pub fn extend(&mut self, other: Self) {
        self.plain.extend(other.plain);
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
        self.plain.iter().any(|pattern| pattern.matches(path))
            || self.expressions.iter().any(|set| set.is_match(path))
            || !self.sets.is_empty() && globs()
    }
}

/// A pattern that needs no expression, as most are: making one costs a hook more than reading a small change.
#[derive(Clone, Debug)]
enum Plain {
    /// `name`, `name/`: wherever a part of the path is called so.
    Name(String),
    /// `*.end`: wherever a part of the path ends so.
    Ending(String),
    /// `/name`, `a/name`: this path, and what lies below it.
    Path(String),
    /// `name/**`: what lies below it.
    Below(String),
}

impl Plain {
    fn of(pattern: &str) -> Option<Self> {
        let trimmed = pattern.trim_start_matches("./").trim_start_matches('/');
        let (text, is_below) = match trimmed.strip_suffix("/**") {
            Some(text) => (text, true),
            None => (trimmed.trim_end_matches('/'), false),
        };
        let is_anywhere = !is_below && !text.contains('/') && !pattern.starts_with('/');
        let (text, is_ending) = match text.strip_prefix('*') {
            Some(text) if is_anywhere => (text, true),
            _ => (text, false),
        };
        let is_special = |sign: char| "*?[]{}\\".contains(sign);
        if text.is_empty() || text.contains(is_special) {
            return None;
        }
        let text = text.to_owned();
        Some(match (is_anywhere, is_ending, is_below) {
            (true, true, _) => Self::Ending(text),
            (true, false, _) => Self::Name(text),
            (false, _, false) => Self::Path(text),
            (false, _, true) => Self::Below(text),
        })
    }

    fn matches(&self, path: &[u8]) -> bool {
        let mut parts = path.split(|byte| *byte == b'/');
        let behind = |text: &str| path.strip_prefix(text.as_bytes());
        match self {
            Self::Name(name) => parts.any(|part| part == name.as_bytes()),
            Self::Ending(end) => parts.any(|part| part.ends_with(end.as_bytes())),
            Self::Path(text) => behind(text).is_some_and(|rest| rest.is_empty() || rest[0] == b'/'),
            Self::Below(text) => behind(text).is_some_and(|rest| rest.starts_with(b"/")),
        }
    }
}

/// A pattern as globs: one for what it names, one for what lies below that.
fn globs(pattern: &str) -> Result<[Glob; 2], String> {
    let trimmed = pattern.trim_start_matches("./").trim_start_matches('/');
    let anywhere = !trimmed.trim_end_matches('/').contains('/') && !pattern.starts_with('/');
    let base = if anywhere { format!("**/{trimmed}") } else { trimmed.to_owned() };
    let base = base.trim_end_matches('/');
    let glob = |text: &str| {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        glob.map_err(|error| format!("`{}`: {}", escape_terminal(pattern.as_bytes()), error.kind()))
    };
    Ok([glob(base)?, glob(&format!("{base}/**"))?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_has_a_longest_length_and_a_list_a_largest_number() {
        let of = |number: usize, length: usize| PathPatterns::from_regexes(&vec!["a".repeat(length); number]);
        assert!(of(1, MOST_PATTERN).is_ok() && of(1, MOST_PATTERN + 1).is_err());
        assert!(of(MOST_PATTERNS, 1).is_ok() && of(MOST_PATTERNS + 1, 1).is_err());
    }

    #[test]
    fn patterns_count_as_in_ignore_files() {
        let globs = PathPatterns::new(&["docs/".into(), "/build".into(), "a/*.txt".into()]).unwrap();
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
    fn plain_patterns_make_no_expression() {
        for (pattern, expected) in [
            ("vendor/", true),
            ("/build", true),
            ("./a/b.txt", true),
            ("docs/**", true),
            ("*.min.js", true),
            ("*", false),
            ("a/*.txt", false),
            ("**/x", false),
            ("a?b", false),
            ("/", false),
        ] {
            assert_eq!(
                PathPatterns::new(&[pattern.to_owned()]).unwrap().sets.is_empty(),
                expected,
                "{pattern}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn a_plain_pattern_matches_what_its_globs_match(
            pattern in "(\\./|/)?[*]?[a.]{1,3}(/[ab.]{1,2}){0,2}(/|/\\*\\*)?", path in "[ab.]{1,3}(/[ab.]{1,3}){0,3}"
        ) {
            if let Some(plain) = Plain::of(&pattern) {
                let expected = globs(&pattern).unwrap().iter().any(|glob| glob.compile_matcher().is_match(&path));
                proptest::prop_assert_eq!(plain.matches(path.as_bytes()), expected, "{} {}", pattern, path);
            }
        }
    }

    #[test]
    fn patterns_without_measure_are_refused() {
        let deep = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        let patterns = |pattern: &str, count| PathPatterns::new(&vec![pattern.to_owned(); count]);
        assert!(patterns(&deep(MOST_BRACES), 1).is_ok() && patterns(&"a/".repeat(512), 1).is_ok());
        // Of each of these a larger one ends in a stack that overflows, or takes minutes.
        for (pattern, count) in [(deep(MOST_BRACES + 1), 1), ("a/".repeat(513), 1), ("a".into(), 1001)] {
            assert!(patterns(&pattern, count).unwrap_err().contains("more than"));
        }
    }
}
