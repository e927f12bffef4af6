//! The body of a token that several rules of a pack share: its structure, lengths, mask and placeholder limits.

use serde::Deserialize;

/// The body of a token. A rule combines it with a `prefix`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShapeSpec {
    /// The characters of the body. Only `base64url` is supported.
    pub alphabet: String,
    /// The expression of a complete body, from its first character.
    pub structure: Option<String>,
    /// The length of a match of `structure`, in bytes.
    #[serde(default)]
    pub structure_length: usize,
    /// The length from which a body without the structure counts as complete, in bytes.
    pub full: usize,
    /// The length from which a body is reported at all, in bytes.
    pub short: usize,
    /// Whether the body may be a JSON web token.
    #[serde(default)]
    pub jwt: bool,
    /// The number of bytes that a mask shows at the start, prefix included.
    pub mask_head: usize,
    /// The number of bytes that a mask shows at the end.
    pub mask_tail: usize,
    /// How far a rule with this shape reads on each side of its anchor, in bytes.
    pub reach: usize,
    /// The limits that separate placeholders from random bodies.
    pub placeholder_limits: TierLimitsSpec,
}

/// The limits that separate placeholders from random bodies, for each tier of a body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierLimitsSpec {
    /// For bodies with the structure.
    pub structured: LimitsSpec,
    /// For complete bodies without the structure.
    pub full: LimitsSpec,
    /// For shorter bodies.
    pub short: LimitsSpec,
}

/// A body that exceeds one of these limits is a placeholder.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitsSpec {
    /// The body has fewer distinct characters.
    pub distinct: usize,
    /// The body has less Shannon entropy, in bits per character.
    pub entropy: f64,
    /// One character occurs this many times in a row.
    pub run: usize,
    /// This many characters in a row have ascending code points.
    pub ascending: usize,
    /// A substring of this length occurs twice.
    pub repeat: usize,
}
