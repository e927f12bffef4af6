//! skant keeps secrets out of git, Anthropic's `sk-ant-` keys first.
//!
//! The rooms and the order in which they may use each other stand in `ARCHITECTURE.md`;
//! `tests/architecture.rs` holds them to it.

pub mod allow;
pub mod attribute;
pub mod ci;
pub mod cli;
pub mod config;
pub mod decode;
pub mod detect;
pub mod finding;
pub mod hook;
pub mod judge;
pub mod replace;
pub mod report;
pub mod respond;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;
pub mod text;
