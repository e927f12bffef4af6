//! The answer of a provider in a saved report.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::SavedError;
use super::names::Named;
use super::sanitize::text;
use crate::finding::{OwnerFact, Verified};

#[derive(Deserialize)]
pub(super) struct SavedVerified {
    answer: String,
    #[serde(default)]
    reason: String,
    host: Option<String>,
    at: Option<String>,
    #[serde(default)]
    owner: BTreeMap<String, String>,
}

/// The facts in the order in which an answer states them.
const ORDER: [&str; 7] = ["account", "organisation", "workspace", "project", "name", "scopes", "expires"];

impl SavedVerified {
    pub(super) fn to_verified(&self) -> Result<Verified, SavedError> {
        let mut owner: Vec<OwnerFact> = self
            .owner
            .iter()
            .map(|(name, fact)| OwnerFact { name: text(name).into(), text: text(fact) })
            .collect();
        owner.sort_by_key(|fact| ORDER.iter().position(|known| *known == fact.name).unwrap_or(ORDER.len()));
        Ok(Verified {
            answer: Named::in_field("verified.answer", &self.answer)?,
            reason: text(&self.reason),
            host: self.host.as_deref().map(text),
            at: self.at.as_deref().map(text),
            owner,
        })
    }
}
