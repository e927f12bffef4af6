//! A pack with its index: each entry is read within bounds or refused, and the objects of a correct pack are returned
//! unchanged.

use std::collections::BTreeMap;
use std::io::Write as _;

use skant::internal::git::pack::{Base, EntryBuffers, Header, Pack, PackIndex, RawBase, RawHeader, apply};
use skant::internal::git::{ObjectFormat, ObjectKind, Oid};

use super::input::{Input, format_of};
use super::{delta, entry_header, pack_index};

/// A limit on the size of an object.
const MAX_OBJECT: usize = 1 << 18;

/// A limit on the inflated bytes of a pack.
const MAX_INFLATED: usize = 4 * MAX_OBJECT;

/// A limit on the entries of a generated pack.
const MAX_ENTRIES: u8 = 32;

/// A longer chain of deltas is circular.
const MAX_CHAIN: usize = 64;

/// Input: format and mode, then index and pack, or the parts of both.
pub fn holds(bytes: &[u8]) {
    let files = Files::of(bytes);
    let read = Read::of(&files.index, &files.data, files.format);
    if files.expected.is_empty() {
        return;
    }
    let mut read = read.expect("a pack that was made to be right opens");
    for (name, expected) in &files.expected {
        let name = Oid::from_bytes(name).expect("a name");
        let slot = read.pack.find(&name).expect("it is in the index");
        assert_eq!(read.pack.oid(slot), Some(name));
        // Enough for the longest chain of deltas: a correct entry is never refused for its size.
        read.left = 2 * usize::from(MAX_ENTRIES) * MAX_OBJECT;
        let content = read.content(slot);
        let is_right = match expected {
            Expected::Is(kind, bytes) => content.is_some_and(|content| content == (*kind, bytes.clone())),
            Expected::Broken => content.is_none(),
            Expected::Open => true,
        };
        assert!(is_right, "{name} is another one");
    }
}

/// The two files of a pack, and the expected entries of a correct one.
pub struct Files {
    pub index: Vec<u8>,
    pub data: Vec<u8>,
    pub format: ObjectFormat,
    expected: BTreeMap<Vec<u8>, Expected>,
}

impl Files {
    pub fn of(bytes: &[u8]) -> Self {
        let mut input = Input::new(bytes);
        let flags = input.byte();
        let format = format_of(flags);
        if flags & 2 == 0 {
            let index = input.part().to_vec();
            return Self { index, data: input.rest().to_vec(), format, expected: BTreeMap::new() };
        }
        let Made { mut data, places, mut expected, .. } = Made::of(&mut input, format);
        let index = pack_index::written(&places, format, flags & 4 == 0);
        if flags & 8 != 0 {
            // A few bytes of the correct files are changed.
            expected.clear();
            while !input.is_empty() {
                let (at, value) = (input.number(), input.byte());
                let at = at % data.len();
                data[at] = value;
            }
        }
        Self { index, data, format, expected }
    }
}

/// A pack and its entries.
struct Read {
    pack: Pack,
    headers: Vec<Option<Header>>,
    buffers: EntryBuffers,
    /// The number of bytes that may still be inflated.
    left: usize,
}

impl Read {
    /// Opens a pack and reads everything a caller can read.
    fn of(index: &[u8], data: &[u8], format: ObjectFormat) -> Option<Self> {
        let index = PackIndex::parse(index.to_vec(), format).ok()?;
        let count = index.len();
        let pack = Pack::new(index, data.to_vec(), format).ok()?;
        assert_eq!((pack.len(), pack.is_empty()), (count, count == 0));
        let mut buffers = EntryBuffers::new();
        let headers: Vec<_> = (0..count).map(|slot| pack.header(slot, &mut buffers).ok()).collect();
        let mut read = Self { pack, headers, buffers, left: MAX_INFLATED };
        for slot in 0..count {
            let name = read.pack.oid(slot).expect("a name");
            assert!(read.pack.find(&name).is_none_or(|found| found < count));
            if let Some(header) = read.headers[slot] {
                assert!(header.start <= data.len());
                assert!(header.size <= data.len() as u64 * 1032 + 64, "it cannot be so large");
                assert_eq!(header.kind.is_some(), header.base == Base::None);
                match header.base {
                    Base::Slot(base) => assert!(base < count && base != slot),
                    Base::External(base) => assert_eq!(base.as_bytes().len(), format.raw_len()),
                    Base::None => {}
                }
                // A caller may pass the header of another entry by mistake.
                let _ = read.inflated((slot + 1) % count, &header);
            }
            let _ = read.content(slot);
        }
        assert!(read.pack.header(count, &mut read.buffers).is_err() && read.pack.oid(count).is_none());
        Some(read)
    }

    fn inflated(&mut self, slot: usize, header: &Header) -> Option<Vec<u8>> {
        let size = usize::try_from(header.size).ok().filter(|size| *size <= MAX_OBJECT.min(self.left))?;
        self.left -= size;
        let mut out = vec![7; 3];
        self.pack.inflate(slot, (header.size, header.start), &mut self.buffers, &mut out).ok()?;
        assert_eq!(out.len(), size);
        Some(out)
    }

