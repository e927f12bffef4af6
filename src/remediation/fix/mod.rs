//! Moves a secret from a file to `.env`, and puts the language's way to read a variable in its place.
//!
//! `plan` decides, and `apply` writes. A file is changed only where tables and a tokenizer say with certainty that the
//! result parses; everything else is a refusal with a step by hand. Nothing here runs a program but git, for its rules of
//! ignored files.

pub(crate) mod apply;
mod assigned_name;
mod constant_use;
pub(crate) mod diff;
pub(crate) mod dotenv;
pub(crate) mod env_place;
mod fallback;
mod go_position;
mod ignored;
mod import;
mod language;
mod lexer;
mod literal_ends;
mod pattern_position;
mod place;
pub(crate) mod plan;
mod position;
pub(crate) mod refusal;
mod root_name;
mod rust_position;
mod shell;
mod site;
mod site_finder;
pub(crate) mod store;
mod syntax;
mod type_position;
pub(crate) mod variable;
mod yaml;
