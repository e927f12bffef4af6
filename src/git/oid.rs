//! Object names: 20 bytes in SHA-1 repositories, 32 bytes in SHA-256 repositories.
//!
//! Nothing is hashed here: names come from other objects, indexes and refs.

use std::fmt;

/// The hash function that names a repository's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectFormat {
    /// 20-byte names, git's default.
    Sha1,
    /// 32-byte names, `git init --object-format=sha256`.
    Sha256,
}

impl ObjectFormat {
    /// Returns the length of an object name in bytes.
    #[must_use]
    pub const fn raw_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Returns the length of an object name in hexadecimal digits.
    #[must_use]
    pub const fn hex_len(self) -> usize {
        self.raw_len() * 2
    }
}

/// The name of an object. The unused bytes of a SHA-1 name are zero, so equality and order are those of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid {
    bytes: [u8; 32],
    len: u8,
}

impl Oid {
    /// Creates a name from raw bytes; returns `None` unless there are 20 or 32 of them.
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, len: if raw.len() == 20 { 20 } else { 32 } })
    }

    /// Parses a full hexadecimal name: 40 or 64 digits, uppercase or lowercase.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        if text.len() != 40 && text.len() != 64 {
            return None;
        }
        let mut raw = [0; 32];
        for (byte, pair) in raw.iter_mut().zip(text.chunks_exact(2)) {
            *byte = (hex_digit(pair[0])? << 4) | hex_digit(pair[1])?;
        }
        Self::from_bytes(&raw[..text.len() / 2])
    }

    /// Returns the raw bytes, 20 or 32 of them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether this is the all-zero name that git uses for "no object".
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_and_raw_forms_are_equal() {
        for text in ["95d09f2b10159347eece71399a7e2e907ea3df4f".to_owned(), "0f".repeat(32)] {
            let oid = Oid::from_hex(text.as_bytes()).unwrap();
            assert_eq!(oid.to_string(), text);
            assert_eq!(Oid::from_bytes(oid.as_bytes()), Some(oid));
        }
    }

    #[test]
    fn other_lengths_and_digits_are_rejected() {
        assert_eq!(Oid::from_hex(b"95d0"), None);
        assert_eq!(Oid::from_hex(&[b'g'; 40]), None);
        assert_eq!(Oid::from_bytes(&[0; 21]), None);
        assert!(Oid::from_bytes(&[0; 20]).unwrap().is_zero());
    }
}
