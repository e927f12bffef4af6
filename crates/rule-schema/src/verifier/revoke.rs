//! The request that revokes a secret, and what its answers mean. It changes something, so that it is sent only after a
//! confirmation, once, and never again.

use serde::Deserialize;

use super::{ConditionSpec, RequestSpec};

/// How a secret is revoked by the secret itself.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RevokeSpec {
    /// The address of the documentation of the request.
    pub source: String,
    /// The request, with the method `post` or `delete`. `{secret}` may occur twice, where the provider wants it so.
    pub request: RequestSpec,
    /// What happens, as a fragment of a sentence that begins with the subject, such as `the token ends for good`.
    pub effect: String,
    /// What the answers mean; the first one that fits counts. Of one that fits none, nobody knows what it did.
    pub answer: Vec<RevokeAnswerSpec>,
}

/// A set of answers to a revocation, and what they mean.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeAnswerSpec {
    /// The HTTP status codes.
    pub status: Vec<u16>,
    /// Conditions; all of them have to hold.
    #[serde(default)]
    pub when: Vec<ConditionSpec>,
    /// What these answers mean.
    pub says: Revoked,
    /// What a reader gets to know, as a fragment of a sentence.
    pub reason: String,
    /// The address of the page that documents this answer.
    pub source: String,
}

/// What an answer to a revocation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Revoked {
    /// The provider has accepted it.
    Done,
    /// The provider says that it changed nothing.
    Refused,
}
