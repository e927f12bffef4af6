//! What to do about a leaked key. So far in words only; nothing is sent anywhere.

mod advice;
mod languages;

pub use advice::{Situation, advise};
