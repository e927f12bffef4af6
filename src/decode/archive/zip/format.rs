//! Signatures and lengths of the zip format.

/// The signature of a member's local header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";

/// The signature of an entry of the central directory.
pub(super) const CENTRAL: &[u8] = b"PK\x01\x02";

/// The signature of the end of the central directory.
pub(super) const END: &[u8] = b"PK\x05\x06";

/// The signature of a data descriptor. It may follow a member whose sizes were not known when its header was written.
pub(super) const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// The length of a local header without its name, in bytes.
pub(super) const LOCAL_LENGTH: usize = 30;

/// The length of a directory entry without its name, in bytes.
pub(super) const CENTRAL_LENGTH: usize = 46;

/// The length of the end without its comment, in bytes.
pub(super) const END_LENGTH: usize = 22;

/// The maximum length of the comment after the end, in bytes.
pub(super) const MAX_COMMENT: usize = 65_535;
