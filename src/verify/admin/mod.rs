//! Anthropic's Admin API: whose a key is. Reads only.
//!
//! Sources: the platform's documentation of the Admin API (`api/admin/api_keys`, `users`, `workspaces`, `usage_report`),
//! and the SDKs for the newer form of `principal`.

pub(crate) mod credential;
pub(crate) mod directory;
pub(crate) mod key_entry;

pub(crate) use credential::Credential;
pub(crate) use directory::{AdminError, Directory};
pub(crate) use key_entry::KeyEntry;
