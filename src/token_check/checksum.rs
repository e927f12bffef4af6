//! What tokens say of themselves: checksums, owners, ends. Everything is computed from the token alone.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// What came of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDetails {
    /// Whether what the token holds as a proof fits: `None` where there is nothing that could fail.
    pub fits: Option<bool>,
    /// Whom or what the token is for, as it says itself.
    pub owner: Option<String>,
    /// When it ends, in seconds since 1970.
    pub expires: Option<i64>,
}

impl TokenDetails {
    const FAILED: Self = Self { fits: Some(false), owner: None, expires: None };

    fn of(fits: bool) -> Self {
        Self { fits: Some(fits), ..Self::default() }
    }

    fn owned(owner: String) -> Self {
        Self { fits: Some(true), owner: Some(owner), expires: None }
    }
}

/// CRC-32 as in zip files (IEEE 802.3).
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            let carry = if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            (crc >> 1) ^ carry
        })
    })
}

/// A number in `base` at most 62, in `0-9A-Za-z`, filled up with zeros to `width`.
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

/// GitHub's and npm's form: the last six characters are the CRC-32 of what stands between them and the last `_`.
#[must_use]
pub fn check_crc_base62(token: &[u8]) -> TokenDetails {
    const DIGITS: usize = 6;
    let body = token.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
    let Some(split) = body.len().checked_sub(DIGITS) else { return TokenDetails::FAILED };
    let (body, digits) = body.split_at(split);
    TokenDetails::of(to_base(crc32(body).into(), 62, DIGITS).as_bytes() == digits)
}

/// Atlassian's form: the last eight digits are the CRC-32 of all before them.
#[must_use]
pub fn check_crc_hex(token: &[u8]) -> TokenDetails {
    let Some(split) = token.len().checked_sub(8) else { return TokenDetails::FAILED };
    let (body, digits) = token.split_at(split);
    TokenDetails::of(format!("{:08X}", crc32(body)).as_bytes() == digits)
}

/// Grafana's form: behind the last `_` stands the CRC-32 of all before it, lowest byte first.
#[must_use]
pub fn check_crc_hex_little(token: &[u8]) -> TokenDetails {
    let Some(split) = token.iter().rposition(|byte| *byte == b'_') else { return TokenDetails::FAILED };
    let expected = format!("{:08x}", crc32(&token[..split]).swap_bytes());
    TokenDetails::of(expected.as_bytes() == &token[split + 1..])
}

/// GitLab's routable form: a payload with its owner, its length, and the CRC-32 of all before the last seven
/// characters. `None` if the token is of the older form, which has none of it.
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
        return Some(TokenDetails::FAILED);
    }
    let decoded = base64url(payload.as_bytes()).unwrap_or_default();
    // Random bytes and their number stand behind the lines.
    let random = decoded.last().map_or(0, |number| usize::from(*number) + 1);
    let owner = decoded[..decoded.len().saturating_sub(random)]
        .split(|byte| *byte == b'\n')
        .map_while(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .filter_map(|(key, value)| {
            let what = match key {
                "o" => "organisation",
                "g" => "group",
                "p" => "project",
                "u" => "user",
                _ => return None,
            };
            u64::from_str_radix(value, 36).ok().map(|number| format!("{what} {number}"))
        })
        .collect::<Vec<_>>();
    let owner = (!owner.is_empty()).then(|| format!("GitLab {}", owner.join(", ")));
    Some(TokenDetails { fits: Some(true), owner, expires: None })
}

/// The account in an AWS key id: 40 bits of what its last sixteen characters say in base 32. Ids made before
/// 2019 (the fifth letter is I or J) have none.
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
    // Ten characters are 50 bits: one of flags, 40 of the account, nine of something else.
    let account = bits.map(|bits| bits >> 9 & 0xFF_FFFF_FFFF).filter(|account| *account < 1_000_000_000_000);
    TokenDetails {
        owner: account.map(|account| format!("AWS account {account:012}")),
        ..TokenDetails::default()
    }
}

/// A long-lived Bedrock key: base64 of `BedrockAPIKey-<id>-at-<account>:<secret>`.
#[must_use]
pub fn check_bedrock_long(key: &[u8]) -> TokenDetails {
    let decoded = base64(key.get(4..).unwrap_or_default()).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    let account = text
        .strip_prefix("BedrockAPIKey-")
        .and_then(|rest| rest.split_once(':'))
        .and_then(|(name, _)| name.rsplit_once("-at-"))
        .map(|(_, account)| account)
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    account.map_or(TokenDetails::FAILED, |account| TokenDetails::owned(format!("AWS account {account}")))
}

