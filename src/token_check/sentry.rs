//! Sentry's organisation tokens, which contain JSON.

use serde_json::Value;

use super::base64::decode;
use super::details::TokenDetails;

/// Checks an organisation token: `sntrys_<base64 of JSON>_<secret>`.
#[must_use]
pub fn check_sentry_organisation(token: &[u8]) -> TokenDetails {
    let body = token.strip_prefix(b"sntrys_").unwrap_or_default();
    let end = body.iter().rposition(|byte| *byte == b'_').unwrap_or(0);
    let json: Option<Value> = decode(&body[..end]).and_then(|decoded| serde_json::from_slice(&decoded).ok());
    let text = |name: &str| json.as_ref()?.get(name)?.as_str();
    match (text("org"), text("url")) {
        (Some(organisation), Some(url)) => TokenDetails::from_owner(format!("{organisation} at {url}")),
        _ => TokenDetails::WRONG,
    }
}
