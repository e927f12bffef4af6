use super::*;
use testkit::archives::{Forged, STREAMED, Zipped, stored, zip, zipped};

#[test]
fn a_zip_is_read_in_all_its_variants() {
    assert_content(&zip(&[zipped("a/b.txt", CONTENT)]), "zip:a/b.txt");
    assert_content(&zip(&[stored("a", CONTENT)]), "zip:a");
    assert_content(&zip(&[Zipped { flags: STREAMED, ..zipped("a", CONTENT) }]), "zip:a");
    assert_content(&zip(&[Zipped { flags: STREAMED, ..stored("a", CONTENT) }]), "zip:a");
    assert_content(&zip(&[stored("folder/", b""), zipped("a", CONTENT)]), "zip:a");
    assert_eq!(unpack_all(&zip(&[])), (vec![], vec![]));
    let whole = zip(&[zipped("a", CONTENT)]);
    let with_comment = [&whole[..whole.len() - 2], &[5, 0], b"hello"].concat();
    assert_content(&with_comment, "zip:a");
    assert_content(&[b"#!/usr/bin/env python3\n", &whole[..]].concat(), "zip:a");
}

#[test]
fn a_zip_after_other_bytes_is_read_whatever_follows_it() {
    let whole = zip(&[zipped("a", CONTENT)]);
    let comment = [&whole[..whole.len() - 2], &[5, 0], b"hello"].concat();
    let script = b"#!/bin/sh\nexec java -jar \"$0\"\n";
    for zip in [&whole, &comment, &zip64(&[("a", CONTENT)])] {
        for after in [0, 1, 3000, 65_530] {
            assert_content(&[script, &zip[..], &vec![7; after]].concat(), "zip:a");
        }
    }
    // The offsets count from the start of the file.
    let mut shifted = [script, &whole[..]].concat();
    let at = shifted.len() - 6;
    shifted[at] += u8::try_from(script.len()).unwrap();
    let at = memchr::memmem::find(&shifted, b"PK\x01\x02").unwrap() + 42;
    shifted[at] += u8::try_from(script.len()).unwrap();
    assert_content(&[&shifted[..], &[7; 99]].concat(), "zip:a");
    assert_content(&shifted[9..], "zip:a");
    let (members, faults) = unpack_all(&shifted[script.len() + 9..]);
    assert_eq!(members, []);
    let missing = "zip: its start is missing: it is cut short".to_owned();
    assert_eq!(faults, [(FaultKind::Corrupt, missing)]);
}

#[test]
fn an_end_without_its_directory_or_members_is_no_zip() {
    let whole = zip(&[zipped("a", CONTENT)]);
    let end = whole.len() - 22;
    let mut no_directory = whole.clone();
    no_directory[memchr::memmem::find(&whole, b"PK\x01\x02").unwrap()] = 0;
    let mut no_member = whole.clone();
    no_member[0] = 0;
    for zip in [&whole[end..], &no_directory, &no_member, &whole[whole.len() - 22 - 48..]] {
        assert!(!is_archive(&[&[b'.'; 200], zip, &[7; 99]].concat()), "{zip:?}");
    }
    assert!(
        !is_archive(&[b"#!/bin/sh\n", &whole[..], &vec![7; 65_536]].concat()),
        "it is too far from the end"
    );
    assert!(!is_archive(&[b"x", &b"PK\x05\x06".repeat(20_000)[..]].concat()));
}

#[test]
fn a_zip_inside_of_another_format_is_read_once_and_one_after_it_as_well() {
    let inner = zip(&[stored("a", CONTENT)]);
    assert_eq!(unpack_all(&tar(&[("b", &inner)])), (vec![("tar:b".into(), inner.clone())], vec![]));
    let polyglot = [&gzip(b"text")[..], &inner].concat();
    assert_eq!(unpack_all(&polyglot).0, [("gzip".into(), b"text".to_vec()), content("zip:a")]);
    let mut damaged = [&gzip(b"text")[..], &inner].concat();
    let header = damaged.len() - inner.len();
    damaged[header] = 0;
    assert_eq!(unpack_all(&damaged).1, []);
}

#[test]
fn a_part_of_a_file_that_ends_inside_of_a_zip_is_told() {
    let whole = zip(&[stored("inner.jar", &zip(&[stored("b", CONTENT)])), stored("a", CONTENT)]);
    let text = [b"#!/bin/sh\n", &whole[..]].concat();
    for end in 14..text.len() {
        assert!(may_cut_archive(&text[..end]), "{end}");
    }
    let far = [&text[..], &vec![7; 70_000]].concat();
    assert!(!may_cut_archive(&far), "it is complete");
    // The inner zip is complete, and the member that contains it is not.
    let cut = zip(&[stored("b", &[&zip(&[stored("b", CONTENT)])[..], &vec![7; 90_000]].concat())]);
    assert!(may_cut_archive(&[b"#!/bin/sh\n", &cut[..80_000]].concat()));
    for text in [&b"a PK\x03\x04 in a program, with words after it"[..], b"PK\x03\x04 \x7fELF"] {
        assert!(!may_cut_archive(&[b"\x7fELF", text, &[0; 99]].concat()));
    }
}

