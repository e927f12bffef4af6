use super::*;
use testkit::code::{ds_store, java_class, python_code};

/// Strings of which the lengths are letters and digits, a long one, and one that is not ASCII.
fn strings() -> Vec<Vec<u8>> {
    let of_length =
        |length: usize| b"a string of some length, ".iter().copied().cycle().take(length).collect();
    let mut strings: Vec<Vec<u8>> = [48, 69, 107, 122, 12, 700].map(of_length).into();
    strings.push("größer als die andern".into());
    strings
}

fn contents(members: &Members) -> Vec<&[u8]> {
    members.iter().map(|(_, content)| &content[..]).collect()
}

#[test]
fn strings_of_a_class_have_their_numbers() {
    let strings = strings();
    let mut all: Vec<&[u8]> = strings.iter().map(Vec::as_slice).collect();
    all.push(b"too short");
    let whole = java_class(&all);
    assert!(is_archive(&whole));
    let (members, faults) = unpack_all(&whole);
    assert_eq!((contents(&members), faults), (all[..7].to_vec(), vec![]));
    assert_eq!((&members[0].0[..], &members[1].0[..]), ("class:#3", "class:#6"));
    for (text, message) in [
        (whole[..whole.len() - 30].to_vec(), "class: it is cut short"),
        ([&whole[..10], &[99], &whole[11..]].concat(), "class: its compressed data is damaged"),
    ] {
        assert_eq!(unpack_all(&text).1, [(FaultKind::Corrupt, message.to_owned())]);
    }
    // A program of macOS for two processors.
    assert!(!is_archive(b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07\0\0\0\x03"));
}

#[test]
fn strings_of_compiled_python_are_members() {
    let strings = strings();
    let all: Vec<&[u8]> = strings.iter().map(Vec::as_slice).collect();
    let whole = python_code(&all);
    assert!(is_archive(&whole));
    let (members, faults) = unpack_all(&whole);
    assert_eq!((contents(&members), faults), (all, vec![]));
    assert!(members.iter().all(|(label, _)| label == "pyc"));
    let cut = whole[..whole.len() - 9].to_vec();
    assert_eq!(unpack_all(&cut).1, [(FaultKind::Corrupt, "pyc: it is cut short".to_owned())]);
    // Of a version that is not known, nothing is called damaged.
    let unknown = [&[0xff, 0x0f], &cut[2..]].concat();
    assert_eq!((unpack_all(&unknown).0.len(), unpack_all(&unknown).1), (7, vec![]));
    let deep = [&whole[..37], &b"(\x01\0\0\0".repeat(9000)].concat();
    assert!(matches!(&unpack_all(&deep).1[..], [(FaultKind::Corrupt, message)] if message.contains("deep")));
    for text in ["ab\r\nmagic=cat", "\u{b}\u{b}\r\n"] {
        assert!(!is_archive(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn names_of_a_ds_store_are_members() {
    let names = ["a name of some length.txt", "b", "größer als die andern"];
    let whole = ds_store(&names);
    assert!(is_archive(&whole));
    let (members, faults) = unpack_all(&whole);
    let wide = |name: &&str| name.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    assert_eq!(
        (contents(&members), faults),
        (names.iter().map(wide).collect::<Vec<_>>().iter().map(Vec::as_slice).collect(), vec![])
    );
    assert_eq!(unpack_all(&whole[..20]).1, [(FaultKind::Corrupt, "ds-store: it is cut short".to_owned())]);
}
