//! Packs made by hand: chains of deltas, damaged copies, bases in other packs, files that vanish.

use std::fs;
use std::path::Path;

use testkit::archives::zlib;

use super::*;
use crate::git::oid::ObjectFormat;

/// A number as in the sizes of a delta.
fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// The name of the object with a number.
fn name(at: usize) -> Oid {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
    Oid::from_bytes(&bytes).unwrap()
}

/// An entry of a pack.
enum Made {
    Blob(Vec<u8>),
    /// A delta to the entry this number of entries before it: the sizes of base and result, and the instructions.
    Before(usize, u64, u64, Vec<u8>),
    /// A delta to the object of this name.
    Named(usize, u64, u64, Vec<u8>),
    /// Bytes that are no entry.
    Broken,
}

fn delta(base: u64, result: u64, instructions: &[u8]) -> Vec<u8> {
    [number(base), number(result), instructions.to_vec()].concat()
}

/// The header of an entry: kind and size.
fn header(kind: u8, size: usize) -> Vec<u8> {
    let low = u8::try_from(size & 15).unwrap() | kind << 4;
    if size < 16 {
        return vec![low];
    }
    [vec![low | 0x80], number((size >> 4) as u64)].concat()
}

/// The distance to a base, in the encoding of git.
fn distance(mut value: usize) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(value & 0x7f).unwrap()];
    while value > 0x7f {
        value = (value >> 7) - 1;
        bytes.insert(0, u8::try_from(value & 0x7f).unwrap() | 0x80);
    }
    bytes
}

/// Writes a pack whose entries have the names from `first` on.
fn write_pack(objects: &Path, pack: &str, first: usize, entries: &[Made]) {
    let mut data = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    let mut offsets = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let offset = data.len();
        offsets.push(offset);
        match entry {
            Made::Blob(content) => data.extend([header(3, content.len()), zlib(content)].concat()),
            Made::Before(steps, base, result, instructions) => {
                let content = delta(*base, *result, instructions);
                let distance = distance(offset - offsets[at - steps]);
                data.extend([header(6, content.len()), distance, zlib(&content)].concat());
            }
            Made::Named(base, from, result, instructions) => {
                let content = delta(*from, *result, instructions);
                let base = name(*base).as_bytes().to_vec();
                data.extend([header(7, content.len()), base, zlib(&content)].concat());
            }
            Made::Broken => data.extend([0x35, 1, 2, 3, 4, 5]),
        }
    }
    data.extend([0; 20]);
    let names: Vec<Oid> = (first..first + entries.len()).map(name).collect();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..=255_u8 {
        let count = names.iter().filter(|name| name.as_bytes()[0] <= byte).count();
        index.extend(u32::try_from(count).unwrap().to_be_bytes());
    }
    index.extend(names.iter().flat_map(|name| name.as_bytes().to_vec()));
    index.extend(vec![0; names.len() * 4]);
    index.extend(offsets.iter().flat_map(|offset| u32::try_from(*offset).unwrap().to_be_bytes()));
    index.extend([0; 40]);
    fs::create_dir_all(objects.join("pack")).unwrap();
    fs::write(objects.join(format!("pack/{pack}.pack")), data).unwrap();
    fs::write(objects.join(format!("pack/{pack}.idx")), index).unwrap();
}

fn database(objects: &Path) -> ObjectDatabase {
    ObjectDatabase::with_store(Arc::new(PackStore::new(vec![objects.to_path_buf()], ObjectFormat::Sha1)))
}

fn content(database: &ObjectDatabase, at: usize) -> Result<String, String> {
    let bytes = database.read_as(&name(at), ObjectKind::Blob).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(bytes).unwrap())
}

