//! The TOML form of a rule pack, and the checks that every pack and every rule has to pass.
//!
//! `build.rs` reads the built-in packs with it, so that a wrong pack stops the build and start-up parses nothing.
//! skant reads the rules of a `skant.toml` with it. `docs/rule-packs.md` explains the keys with examples.
//! The crate reads text that it is given: it opens no file, and it finds nothing.

mod argument;
mod choices;

mod schema;
mod shape;
mod validate;
mod verifier;

pub use argument::{CallSpec, CommandForm, CommandSpec, DirectiveSpec};
pub use choices::{Alphabet, Check, FollowedBy, MayFollow, Severity, Syntax};
pub use schema::{PackSpec, PairSpec, RuleSpec};
pub use shape::{LimitsSpec, ShapeSpec, TierLimitsSpec};
pub use validate::{RuleError, check_rule, parse_pack, sort_packs};
pub use verifier::{
    AnswerSpec, ConditionSpec, FactName, FactSpec, JsonType, Method, Placeholder, RequestSpec,
    RevokeAnswerSpec, RevokeSpec, Revoked, Says, Scalar, SigningSpec, Template, TemplatePart, VerifierFile,
    VerifierSpec, parse_verifiers,
};
