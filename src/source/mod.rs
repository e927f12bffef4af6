//! Where bytes come from: index, worktree, commit range, history, standard input.
//! The only room that knows git's files and object databases. It finds nothing itself.

pub mod git;
