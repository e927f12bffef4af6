//! Fingerprints: identifiers of values that do not reveal the value.
//!
//! The fingerprint of a strong value (80 bits or more) is a hash of the value alone, so that it survives moves and
//! renamed rules. A weak value, such as a password, could be found by hashing guesses. So its fingerprint depends on
//! the path and on a key; without a key it is too short to confirm a guess.

use std::fmt;

use sha2::{Digest, Sha256};

/// The identity of a value: equal values have equal ids. It is never printed, and `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId([u8; 32]);

impl ValueId {
    /// Hashes a decoded value.
    #[must_use]
    pub fn new(value: &[u8]) -> Self {
        Self(digest(&[b"skant value 1\0", value]))
    }

    /// Returns whether a sorted list of hexadecimal ids contains this one. Rule packs list known test values in this
    /// form.
    #[must_use]
    pub fn is_one_of(&self, sorted: &[impl AsRef<str>]) -> bool {
        let hex = to_hex(&self.0);
        sorted.binary_search_by(|known| known.as_ref().cmp(&hex)).is_ok()
    }
}

impl fmt::Debug for ValueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ValueId(..)")
    }
}

/// The key of the fingerprints of weak values. No report contains it.
#[derive(Clone, Default)]
pub struct FingerprintKey(Option<Vec<u8>>);

impl FingerprintKey {
    /// Creates a key from a text of the configuration.
    #[must_use]
    pub const fn new(key: Vec<u8>) -> Self {
        Self(Some(key))
    }

    /// Returns this key if it is set, else the other one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.0.is_some() { self } else { other }
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "FingerprintKey(set)" } else { "FingerprintKey(none)" })
    }
}

/// The fingerprint of a value, in lowercase hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The minimum length of a prefix that names a value: six digits are 24 bits, so that a replaced value does not
    /// match.
    pub const MIN_PREFIX: usize = 6;

    /// Returns the fingerprint of a strong value: 64 bits of a hash with a public constant.
    #[must_use]
    pub fn strong(value: &ValueId) -> Self {
        Self(to_hex(&digest(&[b"skant fingerprint 1\0", &value.0])[..8]))
    }

    /// Returns the fingerprint of a weak value in a file: 24 bits with a key. Without a key it has 8 bits, which
    /// distinguish a replaced value from the old one in 255 of 256 cases and confirm no guess.
    #[must_use]
    pub fn weak(value: &ValueId, path: &str, key: &FingerprintKey) -> Self {
        let path_hash = digest(&[b"skant weak place 1\0", path.as_bytes()]);
        let (secret, kept): (&[u8], usize) = match &key.0 {
            Some(key) => (key, 3),
            None => (b"", 1),
        };
        let keyed = digest(&[b"skant weak value 1\0", &digest(&[secret]), &path_hash, &value.0]);
        Self(format!("{}{}", to_hex(&path_hash[..4]), to_hex(&keyed[..kept])))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `prefix` names this value: at least the first six digits, in lowercase or uppercase. A prefix of
    /// the fingerprint of a weak value has to be complete.
    #[must_use]
    pub fn matches_prefix(&self, prefix: &str) -> bool {
        let needs_all = self.0.len() < 16;
        prefix.len() >= Self::MIN_PREFIX
            && (!needs_all || prefix.len() == self.0.len())
            && self.0.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Returns bytes in lowercase hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
        );
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_of_a_strong_value_depends_on_the_value_alone() {
        let (one, two) = (ValueId::new(b"value one"), ValueId::new(b"value two"));
        assert_eq!(Fingerprint::strong(&one), Fingerprint::strong(&ValueId::new(b"value one")));
        assert_ne!(Fingerprint::strong(&one), Fingerprint::strong(&two));
        assert_eq!(Fingerprint::strong(&one).as_str().len(), 16);
    }

    #[test]
    fn the_fingerprint_of_a_weak_value_depends_on_path_and_key() {
        let value = ValueId::new(b"hunter2");
        let keyed = FingerprintKey::new(b"k1".to_vec());
        let name = |path, key: &FingerprintKey| Fingerprint::weak(&value, path, key).as_str().to_owned();
        assert_eq!(name("a", &keyed).len(), 14);
        assert_eq!(name("a", &FingerprintKey::default()).len(), 10);
        assert_ne!(name("a", &keyed), name("b", &keyed));
        assert_ne!(name("a", &keyed), name("a", &FingerprintKey::new(b"k2".to_vec())));
    }

    #[test]
    fn six_digits_name_a_strong_value_and_a_weak_value_needs_all() {
        let strong = Fingerprint::strong(&ValueId::new(b"x"));
        assert!(strong.matches_prefix(&strong.as_str()[..6].to_uppercase()));
        assert!(strong.matches_prefix(strong.as_str()));
        assert!(!strong.matches_prefix(&strong.as_str()[..5]));
        assert!(!strong.matches_prefix("zzzzzz"));
        assert!(!strong.matches_prefix(&format!("{strong}0")));
        let weak = Fingerprint::weak(&ValueId::new(b"x"), "a", &FingerprintKey::default());
        assert!(!weak.matches_prefix(&weak.as_str()[..8]) && weak.matches_prefix(weak.as_str()));
    }

    #[test]
    fn nothing_prints_an_id_or_a_key() {
        let id = ValueId::new(b"x");
        assert_eq!(format!("{id:?} {:?}", FingerprintKey::new(vec![1])), "ValueId(..) FingerprintKey(set)");
        assert!(id.is_one_of(&["00", &to_hex(&id.0)]) && !id.is_one_of(&["00"]));
    }
}
