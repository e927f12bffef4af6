//! JSON, schema version 1: the answer of a provider.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Verification, Verified};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct VerifiedView<'r> {
    /// `live`, `dead` or `unknown`.
    answer: &'static str,
    /// Why, as a fragment of a sentence.
    reason: &'r str,
    /// The host that was asked; null if nothing was sent.
    host: Option<&'r str>,
    /// The time of the answer, RFC 3339; null if nothing was sent.
    at: Option<&'r str>,
    /// What the answer says about the owner, by name.
    owner: BTreeMap<&'r str, &'r str>,
}

impl<'r> VerifiedView<'r> {
    pub(super) fn of(verified: &'r Verified) -> Self {
        let Verified { answer, reason, host, at, owner } = verified;
        Self {
            answer: Verification::name(*answer),
            reason,
            host: host.as_deref(),
            at: at.as_deref(),
            owner: owner.iter().map(|fact| (&*fact.name, fact.text.as_str())).collect(),
        }
    }
}
