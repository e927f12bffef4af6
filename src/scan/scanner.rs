//! The scanner: a rule set and a policy, ready for any number of scans. The scans themselves are in `scans`.

use crate::assess::Assessor;
use crate::detect::{Detector, Evidence, ScanResult, ScanState};
use crate::finding::{Confidence, Problem};
use crate::policy::Policy;
use crate::policy::suppress::{SuppressionEntry, SuppressionIndex};
use crate::rules::RuleSet;
use crate::scan::archive_problems::skipped_problem;
use crate::scan::panics::catch_panic;
use crate::scan::redact::mask_secrets;
use crate::secret::{ValueEnd, mask_person, mask_values};
use crate::text::{escape_path, escape_terminal};

/// A rule set and a policy, ready for any number of scans.
///
/// Scans take `&self`, so several threads may use one scanner at the same time.
pub struct Scanner {
    detector: Detector,
    /// The rules that the policy disables: paths and names are masked by them, too.
    disabled_rules: Option<Detector>,
    policy: Policy,
    /// The suppression entries of the policy, taken out of its settings.
    suppressions: SuppressionIndex,
}

impl Scanner {
    /// Creates a scanner with the built-in rules and those of the policy, without the rules that the policy disables.
    #[must_use]
    pub fn new(mut policy: Policy) -> Self {
        let all = RuleSet::builtin().with_user_rules(&policy.settings.rules);
        let disabled = &policy.settings.disabled;
        let disabled_rules = (!disabled.is_empty()).then(|| Detector::new(all.only(disabled)));
        let suppressions = SuppressionIndex::new(std::mem::take(&mut policy.settings.allow));
        let least = least_confidence(&policy, &suppressions);
        let detector = Detector::new(all.without(disabled)).with_min_confidence(least);
        Self { detector, disabled_rules, policy, suppressions }
    }

    /// Replaces the detector: for measurements while a model is trained.
    #[doc(hidden)]
    #[must_use]
    pub fn with_detector(self, detector: Detector) -> Self {
        Self { detector, ..self }
    }

    /// The detector, with the rules in force.
    #[doc(hidden)]
    #[must_use]
    pub const fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The policy, without its suppression entries.
    pub(crate) const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The suppression entries of the policy.
    pub(crate) fn suppression_entries(&self) -> &[SuppressionEntry] {
        self.suppressions.entries()
    }

    /// The least confidence that a report may show.
    pub(crate) fn least_confidence(&self) -> Confidence {
        least_confidence(&self.policy, &self.suppressions)
    }

    /// The rules and the policy for the assessment of evidence.
    pub(crate) fn assessor(&self) -> Assessor<'_> {
        Assessor::new(self.detector.rules(), &self.policy, &self.suppressions)
    }

    /// Whether the policy excludes a path.
    pub(crate) fn is_excluded(&self, path: &[u8]) -> bool {
        self.policy.settings.exclude.matches(path)
    }

    /// Searches the content of a file, archives included. A panic becomes a problem with the file's path.
    pub(crate) fn search(&self, content: &[u8], shown_path: &str) -> Result<ScanResult, Problem> {
        catch_panic(|| shown_path.to_owned(), || self.detector.scan(content))
    }

    /// Searches a version of a file, whose scan state `scan` computes. A panic becomes a problem with the path.
    pub(crate) fn search_version(
        &self,
        content: &[u8],
        shown_path: impl FnOnce() -> String,
        scan: impl FnOnce(&Detector) -> ScanState,
    ) -> Result<(ScanState, ScanResult), Problem> {
        catch_panic(shown_path, || {
            let state = scan(&self.detector);
            let result = self.detector.scan_from_state(content, &state);
            (state, result)
        })
    }

    /// Searches a name or a message, in which an archive is not unpacked. A panic becomes a problem with the path, and
    /// so does more evidence than the detector keeps.
    pub(crate) fn search_name(
        &self,
        text: &[u8],
        shown_path: impl Fn() -> String,
    ) -> Result<Vec<Evidence>, Problem> {
        let result = catch_panic(&shown_path, || self.detector.scan(text))?;
        match result.skipped.iter().find(|skipped| skipped.is_over_limit()) {
            Some(skipped) => Err(skipped_problem(skipped, &shown_path())),
            None => Ok(result.evidence),
        }
    }

    /// Returns a text with every secret in it masked.
    pub(crate) fn redact(&self, text: &str) -> String {
        mask_values(&self.mask_found(text), ValueEnd::Word).into_owned()
    }

    /// Returns an escaped path, ref or label of an archive member with every secret in it masked.
    pub(crate) fn redact_path(&self, path: &str) -> String {
        mask_values(&self.mask_found(path), ValueEnd::Component).into_owned()
    }

    /// Returns a text with every secret in it masked that a rule finds.
    fn mask_found(&self, text: &str) -> String {
        let masked = mask_secrets(&self.detector, text);
        match &self.disabled_rules {
            Some(disabled_rules) => mask_secrets(disabled_rules, &masked),
            None => masked,
        }
    }

    /// Returns a raw path as reports show it.
    pub(crate) fn shown_path(&self, path: &[u8]) -> String {
        self.redact_path(&escape_path(path))
    }

    /// Returns untrusted text as reports show it: escaped for terminals, and every secret in it masked.
    #[must_use]
    pub fn shown_text(&self, text: &[u8]) -> String {
        self.redact(&escape_terminal(text))
    }

    /// Returns the name and address of a person as reports show them.
    pub(crate) fn shown_person(&self, identity: &[u8]) -> String {
        mask_person(&self.shown_text(identity)).into_owned()
    }
}

/// Returns the least confidence that a report may show. A confirmed secret is reported at any confidence.
fn least_confidence(policy: &Policy, suppressions: &SuppressionIndex) -> Confidence {
    if suppressions.has_confirmed() { Confidence::Low } else { policy.min_confidence }
}

impl Default for Scanner {
    /// Creates a scanner with the built-in rules and without any configuration.
    fn default() -> Self {
        Self::new(Policy::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_can_share_a_scanner() {
        const fn assert_shared<T: Send + Sync>() {}
        assert_shared::<Scanner>();
    }
}
