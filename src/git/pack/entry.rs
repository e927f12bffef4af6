//! The header of a pack entry: kind, size and base.
//!
//! The compressed bytes after it are not read here.
//! Format: git's documentation, `gitformat-pack`, "Pack entries".

use super::error::EntryError;
use crate::git::object_types::ObjectKind;
use crate::git::oid::{ObjectFormat, Oid};

/// Number of bytes in which the header of an entry ends: ten bytes of the size, and the longest base.
pub(super) const MAX_HEADER: usize = 64;

/// The base of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The entry is not a delta.
    None,
    /// The entry is a delta to the entry at this slot of the pack.
    Slot(usize),
    /// The entry is a delta to an object that the pack does not hold.
    External(Oid),
}

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The kind of the object; `None` for a delta, whose object has the kind of its base.
    pub kind: Option<ObjectKind>,
    /// The base.
    pub base: Base,
    /// Number of bytes to which the entry inflates.
    pub size: u64,
    /// Offset of the compressed bytes in the entry.
    pub start: usize,
}

/// A header whose base is not resolved to a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawHeader {
    /// The kind of the object; `None` for a delta.
    pub kind: Option<ObjectKind>,
    /// The base as the entry names it.
    pub base: RawBase,
    /// Number of bytes to which the entry claims to inflate.
    pub size: u64,
}

/// The base of an entry as the entry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawBase {
    /// The entry is not a delta.
    None,
    /// The base is the entry this number of bytes before this one; never zero. git: `OBJ_OFS_DELTA`.
    Distance(u64),
    /// The base is the object of this name. git: `OBJ_REF_DELTA`.
    Object(Oid),
}

impl RawHeader {
    /// Parses the header at the beginning of an entry. Returns it with its length in bytes.
    ///
    /// # Errors
    /// Returns an error if the bytes end within the header, or if a part of it is not one that git writes.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Result<(Self, usize), EntryError> {
        const SHORT: EntryError = EntryError("it ends within its header");
        let mut at = 0;
        let mut next = || {
            let byte = bytes.get(at).copied().ok_or(SHORT)?;
            at += 1;
            Ok::<u8, EntryError>(byte)
        };
        let first = next()?;
        let (mut size, mut shift, mut byte) = (u64::from(first & 15), 4, first);
        while byte & 0x80 != 0 {
            byte = next()?;
            if shift > 57 {
                return Err(EntryError("its size is out of range"));
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let number = (first >> 4) & 7;
        let base = match number {
            6 => {
                let mut byte = next()?;
                let mut distance = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    distance = distance
                        .checked_add(1)
                        .filter(|distance| distance.leading_zeros() > 7)
                        .map(|distance| distance << 7 | u64::from(byte & 0x7f))
                        .ok_or(EntryError("its base is out of range"))?;
                }
                if distance == 0 {
                    return Err(EntryError("it is its own base"));
                }
                RawBase::Distance(distance)
            }
            7 => {
                let name = bytes.get(at..at + format.raw_len()).and_then(Oid::from_bytes).ok_or(SHORT)?;
                at += format.raw_len();
                RawBase::Object(name)
            }
            _ => RawBase::None,
        };
        let kind = kind_of(number);
        if kind.is_none() && matches!(base, RawBase::None) {
            return Err(EntryError("it is of no kind that git knows"));
        }
        Ok((Self { kind, base, size }, at))
    }
}

/// Returns the kind of a type number; `None` for a delta and for unknown numbers.
const fn kind_of(number: u8) -> Option<ObjectKind> {
    match number {
        1 => Some(ObjectKind::Commit),
        2 => Some(ObjectKind::Tree),
        3 => Some(ObjectKind::Blob),
        4 => Some(ObjectKind::Tag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8], format: ObjectFormat) -> Result<(RawHeader, usize), EntryError> {
        RawHeader::parse(bytes, format)
    }

    #[test]
    fn sizes_and_bases_are_parsed() {
        let (header, start) = parse(&[0xb5, 0x0a, 0xff], ObjectFormat::Sha1).unwrap();
        assert_eq!((header.kind, header.size, start), (Some(ObjectKind::Blob), 5 + (10 << 4), 2));
        let (header, start) = parse(&[0x63, 0x81, 0x00], ObjectFormat::Sha1).unwrap();
        assert!(matches!(header.base, RawBase::Distance(256)) && header.kind.is_none() && start == 3);
        let named = [&[0x71][..], &[7; 20]].concat();
        assert!(matches!(parse(&named, ObjectFormat::Sha1).unwrap().0.base, RawBase::Object(_)));
    }

    #[test]
    fn truncated_and_impossible_headers_are_errors() {
        for bytes in
            [&[][..], &[0x80], &[0x00], &[0x50], &[0x61, 0x00], &[0x71, 1, 2], &[0x9f; 12], &[0x61, 0xff]]
        {
            assert!(parse(bytes, ObjectFormat::Sha1).is_err(), "{bytes:?}");
        }
        let far = [&[0x61][..], &[0xff; 12]].concat();
        assert!(parse(&far, ObjectFormat::Sha1).is_err());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            if let Ok((_, start)) = parse(&bytes, ObjectFormat::Sha256) {
                proptest::prop_assert!(start <= bytes.len());
            }
        }
    }
}
