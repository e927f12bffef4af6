//! What counts: settings and where they come from, suppressions, the repository's own policy files.

pub(crate) mod change;
pub(crate) mod format;
pub(crate) mod glob;
pub(crate) mod layers;
pub mod repo_files;
pub(crate) mod scan_policy;
pub(crate) mod settings;
pub mod suppress;

pub use change::{of_base, weakened};
pub use format::detect_secrets::DetectSecrets;
pub use format::error::ConfigError;
pub use format::gitleaks::{Imported, ignore_file as gitleaks_ignore, toml_file as gitleaks_toml};
pub use format::schema::SCHEMA;
pub use format::skant_toml::parse;
pub use glob::Globs;
pub use layers::{FileError, Follow, Layer, LoadError, load};
pub use scan_policy::{Incomplete, Policy, Suppressions};
pub use settings::{Accept, FailOn, Origin, Settings};

#[cfg(test)]
mod tests;
