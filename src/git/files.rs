//! Access to git's own files and folders.
//!
//! A file is opened so that a pipe does not wait for a writer, and it must be a regular file: reading a device might
//! never end. Files of the working tree are opened by [`crate::source::open_file`], which follows no link.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Size limit of [`read_regular`]. No file of git except a pack is larger.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Reads a whole regular file.
///
/// # Errors
/// Returns an error if there is no such file, if it is not a regular file, if it is larger than 4 GiB, or if it
/// cannot be read.
pub(crate) fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let (file, length) = open_regular(path)?;
    if length > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than four gigabytes"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // The file may grow meanwhile.
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file. Returns also its length in bytes.
///
/// # Errors
/// Returns an error if there is no such file, if it is not a regular file, or if it cannot be opened.
pub(crate) fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    // Checked before it is opened, because opening a device may have effects, and after it, because the path may name
    // another file by then.
    check_regular(&fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    check_regular(&metadata)?;
    Ok((file, metadata.len()))
}

fn check_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}

/// Whether a path leads to a file with an execute permission for anybody, links followed.
#[cfg(unix)]
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Whether a path leads to a file. Windows has no execute permission; git decides by the first line of a hook.
#[cfg(not(unix))]
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Fills a buffer with the bytes of a file from an offset on.
///
/// # Errors
/// Returns an error if the file ends before, or if it cannot be read.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, from: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, from)
}

/// Fills a buffer with the bytes of a file from an offset on.
///
/// # Errors
/// Returns an error if the file ends before, or if it cannot be read.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, mut from: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, from)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                from += read as u64;
            }
        }
    }
    Ok(())
}

/// Returns the paths of the entries of a folder, in the order of the system; an empty list if there is no such
/// folder.
///
/// # Errors
/// Returns an error if the folder cannot be read.
pub(crate) fn list_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    match entries {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        entries => entries,
    }
}
