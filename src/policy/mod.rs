//! What counts: settings and where they come from, suppressions, the repository's own policy files.

pub(crate) mod change;
pub(crate) mod format;
pub(crate) mod glob;
pub(crate) mod layers;
pub mod repo_files;
pub(crate) mod scan_policy;
pub(crate) mod settings;
pub mod suppress;

pub use change::{find_weakenings, restrict_to_base};
pub use format::detect_secrets::DetectSecretsBaseline;
pub use format::error::ConfigError;
pub use format::gitleaks::{
    Imported, parse_ignore_file as parse_gitleaks_ignore, parse_toml_file as parse_gitleaks_toml,
};
pub use format::schema::SCHEMA;
pub use format::skant_toml::parse;
pub use glob::PathPatterns;
pub use layers::{FileError, Layer, LoadError, ReadReferenced, load};
pub use scan_policy::{Incomplete, Policy, Suppressions};
pub use settings::{AcceptedProblem, FailOn, FileOrigin, Settings};

#[cfg(test)]
mod tests;
