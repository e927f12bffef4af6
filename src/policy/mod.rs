//! Everything that decides what counts: settings and the files that they are from, suppressions, thresholds, and the
//! disposition of a finding.
//!
//! Knows no command line, scans nothing and prints nothing.

pub(crate) mod change;
pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod disposition;
pub(crate) mod format;
pub(crate) mod glob;
pub(crate) mod layers;
pub(crate) mod load;
pub(crate) mod other_tools;
pub(crate) mod repo_files;
pub(crate) mod scan_policy;
pub(crate) mod settings;
pub(crate) mod settings_digest;
pub(crate) mod suppress;
pub(crate) mod user_file;

pub(crate) use change::{find_weakenings, restrict_to_base};
pub(crate) use context::{ContextPatterns, FailOnContext};
pub(crate) use disposition::{RunMode, fails_run, hidden_reason};
pub(crate) use format::detect_secrets::DetectSecretsBaseline;
pub(crate) use format::error::ConfigError;
pub use format::gitleaks::{
    parse_ignore_file as parse_gitleaks_ignore, parse_toml_file as parse_gitleaks_toml,
};
pub(crate) use format::schema::SCHEMA;
pub use format::skant_toml::parse;
pub use glob::PathPatterns;
pub(crate) use glob::PatternError;
pub(crate) use layers::{FileError, Layer, LoadError};
pub use load::PolicyError;
pub(crate) use load::{
    LoadedPolicy, NO_REPOSITORY, PolicyBase, PolicyInputs, PolicyOptions, UNTRUSTED_USER_FILE,
};
pub use scan_policy::{Incomplete, Policy, Suppressions};
pub(crate) use settings::{AcceptedProblem, FailOn};
pub use settings::{FileOrigin, Settings};
pub(crate) use user_file::UserFile;

#[cfg(test)]
mod tests;
