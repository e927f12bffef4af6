//! Passwords and other secrets without a fixed format, found by an assignment to a name such as `password`.
//!
//! The parser finds where a value is ([`parse`]), references, code and placeholders are rejected ([`reject`]), and a model
//! scores the features of the value, its name and the words near it ([`features`], [`model`]). How the model is trained
//! and measured: `docs/detection.md`. Provider tokens are not decided here: their rules have fixed formats.

pub(crate) mod argument;
pub(crate) mod confidence_cap;
pub(crate) mod features;
pub(crate) mod model;
pub(crate) mod neighbours;
pub(crate) mod parse;
pub(crate) mod passphrase;
pub(crate) mod reject;
pub(crate) mod rule;
pub(crate) mod structure;
pub(crate) mod value_stats;

pub use model::Model;
pub(crate) use model::ModelReason;
pub(crate) use reject::Cause;
pub use rule::ScoredValue;
pub(crate) use rule::{AssignmentRule, features_at, find, rejection, tier_of_human_chosen};
pub use skant_password_model::{Dictionary, letter_pair_table};
