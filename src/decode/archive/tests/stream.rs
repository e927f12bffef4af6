use super::*;
use testkit::compressed::{Compress, FORMATS, bzip2, lz4, lzma, skippable, xz, zstd};

/// The formats whose files may have several parts.
const PARTS: [(&str, Compress); 4] = [("xz", xz), ("bzip2", bzip2), ("zstd", zstd), ("lz4", lz4)];

/// Lines that do not compress to nothing.
fn lines(count: u32) -> Vec<u8> {
    (0..count).flat_map(|number| format!("line {}\n", number * number).into_bytes()).collect()
}

#[test]
fn a_text_in_each_format_is_one_member() {
    for (name, compress) in FORMATS {
        assert_content(&compress(CONTENT), name);
        let long = lines(60_000);
        assert_eq!(unpack_all(&compress(&long)), (vec![(name.to_owned(), long)], vec![]), "{name}");
        assert_eq!(unpack_all(&compress(b"")), (vec![(name.to_owned(), vec![])], vec![]), "{name}");
    }
}

#[test]
fn the_parts_of_a_compressed_file_are_one_text() {
    for (name, compress) in PARTS {
        let (one, other) = (compress(&CONTENT[..9]), compress(&CONTENT[9..]));
        assert_content(&[&one[..], &compress(b""), &other].concat(), name);
        assert_content(&[&compress(CONTENT)[..], &[0; 100]].concat(), name);
        // Only complete parts count after other bytes.
        assert_content(&[&one[..], b"other bytes", &other].concat(), name);
        let cut = [&compress(CONTENT)[..], b"other bytes", &other[..other.len() - 4]].concat();
        assert_eq!(unpack_all(&cut).1, []);
        for padding in [0, 512] {
            let cut = [&one[..], &vec![0; padding], &other[..other.len() - 4]].concat();
            assert!(matches!(&unpack_all(&cut).1[..], [(FaultKind::Corrupt, _)]), "{name}");
        }
    }
}

#[test]
fn frames_that_decoders_skip_are_skipped() {
    for (name, compress) in [("zstd", zstd as Compress), ("lz4", lz4)] {
        let (one, other) = (compress(&CONTENT[..9]), compress(&CONTENT[9..]));
        let skipped = skippable(b"an index");
        assert_content(&[&skipped[..], &skipped, &one, &skipped, &other, &skipped].concat(), name);
        let cut = [&one[..], &skipped, &other[..other.len() - 4]].concat();
        assert!(matches!(&unpack_all(&cut).1[..], [(FaultKind::Corrupt, _)]), "{name}");
    }
    assert!(!is_archive(&skippable(b"an index")) && !is_archive(&skippable(b"")[..6]));
}

/// The frames of lz4 before version 1.4, which Linux uses for its kernel: a signature, and blocks with their sizes.
#[test]
fn frames_of_old_programs_are_read() {
    let block = |content: &[u8]| {
        let block = lz4_flex::block::compress(content);
        [&u32::try_from(block.len()).unwrap().to_le_bytes()[..], &block].concat()
    };
    let frame = |content: &[u8]| [b"\x02\x21\x4c\x18", &block(content)[..]].concat();
    assert_content(&frame(CONTENT), "lz4");
    assert_content(
        &[&frame(&CONTENT[..9])[..], &block(&CONTENT[9..20]), &frame(&CONTENT[20..])].concat(),
        "lz4",
    );
    assert_content(&[frame(&CONTENT[..9]), lz4(&CONTENT[9..])].concat(), "lz4");
    let whole = frame(CONTENT);
    assert_eq!(
        unpack_all(&whole[..whole.len() - 3]).1,
        [(FaultKind::Corrupt, "lz4: it is cut short".into())]
    );
}

/// Returns an output without the last bytes: what an lz4 decoder writes before an error may be too long.
fn sure(output: &[u8]) -> &[u8] {
    &output[..output.len().saturating_sub(32)]
}

