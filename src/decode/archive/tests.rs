use crate::decode::archive::*;

use testkit::archives as make;
use testkit::archives::{ENCRYPTED, Forged, STREAMED, Zipped, gzip, stored, tar, tarred, zip, zipped};

const SAID: &[u8] = b"what the member says, and says again, and says again\n";

type Members = Vec<(String, Vec<u8>)>;
type Faults = Vec<(FaultKind, String)>;

/// What an archive holds, and what of it cannot be read. What stands in it as it is has to stand at its place.
fn opened(text: &[u8]) -> (Members, Faults) {
    opened_in(text, &mut UnpackBudget::for_file(text.len()))
}

fn opened_in(text: &[u8], room: &mut UnpackBudget) -> (Members, Faults) {
    let (mut members, mut faults) = (Vec::new(), Vec::new());
    unpack(text, room, &mut |part, _| match part {
        Unpacked::Fault(fault) => faults.push((fault.kind, format!("{}: {}", fault.label, fault.message))),
        Unpacked::Member(member) => {
            assert!(member.span.end <= text.len());
            if let Cow::Borrowed(bytes) = member.bytes {
                assert_eq!(bytes, &text[member.span.clone()]);
            }
            members.push((member.label, member.bytes.into_owned()));
        }
    });
    (members, faults)
}

fn said(label: &str) -> (String, Vec<u8>) {
    (label.to_owned(), SAID.to_vec())
}

/// An archive that holds what is said once, and is whole.
#[track_caller]
fn holds(text: &[u8], label: &str) {
    assert!(is_archive(text));
    assert_eq!(opened(text), (vec![said(label)], vec![]));
}

/// An archive of which all that is said can be read, and which is damaged.
#[track_caller]
fn is_broken(text: &[u8], label: &str, what: &str) {
    let (members, faults) = opened(text);
    assert!(members.contains(&said(label)), "{members:?}");
    assert_eq!(faults, [(FaultKind::Corrupt, what.to_owned())]);
}

#[test]
fn ordinary_files_are_no_archives() {
    let long = "PK is short for public key; ustar\0 is none\n".repeat(20);
    let at_magic = format!("{:257}ustar and what follows in a text\n{:600}", "", "");
    for text in
        [&b""[..], b"PK", b"\x1f\x8b", b"\x1f\x8b\x09 text", b"BZh9 is no bzip2", b"H4sI", long.as_bytes()]
    {
        assert!(!is_archive(text), "{text:?}");
    }
    assert!(!is_archive(&[0; 2048]) && !is_archive(&[b'0'; 2048]) && !is_archive(&[b' '; 2048]));
    assert_eq!(opened(at_magic.as_bytes()).0, []);
}

#[test]
fn what_is_not_read_is_said() {
    for (magic, _) in UNSUPPORTED {
        let text = [magic, b"91AY&SY and more"].concat();
        assert!(matches!(&opened(&text).1[..], [(FaultKind::Unsupported, _)]), "{magic:?}");
    }
    let member = |method| opened(&zip(&[Zipped { method, ..zipped("a", SAID) }]));
    assert_eq!(
        member(14),
        (vec![], vec![(FaultKind::Unsupported, "zip:a: it is compressed by LZMA, which is not read".into())])
    );
    assert!(member(77).1[0].1.contains("not known"));
    let encrypted = zip(&[Zipped { flags: ENCRYPTED, ..zipped("a", SAID) }, zipped("b", SAID)]);
    assert_eq!(
        opened(&encrypted),
        (vec![said("zip:b")], vec![(FaultKind::Unsupported, "zip:a: it is encrypted".into())])
    );
}

#[test]
fn a_gzip_is_one_text_in_pieces() {
    holds(&gzip(SAID), "gzip");
    holds(&[gzip(&SAID[..9]), gzip(b""), gzip(&SAID[9..])].concat(), "gzip");
    holds(&[&gzip(SAID)[..], &[0; 100]].concat(), "gzip");
    // With all optional fields: an extra one, a name, a comment and a checksum.
    let plain = gzip(SAID);
    let fields =
        [&[plain[0], plain[1], 8, 0x1e], &plain[4..10], b"\x03\0abc", b"name\0", b"comment\0", b"\0\0"]
            .concat();
    holds(&[&fields[..], &plain[10..]].concat(), "gzip");
}

