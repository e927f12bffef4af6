//! Archives that are recognised and not unpacked, so that reports can name them.

/// The signatures of unsupported archives, each with its message.
pub(super) const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"LZIP\x01", "it is compressed with lzip, which is not supported"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives are not supported"),
    (b"Rar!\x1a\x07", "rar archives are not supported"),
    (b"MSCF\0\0\0\0", "cab archives are not supported"),
    (b"\xed\xab\xee\xdb", "rpm packages are not supported"),
    (b"!<arch>\ndebian-binary", "deb packages are not supported"),
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

/// Returns the message for an unsupported archive, or `None` if a text is not one.
pub(super) fn unsupported(text: &[u8]) -> Option<&'static str> {
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
