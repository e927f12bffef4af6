//! Loose objects: complete or refused, and equal to those of another library.

use std::io::Write as _;

use skant::internal::git::{ObjectKind, inflate_loose};

use super::input::Input;

/// Input: a mode, then a compressed object, or its content.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    match mode % 4 {
        0 => check_any(input.rest()),
        1 => check_any(&compressed(input.rest(), mode)),
        2 => check_valid(mode, input.rest()),
        _ => {
            let mut bytes = compressed(&header("blob", input.part()), mode);
            while !input.is_empty() {
                let (at, value) = (input.number(), input.byte());
                let at = at % bytes.len();
                bytes[at] = value;
            }
            check_any(&bytes);
        }
    }
}

fn check_any(bytes: &[u8]) {
    let Ok(object) = inflate_loose(bytes) else { return };
    assert!(object.bytes.len() <= bytes.len() * 1032, "deflate cannot do better");
    let again = header(name(object.kind), &object.bytes);
    // The size may have leading zeros, or a sign.
    let mut out = vec![0; again.len() + 32];
    // Without zlib's checksum: flate2 ignores it when built for the fuzzer.
    let written = libdeflater::Decompressor::new().deflate_decompress(&bytes[2..], &mut out);
    // A copy from before the beginning gives zeros in flate2 and an error in others, git's zlib included.
    let Ok(written) = written else { return };
    let inflated = &out[..written];
    let at = inflated.iter().position(|byte| *byte == 0).expect("a header") + 1;
    assert!(inflated[at..] == object.bytes);
    assert!(inflated.starts_with(format!("{} ", name(object.kind)).as_bytes()) && written >= again.len());
}

fn check_valid(mode: u8, content: &[u8]) {
    let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
    let kind = kinds[usize::from(mode >> 2 & 3)];
    let repeated = content.repeat(if mode & 0x80 == 0 { 1 } else { 300 });
    let bytes = compressed(&header(name(kind), &repeated), mode >> 4);
    let object = inflate_loose(&bytes).expect("it is whole");
    assert!((object.kind, &object.bytes) == (kind, &repeated));
    assert!(inflate_loose(&bytes[..bytes.len() - 1]).is_err(), "it is cut short");
    if mode & 0x40 != 0 {
        let longer = [&header(name(kind), &repeated)[..], b"x"].concat();
        assert!(inflate_loose(&compressed(&longer, mode)).is_err(), "it is longer than it says");
    }
    let size = header(name(kind), &repeated).len();
    let written = libdeflater::Decompressor::new().zlib_decompress(&bytes, &mut vec![0; size]);
    assert_eq!(written, Ok(size));
}

fn header(kind: &str, content: &[u8]) -> Vec<u8> {
    [format!("{kind} {}\0", content.len()).as_bytes(), content].concat()
}

fn compressed(content: &[u8], level: u8) -> Vec<u8> {
    let level = flate2::Compression::new(u32::from(level) % 10);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes all")
}

const fn name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Commit => "commit",
        ObjectKind::Tree => "tree",
        ObjectKind::Blob => "blob",
        ObjectKind::Tag => "tag",
    }
}
