//! The enumerations that a rule chooses from: its severity, alphabets, offline checks, boundaries and syntaxes.
//! Data and names; `skant` implements the checks and the syntaxes.

use std::fmt;

use serde::Deserialize;

/// How much damage a leak does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The access has little value.
    Low,
    /// Limited or short-lived access.
    Medium,
    /// Access to a person's account or money.
    High,
    /// Control over an organisation, its data or its bill.
    Critical,
}

impl Severity {
    /// The name in reports and rule packs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The characters that the random part of a token is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// `0-9`
    Digits,
    /// `0-9a-f` or `0-9A-F`, one case in a token.
    Hex,
    /// `a-z`
    Lower,
    /// `A-Z2-7`
    Base32,
    /// `a-z2-7`
    LowerBase32,
    /// `0-9a-z`
    LowerAlphanumeric,
    /// `0-9A-Z`
    UpperAlphanumeric,
    /// `A-Za-z`
    Letters,
    /// `0-9A-Za-z`
    Alphanumeric,
    /// `0-9A-Za-z_`
    Word,
    /// `0-9A-Za-z_-`
    Base64url,
    /// `0-9A-Za-z+/`, and `=` at the end.
    Base64,
    /// `0-9A-Za-z_-` and `.`, `~`, `+`, `/`, `=`: what a bearer token may hold (RFC 6750).
    Bearer,
}

impl Alphabet {
    /// Its characters, as people write them.
    #[must_use]
    pub const fn characters(self) -> &'static str {
        match self {
            Self::Digits => "`0-9`",
            Self::Hex => "`0-9a-f` or `0-9A-F`",
            Self::Lower => "`a-z`",
            Self::Base32 => "`A-Z2-7`",
            Self::LowerBase32 => "`a-z2-7`",
            Self::LowerAlphanumeric => "`0-9a-z`",
            Self::UpperAlphanumeric => "`0-9A-Z`",
            Self::Letters => "`A-Za-z`",
            Self::Alphanumeric => "`0-9A-Za-z`",
            Self::Word => "`0-9A-Za-z_`",
            Self::Base64url => "`0-9A-Za-z_-`",
            Self::Base64 => "`0-9A-Za-z+/=`",
            Self::Bearer => "`0-9A-Za-z_-.~+/=`",
        }
    }

    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Digits,
        Self::Hex,
        Self::Lower,
        Self::Base32,
        Self::LowerBase32,
        Self::LowerAlphanumeric,
        Self::UpperAlphanumeric,
        Self::Letters,
        Self::Alphanumeric,
        Self::Word,
        Self::Base64url,
        Self::Base64,
        Self::Bearer,
    ];

    /// How many characters there are to draw from.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Digits => 10,
            Self::Hex => 16,
            Self::Lower => 26,
            Self::Base32 | Self::LowerBase32 => 32,
            Self::LowerAlphanumeric | Self::UpperAlphanumeric => 36,
            Self::Letters => 52,
            // Signs are rarer than letters in most tokens that may hold some.
            Self::Alphanumeric | Self::Word | Self::Bearer => 62,
            Self::Base64url | Self::Base64 => 64,
        }
    }

    /// Whether a token may go on with this byte.
    #[must_use]
    pub const fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Lower => byte.is_ascii_lowercase(),
            Self::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Self::LowerBase32 => byte.is_ascii_lowercase() || matches!(byte, b'2'..=b'7'),
            Self::LowerAlphanumeric => byte.is_ascii_lowercase() || byte.is_ascii_digit(),
            Self::UpperAlphanumeric => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Letters => byte.is_ascii_alphabetic(),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Base64url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Bearer => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'+' | b'/' | b'=')
            }
        }
    }
}

/// What a token says of itself that can be checked without asking anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The last six characters are the CRC-32 of the ones between them and the last `_`, in base 62 (GitHub, npm).
    CrcBase62,
    /// GitLab's routable form: owner, length and CRC-32.
    GitlabRoutable,
    /// The last eight hexadecimal digits are the CRC-32 of what stands before them (Atlassian).
    CrcHex,
    /// The same in lower case over what stands before the last `_`, lowest byte first (Grafana).
    CrcHexLittle,
    /// An AWS key id holds its account.
    AwsAccount,
    /// A long-lived Bedrock key holds its account.
    BedrockLong,
    /// A short-lived Bedrock key is a signed address.
    BedrockShort,
    /// A macaroon holds the place that it is for.
    Macaroon,
    /// A Sentry organisation token holds JSON.
    SentryOrganisation,
    /// A JSON web token; one that cannot be read is none.
    Jwt,
    /// The same, if its payload gives the role of a service.
    JwtServiceRole,
}

/// What may stand before a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MayFollow {
    /// Anything: the token's start is distinctive.
    #[default]
    Anything,
    /// Nothing that the token's own alphabet holds, but for what is known to end in letters: escapes, colours.
    Boundary,
}
/// What leads to a value without a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A telling name: `name = value` in all its forms.
    Assigned,
    /// The scheme of a header: `Bearer value`.
    Scheme,
    /// `://user:value@host`
    Userinfo,
    /// An option for a login: `curl -u user:value`.
    Login,
    /// `IDENTIFIED BY 'value'`
    Sql,
}
