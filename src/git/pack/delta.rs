//! Deltas: a version, written as copies from its base and inserted bytes.
//!
//! The base is given; finding it is not the subject of this module.
//! Format: git's documentation, `gitformat-pack`, "Deltified representation".

use super::error::EntryError;
use crate::text::CopiedRange;

/// Returns the size of a delta's result, in bytes.
///
/// # Errors
/// Returns an error if the delta ends within its sizes, or if they are out of range.
pub fn result_size(delta: &[u8]) -> Result<u64, EntryError> {
    let mut rest = delta;
    take_size(&mut rest)?;
    take_size(&mut rest)
}

/// Applies a delta to its base. Replaces `out` with the result, of at most `max_size` bytes, and `copies` with the
/// ranges that were copied from the base, in the order of the result.
///
/// # Errors
/// Returns an error if the delta is for another base, if its result is too large, or if an instruction reads outside
/// of the base or writes outside of the result.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    max_size: usize,
    out: &mut Vec<u8>,
    copies: &mut Vec<CopiedRange>,
) -> Result<(), EntryError> {
    out.clear();
    copies.clear();
    let mut rest = delta;
    if take_size(&mut rest)? != base.len() as u64 {
        return Err(EntryError("its delta is for another base"));
    }
    let length = usize::try_from(take_size(&mut rest)?).map_err(|_| EntryError("it is too large"))?;
    if length > max_size {
        return Err(EntryError("it is too large"));
    }
    // One byte of a delta copies at most the whole base. A larger claim is false, so nothing is allocated for it.
    if length > rest.len().saturating_mul(base.len().max(1)) {
        return Err(EntryError("its delta is shorter than it says"));
    }
    out.reserve_exact(length);
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        if instruction & 0x80 != 0 {
            let (from, count) = take_copy(instruction, &mut rest)?;
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

/// Returns what a delta inserts, with a line break after each insertion: what can be read without the base. Ends at the
/// first instruction that does not fit.
#[must_use]
pub(crate) fn inserted(delta: &[u8]) -> Vec<u8> {
    let (mut rest, mut out) = (delta, Vec::new());
    if take_size(&mut rest).and_then(|_| take_size(&mut rest)).is_err() {
        return out;
    }
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        if instruction & 0x80 != 0 {
            if take_copy(instruction, &mut rest).is_err() {
                break;
            }
            continue;
        }
        let Some(inserted) = rest.get(..usize::from(instruction)).filter(|inserted| !inserted.is_empty())
        else {
            break;
        };
        out.extend_from_slice(inserted);
        rest = &rest[inserted.len()..];
        // A long insertion has several instructions.
        if instruction != 0x7f || rest.first().is_none_or(|next| next & 0x80 != 0) {
            out.push(b'\n');
        }
    }
    out
}

/// Takes offset and length of a copy. The instruction's bits say which of their bytes follow; the others are zero.
fn take_copy(instruction: u8, rest: &mut &[u8]) -> Result<(usize, usize), EntryError> {
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

/// Takes a size: seven bits in each byte, the lowest first.
fn take_size(rest: &mut &[u8]) -> Result<u64, EntryError> {
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

    fn apply_delta(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<CopiedRange>), EntryError> {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        apply(base, delta, 1 << 20, &mut out, &mut copies).map(|()| (out, copies))
    }

    #[test]
    fn result_is_made_of_copies_and_inserted_bytes() {
        let (out, copies) =
            apply_delta(b"hello world", &[11, 9, 0x91, 6, 5, 4, b'!', b'!', b'!', b'!']).unwrap();
        assert_eq!(out, b"world!!!!");
        assert_eq!(copies, [CopiedRange { from: 6..11, to: 0 }]);
    }

    #[test]
    fn insertions_are_read_without_the_base() {
        assert_eq!(inserted(&[11, 9, 2, b'a', b'b', 0x91, 6, 5, 1, b'c']), b"ab\nc\n");
        let long = [&[0, 130, 1, 0x7f][..], &[b'x'; 127], &[2, b'y', b'z']].concat();
        assert_eq!(inserted(&long), [&[b'x'; 127][..], b"yz\n"].concat());
        for damaged in [&[][..], &[1], &[1, 2, 0], &[1, 2, 5, b'a'], &[1, 2, 0x91, 6]] {
            assert_eq!(inserted(damaged), b"");
        }
    }

    #[test]
    fn a_length_of_zero_means_64_kilobytes() {
        let base = vec![7; 0x10000];
        let (out, _) = apply_delta(&base, &[0x80, 0x80, 4, 0x80, 0x80, 4, 0x80]).unwrap();
        assert_eq!(out, base);
    }

    #[test]
    fn impossible_instructions_and_sizes_are_errors() {
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
            assert!(apply_delta(base, delta).is_err(), "{delta:?}");
        }
    }

    #[test]
    fn nothing_is_allocated_for_an_impossible_size() {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        // The delta claims a gigabyte, from ten bytes and one copy.
        let delta = [10, 0x80, 0x80, 0x80, 0x80, 4, 0x90, 10];
        assert!(apply(b"0123456789", &delta, 1 << 30, &mut out, &mut copies).is_err());
        assert_eq!(out.capacity(), 0);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_deltas_do_not_panic(delta in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let delta = [&[10, 200, 1][..], &delta].concat();
            if let Ok((out, copies)) = apply_delta(b"0123456789", &delta) {
                proptest::prop_assert_eq!(out.len(), 200);
                for copy in copies {
                    proptest::prop_assert_eq!(&out[copy.to..copy.to + copy.from.len()], &b"0123456789"[copy.from]);
                }
            }
        }
    }
}
