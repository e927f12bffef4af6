//! Rules: what a secret of each kind looks like and what to do when it leaks. Data, no search.
//! The built-in pack is written in `rules/<provider>.toml` and checked and compiled in by `build.rs`.

mod user_defined;

use std::borrow::Cow;

use crate::finding::Severity;

pub(crate) use skant_rule_schema::RuleSpec;
pub use skant_rule_schema::{Alphabet, Check, MayFollow, Syntax};
pub use user_defined::MAX_RULES;
pub(crate) use user_defined::build_user_rule;
#[cfg(test)]
pub(crate) use user_defined::rule_from_toml;

/// Text that is compiled in or was read at run time.
pub type Text = Cow<'static, str>;

/// What a secret of one kind looks like.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id; begins with the provider's, or with `generic-`.
    pub id: Text,
    /// What it is, for people.
    pub title: Text,
    /// How bad a leak is.
    pub severity: Severity,
    /// Literals, one of which every match holds.
    pub anchors: Cow<'static, [Text]>,
    /// Whether the anchors match in either case.
    pub ignore_case: bool,
    /// How far around an anchor the rule sees the text, in bytes: its matcher is given no more.
    pub reach: usize,
    /// How a match is recognised.
    pub matcher: Matcher,
    /// The other half, if it is one of a pair.
    pub pair: Option<Pair>,
    /// What leaks when it leaks.
    pub leaks: Text,
    /// The environment variable that usually holds it.
    pub variable: Text,
    /// Where the format is known from.
    pub source: Text,
    /// Where to revoke it; empty where the steps name several places.
    pub revoke: Text,
    /// What to do now, in order.
    pub steps: Cow<'static, [Text]>,
    /// Texts in which exactly this rule finds something.
    pub examples: Cow<'static, [Text]>,
    /// Texts in which nothing is found at default settings.
    pub counterexamples: Cow<'static, [Text]>,
}

impl Rule {
    /// Whether the rule names a provider, so that its medium confidence blocks a commit.
    #[must_use]
    pub fn is_provider(&self) -> bool {
        !self.id.starts_with("generic-")
    }
}

/// What belongs to a secret and often stands beside it: the id of a key, the number of an account.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The id of the rule that finds it where it stands alone; none for public ids.
    pub rule: Option<Text>,
    /// Its expression.
    pub pattern: Text,
    /// What it is, for people.
    pub name: Text,
}

/// How a match is recognised from an anchor on.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A prefix and a body of token characters.
    Prefixed {
        /// The expression between the anchor's start and the body.
        prefix: Text,
        /// The body.
        shape: TokenShape,
    },
    /// A value without a shape, beside a telling name or in a telling form; a model weighs it.
    Generic(Generic),
    /// A token of a fixed form.
    Pattern(Pattern),
}

/// A value without a shape of its own.
#[derive(Clone, Debug)]
pub struct Generic {
    /// What leads to the value.
    pub syntax: Syntax,
    /// The bytes that a mask keeps at the start.
    pub mask_head: usize,
    /// Words of a name, in lower case, that say that the value is no secret.
    pub excluded_names: Cow<'static, [Text]>,
    /// The same at the end of the name.
    pub excluded_last_words: Cow<'static, [Text]>,
    /// What public ids begin with.
    pub public_prefixes: Cow<'static, [Text]>,
}

/// A token of a fixed form: where it begins and ends, what it is drawn from, and what it says of itself.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the rule")]
#[derive(Clone, Debug)]
pub struct Pattern {
    /// How it is recognised.
    pub form: Form,
    /// How many bytes of it stand before the anchor, at least and at most.
    pub anchor_offset: (usize, usize),
    /// What its random part is drawn from.
    pub alphabet: Alphabet,
    /// What may not follow it.
    pub may_not_precede: Alphabet,
    /// What may stand before it.
    pub may_follow: MayFollow,
    /// Whether the form says by itself where it ends.
    pub self_terminating: bool,
    /// Whether the body is random.
    pub random: bool,
    /// Whether people choose what is secret.
    pub human_chosen: bool,
    /// Whether the form alone is proof.
    pub exact: bool,
    /// What can be checked.
    pub check: Option<Check>,
}

/// How a token of a fixed form is recognised.
#[derive(Clone, Debug)]
pub enum Form {
    /// An expression from the token's start.
    Token(Text),
    /// A value beside a name.
    Keyword {
        /// The expression of the value.
        value: Text,
        /// What the name has to hold, in lower case, besides the anchor.
        name_words: Cow<'static, [Text]>,
    },
    /// A private key between two lines.
    Pem {
        /// What stands behind `BEGIN `.
        labels: Cow<'static, [Text]>,
        /// Literals, one of which stands nearby; any if empty.
        nearby: Cow<'static, [Text]>,
    },
    /// An expression of a member of the JSON object that the anchor stands in.
    JsonMember(Text),
}

