//! Candidates in encoded text and in archives.

pub(crate) mod archived;
pub(crate) mod encoded;
