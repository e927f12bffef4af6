//! Evidence to findings: one confidence for each piece of evidence.

pub(crate) mod confidence;
pub(crate) mod merge;

pub use confidence::{Assessment, assess};
pub use merge::merge_reports;
