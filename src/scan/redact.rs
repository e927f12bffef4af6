//! Names that are shown may hold a secret themselves: a path, a branch, an author.

use crate::detect::{Detector, Evidence};
use crate::rules::RuleSet;
use crate::scan::Engine;
use crate::text::{escape_path, escape_terminal};

/// Text with every secret in it masked, for what is said where there is no engine.
#[must_use]
pub fn redacted(text: &str) -> String {
    masked(&Detector::new(RuleSet::builtin()), text)
}

fn masked(detector: &Detector, text: &str) -> String {
    let found = detector.find_evidence(text.as_bytes());
    let rules = detector.rules();
    // A placeholder that a provider's rule found is masked, too: it may be a key that is judged wrongly. Others
    // are words, which a path is full of.
    let is_shown =
        |evidence: &&Evidence| evidence.placeholder.is_some() && !rules[evidence.rule].is_provider();
    let found = found.iter().filter(|evidence| !is_shown(evidence));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for evidence in found {
        // Values are ASCII, so their edges are those of characters.
        out.push_str(text.get(at..evidence.span.start).unwrap_or_default());
        out.push_str(&evidence.masked.text);
        at = evidence.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

impl Engine {
    /// Text with every secret in it masked.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let shown = masked(&self.detector, text);
        match &self.names {
            Some(names) => masked(names, &shown),
            None => shown,
        }
    }

    /// A path as reports show it.
    pub(crate) fn shown_path(&self, path: &[u8]) -> String {
        self.redacted(&escape_path(path))
    }

    /// Other untrusted text as reports show it.
    pub(crate) fn shown_text(&self, text: &[u8]) -> String {
        self.redacted(&escape_terminal(text))
    }
}
