//! Synthetic tokens of any provider, from templates such as `abc_{an*36}`: text outside of braces is literal, a piece
//! in braces is generated. The same template and salt give the same token. Checksums are correct.
//!
//! Pieces: an alphabet and a length (`an*36`), a name such as `uuid` or `crc62`, `pem LABEL`, or nothing. An empty
//! piece splits a literal that would look like a token.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256, Sha512};

use crate::tokens::random;

const DIGITS: &str = "0123456789";
const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn alphabet(name: &str) -> String {
    match name {
        "d" => DIGITS.into(),
        "d19" => DIGITS[1..].into(),
        "hex" => format!("{DIGITS}abcdef"),
        "HEX" => format!("{DIGITS}ABCDEF"),
        "l" => LOWERCASE.into(),
        "b32" => format!("{UPPERCASE}234567"),
        "l32" => format!("{LOWERCASE}234567"),
        "la" => format!("{LOWERCASE}{DIGITS}"),
        "ua" => format!("{UPPERCASE}{DIGITS}"),
        "L" => format!("{UPPERCASE}{LOWERCASE}"),
        "an" => format!("{UPPERCASE}{LOWERCASE}{DIGITS}"),
        // Facebook's tokens have one of A to D after each Z.
        "fb" => format!("{}{LOWERCASE}{DIGITS}", &UPPERCASE[..25]),
        "dot" => format!("{UPPERCASE}{LOWERCASE}{DIGITS}._"),
        "crock" => format!("{DIGITS}abcdefghjkmnpqrstvwxyz"),
        "w" => format!("{UPPERCASE}{LOWERCASE}{DIGITS}_"),
        "u64" => format!("{UPPERCASE}{LOWERCASE}{DIGITS}_-"),
        "b64" => format!("{UPPERCASE}{LOWERCASE}{DIGITS}+/"),
        "bech32" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".into(),
        other => panic!("no alphabet {other}"),
    }
}

/// Expands a template.
pub fn template(text: &str, salt: &str) -> String {
    let mut out = String::new();
    // `#2` at the end makes another token of the same kind.
    let numbered = |(_, number): &(&str, &str)| number.bytes().all(|byte| byte.is_ascii_digit());
    let mut rest = text.rsplit_once('#').filter(numbered).map_or(text, |(before, _)| before);
    while let Some((literal, after)) = rest.split_once('{') {
        out.push_str(literal);
        let (piece, after) = after.split_once('}').expect("{ has its }");
        let seed = format!("{text}/{salt}/{}", out.len());
        let made = make(piece, &out, &seed);
        out.push_str(&made);
        rest = after;
    }
    out + rest
}

fn make(piece: &str, before: &str, seed: &str) -> String {
    if let Some(count) = piece.strip_prefix("seed*") {
        return seed_phrase(count.parse().expect("a number of words"), seed);
    }
    if let Some((name, length)) = piece.split_once('*') {
        return random(alphabet(name).as_bytes(), length.parse().expect("a length"), seed);
    }
    if let Some(label) = piece.strip_prefix("pem ") {
        return block(label, "\n", seed);
    }
    if let Some(label) = piece.strip_prefix("escaped ") {
        return block(label, "\\n", seed);
    }
    match piece {
        // A cut: both sides together would look like a token.
        "" => String::new(),
        "SSHA" => "{SSHA}".to_owned(),
        "uuid" => uuid(seed),
        "UUID" => uuid(seed).to_uppercase(),
        "gitlab" => routable(before, seed, "."),
        "gitlab01" => routable(before, seed, ".01."),
        "aws" => key_id(seed),
        "bedrock-long" => {
            let secret = random(alphabet("b64").as_bytes(), 44, seed);
            STANDARD.encode(format!("BedrockAPIKey-{}-at-123456789012:{secret}", &uuid(seed)[..4]))
        }
        "bedrock-short" => STANDARD.encode(format!(
            "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential={}%2F20260102%2Fus-east-1&\
             X-Amz-Date=20260102T030405Z&X-Amz-Expires=43200&X-Amz-Signature={}&Version=1",
            random(alphabet("ua").as_bytes(), 20, seed),
            random(alphabet("hex").as_bytes(), 64, seed),
        )),
        "macaroon" => {
            let mut raw = b"\x02\x01\x08pypi.org\x02\x24".to_vec();
            raw.extend(uuid(seed).bytes());
            raw.extend(b"\x00\x02\x03[3]\x00\x00\x06\x20");
            raw.extend(Sha256::digest(seed));
            URL_SAFE_NO_PAD.encode(raw)
        }
        "sentry" => {
            let json = r#"{"iat":1756000000.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}"#;
            format!("{}_{}", STANDARD.encode(json), STANDARD_NO_PAD.encode(Sha256::digest(seed)))
        }
        "jwt" => jwt(r#"{"iss":"https://issuer.example","sub":"user:demo","exp":1756000000}"#, seed),
        "jwt-service" => {
            jwt(r#"{"iss":"supabase","ref":"abcd","role":"service_role","exp":2056000000}"#, seed)
        }
        _ => checksum(piece, before)
            .or_else(|| encoded(piece, seed))
            .unwrap_or_else(|| panic!("no piece {piece}")),
    }
}

/// Makes a seed phrase of 12 or 24 words with its checksum (BIP-39).
fn seed_phrase(count: usize, seed: &str) -> String {
    const WORDS: &str = include_str!("../../../model/seed-words.txt");
    let entropy = Sha256::digest(seed)[..count / 3 * 4].to_vec();
    let bytes = [&entropy[..], &Sha256::digest(&entropy)[..1]].concat();
    let bits: Vec<usize> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1))).collect();
    let words: Vec<&str> = WORDS.lines().collect();
    let index = |bits: &[usize]| bits.iter().fold(0, |index, bit| index << 1 | bit);
    bits.chunks_exact(11).take(count).map(|bits| words[index(bits)]).collect::<Vec<_>>().join(" ")
}

