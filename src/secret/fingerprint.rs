//! Names for values that give nothing of the value away.
//!
//! A strong value (80 bits or more) is named by a hash of the value alone, so that the name survives moves
//! and renamed rules. A weak one (a password) could be found by hashing guesses, so its name is bound to the
//! path and keyed; without a key it is cut so short that it confirms no guess.

use std::fmt;

use sha2::{Digest, Sha256};

/// The identity of a secret's value: equal values have equal ids. Never printed: `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId([u8; 32]);

impl ValueId {
    /// Hashes a decoded value.
    #[must_use]
    pub fn new(value: &[u8]) -> Self {
        Self(digest(&[b"skant value 1\0", value]))
    }

    /// Whether the id is one of these, given in hexadecimal digits and sorted (rule packs list known dummies so).
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

/// A key that no report holds, under which weak values are named.
#[derive(Clone, Default)]
pub struct FingerprintKey(Option<Vec<u8>>);

impl FingerprintKey {
    /// A key from configuration.
    #[must_use]
    pub const fn new(key: Vec<u8>) -> Self {
        Self(Some(key))
    }

    /// This key, or the other one where this is none.
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

/// The public name of a finding's value, in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Shorter prefixes than this name nothing: 24 bits, so that a replaced value is new.
    pub const MIN_PREFIX: usize = 6;

    /// The name of a strong value: 64 bits of a hash under a public constant.
    #[must_use]
    pub fn strong(value: &ValueId) -> Self {
        Self(to_hex(&digest(&[b"skant fingerprint 1\0", &value.0])[..8]))
    }

    /// The name of a weak value at a path: 24 bits under a key; without a key 8 bits, which tell a replaced
    /// value from the old one in 255 of 256 cases and confirm no guess.
    #[must_use]
    pub fn weak(value: &ValueId, path: &str, key: &FingerprintKey) -> Self {
        let place = digest(&[b"skant weak place 1\0", path.as_bytes()]);
        let (secret, kept): (&[u8], usize) = match &key.0 {
            Some(key) => (key, 3),
            None => (b"", 1),
        };
        let keyed = digest(&[b"skant weak value 1\0", &digest(&[secret]), &place, &value.0]);
        Self(format!("{}{}", to_hex(&place[..4]), to_hex(&keyed[..kept])))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `prefix` names this value: at least six digits, either case, the first of the fingerprint;
    /// a weak value's fingerprint has to be named whole.
    #[must_use]
    pub fn matches_prefix(&self, prefix: &str) -> bool {
        let whole_only = self.0.len() < 16;
        prefix.len() >= Self::MIN_PREFIX
            && (!whole_only || prefix.len() == self.0.len())
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

/// Bytes in lower-case hexadecimal digits.
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
    fn a_fingerprint_hangs_on_the_value_alone() {
        let (one, two) = (ValueId::new(b"value one"), ValueId::new(b"value two"));
        assert_eq!(Fingerprint::strong(&one), Fingerprint::strong(&ValueId::new(b"value one")));
        assert_ne!(Fingerprint::strong(&one), Fingerprint::strong(&two));
        assert_eq!(Fingerprint::strong(&one).as_str().len(), 16);
    }

    #[test]
    fn a_weak_value_is_bound_to_path_and_key() {
        let value = ValueId::new(b"hunter2");
        let keyed = FingerprintKey::new(b"k1".to_vec());
        let name = |path, key: &FingerprintKey| Fingerprint::weak(&value, path, key).as_str().to_owned();
        assert_eq!(name("a", &keyed).len(), 14);
        assert_eq!(name("a", &FingerprintKey::default()).len(), 10);
        assert_ne!(name("a", &keyed), name("b", &keyed));
        assert_ne!(name("a", &keyed), name("a", &FingerprintKey::new(b"k2".to_vec())));
    }

    #[test]
    fn a_prefix_of_six_digits_names_a_strong_value_and_a_weak_one_only_whole() {
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