    /// Returns an object, along its chain of deltas.
    fn content(&mut self, slot: usize) -> Option<(ObjectKind, Vec<u8>)> {
        let (mut slot, mut chain) = (slot, Vec::new());
        loop {
            let header = self.headers[slot]?;
            let bytes = self.inflated(slot, &header)?;
            match (header.base, header.kind) {
                (Base::Slot(base), _) if chain.len() < MAX_CHAIN => {
                    chain.push(bytes);
                    slot = base;
                }
                (Base::None, Some(kind)) => return self.derived(bytes, &chain).map(|bytes| (kind, bytes)),
                _ => return None,
            }
        }
    }

    fn derived(&mut self, root: Vec<u8>, chain: &[Vec<u8>]) -> Option<Vec<u8>> {
        let (mut base, mut copies) = (root, Vec::new());
        for delta in chain.iter().rev() {
            let mut out = Vec::new();
            apply(&base, delta, MAX_OBJECT.min(self.left), &mut out, &mut copies).ok()?;
            self.left -= out.len();
            for copy in &copies {
                assert!(base[copy.from.clone()] == out[copy.to..copy.to + copy.from.len()]);
            }
            base = out;
        }
        Some(base)
    }
}

/// The expected content of an entry.
enum Expected {
    Is(ObjectKind, Vec<u8>),
    /// Nothing.
    Broken,
    /// Anything: its base is arbitrary.
    Open,
}

/// A pack, the offsets of its entries, and their expected contents.
struct Made {
    data: Vec<u8>,
    places: BTreeMap<Vec<u8>, u64>,
    expected: BTreeMap<Vec<u8>, Expected>,
    format: ObjectFormat,
}

impl Made {
    fn of(input: &mut Input<'_>, format: ObjectFormat) -> Self {
        let data = b"PACK\0\0\0\x02\0\0\0\0".to_vec();
        let mut made = Self { data, places: BTreeMap::new(), expected: BTreeMap::new(), format };
        for number in 0..input.byte() % MAX_ENTRIES {
            let choice = input.byte();
            made.entry(number, choice, input);
        }
        // A checksum, which nobody reads.
        made.data.extend(vec![0; format.raw_len()]);
        made
    }

    fn name(&self, number: u8) -> Vec<u8> {
        vec![number.wrapping_mul(37); self.format.raw_len()]
    }

    fn entry(&mut self, number: u8, choice: u8, input: &mut Input<'_>) {
        let (name, offset) = (self.name(number), self.data.len() as u64);
        let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
        let (kind, base, content, expected) = match choice % 8 {
            kind @ 0..4 => {
                let (kind, part) = (kinds[usize::from(kind)], input.part());
                // Some contents compress at the highest ratio.
                let repeated = if choice >= 0xc0 { 0x1_0000 / part.len().max(1) } else { 1 };
                let content = part.repeat(repeated.max(1));
                (Some(kind), RawBase::None, content.clone(), Expected::Is(kind, content))
            }
            4 | 5 if number > 0 => self.difference(number, choice, input),
            6 => {
                // The base has any name: its own, that of a later entry, or an unknown one.
                let base = Oid::from_bytes(&self.name(input.byte())).expect("a name");
                (None, RawBase::Object(base), input.part().to_vec(), Expected::Open)
            }
            _ => {
                // Something has to be there, or the offset would be that of the next entry.
                self.data.extend([&[input.byte()], input.part()].concat());
                self.note(name, offset, Expected::Open);
                return;
            }
        };
        let (size, expected) = match choice >> 3 & 7 {
            0 => (content.len() + 1 + input.number(), Expected::Broken),
            1 if !content.is_empty() => (content.len() - 1, Expected::Broken),
            _ => (content.len(), expected),
        };
        self.data.extend(entry_header::written(&RawHeader { kind, base, size: size as u64 }));
        let level = flate2::Compression::new(u32::from(choice) % 10);
        let mut encoder = flate2::write::ZlibEncoder::new(&mut self.data, level);
        encoder.write_all(&content).and_then(|()| encoder.finish().map(drop)).expect("a vector takes all");
        self.note(name, offset, expected);
    }

    /// Makes a delta of an entry before this one.
    fn difference(
        &self,
        number: u8,
        choice: u8,
        input: &mut Input<'_>,
    ) -> (Option<ObjectKind>, RawBase, Vec<u8>, Expected) {
        let base = self.name(input.byte() % number);
        let from = self.data.len() as u64 - self.places[&base];
        let named = if choice % 8 == 5 { Oid::from_bytes(&base) } else { None };
        let raw = named.map_or(RawBase::Distance(from.max(1)), RawBase::Object);
        match &self.expected[&base] {
            Expected::Is(kind, bytes) if from > 0 => {
                let (delta, result, _) = delta::made(bytes, input, 6);
                let expected =
                    if result.len() > MAX_OBJECT { Expected::Broken } else { Expected::Is(*kind, result) };
                (None, raw, delta, expected)
            }
            Expected::Broken => (None, raw, input.part().to_vec(), Expected::Broken),
            _ => (None, raw, input.part().to_vec(), Expected::Open),
        }
    }

    fn note(&mut self, name: Vec<u8>, offset: u64, expected: Expected) {
        self.places.insert(name.clone(), offset);
        self.expected.insert(name, expected);
    }
}
