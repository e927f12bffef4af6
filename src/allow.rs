//! Why a candidate is *not* reported: a `skant:allow` beside it, or an entry in the configuration. Each answer
//! is a named variant, so that it can be shown and counted. Decides nothing about placeholders (`judge` does).

use jiff::civil::Date;

use crate::detect::Directive;
use crate::finding::Confidence;
use crate::rules::Rule;
use crate::secret::Fingerprint;

/// An entry of the configuration that allows one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The fingerprint, or its first digits (six at least).
    pub fingerprint: String,
    /// Why, escaped.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

/// A finding before it is known whether it is reported.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// The rule that found it.
    pub rule: &'s Rule,
    /// How sure it is.
    pub confidence: Confidence,
    /// The value's name.
    pub fingerprint: &'s Fingerprint,
    /// What stands in comments beside it.
    pub directives: &'s [Directive],
}

/// What suppressed a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A comment beside it.
    Inline(String),
    /// An entry in the configuration.
    Config(String),
}

impl Reason {
    /// The name in reports.
    #[must_use]
    pub const fn by(&self) -> &'static str {
        match self {
            Self::Inline(_) => "inline",
            Self::Config(_) => "config",
        }
    }

    /// The reason that was given.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Inline(text) | Self::Config(text) => text,
        }
    }
}

/// The answer for one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruling {
    /// What suppresses it, if anything does.
    pub reason: Option<Reason>,
    /// Why a suppression that stands there does not count.
    pub warnings: Vec<String>,
}

/// Decides about one place. `today` ends entries whose day has passed.
#[must_use]
pub fn rule_on(subject: &Subject<'_>, entries: &[Entry], today: Date) -> Ruling {
    let mut ruling = Ruling::default();
    for directive in subject.directives {
        match inline(subject, directive, today) {
            Inline::Counts => {
                ruling.reason.get_or_insert(Reason::Inline(directive.reason.clone()));
            }
            Inline::OtherFinding => {}
            Inline::Not(warning) => ruling.warnings.push(warning),
        }
    }
    for entry in entries.iter().filter(|entry| subject.fingerprint.is_named_by(&entry.fingerprint)) {
        match entry.until {
            Some(until) if until < today => {
                ruling.warnings.push(format!("the entry for {} ended on {until}", subject.fingerprint));
            }
            _ => {
                ruling.reason.get_or_insert(Reason::Config(entry.reason.clone()));
            }
        }
    }
    if ruling.reason.is_some() {
        ruling.warnings.clear();
    }
    ruling
}

enum Inline {
    Counts,
    /// It is for another rule or another value.
    OtherFinding,
    Not(String),
}

fn inline(subject: &Subject<'_>, directive: &Directive, today: Date) -> Inline {
    if directive.rule.as_ref().is_some_and(|rule| *rule != subject.rule.id) {
        return Inline::OtherFinding;
    }
    match &directive.fingerprint {
        Some(digits) if !subject.fingerprint.is_named_by(digits) => return Inline::OtherFinding,
        // A key that replaces an allowed one has to be new, so the comment has to name the value.
        None if subject.rule.is_provider() && subject.confidence == Confidence::High => {
            return Inline::Not(format!(
                "a `skant:allow` for a key has to name it: skant:allow {}/{}",
                subject.rule.id, subject.fingerprint
            ));
        }
        _ => {}
    }
    match directive.until.as_deref().map(str::parse::<Date>) {
        Some(Err(_)) => Inline::Not("the end of a `skant:allow` is no date (until=YYYY-MM-DD)".to_owned()),
        Some(Ok(until)) if until < today => Inline::Not(format!("a `skant:allow` ended on {until}")),
        _ => Inline::Counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use crate::secret::ValueId;

    fn ruling(rule: &str, confidence: Confidence, directive: Directive, entries: &[Entry]) -> Ruling {
        let rules = RuleSet::builtin();
        let rule = rules.rules().iter().find(|known| known.id == rule).unwrap();
        let fingerprint = Fingerprint::strong(&ValueId::of(b"value"));
        let subject = Subject { rule, confidence, fingerprint: &fingerprint, directives: &[directive] };
        rule_on(&subject, entries, "2026-06-15".parse().unwrap())
    }

    fn digits() -> String {
        Fingerprint::strong(&ValueId::of(b"value")).as_str()[..8].to_owned()
    }

    #[test]
    fn a_key_has_to_be_named() {
        let key = |directive| ruling("anthropic-api-key", Confidence::High, directive, &[]);
        let bare = key(Directive::default());
        assert!(bare.reason.is_none() && bare.warnings[0].contains("has to name it"), "{bare:?}");
        let named = key(Directive { fingerprint: Some(digits()), ..Directive::default() });
        assert_eq!(named.reason, Some(Reason::Inline(String::new())));
        let other = key(Directive { fingerprint: Some("000000".into()), ..Directive::default() });
        assert_eq!(other, Ruling::default());
    }

    #[test]
    fn a_bare_comment_is_enough_for_less() {
        let bare = Directive::default();
        assert!(ruling("generic-secret", Confidence::Medium, bare.clone(), &[]).reason.is_some());
        assert!(ruling("anthropic-api-key", Confidence::Medium, bare, &[]).reason.is_some());
        let other_rule = Directive { rule: Some("other-rule".into()), ..Directive::default() };
        assert!(ruling("generic-secret", Confidence::Medium, other_rule, &[]).reason.is_none());
    }

    #[test]
    fn an_end_counts_to_its_last_day() {
        let until = |day: &str| Directive { until: Some(day.into()), ..Directive::default() };
        let generic = |day| ruling("generic-secret", Confidence::Medium, until(day), &[]);
        assert!(generic("2026-06-15").reason.is_some());
        assert!(generic("2026-06-14").warnings[0].contains("ended on 2026-06-14"));
        assert!(generic("soon").warnings[0].contains("no date"));
    }

    #[test]
    fn the_configuration_allows_by_fingerprint() {
        let entry = |until: Option<&str>| Entry {
            fingerprint: digits(),
            reason: "known".into(),
            until: until.map(|day| day.parse().unwrap()),
        };
        let key = |entry| ruling("anthropic-api-key", Confidence::High, Directive::default(), &[entry]);
        let allowed = key(entry(None));
        assert_eq!(allowed, Ruling { reason: Some(Reason::Config("known".into())), warnings: Vec::new() });
        let ended = key(entry(Some("2026-01-01")));
        assert!(ended.reason.is_none() && ended.warnings.iter().any(|text| text.contains("ended on")));
    }
}
