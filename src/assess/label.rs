//! Labels in files of translations: words beside a name such as `password`. The detector does not know paths, so a file of
//! translations is recognized here.

use crate::detect::Evidence;
use crate::finding::{Context, LocationKind};
use crate::policy::ContextPatterns;
use crate::policy::context::context_of;

/// Returns whether a piece of evidence is a label: a value of words without a digit in a file of translations. Only the
/// built-in table of paths decides, so the settings of a scanned repository make no label of a password.
pub(crate) fn is_label(evidence: &Evidence, kind: LocationKind, path: &[u8]) -> bool {
    evidence.features.is_words
        && kind == LocationKind::File
        && context_of(path, None, &ContextPatterns::default()) == Context::Translation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn words_in_a_file_of_translations_are_labels() {
        let detector = Detector::new(RuleSet::builtin());
        let are_labels = |value: &str, kind, path: &str| {
            let text = format!("sq:\n  users:\n    host: db.intern.firma.de\n    password: \"{value}\"\n");
            let found = detector.find_evidence(text.as_bytes());
            assert!(!found.is_empty(), "{value}");
            found.iter().all(|evidence| is_label(evidence, kind, path.as_bytes()))
        };
        assert!(are_labels("Qwuvtrepo-Zpalko:", LocationKind::File, "config/locales/sq.yml"));
        assert!(!are_labels("Qwuvtrepo-Zpalko:", LocationKind::File, "config/database.yml"));
        assert!(!are_labels("Qwuvtrepo-Zpalko:", LocationKind::Message, "config/locales/sq.yml"));
        assert!(!are_labels("Qwuvt7repo-Zp4alko", LocationKind::File, "config/locales/sq.yml"));
    }
}
