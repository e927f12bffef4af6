//! What a change does to the policy: which of its entries count, and what is said of those that weaken it.

use crate::finding::Confidence;
use crate::policy::Settings;

/// What counts where the policy is the base revision's: the base's, and of the change what names a value.
#[must_use]
pub fn restrict_to_base(mut base: Settings, change: &Settings) -> Settings {
    let new = change.allow.iter().filter(|entry| {
        entry.has_fingerprint() && !base.allow.iter().any(|known| known.suppresses_the_same(entry))
    });
    let new: Vec<_> = new
        .cloned()
        .map(|entry| crate::policy::suppress::SuppressionEntry { from_change: true, ..entry })
        .collect();
    base.allow.extend(new);
    base
}

/// How a change weakens the policy, in words; empty if it does not.
#[must_use]
pub fn find_weakenings(base: &Settings, change: &Settings) -> Vec<String> {
    // What names a value counts at once, by [`restrict_to_base`].
    let (mut at_once, mut said) = (Vec::new(), Vec::new());
    let new = |one: &[String], other: &[String]| -> Vec<String> {
        other.iter().filter(|text| !one.contains(text)).map(|text| shown(text)).collect()
    };
    for entry in &change.allow {
        if !base.allow.iter().any(|known| known.suppresses_the_same(entry)) {
            let reason = if entry.reason.is_empty() { "no reason given" } else { &entry.reason };
            let list = if entry.has_fingerprint() { &mut at_once } else { &mut said };
            list.push(format!("allows {} ({}): {reason}", shown(&entry.describe()), entry.source.name()));
        }
    }
    for rule in new(&base.disabled, &change.disabled) {
        said.push(format!("switches off the rule {rule}"));
    }
    for pattern in new(base.exclude.patterns(), change.exclude.patterns()) {
        said.push(format!("leaves out paths that match {pattern}"));
    }
    for accept in change.accept.iter().filter(|accept| !base.accept.contains(accept)) {
        said.push(format!("accepts problems of the kind {}", shown(&accept.describe())));
    }
    for rule in &base.rules {
        let now = change.rules.iter().find(|other| other.id == rule.id);
        match now.map(|now| format!("{now:?}") == format!("{rule:?}")) {
            None => said.push(format!("takes away the rule {}", rule.id)),
            Some(false) => said.push(format!("changes the rule {}", rule.id)),
            Some(true) => {}
        }
    }
    let least = |settings: &Settings| settings.min_confidence.unwrap_or(Confidence::Medium);
    if least(change) > least(base) {
        said.push(format!("reports findings only from {} confidence on", least(change)));
    }
    if change.gitleaks && !base.gitleaks {
        said.push("honours the files and comments for gitleaks".to_owned());
    }
    at_once.extend(said.into_iter().map(|said| said + "; that counts once it is merged"));
    at_once
}

fn shown(text: &str) -> String {
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
    fn each_way_to_weaken_a_policy_is_said() {
        let allow = "[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"old\"\n";
        for (base, change, said) in [
            ("", allow, "allows 3f9c1a (config): old"),
            ("", "[[allow]]\npath = \"docs/**\"\nreason = \"x\"", "allows path docs/** (config): x"),
            (allow, &allow.replace("old\"", "old\"\nuntil = 2030-01-01"), "allows 3f9c1a"),
            ("", "disable = [\"generic-secret\"]", "switches off the rule generic-secret"),
            ("exclude = [\"a\"]", "exclude = [\"a\", \"b/\"]", "leaves out paths that match b/"),
            ("", "[[accept]]\nkind = \"budget\"", "accepts problems of the kind budget"),
            (RULE, "", "takes away the rule acme-token"),
            (RULE, &RULE.replace("{9}", "{90}"), "changes the rule acme-token"),
            ("min-confidence = \"low\"", "", "only from medium confidence on"),
            ("", "gitleaks = true", "honours the files and comments for gitleaks"),
        ] {
            let weak = find_weakenings(&settings(base), &settings(change));
            assert!(weak.len() == 1 && weak[0].contains(said), "{change}: {weak:?}");
            assert_eq!(find_weakenings(&settings(change), &settings(change)), [""; 0]);
        }
        for (base, change) in [
            (allow, ""),
            ("disable = [\"a-rule\"]", ""),
            ("", RULE),
            ("", "min-confidence = \"low\""),
            (allow, &allow.replace("old", "very old")),
        ] {
            assert_eq!(find_weakenings(&settings(base), &settings(change)), [""; 0], "{change}");
        }
    }

    #[test]
    fn of_a_change_counts_what_names_a_value() {
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
