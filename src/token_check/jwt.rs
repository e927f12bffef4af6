//! JSON web tokens in compact form (RFC 7519). The signature is not verified: its key is unknown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The maximum length of a token, in bytes.
pub const MAX_JWT_BYTES: usize = 8 * 1024;

/// The claims of a token that help to judge a leak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The expiry, in seconds since 1970.
    pub expires: Option<i64>,
    /// The issuer.
    pub issuer: Option<String>,
    /// The subject: `act.sub`, else `sub`.
    pub subject: Option<String>,
    /// The role, of the claim `role`.
    pub role: Option<String>,
}

impl Claims {
    /// Returns whether the token is for users without an account, as that of Supabase's public key is.
    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self.role.as_deref(), Some("anon" | "anonymous"))
    }
}

/// Returns the length of the token that `bytes` begins with, in bytes: three parts in base64url with dots between them,
/// of which the first two begin like JSON objects (`ey…`) and the third is not empty.
#[must_use]
pub fn jwt_length(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(MAX_JWT_BYTES)];
    let part = |from: usize| bytes[from..].iter().take_while(|byte| is_base64url(**byte)).count();
    let header = part(0);
    let payload_at = header + 1;
    if !bytes.starts_with(b"ey")
        || bytes.get(header) != Some(&b'.')
        || !bytes[payload_at..].starts_with(b"ey")
    {
        return None;
    }
    let signature_at = payload_at + part(payload_at) + 1;
    if bytes.get(signature_at - 1) != Some(&b'.') {
        return None;
    }
    let signature = part(signature_at);
    (signature > 0).then_some(signature_at + signature)
}

/// Reads the claims of a token. Returns `None` if the header or the payload is not a JSON object in base64url.
#[must_use]
pub fn read_claims(token: &[u8]) -> Option<Claims> {
    let mut parts = token.split(|byte| *byte == b'.');
    let header = read_object(parts.next()?)?;
    let payload = read_object(parts.next()?)?;
    header.get("alg")?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    Some(Claims {
        expires: payload.get("exp").and_then(Value::as_i64),
        issuer: text(payload.get("iss")),
        subject: text(payload.get("act").and_then(|act| act.get("sub"))).or_else(|| text(payload.get("sub"))),
        role: text(payload.get("role")),
    })
}

fn read_object(part: &[u8]) -> Option<Value> {
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Check;
    use crate::token_check::outcome::run_check;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_token_without_an_account_is_anonymous() {
        for (role, expected) in [("anon", true), ("anonymous", true), ("service_role", false), ("", false)] {
            let payload = format!(r#"{{"role":"{role}"}}"#);
            let token = token(r#"{"alg":"HS256"}"#, &payload);
            assert_eq!(read_claims(token.as_bytes()).unwrap().is_anonymous(), expected, "{role}");
            assert_eq!(run_check(Check::Jwt, token.as_bytes()).is_none(), expected, "{role}");
        }
    }

    #[test]
    fn claims_are_read() {
        let token = token(r#"{"alg":"ES256"}"#, r#"{"iss":"ccr","exp":17,"act":{"sub":"user:x"}}"#);
        let claims = read_claims(token.as_bytes()).unwrap();
        assert_eq!(claims.expires, Some(17));
        assert_eq!((claims.issuer.as_deref(), claims.subject.as_deref()), (Some("ccr"), Some("user:x")));
        assert_eq!(jwt_length(format!("{token}\" , x").as_bytes()), Some(token.len()));
    }

    #[test]
    fn other_text_is_not_a_token() {
        for text in ["eyJ", "eyJ.eyJ", "eyJ.eyJ.", "abc.def.ghi", "eyJ.abc.def", ""] {
            assert_eq!(jwt_length(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read_claims(b"eyJ.eyJ.x"), None);
        assert_eq!(read_claims(token("{}", "{}").as_bytes()), None);
        assert_eq!(read_claims(token(r#"{"alg":1}"#, "[]").as_bytes()), None);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read_claims(&bytes);
            if let Some(length) = jwt_length(&bytes) {
                proptest::prop_assert!(length <= bytes.len());
            }
        }
    }
}
