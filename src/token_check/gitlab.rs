//! GitLab's routable tokens, which contain a payload with their owner.

use super::base64::decode_url_safe;
use super::checksum::{crc32, to_base};
use super::details::TokenDetails;

/// Checks a routable token: a payload, the length of the payload, and the CRC-32 of the text before the last seven
/// characters. Returns `None` for a token of the older format, which has none of these.
#[must_use]
pub fn check_gitlab_routable(token: &[u8]) -> Option<TokenDetails> {
    const CRC_DIGITS: usize = 7;
    let text = std::str::from_utf8(token).ok()?;
    let (head, rest) = text.split_once('.')?;
    let rest = rest.strip_prefix("01.").unwrap_or(rest);
    let (body, digits) = text.split_at_checked(text.len().checked_sub(CRC_DIGITS)?)?;
    let sum = to_base(crc32(body.as_bytes()).into(), 36, CRC_DIGITS).to_ascii_lowercase();
    let length = u64::from_str_radix(rest.get(..2)?, 36).ok()?;
    let length = usize::try_from(length).ok()?;
    let payload = head.get(head.len().checked_sub(length)?..)?;
    if sum != digits {
        return Some(TokenDetails::WRONG);
    }
    let decoded = decode_url_safe(payload.as_bytes()).unwrap_or_default();
    // Random bytes follow the lines, and the last byte is their number.
    let random = decoded.last().map_or(0, |number| usize::from(*number) + 1);
    let owner = decoded[..decoded.len().saturating_sub(random)]
        .split(|byte| *byte == b'\n')
        .map_while(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .filter_map(|(key, value)| {
            let kind = match key {
                "o" => "organisation",
                "g" => "group",
                "p" => "project",
                "u" => "user",
                _ => return None,
            };
            u64::from_str_radix(value, 36).ok().map(|number| format!("{kind} {number}"))
        })
        .collect::<Vec<_>>();
    let owner = (!owner.is_empty()).then(|| format!("GitLab {}", owner.join(", ")));
    Some(TokenDetails { fits: Some(true), owner, expires: None })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn a_routable_token_contains_its_owner() {
        let token = |payload: &[u8]| {
            let payload = URL_SAFE_NO_PAD.encode(payload);
            let length = to_base(payload.len().try_into().unwrap(), 36, 2).to_ascii_lowercase();
            let body = format!("gl_x-{payload}.01.{length}");
            format!("{body}{}", to_base(crc32(body.as_bytes()).into(), 36, 7).to_ascii_lowercase())
        };
        let lines = [&b"c:1\no:1\nu:1z\n"[..], &[7; 16], &[16]].concat();
        let details = check_gitlab_routable(token(&lines).as_bytes()).unwrap();
        assert_eq!(
            (details.owner.as_deref(), details.fits),
            (Some("GitLab organisation 1, user 71"), Some(true))
        );
        let without_owner = check_gitlab_routable(token(&[1; 12]).as_bytes()).unwrap();
        assert_eq!((without_owner.owner, without_owner.fits), (None, Some(true)));
        let wrong = token(&lines).replace(".01.", ".02.");
        assert_ne!(check_gitlab_routable(wrong.as_bytes()).and_then(|details| details.fits), Some(true));
    }
}
