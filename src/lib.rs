//! skant keeps secrets out of git, Anthropic's `sk-ant-` keys first.
//!
//! The rooms and the order in which they may use each other stand in `ARCHITECTURE.md`;
//! `tests/architecture` holds them to it.

pub mod assess;
pub mod atomic_file;
pub mod bytescan;
pub mod ci;
pub mod cli;
pub mod decode;
pub mod detect;
pub mod finding;
pub mod git;
pub mod hook;
pub mod policy;
pub mod provenance;
pub mod remediation;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;
pub mod text;
pub mod token_check;
