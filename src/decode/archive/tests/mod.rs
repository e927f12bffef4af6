mod git_pack;
mod image;
mod mail;
mod members;
mod sqlite;
mod sqlite_log;
mod stream;
mod strings;
mod tar;
mod zip;

use std::borrow::Cow;

use super::unsupported::UNSUPPORTED;
use super::*;
use testkit::archives::{ENCRYPTED, STREAMED, Zipped, gzip, stored, tar, zip, zipped, zlib};

const CONTENT: &[u8] = b"what the member says, and says again, and says again\n";

type Members = Vec<(String, Vec<u8>)>;
type Faults = Vec<(FaultKind, String)>;

/// Returns the members and the faults of an archive. Checks the spans of stored members.
fn unpack_all(text: &[u8]) -> (Members, Faults) {
    unpack_within(text, &mut UnpackBudget::for_file(text.len()))
}

fn unpack_within(text: &[u8], budget: &mut UnpackBudget) -> (Members, Faults) {
    let (mut members, mut faults) = (Vec::new(), Vec::new());
    unpack(text, budget, &mut |part, _| match part {
        Unpacked::Fault(fault) => faults.push((fault.kind, format!("{}: {}", fault.label, fault.message))),
        Unpacked::Copy { span, first } => {
            assert!(first < span.start && text[first..first + span.len()] == text[span]);
        }
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

fn content(label: &str) -> (String, Vec<u8>) {
    (label.to_owned(), CONTENT.to_vec())
}

/// Checks that an archive is complete and that its only member is `CONTENT`.
#[track_caller]
fn assert_content(text: &[u8], label: &str) {
    assert!(is_archive(text));
    assert_eq!(unpack_all(text), (vec![content(label)], vec![]));
}

/// Checks that an archive has one fault, and that `CONTENT` can be read all the same.
#[track_caller]
fn assert_damaged(text: &[u8], label: &str, message: &str) {
    let (members, faults) = unpack_all(text);
    assert!(members.contains(&content(label)), "{members:?}");
    assert_eq!(faults, [(FaultKind::Corrupt, message.to_owned())]);
}

#[test]
fn ordinary_files_are_not_archives() {
    let long = "PK is short for public key; ustar\0 is not\n".repeat(20);
    let at_magic = format!("{:257}ustar and what follows in a text\n{:600}", "", "");
    for text in [
        &b""[..],
        b"PK",
        b"\x1f\x8b",
        b"\x1f\x8b\x09 text",
        b"BZh9 is no bzip2",
        b"%PDF-1.7\n1 0 obj",
        b"H4sI",
        long.as_bytes(),
    ] {
        assert!(!is_archive(text), "{text:?}");
    }
    assert!(!is_archive(&[0; 2048]) && !is_archive(&[b'0'; 2048]) && !is_archive(&[b' '; 2048]));
    assert_eq!(unpack_all(at_magic.as_bytes()).0, []);
}

#[test]
fn an_unsupported_archive_is_a_fault() {
    for (magic, _) in UNSUPPORTED {
        let more: &[u8] = match *magic {
            // A size of a window that no program uses.
            b"\x5d\0\0" => &[7, 1, 255, 255, 255, 255, 255, 255, 255, 255, 7],
            b"\x1f\x8b" => &[7, 0, 0, 0, 0, 0, 0, 3, 1, 2],
            b"%PDF-" => b"1.7\n1 0 obj <</Filter /FlateDecode>>",
            b"hsqs" => &[[7; 24].as_slice(), &[4, 0, 0, 0]].concat(),
            _ => b"91AY&SY and more",
        };
        let text = [*magic, more].concat();
        assert!(matches!(&unpack_all(&text).1[..], [(FaultKind::Unsupported, _)]), "{magic:?}");
    }
    let mut lha = b"\x19\0-lh5-............\x20\0....................".to_vec();
    lha[1] = lha[2..2 + 0x19].iter().fold(0, |all: u8, byte| all.wrapping_add(*byte));
    let disk = [&[7; 9][..], b"koly\0\0\0\x04\0\0\x02\0", &[0; 500]].concat();
    let avro = |codec: &str| format!("Obj\x01\x04\x14avro.codec{codec}\x16avro.schema").into_bytes();
    let flash = b"CWS\x0a\x01\x02\0\0\x78\xda";
    for text in [&lha[..], &disk, &avro("\x0edeflate"), flash, b"ZWS\x0d............\x5d"] {
        let is_known = matches!(&unpack_all(text).1[..], [(FaultKind::Unsupported, _)]);
        assert_eq!(is_known, text != b"ZWS\x0d............\x5d", "{text:?}");
    }
    lha[1] ^= 1;
    for text in [&lha[..], &avro("\x08null"), b"CWS is a company", b"my-lh5-text is no archive of LHA"] {
        assert!(!is_archive(text), "{text:?}");
    }
    let member = |method| unpack_all(&zip(&[Zipped { method, ..zipped("a", CONTENT) }]));
    assert_eq!(
        member(14),
        (
            vec![],
            vec![(
                FaultKind::Unsupported,
                "zip:a: it is compressed with LZMA, which is not supported".into()
            )]
        )
    );
    assert!(member(77).1[0].1.contains("unknown"));
    let encrypted = zip(&[Zipped { flags: ENCRYPTED, ..zipped("a", CONTENT) }, zipped("b", CONTENT)]);
    assert_eq!(
        unpack_all(&encrypted),
        (vec![content("zip:b")], vec![(FaultKind::Unsupported, "zip:a: it is encrypted".into())])
    );
}

#[test]
fn the_parts_of_a_gzip_are_one_text() {
    assert_content(&gzip(CONTENT), "gzip");
    assert_content(&[gzip(&CONTENT[..9]), gzip(b""), gzip(&CONTENT[9..])].concat(), "gzip");
    assert_content(&[&gzip(CONTENT)[..], &[0; 100]].concat(), "gzip");
    // With all optional fields: an extra one, a name, a comment and a checksum.
    let plain = gzip(CONTENT);
    let fields =
        [&[plain[0], plain[1], 8, 0x1e], &plain[4..10], b"\x03\0abc", b"name\0", b"comment\0", b"\0\0"]
            .concat();
    assert_content(&[&fields[..], &plain[10..]].concat(), "gzip");
}

#[test]
fn gzip_after_padding_or_other_bytes_is_unpacked() {
    let part = |content: &[u8]| gzip(content);
    assert_content(&[b"\xef\xbb\xbf", &part(CONTENT)[..]].concat(), "gzip");
    assert_content(&[&[0; 512], &part(CONTENT)[..]].concat(), "gzip");
    assert_content(&[&part(&CONTENT[..9])[..], b"garbage", &part(&CONTENT[9..])].concat(), "gzip");
    // A signature in the other bytes is not a damaged part.
    assert_content(&[&part(CONTENT)[..], b"x\x1f\x8b\x08\0 and more bytes"].concat(), "gzip");
    assert!(!is_archive(&[&[0; 512], &b"text"[..]].concat()) && !is_archive(b"\xef\xbb\xbftext"));
}

#[test]
fn zlib_is_unpacked_and_text_that_resembles_it_is_not_an_archive() {
    let whole = zlib(&CONTENT.repeat(9));
    let unpacked = unpack_all(&whole);
    assert_eq!((unpacked.0.len(), unpacked.1.len()), (1, 0));
    assert_eq!(unpacked.0[0].0, "zlib");
    assert!(matches!(&unpack_all(&whole[..whole.len() - 9]).1[..], [(FaultKind::Corrupt, _)]));
    assert!(is_deflate(&whole[2..]) && is_deflate(&whole[2..whole.len() - 4]));
    assert!(
        !is_deflate(&whole[2..whole.len() - 9])
            && !is_deflate(&whole)
            && !is_deflate(b"a text, and more text")
    );
    for text in ["x^2 + y^2 = z^2, and so on for every n", "x\x01", "x", "x^"] {
        assert!(!is_archive(text.as_bytes()), "{text}");
    }
}

/// Bytes without a pattern.
fn noise(count: usize) -> Vec<u8> {
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        Some(state.to_be_bytes()[0])
    };
    std::iter::repeat_n((), count).scan(7, |state, ()| next(state)).collect()
}

#[test]
fn zlib_of_data_that_is_no_text_is_unpacked() {
    // The first block is stored, and the codes of the other one are long.
    let stored = [&noise(70_000), CONTENT].concat();
    let with_long_codes = noise(9000).into_iter().map(|byte| byte.saturating_mul(3)).collect::<Vec<u8>>();
    for (content, kind) in [(stored, 0), (with_long_codes, 2)] {
        let whole = zlib(&content);
        assert_eq!(whole[2] >> 1 & 3, kind);
        assert_eq!(unpack_all(&whole), (vec![("zlib".to_owned(), content)], vec![]));
        let mut damaged = whole.clone();
        let at = whole.len() - 2;
        damaged[at] ^= 1;
        assert!(matches!(&unpack_all(&damaged).1[..], [(FaultKind::Corrupt, _)]));
    }
    assert!(!is_archive(b"x\x01\0\x05\0\x05\0hello"));
}

#[test]
fn the_compressed_texts_of_an_image_are_unpacked() {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length, kind, data, &[0; 4]].concat()
    };
    let image =
        |chunks: &[Vec<u8>]| [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &[0; 13])[..], &chunks.concat()].concat();
    let data = zlib(CONTENT);
    for text in [
        chunk(b"zTXt", &[b"key\0\0", &data[..]].concat()),
        chunk(b"iTXt", &[b"key\0\x01\0en\0name\0", &data[..]].concat()),
    ] {
        assert_content(&image(&[chunk(b"IDAT", &data), text]), "png:key");
    }
    let cut = chunk(b"zTXt", &[b"key\0\0", &data[..data.len() / 2]].concat());
    assert!(matches!(&unpack_all(&image(&[cut])).1[..], [(FaultKind::Corrupt, _)]));
    assert!(!is_archive(&image(&[chunk(b"IDAT", &data), chunk(b"tEXt", b"key\0text")])));
}

