//! Everything that decides what counts: settings and the files that they are from, suppressions, thresholds, and the
//! disposition of a finding.
//!
//! Knows no command line, scans nothing and prints nothing.

pub(crate) mod change;
pub(crate) mod disposition;
pub(crate) mod format;
pub(crate) mod glob;
pub(crate) mod layers;
pub(crate) mod load;
pub mod repo_files;
pub(crate) mod scan_policy;
pub(crate) mod settings;
pub mod suppress;

pub use change::{find_weakenings, restrict_to_base};
pub use disposition::{
    Disposition, DispositionInputs, DispositionReason, RunMode, disposition, fails_run, hidden_reason,
};
pub use format::detect_secrets::DetectSecretsBaseline;
pub use format::error::ConfigError;
pub use format::gitleaks::{
    Imported, parse_ignore_file as parse_gitleaks_ignore, parse_toml_file as parse_gitleaks_toml,
};
pub use format::schema::SCHEMA;
pub use format::skant_toml::parse;
pub use glob::{PathPatterns, PatternError};
pub use layers::{FileError, Layer, LoadError, ReadExtended, load_layers};
pub use load::{
    LoadedPolicy, NO_REPOSITORY, PolicyBase, PolicyError, PolicyInputs, PolicyOptions, user_settings_file,
};
pub use scan_policy::{Incomplete, Policy, Suppressions};
pub use settings::{AcceptedProblem, FailOn, FileOrigin, Settings};

#[cfg(test)]
mod tests;