#[test]
fn of_a_damaged_gzip_what_stands_before_is_read() {
    let whole = gzip(SAID);
    is_broken(&whole[..whole.len() - 3], "gzip", "gzip: it is cut short");
    let mut wrong = whole.clone();
    wrong[whole.len() - 8] ^= 1;
    is_broken(&wrong, "gzip", "gzip: its checksum does not fit");
    let text: Vec<u8> =
        (0..4_000_u32).flat_map(|number| format!("line {}\n", number * number).into_bytes()).collect();
    let whole = gzip(&text);
    let (members, faults) = opened(&whole[..whole.len() / 2]);
    assert!(members[0].1.len() > 1_000 && text.starts_with(&members[0].1));
    assert_eq!(faults, [(FaultKind::Corrupt, "gzip: it is cut short".into())]);
    let mut wrong = whole.clone();
    wrong[whole.len() / 2..][..40].fill(0xff);
    let (members, faults) = opened(&wrong);
    assert!(!members[0].1.is_empty() && matches!(faults[..], [(FaultKind::Corrupt, _)]));
    assert_eq!(opened(&whole[..12]).1, [(FaultKind::Corrupt, "gzip: it is cut short".into())]);
}

#[test]
fn a_zip_is_read_however_it_is_written() {
    holds(&zip(&[zipped("a/b.txt", SAID)]), "zip:a/b.txt");
    holds(&zip(&[stored("a", SAID)]), "zip:a");
    holds(&zip(&[Zipped { flags: STREAMED, ..zipped("a", SAID) }]), "zip:a");
    holds(&zip(&[Zipped { flags: STREAMED, ..stored("a", SAID) }]), "zip:a");
    holds(&zip(&[stored("folder/", b""), zipped("a", SAID)]), "zip:a");
    assert_eq!(opened(&zip(&[])), (vec![], vec![]));
    let whole = zip(&[zipped("a", SAID)]);
    let with_comment = [&whole[..whole.len() - 2], &[5, 0], b"hello"].concat();
    holds(&with_comment, "zip:a");
    holds(&[b"#!/usr/bin/env python3\n", &whole[..]].concat(), "zip:a");
}

#[test]
fn a_member_that_one_of_two_places_hides_is_read() {
    let hidden = |lie: fn(&mut Zipped)| {
        let mut member = zipped("hidden", SAID);
        lie(&mut member);
        opened(&zip(&[zipped("seen", b"seen"), member, zipped("also", b"also")])).0
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
        assert!(members.contains(&said("zip:hidden")), "{members:?}");
        assert!(members.contains(&("zip:also".into(), b"also".to_vec())), "{members:?}");
    }
    let names = hidden(|member| member.local = Forged { name: Some(b"other".to_vec()), ..Forged::default() });
    assert!(names.contains(&said("zip:hidden")));
}

