//! Anthropic's Admin API: the keys of an organisation, whose they are, their status, their use and its cost. Its
//! credential is the user's. Nothing but `Directory::set_status` changes anything.
//!
//! Sources: the platform's documentation of the Admin API (`api/admin/api_keys`, `users`, `workspaces`, `usage_report`,
//! `cost_report`), and the SDKs for the newer form of `principal`.

mod cost;
mod credential;
mod directory;
mod key_entry;
mod money;
mod report_pages;
mod usage;

pub(crate) use cost::{Cost, CostUnit};
pub(crate) use credential::Credential;
pub(crate) use directory::{AdminError, Directory};
pub(crate) use key_entry::KeyEntry;
pub(crate) use usage::{Bucket, Span, Use, Width};
