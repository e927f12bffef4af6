//! Readers of the files that policies are written in: `skant.toml`, gitleaks' files, a baseline of detect-secrets.

pub(crate) mod detect_secrets;
pub(crate) mod error;
pub(crate) mod gitleaks;
pub(crate) mod schema;
pub(crate) mod skant_toml;