/// Makes the checksum of the text before it.
fn checksum(piece: &str, before: &str) -> Option<String> {
    Some(match piece {
        "crc62" => {
            let body = before.rsplit('_').next().expect("a body");
            to_base(crc32(body.as_bytes()).into(), 62, 6)
        }
        "crchex" => format!("{:08X}", crc32(before.as_bytes())),
        "crcbody" => {
            let head = before.strip_suffix('_').unwrap_or(before);
            format!("{:08x}", crc32(head.rsplit('_').next().expect("a body").as_bytes()))
        }
        "crcwhole" => to_base(crc32(before.as_bytes()).into(), 62, 6),
        "crcswapped" => to_base(crc32(before.as_bytes()).into(), 62, 6)
            .chars()
            .map(|digit| {
                if digit.is_ascii_uppercase() {
                    digit.to_ascii_lowercase()
                } else {
                    digit.to_ascii_uppercase()
                }
            })
            .collect(),
        "crc64" => STANDARD_NO_PAD.encode(crc32(&before.as_bytes()[before.len() - 54..]).to_le_bytes()),
        "crclittle" => format!("_{:08x}", crc32(before.as_bytes()).swap_bytes()),
        _ => return None,
    })
}

/// Makes a part of a token that is base64 of a text of a known form.
fn encoded(piece: &str, seed: &str) -> Option<String> {
    let part =
        |name: &str, length| random(alphabet(name).as_bytes(), length, &format!("{seed}/{name}{length}"));
    Some(match piece {
        "reftkn" => STANDARD.encode(format!("reftkn:01:0000000000:{}", part("an", 27))),
        "intercom" => STANDARD.encode(format!("tok:{}:1:0", uuid(seed).replace('-', "_"))),
        "snowflake" => URL_SAFE_NO_PAD.encode(format!("1{}", part("d", 17))),
        "grafana" => STANDARD.encode(format!(r#"{{"k":"{}","n":"deploy","id":1}}"#, part("an", 32))),
        "powerbi" => {
            STANDARD.encode(format!(r#"{{"k":"{}","t":"{}","c":9}}"#, uuid(seed), uuid(&part("d", 9))))
        }
        "tunnel" => STANDARD.encode(format!(
            r#"{{"a":"{}","t":"{}","s":"{}"}}"#,
            part("hex", 32),
            uuid(seed),
            STANDARD.encode(part("an", 32)),
        )),
        "snyk" => URL_SAFE_NO_PAD.encode(format!(
            r#"{{"e":1776436736,"h":"snyk.io","j":"AZ{}","s":"{}","tid":"AAAAAA"}}"#,
            part("an", 22),
            part("u64", 22),
        )),
        "asaas" => {
            STANDARD.encode(format!("{}::{}:$aach_{}", part("hex", 32), part("d", 8), part("hex", 36)))
        }
        _ => return None,
    })
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Writes a number in a base of up to 62, with leading zeros up to a width.
fn to_base(mut number: u64, base: u64, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    while number > 0 || digits.len() < width {
        digits.push(DIGITS[usize::try_from(number % base).expect("below 62")]);
        number /= base;
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

fn uuid(seed: &str) -> String {
    let hex = random(alphabet("hex").as_bytes(), 32, seed);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

fn routable(before: &str, seed: &str, point: &str) -> String {
    let mut payload = b"c:1\no:5\nu:21i3v9".to_vec();
    payload.extend(&Sha256::digest(seed)[..16]);
    payload.push(16);
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let length = to_base(payload.len() as u64, 36, 2).to_lowercase();
    let head = format!("{payload}{point}{length}");
    let sum = crc32(format!("{before}{head}").as_bytes());
    head + &to_base(sum.into(), 36, 7).to_lowercase()
}

/// Makes sixteen characters of base 32 that encode the account 123456789012.
fn key_id(seed: &str) -> String {
    let number = 1_u64 << 49 | 123_456_789_012 << 9 | 0x155;
    let characters = alphabet("b32");
    let at = |place: u32| usize::try_from(number >> (place * 5) & 31).expect("five bits");
    let head: String = (0..10).rev().map(|place| char::from(characters.as_bytes()[at(place)])).collect();
    head + &random(characters.as_bytes(), 6, seed)
}

fn jwt(payload: &str, seed: &str) -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let signature = URL_SAFE_NO_PAD.encode(Sha256::digest(seed));
    format!("{}.{}.{signature}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(payload))
}

/// Makes the block of a private key; its content is random.
fn block(label: &str, line_break: &str, seed: &str) -> String {
    let mut raw = match label {
        "OPENSSH PRIVATE KEY" => b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0".to_vec(),
        _ => vec![0x30, 0x82, 1, 0x4f, 2, 1, 0],
    };
    (0..5).for_each(|part| raw.extend(Sha512::digest(format!("{seed}/{part}"))));
    let text = STANDARD.encode(raw);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    let (dashes, lines) = ("-".repeat(5), lines.join(line_break));
    format!("{dashes}BEGIN {label}{dashes}{line_break}{lines}{line_break}{dashes}END {label}{dashes}")
}
