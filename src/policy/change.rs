//! What a change does to the policy: which of its entries apply at once, and how it weakens the policy.
//!
//! Compares settings only. Which revision is the base is decided elsewhere.

use crate::finding::{Confidence, Context};
use crate::policy::suppress::SuppressionEntry;
use crate::policy::{FailOnContext, Settings};

/// Returns the settings for a change that the policy of its base applies to: the base's settings, the suppressions by
/// fingerprint that the change adds, and its stricter contexts.
#[must_use]
pub(crate) fn restrict_to_base(mut base: Settings, change: &Settings) -> Settings {
    let new = change.allow.iter().filter(|entry| {
        entry.has_fingerprint() && !base.allow.iter().any(|known| known.suppresses_the_same(entry))
    });
    let new: Vec<_> = new.cloned().map(|entry| SuppressionEntry { from_change: true, ..entry }).collect();
    base.allow.extend(new);
    base.contexts.extend_production(&change.contexts);
    base.fail_on_context = base.fail_on_context.max(change.fail_on_context);
    base.deny_agent_reads |= change.deny_agent_reads;
    base
}

/// Lists how a change weakens the policy, in words; empty if it does not.
#[must_use]
pub(crate) fn find_weakenings(base: &Settings, change: &Settings) -> Vec<String> {
    // A suppression by fingerprint applies at once, by `restrict_to_base`. Everything else waits for the merge.
    let (mut at_once, mut once_merged) = (Vec::new(), Vec::new());
    let added = |old: &[String], new: &[String]| -> Vec<String> {
        new.iter().filter(|text| !old.contains(text)).map(|text| escaped(text)).collect()
    };
    for entry in &change.allow {
        if !base.allow.iter().any(|known| known.suppresses_the_same(entry)) {
            let reason = if entry.reason.is_empty() { "no reason given" } else { &entry.reason };
            let list = if entry.has_fingerprint() { &mut at_once } else { &mut once_merged };
            list.push(format!("allows {} ({}): {reason}", escaped(&entry.describe()), entry.source.name()));
        }
    }
    for rule in added(&base.disabled, &change.disabled) {
        once_merged.push(format!("disables the rule {rule}"));
    }
    for pattern in added(base.exclude.patterns(), change.exclude.patterns()) {
        once_merged.push(format!("excludes paths that match {pattern}"));
    }
    for accept in change.accept.iter().filter(|accept| !base.accept.contains(accept)) {
        once_merged.push(format!("accepts problems of the kind {}", escaped(&accept.describe())));
    }
    for rule in &base.rules {
        let now = change.rules.iter().find(|other| other.id == rule.id);
        match now.map(|now| format!("{now:?}") == format!("{rule:?}")) {
            None => once_merged.push(format!("removes the rule {}", rule.id)),
            Some(false) => once_merged.push(format!("changes the rule {}", rule.id)),
            Some(true) => {}
        }
    }
    let lowest = |settings: &Settings| settings.min_confidence.unwrap_or(Confidence::Medium);
    if lowest(change) > lowest(base) {
        once_merged.push(format!("reports findings only from {} confidence on", lowest(change)));
    }
    for (context, patterns) in change.contexts.lists().filter(|(context, _)| context.is_not_used()) {
        for pattern in added(base.contexts.patterns(context), patterns.patterns()) {
            once_merged.push(format!("gives paths that match {pattern} the context {context}"));
        }
    }
    let production = |settings: &Settings| settings.contexts.patterns(Context::Production).to_vec();
    for pattern in added(&production(change), &production(base)) {
        once_merged.push(format!("no longer counts paths that match {pattern} as production"));
    }
    if base.fail_on_context == Some(FailOnContext::All) && change.fail_on_context != base.fail_on_context {
        once_merged.push("no longer fails because of tests, examples and translations".to_owned());
    }
    if base.deny_agent_reads && !change.deny_agent_reads {
        once_merged
            .push("lets coding agents read files with secrets, where their output can be masked".to_owned());
    }
    if change.gitleaks && !base.gitleaks {
        once_merged.push("applies the files and comments for gitleaks".to_owned());
    }
    at_once.extend(once_merged.into_iter().map(|text| text + "; that applies to later changes"));
    at_once
}

