//! The plan of a history rewrite: the replacements for `git filter-repo` or BFG, the files that have to go, and what
//! neither reaches. Reads the repository, writes nothing, and runs no rewrite.

pub(crate) mod affected;
pub(crate) mod plan;
pub(crate) mod replacement;
