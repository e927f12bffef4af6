//! Which inline comments and entries suppress a finding.

use super::*;
use crate::rules::RuleSet;
use crate::secret::{Fingerprint, ValueId};

struct Case<'c> {
    rule: &'c str,
    confidence: Confidence,
    directive: InlineComment,
    entries: Vec<SuppressionEntry>,
    comments: CommentPolicy,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            rule: "generic-secret",
            confidence: Confidence::Medium,
            directive: InlineComment { rule: Some("other-rule".into()), ..InlineComment::default() },
            entries: Vec::new(),
            comments: CommentPolicy::default(),
        }
    }
}

impl Case<'_> {
    fn result(self) -> SuppressionResult {
        let rules = RuleSet::builtin();
        let rule = rules.rules().iter().find(|known| known.id == self.rule).unwrap();
        let fingerprint = Fingerprint::strong(&ValueId::new(b"value"));
        let query = SuppressionQuery {
            rule,
            confidence: self.confidence,
            fingerprint: &fingerprint,
            path: b"app/x.py",
            commit: Some("0123456789abcdef0123456789abcdef01234567"),
            line: 7,
            comments: &[self.directive],
        };
        find_suppression(
            &query,
            &SuppressionIndex::new(self.entries),
            self.comments,
            "2026-06-15".parse().unwrap(),
        )
    }
}

fn key(directive: InlineComment) -> Case<'static> {
    Case { rule: "anthropic-api-key", confidence: Confidence::High, directive, ..Case::default() }
}

fn digits() -> String {
    Fingerprint::strong(&ValueId::new(b"value")).as_str()[..8].to_owned()
}

fn named(entry: impl Fn(&mut SuppressionEntry)) -> SuppressionEntry {
    let mut named = SuppressionEntry::new(EntrySource::Config, "known".into());
    entry(&mut named);
    named
}

#[test]
fn a_comment_for_a_key_has_to_name_it() {
    let bare = key(InlineComment::default()).result();
    assert!(bare.suppression.is_none() && bare.warnings[0].contains("has to name it"), "{bare:?}");
    let named = key(InlineComment { fingerprint: Some(digits()), ..InlineComment::default() }).result();
    assert_eq!(named.suppression.unwrap().by, SuppressedBy::Inline);
    let other =
        key(InlineComment { fingerprint: Some("000000".into()), ..InlineComment::default() }).result();
    assert_eq!(other, SuppressionResult::default());
}

#[test]
fn a_bare_comment_is_enough_for_a_password_or_low_confidence() {
    let result = |rule, directive| Case { rule, directive, ..Case::default() }.result();
    assert!(result("generic-secret", InlineComment::default()).suppression.is_some());
    let key = |confidence| Case { confidence, ..key(InlineComment::default()) }.result();
    assert!(key(Confidence::Low).suppression.is_some());
    assert!(key(Confidence::Medium).warnings[0].contains("has to name it"));
    let other_rule = InlineComment { rule: Some("other-rule".into()), ..InlineComment::default() };
    assert!(result("generic-secret", other_rule).suppression.is_none());
}

#[test]
fn a_comment_applies_up_to_its_last_day() {
    let generic = |day: &str| {
        let directive = InlineComment { until: Some(day.into()), ..InlineComment::default() };
        Case { directive, ..Case::default() }.result()
    };
    assert!(generic("2026-06-15").suppression.is_some());
    assert!(generic("2026-06-14").warnings[0].contains("expired on 2026-06-14"));
    assert!(generic("soon").warnings[0].contains("not a date"));
}

#[test]
fn an_entry_suppresses_findings_with_everything_that_it_names() {
    let paths = |pattern: &str| Some(crate::policy::PathPatterns::new(&[pattern.to_owned()]).unwrap());
    for (entry, fits) in [
        (named(|entry| entry.fingerprint = Some(digits().to_uppercase())), true),
        (named(|entry| entry.fingerprint = Some("000000".into())), false),
        (named(|entry| entry.fingerprint = Some(digits()[..5].into())), false),
        (named(|entry| entry.rule = Some("anthropic-api-key".into())), true),
        (named(|entry| entry.rule = Some("generic-secret".into())), false),
        (named(|entry| entry.paths = paths("app/**")), true),
        (named(|entry| entry.paths = paths("lib/**")), false),
        (named(|entry| entry.commit = Some("0123456789".into())), true),
        (named(|entry| entry.commit = Some("0123456780".into())), false),
        (named(|entry| (entry.paths, entry.line) = (paths("app/x.py"), Some(7))), true),
        (named(|entry| (entry.paths, entry.line) = (paths("app/x.py"), Some(8))), false),
        (named(|entry| (entry.paths, entry.rule) = (paths("app/**"), Some("other".into()))), false),
        (named(|_| ()), false),
        (named(|entry| entry.line = Some(7)), false),
    ] {
        let result = Case { entries: vec![entry.clone()], ..key(InlineComment::default()) }.result();
        assert_eq!(
            (result.suppression.is_some(), result.matched_entries.len()),
            (fits, usize::from(fits)),
            "{entry:?}"
        );
    }
    let expired = named(|entry| {
        (entry.fingerprint, entry.until) = (Some(digits()), Some("2026-01-01".parse().unwrap()));
    });
    let expired = Case { entries: vec![expired], ..Case::default() }.result();
    assert!(
        expired.suppression.is_none() && expired.warnings[0].contains("expired on 2026-01-01"),
        "{expired:?}"
    );
}

#[test]
fn a_suppression_of_the_change_is_marked() {
    let bare = |origin| {
        let comments = CommentPolicy { origin, gitleaks: false };
        Case { directive: InlineComment::default(), comments, ..Case::default() }.result()
    };
    assert!(!bare(PolicyOrigin::Repository).suppression.unwrap().from_change);
    assert!(bare(PolicyOrigin::Change).suppression.unwrap().from_change);
    let untrusted = bare(PolicyOrigin::UntrustedChange);
    assert!(untrusted.suppression.is_none() && untrusted.warnings[0].contains("untrusted author"));
    // The base has the entry, too: the change adds nothing.
    let entry =
        |from_change| named(|entry| (entry.fingerprint, entry.from_change) = (Some(digits()), from_change));
    let both = Case { entries: vec![entry(true), entry(false)], ..Case::default() }.result();
    assert!(!both.suppression.unwrap().from_change);
}

#[test]
fn a_gitleaks_comment_applies_only_if_the_settings_say_so() {
    let result = |gitleaks, case: Case<'_>| {
        let directive = InlineComment { marker: Marker::Gitleaks, ..InlineComment::default() };
        Case { directive, comments: CommentPolicy { gitleaks, ..CommentPolicy::default() }, ..case }.result()
    };
    assert_eq!(result(false, Case::default()), SuppressionResult::default());
    assert_eq!(result(true, Case::default()).suppression.unwrap().by, SuppressedBy::GitleaksAllow);
    let for_a_key = result(true, key(InlineComment::default()));
    assert!(
        for_a_key.suppression.is_none() && for_a_key.warnings[0].contains("has to name it"),
        "{for_a_key:?}"
    );
}
