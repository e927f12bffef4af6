//! The tables of the password model: keys of features, their weights, and a dictionary.
//!
//! Used by `build.rs`, which lays the tables out as the program reads them, and by skant, which looks features up.

pub mod dictionary;
pub mod feature_key;
pub mod weights;

pub use dictionary::{Dictionary, letter_pair_table};
pub use weights::Table;
