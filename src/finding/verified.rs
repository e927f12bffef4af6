//! What a provider said about a secret, and what is known about its owner.

use std::borrow::Cow;

use super::triage::Verification;

/// The result of a live check, or of the reading of an expiry without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether the secret works.
    pub answer: Verification,
    /// Why, as a fragment of a sentence.
    pub reason: String,
    /// The host that was asked; `None` if nothing was sent.
    pub host: Option<String>,
    /// The time of the answer, RFC 3339 in UTC; `None` if nothing was sent.
    pub at: Option<String>,
    /// What the answer says about the owner.
    pub owner: Vec<OwnerFact>,
}

/// One thing that a provider says about the owner of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerFact {
    /// What it is: `account`, `organisation`, `workspace`, `project`, `name`, `scopes` or `expires`.
    pub name: Cow<'static, str>,
    /// The text, escaped for terminals.
    pub text: String,
}

impl Verified {
    /// Returns one line for people: the answer, why, and whose it is.
    #[must_use]
    pub fn describe(&self) -> String {
        let owner = self.owner.iter().map(|fact| format!("; {}: {}", fact.name, fact.text));
        format!("{}: {}{}", self.answer, self.reason, owner.collect::<String>())
    }
}
