//! The result of a check of a token.

/// The details that a token contains about itself. They are not verified: anybody can write such a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDetails {
    /// Whether the checksum or structure is right; `None` if the token contains nothing that could be wrong.
    pub fits: Option<bool>,
    /// The person, account or service that the token belongs to.
    pub owner: Option<String>,
    /// The expiry, in seconds since 1970.
    pub expires: Option<i64>,
}

impl TokenDetails {
    /// The details of a token with a wrong checksum or structure.
    pub(super) const WRONG: Self = Self { fits: Some(false), owner: None, expires: None };

    /// Returns the details of a token without an owner.
    pub(super) fn from_fit(fits: bool) -> Self {
        Self { fits: Some(fits), ..Self::default() }
    }

    /// Returns the details of a right token with an owner.
    pub(super) fn from_owner(owner: String) -> Self {
        Self { fits: Some(true), owner: Some(owner), expires: None }
    }
}
