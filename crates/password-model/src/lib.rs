//! The data of skant's password model: kinds of features with their descriptions, weights, and a dictionary.
//!
//! `build.rs` writes the tables as Rust data, and skant looks features up in them. How features are extracted from a
//! text, and how a score becomes a confidence, is not here.

pub mod dictionary;
pub mod feature_key;
pub mod feature_kind;
pub mod vocabulary;
pub mod weights;

pub use dictionary::{Dictionary, letter_pair_table};
pub use feature_kind::FeatureKind;
pub use weights::WeightTable;
