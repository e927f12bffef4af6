//! Recognizes values that are public by their form: ids, versions, values of tests.

use std::ops::Range;

use crate::detect::identifier;
use crate::text::{find_short, rfind_short};
use crate::token_check;

/// Returns whether a value is the id of a PGP key (RFC 9580): eight or sixteen hexadecimal digits, or the forty of a
/// fingerprint, with a name that says so.
pub(super) fn is_key_id(name: &[u8], value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    let has_uppercase = !digits.iter().any(u8::is_ascii_lowercase);
    let is_key_word = |word: &[u8]| {
        // `signingkey` is the setting of git.
        matches!(word, b"gpg" | b"pgp" | b"gpgkey" | b"aptkey" | b"signingkey")
            || word == b"apt" && digits.len() >= 16
            || word == b"signing" && digits.len() == 8 && has_uppercase
    };
    matches!(digits.len(), 8 | 16 | 40)
        && digits.iter().all(u8::is_ascii_hexdigit)
        && identifier::split_words(name).iter().any(is_key_word)
}

/// Returns whether a value has a percent escape for a letter or a digit. Only tests of addresses write those.
pub(super) fn has_needless_escape(value: &[u8]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    value.windows(3).any(|part| {
        part[0] == b'%'
            && digit(part[1]).zip(digit(part[2])).is_some_and(|(high, low)| {
                u8::try_from(high * 16 + low).is_ok_and(|byte| byte.is_ascii_alphanumeric())
            })
    })
}

/// Returns whether a value is a user name without a password, in base64.
pub(super) fn is_empty_login(value: &[u8]) -> bool {
    token_check::decode_printable(value).is_some_and(|text| text.ends_with(b":"))
}

/// Returns whether a value is a version, an IP address or an object identifier (`1.2.3`), or a range of versions
/// (`^1.2 || ~2`, `npm:^7.0.4`, `workspace:*`).
pub(super) fn is_version(value: &[u8]) -> bool {
    const SOURCES: [&[u8]; 5] = [b"npm:", b"workspace:", b"patch:", b"portal:", b"link:"];
    let from_source = SOURCES.iter().find_map(|source| value.strip_prefix(*source));
    let range = from_source.unwrap_or(value);
    let is_comparison = |byte: &u8| matches!(byte, b'^' | b'~' | b'<' | b'>' | b'=' | b'!' | b'*');
    let is_range = from_source.is_some() || range.first().is_some_and(is_comparison);
    if !is_range {
        let number = value.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        // `1.2.3`, `1.2.3-rc.1`, `1.2.3_react@18.2.0`, `1.2.3(react@18.2.0)`
        return memchr::memchr_iter(b'.', &value[..number]).count() > 1
            && value.get(number).is_none_or(|byte| number > 4 && matches!(byte, b'-' | b'+' | b'_' | b'('));
    }
    let mut versions = range.split(|byte| matches!(byte, b' ' | b'|' | b',')).map(|part| {
        let comparison = part.iter().take_while(|byte| is_comparison(byte)).count();
        part[comparison..].strip_prefix(b"v").unwrap_or(&part[comparison..])
    });
    let is_number = |version: &[u8]| {
        let number = version.split(|byte| matches!(byte, b'-' | b'+')).next().unwrap_or_default();
        version.is_empty()
            || number.first().is_some_and(u8::is_ascii_digit)
                && number.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'x' | b'*'))
    };
    // A package of another name: `npm:@scope/name@^1`.
    from_source.is_some_and(|range| range.contains(&b'@')) || versions.all(is_number)
}

/// Returns whether a value is a package with a range of versions: `pyu2f (>=0.1.5)`, `a (<2) ; extra == "b"`.
pub(super) fn is_requirement(value: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-[]".contains(byte);
    let is_comparison = |byte: &u8| matches!(byte, b'<' | b'>' | b'=' | b'~' | b'!' | b'^');
    let name = value.iter().take_while(|byte| is_name(byte)).count();
    let separator = value[name..].iter().take_while(|byte| matches!(byte, b' ' | b'(')).count();
    let range = &value[name + separator..];
    let comparison = range.iter().take_while(|byte| is_comparison(byte)).count();
    let version = range[comparison..].trim_ascii_start();
    name > 0 && separator > 0 && comparison > 0 && version.first().is_some_and(u8::is_ascii_digit)
}

/// Returns whether a value is the name of a header of a protocol: `x-amz-meta-owner`.
pub(super) fn is_header_name(value: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        !part.is_empty()
            && (part.iter().all(u8::is_ascii_alphabetic)
                || part.len() < 4 && part.iter().all(u8::is_ascii_alphanumeric))
    };
    let rest = value.strip_prefix(b"x-").or_else(|| value.strip_prefix(b"X-")).unwrap_or_default();
    rest.contains(&b'-') && rest.split(|byte| *byte == b'-').all(is_part)
}

