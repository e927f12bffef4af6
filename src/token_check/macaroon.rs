//! Macaroons: tokens with the location of their service inside.

use super::base64::decode_url_safe;
use super::details::TokenDetails;

/// Checks a macaroon in URL-safe base64 after a prefix and a dash: version 2, whose first field is the location.
#[must_use]
pub fn check_macaroon(token: &[u8]) -> TokenDetails {
    let body = token.iter().position(|byte| *byte == b'-').map_or(token, |at| &token[at + 1..]);
    let decoded = decode_url_safe(body).unwrap_or_default();
    let location = match decoded.as_slice() {
        [2, 1, length, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    };
    // The identifier is the next field, the signature (32 bytes) the last one.
    let rest = location.map_or(&[][..], |location| &decoded[3 + location.len()..]);
    let is_complete =
        rest.first() == Some(&2) && rest.len() > 40 && rest[rest.len() - 34..].starts_with(&[6, 32]);
    match location.and_then(|location| std::str::from_utf8(location).ok()) {
        Some(location) if is_complete => TokenDetails::from_owner(location.to_owned()),
        _ => TokenDetails::WRONG,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// Makes a macaroon of version 2: the location, an identifier and a signature, each after its kind and length.
    fn make(location: &str, identifier: usize, signature: usize) -> String {
        let length = |length: usize| u8::try_from(length).unwrap();
        let bytes = [
            &[2, 1, length(location.len())],
            location.as_bytes(),
            &[2, length(identifier)],
            &vec![b'i'; identifier],
            &[0, 0, 6, length(signature)],
            &vec![b's'; signature],
        ]
        .concat();
        format!("kind-{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    #[test]
    fn a_complete_macaroon_contains_its_location() {
        for identifier in [5, 36, 100] {
            let details = check_macaroon(make("index.example", identifier, 32).as_bytes());
            assert_eq!((details.owner.as_deref(), details.fits), (Some("index.example"), Some(true)));
        }
        for wrong in [make("index.example", 36, 31), make("index.example", 0, 32), "kind-AgEN".into()] {
            let details = check_macaroon(wrong.as_bytes());
            assert_eq!((details.owner, details.fits), (None, Some(false)), "{wrong}");
        }
    }
}
