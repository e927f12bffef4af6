//! The rules of a detector with their expressions, which are compiled on first use. Tests one rule at one anchor;
//! does not search a text.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::detect::assignment;
use crate::detect::assignment::{AssignmentRule, Cause, Model};
use crate::detect::candidate::Candidate;
use crate::detect::matcher::prefixed::PrefixedRule;
use crate::detect::matcher::window::PatternRule;
use crate::detect::matcher::{pattern, prefixed};
use crate::rules::{Matcher, Rule, RuleSet, Text};

/// A rule set, ready to be tested.
pub(crate) struct CompiledRules {
    rules: RuleSet,
    expressions: Vec<Expressions>,
    /// The anchors of rules for prefixed tokens, sorted. Generic rules leave values with these prefixes alone.
    token_prefixes: Vec<Text>,
    /// A replacement of the built-in password model.
    model: Option<Model>,
}

/// The expressions of one rule. `None` in a cell means that the expression does not compile.
#[derive(Default)]
struct Expressions {
    main: OnceLock<Option<Regex>>,
    structure: OnceLock<Option<Regex>>,
    companion: OnceLock<Option<Regex>>,
    decoded: OnceLock<Option<Regex>>,
    /// The length of the literal that the prefix begins with, in bytes.
    literal: usize,
}

impl Expressions {
    fn of(rule: &Rule) -> Self {
        let literal = match &rule.matcher {
            Matcher::Prefixed { prefix, .. } => prefixed::literal_length(prefix),
            Matcher::Generic(_) | Matcher::Pattern(_) => 0,
        };
        Self { literal, ..Self::default() }
    }
}

impl CompiledRules {
    pub(crate) fn new(rules: RuleSet) -> Self {
        let expressions = rules.rules().iter().map(Expressions::of).collect();
        let prefixed = rules.rules().iter().filter(|rule| matches!(rule.matcher, Matcher::Prefixed { .. }));
        let mut token_prefixes: Vec<Text> = prefixed.flat_map(|rule| rule.anchors.iter().cloned()).collect();
        token_prefixes.sort();
        token_prefixes.dedup();
        Self { rules, expressions, token_prefixes, model: None }
    }

    /// Replaces the built-in password model.
    pub(crate) fn set_model(&mut self, model: Model) {
        self.model = Some(model);
    }

    pub(crate) fn model(&self) -> &Model {
        self.model.as_ref().unwrap_or_else(|| Model::builtin())
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        self.rules.rules()
    }

    pub(crate) fn known_test_values(&self) -> &[Text] {
        self.rules.known_test_values()
    }

    /// Tests a rule at an anchor. `window` is all that the rule may read; `anchor` is the span of the anchor in it.
    pub(crate) fn try_rule(&self, index: usize, window: &[u8], anchor: &Range<usize>) -> Option<Candidate> {
        let rule = &self.rules()[index];
        let expressions = &self.expressions[index];
        match &rule.matcher {
            Matcher::Prefixed { prefix, shape } => {
                if !window[anchor.start..].starts_with(&prefix.as_bytes()[..expressions.literal]) {
                    return None;
                }
                let prefix = expressions.main.get_or_init(|| compile_at_start(prefix)).as_ref()?;
                let structure = shape.structure.as_ref().and_then(|(structure, _)| {
                    expressions.structure.get_or_init(|| compile_at_start(structure)).as_ref()
                });
                prefixed::find(&PrefixedRule { rule: index, prefix, structure, shape }, window, anchor)
            }
            Matcher::Generic(_) => {
                assignment::find(&self.assignment_rule(index)?, || self.model(), window, anchor)
            }
            Matcher::Pattern(pattern) => {
                if !pattern::may_match(pattern, window, anchor, rule.reach) {
                    return None;
                }
                let compiled = expressions.main.get_or_init(|| compile(&pattern::expression(pattern)));
                let regex = compiled.as_ref()?;
                let decoded = match &pattern.decoded {
                    Some(decoded) => Some(expressions.decoded.get_or_init(|| compile(decoded)).as_ref()?),
                    None => None,
                };
                let parts = PatternRule { rule: index, regex, pattern, anchors: &rule.anchors, decoded };
                pattern::find(&parts, window, anchor, rule.reach)
            }
        }
    }

    /// Returns whether anchors follow one another so closely in `text`, which begins with one of `length` bytes, that none of
    /// its rules matches there. Each of many anchors in a row would be compared with all its rules for nothing.
    pub(crate) fn is_crowded(&self, rules: &[u32], text: &[u8], length: usize) -> bool {
        let (mut least, mut reach) = (usize::MAX, usize::MAX);
        for rule in rules {
            let rule = &self.rules()[*rule as usize];
            let Matcher::Prefixed { shape, .. } = &rule.matcher else { return false };
            let structure = shape.structure.as_ref().map_or(usize::MAX, |(_, length)| *length);
            least = least.min(shape.short).min(structure);
            reach = reach.min(rule.reach);
        }
        let read = &text[..text.len().min(length.saturating_add(reach))];
        prefixed::is_crowded(read, &text[..length], least)
    }

    /// Returns why the value that a generic rule reads at an anchor is no secret. Returns `None` if it reads no value, if
    /// only the score of the value decides, and for any other rule.
    pub(crate) fn rejection(&self, index: usize, window: &[u8], anchor: &Range<usize>) -> Option<Cause> {
        assignment::rejection(&self.assignment_rule(index)?, self.model(), window, anchor)
    }

    /// Returns the parameters of a generic rule, or `None` for any other rule.
    pub(crate) fn assignment_rule(&self, index: usize) -> Option<AssignmentRule<'_>> {
        let Matcher::Generic(rule) = &self.rules()[index].matcher else { return None };
        Some(AssignmentRule {
            rule: index,
            syntax: rule.syntax,
            mask_head: rule.mask_head,
            excluded_names: &rule.excluded_names,
            excluded_last_words: &rule.excluded_last_words,
            public_prefixes: &rule.public_prefixes,
            token_prefixes: &self.token_prefixes,
        })
    }

    /// Returns the compiled expression of a rule's companion, whose source is `pattern`.
    pub(crate) fn companion_regex(&self, index: usize, pattern: &str) -> Option<&Regex> {
        self.expressions[index].companion.get_or_init(|| compile(pattern)).as_ref()
    }
}

/// Compiles an expression that has to match at the start of the text.
fn compile_at_start(expression: &str) -> Option<Regex> {
    compile(&format!("^(?:{expression})"))
}

/// Compiles an expression in ASCII mode: Unicode classes take a hundred times the time and match nothing that a
/// token contains. A test of the rule pack compiles every expression, so `None` is returned only for rules of users
/// that were not validated.
fn compile(expression: &str) -> Option<Regex> {
    RegexBuilder::new(expression).unicode(false).size_limit(1 << 21).build().ok()
}