/// A short-lived Bedrock key: base64 of a signed address, which says when it was made and for how long.
#[must_use]
pub fn check_bedrock_short(key: &[u8]) -> TokenDetails {
    let body = key.strip_prefix(b"bedrock-api-key-").unwrap_or_default();
    // What follows may have been cut; the address stands at the start.
    let decoded = base64(&body[..body.len() - body.len() % 4]).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    let value = |name: &str| {
        let at = text.find(name)? + name.len();
        text[at..].split(['&', '=']).find(|part| !part.is_empty())
    };
    let made = value("X-Amz-Date").and_then(seconds);
    let lasts = value("X-Amz-Expires").and_then(|seconds| seconds.parse::<i64>().ok());
    let expires = made.zip(lasts).and_then(|(made, lasts)| made.checked_add(lasts));
    TokenDetails { fits: Some(text.starts_with("bedrock.amazonaws.com")), owner: None, expires }
}

/// `20260102T030405Z` in seconds since 1970.
fn seconds(stamp: &str) -> Option<i64> {
    let number = |from: usize, to: usize| stamp.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
    let small = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    let date = jiff::civil::Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
    let since = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    let time =
        i64::from(number(9, 11)?) * 3600 + i64::from(number(11, 13)?) * 60 + i64::from(number(13, 15)?);
    Some(since + time)
}

/// A macaroon in base64url behind a prefix and a dash: version 2, whose first field is the place it is for.
#[must_use]
pub fn check_macaroon(token: &[u8]) -> TokenDetails {
    let body = token.iter().position(|byte| *byte == b'-').map_or(token, |at| &token[at + 1..]);
    let decoded = base64url(body).unwrap_or_default();
    let place = match decoded.as_slice() {
        [2, 1, length, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    };
    // The identifier is the next field, the signature (32 bytes) the last one.
    let rest = place.map_or(&[][..], |place| &decoded[3 + place.len()..]);
    let whole = rest.first() == Some(&2) && rest.len() > 40 && rest[rest.len() - 34..].starts_with(&[6, 32]);
    match place.and_then(|place| std::str::from_utf8(place).ok()) {
        Some(place) if whole => TokenDetails::owned(place.to_owned()),
        _ => TokenDetails::FAILED,
    }
}

/// `sntrys_<base64 of JSON>_<secret>`.
#[must_use]
pub fn check_sentry_organisation(token: &[u8]) -> TokenDetails {
    let body = token.strip_prefix(b"sntrys_").unwrap_or_default();
    let end = body.iter().rposition(|byte| *byte == b'_').unwrap_or(0);
    let json: Option<Value> = base64(&body[..end]).and_then(|decoded| serde_json::from_slice(&decoded).ok());
    let text = |name: &str| json.as_ref()?.get(name)?.as_str();
    match (text("org"), text("url")) {
        (Some(organisation), Some(url)) => TokenDetails::owned(format!("{organisation} at {url}")),
        _ => TokenDetails::FAILED,
    }
}

/// An unencrypted OpenSSH key says `none` where others name a cipher; `None` if it is no OpenSSH key.
#[must_use]
pub fn openssh_is_encrypted(body: &[u8]) -> Option<bool> {
    const MAGIC: &[u8] = b"openssh-key-v1\0";
    let head = &body[..body.len().min(64)];
    let decoded = base64(&head[..head.len() - head.len() % 4])?;
    let rest = decoded.strip_prefix(MAGIC)?;
    Some(!rest.starts_with(b"\0\0\0\x04none"))
}

/// Padding is not asked for, and bits that nobody reads are nobody's business.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(text).ok()
}

fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_published_one() {
        // The check value of the algorithm in every catalogue of them.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(to_base(61, 62, 6), "00000z");
        assert_eq!(to_base(u32::MAX.into(), 62, 6), "4gfFC3");
    }

    #[test]
    fn a_changed_character_fails() {
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

    #[test]
    fn a_key_id_tells_its_account() {
        // 0b1_<40 bits>_000000000 in ten characters of base 32.
        let number = 1_u64 << 49 | 123_456_789_012 << 9;
        let digits = |shift: u32| {
            let digit = usize::try_from(number >> shift & 31).unwrap();
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit])
        };
        let id: String = (0..10).rev().map(|place| digits(place * 5)).collect();
        let owner = check_aws_account(format!("AKIA{id}AAAAAA").as_bytes()).owner;
        assert_eq!(owner.as_deref(), Some("AWS account 123456789012"));
        assert_eq!(check_aws_account(format!("AKIA{}", "IAAAAAAAAAAAAAAA").as_bytes()).owner, None);
        assert_eq!(check_aws_account(b"AKIA").owner, None);
    }

    #[test]
    fn dates_are_read() {
        assert_eq!(seconds("19700102T000001Z"), Some(86_401));
        assert_eq!(seconds("19700131T010203Z"), Some(30 * 86_400 + 3723));
        assert_eq!(seconds("20240229T000000Z"), Some(1_709_164_800));
        for none in ["19701302T000001Z", "19700230T000000Z", "19700000T000000Z"] {
            assert_eq!(seconds(none), None, "{none}");
        }
        assert_eq!(seconds("1970"), None);
    }

    #[test]
    fn a_short_lived_bedrock_key_says_when_it_ends() {
        let key = |query: &str| {
            let address = format!("bedrock.amazonaws.com/?Action=CallWithBearerToken&{query}&Version=1");
            let engine = base64::engine::general_purpose::STANDARD;
            check_bedrock_short(format!("bedrock-api-key-{}", engine.encode(address)).as_bytes())
        };
        let made = seconds("20260102T030405Z").unwrap();
        let whole = key("X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600");
        assert_eq!((whole.fits, whole.expires), (Some(true), Some(made + 3600)));
        for query in ["X-Amz-Date=20260102T030405Z", "X-Amz-Expires=3600", "X-Amz-Date=&X-Amz-Expires="] {
            assert_eq!(key(query).expires, None, "{query}");
        }
    }

    /// A macaroon of version 2: the place, an identifier and a signature, each behind its kind and length.
    fn made(place: &str, identifier: usize, signature: usize) -> String {
        let length = |length: usize| u8::try_from(length).unwrap();
        let bytes = [
            &[2, 1, length(place.len())],
            place.as_bytes(),
            &[2, length(identifier)],
            &vec![b'i'; identifier],
            &[0, 0, 6, length(signature)],
            &vec![b's'; signature],
        ]
        .concat();
        let encoded = ::base64::Engine::encode(&::base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
        format!("kind-{encoded}")
    }

    #[test]
    fn a_macaroon_is_whole_and_names_its_place() {
        for identifier in [5, 36, 100] {
            let checked = check_macaroon(made("index.example", identifier, 32).as_bytes());
            assert_eq!((checked.owner.as_deref(), checked.fits), (Some("index.example"), Some(true)));
        }
        for broken in [made("index.example", 36, 31), made("index.example", 0, 32), "kind-AgEN".into()] {
            let checked = check_macaroon(broken.as_bytes());
            assert_eq!((checked.owner, checked.fits), (None, Some(false)), "{broken}");
        }
    }

    #[test]
    fn a_routable_token_tells_whose_it_is() {
        let token = |payload: &[u8]| {
            let payload =
                ::base64::Engine::encode(&::base64::engine::general_purpose::URL_SAFE_NO_PAD, payload);
            let length = to_base(payload.len().try_into().unwrap(), 36, 2).to_ascii_lowercase();
            let body = format!("gl_x-{payload}.01.{length}");
            format!("{body}{}", to_base(crc32(body.as_bytes()).into(), 36, 7).to_ascii_lowercase())
        };
        let lines = [&b"c:1\no:1\nu:1z\n"[..], &[7; 16], &[16]].concat();
        let checked = check_gitlab_routable(token(&lines).as_bytes()).unwrap();
        assert_eq!(
            (checked.owner.as_deref(), checked.fits),
            (Some("GitLab organisation 1, user 71"), Some(true))
        );
        let nobody = check_gitlab_routable(token(&[1; 12]).as_bytes()).unwrap();
        assert_eq!((nobody.owner, nobody.fits), (None, Some(true)));
        let wrong = token(&lines).replace(".01.", ".02.");
        assert_ne!(check_gitlab_routable(wrong.as_bytes()).and_then(|checked| checked.fits), Some(true));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            for check in [check_crc_base62, check_crc_hex, check_crc_hex_little, check_aws_account, check_bedrock_long, check_bedrock_short, check_macaroon, check_sentry_organisation] {
                let _ = check(&bytes);
            }
            let _ = (check_gitlab_routable(&bytes), openssh_is_encrypted(&bytes));
        }
    }
}
