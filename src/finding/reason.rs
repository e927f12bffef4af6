//! Why a finding has its confidence: a code and parameters for programs, a text for people.

use std::fmt;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    /// Names and values; which names a code has is in the documentation of [`ReasonCode`].
    pub params: Vec<(&'static str, String)>,
    /// The reason for people, safe to show.
    pub text: String,
}

impl Reason {
    /// Creates a reason without parameters.
    #[must_use]
    pub fn new(code: ReasonCode, text: impl Into<String>) -> Self {
        Self { code, params: Vec::new(), text: text.into() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The kind of a reason. Its parameters are in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// The value is a placeholder (`kind`: `not-random`, `words`, `known-test-value`).
    Placeholder,
    /// The value has a format that little else has.
    ExactFormat,
    /// The value has its format, which other values have, too.
    AmbiguousFormat,
    /// The value has the full structure of its kind.
    FullStructure,
    /// The value contains a JSON web token whose header and payload can be decoded.
    DecodableJwt,
    /// The value is as long as a whole token (`length`: the characters after the prefix).
    FullLength,
    /// The value is shorter than a whole token (`length`: the characters after the prefix).
    Short,
    /// A part of the value is replaced by dots or asterisks (`length`: the characters after the prefix).
    Elided,
    /// The value is assigned to a name (`name`).
    AssignedName,
    /// A feature of the password model (`feature`: its kind; `effect`: `for` or `against`; `words`: the words of the
    /// feature, separated by `|`, if it has some that may be shown).
    ModelFeature,
    /// A property that limits the confidence whatever the score is (`cap`).
    ConfidenceCap,
    /// An offline check passed (`check`: what was checked).
    ChecksumValid,
    /// An offline check failed (`check`: what was checked).
    ChecksumInvalid,
    /// The value states its owner (`owner`).
    Owner,
    /// The other member of the credential pair is nearby.
    CompanionNearby,
    /// The token has expired (`date`: RFC 3339).
    Expired,
    /// The token states its expiry (`date`: RFC 3339).
    ValidUntil,
    /// The token states its subject (`subject`).
    Subject,
    /// The token states its issuer (`issuer`).
    Issuer,
    /// The value is in a test, an example or a document (`context`).
    ExamplePath,
    /// The value is in a translation, in the output of a program, or in a copy of another project (`context`).
    Context,
    /// A person has decided about the value (`verdict`; `date` and `by` if they are known).
    Verdict,
}

impl ReasonCode {
    /// All codes, in the order of the contract.
    pub(crate) const ALL: [Self; 22] = [
        Self::Placeholder,
        Self::ExactFormat,
        Self::AmbiguousFormat,
        Self::FullStructure,
        Self::DecodableJwt,
        Self::FullLength,
        Self::Short,
        Self::Elided,
        Self::AssignedName,
        Self::ModelFeature,
        Self::ConfidenceCap,
        Self::ChecksumValid,
        Self::ChecksumInvalid,
        Self::Owner,
        Self::CompanionNearby,
        Self::Expired,
        Self::ValidUntil,
        Self::Subject,
        Self::Issuer,
        Self::ExamplePath,
        Self::Context,
        Self::Verdict,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::ExactFormat => "exact-format",
            Self::AmbiguousFormat => "ambiguous-format",
            Self::FullStructure => "full-structure",
            Self::DecodableJwt => "decodable-jwt",
            Self::FullLength => "full-length",
            Self::Short => "short",
            Self::Elided => "elided",
            Self::AssignedName => "assigned-name",
            Self::ModelFeature => "model-feature",
            Self::ConfidenceCap => "confidence-cap",
            Self::ChecksumValid => "checksum-valid",
            Self::ChecksumInvalid => "checksum-invalid",
            Self::Owner => "owner",
            Self::CompanionNearby => "companion-nearby",
            Self::Expired => "expired",
            Self::ValidUntil => "valid-until",
            Self::Subject => "subject",
            Self::Issuer => "issuer",
            Self::ExamplePath => "example-path",
            Self::Context => "context",
            Self::Verdict => "verdict",
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_lists_every_code() {
        let contract = include_str!("../../docs/cli.md");
        for code in ReasonCode::ALL {
            assert!(contract.contains(&format!("`{code}`")), "docs/cli.md has no row for {code}");
        }
    }

    #[test]
    fn a_reason_has_its_parameters_in_order() {
        let reason = Reason::new(ReasonCode::FullLength, "text").with("length", 93).with("other", "x");
        assert_eq!(reason.params, [("length", "93".to_owned()), ("other", "x".to_owned())]);
        assert_eq!((reason.to_string(), reason.code.to_string()), ("text".into(), "full-length".into()));
    }
}
