//! The context of a finding: what its file is for. It decides whether a finding of a generic rule fails a run, never
//! whether it is found.
//!
//! A path of the settings decides first, then the built-in table of paths, then the text around the value.

mod language;
mod path;
mod table;

use crate::finding::Context;
use crate::policy::PathPatterns;

/// The contexts that settings may give to a path, in the order in which their patterns are tried. A path that is
/// production for one file is production: no other file can move it away.
pub(crate) const CONFIGURABLE: [Context; 7] = [
    Context::Production,
    Context::Test,
    Context::Example,
    Context::Document,
    Context::Translation,
    Context::Generated,
    Context::Vendored,
];

/// The contexts in which a finding of a generic rule fails a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOnContext {
    /// All but tests, examples and translations.
    #[default]
    Production,
    /// All.
    All,
}

impl FailOnContext {
    /// Returns the name in settings and options.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::All => "all",
        }
    }

    /// Whether a finding of a generic rule only warns in a context.
    pub(crate) const fn spares(self, context: Context) -> bool {
        matches!(self, Self::Production) && context.is_not_used()
    }
}

/// The paths to which settings give a context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextPatterns {
    /// A list for each entry of [`CONFIGURABLE`].
    lists: [PathPatterns; CONFIGURABLE.len()],
}

impl ContextPatterns {
    /// Sets the patterns of a context; ignored for [`Context::Unknown`], which settings cannot give.
    #[must_use]
    pub(crate) fn with(mut self, context: Context, patterns: PathPatterns) -> Self {
        if let Some(at) = CONFIGURABLE.iter().position(|other| *other == context) {
            self.lists[at] = patterns;
        }
        self
    }

    /// Returns each context with its patterns.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (Context, &PathPatterns)> {
        CONFIGURABLE.into_iter().zip(&self.lists)
    }

    /// Returns the patterns of a context; no pattern for [`Context::Unknown`].
    pub(crate) fn patterns(&self, context: Context) -> &[String] {
        let list = self.lists().find(|(other, _)| *other == context);
        list.map_or(&[], |(_, patterns)| patterns.patterns())
    }

    /// Adds the patterns of a later file.
    pub(crate) fn extend(&mut self, later: Self) {
        for (list, later) in self.lists.iter_mut().zip(later.lists) {
            list.extend(later);
        }
    }

    /// Adds the paths that another file counts as production.
    pub(crate) fn extend_production(&mut self, other: &Self) {
        let production = ContextPatterns::default().with(Context::Production, other.lists[0].clone());
        self.extend(production);
    }

    /// Returns the context that the patterns give to a path.
    fn find(&self, path: &[u8]) -> Option<Context> {
        self.lists().find(|(_, patterns)| patterns.matches(path)).map(|(context, _)| context)
    }
}

/// Returns the context of a value: by the settings, else by the built-in table of paths, else by the text around it.
/// [`Context::Unknown`] for a text without a path.
pub(crate) fn context_of(path: &[u8], by_text: Option<Context>, patterns: &ContextPatterns) -> Context {
    if path.is_empty() {
        return by_text.unwrap_or(Context::Unknown);
    }
    let by_path = || path::context_of_path(path);
    patterns.find(path).or_else(by_path).or(by_text).unwrap_or(Context::Production)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(context: Context, pattern: &str) -> ContextPatterns {
        ContextPatterns::default().with(context, PathPatterns::new(&[pattern.to_owned()]).unwrap())
    }

    #[test]
    fn settings_come_before_the_path_and_the_path_before_the_text() {
        let none = ContextPatterns::default();
        let test = Some(Context::Test);
        for (path, by_text, patterns, expected) in [
            ("src/a.py", None, &none, Context::Production),
            ("src/a.py", test, &none, Context::Test),
            ("docs/a.md", test, &none, Context::Document),
            ("", None, &none, Context::Unknown),
            ("", test, &none, Context::Test),
            ("tests/live/a.py", test, &patterns(Context::Production, "tests/live/"), Context::Production),
            ("src/a.py", None, &patterns(Context::Vendored, "src/"), Context::Vendored),
            ("tests/a.py", None, &patterns(Context::Example, "src/"), Context::Test),
        ] {
            assert_eq!(context_of(path.as_bytes(), by_text, patterns), expected, "{path} {by_text:?}");
        }
    }

    #[test]
    fn a_path_that_is_production_for_one_file_is_production() {
        let mut first = patterns(Context::Production, "e2e/");
        first.extend(patterns(Context::Test, "e2e/"));
        let mut last = patterns(Context::Test, "e2e/");
        last.extend(patterns(Context::Production, "e2e/"));
        for both in [first, last] {
            assert_eq!(context_of(b"e2e/a.js", None, &both), Context::Production);
            assert_eq!(both.patterns(Context::Test), ["e2e/"]);
        }
    }

    #[test]
    fn only_what_is_not_used_is_spared() {
        for context in CONFIGURABLE.into_iter().chain([Context::Unknown]) {
            assert!(!FailOnContext::All.spares(context));
            let expected = matches!(context, Context::Test | Context::Example | Context::Translation);
            assert_eq!(FailOnContext::Production.spares(context), expected, "{context}");
        }
    }
}
