//! A digest of the settings that count for a report: equal settings have equal digests on every machine.
//!
//! Nothing of a setting can be read from it. Of the key for the fingerprints of weak values it holds 16 bits, which show
//! a changed key and confirm no guess.

use jiff::civil::Date;

use crate::policy::load::LoadedPolicy;
use crate::policy::{Layer, Settings};
use crate::secret::{PartsDigest, to_hex};

/// Returns the digest of a policy, in 64 hexadecimal digits.
pub(crate) fn digest_of(policy: &LoadedPolicy) -> String {
    let mut digest = PartsDigest::new(b"skant settings 1");
    for Layer { name: _, origin, settings } in &policy.layers {
        digest.add_debug(origin);
        add_settings(&mut digest, settings);
    }
    digest.add_debug(&policy.untranslated);
    digest.add_debug(&(policy.has_ignored_settings_file, policy.has_untrusted_user_file));
    to_hex(&digest.finish())
}

/// Returns the last day on which all suppressions that apply on a day still apply; `None` if none of them ends.
pub(crate) fn last_day_of(policy: &LoadedPolicy, today: Date) -> Option<Date> {
    let entries = policy.layers.iter().flat_map(|layer| &layer.settings.allow);
    entries.filter(|entry| !entry.is_expired(today)).filter_map(|entry| entry.until).min()
}

fn add_settings(digest: &mut PartsDigest, settings: &Settings) {
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
    digest.add_debug(&(extends, allow, disabled, exclude, accept, fingerprint_key.tag(), rules));
    digest.add_debug(&(min_confidence, fail_on, fail_on_context, gitleaks));
    for list in contexts.lists() {
        digest.add_debug(&list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::FileOrigin;
    use crate::policy::PathPatterns;
    use crate::policy::suppress::{EntrySource, SuppressionEntry};
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
