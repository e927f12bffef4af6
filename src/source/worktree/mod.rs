//! The files of a working tree, or of any folder: the files in the index, and untracked files that git does not
//! ignore.
//!
//! Files are listed here and opened by the caller. A tracked file is listed even if an ignore file names it; a tracked
//! file that is not checked out is listed with its blob in the index.

mod lister;
mod tracked;
mod types;
mod walk;

pub(crate) use self::lister::FileLister;
pub use self::lister::PathOrigin;
pub(crate) use self::types::{FileContent, ListedFile, Listing};
pub use super::ignore_files::IgnoreMode;

#[cfg(test)]
mod tests;