#[test]
fn a_member_that_one_of_two_statements_hides_is_read() {
    let hidden = |lie: fn(&mut Zipped)| {
        let mut member = zipped("hidden", CONTENT);
        lie(&mut member);
        unpack_all(&zip(&[zipped("seen", b"seen"), member, zipped("also", b"also")])).0
    };
    for lie in [
        (|_| {}) as fn(&mut Zipped),
        |member| member.central.is_missing = true,
        |member| member.central = Forged { packed: Some(1), ..Forged::default() },
        |member| member.local = Forged { packed: Some(1), ..Forged::default() },
        |member| member.local = Forged { packed: Some(0xffff_fff0), ..Forged::default() },
        |member| member.central = Forged { method: Some(0), ..Forged::default() },
        |member| member.local = Forged { method: Some(0), ..Forged::default() },
        |member| member.local = Forged { method: Some(99), ..Forged::default() },
        |member| member.local = Forged { sum: Some(1), ..Forged::default() },
    ] {
        let members = hidden(lie);
        assert!(members.contains(&content("zip:hidden")), "{members:?}");
        assert!(members.contains(&("zip:also".into(), b"also".to_vec())), "{members:?}");
    }
    let names = hidden(|member| member.local = Forged { name: Some(b"other".to_vec()), ..Forged::default() });
    assert!(names.contains(&content("zip:hidden")));
}

/// Writes a ZIP64 archive after APPNOTE.TXT 4.3.14, 4.3.15 and 4.5.3: the sizes are in an extra field, after another
/// one, and the offset and count of the directory are in an additional end.
fn zip64(members: &[(&str, &[u8])]) -> Vec<u8> {
    const LARGE: u32 = u32::MAX;
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_le_bytes();
    let mut all = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let size = (content.len() as u64).to_le_bytes();
        let extra = [&b"\x55\x54\x03\x00abc\x01\x00\x10\x00"[..], &size, &size].concat();
        // Version, flags, method, time, date.
        let common =
            [&[45, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &inflate::checksum(content).to_le_bytes()].concat();
        let sizes = [LARGE.to_le_bytes(), LARGE.to_le_bytes()].concat();
        let lengths = [length(name.as_bytes()), length(&extra)].concat();
        let at = u32::try_from(all.len()).unwrap().to_le_bytes();
        all.extend(
            [&b"PK\x03\x04"[..], &common, &sizes, &lengths, name.as_bytes(), &extra, content].concat(),
        );
        directory.extend([&b"PK\x01\x02\x2d\x00"[..], &common, &sizes, &lengths, &[0; 10], &at].concat());
        directory.extend([name.as_bytes(), &extra].concat());
    }
    let (at, size) = ((all.len() as u64).to_le_bytes(), (directory.len() as u64).to_le_bytes());
    let count = (members.len() as u64).to_le_bytes();
    let end = (all.len() + directory.len()) as u64;
    all.extend(directory);
    all.extend(
        [&b"PK\x06\x06"[..], &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &count, &count, &size, &at]
            .concat(),
    );
    all.extend([&b"PK\x06\x07"[..], &[0; 4], &end.to_le_bytes(), &1_u32.to_le_bytes()].concat());
    all.extend([&b"PK\x05\x06"[..], &[0; 4], &[0xff; 12], &[0; 2]].concat());
    all
}

#[test]
fn a_zip64_is_read() {
    assert_content(&zip64(&[("a", CONTENT)]), "zip:a");
    let two = zip64(&[("a", CONTENT), ("b", b"other")]);
    assert_eq!(unpack_all(&two), (vec![content("zip:a"), ("zip:b".into(), b"other".to_vec())], vec![]));
    let after_script = [b"#!/bin/sh\nexit\n", &two[..]].concat();
    assert_eq!(unpack_all(&after_script).0.len(), 2);
    // The size of the local header is wrong: its checksum does not match.
    let mut wrong = two;
    let size = wrong.windows(4).position(|window| window == b"\x01\x00\x10\x00").unwrap() + 12;
    wrong[size] -= 1;
    assert!(unpack_all(&wrong).0.contains(&content("zip:a")), "the directory has the right size");
}