/// An archive in the form for large ones, as APPNOTE.TXT 4.3.14, 4.3.15 and 4.5.3 have it: the sizes stand in an extra
/// field, behind another one, and the directory's place and count in an end of its own.
fn large_zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    const LARGE: u32 = u32::MAX;
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_le_bytes();
    let mut all = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let size = (content.len() as u64).to_le_bytes();
        let extra = [&b"\x55\x54\x03\x00abc\x01\x00\x10\x00"[..], &size, &size].concat();
        // Version, flags, method, time, date.
        let common = [
            &[45, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &crate::decode::archive::inflate::checksum(content).to_le_bytes(),
        ]
        .concat();
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
fn a_zip_in_the_form_for_large_ones_is_read() {
    holds(&large_zip(&[("a", SAID)]), "zip:a");
    let two = large_zip(&[("a", SAID), ("b", b"other")]);
    assert_eq!(opened(&two), (vec![said("zip:a"), ("zip:b".into(), b"other".to_vec())], vec![]));
    let behind = [b"#!/bin/sh\nexit\n", &two[..]].concat();
    assert_eq!(opened(&behind).0.len(), 2);
    // A size that is not the member's: its bytes do not fit the sum.
    let mut wrong = two;
    let size = wrong.windows(4).position(|window| window == b"\x01\x00\x10\x00").unwrap() + 12;
    wrong[size] -= 1;
    assert!(opened(&wrong).0.contains(&said("zip:a")), "the directory says it right");
}

#[test]
fn of_a_damaged_zip_the_rest_is_read() {
    let whole = zip(&[zipped("a", SAID), zipped("b", b"other")]);
    is_broken(&whole[..whole.len() - 30], "zip:a", "zip: its directory is missing: it is cut short");
    let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let mut wrong = whole.clone();
    wrong[directory] = b'X';
    is_broken(&wrong, "zip:a", "zip: its directory is damaged");
    let second = memchr::memmem::rfind(&whole, b"PK\x03\x04").unwrap();
    let mut wrong = whole.clone();
    wrong[second + 1] = b'X';
    is_broken(&wrong, "zip:a", "zip:b: there is no header where it should stand");
    let mut wrong = whole;
    wrong[second + 31..second + 34].fill(0xff);
    is_broken(&wrong, "zip:a", "zip:b: its bytes cannot be inflated");
    let sums = Forged { sum: Some(7), ..Forged::default() };
    let wrong = zip(&[Zipped { local: sums.clone(), central: sums, ..zipped("a", SAID) }]);
    is_broken(&wrong, "zip:a", "zip:a: its checksum does not fit");
}

#[test]
fn four_letters_by_chance_are_no_damage() {
    let text = [b"PK\x03\x04 in a program PK\x03\x04", &[0; 100][..], &zip(&[zipped("a", SAID)])].concat();
    let text = [b"\x7fELF", &text[..]].concat();
    holds(&text, "zip:a");
}

#[test]
fn what_no_directory_tells_of_is_read_if_its_sum_fits() {
    let hidden = zip(&[Zipped {
        central: Forged { is_missing: true, ..Forged::default() },
        ..stored("hidden", SAID)
    }]);
    let hidden = &hidden[..memchr::memmem::find(&hidden, b"PK\x05\x06").unwrap()];
    let whole = zip(&[zipped("a", b"seen")]);
    let members = opened(&[b"#!/bin/sh\n", hidden, &whole].concat());
    assert_eq!(members, (vec![said("zip:hidden"), ("zip:a".into(), b"seen".to_vec())], vec![]));
    let mut chance = hidden.to_vec();
    *chance.last_mut().unwrap() ^= 1;
    let members = opened(&[b"#!/bin/sh\n", &chance[..], &whole].concat());
    assert_eq!(members, (vec![("zip:a".into(), b"seen".to_vec())], vec![]), "it is none");
}

#[test]
fn behind_a_member_that_does_not_end_the_next_one_is_read() {
    let alone = |member| {
        let whole = zip(&[member]);
        whole[..memchr::memmem::find(&whole, b"PK\x01\x02").unwrap()].to_vec()
    };
    let size = u32::try_from(make::deflated(SAID).len() - 5).unwrap();
    let mut cut =
        alone(Zipped { local: Forged { packed: Some(size), ..Forged::default() }, ..zipped("cut", SAID) });
    cut.truncate(cut.len() - 5);
    let (members, faults) = opened(&[cut, alone(stored("next", SAID))].concat());
    assert!(members.contains(&said("zip:next")), "{members:?}");
    assert!(faults.iter().any(|(_, what)| what.starts_with("zip:cut: ")), "{faults:?}");
}

#[test]
fn a_tar_is_read_in_all_its_forms() {
    holds(&tar(&[("a/b.txt", SAID)]), "tar:a/b.txt");
    holds(&[tarred(b'5', b"folder/", b""), tar(&[("a", SAID)])].concat(), "tar:a");
    let long = "folder/".repeat(40);
    let gnu =
        [tarred(b'L', b"././@LongLink", format!("{long}x\0").as_bytes()), tar(&[("cut", SAID)])].concat();
    holds(&gnu, &format!("tar:{long}x"));
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        format!("{}{rest}", rest.len() + 3)
    };
    let pax = [tarred(b'x', b"pax", record("path", &long).as_bytes()), tar(&[("cut", SAID)])].concat();
    holds(&pax, &format!("tar:{long}"));
    let mut no_magic = tar(&[("a", SAID)]);
    no_magic[257..265].fill(0);
    make::sum(&mut no_magic[..512]);
    holds(&no_magic, "tar:a");
    let mut binary = tar(&[("a", SAID)]);
    binary[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53]);
    make::sum(&mut binary[..512]);
    holds(&binary, "tar:a");
    let mut folders = tar(&[("a", SAID)]);
    folders[345..350].copy_from_slice(b"x/y/z");
    make::sum(&mut folders[..512]);
    holds(&folders, "tar:x/y/z/a");
    // Behind the end some programs read on.
    let joined = [tar(&[]), tar(&[("a", SAID)])].concat();
    assert_eq!(opened(&[tar(&[("b", b"b")]), joined].concat()).0.len(), 2);
}