fn escaped(text: &str) -> String {
    crate::text::escape_terminal(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FileOrigin, parse};

    fn settings(text: &str) -> Settings {
        parse(text.as_bytes(), FileOrigin::Repository, &["generic-secret", "a-rule"]).unwrap()
    }

    const RULE: &str = "[[rule]]\nid = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z]{9}'\nalphabet = \"lower\"\n";

    #[test]
    fn each_weakening_of_a_policy_is_listed() {
        let allow = "[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"old\"\n";
        for (base, change, text) in [
            ("", allow, "allows 3f9c1a (config): old"),
            ("", "[[allow]]\npath = \"docs/**\"\nreason = \"x\"", "allows path docs/** (config): x"),
            (allow, &allow.replace("old\"", "old\"\nuntil = 2030-01-01"), "allows 3f9c1a"),
            ("", "disable = [\"generic-secret\"]", "disables the rule generic-secret"),
            ("exclude = [\"a\"]", "exclude = [\"a\", \"b/\"]", "excludes paths that match b/"),
            ("", "[[accept]]\nkind = \"budget\"", "accepts problems of the kind budget"),
            (RULE, "", "removes the rule acme-token"),
            (RULE, &RULE.replace("{9}", "{90}"), "changes the rule acme-token"),
            ("min-confidence = \"low\"", "", "only from medium confidence on"),
            ("", "gitleaks = true", "applies the files and comments for gitleaks"),
            ("", "[context]\ntest = [\"src/\"]", "gives paths that match src/ the context test"),
            (
                "[context]\nproduction = [\"e2e/\"]",
                "",
                "no longer counts paths that match e2e/ as production",
            ),
            ("fail-on-context = \"all\"", "", "no longer fails because of tests"),
            ("deny-agent-reads = true", "", "lets coding agents read files with secrets"),
        ] {
            let weakenings = find_weakenings(&settings(base), &settings(change));
            assert!(weakenings.len() == 1 && weakenings[0].contains(text), "{change}: {weakenings:?}");
            assert_eq!(find_weakenings(&settings(change), &settings(change)), [""; 0]);
        }
        for (base, change) in [
            (allow, ""),
            ("disable = [\"a-rule\"]", ""),
            ("", RULE),
            ("", "min-confidence = \"low\""),
            ("", "fail-on-context = \"all\""),
            ("", "deny-agent-reads = true"),
            ("", "[context]\nproduction = [\"e2e/\"]\nvendored = [\"lib/\"]"),
            (allow, &allow.replace("old", "very old")),
        ] {
            assert_eq!(find_weakenings(&settings(base), &settings(change)), [""; 0], "{change}");
        }
    }

    #[test]
    fn only_suppressions_by_fingerprint_of_a_change_apply() {
        let change = settings(
            "exclude = [\"b\"]\ndisable = [\"a-rule\"]\n[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"x\"\n\
             [[allow]]\npath = \"docs/**\"\nreason = \"x\"\n[[allow]]\nfingerprint = \"aaaaaa\"\nrule = \"a-rule\"\nreason = \"x\"",
        );
        let base = settings(
            "exclude = [\"a\"]\n[[allow]]\nfingerprint = \"aaaaaa\"\nrule = \"a-rule\"\nreason = \"y\"",
        );
        let both = restrict_to_base(base, &change);
        assert_eq!(both.exclude.patterns(), ["a"]);
        assert!(both.disabled.is_empty());
        let entries: Vec<_> = both
            .allow
            .iter()
            .map(|entry| (entry.fingerprint.as_deref().unwrap_or(""), entry.from_change))
            .collect();
        assert_eq!(entries, [("aaaaaa", false), ("3f9c1a", true)]);
    }
}