#[test]
fn a_cut_text_is_read_up_to_the_cut() {
    let text = lines(60_000);
    for (name, compress) in FORMATS {
        let whole = compress(&text);
        for left in [whole.len() / 2, whole.len() - 3] {
            let (members, faults) = unpack_all(&whole[..left]);
            assert!(members[0].1.len() > text.len() / 4 && text.starts_with(sure(&members[0].1)), "{name}");
            assert_eq!(faults, [(FaultKind::Corrupt, format!("{name}: it is cut short"))]);
        }
    }
}

#[test]
fn a_damaged_text_is_read_up_to_the_damage() {
    let text = lines(60_000);
    for (name, compress) in FORMATS {
        let whole = compress(&text);
        let mut wrong = whole.clone();
        wrong[whole.len() / 2..][..40].fill(0xff);
        let (members, faults) = unpack_all(&wrong);
        assert!(members[0].1.len() > text.len() / 4, "{name}");
        assert!(text.starts_with(&members[0].1[..text.len() / 4]), "{name}");
        assert!(matches!(&faults[..], [(FaultKind::Corrupt, _)]), "{name}: {faults:?}");
        // Each flipped bit after the header is damage, since all of these have checksums; but LZMA has none.
        let short = compress(CONTENT);
        for at in (20..short.len()).filter(|_| name != "lzma") {
            let mut wrong = short.clone();
            wrong[at] ^= 4;
            let (members, faults) = unpack_all(&wrong);
            assert!(!faults.is_empty() || members == [content(name)], "{name}: byte {at} of {}", short.len());
        }
    }
}

#[test]
fn a_bomb_in_each_format_is_cut_off() {
    let zeroes = vec![0; 48 << 20];
    for (name, compress) in FORMATS {
        let bomb = compress(&zeroes);
        let (members, faults) = unpack_within(&bomb, &mut UnpackBudget::for_region(100));
        // A block of lz4 that is over the limit is lost.
        assert!(
            members[0].1.len() <= 300 << 10 && (members[0].1.len() > 200 << 10 || name == "lz4"),
            "{name}"
        );
        assert_eq!(faults, [(FaultKind::Budget, format!("{name}: it unpacks to more than the limit"))]);
    }
}

#[test]
fn a_window_over_the_limit_is_a_fault_before_memory_is_taken() {
    let mut wrong = lzma(CONTENT);
    wrong[1..5].copy_from_slice(&(1_u32 << 31).to_le_bytes());
    let message = |name| vec![(FaultKind::Budget, format!("{name}: it needs more memory than the limit"))];
    assert_eq!(unpack_all(&wrong).1, message("lzma"));
    // A header with a window of 2 GiB (RFC 8878, 3.1.1.1.2), and an empty last block.
    let wrong = [&b"\x28\xb5\x2f\xfd\0"[..], &[21 << 3, 1, 0, 0]].concat();
    assert_eq!(unpack_all(&wrong).1, message("zstd"));
    // A dictionary of 2 GiB (The .xz File Format, 5.3.1), with the checksum of the header.
    let mut wrong = xz(CONTENT);
    let block = 12..12 + 4 * (usize::from(wrong[12]) + 1);
    let property = block.start + 4;
    assert_eq!(wrong[block.start + 2..property], [0x21, 1], "the only filter is LZMA2");
    wrong[property] = 38;
    let sum = inflate::checksum(&wrong[block.start..block.end - 4]).to_le_bytes();
    wrong[block.end - 4..block.end].copy_from_slice(&sum);
    assert_eq!(unpack_all(&wrong).1, message("xz"));
}

#[test]
fn a_text_that_needs_a_dictionary_is_not_supported() {
    // The flag of a dictionary, its number, and the window.
    let frame = [&b"\x28\xb5\x2f\xfd"[..], &[0x01, 0x58, 7, 1, 0, 0]].concat();
    assert!(matches!(&unpack_all(&frame).1[..], [(FaultKind::Unsupported, _)]), "{:?}", unpack_all(&frame));
}

#[test]
fn text_that_resembles_a_compressed_file_is_not_an_archive() {
    for text in [&b"BZh9 is no bzip2"[..], b"BZh", b"]\0\0\x80\0 and more text", b"\xfd7z", b"\x28\xb5\x2f"] {
        assert!(!is_archive(text), "{text:?}");
    }
}
