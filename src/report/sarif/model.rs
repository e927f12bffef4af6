//! The part of SARIF 2.1.0 that skant writes, in the standard's words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
pub(crate) const VERSION: &str = "2.1.0";

/// A property bag.
pub(crate) type Properties = BTreeMap<&'static str, serde_json::Value>;

#[derive(Serialize)]
pub(crate) struct Log<'r> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run<'r> {
    pub tool: Tool<'r>,
    pub invocations: [Invocation; 1],
    pub column_kind: &'static str,
    pub results: Vec<Outcome<'r>>,
    pub properties: Properties,
}

#[derive(Serialize)]
pub(crate) struct Tool<'r> {
    pub driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Driver<'r> {
    pub name: &'static str,
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub rules: Vec<Rule<'r>>,
    pub notifications: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule<'r> {
    pub id: &'r str,
    pub short_description: Text,
    pub full_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    pub help: Help,
    pub properties: Properties,
}

/// The help of a rule, as plain text and in Markdown.
#[derive(Serialize)]
pub(crate) struct Help {
    pub text: String,
    pub markdown: String,
}

/// What a notification's `descriptor` refers to, and the reference itself.
#[derive(Serialize)]
pub(crate) struct Descriptor {
    pub id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub(crate) struct Notification {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub descriptor: Option<Descriptor>,
    pub level: &'static str,
    pub message: Text,
}

/// What the standard calls a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome<'r> {
    pub rule_id: &'r str,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Text,
    pub locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location<'r>>,
    pub partial_fingerprints: BTreeMap<&'static str, Cow<'r, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression<'r>>,
    #[serde(skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
}

#[derive(Serialize)]
pub(crate) struct Text {
    pub text: String,
}

#[expect(clippy::struct_field_names, reason = "the names are those of SARIF")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location<'r> {
    pub physical_location: PhysicalLocation<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhysicalLocation<'r> {
    pub artifact_location: ArtifactLocation,
    pub region: Region<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_region: Option<Region<'r>>,
}

#[derive(Serialize)]
pub(crate) struct ArtifactLocation {
    pub uri: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Region<'r> {
    pub start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_offset: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Content<'r>>,
}

#[derive(Serialize)]
pub(crate) struct Content<'r> {
    pub text: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogicalLocation {
    pub fully_qualified_name: String,
    pub kind: &'static str,
}

#[derive(Serialize)]
pub(crate) struct Suppression<'r> {
    pub kind: &'static str,
    pub status: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub justification: &'r str,
}
