//! Keys of Amazon Web Services that contain their account or expiry.

use super::base64::decode;
use super::details::TokenDetails;

/// Reads the account of an AWS key id: 40 bits of its last sixteen characters in base 32. Ids that were created before
/// 2019 (the fifth letter is I or J) contain no account.
#[must_use]
pub fn check_aws_account(id: &[u8]) -> TokenDetails {
    let body = id.get(4..).unwrap_or_default();
    if matches!(body.first(), None | Some(b'I' | b'J')) {
        return TokenDetails::default();
    }
    let bits = body.iter().take(10).try_fold(0_u64, |bits, &byte| {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        Some(bits << 5 | u64::from(digit))
    });
    // Ten characters are 50 bits: one flag, 40 bits of the account, nine bits of something else.
    let account = bits.map(|bits| bits >> 9 & 0xFF_FFFF_FFFF).filter(|account| *account < 1_000_000_000_000);
    TokenDetails {
        owner: account.map(|account| format!("AWS account {account:012}")),
        ..TokenDetails::default()
    }
}

/// Checks a long-lived Bedrock key: base64 of `BedrockAPIKey-<id>-at-<account>:<secret>`.
#[must_use]
pub fn check_bedrock_long(key: &[u8]) -> TokenDetails {
    let decoded = decode(key.get(4..).unwrap_or_default()).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    let account = text
        .strip_prefix("BedrockAPIKey-")
        .and_then(|rest| rest.split_once(':'))
        .and_then(|(name, _)| name.rsplit_once("-at-"))
        .map(|(_, account)| account)
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    account.map_or(TokenDetails::WRONG, |account| TokenDetails::from_owner(format!("AWS account {account}")))
}

/// Checks a short-lived Bedrock key: base64 of a signed address, which contains its date and its lifetime.
#[must_use]
pub fn check_bedrock_short(key: &[u8]) -> TokenDetails {
    let body = key.strip_prefix(b"bedrock-api-key-").unwrap_or_default();
    // The end may be cut off; the address is at the start.
    let decoded = decode(&body[..body.len() - body.len() % 4]).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    let value = |name: &str| {
        let at = text.find(name)? + name.len();
        text[at..].split(['&', '=']).find(|part| !part.is_empty())
    };
    let created = value("X-Amz-Date").and_then(parse_date);
    let lifetime = value("X-Amz-Expires").and_then(|seconds| seconds.parse::<i64>().ok());
    let expires = created.zip(lifetime).and_then(|(created, lifetime)| created.checked_add(lifetime));
    TokenDetails { fits: Some(text.starts_with("bedrock.amazonaws.com")), owner: None, expires }
}

/// Parses a date such as `20260102T030405Z`. Returns the seconds since 1970.
fn parse_date(date: &str) -> Option<i64> {
    let number = |from: usize, to: usize| date.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
    let small = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    let day = jiff::civil::Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    let time =
        i64::from(number(9, 11)?) * 3600 + i64::from(number(11, 13)?) * 60 + i64::from(number(13, 15)?);
    Some(midnight + time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_contains_its_account() {
        // 0b1_<40 bits>_000000000 in ten characters of base 32.
        let number = 1_u64 << 49 | 123_456_789_012 << 9;
        let digits = |shift: u32| {
            let digit = usize::try_from(number >> shift & 31).unwrap();
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit])
        };
        let id: String = (0..10).rev().map(|index| digits(index * 5)).collect();
        let owner = check_aws_account(format!("AKIA{id}AAAAAA").as_bytes()).owner;
        assert_eq!(owner.as_deref(), Some("AWS account 123456789012"));
        assert_eq!(check_aws_account(format!("AKIA{}", "IAAAAAAAAAAAAAAA").as_bytes()).owner, None);
        assert_eq!(check_aws_account(b"AKIA").owner, None);
    }

    #[test]
    fn dates_are_parsed() {
        assert_eq!(parse_date("19700102T000001Z"), Some(86_401));
        assert_eq!(parse_date("19700131T010203Z"), Some(30 * 86_400 + 3723));
        assert_eq!(parse_date("20240229T000000Z"), Some(1_709_164_800));
        for wrong in ["19701302T000001Z", "19700230T000000Z", "19700000T000000Z"] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
        assert_eq!(parse_date("1970"), None);
    }

    #[test]
    fn a_short_lived_bedrock_key_contains_its_expiry() {
        let key = |query: &str| {
            use base64::Engine as _;
            let address = format!("bedrock.amazonaws.com/?Action=CallWithBearerToken&{query}&Version=1");
            let engine = base64::engine::general_purpose::STANDARD;
            check_bedrock_short(format!("bedrock-api-key-{}", engine.encode(address)).as_bytes())
        };
        let created = parse_date("20260102T030405Z").unwrap();
        let complete = key("X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600");
        assert_eq!((complete.fits, complete.expires), (Some(true), Some(created + 3600)));
        for query in ["X-Amz-Date=20260102T030405Z", "X-Amz-Expires=3600", "X-Amz-Date=&X-Amz-Expires="] {
            assert_eq!(key(query).expires, None, "{query}");
        }
    }
}
