//! What git calls: puts skant's hooks into a repository and takes them away again.

pub mod install;
pub mod pushed_refs;
