//! Synthetic tokens: reproducible, never valid, made at test time so that the repository contains no key-shaped text.
//! The labelled corpus was made by the same formulas.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256, Sha512};

pub use crate::templates::template;

/// The families with a fixed prefix and a body of 86 + `-` + 8 characters.
pub const FAMILIES: [(&str, &str); 9] = [
    ("API03", "api03"),
    ("API01", "api01"),
    ("ADM", "admin01"),
    ("OAT", "oat01"),
    ("ORT", "ort01"),
    ("SID", "sid01"),
    ("API04", "api04"),
    ("SVC", "svc"),
    ("NEW", "abc07"),
];

/// The families whose body is a JSON web token.
pub const SESSIONS: [(&str, &str); 4] = [("CC", "cc"), ("SI", "si"), ("CCSR", "ccsr"), ("REQ", "req")];

/// Returns `sk-ant-`, assembled from two parts.
pub fn start() -> String {
    ["sk-", "ant-"].concat()
}

/// Returns the token of `«FAMILY:seed»`.
pub fn token(family: &str, seed: &str) -> String {
    match family {
        "USR" => {
            let mut raw = Sha512::digest(seed).to_vec();
            raw.extend(Sha256::digest(seed));
            format!("{}usr-{}AA", start(), &URL_SAFE_NO_PAD.encode(raw)[..93])
        }
        "CC" | "SI" | "CCSR" | "REQ" => session_token(family, seed, 1_756_000_000),
        _ => {
            let name = FAMILIES.iter().find(|(key, _)| *key == family).map(|(_, name)| *name);
            let name = name.unwrap_or_else(|| panic!("no family {family}"));
            format!("{}{name}-{}", start(), body(&format!("{family}/{seed}")))
        }
    }
}

/// Returns an API key, the most common token.
pub fn api_key(seed: &str) -> String {
    token("API03", seed)
}

/// Returns a body of full structure: 64 bytes, a dash, 6 bytes of which the last two are zero.
pub fn body(seed: &str) -> String {
    let mut tail = Sha256::digest(format!("tail/{seed}"))[..4].to_vec();
    tail.extend([0, 0]);
    let head = Sha512::digest(format!("demo/{seed}"));
    format!("{}-{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(tail))
}

/// Returns a session token that expires at `expiry` (seconds since 1970).
pub fn session_token(family: &str, seed: &str, expiry: i64) -> String {
    let name = SESSIONS.iter().find(|(key, _)| *key == family).expect("a session family").1;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"demo"}"#);
    let claims = format!(r#"{{"iss":"ccr","exp":{expiry},"act":{{"sub":"user:demo"}}}}"#);
    let signature = URL_SAFE_NO_PAD.encode(Sha512::digest(seed));
    format!("{}{name}-{header}.{}.{signature}", start(), URL_SAFE_NO_PAD.encode(claims))
}

/// Returns `length` pseudo-random characters of an alphabet.
pub fn random(alphabet: &[u8], length: usize, seed: &str) -> String {
    (0..length)
        .map(|at| {
            let digest = Sha256::digest(format!("{seed}/{at}"));
            char::from(alphabet[usize::from(u16::from_be_bytes([digest[0], digest[1]])) % alphabet.len()])
        })
        .collect()
}

/// Letters and digits.
pub const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Replaces `«FAMILY:seed»`, `«B64:FAMILY:seed»` (standard base64) and `«UTF16:FAMILY:seed»` (UTF-16LE) by tokens,
/// `«RANDOM:length:seed»` by random letters and digits, and `«…{…}…»` by an expanded [`template`]. Returns the bytes
/// and the tokens, in order.
pub fn expand(text: &str) -> (Vec<u8>, Vec<String>) {
    expand_with(text, "")
}

/// Expands a text with other random parts for each `salt`.
pub fn expand_with(text: &str, salt: &str) -> (Vec<u8>, Vec<String>) {
    let (mut out, mut tokens) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('«') {
        out.extend(before.bytes());
        let (name, after) = after.split_once('»').expect("« has its »");
        let parts: Vec<&str> = name.split(':').collect();
        let raw = match parts[..] {
            _ if name.contains('{') => template(name, salt),
            ["RANDOM", length, seed] => {
                random(ALPHANUMERIC, length.parse().expect("a length"), &format!("{seed}{salt}"))
            }
            [.., family, seed] => token(family, &format!("{seed}{salt}")),
            _ => panic!("«{name}» names no token"),
        };
        match parts[0] {
            "B64" => out.extend(STANDARD.encode(&raw).bytes()),
            "UTF16" => out.extend(raw.encode_utf16().flat_map(u16::to_le_bytes)),
            _ => out.extend(raw.bytes()),
        }
        tokens.push(raw);
        rest = after;
    }
    out.extend(rest.bytes());
    (out, tokens)
}