/// Instructions that copy three bytes from the start of the base and insert a text.
fn copy_and_insert(text: &str) -> Vec<u8> {
    [&[0x90, 3, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

#[test]
fn chains_are_decoded_and_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [
        Made::Blob(b"abc".to_vec()),
        Made::Before(1, 3, 5, copy_and_insert("de")),
        Made::Before(1, 5, 4, copy_and_insert("x")),
        Made::Named(2, 4, 4, copy_and_insert("y")),
        Made::Broken,
        Made::Before(1, 3, 4, copy_and_insert("z")),
        // A delta for a base of another size, a base that does not exist, its own base.
        Made::Before(3, 9, 4, copy_and_insert("z")),
        Made::Named(99, 3, 4, copy_and_insert("z")),
        Made::Named(8, 3, 4, copy_and_insert("z")),
    ];
    write_pack(folder.path(), "pack-1", 0, &entries);
    let database = database(folder.path());
    for _ in 0..2 {
        let good: Vec<_> = (0..4).map(|at| content(&database, at).unwrap()).collect();
        assert_eq!(good, ["abc", "abcde", "abcx", "abcy"]);
        for (at, reason) in [
            (4, "cannot be inflated"),
            (5, "inflated"),
            (6, "another base"),
            (7, "its base is missing"),
            (8, "its base is missing"),
        ] {
            let error = content(&database, at).unwrap_err();
            assert!(error.contains(reason) || error.contains("derived from is damaged"), "{at}: {error}");
            assert!(error.contains("cannot be read"), "{at}: {error}");
        }
        assert_eq!(database.read(&name(50)).unwrap_err(), ReadError::Missing(name(50)));
        assert!(database.contains(&name(4)) && !database.contains(&name(50)));
    }
}

#[test]
fn other_copies_of_an_object_and_of_a_base_are_read() {
    let folder = tempfile::tempdir().unwrap();
    write_pack(folder.path(), "pack-1", 0, &[Made::Broken, Made::Named(0, 3, 4, copy_and_insert("x"))]);
    assert!(content(&database(folder.path()), 1).is_err());
    write_pack(folder.path(), "pack-2", 0, &[Made::Blob(b"abc".to_vec())]);
    let packed = database(folder.path());
    assert_eq!([content(&packed, 1), content(&packed, 0)], [Ok("abcx".into()), Ok("abc".into())]);
    // The base may be loose, too.
    fs::remove_file(folder.path().join("pack/pack-2.idx")).unwrap();
    let path = loose::path_of(folder.path(), &name(0));
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(path, zlib(b"blob 3\0abc")).unwrap();
    let loose = database(folder.path());
    assert_eq!([content(&loose, 1), content(&loose, 0)], [Ok("abcx".into()), Ok("abc".into())]);
}

#[test]
fn circles_and_large_objects_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [
        Made::Named(1, 3, 3, copy_and_insert("x")),
        Made::Named(0, 3, 3, copy_and_insert("x")),
        Made::Blob(b"abc".to_vec()),
        Made::Before(1, 3, 1 << 40, copy_and_insert("x")),
        Made::Before(1, 1 << 40, 4, copy_and_insert("x")),
    ];
    write_pack(folder.path(), "pack-1", 0, &entries);
    let database = database(folder.path());
    assert!(content(&database, 0).is_err() && content(&database, 1).is_err());
    for at in [3, 4] {
        assert_eq!(database.read(&name(at)).unwrap_err(), ReadError::TooLarge(name(at)));
        assert!(database.is_larger_than(&name(at), 1 << 30) && !database.is_larger_than(&name(2), 3));
    }
}

#[test]
fn versions_of_one_chain_are_decoded_once_in_any_order() {
    const VERSIONS: usize = 3000;
    let folder = tempfile::tempdir().unwrap();
    let mut entries = vec![Made::Blob(b"abc".to_vec())];
    entries.extend((1..VERSIONS).map(|at| {
        let base = if at == 1 { 3 } else { 7 };
        Made::Before(1, base, 7, copy_and_insert(&format!("{at:04}")))
    }));
    write_pack(folder.path(), "pack-1", 0, &entries);
    let orders: [Vec<usize>; 3] = [
        (1..VERSIONS).collect(),
        (1..VERSIONS).rev().collect(),
        (0..VERSIONS - 1).map(|at| at * 1009 % (VERSIONS - 1) + 1).collect(),
    ];
    for order in orders {
        let database = database(folder.path());
        for at in order {
            assert_eq!(content(&database, at).unwrap(), format!("abc{at:04}"));
        }
        assert_eq!(database.reader.borrow().applied, VERSIONS - 1);
    }
}

#[test]
fn a_pack_that_replaces_another_is_found() {
    let folder = tempfile::tempdir().unwrap();
    write_pack(folder.path(), "pack-1", 0, &[Made::Blob(b"abc".to_vec())]);
    let database = database(folder.path());
    assert_eq!(content(&database, 0).unwrap(), "abc");
    for round in 1..20 {
        fs::remove_file(folder.path().join(format!("pack/pack-{round}.idx"))).unwrap();
        fs::remove_file(folder.path().join(format!("pack/pack-{round}.pack"))).unwrap();
        write_pack(folder.path(), &format!("pack-{}", round + 1), round, &[Made::Blob(b"abcd".to_vec())]);
        assert!(database.contains(&name(round)), "{round}");
        assert_eq!(content(&database, round).unwrap(), "abcd");
        assert!(!database.contains(&name(round - 1)));
    }
}

#[test]
fn a_pack_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write_pack(folder.path(), "pack-1", 0, &[Made::Blob(b"abc".to_vec())]);
    fs::write(folder.path().join("pack/pack-1.idx"), "no index").unwrap();
    let error = database(folder.path()).read(&name(0)).unwrap_err().to_string();
    assert!(error.contains("pack-1.idx"), "{error}");
}

proptest::proptest! {
    #[test]
    fn arbitrary_changes_give_an_object_or_an_error(
        changes in proptest::collection::vec((0_usize..4000, proptest::num::u8::ANY), 1..4),
        is_index in proptest::bool::ANY,
        cut in 0_usize..4000,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let entries = [
            Made::Blob(b"abc".to_vec()),
            Made::Before(1, 3, 5, copy_and_insert("de")),
            Made::Named(1, 5, 4, copy_and_insert("x")),
        ];
        write_pack(folder.path(), "pack-1", 0, &entries);
        let path = folder.path().join(if is_index { "pack/pack-1.idx" } else { "pack/pack-1.pack" });
        let mut bytes = fs::read(&path).unwrap();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(cut.max(bytes.len() / 2));
        fs::write(&path, bytes).unwrap();
        let database = database(folder.path());
        for at in 0..4 {
            let _ = database.read(&name(at));
            let _ = database.is_larger_than(&name(at), 10);
        }
    }
}
