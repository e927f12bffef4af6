//! The index of a pack: reads stay within the file, every name is found at its position, every offset is as written.
//! Names out of order may be missed, but never confused with others.

use std::collections::BTreeMap;

use skant::internal::git::pack::{EntryBuffers, Pack, PackIndex};
use skant::internal::git::{ObjectFormat, Oid};

use super::input::{Input, format_of};

/// Input: format and mode, then an index, or its parts.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let format = format_of(flags);
    if flags & 2 == 0 {
        check_any(input.rest(), format);
        return;
    }
    let places = places(&mut input, format);
    let mut bytes = written(&places, format, flags & 4 == 0);
    intact(&bytes, &places, format, flags & 4 == 0);
    check_any(&bytes, format);
    while !input.is_empty() {
        let (at, value) = (input.number(), input.byte());
        let at = at % bytes.len();
        bytes[at] = value;
    }
    check_any(&bytes, format);
}

fn check_any(bytes: &[u8], format: ObjectFormat) {
    let Ok(index) = PackIndex::parse(bytes.to_vec(), format) else { return };
    assert!(index.len() <= bytes.len() / (format.raw_len() + 4), "it holds what fits into it");
    assert_eq!(index.is_empty(), index.oid(0).is_none());
    let names: Vec<Oid> = (0..index.len()).map(|at| index.oid(at).expect("a name")).collect();
    assert_eq!((index.oid(index.len()), index.oid(usize::MAX)), (None, None));
    assert!(index.offset(index.len()).is_err() && index.offset(usize::MAX).is_err());
    let in_order = names.is_sorted_by(|one, other| one < other) && counts_fit(bytes, &names);
    for (at, name) in names.iter().enumerate() {
        let found = index.find(name);
        assert!(found.is_none_or(|found| names[found] == *name));
        assert!(!in_order || found == Some(at), "{name} is at {at} and found at {found:?}");
        let mut other = name.as_bytes().to_vec();
        other[usize::from(name.as_bytes()[1]) % name.as_bytes().len()] ^= 1;
        let other = Oid::from_bytes(&other).expect("a name");
        assert!(!in_order || index.find(&other) == names.binary_search(&other).ok());
        assert_eq!(index.offset(at).ok(), offset(bytes, format, index.len(), at));
    }
    let longer = if format == ObjectFormat::Sha1 { [1; 32].to_vec() } else { vec![1; 20] };
    assert_eq!(index.find(&Oid::from_bytes(&longer).expect("a name")), None, "a name of the other format");
    in_a_pack(index, names.len(), format);
}

/// A pack of zeros: its index is checked against it, and no entry fits.
fn in_a_pack(index: PackIndex, count: usize, format: ObjectFormat) {
    let mut data = b"PACK\0\0\0\x02".to_vec();
    data.resize(1024, 0);
    let Ok(pack) = Pack::new(index, data, format) else { return };
    assert_eq!((pack.len(), pack.is_empty()), (count, count == 0));
    for slot in 0..count {
        assert!(pack.oid(slot).is_some());
        // Only the first bytes could be an entry.
        let _ = pack.header(slot, &mut EntryBuffers::new());
    }
    assert!(pack.oid(count).is_none() && pack.header(count, &mut EntryBuffers::new()).is_err());
}

fn is_second(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xfftOc")
}

/// Whether each of the 256 counts is the number of names with a first byte up to its own.
fn counts_fit(bytes: &[u8], names: &[Oid]) -> bool {
    let start = if is_second(bytes) { 8 } else { 0 };
    let counts = counts(names.iter().map(|name| name.as_bytes()[0]));
    bytes[start..].starts_with(&counts)
}

/// Returns an offset, read by git's documentation.
fn offset(bytes: &[u8], format: ObjectFormat, count: usize, at: usize) -> Option<u64> {
    let name = format.raw_len();
    if !is_second(bytes) {
        return long_at(bytes, 1024 + at * (4 + name), 4);
    }
    let tables = 8 + 1024 + count * (name + 4);
    let small = long_at(bytes, tables + at * 4, 4)?;
    if small < 0x8000_0000 {
        return Some(small);
    }
    let end = bytes.len() - 2 * name;
    let large = tables + count * 4 + usize::try_from(small - 0x8000_0000).ok()? * 8;
    long_at(&bytes[..end], large, 8)
}

fn long_at(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + width)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Makes names of few distinct bytes, so that some are equal, and offsets of all sizes.
fn places(input: &mut Input<'_>, format: ObjectFormat) -> BTreeMap<Vec<u8>, u64> {
    let mut places = BTreeMap::new();
    for _ in 0..input.byte() {
        let mut name = vec![input.byte(); format.raw_len()];
        name[1..3].copy_from_slice(&[input.byte(), input.byte()]);
        let offset = match input.byte() {
            large @ 0x80.. => input.long() >> (large % 34),
            small => u64::from(small) << 8 | u64::from(input.byte()),
        };
        places.insert(name, offset);
    }
    places
}

/// Counts the names with a first byte up to each byte.
fn counts(first_bytes: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut counts = [0_u32; 256];
    first_bytes.for_each(|first| counts[usize::from(first)] += 1);
    let mut upto = 0;
    let sums = counts.iter().map(|count| {
        upto += count;
        upto.to_be_bytes()
    });
    sums.collect::<Vec<_>>().concat()
}

/// Writes an index as git does.
pub fn written(places: &BTreeMap<Vec<u8>, u64>, format: ObjectFormat, second: bool) -> Vec<u8> {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = if second { b"\xfftOc\0\0\0\x02".to_vec() } else { Vec::new() };
    bytes.extend(counts(places.keys().map(|name| name[0])));
    let (mut offsets, mut large) = (Vec::new(), Vec::new());
    for (name, offset) in places {
        let fits = u32::try_from(*offset).ok().filter(|offset| *offset < 0x8000_0000 || !second);
        let field = fits.map_or_else(
            || {
                large.push(*offset);
                small(0x8000_0000 + large.len() - 1)
            },
            u32::to_be_bytes,
        );
        if second {
            offsets.push(field);
        } else {
            bytes.extend(field);
        }
        bytes.extend(name);
    }
    if second {
        bytes.extend(vec![0; places.len() * 4]);
        bytes.extend(offsets.concat());
        bytes.extend(large.iter().flat_map(|offset| offset.to_be_bytes()));
    }
    bytes.extend(vec![0; 2 * format.raw_len()]);
    bytes
}

/// An index of git's form returns its parts.
fn intact(bytes: &[u8], places: &BTreeMap<Vec<u8>, u64>, format: ObjectFormat, second: bool) {
    let index = PackIndex::parse(bytes.to_vec(), format).expect("an index");
    assert_eq!(index.len(), places.len());
    for (at, (name, offset)) in places.iter().enumerate() {
        let name = Oid::from_bytes(name).expect("a name");
        assert_eq!((index.oid(at), index.find(&name)), (Some(name), Some(at)));
        if second || u32::try_from(*offset).is_ok() {
            assert_eq!(index.offset(at), Ok(*offset));
        }
    }
    let cut = &bytes[..bytes.len() - 1];
    // Without large offsets there are only the tables, and each byte counts.
    if !places.values().any(|offset| *offset >= 0x8000_0000) {
        assert!(PackIndex::parse(cut.to_vec(), format).is_err());
    }
}
