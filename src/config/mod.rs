//! The bytes of a `skant.toml` to settings. Unknown keys are errors. Where the bytes come from is the caller's
//! affair; nothing after this sees TOML.

mod error;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use serde::Deserialize;

use crate::allow::Entry;
use crate::finding::{Problem, ProblemKind};
use crate::secret::{FingerprintKey, mask_neighbours};
use crate::text::terminal;

pub use error::ConfigError;

/// Who wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user, outside of what is scanned: its text may be quoted in errors.
    User,
    /// The scanned repository: nothing of it is quoted.
    Repository,
}

/// Settings in force.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Values that are on record.
    pub allow: Vec<Entry>,
    /// Rules that are switched off, by id.
    pub disabled: Vec<String>,
    /// Paths that are not read.
    pub exclude: Globs,
    /// Problems that do not fail the run.
    pub accept: Vec<Accept>,
    /// The key under which weak values are named.
    pub fingerprint_key: FingerprintKey,
}

impl Settings {
    /// Adds what another file says to what is known.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.allow.extend(other.allow);
        self.disabled.extend(other.disabled);
        self.exclude.0.extend(other.exclude.0);
        self.accept.extend(other.accept);
        Self { fingerprint_key: other.fingerprint_key.or(self.fingerprint_key), ..self }
    }

    /// Whether a problem is accepted.
    #[must_use]
    pub fn accepts(&self, problem: &Problem) -> bool {
        self.accept.iter().any(|accept| accept.covers(problem))
    }
}

/// The longest pattern, in bytes. The time that a pattern takes grows with the square of its length.
const MOST_PATTERN: usize = 1024;

/// The most patterns of one list: a thousand of the longest take some megabytes and less than a second.
const MOST_PATTERNS: usize = 1000;

/// The most `{` of a pattern: they are read by recursion, which many of them would let run out of stack.
const MOST_BRACES: usize = 32;

/// Path patterns: `*` stays within a folder, `**` does not; a pattern without `/` counts in every folder.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<GlobSet>);

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
        Ok(Self(vec![set.build().map_err(|error| error.kind().to_string())?]))
    }

    /// Whether there is any pattern.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path with `/` matches.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        !self.0.is_empty() && {
            let path = String::from_utf8_lossy(path);
            self.0.iter().any(|set| set.is_match(path.as_ref()))
        }
    }
}

/// A kind of problem that is accepted, everywhere or at some paths.
#[derive(Clone, Debug)]
pub struct Accept {
    kind: String,
    paths: Option<Globs>,
}

