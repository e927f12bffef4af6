//! Synthetic git packs: objects, and deltas to an entry before or to an object by its name.

use std::io::Write as _;

use sha1::{Digest as _, Sha1};

/// An entry of a pack.
#[derive(Clone, Debug)]
pub enum Entry {
    /// An object: its kind (1 to 4: commit, tree, blob, tag) and its content.
    Object(u8, Vec<u8>),
    /// A delta to the entry with an index.
    Delta(usize, Vec<u8>),
    /// A delta to the object of a name.
    DeltaTo([u8; 20], Vec<u8>),
}

/// Returns the name of a blob.
pub fn blob_name(content: &[u8]) -> [u8; 20] {
    let header = format!("blob {}\0", content.len());
    Sha1::new().chain_update(header).chain_update(content).finalize().into()
}

/// Returns a delta that copies a base of less than 64 KiB and adds some bytes, up to 127.
pub fn appended(base: &[u8], more: &[u8]) -> Vec<u8> {
    let length = u8::try_from(more.len()).ok().filter(|length| (1..128).contains(length)).expect("few bytes");
    let copied = u16::try_from(base.len()).expect("a short base").to_le_bytes();
    let sizes = [size(base.len()), size(base.len() + more.len())].concat();
    [&sizes[..], &[0xb0], &copied, &[length], more].concat()
}

/// Writes a pack.
pub fn pack(entries: &[Entry]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).expect("few entries").to_be_bytes();
    let mut out = [b"PACK\0\0\0\x02", &count[..]].concat();
    let mut starts = Vec::new();
    for entry in entries {
        starts.push(out.len());
        let (kind, bytes, base) = match entry {
            Entry::Object(kind, bytes) => (*kind, bytes, Vec::new()),
            Entry::Delta(base, delta) => (6, delta, distance(out.len() - starts[*base])),
            Entry::DeltaTo(name, delta) => (7, delta, name.to_vec()),
        };
        let mut head = size(bytes.len() >> 4);
        let first = kind << 4 | low(bytes.len(), 15);
        if bytes.len() < 16 {
            head = vec![first];
        } else {
            head.insert(0, first | 0x80);
        }
        out.extend(head);
        out.extend(base);
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        out.extend(encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes all"));
    }
    let sum = Sha1::digest(&out);
    out.extend_from_slice(&sum);
    out
}

/// Writes a number with seven bits in each byte, the lowest first.
fn size(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while number >= 0x80 {
        out.push(low(number, 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(low(number, 0x7f));
    out
}

/// Writes the distance to a base: the highest bits first, and each byte but the last counts one more.
fn distance(mut number: usize) -> Vec<u8> {
    let mut out = vec![low(number, 0x7f)];
    while number >= 0x80 {
        number = (number >> 7) - 1;
        out.insert(0, low(number, 0x7f) | 0x80);
    }
    out
}

/// Returns the lowest bits of a number.
fn low(number: usize, mask: u8) -> u8 {
    number.to_le_bytes()[0] & mask
}
