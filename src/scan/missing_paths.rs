//! Paths that are asked for and that no history holds: most likely misspelt, and nothing was read for them.

use crate::finding::{Problem, ProblemKind};

use crate::git::{EntryKind, Index, ObjectDatabase, Oid, Repository, TreeLookup, os_string};
use crate::scan::{PathFilter, Scanner};

/// Where a path may be known from.
pub(crate) struct Known<'k> {
    pub(crate) scanner: &'k Scanner,
    pub(crate) repository: &'k Repository,
    pub(crate) objects: &'k ObjectDatabase,
    /// The names of submodules whose stores were read.
    pub(crate) stores: &'k [Vec<u8>],
    /// Root trees of commits.
    pub(crate) trees: &'k [Oid],
    /// The paths that commits take away.
    pub(crate) gone: &'k [&'k [u8]],
}

impl Known<'_> {
    /// A problem for each path that is not known.
    pub(crate) fn problems(&self, asked: &PathFilter) -> Vec<Problem> {
        if asked.is_all() {
            return Vec::new();
        }
        let Repository { index_file, git_dir, format, .. } = self.repository;
        let index = Index::read(index_file, git_dir, *format).ok();
        let mut lookup = TreeLookup::new(self.objects, *format);
        let unknown = asked.unknown(|path| self.knows(path, index.as_ref(), &mut lookup));
        let problem = |path| Problem {
            kind: ProblemKind::MissingPath,
            path: Some(self.scanner.shown_path(path)),
            message:
                "no commit that was looked at has it, nor the index or the working tree; is it spelled right?"
                    .into(),
        };
        unknown.map(problem).collect()
    }

    fn knows(&self, path: &[u8], index: Option<&Index>, lookup: &mut TreeLookup<'_>) -> bool {
        let top = self.repository.work_tree.as_ref();
        let on_disk = || top.is_some_and(|top| top.join(os_string(path)).symlink_metadata().is_ok());
        let is_below = |one: &[u8], other: &[u8]| {
            one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let in_stores = || self.stores.iter().any(|name| is_below(path, name) || is_below(name, path));
        let in_index = || {
            index.is_some_and(|index| {
                !index.positions_of(path).is_empty()
                    || !index.positions_under(path).is_empty()
                    || index.entries().any(|entry| {
                        let is_folded = entry.is_sparse_folder()
                            || EntryKind::from_mode(entry.mode) == EntryKind::Submodule;
                        is_folded && path.starts_with(entry.path)
                    })
            })
        };
        path.is_empty()
            || on_disk()
            || self.gone.iter().any(|gone| is_below(gone, path))
            || in_stores()
            || in_index()
            // A tree that cannot be read is told where it is looked at.
            || self.trees.iter().any(|tree| !matches!(lookup.find(tree, path), Ok(None)))
    }
}
