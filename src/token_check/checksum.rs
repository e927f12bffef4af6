//! Tokens that contain a CRC-32 of themselves.

use flate2::Crc;

use super::base64::decode;
use super::details::TokenDetails;

/// Returns the CRC-32 of zip files (IEEE 802.3).
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Writes a number in a base of at most 62, with the digits `0-9A-Za-z` and leading zeros up to `width`.
#[must_use]
pub fn to_base(mut number: u64, base: u64, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    while number > 0 || digits.len() < width {
        digits.push(DIGITS[usize::try_from(number % base).unwrap_or(0)]);
        number /= base;
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

/// Checks a token of GitHub or npm: the last six characters are the CRC-32 of the characters between the last `_` and
/// them, in base 62.
#[must_use]
pub fn check_crc_base62(token: &[u8]) -> TokenDetails {
    const DIGITS: usize = 6;
    let body = token.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
    let Some(split) = body.len().checked_sub(DIGITS) else { return TokenDetails::WRONG };
    let (body, digits) = body.split_at(split);
    TokenDetails::from_fit(to_base(crc32(body).into(), 62, DIGITS).as_bytes() == digits)
}

/// Checks a token of Atlassian: the last eight digits are the CRC-32 of the text before them.
#[must_use]
pub fn check_crc_hex(token: &[u8]) -> TokenDetails {
    let Some(split) = token.len().checked_sub(8) else { return TokenDetails::WRONG };
    let (body, digits) = token.split_at(split);
    TokenDetails::from_fit(format!("{:08X}", crc32(body)).as_bytes() == digits)
}

/// Checks a token of Grafana: the digits after the last `_` are the CRC-32 of the text before it, lowest byte first.
#[must_use]
pub fn check_crc_hex_little(token: &[u8]) -> TokenDetails {
    let Some(split) = token.iter().rposition(|byte| *byte == b'_') else { return TokenDetails::WRONG };
    let expected = format!("{:08x}", crc32(&token[..split]).swap_bytes());
    TokenDetails::from_fit(expected.as_bytes() == &token[split + 1..])
}

/// Checks a token of Cloudflare, Zuplo or Cashfree: the last eight digits are the CRC-32 of the characters between the
/// prefix and them. A `_` may be before the digits.
pub(crate) fn check_crc_hex_body(token: &[u8]) -> TokenDetails {
    let Some(split) = token.len().checked_sub(8) else { return TokenDetails::WRONG };
    let (head, digits) = token.split_at(split);
    let head = head.strip_suffix(b"_").unwrap_or(head);
    let body = head.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
    TokenDetails::from_fit(format!("{:08x}", crc32(body)).as_bytes() == digits)
}

/// Checks a token of Apify: the last six characters are the CRC-32 of the text before them, prefix included, in base 62
/// with the digits `0-9a-zA-Z`.
pub(crate) fn check_crc_base62_whole(token: &[u8]) -> TokenDetails {
    let swap = |digit: u8| if digit.is_ascii_alphabetic() { digit ^ 0x20 } else { digit };
    TokenDetails::from_fit(
        whole_sum(token).is_some_and(|(sum, digits)| digits.iter().map(|digit| swap(*digit)).eq(sum.bytes())),
    )
}

/// Checks a token of Deno: as for Apify, with the digits `0-9A-Za-z`. Not every published token has such a sum, so a
/// wrong one proves nothing.
pub(crate) fn check_crc_base62_proof(token: &[u8]) -> TokenDetails {
    let fits = whole_sum(token).is_some_and(|(sum, digits)| digits == sum.as_bytes());
    TokenDetails { fits: fits.then_some(true), ..TokenDetails::default() }
}

/// Returns the sum of the text before the last six characters, and these characters.
fn whole_sum(token: &[u8]) -> Option<(String, &[u8])> {
    const DIGITS: usize = 6;
    let (head, digits) = token.split_at(token.len().checked_sub(DIGITS)?);
    Some((to_base(crc32(head).into(), 62, DIGITS), digits))
}

/// Checks a secret of Confluent: the last six characters are the CRC-32 of the 54 before them in base64, lowest byte
/// first. A wrong one proves nothing.
pub(crate) fn check_crc_base64(token: &[u8]) -> TokenDetails {
    let parts = token
        .len()
        .checked_sub(6)
        .and_then(|split| Some((&token[split.checked_sub(54)?..split], &token[split..])));
    let fits =
        parts.is_some_and(|(body, sum)| decode(sum).is_some_and(|sum| sum == crc32(body).to_le_bytes()));
    TokenDetails { fits: fits.then_some(true), ..TokenDetails::default() }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    use super::*;

    #[test]
    fn sums_of_a_body_and_of_the_whole_are_told_apart() {
        let body = "k3".repeat(20);
        for separator in ["", "_"] {
            let good = format!("ab_cd_{body}{separator}{:08x}", crc32(body.as_bytes()));
            assert_eq!(check_crc_hex_body(good.as_bytes()).fits, Some(true), "{good}");
            assert_eq!(check_crc_hex_body(good.replacen('k', "j", 1).as_bytes()).fits, Some(false));
        }
        let head = format!("ab_cd_{body}");
        let sum = to_base(crc32(head.as_bytes()).into(), 62, 6);
        let swapped: String = sum
            .chars()
            .map(|digit| {
                if digit.is_ascii_uppercase() {
                    digit.to_ascii_lowercase()
                } else {
                    digit.to_ascii_uppercase()
                }
            })
            .collect();
        assert_ne!(sum, swapped);
        let fits =
            |check: fn(&[u8]) -> TokenDetails, end: &str| check(format!("{head}{end}").as_bytes()).fits;
        assert_eq!(fits(check_crc_base62_whole, &swapped), Some(true));
        assert_eq!(fits(check_crc_base62_whole, &sum), Some(false));
        assert_eq!(fits(check_crc_base62_proof, &sum), Some(true));
        assert_eq!(fits(check_crc_base62_proof, &swapped), None);
        let body = "k3".repeat(27);
        let sum = STANDARD_NO_PAD.encode(crc32(body.as_bytes()).to_le_bytes());
        assert_eq!(check_crc_base64(format!("cf{body}{sum}").as_bytes()).fits, Some(true));
        assert_eq!(check_crc_base64(format!("cf{body}aaaaaa").as_bytes()).fits, None);
        for short in ["", "k3", "k3k3k3k3k3"] {
            assert!(
                [check_crc_hex_body, check_crc_base62_whole, check_crc_base62_proof, check_crc_base64]
                    .iter()
                    .all(|check| check(short.as_bytes()).fits != Some(true))
            );
        }
    }

    #[test]
    fn crc32_is_the_published_algorithm() {
        // Every catalogue of CRC algorithms lists this check value.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
        assert_eq!(to_base(61, 62, 6), "00000z");
        assert_eq!(to_base(u32::MAX.into(), 62, 6), "4gfFC3");
    }

    #[test]
    fn a_token_with_a_changed_character_does_not_fit() {
        let body = "k3".repeat(15);
        let good = format!("ab_{body}{}", to_base(crc32(body.as_bytes()).into(), 62, 6));
        assert_eq!(check_crc_base62(good.as_bytes()).fits, Some(true));
        assert_eq!(check_crc_base62(good.replacen('k', "j", 1).as_bytes()).fits, Some(false));
        assert_eq!(check_crc_base62(b"ab_k").fits, Some(false));
        let little = format!("gl_x_{:08x}", crc32(b"gl_x").swap_bytes());
        assert_eq!(check_crc_hex_little(little.as_bytes()).fits, Some(true));
        let upper = format!("AT={:08X}", crc32(b"AT="));
        assert_eq!(
            (check_crc_hex(upper.as_bytes()).fits, check_crc_hex(b"AT=00000000").fits),
            (Some(true), Some(false))
        );
    }
}
