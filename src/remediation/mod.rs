//! Advice on a leaked secret, in words. Opens no connection.

pub(crate) mod advice;
mod comment;
pub(crate) mod fix;
pub(crate) mod history_rewrite;
pub(crate) mod languages;
pub(crate) mod scan_advice;
pub(crate) mod shell_word;
mod storage;

pub(crate) use advice::{Situation, advise, advise_files};
pub(crate) use scan_advice::untracked_paths;
pub use scan_advice::{add_help, add_repository_help};
pub(crate) use shell_word::shell_word;