#[test]
fn the_rest_of_a_damaged_zip_is_read() {
    let whole = zip(&[zipped("a", CONTENT), zipped("b", b"other")]);
    assert_damaged(&whole[..whole.len() - 30], "zip:a", "zip: its directory is missing: it is cut short");
    let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let mut wrong = whole.clone();
    wrong[directory] = b'X';
    assert_damaged(&wrong, "zip:a", "zip: its directory is damaged");
    let second = memchr::memmem::rfind(&whole, b"PK\x03\x04").unwrap();
    let mut wrong = whole.clone();
    wrong[second + 1] = b'X';
    assert_damaged(&wrong, "zip:a", "zip:b: there is no header at its offset");
    let mut wrong = whole;
    wrong[second + 31..second + 34].fill(0xff);
    assert_damaged(&wrong, "zip:a", "zip:b: its compressed data is damaged");
    let sums = Forged { sum: Some(7), ..Forged::default() };
    let wrong = zip(&[Zipped { local: sums.clone(), central: sums, ..zipped("a", CONTENT) }]);
    assert_damaged(&wrong, "zip:a", "zip:a: its checksum does not match");
}

#[test]
fn four_bytes_that_look_like_a_header_are_not_damage() {
    let text = [b"PK\x03\x04 in a program PK\x03\x04", &[0; 100][..], &zip(&[zipped("a", CONTENT)])].concat();
    let text = [b"\x7fELF", &text[..]].concat();
    assert_content(&text, "zip:a");
}

#[test]
fn an_unlisted_member_is_read_if_its_checksum_matches() {
    let hidden = zip(&[Zipped {
        central: Forged { is_missing: true, ..Forged::default() },
        ..stored("hidden", CONTENT)
    }]);
    let hidden = &hidden[..memchr::memmem::find(&hidden, b"PK\x05\x06").unwrap()];
    let whole = zip(&[zipped("a", b"seen")]);
    let members = unpack_all(&[b"#!/bin/sh\n", hidden, &whole].concat());
    assert_eq!(members, (vec![content("zip:hidden"), ("zip:a".into(), b"seen".to_vec())], vec![]));
    let mut coincidence = hidden.to_vec();
    *coincidence.last_mut().unwrap() ^= 1;
    let members = unpack_all(&[b"#!/bin/sh\n", &coincidence[..], &whole].concat());
    assert_eq!(members, (vec![("zip:a".into(), b"seen".to_vec())], vec![]), "it is not a member");
}

#[test]
fn the_member_after_an_unfinished_one_is_read() {
    let alone = |member| {
        let whole = zip(&[member]);
        whole[..memchr::memmem::find(&whole, b"PK\x01\x02").unwrap()].to_vec()
    };
    let size = u32::try_from(testkit::archives::deflated(CONTENT).len() - 5).unwrap();
    let mut cut =
        alone(Zipped { local: Forged { packed: Some(size), ..Forged::default() }, ..zipped("cut", CONTENT) });
    cut.truncate(cut.len() - 5);
    let (members, faults) = unpack_all(&[cut, alone(stored("next", CONTENT))].concat());
    assert!(members.contains(&content("zip:next")), "{members:?}");
    assert!(faults.iter().any(|(_, message)| message.starts_with("zip:(a name of 3 bytes): ")), "{faults:?}");
}

#[test]
fn bytes_that_only_a_damaged_header_takes_for_a_name_are_not_shown() {
    let whole = zip(&[stored("ab", b"hunter horse battery"), stored("c", CONTENT)]);
    let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    for length in [9, 22, 80] {
        let mut text = whole[..directory].to_vec();
        text[26] = length;
        let (members, faults) = unpack_all(&text);
        let labels = members.iter().map(|(label, _)| label).chain(faults.iter().map(|(_, message)| message));
        let labels: Vec<_> = labels.collect();
        assert!(labels.iter().any(|label| label.starts_with("zip:(a name of ")), "{labels:?}");
        assert!(labels.iter().all(|label| !label.contains("hunt") && !label.contains("horse")), "{labels:?}");
    }
    // A name that the directory confirms is shown, also if the data is damaged.
    let mut text = whole;
    text[40] ^= 1;
    assert!(unpack_all(&text).1.iter().any(|(_, message)| message.starts_with("zip:ab: ")));
}

#[test]
fn overlapping_members_are_bounded() {
    // All entries of the directory point to the same large member.
    let mut members = vec![stored("a", &vec![b'a'; 1 << 20])];
    members.extend(
        (0..200)
            .map(|_| Zipped { local: Forged { is_missing: true, ..Forged::default() }, ..stored("b", b"") }),
    );
    let mut text = zip(&members);
    assert!(unpack_all(&text).1.iter().all(|(kind, _)| *kind == FaultKind::Corrupt));
    let mut at = memchr::memmem::find(&text, b"PK\x01\x02").unwrap();
    while text[at..].starts_with(b"PK\x01\x02") {
        text[at + 42..at + 46].fill(0);
        at += 47;
    }
    let (members, _) = unpack_all(&text);
    assert!(members.len() <= 2, "{}", members.len());
    // Each header is inside the previous member, and each member extends to the end.
    let (count, mut nested) = (4_000, Vec::new());
    for _ in 0..count {
        nested.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\x00\x20\x00\0\0\0\0\x01\0\0\0a");
    }
    let (_, faults) = unpack_all(&nested);
    assert!(!faults.is_empty());
}
