//! User names and passwords in base64, as in HTTP basic authentication (RFC 7617).

use super::base64::decode;

/// The lengths of encoded credentials that are decoded, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=400;

/// Returns the password of base64 that decodes to a user name, a colon and a password of printable characters.
#[must_use]
pub(crate) fn basic_auth_password(value: &[u8]) -> Option<Vec<u8>> {
    let mut text = decode_printable(value)?;
    let colon = text.iter().position(|byte| *byte == b':')?;
    (colon + 2 < text.len()).then(|| text.split_off(colon + 1))
}

/// Decodes base64 of printable characters. Returns `None` if another byte occurs.
#[must_use]
pub(crate) fn decode_printable(value: &[u8]) -> Option<Vec<u8>> {
    if !LENGTHS.contains(&value.len()) {
        return None;
    }
    let text = decode(value)?;
    text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ').then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_name_a_colon_and_a_password() {
        for (value, expected) in [
            ("QWxhZGRpbjpvcGVuc2VzYW1l", true),
            ("YTpiYw==", true),
            ("OnNlY3JldA", true),
            ("bm8gY29sb24gaGVyZQ==", false),
            ("authentication", false),
            ("YTpi", false),
            ("", false),
        ] {
            assert_eq!(basic_auth_password(value.as_bytes()).is_some(), expected, "{value}");
        }
    }
}
