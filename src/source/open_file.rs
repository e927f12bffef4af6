//! Files of the working tree, opened so that nothing is waited for and no link is followed, whatever somebody has
//! put in their place since they were listed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::git::path_bytes;

/// What a path led to.
#[derive(Debug)]
pub enum OpenedFile {
    /// A file, not read yet, and how many bytes it had when it was opened.
    File(File, u64),
    /// What is held already: a symbolic link's target, as git stores it.
    LinkTarget(Vec<u8>),
}

/// Opens a file, or reads where a symbolic link leads to.
///
/// # Errors
/// It cannot be read, or is neither.
pub fn open(path: &Path) -> io::Result<OpenedFile> {
    let target = || fs::read_link(path).map(|target| OpenedFile::LinkTarget(path_bytes(&target)));
    // Where no flag says that a link is not to be followed, it is asked first.
    if cfg!(not(unix)) && is_link(path)? {
        return target();
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe would be waited for, a link lead out of the tree.
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
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file any more"))
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
        assert!(matches!(open(&path("link")).unwrap(), OpenedFile::LinkTarget(target) if target == b"file"));
    }

    #[test]
    fn what_is_no_file_any_more_is_an_error_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), folder.path(), Path::new("/dev/null")] {
            assert!(open(path).unwrap_err().to_string().contains("no regular file"));
        }
    }
}
