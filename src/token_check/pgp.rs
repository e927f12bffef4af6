//! Whether a secret key of PGP (RFC 9580) is protected by a passphrase: the octet behind its public part says so.

use crate::token_check::checksum::base64;

/// Whether the first secret key of an armoured block's base64 is encrypted; `None` if it cannot be read.
#[must_use]
pub fn pgp_is_encrypted(body: &[u8]) -> Option<bool> {
    // The public part of the longest RSA key in use has some 2 KB.
    let head = &body[..body.len().min(4096)];
    let decoded = base64(&head[..head.len() - head.len() % 4])?;
    let packet = secret_key(&decoded)?;
    let (version, rest) = packet.split_first()?;
    // Behind the version: four bytes of time, the algorithm.
    let algorithm = *rest.get(4)?;
    let key = rest.get(5..)?;
    let key = if *version == 6 { key.get(4..)? } else { key };
    let public = match algorithm {
        1..=3 => numbers(key, 2)?,
        16 => numbers(key, 3)?,
        17 => numbers(key, 4)?,
        18 => {
            let point = curve(key)?;
            point + 1 + usize::from(*key.get(point)?)
        }
        19 | 22 => curve(key)?,
        25 | 27 => 32,
        26 => 56,
        28 => 57,
        _ => return None,
    };
    key.get(public).map(|usage| *usage != 0)
}

/// The body of a packet with the tag of a secret key, which is the first of a block.
fn secret_key(bytes: &[u8]) -> Option<&[u8]> {
    let (&tag, rest) = bytes.split_first()?;
    match tag {
        0x94 => rest.get(1..),
        0x95 => rest.get(2..),
        0x96 => rest.get(4..),
        0xC5 => match rest.first()? {
            0..=191 => rest.get(1..),
            192..=223 => rest.get(2..),
            255 => rest.get(5..),
            _ => None,
        },
        _ => None,
    }
}

/// The length of so many numbers, each behind its length in bits.
fn numbers(bytes: &[u8], count: usize) -> Option<usize> {
    (0..count).try_fold(0, |at: usize, _| {
        let bits = u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        Some(at + 2 + usize::from(bits).div_ceil(8))
    })
}

/// The length of a curve's name and a point on it.
fn curve(bytes: &[u8]) -> Option<usize> {
    let name = 1 + usize::from(*bytes.first()?);
    Some(name + numbers(bytes.get(name..)?, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// A version 4 key with an algorithm, its public part, and the octet that says how it is protected.
    fn key(algorithm: u8, public: &[u8], usage: u8) -> String {
        let mut packet = vec![0x95, 0, 99, 4, 1, 2, 3, 4, algorithm];
        packet.extend(public);
        packet.extend([usage, 9, 9, 9, 9]);
        STANDARD.encode(packet)
    }

    #[test]
    fn the_octet_behind_the_public_part_decides() {
        let rsa: &[u8] = &[0, 16, 1, 2, 0, 2, 3];
        let eddsa: &[u8] = &[2, 7, 7, 0, 9, 1, 2];
        let ecdh: &[u8] = &[1, 7, 0, 8, 1, 3, 1, 8, 9];
        for (algorithm, public) in [(1, rsa), (22, eddsa), (18, ecdh), (27, &[5; 32][..])] {
            for (usage, expected) in [(0, false), (254, true), (255, true), (3, true)] {
                let encrypted = pgp_is_encrypted(key(algorithm, public, usage).as_bytes());
                assert_eq!(encrypted, Some(expected), "{algorithm} {usage}");
            }
        }
        assert_eq!(pgp_is_encrypted(key(99, rsa, 0).as_bytes()), None);
        assert_eq!(pgp_is_encrypted(b""), None);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = pgp_is_encrypted(STANDARD.encode(&bytes).as_bytes());
            let _ = pgp_is_encrypted(&bytes);
        }
    }
}