/// The body of a token: base64url characters.
#[derive(Clone, Debug)]
pub struct TokenShape {
    /// The full structure, anchored at the start of the body, and its length.
    pub structure: Option<(Text, usize)>,
    /// The length from which a body counts as whole without the structure.
    pub full: usize,
    /// The length from which a body counts at all.
    pub short: usize,
    /// Whether the body may be a JSON web token.
    pub jwt: bool,
    /// The bytes that a mask keeps at the start, prefix included.
    pub mask_head: usize,
    /// The bytes that a mask keeps at the end.
    pub mask_tail: usize,
    /// Placeholder limits for bodies with the full structure.
    pub structured_limits: PlaceholderLimits,
    /// The same for whole bodies without it.
    pub full_limits: PlaceholderLimits,
    /// The same for shorter ones.
    pub short_limits: PlaceholderLimits,
}

/// The limits beyond which a body is no random one.
#[derive(Clone, Copy, Debug)]
pub struct PlaceholderLimits {
    /// Fewer distinct characters.
    pub distinct: usize,
    /// Less Shannon entropy, in bits a character.
    pub entropy: f64,
    /// A run of one character this long.
    pub run: usize,
    /// A run of ascending code points this long.
    pub ascending: usize,
    /// A substring of this length that occurs twice.
    pub repeat: usize,
}

/// The rules in force.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Cow<'static, [Rule]>,
    known_test_values: Cow<'static, [Text]>,
}

impl RuleSet {
    /// The built-in pack.
    #[must_use]
    pub const fn builtin() -> Self {
        Self {
            rules: Cow::Borrowed(builtin::RULES),
            known_test_values: Cow::Borrowed(builtin::KNOWN_TEST_VALUES),
        }
    }

    /// The same without some rules, by id.
    #[must_use]
    pub fn without(self, disabled: &[String]) -> Self {
        if disabled.is_empty() {
            return self;
        }
        self.kept(|rule| !disabled.iter().any(|id| *id == rule.id))
    }

    /// Some rules alone, by id.
    #[must_use]
    pub fn only(&self, ids: &[String]) -> Self {
        self.kept(|rule| ids.iter().any(|id| *id == rule.id))
    }

    fn kept(&self, keep: impl Fn(&&Rule) -> bool) -> Self {
        Self {
            rules: Cow::Owned(self.rules.iter().filter(keep).cloned().collect()),
            known_test_values: self.known_test_values.clone(),
        }
    }

    /// The same with rules of somebody's own: behind those of providers, before those that go by a name alone, since
    /// where two rules match the same place the earlier one is the more specific.
    #[must_use]
    pub fn with_user_rules(self, custom: &[Rule]) -> Self {
        if custom.is_empty() {
            return self;
        }
        let mut rules = self.rules.into_owned();
        let at = rules.iter().position(|rule| !rule.is_provider()).unwrap_or(rules.len());
        rules.splice(at..at, custom.iter().cloned());
        Self { rules: Cow::Owned(rules), known_test_values: self.known_test_values }
    }

    /// The rules, in the order in which they are tried at an anchor.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The ids of values that other tools publish as fixtures, in hexadecimal digits.
    #[must_use]
    pub fn known_test_values(&self) -> &[Text] {
        &self.known_test_values
    }
}

#[allow(clippy::all, clippy::pedantic, reason = "generated from rules/*.toml by build.rs")]
mod builtin {
    use super::{
        Alphabet, Check, Cow, Form, Generic, Matcher, MayFollow, Pair, Pattern, PlaceholderLimits, Rule,
        Severity, Syntax, Text, TokenShape,
    };

    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_with_an_unknown_key_or_a_broken_expression_is_refused() {
        let good = include_str!("../../rules/generic.toml");
        assert!(skant_rule_schema::parse(good).is_ok());
        for (from, to, said) in [
            ("mask-head = 3", "mask-heads = 3", "mask-heads"),
            ("syntax = \"assigned\"", "syntax = \"assumed\"", "assumed"),
            ("syntax = \"assigned\"", "token = \"a(\"\nalphabet = \"base64\"", "regex parse error"),
            ("syntax = \"assigned\"", "json-member = \"a\"", "group `secret`"),
            ("id = \"generic-", "id = \"other-", "has to begin with `generic-`"),
            ("anchors = [\"secret\"", "anchors = [\"se\", \"secret\"", "three bytes"),
        ] {
            let broken = good.replacen(from, to, 1);
            assert_ne!(broken, good);
            let error = skant_rule_schema::parse(&broken).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn dummies_are_sorted_since_they_are_searched_by_halves() {
        let rules = RuleSet::builtin();
        assert!(rules.known_test_values().len() > 500 && rules.known_test_values().is_sorted());
        assert!(rules.known_test_values().iter().all(|hex| hex.len() == 64));
    }

    #[test]
    fn rules_can_be_switched_off_by_id() {
        let all = RuleSet::builtin();
        let fewer = all.clone().without(&["generic-secret".to_owned()]);
        assert_eq!(fewer.rules().len() + 1, all.rules().len());
        assert!(fewer.rules().iter().all(|rule| rule.id != "generic-secret"));
    }
}