#[test]
fn a_damaged_gzip_is_read_up_to_the_damage() {
    let whole = gzip(CONTENT);
    assert_damaged(&whole[..whole.len() - 3], "gzip", "gzip: it is cut short");
    let mut wrong = whole.clone();
    wrong[whole.len() - 8] ^= 1;
    assert_damaged(&wrong, "gzip", "gzip: its checksum does not match");
    let text: Vec<u8> =
        (0..4_000_u32).flat_map(|number| format!("line {}\n", number * number).into_bytes()).collect();
    let whole = gzip(&text);
    let (members, faults) = unpack_all(&whole[..whole.len() / 2]);
    assert!(members[0].1.len() > 1_000 && text.starts_with(&members[0].1));
    assert_eq!(faults, [(FaultKind::Corrupt, "gzip: it is cut short".into())]);
    let mut wrong = whole.clone();
    wrong[whole.len() / 2..][..40].fill(0xff);
    let (members, faults) = unpack_all(&wrong);
    assert!(!members[0].1.is_empty() && matches!(faults[..], [(FaultKind::Corrupt, _)]));
    assert_eq!(unpack_all(&whole[..12]).1, [(FaultKind::Corrupt, "gzip: it is cut short".into())]);
}

#[test]
fn a_decompression_bomb_is_cut_off() {
    let zeroes = vec![0; 48 << 20];
    let bomb = gzip(&zeroes);
    assert!(bomb.len() < 64 << 10);
    let (members, faults) = unpack_all(&bomb);
    assert!(members[0].1.len() < 48 << 20 && members[0].1.len() > 16 << 20);
    assert_eq!(faults, [(FaultKind::Budget, "gzip: it unpacks to more than the limit".into())]);
    let (members, faults) = unpack_within(&bomb, &mut UnpackBudget::for_region(100));
    assert!(members[0].1.len() <= 300 << 10 && faults.len() == 1);
}

