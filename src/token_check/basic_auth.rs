//! A name and a password in base64, as in HTTP's basic authentication.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// No login is longer, in base64.
const MOST: usize = 400;

/// The password of a name, a colon and a password in base64, all of it printable.
#[must_use]
pub fn basic_auth_password(value: &[u8]) -> Option<Vec<u8>> {
    let mut text = decode_printable(value)?;
    let colon = text.iter().position(|byte| *byte == b':')?;
    (colon + 2 < text.len()).then(|| text.split_off(colon + 1))
}

/// What base64 says, where all of it is printable.
#[must_use]
pub fn decode_printable(value: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    if !(8..=MOST).contains(&value.len()) {
        return None;
    }
    let text = LENIENT.decode(value).ok()?;
    text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ').then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_name_a_colon_and_a_password() {
        for (value, is) in [
            ("QWxhZGRpbjpvcGVuc2VzYW1l", true),
            ("YTpiYw==", true),
            ("OnNlY3JldA", true),
            ("bm8gY29sb24gaGVyZQ==", false),
            ("authentication", false),
            ("YTpi", false),
            ("", false),
        ] {
            assert_eq!(basic_auth_password(value.as_bytes()).is_some(), is, "{value}");
        }
    }
}
