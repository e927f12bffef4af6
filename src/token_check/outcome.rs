//! Runs the check that a rule names.

use super::details::TokenDetails;
use super::jwt::{Claims, read_claims};
use super::{
    check_aws_account, check_bedrock_long, check_bedrock_short, check_crc_base62, check_crc_base62_proof,
    check_crc_base62_whole, check_crc_base64, check_crc_hex, check_crc_hex_body, check_crc_hex_little,
    check_gitlab_routable, check_macaroon, check_seed_phrase, check_sentry_organisation,
};
use crate::rules::Check;

/// The outcome of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOutcome {
    /// The checked part of the token, as a noun.
    pub subject: &'static str,
    /// Whether the part is right; `None` if nothing could be wrong.
    pub fits: Option<bool>,
    /// The owner that the token states; untrusted text.
    pub owner: Option<String>,
    /// The claims of a JSON web token, or the expiry of another token.
    pub claims: Option<Claims>,
}

/// Runs a check. Returns `None` if it shows that the value is something else than a token of the rule.
pub(crate) fn run_check(check: Check, value: &[u8]) -> Option<CheckOutcome> {
    let (subject, details) = match check {
        Check::CrcBase62 => ("checksum", check_crc_base62(value)),
        Check::CrcHex => ("checksum", check_crc_hex(value)),
        Check::CrcHexLittle => ("checksum", check_crc_hex_little(value)),
        Check::CrcHexBody => ("checksum", check_crc_hex_body(value)),
        Check::CrcBase62Whole => ("checksum", check_crc_base62_whole(value)),
        Check::CrcBase62Proof => ("checksum", check_crc_base62_proof(value)),
        Check::CrcBase64 => ("checksum", check_crc_base64(value)),
        Check::GitlabRoutable => ("checksum", check_gitlab_routable(value).unwrap_or_default()),
        Check::AwsAccount => ("account", check_aws_account(value)),
        Check::BedrockLong => ("account inside", check_bedrock_long(value)),
        Check::BedrockShort => ("signed address inside", check_bedrock_short(value)),
        Check::Macaroon => ("macaroon inside", check_macaroon(value)),
        Check::SentryOrganisation => ("JSON inside", check_sentry_organisation(value)),
        Check::SeedPhrase => ("checksum", check_seed_phrase(value)?),
        Check::Jwt | Check::JwtServiceRole => return run_jwt_check(check, value),
    };
    let TokenDetails { fits, owner, expires } = details;
    let claims = expires.map(|expires| Claims { expires: Some(expires), ..Claims::default() });
    Some(CheckOutcome { subject, fits, owner, claims })
}

fn run_jwt_check(check: Check, value: &[u8]) -> Option<CheckOutcome> {
    let claims = read_claims(value)?;
    let has_role = match check {
        Check::JwtServiceRole => claims.role.as_deref() == Some("service_role"),
        // Every visitor of a page has the token for visitors without an account.
        _ => !claims.is_anonymous(),
    };
    has_role.then_some(CheckOutcome {
        subject: "JSON web token",
        fits: None,
        owner: None,
        claims: Some(claims),
    })
}