#[test]
fn a_name_that_is_long_or_has_control_characters_is_replaced() {
    let (members, _) = unpack_all(&zip(&[
        zipped(&"n".repeat(2_000), CONTENT),
        zipped("a\n\x1b[31m%", CONTENT),
        zipped("a%\u{3164}", CONTENT),
    ]));
    assert_eq!(members[0].0, "zip:(a name of 2000 bytes)");
    assert_eq!(members[1].0, "zip:(a name of 8 bytes)");
    assert_eq!(members[2].0, "zip:a%25%E3%85%A4");
}

proptest::proptest! {
    #[test]
    fn changed_archives_never_panic(
        which in 0..4_usize,
        changes in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY), 0..8),
        cut in proptest::num::usize::ANY,
    ) {
        let mut text = match which {
            0 => gzip(CONTENT),
            1 => zip(&[zipped("a", CONTENT), stored("b", CONTENT), Zipped { flags: STREAMED, ..zipped("c", CONTENT) }]),
            2 => tar(&[("a", CONTENT), ("b", CONTENT)]),
            _ => gzip(&tar(&[("a", CONTENT)])),
        };
        for (at, value) in changes {
            let at = at % text.len();
            text[at] = value;
        }
        text.truncate(text.len() - if cut % 3 == 0 { cut % text.len() } else { 0 });
        unpack_all(&text);
    }
}

#[test]
fn the_header_of_a_loose_object_is_no_part_of_its_content() {
    let object = [b"blob 999\0", &zip(&[stored("a", CONTENT)])[..]].concat();
    let (members, faults) = unpack_all(&zlib(&object));
    assert_eq!((&members[0].0[..], faults), ("git-object:blob", vec![]));
    assert_content(&members[0].1, "zip:a");
    for text in ["blob\0", "blob \0", "blob 1x\0", "a blob 12\0", "blob 12"] {
        let text = [text.as_bytes(), CONTENT, CONTENT].concat();
        assert_eq!(unpack_all(&zlib(&text)).0, [("zlib".to_owned(), text)]);
    }
}
