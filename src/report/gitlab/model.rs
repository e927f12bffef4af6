//! The part of GitLab's secret detection report that skant writes, in the schema's words.

use std::collections::BTreeMap;

use serde::Serialize;

/// The version of the schema that this is written by.
pub(crate) const VERSION: &str = "15.2.4";

#[derive(Serialize)]
pub(crate) struct Scan {
    pub analyzer: Tool,
    pub scanner: Tool,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub start_time: String,
    pub end_time: String,
    pub status: &'static str,
    pub messages: Vec<Message>,
}

#[derive(Serialize)]
pub(crate) struct Tool {
    pub id: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    pub vendor: Vendor,
}

#[derive(Serialize)]
pub(crate) struct Vendor {
    pub name: &'static str,
}

#[derive(Serialize)]
pub(crate) struct Message {
    pub level: &'static str,
    pub value: String,
}

#[derive(Serialize)]
pub(crate) struct Vulnerability<'r> {
    pub id: String,
    pub name: String,
    pub description: String,
    pub severity: &'static str,
    pub solution: String,
    pub identifiers: [Identifier<'r>; 2],
    pub location: Location<'r>,
    pub raw_source_code_extract: &'r str,
    pub details: BTreeMap<&'static str, Detail>,
}

#[derive(Serialize)]
pub(crate) struct Identifier<'r> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub name: String,
    pub value: &'r str,
}

#[derive(Serialize)]
pub(crate) struct Location<'r> {
    pub file: &'r str,
    pub start_line: usize,
    pub end_line: usize,
    pub commit: Commit<'r>,
}

#[derive(Serialize)]
pub(crate) struct Commit<'r> {
    pub sha: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<&'r str>,
}

#[derive(Serialize)]
pub(crate) struct Detail {
    pub name: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub value: String,
}
