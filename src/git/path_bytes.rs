//! Conversion between git's paths, which are bytes with `/`, and the paths of the operating system.

use std::ffi::OsString;
use std::path::Path;

/// Converts bytes of git to a path of the system.
#[cfg(unix)]
#[must_use]
pub(crate) fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

/// Converts bytes of git to a path of the system. Bytes that are not UTF-8 are replaced.
#[cfg(not(unix))]
#[must_use]
pub fn os_string(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Converts a path of the system to the bytes that git writes for it.
#[cfg(unix)]
#[must_use]
pub(crate) fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

/// Converts a path of the system to the bytes that git writes for it.
#[cfg(not(unix))]
#[must_use]
pub fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}
