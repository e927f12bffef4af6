//! Advice on a leaked secret, in words. Opens no connection.

pub(crate) mod advice;
pub(crate) mod fix;
pub(crate) mod history_rewrite;
pub(crate) mod languages;
pub(crate) mod scan_advice;

pub(crate) use advice::{Situation, advise, shell_word};
pub use scan_advice::add_help;
