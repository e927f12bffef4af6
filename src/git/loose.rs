//! Loose objects, read from their files.
//!
//! Packs are not read here; [`odb`](super::odb) combines both.
//! Format: zlib over `KIND SIZE`, a zero byte and the content; git's documentation, "Git Internals - Git Objects".

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::ZlibDecoder;

use super::files::open_regular;
use super::object_types::{MAX_OBJECT_BYTES, Object, ObjectKind, ReadError};
use super::oid::Oid;

/// Size limit of a header, in bytes: `commit 18446744073709551615` and the zero byte.
const MAX_HEADER: u64 = 29;

/// Largest compression ratio of deflate, 1032 to 1.
const MAX_RATIO: u64 = 1032;

const NOT_INFLATABLE: &str = "its bytes cannot be inflated";
const BAD_HEADER: &str = "its header is not one of a git object";

/// Returns the path of a loose object in an object folder.
pub(crate) fn path_of(folder: &Path, oid: &Oid) -> PathBuf {
    let name = oid.to_string();
    folder.join(&name[..2]).join(&name[2..])
}

/// Returns the size of a loose object in bytes; `None` if the folder holds no such file.
///
/// The size is exact if it is at least `threshold`. Otherwise it may be less: a file that is too short to unfold
/// to `threshold` bytes is not opened. The size of a file that is not an object is 0.
pub(crate) fn size(folder: &Path, oid: &Oid, threshold: u64) -> Option<u64> {
    let path = path_of(folder, oid);
    let metadata = fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len().saturating_mul(MAX_RATIO) < threshold {
        return Some(0);
    }
    let file = open_regular(&path).ok();
    let header = file.and_then(|(file, _)| read_header(&mut ZlibDecoder::new(BufReader::new(file))).ok());
    Some(header.map_or(0, |(_, size)| size))
}

/// Whether a folder holds a file for an object, readable or not.
pub(crate) fn exists(folder: &Path, oid: &Oid) -> bool {
    fs::symlink_metadata(path_of(folder, oid)).is_ok()
}

/// Reads a loose object; returns `None` if the folder holds no such file.
pub(crate) fn read(folder: &Path, oid: &Oid) -> Option<Result<Object, ReadError>> {
    let path = path_of(folder, oid);
    let (mut file, length) = match open_regular(&path) {
        Ok(opened) => opened,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return None;
        }
        Err(error) => return Some(Err(ReadError::Corrupt(*oid, error.to_string()))),
    };
    if length > MAX_OBJECT_BYTES as u64 {
        return Some(Err(ReadError::TooLarge(*oid)));
    }
    let mut compressed = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    let read = file.by_ref().take(MAX_OBJECT_BYTES as u64).read_to_end(&mut compressed);
    let object = read.map_err(|error| error.to_string()).and_then(|_| {
        let header = read_header(&mut ZlibDecoder::new(compressed.as_slice()));
        if header.is_ok_and(|(_, size)| size > MAX_OBJECT_BYTES as u64) {
            return Ok(None);
        }
        inflate(&compressed).map(Some).map_err(str::to_owned)
    });
    Some(match object {
        Ok(object) => object.ok_or(ReadError::TooLarge(*oid)),
        Err(reason) => Err(ReadError::Corrupt(*oid, reason)),
    })
}

/// Decodes the file of a loose object: header and content.
///
/// # Errors
/// Returns a reason if the bytes are not such a file, or not a complete one.
pub fn inflate(compressed: &[u8]) -> Result<Object, &'static str> {
    let mut stream = ZlibDecoder::new(compressed);
    let (kind, size) = read_header(&mut stream)?;
    // A larger claim is false, so nothing is allocated for it.
    if size > (compressed.len() as u64).saturating_mul(MAX_RATIO) {
        return Err("it claims to be larger than its bytes can hold");
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(|_| "it is too large")?);
    stream.by_ref().take(size).read_to_end(&mut bytes).map_err(|_| NOT_INFLATABLE)?;
    // The next read must reach the end of the stream, where the decoder compares zlib's checksum.
    let more = stream.read(&mut [0]).map_err(|_| NOT_INFLATABLE)?;
    if bytes.len() as u64 == size && more == 0 {
        Ok(Object { kind, bytes })
    } else {
        Err("it is not of the size that its header names")
    }
}

/// Reads the header and returns kind and size.
fn read_header(stream: &mut impl Read) -> Result<(ObjectKind, u64), &'static str> {
    let mut header = Vec::new();
    let mut byte = [0];
    while header.last() != Some(&0) {
        if header.len() as u64 > MAX_HEADER {
            return Err(BAD_HEADER);
        }
        stream.read_exact(&mut byte).map_err(|_| NOT_INFLATABLE)?;
        header.push(byte[0]);
    }
    let text = std::str::from_utf8(&header[..header.len() - 1]).ok();
    let (kind, size) = text.and_then(|text| text.split_once(' ')).ok_or(BAD_HEADER)?;
    let kind = match kind {
        "commit" => ObjectKind::Commit,
        "tree" => ObjectKind::Tree,
        "blob" => ObjectKind::Blob,
        "tag" => ObjectKind::Tag,
        _ => return Err("it is of no kind that git knows"),
    };
    Ok((kind, size.parse().map_err(|_| BAD_HEADER)?))
}

#[cfg(test)]
mod tests {
    use testkit::archives::zlib;

    use super::*;

    #[test]
    fn truncated_and_changed_objects_are_errors() {
        let whole = zlib(b"blob 5\0hello");
        let object = inflate(&whole).unwrap();
        assert_eq!((object.kind, object.bytes.as_slice()), (ObjectKind::Blob, b"hello".as_slice()));
        for cut in 0..whole.len() {
            assert!(inflate(&whole[..cut]).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 0x11;
            assert!(inflate(&other).is_err(), "byte {at}: zlib's checksum is compared");
        }
    }

    #[test]
    fn size_is_read_from_the_header_if_the_file_is_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        let oid = Oid::from_bytes(&[7; 20]).unwrap();
        assert_eq!(size(folder.path(), &oid, 0), None);
        let path = path_of(folder.path(), &oid);
        fs::create_dir(path.parent().unwrap()).unwrap();
        let zeros = vec![0; 100_000];
        fs::write(&path, zlib(&[b"blob 100000\0", &zeros[..]].concat())).unwrap();
        assert_eq!(size(folder.path(), &oid, 99_999), Some(100_000));
        // The file is too short for a megabyte.
        assert_eq!(size(folder.path(), &oid, 1 << 20), Some(0));
        fs::write(&path, b"no object").unwrap();
        assert_eq!(size(folder.path(), &oid, 1), Some(0));
    }

    #[test]
    fn impossible_headers_and_sizes_are_errors() {
        for content in [
            &b"blob 6\0hello"[..],
            b"blob 4\0hello",
            b"blob 99999999999999\0hello",
            b"blob x\0hello",
            b"blob5\0hello",
            b"sock 5\0hello",
            b"",
            b"blob 5 and a header that does not end where it should",
        ] {
            assert!(inflate(&zlib(content)).is_err(), "{}", String::from_utf8_lossy(content));
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
            content in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
        ) {
            let _ = inflate(&bytes);
            let _ = inflate(&zlib(&content));
        }
    }
}
