//! The extensions behind the entries: finds those that change what the entries mean, or speed up their use.
//! Not their parser: it gives the places of `TREE` and `link`.

use std::ops::Range;

use crate::git::index::IndexError;
use crate::git::index::reader::Reader;

/// Where the extensions that count lie in the buffer.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    /// `TREE`, the cache tree.
    pub(crate) tree: Option<Range<usize>>,
    /// `link`, which makes this a split index.
    pub(crate) link: Option<Range<usize>>,
    /// `sdir`: some entries stand for a whole folder.
    pub(crate) sparse: bool,
}

/// Reads up to the end of the reader, which is the trailing checksum.
pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Extensions, IndexError> {
    const SHORT: &str = "an extension is cut short";
    let mut found = Extensions::default();
    while reader.left() > 0 {
        let offset = reader.at();
        let name = reader.take(4, SHORT)?;
        let len = reader.u32(SHORT)? as usize;
        let start = reader.at();
        reader.take(len, "an extension is longer than the file")?;
        match name {
            b"TREE" => found.tree = Some(start..start + len),
            b"link" => found.link = Some(start..start + len),
            b"sdir" => found.sparse = true,
            [b'A'..=b'Z', ..] => {}
            _ => return Err(IndexError::Extension { name: name.escape_ascii().to_string(), offset }),
        }
    }
    Ok(found)
}
