//! Rules: how each kind of secret is recognised, and what to do after a leak. Data without search code.
//!
//! `build.rs` checks the built-in packs in `rules/` and compiles them in; `user_defined` builds the rules of a
//! `skant.toml`. The TOML form of both is the crate `skant-rule-schema`; docs/rule-packs.md explains it.

mod argument;
mod rule;
mod rule_set;
#[cfg(test)]
mod schema;
mod user_defined;

pub(crate) use argument::{
    Call, Command, CommandForm, Directive, LinePart, calls_at, commands_at, directives_at,
    directives_with_name,
};
pub use rule::{Form, Matcher, Rule};
pub(crate) use rule::{Pair, Pattern, PlaceholderLimits, Text, TokenShape};
pub use rule_set::RuleSet;
pub(crate) use skant_rule_schema::RuleSpec;
pub(crate) use skant_rule_schema::{Alphabet, Syntax};
pub use skant_rule_schema::{Check, MayFollow};
pub(crate) use user_defined::MAX_RULES;
pub(crate) use user_defined::build_user_rule;
#[cfg(test)]
pub(crate) use user_defined::rule_from_toml;
