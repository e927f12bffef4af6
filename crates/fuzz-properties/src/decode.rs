//! Tokens and encodings: decoding never panics, and returns the encoded content.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use skant::internal::{decode, token_check};

use super::input::Input;

/// Input: a mode, then a token, or its parts.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 8 {
        0 => check_any(input.rest()),
        1 => {
            let (header, payload) = (input.part(), input.part());
            let parts = [header, payload, input.rest()].map(|part| URL_SAFE_NO_PAD.encode(part));
            check_any(parts.join(".").as_bytes());
        }
        2 => check_any(format!("sntrys_{}_x", STANDARD.encode(input.rest())).as_bytes()),
        3 => {
            let body = [&b"bedrock.amazonaws.com"[..], input.rest()].concat();
            check_any(format!("bedrock-api-key-{}", STANDARD.encode(body)).as_bytes());
            let body = [&b"BedrockAPIKey-"[..], input.rest()].concat();
            check_any(format!("ABSK{}", STANDARD.encode(body)).as_bytes());
        }
        4 => check_any(format!("x-{}", URL_SAFE_NO_PAD.encode(input.rest())).as_bytes()),
        5 => check_valid(input.rest()),
        6 => encoded_regions(input.rest()),
        _ => {
            // Plain text and encoded text, alternating.
            let mut text = Vec::new();
            while !input.is_empty() {
                let how = input.byte();
                text.extend_from_slice(input.take(usize::from(how >> 5)));
                text.extend(encoded(how, input.take(24)));
            }
            encoded_regions(&text);
        }
    }
}

fn check_any(token: &[u8]) {
    let checks = [
        token_check::check_crc_base62(token),
        token_check::check_crc_hex(token),
        token_check::check_crc_hex_little(token),
        token_check::check_gitlab_routable(token).unwrap_or_default(),
        token_check::check_aws_account(token),
        token_check::check_bedrock_long(token),
        token_check::check_bedrock_short(token),
        token_check::check_macaroon(token),
        token_check::check_sentry_organisation(token),
    ];
    for checked in checks {
        assert!(checked.fits != Some(false) || checked.owner.is_none(), "what does not fit says nothing");
    }
    let _ = token_check::openssh_is_encrypted(token);
    if let Some(length) = token_check::jwt_length(token) {
        assert!(length <= token.len() && length <= token_check::MAX_JWT_BYTES);
        let head = &token[..length];
        assert_eq!(token_check::jwt_length(head), Some(length));
        assert_eq!(head.split(|byte| *byte == b'.').count(), 3);
        let other = [head, b"!"].concat();
        assert_eq!(token_check::jwt_length(&other), Some(length), "what follows counts nothing");
    }
    let _ = token_check::read_claims(token);
}

fn check_valid(body: &[u8]) {
    let sum = token_check::crc32(body);
    let hexadecimal = [body, format!("{sum:08X}").as_bytes()].concat();
    assert_eq!(token_check::check_crc_hex(&hexadecimal).fits, Some(true));
    let little = [body, format!("_{:08x}", sum.swap_bytes()).as_bytes()].concat();
    assert_eq!(token_check::check_crc_hex_little(&little).fits, Some(true));
    let digits = token_check::to_base(sum.into(), 62, 6);
    if !body.contains(&b'_') {
        let base62 = [b"x_", body, digits.as_bytes()].concat();
        assert_eq!(token_check::check_crc_base62(&base62).fits, Some(true));
    }
    let mut flipped = body.to_vec();
    if let Some(first) = flipped.first_mut() {
        *first ^= 1;
        assert_ne!(token_check::crc32(&flipped), sum, "one bit is always noticed");
    }
}

fn encoded(how: u8, text: &[u8]) -> Vec<u8> {
    let each = |how: fn(u8) -> String| text.iter().map(|byte| how(*byte)).collect::<String>().into_bytes();
    match how % 8 {
        0 => STANDARD.encode(text).into_bytes(),
        1 => URL_SAFE_NO_PAD.encode(text).into_bytes(),
        2 => each(|byte| format!("{byte:02x}")),
        3 => each(|byte| format!("\\u{byte:04x}")),
        4 => each(|byte| format!("%{byte:02X}")),
        5 => each(|byte| format!("={byte:02X}")),
        6 => text.iter().flat_map(|byte| [*byte, 0]).collect(),
        _ => text.iter().flat_map(|byte| [0, 0, 0, *byte]).collect(),
    }
}

/// Decodes all regions of a text: each gives the same result again, and maps back into the text.
fn encoded_regions(text: &[u8]) {
    let mut found = Vec::new();
    decode::visit_regions(text, &(0..text.len()), &mut |region, layers| {
        found.push((region, layers.collect::<Vec<_>>()));
    });
    for (region, layers) in &found {
        assert!(region.span.start < region.span.end && region.span.end <= text.len());
        assert!(!layers.is_empty());
        for layer in layers {
            assert!(layer.text.len() <= 4 * region.span.len(), "decoded text is at most four times as long");
            for at in (0..layer.text.len()).step_by(7) {
                let back = layer.original_span(&(at..layer.text.len()));
                assert!(region.span.start <= back.start && back.start <= back.end && back.end <= text.len());
            }
        }
        assert_eq!(&decode::decode_region(text, region.encoding, &region.span), layers);
    }
    if let Some(middle) = text.len().checked_div(2) {
        let within = middle..text.len().min(middle + 40);
        let mut part = Vec::new();
        decode::visit_regions(text, &within, &mut |region, layers| {
            part.push((region, layers.collect::<Vec<_>>()));
        });
        assert!(part.iter().all(|one| found.contains(one)), "a part has the regions of the whole");
        let mut inside = found
            .iter()
            .filter(|(region, _)| region.span.start < within.end && within.start < region.span.end);
        assert!(inside.all(|one| part.contains(one)), "and all of them");
    }
    for at in (0..text.len()).step_by(5) {
        let anchor = &text[at..text.len().min(at + 4)];
        for joined in decode::Gaps::ALL
            .iter()
            .filter_map(|gaps| decode::join_fragments(text, at, anchor, text.len(), *gaps))
        {
            assert!(joined.first_length() <= joined.decoded.text.len());
            let back = joined.decoded.original_span(&(0..joined.decoded.text.len()));
            assert!(back.start >= at && back.end <= text.len());
        }
    }
}
