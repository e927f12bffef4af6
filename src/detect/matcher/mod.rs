//! Matchers of rules with a pattern: each is a function of the bytes around one anchor.

pub(crate) mod block;
pub(crate) mod keyword;
pub(crate) mod pattern;
pub(crate) mod prefixed;
