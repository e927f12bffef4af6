//! From evidence to findings: one confidence for each piece of evidence, one finding for each value, and the suppressions
//! of the policy. It reads no file, searches no text and writes no report.

pub(crate) mod assessor;
pub(crate) mod confidence;
pub(crate) mod context;
pub(crate) mod explain;
pub(crate) mod group;
mod key_file;
mod label;
pub(crate) mod merge;
pub(crate) mod other_tools;
pub(crate) mod reasons;
pub(crate) mod unused_suppressions;

pub use confidence::assess;
pub(crate) use explain::ExplainedEvidence;
pub(crate) use merge::merge_reports;

pub(crate) use assessor::{Assessor, RatedEvidence};
pub(crate) use group::{GroupKey, GroupedFindings, Histories, Occurrence, TextOrigin, group_key};
