//! PGP secret keys (RFC 9580): whether a passphrase protects one. The octet after the public part of the key states it.

use super::base64::decode;

/// Returns whether the first secret key of an armoured block is encrypted, from its base64. Returns `None` if the key
/// cannot be read.
#[must_use]
pub(crate) fn pgp_is_encrypted(body: &[u8]) -> Option<bool> {
    // The public part of the longest RSA key in use has about 2 KB.
    let head = &body[..body.len().min(4096)];
    let decoded = decode(&head[..head.len() - head.len() % 4])?;
    let packet = secret_key_packet(&decoded)?;
    let (version, rest) = packet.split_first()?;
    // The version is followed by four bytes of time and the algorithm.
    let algorithm = *rest.get(4)?;
    let key = rest.get(5..)?;
    let key = if *version == 6 { key.get(4..)? } else { key };
    let public = match algorithm {
        1..=3 => numbers_length(key, 2)?,
        16 => numbers_length(key, 3)?,
        17 => numbers_length(key, 4)?,
        18 => {
            let point = curve_length(key)?;
            point + 1 + usize::from(*key.get(point)?)
        }
        19 | 22 => curve_length(key)?,
        25 | 27 => 32,
        26 => 56,
        28 => 57,
        _ => return None,
    };
    key.get(public).map(|usage| *usage != 0)
}

/// Returns the body of the first packet of a block, if it has the tag of a secret key.
fn secret_key_packet(bytes: &[u8]) -> Option<&[u8]> {
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

/// Returns the length of `count` numbers, each of which follows its length in bits.
fn numbers_length(bytes: &[u8], count: usize) -> Option<usize> {
    (0..count).try_fold(0, |at: usize, _| {
        let bits = u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        Some(at + 2 + usize::from(bits).div_ceil(8))
    })
}

/// Returns the length of the name of a curve and a point on it.
fn curve_length(bytes: &[u8]) -> Option<usize> {
    let name = 1 + usize::from(*bytes.first()?);
    Some(name + numbers_length(bytes.get(name..)?, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// Makes a version 4 key of an algorithm, a public part, and the octet that states its protection.
    fn key(algorithm: u8, public: &[u8], usage: u8) -> String {
        let mut packet = vec![0x95, 0, 99, 4, 1, 2, 3, 4, algorithm];
        packet.extend(public);
        packet.extend([usage, 9, 9, 9, 9]);
        STANDARD.encode(packet)
    }

    #[test]
    fn the_octet_after_the_public_part_decides() {
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
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = pgp_is_encrypted(STANDARD.encode(&bytes).as_bytes());
            let _ = pgp_is_encrypted(&bytes);
        }
    }
}
