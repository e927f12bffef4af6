//! Paths of a path filter that no commit contains: they are probably misspelt, and nothing was read for them.

use crate::finding::{Problem, ProblemKind};
use crate::git::{EntryKind, Index, ObjectDatabase, Oid, Repository, TreeLookup, os_string};
use crate::scan::path_filter::PathFilter;
use crate::scan::scanner::Scanner;

/// The sources that may contain a path.
pub(crate) struct PathSources<'k> {
    pub(crate) repository: &'k Repository,
    pub(crate) objects: &'k ObjectDatabase,
    /// The names of submodules whose object databases were read.
    pub(crate) submodules: &'k [Vec<u8>],
    /// Root trees of commits.
    pub(crate) trees: &'k [Oid],
    /// The paths that commits remove.
    pub(crate) removed: &'k [&'k [u8]],
}

impl PathSources<'_> {
    /// Returns a problem for each path of the filter that no source contains.
    pub(crate) fn missing_path_problems(&self, scanner: &Scanner, paths: &PathFilter) -> Vec<Problem> {
        if paths.is_all() {
            return Vec::new();
        }
        let Repository { index_file, git_dir, format, .. } = self.repository;
        let index = Index::read(index_file, git_dir, *format).ok();
        let mut lookup = TreeLookup::new(self.objects, *format);
        let unknown = paths.unknown(|path| self.contain(path, index.as_ref(), &mut lookup));
        let problem = |path| Problem {
            kind: ProblemKind::MissingPath,
            path: Some(scanner.shown_path(path)),
            message: "no scanned commit has it, nor the index or the working tree; is it spelled right?"
                .into(),
        };
        unknown.map(problem).collect()
    }

    fn contain(&self, path: &[u8], index: Option<&Index>, lookup: &mut TreeLookup<'_>) -> bool {
        let work_tree = self.repository.work_tree.as_ref();
        let on_disk = || work_tree.is_some_and(|top| top.join(os_string(path)).symlink_metadata().is_ok());
        let is_at_or_below = |one: &[u8], other: &[u8]| {
            one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let in_submodules = || {
            let related = |name: &Vec<u8>| is_at_or_below(path, name) || is_at_or_below(name, path);
            self.submodules.iter().any(related)
        };
        let in_index = || {
            index.is_some_and(|index| {
                !index.positions_of(path).is_empty()
                    || !index.positions_under(path).is_empty()
                    || index.entries().any(|entry| {
                        let stands_for_folder = entry.is_sparse_folder()
                            || EntryKind::from_mode(entry.mode) == EntryKind::Submodule;
                        stands_for_folder && path.starts_with(entry.path)
                    })
            })
        };
        path.is_empty()
            || on_disk()
            || self.removed.iter().any(|removed| is_at_or_below(removed, path))
            || in_submodules()
            || in_index()
            // A tree that cannot be read may contain the path. The scan reports that tree itself.
            || self.trees.iter().any(|tree| !matches!(lookup.find(tree, path), Ok(None)))
    }
}
