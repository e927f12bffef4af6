//! Which offline check a rule asks for, and what came of it.

use crate::rules::Check;
use crate::token_check;
use crate::token_check::{Claims, TokenDetails};

/// What a token proves of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOutcome {
    /// What was checked, as a noun.
    pub what: &'static str,
    /// Whether it fits; `None` where nothing could fail.
    pub fits: Option<bool>,
    /// Whom or what it is for, as it says itself; untrusted text.
    pub owner: Option<String>,
    /// What a JSON web token says.
    pub claims: Option<Claims>,
}

/// Runs a check; `None` if it shows that the value is something else.
pub(crate) fn run_check(check: Check, value: &[u8]) -> Option<CheckOutcome> {
    let (what, checked) = match check {
        Check::CrcBase62 => ("checksum", token_check::check_crc_base62(value)),
        Check::CrcHex => ("checksum", token_check::check_crc_hex(value)),
        Check::CrcHexLittle => ("checksum", token_check::check_crc_hex_little(value)),
        Check::GitlabRoutable => ("checksum", token_check::check_gitlab_routable(value).unwrap_or_default()),
        Check::AwsAccount => ("account", token_check::check_aws_account(value)),
        Check::BedrockLong => ("account inside", token_check::check_bedrock_long(value)),
        Check::BedrockShort => ("signed address inside", token_check::check_bedrock_short(value)),
        Check::Macaroon => ("macaroon inside", token_check::check_macaroon(value)),
        Check::SentryOrganisation => ("JSON inside", token_check::check_sentry_organisation(value)),
        Check::Jwt | Check::JwtServiceRole => return jwt(check, value),
    };
    let TokenDetails { fits, owner, expires } = checked;
    let claims = expires.map(|expires| Claims { expires: Some(expires), ..Claims::default() });
    Some(CheckOutcome { what, fits, owner, claims })
}

fn jwt(check: Check, value: &[u8]) -> Option<CheckOutcome> {
    let claims = token_check::read_claims(value)?;
    let serves = claims.role.as_deref() == Some("service_role");
    (check == Check::Jwt || serves).then_some(CheckOutcome {
        what: "JSON web token",
        fits: None,
        owner: None,
        claims: Some(claims),
    })
}
