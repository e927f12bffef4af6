//! Fingerprints: identifiers of values that do not reveal the value.
//!
//! The fingerprint of a strong value (80 bits or more) is a hash of the value alone, so that it survives moves and
//! renamed rules. A weak value, such as a password, could be found by hashing guesses. So its fingerprint depends on
//! the path and on a key; without a key it is too short to confirm a guess. A baseline holds more digits of it, see
//! docs/decisions/0044-digits-of-weak-values.md.

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

    /// Whether there is a key.
    #[must_use]
    pub(crate) const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Returns 16 bits of a hash of the key, which show a change; `None` without a key.
    #[must_use]
    pub(crate) fn tag(&self) -> Option<[u8; 2]> {
        let hash = digest(&[b"skant key tag 1\0", self.0.as_ref()?]);
        Some([hash[0], hash[1]])
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
///
/// Of a weak value it holds more digits than reports show. Only a baseline writes them, next to the value itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    digits: String,
    /// The number of digits that reports show.
    shown: usize,
    /// The fewest digits that name the value.
    fewest: usize,
}

impl Fingerprint {
    /// The minimum length of a prefix that names a value: six digits are 24 bits, so that a replaced value does not
    /// match.
    pub const MIN_PREFIX: usize = 6;
    /// The digits of the path in the fingerprint of a weak value.
    pub(crate) const PLACE_DIGITS: usize = 8;
    /// The digits of a strong value. The fingerprint of a weak value has fewer.
    pub(crate) const STRONG_DIGITS: usize = 16;
    /// The digits that reports show of the hash of a weak value without a key.
    const SHOWN_DIGITS: usize = 2;
    /// The digits of the hash of a weak value with a key.
    const KEYED_DIGITS: usize = 6;
    /// The fewest digits that a baseline holds of the hash of a weak value, and the most.
    const BASELINE_DIGITS: std::ops::RangeInclusive<usize> = 4..=7;

    /// Returns the fingerprint of a strong value: 64 bits of a hash with a public constant.
    #[must_use]
    pub fn strong(value: &ValueId) -> Self {
        let digits = to_hex(&digest(&[b"skant fingerprint 1\0", &value.0])[..Self::STRONG_DIGITS / 2]);
        Self { digits, shown: Self::STRONG_DIGITS, fewest: Self::MIN_PREFIX }
    }

    /// Returns the fingerprint of a weak value in a file: 24 bits with a key. Without a key reports show 8 bits, which
    /// distinguish a replaced value from the old one in 255 of 256 cases and confirm no guess.
    #[must_use]
    pub fn weak(value: &ValueId, path: &str, key: &FingerprintKey) -> Self {
        let path_hash = digest(&[b"skant weak place 1\0", path.as_bytes()]);
        let (secret, shown, kept): (&[u8], usize, usize) = match &key.0 {
            Some(key) => (key, Self::KEYED_DIGITS, Self::KEYED_DIGITS),
            None => (b"", Self::SHOWN_DIGITS, *Self::BASELINE_DIGITS.end()),
        };
        let keyed = digest(&[b"skant weak value 1\0", &digest(&[secret]), &path_hash, &value.0]);
        let mut digits = to_hex(&path_hash[..Self::PLACE_DIGITS / 2]);
        digits.extend(to_hex(&keyed).chars().take(kept));
        let shown = Self::PLACE_DIGITS + shown;
        Self { digits, shown, fewest: shown }
    }

    /// Returns the fingerprint with these digits of a report; `None` if a report shows no such digits.
    #[must_use]
    pub(crate) fn from_report(digits: &str) -> Option<Self> {
        let lengths = Self::PLACE_DIGITS + Self::SHOWN_DIGITS..=Self::STRONG_DIGITS;
        let shown = digits.len();
        let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let fewest = if shown == Self::STRONG_DIGITS { Self::MIN_PREFIX } else { shown };
        (is_hex && lengths.contains(&shown)).then(|| Self { digits: digits.to_owned(), shown, fewest })
    }

