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

/// The characters of the random part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
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
    /// `0-9A-Za-z_-` and `.`, `~`, `+`, `/`, `=`: the characters of a bearer token (RFC 6750).
    Bearer,
}

impl Alphabet {
    /// Returns the characters as a class in backquotes, for readers.
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

    /// All alphabets.
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

    /// Returns the number of characters that a random part chooses from.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Digits => 10,
            Self::Hex => 16,
            Self::Lower => 26,
            Self::Base32 | Self::LowerBase32 => 32,
            Self::LowerAlphanumeric | Self::UpperAlphanumeric => 36,
            Self::Letters => 52,
            // In most tokens that may contain punctuation it is rarer than letters and digits.
            Self::Alphanumeric | Self::Word | Self::Bearer => 62,
            Self::Base64url | Self::Base64 => 64,
        }
    }

    /// Returns the ASCII bytes of the alphabet, one bit each.
    #[must_use]
    pub fn ascii(self) -> u128 {
        (0..128).filter(|byte| self.holds(*byte)).fold(0, |bytes, byte| bytes | 1 << byte)
    }

    /// Returns whether the alphabet contains a byte, so that a token may continue with it.
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

/// An offline check of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The last six characters are the CRC-32 of the characters between the last `_` and them, in base 62 (GitHub,
    /// npm).
    CrcBase62,
    /// GitLab's routable format contains an owner, a length and a CRC-32.
    GitlabRoutable,
    /// The last eight hexadecimal digits are the CRC-32 of the text before them (Atlassian).
    CrcHex,
    /// The digits after the last `_` are the CRC-32 of the text before it, in lowercase, lowest byte first (Grafana).
    CrcHexLittle,
    /// An AWS key id contains the number of its account.
    AwsAccount,
    /// A long-lived Bedrock key contains the number of its account.
    BedrockLong,
    /// A short-lived Bedrock key is a signed address.
    BedrockShort,
    /// A macaroon contains the location of its service.
    Macaroon,
    /// A Sentry organisation token contains JSON.
    SentryOrganisation,
    /// The last eight lowercase digits are the CRC-32 of the characters between the prefix and them; a `_` may separate
    /// both (Cloudflare, Zuplo, Cashfree).
    CrcHexBody,
    /// The last six characters are the CRC-32 of the text before them, in base 62 with lowercase digits first (Apify).
    CrcBase62Whole,
    /// The same in base 62 with uppercase digits first. Seen on few tokens, so a wrong one proves nothing (Deno).
    CrcBase62Proof,
    /// The last six characters are the CRC-32 of the 54 before them in base64, lowest byte first. Published by one peer
    /// only, so a wrong one proves nothing (Confluent).
    CrcBase64,
    /// The words are the seed phrase of a wallet, with a checksum (BIP-39). Other words are not a finding.
    SeedPhrase,
    /// The token is a JSON web token. If it cannot be decoded, it is not a finding.
    Jwt,
    /// The token is a JSON web token whose payload gives the role `service_role`.
    JwtServiceRole,
}

/// The characters that every match has right after its anchor. A short anchor such as `sk_` is frequent in ordinary text;
/// with sixteen hexadecimal digits after it, it is rare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FollowedBy {
    /// The alphabet of the characters.
    pub alphabet: Alphabet,
    /// The number of characters: 1 to 64.
    pub count: usize,
}

impl FollowedBy {
    /// Returns whether the text after an anchor begins with such characters.
    #[must_use]
    pub fn fits(self, after: &[u8]) -> bool {
        after.get(..self.count).is_some_and(|found| found.iter().all(|byte| self.alphabet.holds(*byte)))
    }
}

/// What a match may follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MayFollow {
    /// Any text but a letter of the same word: the start of the token is distinctive.
    #[default]
    Anything,
    /// A boundary: no character of `may-not-precede`, except after sequences that are known to end in letters (escapes,
    /// terminal colours).
    Boundary,
}

/// The syntax that leads to an unstructured secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// An assignment to a name that suggests a secret: `name = value` in all its forms.
    Assigned,
    /// The scheme of an HTTP header: `Bearer value`.
    Scheme,
    /// The password in an address: `://user:value@host`.
    Userinfo,
    /// The login option of a command: `curl -u user:value`.
    Login,
    /// The password of an SQL user: `IDENTIFIED BY 'value'`.
    Sql,
    /// The argument of a function in a row of `[[call]]`: `connect("host", "user", "value")`.
    Call,
    /// The argument of a command in a row of `[[command]]`: `mysql -pvalue`.
    Command,
    /// The value of a line in a row of `[[directive]]`: `requirepass value`.
    Directive,
    /// A text that is one random value and nothing else. It needs no anchors; the name of its file has to say that it is a
    /// key.
    KeyFile,
    /// A binary key store with a private key. It needs no anchors.
    KeyStore,
}
