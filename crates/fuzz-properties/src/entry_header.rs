//! Headers of pack entries: a header that is read equals the one that is written from it, and bytes after it do not
//! count.

use skant::internal::git::pack::{RawBase, RawHeader};
use skant::internal::git::{ObjectFormat, ObjectKind, Oid};

use super::input::{Input, format_of};

/// Input: format and mode, then a header, or its parts.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let format = format_of(flags);
    if flags & 2 == 0 {
        check_any(input.rest(), format);
    } else {
        let header = made(&mut input, format);
        let bytes = written(&header);
        assert_eq!(RawHeader::parse(&bytes, format), Ok((header, bytes.len())));
        check_any(&[&bytes[..], input.rest()].concat(), format);
    }
}

fn check_any(bytes: &[u8], format: ObjectFormat) {
    let Ok((header, start)) = RawHeader::parse(bytes, format) else { return };
    assert!(start <= bytes.len());
    assert_eq!(header.kind.is_some(), header.base == RawBase::None);
    assert!(!matches!(header.base, RawBase::Distance(0)), "nothing is a difference to itself");
    let own = &bytes[..start];
    assert_eq!(RawHeader::parse(own, format), Ok((header, start)), "what follows counts nothing");
    for cut in 0..start {
        assert!(RawHeader::parse(&own[..cut], format).is_err(), "cut at {cut}");
    }
    let again = written(&header);
    assert_eq!(RawHeader::parse(&again, format), Ok((header, again.len())));
    // Only a size has several encodings, with zeros at its end.
    assert!(again.len() <= start && (again.len() < start || again == own));
}

fn made(input: &mut Input<'_>, format: ObjectFormat) -> RawHeader {
    let choice = input.byte();
    // Sizes and distances of every length.
    let mut number = |bits: u32| input.long() >> (64 - bits + u32::from(input.byte()) % bits);
    let size = number(60);
    let distance = number(56).max(1);
    let name: Vec<u8> = input.take(format.raw_len()).iter().copied().chain([0; 32]).collect();
    let name = Oid::from_bytes(&name[..format.raw_len()]).expect("a name");
    let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
    let (kind, base) = match usize::from(choice % 6) {
        4 => (None, RawBase::Distance(distance)),
        5 => (None, RawBase::Object(name)),
        at => (Some(kinds[at]), RawBase::None),
    };
    RawHeader { kind, base, size }
}

/// Encodes a header as git does.
pub fn written(header: &RawHeader) -> Vec<u8> {
    let number = match (header.kind, header.base) {
        (Some(ObjectKind::Commit), _) => 1,
        (Some(ObjectKind::Tree), _) => 2,
        (Some(ObjectKind::Blob), _) => 3,
        (Some(ObjectKind::Tag), _) => 4,
        (None, RawBase::Object(_)) => 7,
        (None, _) => 6,
    };
    let low = |number: u64, bits: u32| (number & ((1 << bits) - 1)).to_le_bytes()[0];
    let mut bytes = vec![number << 4 | low(header.size, 4)];
    let mut size = header.size >> 4;
    while size > 0 {
        *bytes.last_mut().expect("one") |= 0x80;
        bytes.push(low(size, 7));
        size >>= 7;
    }
    match header.base {
        RawBase::None => {}
        RawBase::Object(name) => bytes.extend(name.as_bytes()),
        RawBase::Distance(mut distance) => {
            let mut reversed = vec![low(distance, 7)];
            while distance >= 0x80 {
                distance = (distance >> 7) - 1;
                reversed.push(low(distance, 7) | 0x80);
            }
            bytes.extend(reversed.iter().rev());
        }
    }
    bytes
}
