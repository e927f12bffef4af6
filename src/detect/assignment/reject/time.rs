//! Recognizes dates, times and durations in their standard forms: ISO 8601, RFC 5322, `asctime`, `GeneralizedTime` (X.680),
//! seconds since 1970, the dates of settings, and patterns of dates.

use crate::detect::identifier;

/// Names of months and days as dates begin with them.
const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const DAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// Words that dates have beside months and days.
const WORDS: [&[u8]; 10] = [b"gmt", b"utc", b"am", b"pm", b"t", b"z", b"est", b"cet", b"pst", b"edt"];

/// Words of names whose number is a time: `token_lifetime`, `refreshTokenMaxAge`.
const LIFETIMES: [&[u8]; 20] = [
    b"lifetime",
    b"lifespan",
    b"ttl",
    b"expires",
    b"expire",
    b"expiry",
    b"expiration",
    b"age",
    b"duration",
    b"interval",
    b"timeout",
    b"validity",
    b"period",
    b"seconds",
    b"secs",
    b"minutes",
    b"hours",
    b"days",
    b"ms",
    b"millis",
];

/// Returns whether a value is a number and its name says that it is a time.
pub(super) fn is_lifetime(name: &[u8], value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
        && identifier::split_words(name).iter().any(|word| LIFETIMES.contains(&word))
}

/// Returns whether a value is a date, a time, a duration, or a pattern of a date.
pub(super) fn is_time(value: &[u8]) -> bool {
    const MAX_LENGTH: usize = 40;
    if !(6..=MAX_LENGTH).contains(&value.len()) {
        return false;
    }
    is_unix_time(value)
        || is_generalized(value)
        || is_separated(value)
        || is_duration(value)
        || is_pattern(value)
}

/// Returns whether a value is a number of seconds, milliseconds, microseconds or nanoseconds since 1970, from the year
/// 2001 on; perhaps as .NET writes it: `/Date(1714551630000)/`.
fn is_unix_time(value: &[u8]) -> bool {
    let inside = value.strip_prefix(b"/Date(").and_then(|rest| rest.strip_suffix(b")/")).unwrap_or(value);
    matches!(inside.len(), 10 | 13 | 16 | 19) && inside[0] == b'1' && inside.iter().all(u8::is_ascii_digit)
}

