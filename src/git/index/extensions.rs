//! The extensions after the entries: finds those that change the meaning of the entries or speed up their use.
//! Not their parser: it returns the positions of `TREE` and `link`.

use std::ops::Range;

use super::error::IndexError;
use super::reader::Reader;

/// The positions in the buffer of the extensions that are used.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    /// `TREE`, the cache tree.
    pub(super) tree: Option<Range<usize>>,
    /// `link`, which makes this a split index.
    pub(super) link: Option<Range<usize>>,
    /// `sdir`: some entries represent a whole folder.
    pub(super) is_sparse: bool,
}

/// Reads the extensions up to the end of the reader, after which only the checksum follows.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Extensions, IndexError> {
    const SHORT: &str = "an extension is cut short";
    let mut found = Extensions::default();
    while reader.remaining() > 0 {
        let offset = reader.at();
        let name = reader.take(4, SHORT)?;
        let len = reader.u32(SHORT)? as usize;
        let start = reader.at();
        reader.take(len, "an extension is longer than the file")?;
        match name {
            b"TREE" => found.tree = Some(start..start + len),
            b"link" => found.link = Some(start..start + len),
            b"sdir" => found.is_sparse = true,
            [b'A'..=b'Z', ..] => {}
            _ => return Err(IndexError::Extension { name: name.escape_ascii().to_string(), offset }),
        }
    }
    Ok(found)
}
