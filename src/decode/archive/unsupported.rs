//! Archives that are recognised and not unpacked, so that reports can name them.

/// The signatures of unsupported archives, each with its message.
pub(super) const UNSUPPORTED: [(&[u8], &str); 11] = [
    (b"\xfd7zXZ\0", "it is compressed with xz, which is not supported"),
    (BZIP2, "it is compressed with bzip2, which is not supported"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd, which is not supported"),
    (b"\x04\x22\x4d\x18", "it is compressed with lz4, which is not supported"),
    (b"LZIP\x01", "it is compressed with lzip, which is not supported"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives are not supported"),
    (b"Rar!\x1a\x07", "rar archives are not supported"),
    (b"MSCF\0\0\0\0", "cab archives are not supported"),
    (b"\xed\xab\xee\xdb", "rpm packages are not supported"),
    (b"!<arch>\ndebian-binary", "deb packages are not supported"),
    (b"xar!\0\x1c", "xar archives are not supported"),
];

const BZIP2: &[u8] = b"BZh";

/// Returns the message for an unsupported archive, or `None` if a text is not one.
pub(super) fn unsupported(text: &[u8]) -> Option<&'static str> {
    let (signature, message) = UNSUPPORTED.iter().find(|(signature, _)| text.starts_with(signature))?;
    // A text may begin with these three letters. In bzip2 the block size and the digits of pi follow.
    let is_archive = *signature != BZIP2 || text.get(4..10) == Some(b"1AY&SY");
    is_archive.then_some(message)
}