/// Returns whether a value is a key for programs that everybody has: a client token of Datadog (`pub` and 32 hexadecimal
/// digits), or a tokenization key of Braintree (`sandbox_` or `production_`, eight characters and sixteen).
pub(super) fn is_client_key(value: &[u8]) -> bool {
    let is_low = |part: &[u8], length| {
        part.len() == length && part.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_datadog = value
        .strip_prefix(b"pub")
        .is_some_and(|rest| rest.len() == 32 && rest.iter().all(u8::is_ascii_hexdigit));
    let after_environment = value.strip_prefix(b"sandbox_").or_else(|| value.strip_prefix(b"production_"));
    is_datadog
        || after_environment
            .is_some_and(|rest| rest.get(8) == Some(&b'_') && is_low(&rest[..8], 8) && is_low(&rest[9..], 16))
}

/// Returns whether a value is the key of a search box (Algolia, DocSearch): 32 hexadecimal digits beside the name of an
/// index. Such a key only searches, and every visitor of the page has it.
pub(super) fn is_search_key(text: &[u8], value: &Range<usize>) -> bool {
    const NEAR: usize = 200;
    let near = &text[value.start.saturating_sub(NEAR)..text.len().min(value.end + NEAR)];
    value.len() == 32
        && text[value.clone()].iter().all(u8::is_ascii_hexdigit)
        && [&b"indexName"[..], b"index_name"].iter().any(|word| find_short(near, word).is_some())
}

/// Returns whether the user `anonymous` is named right before a password. Any password will do then, as for public files
/// on an FTP server.
pub(super) fn is_of_anonymous_user(text: &[u8], name: &Range<usize>) -> bool {
    const NEAR: usize = 80;
    let before = &text[name.start.saturating_sub(NEAR)..name.start];
    rfind_short(before, b"anonymous").is_some_and(|at| {
        let edge = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        edge(before[..at].last()) && edge(before.get(at + b"anonymous".len()))
    })
}

/// Returns whether a value is a UUID.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_ranges_of_versions_are_recognized() {
        for value in [
            "1.2.3",
            "10.0.0.1",
            "^1.2 || ~2",
            ">=1.0.0-rc.1",
            "npm:^7.0.4",
            "workspace:*",
            "=v2.1",
            "3.533.0_k7wq",
            "1.2.3-rc.1",
            "1.2.3(k@18.2.0)",
        ] {
            assert!(is_version(value.as_bytes()), "{value}");
        }
        for value in
            ["2.16.840.1", "npm:^7.0.4", "^3.0.0 || ~4", ">= 1.2, < 2", "workspace:*", "=1.0.0-beta.2"]
        {
            assert!(is_version(value.as_bytes()), "{value}");
        }
        assert!(is_version(b".."));
        for value in ["1.2", "12", "k.w.q", "1.2.k7", "^k7wq", "npm:k7wq", ">=1.0,k7wq", "k^1.2.3"] {
            assert!(!is_version(value.as_bytes()), "{value}");
        }
        for value in ["1.5", "1.a.2", "1234567", "^7Gh2kQ", "npm:hunter2x", "=kX9pQ2vR7", "~x"] {
            assert!(!is_version(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn requirements_and_names_of_headers_are_recognized() {
        for value in ["pyu2f (>=0.1.5)", "requests[socks] (<3,>=2) ; extra == \"b\"", "a >= 1.0"] {
            assert!(is_requirement(value.as_bytes()), "{value}");
        }
        for value in ["kX9>=7", "kX9 pQ2", "kX9 >pQ2", "(>=1)", ""] {
            assert!(!is_requirement(value.as_bytes()), "{value}");
        }
        assert!(is_header_name(b"x-amz-cek-alg") && is_header_name(b"X-Request-Id-2"));
        for value in ["x-ray", "xamz-cek-alg", "x-4f1c9e2ab7-kq", "x-", ""] {
            assert!(!is_header_name(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn keys_of_clients_and_of_search_boxes_are_recognized() {
        let digits = "4f1c9e2ab7d0835f6e21c4b8a97d30f5";
        assert!(is_client_key(format!("pub{digits}").as_bytes()));
        assert!(is_client_key(b"sandbox_7k2m9x4q_h3v8p5z1t6y4w2r7"));
        for secret in [
            digits,
            "pubx",
            "production_7k2m9x4q",
            "sandbox_7k2m9x4q_h3v8p5z1t6y4w2r7x",
            "staging_7k2m9x4q_h3v8p5z1t6y4w2r7",
        ] {
            assert!(!is_client_key(secret.as_bytes()), "{secret}");
        }
        let is_search = |text: &str| {
            let start = text.find(digits).unwrap();
            is_search_key(text.as_bytes(), &(start..start + digits.len()))
        };
        assert!(is_search(&format!("apiKey: '{digits}', indexName: 'docs'")));
        assert!(!is_search(&format!("apiKey: '{digits}', index: 'docs'")));
        assert!(!is_search(&format!("indexName: 'docs'\n{}apiKey: '{digits}'", "x".repeat(300))));
    }

    #[test]
    fn the_password_of_an_anonymous_user_is_public() {
        let is_public = |text: &str| {
            let start = text.find("password").unwrap();
            is_of_anonymous_user(text.as_bytes(), &(start..start + 8))
        };
        // Cut, so that it is no finding here.
        let assigned = ["pass", "word = \"busybox@\""].concat();
        assert!(is_public(&format!("user = \"anonymous\"; {assigned}")));
        assert!(is_public("{'user': 'anonymous', 'password': 'guest@x'}"));
        assert!(!is_public(&format!("user = \"operator\"; {assigned}")));
        assert!(!is_public(&format!("an anonymous function; {assigned}")));
        assert!(!is_public(&format!("user = \"anonymous\";{}password = 1", " ".repeat(90))));
    }

    #[test]
    fn ids_and_values_of_tests_are_recognized() {
        assert!(has_needless_escape(b"a%41b") && !has_needless_escape(b"a%40b%2"));
        assert!(is_empty_login(b"dXNlcjo="));
        assert!(is_key_id(b"GPG_KEY", b"348FFC4C") && !is_key_id(b"API_KEY", b"348FFC4C"));
        assert!(is_key_id(b"user.signingkey", b"348ffc4c348ffc4c") && !is_key_id(b"signingKey", b"348ffc4c"));
        assert!(!is_key_id(b"signing-key", b"348FFC4C348FFC4C") && !is_key_id(b"signing-key", b"348FFC4C3"));
        assert!(is_uuid(b"123e4567-e89b-12d3-a456-426614174000") && !is_uuid(b"123e4567"));
    }
}
