//! The commands: one file each, named after the command. A command reads its arguments, calls the layers below and
//! prints the result.

pub(crate) mod agent;
pub(crate) mod agent_install;
pub(crate) mod allow;
pub(crate) mod baseline;
mod baseline_import;
mod clone_state;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod explain;
mod explain_fingerprint;
mod explain_model;
mod explain_output;
mod explain_place;
mod explain_reveal;
pub(crate) mod fix;
mod fix_history;
mod fix_targets;
pub(crate) mod hook;
mod hook_input;
pub(crate) mod install;
pub(crate) mod man;
mod push_settings;
pub(crate) mod redact;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod scan;
mod scan_ci;
pub(crate) mod status;
mod status_json;
mod status_text;
pub(crate) mod triage;
pub(crate) mod uninstall;
pub(crate) mod version;
