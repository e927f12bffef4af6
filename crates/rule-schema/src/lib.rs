//! The TOML form of a rule pack, and the checks that every pack and rule has to pass.
//!
//! Used by `build.rs`, which checks the built-in packs, and by skant, which reads the user's own rules.

mod choices;
mod schema;
mod validate;

pub use choices::{Alphabet, Check, MayFollow, Severity, Syntax};
pub use schema::{LimitsSpec, PackSpec, PairSpec, RuleSpec, ShapeSpec, TierLimitsSpec};
pub use validate::{RuleError, check_rule, parse};
