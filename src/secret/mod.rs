//! A secret that cannot be printed, and the data about it that may be shown: a mask, a length, a fingerprint; and the
//! masking of lines and names. Finds no secrets.

pub(crate) mod fingerprint;
pub(crate) mod mask;
pub(crate) mod mask_line;
pub(crate) mod mask_name;
pub(crate) mod parts_digest;

use std::fmt;

pub use fingerprint::Fingerprint;
pub(crate) use fingerprint::to_hex;
pub(crate) use fingerprint::{FingerprintKey, ValueId};
pub(crate) use mask::Mask;
pub(crate) use mask_line::{allow_references, mask_line};
pub(crate) use mask_name::{ValueEnd, mask_person, mask_values};
pub(crate) use parts_digest::PartsDigest;

/// The raw bytes of a secret. `Debug` and `Display` do not print them, and the type is not serialisable.
pub(crate) struct Secret<'b>(&'b [u8]);

impl<'b> Secret<'b> {
    /// Wraps raw bytes.
    #[must_use]
    pub(crate) const fn new(raw: &'b [u8]) -> Self {
        Self(raw)
    }

    /// Returns the raw bytes. This is the only access to them, so that every use can be found by this name.
    #[must_use]
    pub(crate) const fn expose(&self) -> &'b [u8] {
        self.0
    }

    /// The length in bytes.
    #[must_use]
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the identity of the value, for comparisons and fingerprints.
    #[must_use]
    pub(crate) fn id(&self) -> ValueId {
        ValueId::new(self.0)
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret(<{} bytes>)", self.len())
    }
}

impl fmt::Display for Secret<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Secret::new(b"hunter2hunter2");
        assert_eq!(format!("{secret}"), "<secret>");
        assert_eq!(format!("{secret:?}"), "Secret(<14 bytes>)");
    }
}