impl Accept {
    fn covers(&self, problem: &Problem) -> bool {
        self.kind == problem.kind.name()
            && self
                .paths
                .as_ref()
                .is_none_or(|globs| problem.path.as_ref().is_some_and(|path| globs.matches(path.as_bytes())))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    disable: Vec<String>,
    fingerprint_key: Option<String>,
    #[serde(default)]
    allow: Vec<AllowEntry>,
    #[serde(default)]
    accept: Vec<AcceptEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowEntry {
    fingerprint: String,
    reason: String,
    until: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptEntry {
    kind: String,
    path: Option<String>,
}

/// Reads a configuration file. `known_rules` are the ids that `disable` may name.
///
/// # Errors
/// What is wrong and where, with nothing quoted from a repository's own file.
pub fn parse(bytes: &[u8], origin: Origin, known_rules: &[&str]) -> Result<Settings, ConfigError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ConfigError::at(bytes, error.valid_up_to(), "it is not UTF-8"))?;
    let file: File = toml::from_str(text).map_err(|error| ConfigError::of_toml(bytes, &error))?;
    let whole = |said: String| ConfigError::at(bytes, 0, &said);
    if let Some(id) = file.disable.iter().find(|id| !known_rules.contains(&id.as_str())) {
        let named =
            if origin == Origin::User { format!(" `{}`", terminal(id.as_bytes())) } else { String::new() };
        return Err(whole(format!("`disable` names a rule{named} that does not exist")));
    }
    let globs = |key: &str, patterns: &[String]| {
        Globs::new(patterns).map_err(|error| {
            let said = if origin == Origin::User { error } else { "a pattern cannot be read".to_owned() };
            whole(format!("`{key}`: {said}"))
        })
    };
    let accept = file.accept.into_iter().map(|entry| {
        if !ACCEPTABLE.iter().any(|kind| kind.name() == entry.kind) {
            let kinds: Vec<_> = ACCEPTABLE.iter().map(|kind| kind.name()).collect();
            return Err(whole(format!("`accept`: kind has to be one of {}", kinds.join(", "))));
        }
        let paths = entry.path.map(|path| globs("accept", &[path])).transpose()?;
        Ok(Accept { kind: entry.kind, paths })
    });
    let accept = accept.collect::<Result<_, _>>()?;
    let allow = file.allow.into_iter().map(|entry| allow_entry(entry).map_err(|said| whole(said.to_owned())));
    Ok(Settings {
        allow: allow.collect::<Result<_, _>>()?,
        disabled: file.disable,
        exclude: globs("exclude", &file.exclude)?,
        accept,
        fingerprint_key: file
            .fingerprint_key
            .map(|key| FingerprintKey::new(key.into_bytes()))
            .unwrap_or_default(),
    })
}

/// The problems that a file may accept: problems of reading.
const ACCEPTABLE: [ProblemKind; 8] = [
    ProblemKind::MissingObject,
    ProblemKind::CorruptObject,
    ProblemKind::Unreadable,
    ProblemKind::ShallowClone,
    ProblemKind::PartialClone,
    ProblemKind::Unmerged,
    ProblemKind::Budget,
    ProblemKind::ArchiveBroken,
];

/// A reason as reports show it: what could be a secret in it is masked.
fn shown(reason: &str) -> String {
    terminal(&mask_neighbours(reason.as_bytes(), None))
}

fn allow_entry(entry: AllowEntry) -> Result<Entry, &'static str> {
    let long_enough =
        entry.fingerprint.len() >= 6 && entry.fingerprint.bytes().all(|b| b.is_ascii_hexdigit());
    if !long_enough {
        return Err("`allow`: fingerprint has to be six hexadecimal digits or more");
    }
    let until = match entry.until.map(|until| until.date) {
        None => None,
        Some(Some(date)) => Some(
            Date::new(
                i16::try_from(date.year).unwrap_or(0),
                date.month.cast_signed(),
                date.day.cast_signed(),
            )
            .map_err(|_| "`allow`: until is no date")?,
        ),
        Some(None) => return Err("`allow`: until has to be a date such as 2027-01-31"),
    };
    Ok(Entry { fingerprint: entry.fingerprint, reason: shown(&entry.reason), until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, origin: Origin) -> Result<Settings, String> {
        parse(text.as_bytes(), origin, &["generic-secret"]).map_err(|error| error.to_string())
    }

    #[test]
    fn all_keys_are_read() {
        let text = "exclude = [\"vendor/**\", \"*.min.js\"]\ndisable = [\"generic-secret\"]\nfingerprint-key = \"k\"\n\
            [[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"old\"\nuntil = 2027-01-31\n\
            [[accept]]\nkind = \"corrupt-object\"\npath = \"testdata/**\"\n";
        let settings = read(text, Origin::Repository).unwrap();
        assert!(settings.exclude.matches(b"vendor/a/b.c") && settings.exclude.matches(b"x/y.min.js"));
        assert!(!settings.exclude.matches(b"src/vendor.c"));
        assert_eq!(settings.allow[0].until, Some("2027-01-31".parse().unwrap()));
        let problem = |path: &str| Problem {
            kind: ProblemKind::CorruptObject,
            path: Some(path.into()),
            message: String::new(),
        };
        assert!(settings.accepts(&problem("testdata/x")) && !settings.accepts(&problem("src/x")));
    }

    #[test]
    fn errors_say_where_and_quote_nothing_of_a_repository() {
        let cases = [
            ("x = 1\nmachine = \"hunter2\"", "unknown key"),
            ("allow = \"hunter2\"", "line 1, column 9"),
            ("\n[[allow]]\nfingerprint = \"hunter2\"\nreason = \"r\"", "six hexadecimal digits"),
            ("machine example.com login hunter2", "line 1"),
            ("disable = [\"hunter2\"]", "does not exist"),
            ("exclude = [\"hunter2[\"]", "cannot be read"),
            ("[[accept]]\nkind = \"hunter2\"", "kind has to be one of missing-object"),
            ("[[allow]]\nreason = \"hunter2\"", "missing"),
            ("exclude = [\"a\", 7]", "line 1"),
        ];
        for (text, said) in cases {
            let error = read(text, Origin::Repository).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
        assert!(read("x = 1", Origin::Repository).unwrap_err().contains("unknown key `x`"));
        assert!(read("disable = [\"nope\"]", Origin::User).unwrap_err().contains("`nope`"));
    }

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
        let text = format!("exclude = [\"{}\"]", deep(100_000));
        assert!(read(&text, Origin::Repository).unwrap_err().contains("a pattern cannot be read"));
    }

    #[test]
    fn a_key_stays_unless_another_file_has_one() {
        let (own, none) = (read("fingerprint-key = \"k\"", Origin::Repository).unwrap(), Settings::default());
        assert_eq!(format!("{:?}", own.merged(none).fingerprint_key), "FingerprintKey(set)");
    }

    #[test]
    fn no_value_is_quoted_whoever_wrote_it() {
        for text in
            ["fingerprint-key = 4711", "exclude = \"hunter2\"", "exclude = [[\"hunter2\"]]", "hunter2 = = 1"]
        {
            let error = read(text, Origin::User).unwrap_err();
            assert!(!error.contains("hunter2") && !error.contains("4711"), "{error}");
        }
        assert!(read("exclude = 7", Origin::User).unwrap_err().contains("expected a sequence"));
        let text = format!("[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"was {}\"", "k".repeat(20));
        assert_eq!(read(&text, Origin::User).unwrap().allow[0].reason, "was ********");
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_is_an_error_or_settings(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = parse(&bytes, Origin::Repository, &[]).map_err(|error| error.to_string());
        }
    }
}
