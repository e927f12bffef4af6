//! x
use crate::attempt::Attempt;
pub const ATTEMPTS: &[Attempt] = &[];
