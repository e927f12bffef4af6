//! What to do about a leaked key. So far in words only; nothing is sent anywhere.

pub(crate) mod advice;
pub(crate) mod languages;

pub use advice::{Situation, advise};
