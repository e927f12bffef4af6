//! Opening files of the working tree.
//!
//! A file may have been replaced since it was listed. So nothing is opened that blocks, such as a pipe, and no
//! symbolic link is followed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::git::path_bytes;

/// The result of opening a path.
#[derive(Debug)]
pub(crate) enum OpenedFile {
    /// A regular file and its size in bytes at the time of opening.
    File(File, u64),
    /// The target of a symbolic link, as git stores it.
    LinkTarget(Vec<u8>),
}

/// Opens a regular file, or reads the target of a symbolic link.
///
/// # Errors
/// Returns an error if the path cannot be read, or if it is neither a regular file nor a symbolic link.
pub(crate) fn open(path: &Path) -> io::Result<OpenedFile> {
    let target = || fs::read_link(path).map(|target| OpenedFile::LinkTarget(path_bytes(&target)));
    // Systems without `NOFOLLOW` have to check for a link before they open the path.
    if cfg!(not(unix)) && is_link(path)? {
        return target();
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Opening a pipe would wait for a writer, and following a link could lead out of the tree.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = match options.open(path) {
        Ok(file) => file,
        Err(_) if is_link(path)? => return target(),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if metadata.is_file() {
        return Ok(OpenedFile::File(file, metadata.len()));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file any more"))
}

fn is_link(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_symlink())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn files_are_opened_and_links_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "content").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        let OpenedFile::File(mut file, 7) = open(&path("file")).unwrap() else { panic!("a file") };
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!(content, "content");
        let link = open(&path("link")).unwrap();
        assert!(matches!(link, OpenedFile::LinkTarget(target) if target == b"file"));
    }

    #[test]
    fn pipes_folders_and_devices_are_errors_and_do_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), folder.path(), Path::new("/dev/null")] {
            assert!(open(path).unwrap_err().to_string().contains("not a regular file"));
        }
    }
}
