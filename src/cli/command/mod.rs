//! One file for each command.

pub(crate) mod allow;
pub(crate) mod baseline;
pub(crate) mod baseline_import;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod explain;
pub(crate) mod explain_model;
pub(crate) mod hook;
pub(crate) mod install;
pub(crate) mod man;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod scan_ci;
pub(crate) mod uninstall;
