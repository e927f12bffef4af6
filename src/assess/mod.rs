//! Evidence to findings: one confidence for each piece of evidence.

pub(crate) mod confidence;

pub use confidence::{Assessment, assess};