    /// The digits that reports show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.first(self.shown)
    }

    /// Returns the digits for a baseline with this number of values of the same path, this one included. A weak value
    /// without a key gets so many digits that a new value of the path has the digits of one of them in at most one of
    /// 100 cases, up to 2.6 million values.
    #[must_use]
    pub(crate) fn for_baseline(&self, values: usize) -> &str {
        let is_enough = |digits: &usize| values as u64 * 100 <= 1 << (4 * digits);
        let wanted = Self::BASELINE_DIGITS.clone().find(is_enough).unwrap_or(*Self::BASELINE_DIGITS.end());
        self.first((Self::PLACE_DIGITS + wanted).max(self.shown))
    }

    /// Returns the digits that stand for the path, if the value is weak.
    #[must_use]
    pub(crate) fn place(&self) -> Option<&str> {
        Self::place_of(&self.digits)
    }

    /// Returns the digits that stand for the path in the digits of a baseline entry, if these are of a weak value.
    #[must_use]
    pub(crate) fn place_of(digits: &str) -> Option<&str> {
        let is_weak = (Self::PLACE_DIGITS + Self::SHOWN_DIGITS..Self::STRONG_DIGITS).contains(&digits.len());
        digits.get(..Self::PLACE_DIGITS).filter(|_| is_weak)
    }

    /// Returns every text that names this value, from the shortest to the longest, in lowercase.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        (self.fewest..=self.digits.len()).map(|length| self.first(length))
    }

    /// Returns whether `prefix` names this value: at least the first six digits, in lowercase or uppercase. Of a weak
    /// value at least the digits that reports show.
    #[must_use]
    pub fn matches_prefix(&self, prefix: &str) -> bool {
        prefix.len() >= self.fewest
            && self.digits.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    }

    fn first(&self, length: usize) -> &str {
        self.digits.get(..length).unwrap_or(&self.digits)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
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
        for fingerprint in [&strong, &weak] {
            assert!(fingerprint.names().all(|name| fingerprint.matches_prefix(name)));
            assert!(fingerprint.names().any(|name| name == fingerprint.as_str()));
        }
        assert_eq!((strong.names().count(), weak.names().count()), (11, 6));
    }

    #[test]
    fn a_baseline_has_more_digits_the_more_values_a_path_has() {
        let value = ValueId::new(b"hunter2");
        let weak = Fingerprint::weak(&value, "a", &FingerprintKey::default());
        for (values, digits) in
            [(0, 4), (1, 4), (655, 4), (656, 5), (10_485, 5), (10_486, 6), (167_773, 7), (usize::MAX >> 8, 7)]
        {
            let name = weak.for_baseline(values);
            assert_eq!(name.len(), Fingerprint::PLACE_DIGITS + digits, "{values}");
            assert!(weak.matches_prefix(name) && name.starts_with(weak.as_str()));
            assert_eq!(Fingerprint::place_of(name), weak.place());
            assert!(digits == 7 || values * 100 <= 1 << (4 * digits), "{values}");
        }
        let keyed = Fingerprint::weak(&value, "a", &FingerprintKey::new(b"k".to_vec()));
        let strong = Fingerprint::strong(&value);
        assert_eq!((keyed.for_baseline(1), strong.for_baseline(1)), (keyed.as_str(), strong.as_str()));
        assert_eq!((strong.place(), Fingerprint::place_of(&strong.as_str()[..9])), (None, None));
    }

    #[test]
    fn the_digits_of_a_report_are_a_fingerprint_again() {
        let value = ValueId::new(b"x");
        let strong = Fingerprint::strong(&value);
        assert_eq!(Fingerprint::from_report(strong.as_str()), Some(strong));
        for key in [FingerprintKey::default(), FingerprintKey::new(b"k".to_vec())] {
            let weak = Fingerprint::weak(&value, "a", &key);
            let read = Fingerprint::from_report(weak.as_str()).unwrap();
            assert_eq!((read.as_str(), read.place()), (weak.as_str(), weak.place()));
        }
        for wrong in ["", "abc", "ABCDEF0123456789", "0123456789abcdef0", "0123456789abcdeg"] {
            assert_eq!(Fingerprint::from_report(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_prints_the_digits_of_a_baseline() {
        let weak = Fingerprint::weak(&ValueId::new(b"x"), "a", &FingerprintKey::default());
        assert_eq!(format!("{weak:?}"), format!("Fingerprint({})", weak.as_str()));
        assert_eq!(weak.to_string().len(), 10);
    }

    #[test]
    fn nothing_prints_an_id_or_a_key() {
        let id = ValueId::new(b"x");
        assert_eq!(format!("{id:?} {:?}", FingerprintKey::new(vec![1])), "ValueId(..) FingerprintKey(set)");
        assert!(id.is_one_of(&["00", &to_hex(&id.0)]) && !id.is_one_of(&["00"]));
    }
}