/// GNU's form of a file with holes: blocks that say where they are stand between the header and what is held.
#[test]
fn a_tar_for_files_with_holes_is_read_with_what_follows() {
    for maps in 0..4 {
        let mut holed = tarred(b'S', b"holed", SAID);
        holed[257..265].copy_from_slice(b"ustar  \0");
        holed[482] = u8::from(maps > 0);
        make::sum(&mut holed[..512]);
        let map: Vec<u8> = (1..=maps)
            .flat_map(|nth| {
                let mut block = [b'0'; 512];
                block[504] = u8::from(nth < maps);
                block
            })
            .collect();
        holed.splice(512..512, map);
        let (members, faults) = opened(&[holed, tar(&[("next", SAID)])].concat());
        assert_eq!((members, faults), (vec![said("tar:holed"), said("tar:next")], vec![]), "{maps} blocks");
    }
}

#[test]
fn of_a_damaged_tar_the_rest_is_read() {
    let whole = tar(&[("b", b"other"), ("a", SAID)]);
    let mut wrong = whole.clone();
    wrong[150] ^= 1;
    is_broken(&wrong, "tar:a", "tar: a header is damaged");
    let (members, faults) = opened(&whole[..1024 + 512 + 20]);
    assert_eq!(members[1].1, SAID[..20]);
    assert_eq!(faults, [(FaultKind::Corrupt, "tar:a: it is cut short".into())]);
    let mut wrong = tar(&[("a", SAID)]);
    wrong[124..136].fill(b'x');
    make::sum(&mut wrong[..512]);
    assert_eq!(opened(&wrong).1[0].1, "tar:a: its size is no number");
}

#[test]
fn a_bomb_ends() {
    let zeroes = vec![0; 48 << 20];
    let bomb = gzip(&zeroes);
    assert!(bomb.len() < 64 << 10);
    let (members, faults) = opened(&bomb);
    assert!(members[0].1.len() < 48 << 20 && members[0].1.len() > 16 << 20);
    assert_eq!(faults, [(FaultKind::Budget, "gzip: it unpacks to more than is read".into())]);
    let (members, faults) = opened_in(&bomb, &mut UnpackBudget::for_region(100));
    assert!(members[0].1.len() <= 300 << 10 && faults.len() == 1);
}

#[test]
fn members_that_lie_in_each_other_end() {
    // All entries of the directory lead to the same large member.
    let mut members = vec![stored("a", &vec![b'a'; 1 << 20])];
    members.extend(
        (0..200)
            .map(|_| Zipped { local: Forged { is_missing: true, ..Forged::default() }, ..stored("b", b"") }),
    );
    let mut text = zip(&members);
    assert!(opened(&text).1.iter().all(|(kind, _)| *kind == FaultKind::Corrupt));
    let mut at = memchr::memmem::find(&text, b"PK\x01\x02").unwrap();
    while text[at..].starts_with(b"PK\x01\x02") {
        text[at + 42..at + 46].fill(0);
        at += 47;
    }
    let (members, _) = opened(&text);
    assert!(members.len() <= 2, "{}", members.len());
    // Each header stands in the member before it, and each member goes to the end.
    let (count, mut nested) = (4_000, Vec::new());
    for _ in 0..count {
        nested.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\x00\x20\x00\0\0\0\0\x01\0\0\0a");
    }
    let (_, faults) = opened(&nested);
    assert!(!faults.is_empty());
}

#[test]
fn a_long_name_is_not_handed_on() {
    let (members, _) = opened(&zip(&[zipped(&"n".repeat(2_000), SAID), zipped("a\n\x1b[31m%", SAID)]));
    assert_eq!(members[0].0, "zip:(a name of 2000 bytes)");
    assert_eq!(members[1].0, "zip:a%0A%1B[31m%25");
}

proptest::proptest! {
    #[test]
    fn changed_archives_do_no_harm(
        which in 0..4_usize,
        changes in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY), 0..8),
        cut in proptest::num::usize::ANY,
    ) {
        let mut text = match which {
            0 => gzip(SAID),
            1 => zip(&[zipped("a", SAID), stored("b", SAID), Zipped { flags: STREAMED, ..zipped("c", SAID) }]),
            2 => tar(&[("a", SAID), ("b", SAID)]),
            _ => gzip(&tar(&[("a", SAID)])),
        };
        for (at, value) in changes {
            let at = at % text.len();
            text[at] = value;
        }
        text.truncate(text.len() - if cut % 3 == 0 { cut % text.len() } else { 0 });
        opened(&text);
    }
}
