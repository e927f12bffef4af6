//! Parsers of the files that policies are written in: `skant.toml`, the files of gitleaks, the baseline of
//! detect-secrets. They take bytes and open no file.

pub(crate) mod detect_secrets;
pub(crate) mod error;
pub(crate) mod gitleaks;
pub(crate) mod schema;
pub(crate) mod skant_toml;