/// Returns whether a value is digits for a date and a time, with a zone or a `T` that says so: `20240501102030Z`,
/// `20240501T102030`; or fourteen digits.
fn is_generalized(value: &[u8]) -> bool {
    let digits: Vec<u8> =
        value.iter().copied().take_while(|byte| byte.is_ascii_digit() || *byte == b'T').collect();
    let rest = &value[digits.len()..];
    let has_t = digits.get(8) == Some(&b'T');
    let digits: Vec<u8> = digits.into_iter().filter(u8::is_ascii_digit).collect();
    let number = |at: usize, length: usize| {
        digits
            .get(at..at + length)
            .map_or(0, |part| part.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    };
    let fraction = rest
        .strip_prefix(b".")
        .map_or(0, |rest| 1 + rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let zone = &rest[fraction..];
    let is_zone = zone == b"Z"
        || zone.len() == 5 && matches!(zone[0], b'+' | b'-') && zone[1..].iter().all(u8::is_ascii_digit);
    (matches!(digits.len(), 12 | 14) && (is_zone || has_t && zone.is_empty())
        || digits.len() == 14 && zone.is_empty())
        && (1900..2200).contains(&number(0, 4))
        && (1..=12).contains(&number(4, 2))
        && (1..=31).contains(&number(6, 2))
        && number(8, 2) < 25
        && number(10, 2) < 60
}

/// Returns whether a value is numbers of one to four digits between the separators of dates and times, with no other words
/// than those of dates: `2024-05-01T10:20:30.123+02:00`, `Wed, 01 May 2024 10:20:30 GMT`, `01/05/2024`, `10:20:30`.
fn is_separated(value: &[u8]) -> bool {
    let (mut numbers, mut months, mut colons, mut dashes, mut at) = (0, 0, 0, 0, 0);
    let mut has_year = false;
    while at < value.len() {
        let rest = &value[at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if digits > 0 {
            let is_fraction = at > 0 && matches!(value[at - 1], b'.' | b',') && colons > 0;
            if !is_fraction && (digits > 4 || digits == 3) {
                return false;
            }
            has_year |= digits == 4;
            numbers += usize::from(!is_fraction);
            at += digits;
        } else if letters > 0 {
            let word = rest[..letters].to_ascii_lowercase();
            let begins = |names: &[&[u8]]| names.iter().any(|name| word.starts_with(name)) && word.len() < 10;
            let is_month = word.len() > 2 && begins(&MONTHS);
            let is_day = word.len() > 2 && begins(&DAYS);
            if !(is_month || is_day || WORDS.contains(&&word[..])) {
                return false;
            }
            months += usize::from(is_month);
            at += letters;
        } else {
            match rest[0] {
                b':' => colons += 1,
                b'-' | b'/' | b'.' => dashes += 1,
                b' ' | b',' | b'+' => {}
                _ => return false,
            }
            at += 1;
        }
    }
    let has_date =
        has_year && numbers >= 3 && (dashes >= 2 || months == 1) || has_year && months == 1 && numbers >= 2;
    has_date || colons > 0 && numbers == colons + 1 && (2..4).contains(&numbers) && dashes < 2
}

/// Returns whether a value is a duration of ISO 8601 (`PT15M`, `P1Y2M10DT2H`).
fn is_duration(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"P") else { return false };
    let is_unit = |byte: &u8| matches!(byte, b'Y' | b'M' | b'W' | b'D' | b'T' | b'H' | b'S');
    let alternates = rest
        .windows(2)
        .all(|pair| !(is_unit(&pair[0]) && is_unit(&pair[1])) || pair[1] == b'T' || pair[0] == b'T');
    rest.iter().all(|byte| byte.is_ascii_digit() || is_unit(byte) || *byte == b'.')
        && rest.last().is_some_and(is_unit)
        && rest.iter().any(u8::is_ascii_digit)
        && alternates
}

/// Returns whether a value is a pattern of a date or a time: `dd.MM.yyyy`, `YYYY-MM-DD HH:mm:ss`, `%Y-%m-%d`.
fn is_pattern(value: &[u8]) -> bool {
    let is_letter = |byte: &u8| b"yYmMdDhHsSTZ".contains(byte);
    let units =
        value.chunk_by(|one, other| one == other).filter(|run| is_letter(&run[0]) && run.len() > 1).count();
    value.iter().all(|byte| is_letter(byte) || b" .:/-,%".contains(byte))
        && (units >= 3 || memchr::memchr_iter(b'%', value).count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_under_the_name_of_a_time_is_one() {
        for name in ["token_lifetime", "refreshTokenMaxAge", "SECRET_TTL"] {
            assert!(is_lifetime(name.as_bytes(), b"1209600"), "{name}");
            assert!(!is_lifetime(name.as_bytes(), b"kX9pQ2vR7"), "{name}");
        }
        assert!(!is_lifetime(b"message_token", b"1209600"));
    }

    #[test]
    fn standard_forms_are_recognized() {
        for value in [
            "2024-05-01",
            "2024-05-01T10:20:30Z",
            "2024-05-01T10:20:30.123456+02:00",
            "2024-05-01 10:20:30",
            "20240501102030Z",
            "20240501102030.5+0200",
            "20240501T102030Z",
            "202405011020Z",
            "20240501102030",
            "Wed, 01 May 2024 10:20:30 GMT",
            "Wed May  1 10:20:30 2024",
            "May 1, 2024",
            "01/05/2024",
            "1.5.2024",
            "2024/05/01 10:20",
            "10:20:30",
            "1714551630",
            "1714551630123",
            "/Date(1714551630123)/",
            "PT15M30S",
            "P1Y2M10DT2H",
            "dd.MM.yyyy",
            "YYYY-MM-DD HH:mm:ss",
            "%Y-%m-%d",
        ] {
            assert!(is_time(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn other_digits_and_words_are_none() {
        for value in [
            "20249901102030Z",
            "99999999999999",
            "2714551630",
            "kX9pQ2-05-01",
            "123-456-789",
            "192.168.0.1",
            "may2024x",
            "Summer-2024",
            "12345678",
            "PASSWD1",
            "P4SSW0RD",
            "mmmmmm",
            "ddMMx",
            "4f1c9e2ab7d0",
        ] {
            assert!(!is_time(value.as_bytes()), "{value}");
        }
    }
}
