//! Tokens that contain a CRC-32 of themselves.

use flate2::Crc;

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

#[cfg(test)]
mod tests {
    use super::*;

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
