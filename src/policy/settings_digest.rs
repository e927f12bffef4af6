//! A digest of the settings that count for a report: equal settings have equal digests on every machine.
//!
//! Nothing of a setting can be read from it. Of the key for the fingerprints of weak values it holds 16 bits, which show
//! a changed key and confirm no guess.

use std::fmt::Debug;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::policy::load::LoadedPolicy;
use crate::policy::settings::AcceptedProblem;
use crate::policy::suppress::SuppressionEntry;
use crate::policy::{Layer, PathPatterns, Settings};
use crate::secret::to_hex;

/// Returns the digest of a policy, in 64 hexadecimal digits.
pub(crate) fn digest_of(policy: &LoadedPolicy) -> String {
    let mut digest = SettingsDigest(Sha256::new());
    digest.add(b"skant settings 1");
    for Layer { name: _, origin, settings } in &policy.layers {
        digest.add_debug(origin);
        digest.add_settings(settings);
    }
    digest.add_debug(&policy.untranslated);
    digest.add_debug(&(policy.has_ignored_settings_file, policy.has_untrusted_user_file));
    to_hex(&digest.0.finalize())
}

/// Returns the last day on which all suppressions that apply on a day still apply; `None` if none of them ends.
pub(crate) fn last_day_of(policy: &LoadedPolicy, today: Date) -> Option<Date> {
    let entries = policy.layers.iter().flat_map(|layer| &layer.settings.allow);
    entries.filter(|entry| !entry.is_expired(today)).filter_map(|entry| entry.until).min()
}

struct SettingsDigest(Sha256);

impl SettingsDigest {
    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn add_debug(&mut self, value: &dyn Debug) {
        self.add(format!("{value:?}").as_bytes());
    }

    fn add_settings(&mut self, settings: &Settings) {
        // Each field by name: a new one does not compile until it is here.
        let Settings {
            extends,
            allow,
            disabled,
            exclude,
            accept,
            fingerprint_key,
            rules,
            min_confidence,
            fail_on,
            fail_on_context,
            deny_agent_reads: _,
            contexts,
            gitleaks,
        } = settings;
        for entry in allow {
            self.add_entry(entry);
        }
        for AcceptedProblem { kind, paths } in accept {
            self.add_debug(&(kind, paths.as_ref().map(PathPatterns::patterns)));
        }
        self.add_debug(&(extends, disabled, exclude.patterns(), fingerprint_key.tag(), rules));
        self.add_debug(&(min_confidence, fail_on, fail_on_context, gitleaks));
        for (context, patterns) in contexts.lists() {
            self.add_debug(&(context, patterns.patterns()));
        }
    }

    fn add_entry(&mut self, entry: &SuppressionEntry) {
        let SuppressionEntry {
            fingerprint,
            rule,
            paths,
            commit,
            line,
            reason,
            until,
            source,
            decision,
            from_change,
        } = entry;
        let paths = paths.as_ref().map(PathPatterns::patterns);
        self.add_debug(&(
            fingerprint,
            rule,
            paths,
            commit,
            line,
            reason,
            until,
            source,
            decision,
            from_change,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::FileOrigin;
    use crate::policy::suppress::EntrySource;
    use crate::secret::FingerprintKey;

    fn of(settings: Settings) -> LoadedPolicy {
        let layer = Layer { name: "a".to_owned(), origin: FileOrigin::User, settings };
        let mut policy = LoadedPolicy::default();
        policy.layers.push(layer);
        policy
    }

    fn entry(until: Option<&str>) -> SuppressionEntry {
        let until = until.map(|date| date.parse().unwrap());
        SuppressionEntry { until, ..SuppressionEntry::new(EntrySource::Config, "a reason".to_owned()) }
    }

    #[test]
    fn different_settings_have_different_digests_and_equal_ones_the_same() {
        let patterns = |text: &str| PathPatterns::new(&[text.to_owned()]).unwrap();
        let key = |text: &str| FingerprintKey::new(text.as_bytes().to_vec());
        let settings = || {
            vec![
                Settings::default(),
                Settings { exclude: patterns("a/"), ..Settings::default() },
                Settings { exclude: patterns("b/"), ..Settings::default() },
                Settings { disabled: vec!["jwt".to_owned()], ..Settings::default() },
                Settings { allow: vec![entry(None)], ..Settings::default() },
                Settings { allow: vec![entry(Some("2027-01-31"))], ..Settings::default() },
                Settings { fingerprint_key: key("one"), ..Settings::default() },
                Settings { fingerprint_key: key("two"), ..Settings::default() },
                Settings { gitleaks: true, ..Settings::default() },
            ]
        };
        let digests: Vec<String> = settings().into_iter().map(|one| digest_of(&of(one))).collect();
        assert_eq!(digests, settings().into_iter().map(|one| digest_of(&of(one))).collect::<Vec<_>>());
        let distinct: std::collections::BTreeSet<&String> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }

    #[test]
    fn a_report_holds_until_the_first_suppression_ends() {
        let allow = vec![
            entry(Some("2027-03-01")),
            entry(Some("2027-02-01")),
            entry(Some("2026-01-01")),
            entry(None),
        ];
        let policy = of(Settings { allow, ..Settings::default() });
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(last_day_of(&policy, day("2026-06-01")), Some(day("2027-02-01")));
        assert_eq!(last_day_of(&policy, day("2027-03-01")), Some(day("2027-03-01")));
        assert_eq!(last_day_of(&policy, day("2028-01-01")), None);
    }
}
