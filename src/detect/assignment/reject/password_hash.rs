//! Recognizes hashes of passwords, which servers keep instead of the passwords: of databases, directories and frameworks.
//! Hashes that begin with `$`, as those of crypt(3) do, are rejected as references are.

use crate::detect::assignment::parse::{Assignment, Operator};
use crate::token_check;

/// The starts of hashes with a name.
const STARTS: [&[u8]; 16] = [
    b"SCRAM-SHA-1$",
    b"SCRAM-SHA-256$",
    b"SCRAM-SHA-512$",
    b"pbkdf2_sha",
    b"pbkdf2:sha",
    b"pbkdf2-sha",
    b"scrypt:",
    b"scrypt$",
    b"bcrypt$",
    b"bcrypt_sha256$",
    b"argon2$",
    b"argon2id$",
    b"sha1$",
    b"sha256$",
    b"sha512$",
    b"md5$",
];

/// The forms in which a directory keeps a hash, in lower case (RFC 2307); `{noop}` and `{plain}` keep the password.
const SCHEMES: [&[u8]; 7] = [b"{ssha}", b"{sha}", b"{smd5}", b"{md5}", b"{crypt}", b"{bcrypt}", b"{pbkdf2}"];

/// Returns whether a value is the hash of a password.
pub(super) fn is_password_hash(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let scheme = text[assignment.scheme.clone()].to_ascii_lowercase();
    let of_hex = |start: &[u8], length: usize| {
        value
            .strip_prefix(start)
            .is_some_and(|rest| rest.len() == length && rest.iter().all(u8::is_ascii_hexdigit))
    };
    SCHEMES.contains(&&scheme[..])
        || STARTS.iter().any(|start| value.starts_with(start))
        || starts_with_scheme(value)
        // MySQL, PostgreSQL, SQL Server.
        || is_of_crypt(value)
        || of_hex(b"*", 40)
        || of_hex(b"md5", 32)
        || value.starts_with(b"0x0200") && value.len() > 60 && value[2..].iter().all(u8::is_ascii_hexdigit)
        || assignment.operator == Operator::Column && is_digest(value)
        // `IDENTIFIED WITH plugin AS 'hash'`
        || assignment.operator == Operator::Sql && is_after_as(&text[..assignment.value.start])
}

/// Returns whether a value begins with a word in braces that names a way to hash: `{SSHA512}…`, `{PBKDF2-SHA256}…`.
fn starts_with_scheme(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"{") else { return false };
    let Some(end) = rest.iter().take(24).position(|byte| *byte == b'}') else { return false };
    let word = rest[..end].to_ascii_lowercase();
    let names: [&[u8]; 7] = [b"ssha", b"sha", b"smd5", b"md5", b"crypt", b"pbkdf2", b"argon2"];
    rest.len() > end + 16 && (word.ends_with(b"crypt") || names.iter().any(|name| word.starts_with(name)))
}

/// Returns whether a value has the form of the oldest hashes of crypt(3): two characters of salt and eleven more, one of
/// which is no letter and no digit. Random passwords with no other punctuation than `.` and `/` are rare.
fn is_of_crypt(value: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    value.len() == 13
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'))
        && has(|byte| matches!(byte, b'.' | b'/'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Returns whether a value is a digest of 32 or 64 bytes in base64. In a table, a password of that form is the hash of one.
fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 44 | 88)
        && value.ends_with(b"=")
        && token_check::decode_base64(value).is_some_and(|bytes| matches!(bytes.len(), 32 | 64))
}

fn is_after_as(before: &[u8]) -> bool {
    let before =
        before.strip_suffix(b"'").or_else(|| before.strip_suffix(b"\"")).unwrap_or(before).trim_ascii_end();
    before.len() > 3 && before[before.len() - 3..].eq_ignore_ascii_case(b" as")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::{find_named_value, find_sql_password};

    #[test]
    fn hashes_of_databases_directories_and_frameworks_are_recognized() {
        let (hex, letters) = ("4f1c9e2ab7d0835f6e21c4b8a97d30f5", "tabyipcHzhwESzRaGA7oQSDoBZQOGND");
        for (value, expected) in [
            (format!("{{SSHA}}{letters}"), true),
            (format!("{{SSHA512}}{letters}"), true),
            (format!("{{BCRYPT}}{letters}"), true),
            (format!("md5{hex}"), true),
            (format!("*{hex}4f1c9e2a"), true),
            (format!("SCRAM-SHA-256$4096:{letters}"), true),
            (format!("pbkdf2_sha256$870000$k{letters}"), true),
            (format!("scrypt:32768:8:1$k{letters}"), true),
            (format!("0x0200{hex}{hex}"), true),
            ("Kq3vT8RmZ.bYw".to_owned(), true),
            ("Kq3vT8RmZabYw".to_owned(), false),
            ("Kq3vT8RmZ.bYw9".to_owned(), false),
            (format!("{{noop}}{letters}"), false),
            (format!("{{x}}{letters}"), false),
            (hex.to_owned(), false),
            (format!("md5x{hex}"), false),
        ] {
            let text = ["pass", "word: '", &value, "'"].concat();
            let assignment = find_named_value(text.as_bytes(), &(0..8)).unwrap();
            assert_eq!(is_password_hash(text.as_bytes(), &assignment), expected, "{value}");
        }
    }

    #[test]
    fn a_statement_with_as_has_a_hash() {
        for (word, expected) in [("AS", true), ("BY", false)] {
            let text = format!("CREATE USER app IDENTIFIED WITH 'plugin' {word} 'kX9pQ2vR7tLm'");
            let at = text.find("IDENTIFIED ").unwrap();
            let assignment = find_sql_password(text.as_bytes(), &(at..at + 11)).unwrap();
            assert_eq!(is_password_hash(text.as_bytes(), &assignment), expected, "{text}");
        }
    }
}
