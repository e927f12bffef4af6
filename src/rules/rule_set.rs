//! The rules in force, in the order of their precedence: the built-in packs, without disabled rules and with the
//! user's.

use std::borrow::Cow;

use super::rule::{Rule, Text};

/// The rules in force. The index of a rule is its precedence: where matches overlap, the lowest index wins.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Cow<'static, [Rule]>,
    known_test_values: Cow<'static, [Text]>,
}

impl RuleSet {
    /// Returns the built-in rules.
    #[must_use]
    pub const fn builtin() -> Self {
        Self {
            rules: Cow::Borrowed(builtin::RULES),
            known_test_values: Cow::Borrowed(builtin::KNOWN_TEST_VALUES),
        }
    }

    /// Returns whether these are the built-in rules as they are.
    pub(crate) const fn is_builtin(&self) -> bool {
        matches!(self.rules, Cow::Borrowed(_))
    }

    /// Removes rules by id.
    #[must_use]
    pub fn without(self, disabled: &[String]) -> Self {
        if disabled.is_empty() {
            return self;
        }
        self.filter(|rule| !disabled.iter().any(|id| *id == rule.id))
    }

    /// Returns the rules with one of the ids.
    #[must_use]
    pub fn only(&self, ids: &[String]) -> Self {
        self.filter(|rule| ids.iter().any(|id| *id == rule.id))
    }

    fn filter(&self, keep: impl Fn(&&Rule) -> bool) -> Self {
        Self {
            rules: Cow::Owned(self.rules.iter().filter(keep).cloned().collect()),
            known_test_values: self.known_test_values.clone(),
        }
    }

    /// Adds the rules of the user: after the rules of providers, since those are more specific, and before the generic
    /// rules.
    #[must_use]
    pub fn with_user_rules(self, user_rules: &[Rule]) -> Self {
        if user_rules.is_empty() {
            return self;
        }
        let mut rules = self.rules.into_owned();
        let first_generic = rules.iter().position(|rule| !rule.is_provider()).unwrap_or(rules.len());
        rules.splice(first_generic..first_generic, user_rules.iter().cloned());
        Self { rules: Cow::Owned(rules), known_test_values: self.known_test_values }
    }

    /// The rules, in the order in which they are tried at an anchor.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The ids of the known test values, in hexadecimal digits, sorted for a binary search.
    #[must_use]
    pub fn known_test_values(&self) -> &[Text] {
        &self.known_test_values
    }
}

#[allow(clippy::all, clippy::pedantic, reason = "generated from rules/*.toml by build.rs")]
mod builtin {
    use std::borrow::Cow;

    use skant_rule_schema::{Alphabet, Check, FollowedBy, MayFollow, Syntax};

    use crate::finding::Severity;
    use crate::rules::rule::{
        Form, Generic, Matcher, Pair, Pattern, PlaceholderLimits, Rule, Text, TokenShape,
    };

    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_with_an_unknown_key_or_a_broken_expression_is_refused() {
        let good = include_str!("../../rules/generic.toml");
        assert!(skant_rule_schema::parse_pack(good).is_ok());
        for (from, to, expected) in [
            ("mask-head = 3", "mask-heads = 3", "mask-heads"),
            ("syntax = \"assigned\"", "syntax = \"assumed\"", "assumed"),
            ("severity = \"", "severity = \"very-", "very-"),
            ("syntax = \"assigned\"", "token = \"a(\"\nalphabet = \"base64\"", "regex parse error"),
            ("syntax = \"assigned\"", "json-member = \"a\"", "group `secret`"),
            ("id = \"generic-", "id = \"other-", "has to begin with `generic-`"),
            ("anchors = [\"secret\"", "anchors = [\"se\", \"secret\"", "three bytes"),
            ("order = ", "precedence = ", "precedence"),
            (
                "[[rule]]",
                "[[call]]\nfunction = \"f\"\nposition = 1\nrule = \"generic-x\"\n[[rule]]",
                "generic-x",
            ),
            (
                "[[rule]]",
                "[[command]]\nprogram = \"f\"\noptions = []\nrule = \"generic-x\"\n[[rule]]",
                "options",
            ),
        ] {
            let broken = good.replacen(from, to, 1);
            assert_ne!(broken, good);
            let error = skant_rule_schema::parse_pack(&broken).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn packs_have_an_explicit_order_and_distinct_rules() {
        let pack = |order: u16, rules: &str| {
            let text = format!("area = \"a\"\nname = \"pack {order}\"\norder = {order}\n{rules}");
            skant_rule_schema::parse_pack(&text).unwrap()
        };
        let mut packs = [pack(20, ""), pack(3, ""), pack(10, "")];
        skant_rule_schema::sort_packs(&mut packs).unwrap();
        assert_eq!(packs.map(|pack| pack.order), [3, 10, 20]);
        let error = skant_rule_schema::sort_packs(&mut [pack(3, ""), pack(3, "")]).unwrap_err();
        assert!(error.contains("the same `order`, 3; 4 is free"), "{error}");
        let rule = "[[rule]]\nid = \"a-key\"\ntitle = \"A\"\nseverity = \"low\"\nleaks = \"it\"\nsource = \"it\"\n\
                    revoke = \"https://a.example\"\nanchors = [\"abc\"]\ntoken = \"abc\"\nalphabet = \"hex\"\n\
                    examples = [\"x\"]\ncounterexamples = [\"y\"]\n";
        let error = skant_rule_schema::sort_packs(&mut [pack(1, rule), pack(2, rule)]).unwrap_err();
        assert!(error.contains("`a-key` occurs in two packs"), "{error}");
    }

    #[test]
    fn provider_rules_precede_shared_formats_and_generic_rules_are_last() {
        let builtin = RuleSet::builtin();
        let rules = builtin.rules();
        let index = |id: &str| rules.iter().position(|rule| rule.id == id).unwrap();
        let first_generic = rules.iter().position(|rule| !rule.is_provider()).unwrap();
        assert!(rules[first_generic..].iter().all(|rule| !rule.is_provider()));
        assert_eq!(index("anthropic-compliance-key"), 0);
        for shared in ["jwt-token", "private-key-pem"] {
            assert!(index(shared) > index("kraken-private-key"), "{shared}");
            assert!(index(shared) < first_generic, "{shared}");
        }
    }

    #[test]
    fn known_test_values_are_sorted_for_a_binary_search() {
        let rules = RuleSet::builtin();
        assert!(rules.known_test_values().len() > 500 && rules.known_test_values().is_sorted());
        assert!(rules.known_test_values().iter().all(|hex| hex.len() == 64));
    }

    #[test]
    fn rules_can_be_disabled_by_id() {
        let all = RuleSet::builtin();
        let fewer = all.clone().without(&["generic-secret".to_owned()]);
        assert_eq!(fewer.rules().len() + 1, all.rules().len());
        assert!(fewer.rules().iter().all(|rule| rule.id != "generic-secret"));
    }
}
