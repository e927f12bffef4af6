//! The verifiers in force, by the rules that they are for.

use std::collections::BTreeMap;
use std::sync::Arc;

use skant_rule_schema::{VerifierSpec, parse_verifiers};

/// The verifiers in force. They are parsed when a command asks for them, and not at the start of the program.
pub(crate) struct Verifiers {
    all: Vec<Arc<VerifierSpec>>,
    by_rule: BTreeMap<String, usize>,
}

impl Verifiers {
    /// Reads the built-in verifiers. The build has checked them.
    pub(crate) fn builtin() -> Self {
        Self::parse(embedded::FILES)
    }

    fn parse(files: &[&str]) -> Self {
        let files = files.iter().filter_map(|text| parse_verifiers(text).ok());
        let all: Vec<_> = files.flat_map(|file| file.verifier).map(Arc::new).collect();
        let rules = |(index, verifier): (usize, &Arc<VerifierSpec>)| {
            verifier.rules.iter().map(|rule| (rule.clone(), index)).collect::<Vec<_>>()
        };
        let by_rule = all.iter().enumerate().flat_map(rules).collect();
        Self { all, by_rule }
    }

    /// Returns the verifier of a rule.
    pub(crate) fn of_rule(&self, rule: &str) -> Option<&Arc<VerifierSpec>> {
        self.by_rule.get(rule).and_then(|index| self.all.get(*index))
    }

    /// Adds a verifier for rules that have none.
    pub(super) fn add(&mut self, verifier: VerifierSpec) {
        let index = self.all.len();
        self.by_rule.extend(verifier.rules.iter().map(|rule| (rule.clone(), index)));
        self.all.push(Arc::new(verifier));
    }

    /// Returns all verifiers.
    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Arc<VerifierSpec>] {
        &self.all
    }
}

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/verifiers.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_read() {
        for text in embedded::FILES {
            parse_verifiers(text).unwrap();
        }
        let verifiers = Verifiers::builtin();
        let names: usize = verifiers.all().iter().map(|verifier| verifier.rules.len()).sum();
        assert_eq!(verifiers.by_rule.len(), names);
        assert!(verifiers.of_rule("anthropic-api-key").is_some_and(|one| one.request.is_some()));
        assert!(verifiers.of_rule("generic-password").is_none());
    }

    #[test]
    fn every_rule_of_anthropic_has_a_verifier() {
        let verifiers = Verifiers::builtin();
        let rules = crate::rules::RuleSet::builtin();
        let anthropic = rules.rules().iter().filter(|rule| rule.id.starts_with("anthropic-"));
        let missing: Vec<_> = anthropic.filter(|rule| verifiers.of_rule(&rule.id).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn no_request_to_anthropic_names_a_workspace_or_runs_a_model() {
        for verifier in Verifiers::builtin().all() {
            let Some(request) = &verifier.request else { continue };
            assert!(!request.headers.contains_key("anthropic-workspace-id"), "{:?}", verifier.rules);
            assert!(!request.path.contains("/messages"), "{:?}", verifier.rules);
        }
    }
}
