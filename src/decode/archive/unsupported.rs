//! Archives that are recognised and not unpacked, so that reports can name them.

/// The signatures of unsupported archives, each with its message.
pub(super) const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"LZIP\x01", "it is compressed with lzip, which is not supported"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives are not supported"),
    (b"Rar!\x1a\x07", "rar archives are not supported"),
    (b"MSCF\0\0\0\0", "cab archives are not supported"),
    (b"\xed\xab\xee\xdb", "rpm packages are not supported"),
    (b"xar!\0\x1c", "xar archives are not supported"),
    (b"\x1f\x9d", "it is compressed with compress (.Z), which is not supported"),
    (GZIP, "it is compressed with an unknown method of gzip, which is not supported"),
    (LZMA, "it is compressed with an unusual form of lzma, which is not supported"),
    (b"\xff\x06\0\0sNaPpY", "it is compressed with snappy, which is not supported"),
    (b"\x89LZO\0\r\n", "it is compressed with lzop, which is not supported"),
    (b"hsqs", "squashfs images are not supported"),
    (PDF, "the compressed streams of PDF files are not supported"),
    (OLE, "the compressed parts of old office files (doc, xls, ppt, msi) are not supported"),
];

const PDF: &[u8] = b"%PDF-";

/// Microsoft's Compound File Binary.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

const GZIP: &[u8] = b"\x1f\x8b";

const LZMA: &[u8] = b"\x5d\0\0";

/// A function that recognises a format by more than its first bytes.
type Recognizes = fn(&[u8]) -> bool;

/// The unsupported formats without a signature at the start, or with one that texts begin with, too.
const STRUCTURED: &[(Recognizes, &str)] = &[
    (is_lha, "lha archives are not supported"),
    (is_avro, "it is an Avro file with compressed blocks, which are not supported"),
    (is_flash, "it is a compressed Flash file, which is not supported"),
    (is_disk_image, "disk images of macOS are not supported"),
];

/// Whether a text begins with a member of LHA that is compressed. Others are searched as they are.
fn is_lha(text: &[u8]) -> bool {
    let is_compressed = matches!(text.get(2..7), Some([b'-', b'l', b'h', b'1'..=b'7' | b'x', b'-']));
    let [size, sum, ..] = *text else { return false };
    is_compressed
        && match text.get(20) {
            // The second byte is the sum of the rest of the header.
            Some(0 | 1) => text
                .get(2..2 + usize::from(size))
                .is_some_and(|header| header.iter().fold(0_u8, |all, byte| all.wrapping_add(*byte)) == sum),
            // The first two bytes are the size of the header.
            Some(2) => sum < 16 && size >= 24,
            _ => false,
        }
}

fn is_avro(text: &[u8]) -> bool {
    const CODEC: &[u8] = b"avro.codec";
    const MAX_HEADER: usize = 64 << 10;
    if !text.starts_with(b"Obj\x01") {
        return false;
    }
    let header = &text[..text.len().min(MAX_HEADER)];
    // The length of the value follows, doubled.
    memchr::memmem::find(header, CODEC).is_some_and(|at| !header[at + CODEC.len()..].starts_with(b"\x08null"))
}

/// Whether a text is compressed by zlib or LZMA after a version and a size.
fn is_flash(text: &[u8]) -> bool {
    match text {
        [b'C', b'W', b'S', 6..=60, _, _, _, _, 0x78, ..] => true,
        [b'Z', b'W', b'S', 13..=60, ..] => text.get(12) == Some(&0x5d),
        _ => false,
    }
}

/// Whether a text ends as images of macOS do: with a version, and the size of the end itself.
fn is_disk_image(text: &[u8]) -> bool {
    text.len() >= 512 && text[text.len() - 512..].starts_with(b"koly\0\0\0\x04\0\0\x02\0")
}

/// Returns the message for an unsupported archive, or `None` if a text is not one.
pub(super) fn unsupported(text: &[u8]) -> Option<&'static str> {
    let structured = || {
        let found = STRUCTURED.iter().find(|(recognizes, _)| recognizes(text));
        found.map(|(_, message)| *message)
    };
    by_signature(text).or_else(structured)
}

fn by_signature(text: &[u8]) -> Option<&'static str> {
    let (signature, message) = UNSUPPORTED.iter().find(|(signature, _)| text.starts_with(signature))?;
    // A text may begin with some of them.
    let is_archive = match *signature {
        // The size of the dictionary follows, and the size of the content, which may be open.
        LZMA => text.get(5..13).is_some_and(|size| size == [0xff; 8] || size[5..] == [0; 3]),
        // The method, flags without reserved bits, and the rest of the header follow.
        GZIP => text.len() > 10 && text[2] < 8 && text[3] & 0xe0 == 0,
        // Without filters, everything is readable as it is.
        PDF => memchr::memmem::find(text, b"/Filter").is_some(),
        b"hsqs" => text.get(28..32) == Some(b"\x04\0\0\0"),
        _ => true,
    };
    is_archive.then_some(message)
}
