//! Deltas: a version told as copies from its base and inserted bytes.

use crate::git::pack::EntryError;
use crate::text::CopiedRange;

/// The size of what a delta makes.
///
/// # Errors
/// It has none.
pub fn result_size(delta: &[u8]) -> Result<u64, EntryError> {
    let mut rest = delta;
    size(&mut rest)?;
    size(&mut rest)
}

/// Applies a delta to its base. `out` and `copies` are replaced; `copies` are in the order of the result.
///
/// # Errors
/// The delta is for another base, or an instruction leaves the base or the result.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    most: usize,
    out: &mut Vec<u8>,
    copies: &mut Vec<CopiedRange>,
) -> Result<(), EntryError> {
    out.clear();
    copies.clear();
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err(EntryError("its delta is for another base"));
    }
    let length = usize::try_from(size(&mut rest)?).map_err(|_| EntryError("it is too large"))?;
    if length > most {
        return Err(EntryError("it is too large"));
    }
    // A byte of a delta stands for the whole base at most, so a larger claim is a lie, and nothing is allocated
    // for it.
    if length > rest.len().saturating_mul(base.len().max(1)) {
        return Err(EntryError("its delta is shorter than it says"));
    }
    out.reserve_exact(length);
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        if instruction & 0x80 != 0 {
            let (from, count) = copy(instruction, &mut rest)?;
            let end = from.checked_add(count).filter(|end| *end <= base.len());
            let end = end.ok_or(EntryError("its delta copies from outside of its base"))?;
            if count > length - out.len() {
                return Err(EntryError("its delta is longer than it says"));
            }
            copies.push(CopiedRange { from: from..end, to: out.len() });
            out.extend_from_slice(&base[from..end]);
        } else {
            let count = usize::from(instruction);
            let inserted = rest.get(..count).filter(|_| count > 0 && count <= length - out.len());
            out.extend_from_slice(
                inserted.ok_or(EntryError("its delta has an instruction that does not fit"))?,
            );
            rest = &rest[count..];
        }
    }
    if out.len() == length { Ok(()) } else { Err(EntryError("its delta is shorter than it says")) }
}

/// Offset and length of a copy; bytes that are zero are left out.
fn copy(instruction: u8, rest: &mut &[u8]) -> Result<(usize, usize), EntryError> {
    let mut numbers = [0_usize; 2];
    for bit in 0..7 {
        if instruction & (1 << bit) != 0 {
            let (&byte, after) =
                rest.split_first().ok_or(EntryError("its delta ends within an instruction"))?;
            *rest = after;
            let (number, shift) = if bit < 4 { (0, bit) } else { (1, bit - 4) };
            numbers[number] |= usize::from(byte) << (8 * shift);
        }
    }
    let [from, count] = numbers;
    Ok((from, if count == 0 { 0x10000 } else { count }))
}

fn size(rest: &mut &[u8]) -> Result<u64, EntryError> {
    let (mut size, mut shift) = (0_u64, 0);
    loop {
        let (&byte, after) = rest.split_first().ok_or(EntryError("its delta ends within its sizes"))?;
        *rest = after;
        if shift > 56 {
            return Err(EntryError("its delta's sizes are out of range"));
        }
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<CopiedRange>), EntryError> {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        apply(base, delta, 1 << 20, &mut out, &mut copies).map(|()| (out, copies))
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        let (out, copies) = applied(b"hello world", &[11, 9, 0x91, 6, 5, 4, b'!', b'!', b'!', b'!']).unwrap();
        assert_eq!(out, b"world!!!!");
        assert_eq!(copies, [CopiedRange { from: 6..11, to: 0 }]);
    }

    #[test]
    fn a_length_of_zero_stands_for_64_kilobytes() {
        let base = vec![7; 0x10000];
        let (out, _) = applied(&base, &[0x80, 0x80, 4, 0x80, 0x80, 4, 0x80]).unwrap();
        assert_eq!(out, base);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let base = b"0123456789";
        for delta in [
            &[][..],
            &[10],
            &[9, 1, 1, b'x'],
            &[10, 2, 1, b'x'],
            &[10, 1, 2, b'x', b'y'],
            &[10, 1, 0],
            &[10, 4, 0x91, 8, 4],
            &[10, 2, 0x91, 1, 4],
            &[10, 4, 0x91, 1],
            &[10, 5, 5, b'x'],
            &[0xff; 12],
        ] {
            assert!(applied(base, delta).is_err(), "{delta:?}");
        }
    }

    #[test]
    fn nothing_is_allocated_for_a_claim_that_cannot_be_true() {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        // A gigabyte of ten bytes and one copy.
        let delta = [10, 0x80, 0x80, 0x80, 0x80, 4, 0x90, 10];
        assert!(apply(b"0123456789", &delta, 1 << 30, &mut out, &mut copies).is_err());
        assert_eq!(out.capacity(), 0);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_deltas_do_no_harm(delta in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let delta = [&[10, 200, 1][..], &delta].concat();
            if let Ok((out, copies)) = applied(b"0123456789", &delta) {
                proptest::prop_assert_eq!(out.len(), 200);
                for copy in copies {
                    proptest::prop_assert_eq!(&out[copy.to..copy.to + copy.from.len()], &b"0123456789"[copy.from]);
                }
            }
        }
    }
}
