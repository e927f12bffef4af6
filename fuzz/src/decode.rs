//! What tokens say of themselves: no panic for any bytes, and what was encoded to be right is read as such.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use skant::decode;

use super::input::Input;

/// Mode, then a token, or what is encoded to one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 6 {
        0 => any(input.rest()),
        1 => {
            let (header, payload) = (input.part(), input.part());
            let parts = [header, payload, input.rest()].map(|part| URL_SAFE_NO_PAD.encode(part));
            any(parts.join(".").as_bytes());
        }
        2 => any(format!("sntrys_{}_x", STANDARD.encode(input.rest())).as_bytes()),
        3 => {
            let body = [&b"bedrock.amazonaws.com"[..], input.rest()].concat();
            any(format!("bedrock-api-key-{}", STANDARD.encode(body)).as_bytes());
            let body = [&b"BedrockAPIKey-"[..], input.rest()].concat();
            any(format!("ABSK{}", STANDARD.encode(body)).as_bytes());
        }
        4 => any(format!("x-{}", URL_SAFE_NO_PAD.encode(input.rest())).as_bytes()),
        _ => made_to_be_right(input.rest()),
    }
}

fn any(token: &[u8]) {
    let checks = [
        decode::crc_base62(token),
        decode::crc_hex(token),
        decode::crc_hex_little(token),
        decode::gitlab_routable(token).unwrap_or_default(),
        decode::aws_account(token),
        decode::bedrock_long(token),
        decode::bedrock_short(token),
        decode::macaroon(token),
        decode::sentry_organisation(token),
    ];
    for checked in checks {
        assert!(checked.fits != Some(false) || checked.owner.is_none(), "what does not fit says nothing");
    }
    let _ = decode::openssh_is_encrypted(token);
    if let Some(length) = decode::jwt_length(token) {
        assert!(length <= token.len() && length <= decode::MOST_JWT_BYTES);
        let head = &token[..length];
        assert_eq!(decode::jwt_length(head), Some(length));
        assert_eq!(head.split(|byte| *byte == b'.').count(), 3);
        let other = [head, b"!"].concat();
        assert_eq!(decode::jwt_length(&other), Some(length), "what follows counts nothing");
    }
    let _ = decode::claims(token);
}

fn made_to_be_right(body: &[u8]) {
    let sum = decode::crc32(body);
    let hexadecimal = [body, format!("{sum:08X}").as_bytes()].concat();
    assert_eq!(decode::crc_hex(&hexadecimal).fits, Some(true));
    let little = [body, format!("_{:08x}", sum.swap_bytes()).as_bytes()].concat();
    assert_eq!(decode::crc_hex_little(&little).fits, Some(true));
    let digits = decode::in_base(sum.into(), 62, 6);
    if !body.contains(&b'_') {
        let base62 = [b"x_", body, digits.as_bytes()].concat();
        assert_eq!(decode::crc_base62(&base62).fits, Some(true));
    }
    let mut flipped = body.to_vec();
    if let Some(first) = flipped.first_mut() {
        *first ^= 1;
        assert_ne!(decode::crc32(&flipped), sum, "one bit is always noticed");
    }
}
