//! Advice on a leaked secret, in words. Opens no connection.

pub(crate) mod advice;
pub(crate) mod languages;

pub(crate) use advice::{Situation, advise};
