//! Recognizes ciphertext that its tool commits, by its start or by the setting before it. The key is elsewhere.

use crate::detect::assignment::parse::Assignment;
use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::text::find_short;
use crate::token_check;

/// The starts of ciphertexts, by the tools that write them.
static STARTS: PrefixSet<31> = PrefixSet::new(&[
    // dotenvx; Spring; Jasypt; eyaml and sops (also `ENC[`, a reference); Travis, `AppVeyor`; ejson; Pulumi.
    b"encrypted:",
    b"{cipher}",
    b"ENC(",
    b"enc(",
    b"ENC:",
    b"enc:",
    b"DEC(",
    b"secure:",
    b"EJ[",
    b"v1:AAAB",
    // systemd-creds.
    b"Whxqht+",
    b"k6iUCUh0RJCQyvL8k8q1UyAAAA",
    // OpenSSL with a password; Fernet; age; OpenPGP messages.
    b"U2FsdGVkX1",
    b"gAAAAAB",
    b"YWdlLWVuY3J5cHRpb24ub3Jn",
    b"age-encryption.org",
    b"hQEMA",
    b"hQIMA",
    b"hF4D",
    b"wcBMA",
    b"wcFMA",
    b"jA0E",
    // AWS KMS, Google Cloud KMS.
    b"AQICAH",
    b"AQECAH",
    b"AQIDAH",
    b"CiQA",
    // Laravel: JSON with `iv`. Windows: DPAPI in base64 and in hexadecimal, PowerShell with a key.
    b"eyJpdiI6",
    b"AQAAANCMnd8BFdERjHoAwE",
    b"01000000d08c9ddf0115d1118c7a00c04fc297eb",
    b"76492d1116743f0423413b16050a5345",
    b"vault:",
]);

/// Settings whose value is encrypted, in lower case.
const SETTINGS: [&[u8]; 6] = [
    b"credentialencrypted=",
    b"loadcredentialencrypted=",
    b"encrypteddata:",
    b"ciphertext",
    b"secure:",
    b"!encrypted",
];

/// The shortest ciphertext.
const MIN_LENGTH: usize = 20;

/// Returns whether a value is ciphertext.
pub(super) fn is_ciphertext(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let scheme = text[assignment.scheme.clone()].to_ascii_lowercase();
    if scheme == b"{cipher}" {
        return true;
    }
    value.len() >= MIN_LENGTH
        && (STARTS.prefix_of(value).is_some()
            || is_jwe(value)
            || is_message(value)
            || is_after_setting(text, assignment))
}

/// Returns whether a value is an encrypted web token (RFC 7516): five parts, with an encryption in the header.
fn is_jwe(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let Some(header) = parts.next().filter(|header| header.starts_with(b"eyJ")) else { return false };
    parts.count() == 4
        && token_check::decode_base64(header).is_some_and(|header| find_short(&header, b"\"enc\"").is_some())
}

/// Returns whether a value is a message of Rails: two or three parts in base64 with `--` between them.
fn is_message(value: &[u8]) -> bool {
    let parts = memchr::memmem::find_iter(value, b"--").count() + 1;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-');
    matches!(parts, 2 | 3)
        && value.iter().all(is_part)
        && (value.ends_with(b"==")
            && find_short(value, b"==--").or_else(|| find_short(value, b"=--")).is_some()
            || parts == 3 && value.ends_with(b"=="))
}

/// Returns whether the line of a value, or the line before it, has one of [`SETTINGS`] before the name.
fn is_after_setting(text: &[u8], assignment: &Assignment) -> bool {
    const NEAR: usize = 80;
    let before = &text[assignment.name.start.saturating_sub(NEAR)..assignment.name.start];
    let start = memchr::memrchr_iter(b'\n', before).nth(1).map_or(0, |at| at + 1);
    let before = before[start..].to_ascii_lowercase();
    SETTINGS.iter().any(|setting| find_short(&before, setting).is_some())
}
