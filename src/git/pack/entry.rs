//! The header of a pack entry: kind, size, base.

use crate::git::pack::{EntryError, kind_of};
use crate::git::{ObjectFormat, ObjectKind, Oid};

/// What an entry is a difference to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing: it is whole.
    None,
    /// Another entry of the pack.
    Slot(usize),
    /// An object that this pack does not hold.
    External(Oid),
}

/// What stands before an entry's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it is; `None` for a difference, which is what its base is.
    pub kind: Option<ObjectKind>,
    /// What it is a difference to.
    pub base: Base,
    /// The size of what inflates from it.
    pub size: u64,
    /// Where its compressed bytes begin, from its own beginning.
    pub start: usize,
}

/// A header before its base is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawHeader {
    /// What the entry is; `None` for a difference.
    pub kind: Option<ObjectKind>,
    /// What it is a difference to.
    pub base: RawBase,
    /// The size that it claims to inflate to.
    pub size: u64,
}

/// What an entry says that it is a difference to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawBase {
    /// Nothing: it is whole.
    None,
    /// The entry so many bytes before this one; never zero.
    Distance(u64),
    /// The object of this name.
    Object(Oid),
}

impl RawHeader {
    /// Reads the header that an entry begins with. Returns with it how long it is.
    ///
    /// # Errors
    /// The bytes end within it, or it is not of git's form.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Result<(Self, usize), EntryError> {
        parse(bytes, format)
    }
}

fn parse(bytes: &[u8], format: ObjectFormat) -> Result<(RawHeader, usize), EntryError> {
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
    Ok((RawHeader { kind, base, size }, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_bases_are_read() {
        let (header, start) = parse(&[0xb5, 0x0a, 0xff], ObjectFormat::Sha1).unwrap();
        assert_eq!((header.kind, header.size, start), (Some(ObjectKind::Blob), 5 + (10 << 4), 2));
        let (header, start) = parse(&[0x63, 0x81, 0x00], ObjectFormat::Sha1).unwrap();
        assert!(matches!(header.base, RawBase::Distance(256)) && header.kind.is_none() && start == 3);
        let named = [&[0x71][..], &[7; 20]].concat();
        assert!(matches!(parse(&named, ObjectFormat::Sha1).unwrap().0.base, RawBase::Object(_)));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
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
        fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            if let Ok((_, start)) = parse(&bytes, ObjectFormat::Sha256) {
                proptest::prop_assert!(start <= bytes.len());
            }
        }
    }
}
