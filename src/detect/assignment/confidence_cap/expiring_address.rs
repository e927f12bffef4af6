//! Recognizes addresses that are signed and expire: whoever finds one later can do nothing with it.

use std::ops::Range;

use crate::text::find_short;

/// Parameters of addresses that expire.
const EXPIRIES: [&[u8]; 14] = [
    b"expires=",
    b"x-amz-expires=",
    b"x-goog-expires=",
    b"x-oss-expires=",
    b"x-tos-expires=",
    b"expire=",
    b"exp=",
    b"?e=",
    b"&e=",
    b"&se=",
    b"?se=",
    b"expiry=",
    b"deadline=",
    b"auth_key=",
];

/// Returns whether a value is in an address that is signed and expires.
pub(crate) fn is_in_expiring_address(text: &[u8], value: &Range<usize>) -> bool {
    const MAX_LENGTH: usize = 600;
    let is_part =
        |byte: &&u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b' ');
    let before = text[..value.start].iter().rev().take(MAX_LENGTH).take_while(is_part).count();
    let after = text[value.end..].iter().take(MAX_LENGTH).take_while(is_part).count();
    let address = &text[value.start - before..value.end + after];
    let Some(query) = memchr::memchr(b'?', address) else { return false };
    if find_short(&address[..query], b"://").is_none() && !address.starts_with(b"/") {
        return false;
    }
    let query = address[query..].to_ascii_lowercase();
    EXPIRIES.iter().any(|parameter| {
        memchr::memmem::find_iter(&query, parameter).any(|at| {
            let is_start =
                at == 0 || matches!(query[at - 1], b'?' | b'&' | b';') || matches!(parameter[0], b'?' | b'&');
            is_start && query.get(at + parameter.len()).is_some_and(u8::is_ascii_digit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_an_expiry_are_recognized() {
        let is_expiring = |text: &str| {
            let start = text.find("kX9pQ2vR7tLm").unwrap();
            is_in_expiring_address(text.as_bytes(), &(start..start + 12))
        };
        for text in [
            "https://cdn.host.com/a.mp4?e=1573000000&token=kX9pQ2vR7tLm",
            "<img src=\"https://b.host.com/k?X-Amz-Expires=300&token=kX9pQ2vR7tLm&s=1\">",
            "/files/a.zip?token=kX9pQ2vR7tLm&expires=1700000000",
            "https://a.host.net/c?sv=2020&se=2024-05-01T00%3A00Z&sig=kX9pQ2vR7tLm",
        ] {
            assert!(is_expiring(text), "{text}");
        }
        for text in [
            "https://host.com/a?token=kX9pQ2vR7tLm",
            "https://host.com/a?token=kX9pQ2vR7tLm&expires=never",
            "expires=1700000000 token=kX9pQ2vR7tLm",
            "https://host.com/a?noexpires=17&token=kX9pQ2vR7tLm",
            "https://host.com/a?e=1 token=kX9pQ2vR7tLm",
        ] {
            assert!(!is_expiring(text), "{text}");
        }
    }
}
