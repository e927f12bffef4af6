//! Whether decoded bytes are worth a search. Most runs of base64 characters and digits are not encoded text.

use super::readable::is_readable;
use super::utf16;
use crate::decode::archive;

/// Returns whether decoded bytes are text, UTF-16 or an archive.
pub(super) fn is_searchable(text: &[u8]) -> bool {
    is_readable(text) || archive::has_signature(text) || utf16::is_readable(text)
}
