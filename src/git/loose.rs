//! Loose objects, read without libgit2, which waits for ever on one that is cut short, and opens whatever stands
//! in its place, a pipe included.
//! Format: zlib over `KIND SIZE`, a zero byte and the content; git's documentation, "Git Internals - Git Objects".

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::ZlibDecoder;

use crate::git::odb::{MAX_OBJECT_BYTES, Object, ObjectKind, ReadError};
use crate::git::oid::Oid;

/// `commit 18446744073709551615` and the zero byte.
const MOST_HEADER: u64 = 29;

/// Deflate cannot do better than 1032 to 1.
const MOST_RATIO: u64 = 1032;

/// What cannot be inflated.
const BROKEN: &str = "its bytes cannot be inflated";

/// The size of an object that lies loose in a folder, or something less where it is not `than` or more; `None`
/// if it does not lie there. What is no object is of no size.
pub(crate) fn size(folder: &Path, oid: &Oid, than: u64) -> Option<u64> {
    let name = oid.to_string();
    let path = folder.join(&name[..2]).join(&name[2..]);
    let metadata = fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len().saturating_mul(MOST_RATIO) < than {
        return Some(0);
    }
    let header =
        fs::File::open(&path).ok().and_then(|file| header(&mut ZlibDecoder::new(BufReader::new(file))).ok());
    Some(header.map_or(0, |(_, size)| size))
}

/// Reads an object that lies loose in a folder; `None` if it does not.
pub(crate) fn read(folder: &Path, oid: &Oid) -> Option<Result<Object, ReadError>> {
    let name = oid.to_string();
    let path = folder.join(&name[..2]).join(&name[2..]);
    // Looked at before it is opened: opening a pipe would wait for a writer.
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return None;
        }
        Err(error) => return Some(Err(ReadError::Corrupt(*oid, error.to_string()))),
    };
    if !metadata.is_file() {
        return Some(Err(ReadError::Corrupt(*oid, "what stands in its place is no file".into())));
    }
    if metadata.len() > MAX_OBJECT_BYTES as u64 {
        return Some(Err(ReadError::TooLarge(*oid)));
    }
    let object = fs::read(&path).map_err(|error| error.to_string()).and_then(|compressed| {
        let claim = header(&mut ZlibDecoder::new(compressed.as_slice()));
        if claim.is_ok_and(|(_, size)| size > MAX_OBJECT_BYTES as u64) {
            return Ok(None);
        }
        inflate(&compressed).map(Some).map_err(str::to_owned)
    });
    Some(match object {
        Ok(object) => object.ok_or(ReadError::TooLarge(*oid)),
        Err(said) => Err(ReadError::Corrupt(*oid, said)),
    })
}

/// Reads an object as the file of a loose one holds it, header and content.
///
/// # Errors
/// The bytes are no such file, or not the whole of one.
pub fn inflate(compressed: &[u8]) -> Result<Object, &'static str> {
    let mut stream = ZlibDecoder::new(compressed);
    let (kind, size) = header(&mut stream)?;
    // A larger claim is a lie, and nothing is allocated for it.
    if size > (compressed.len() as u64).saturating_mul(MOST_RATIO) {
        return Err("it claims to be larger than its bytes can hold");
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(|_| "it is too large")?);
    stream.by_ref().take(size).read_to_end(&mut bytes).map_err(|_| BROKEN)?;
    // One byte more has to be the end, where zlib's own checksum is held as well.
    let more = stream.read(&mut [0]).map_err(|_| BROKEN)?;
    if bytes.len() as u64 == size && more == 0 {
        Ok(Object { kind, bytes })
    } else {
        Err("it is not of the size that its header names")
    }
}

/// Reads the header: kind and size.
fn header(stream: &mut impl Read) -> Result<(ObjectKind, u64), &'static str> {
    let mut header = Vec::new();
    let mut byte = [0];
    while header.last() != Some(&0) {
        if header.len() as u64 > MOST_HEADER {
            return Err("its header is none");
        }
        stream.read_exact(&mut byte).map_err(|_| BROKEN)?;
        header.push(byte[0]);
    }
    let text = std::str::from_utf8(&header[..header.len() - 1]).ok();
    let (kind, size) = text.and_then(|text| text.split_once(' ')).ok_or("its header is none")?;
    let kind = match kind {
        "commit" => ObjectKind::Commit,
        "tree" => ObjectKind::Tree,
        "blob" => ObjectKind::Blob,
        "tag" => ObjectKind::Tag,
        _ => return Err("it is of no kind that git knows"),
    };
    Ok((kind, size.parse().map_err(|_| "its header is none")?))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn compressed(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn inflated(bytes: &[u8]) -> Result<Object, &'static str> {
        inflate(bytes)
    }

    #[test]
    fn an_object_is_read_whole_or_not_at_all() {
        let whole = compressed(b"blob 5\0hello");
        let object = inflated(&whole).unwrap();
        assert_eq!((object.kind, object.bytes.as_slice()), (ObjectKind::Blob, b"hello".as_slice()));
        for cut in 0..whole.len() {
            assert!(inflated(&whole[..cut]).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 0x11;
            assert!(inflated(&other).is_err(), "byte {at}: zlib's checksum is looked at");
        }
    }

    #[test]
    fn the_size_is_read_from_the_header_where_it_matters() {
        let folder = tempfile::tempdir().unwrap();
        let oid = Oid::from_bytes(&[7; 20]).unwrap();
        assert_eq!(size(folder.path(), &oid, 0), None);
        let name = oid.to_string();
        fs::create_dir(folder.path().join(&name[..2])).unwrap();
        let path = folder.path().join(&name[..2]).join(&name[2..]);
        let zeros = vec![0; 100_000];
        fs::write(&path, compressed(&[b"blob 100000\0", &zeros[..]].concat())).unwrap();
        assert_eq!(size(folder.path(), &oid, 99_999), Some(100_000));
        // The file is too short to hold so much.
        assert_eq!(size(folder.path(), &oid, 1 << 20), Some(0));
        fs::write(&path, b"no object").unwrap();
        assert_eq!(size(folder.path(), &oid, 1), Some(0));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
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
            assert!(inflated(&compressed(content)).is_err(), "{}", String::from_utf8_lossy(content));
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_no_harm(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
            content in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
        ) {
            let _ = inflated(&bytes);
            let _ = inflated(&compressed(&content));
        }
    }
}
