//! Recognizes public halves of key pairs and keys that every visitor has, by name, form or the text before them.

use crate::detect::assignment::parse::Assignment;
use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::identifier;
use crate::text::find_short;
use crate::token_check;

/// The starts of public keys: OpenSSH, X.509 (RSA, Ed25519, X25519, P-256, P-384), age, Nostr, Bitcoin, Cloudflare's
/// Turnstile.
static STARTS: PrefixSet<20> = PrefixSet::new(&[
    b"ssh-ed25519 ",
    b"ssh-rsa ",
    b"ecdsa-sha2-",
    b"AAAAC3NzaC1lZDI1NTE5",
    b"AAAAB3NzaC1yc2E",
    b"AAAAE2VjZHNh",
    b"MIIBIjANBgkqhkiG",
    b"MIICIjANBgkqhkiG",
    b"MIGfMA0GCSqGSIb3",
    b"MCowBQYDK2VwAyEA",
    b"MCowBQYDK2VuAyEA",
    b"MFkwEwYHKoZIzj0C",
    b"MHYwEAYHKoZIzj0C",
    b"age1",
    b"npub1",
    b"xpub",
    b"tpub",
    b"zpub",
    b"0x4AAAAAA",
    b"LS0tLS1CRUdJTiBQVUJMSUM",
]);

/// Several words of a name, in lower case and without separators, that say that the value is public.
const NAMES: [&[u8]; 18] = [
    b"sitekey",
    b"anonkey",
    b"publishablekey",
    b"publishable",
    b"clientsidekey",
    b"browserkey",
    b"projectkey",
    b"vapidkey",
    b"applicationserverkey",
    b"measurementkey",
    b"sharekey",
    b"badgetoken",
    b"hostkey",
    b"knownhosts",
    b"authorizedkey",
    b"authorizedkeys",
    b"keyfingerprint",
    b"keygrip",
];

/// Returns whether a value is public.
pub(super) fn is_public(text: &[u8], assignment: &Assignment) -> bool {
    let (name, value) = (&text[assignment.name.clone()], &text[assignment.value.clone()]);
    STARTS.prefix_of(value).is_some()
        || has_public_name(name)
        || has_public_label(text, assignment)
        || is_identity_key(name, value)
        || is_point(value)
        || is_anonymous_token(value)
        || is_in_badge(text, assignment)
        || is_attribute_of_script(text, assignment)
}

fn has_public_name(name: &[u8]) -> bool {
    let lower: Vec<u8> = identifier::split_words(name).iter().flatten().copied().collect();
    let secret = [&b"secret"[..], b"private"].iter().any(|word| find_short(&lower, word).is_some());
    !secret && NAMES.iter().any(|name| lower.ends_with(name))
}

/// Returns whether the words before a name on its line say that the key is public: `# Public key : …`.
fn has_public_label(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 32;
    /// Words that may be between `public` and the name.
    const BETWEEN: [&[u8]; 9] = [
        b"rsa",
        b"ssh",
        b"ed25519",
        b"signing",
        b"encryption",
        b"verification",
        b"identity",
        b"host",
        b"api",
    ];
    let name = &assignment.name;
    if !assignment.has_name() || !text[name.clone()].to_ascii_lowercase().ends_with(b"key") {
        return false;
    }
    let before = text[name.start.saturating_sub(MAX_LENGTH)..name.start].to_ascii_lowercase();
    let line = memchr::memrchr(b'\n', &before).map_or(&before[..], |at| &before[at + 1..]);
    if !line.ends_with(b" ") {
        return false;
    }
    let mut words = line.rsplit(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.find(|word| !BETWEEN.contains(word)).is_some_and(|word| matches!(word, b"public" | b"pub"))
}

/// Returns whether a value is a public key of the Signal protocol: the byte 5 and 32 bytes, in base64.
fn is_identity_key(name: &[u8], value: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] =
        [b"identitykey", b"prekey", b"basekey", b"ratchetkey", b"ephemeralkey", b"senderkey", b"signingkey"];
    if value.len() != 44 || value[0] != b'B' {
        return false;
    }
    let lower: Vec<u8> = identifier::split_words(name).iter().flatten().copied().collect();
    NAMES.iter().any(|name| lower.ends_with(name))
        && token_check::decode_base64(value).is_some_and(|key| key.len() == 33 && key[0] == 5)
}

/// Returns whether a value is a point on the curve P-256 in base64: the public key of push messages.
fn is_point(value: &[u8]) -> bool {
    matches!(value.len(), 87 | 88)
        && value[0] == b'B'
        && token_check::decode_base64(value).is_some_and(|point| point.len() == 65 && point[0] == 4)
}

/// Returns whether a value is a web token for anonymous users.
fn is_anonymous_token(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let payload = parts.next().filter(|header| header.starts_with(b"eyJ")).and_then(|_| parts.next());
    let payload = payload.and_then(token_check::decode_base64).unwrap_or_default();
    [&b"\"role\":\"anon\""[..], b"\"role\": \"anon\""].iter().any(|role| find_short(&payload, role).is_some())
}

/// Returns whether a value is a parameter in the address of a badge, which pages show to everybody.
fn is_in_badge(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 160;
    let before = &text[assignment.name.start.saturating_sub(MAX_LENGTH)..assignment.name.start];
    let is_part = |byte: &&u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'(' | b'<' | b'>');
    let length = before.iter().rev().take_while(is_part).count();
    let address = before[before.len() - length..].to_ascii_lowercase();
    find_short(&address, b"://").is_some()
        && [&b"badge"[..], b".svg?", b"shields.io"].iter().any(|word| find_short(&address, word).is_some())
}

/// Returns whether a value is an attribute `data-…` of a script that a page loads.
fn is_attribute_of_script(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 300;
    let name = &text[assignment.name.clone()];
    let before = &text[assignment.name.start.saturating_sub(MAX_LENGTH)..assignment.name.start];
    name.starts_with(b"data-")
        && memchr::memrchr(b'<', before)
            .is_some_and(|at| before[at..].starts_with(b"<script") && !before[at..].contains(&b'>'))
}
