//! What refs, reflogs and indexes name.

use std::collections::{HashMap, HashSet};

use crate::finding::{Problem, ProblemKind, message_with_help};
use crate::git::{
    Index, ObjectDatabase, ObjectKind, Oid, OpenError, ReadError, Refs, Repository, path_bytes, tag_target,
};
use crate::provenance::{CommitGraph, Roots};
use crate::source::read_problem;
use crate::text::escape_path;

/// What is named, by kind.
#[derive(Default)]
pub(crate) struct Reach {
    /// Commits.
    pub(crate) roots: Roots,
    /// Trees that a tag names.
    pub(crate) trees: Vec<Oid>,
    /// Blobs that a tag or an index names, each with the name.
    pub(crate) blobs: HashMap<Oid, Vec<u8>>,
    /// Annotated tags.
    pub(crate) tags: HashSet<Oid>,
    /// What is named and could not be read.
    pub(crate) problems: Vec<Problem>,
}

impl Reach {
    pub(crate) fn of(repository: &Repository, refs: &Refs, graph: &CommitGraph) -> Result<Self, OpenError> {
        let mut reach = Self::default();
        let objects = ObjectDatabase::open(repository)?;
        for name in &refs.refs {
            reach.follow(&objects, graph, name.oid, &name.name, name.is_head());
        }
        for oid in &refs.reflog {
            // Reflogs outlive what they name, so an absent object is no damage.
            if graph.has(oid) || objects.contains(oid) {
                reach.follow(&objects, graph, *oid, b"reflog", false);
            }
        }
        reach.indexes(repository);
        for list in [&mut reach.roots.heads, &mut reach.roots.others, &mut reach.trees] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(reach)
    }

    fn follow(
        &mut self,
        objects: &ObjectDatabase,
        graph: &CommitGraph,
        mut oid: Oid,
        name: &[u8],
        is_head: bool,
    ) {
        for _ in 0..64 {
            if graph.has(&oid) {
                let roots = if is_head { &mut self.roots.heads } else { &mut self.roots.others };
                return roots.push(oid);
            }
            let object = match objects.read(&oid) {
                Ok(object) => object,
                Err(error) => return self.problems.push(read_problem(&error, Some(escape_path(name)))),
            };
            let target = tag_target(&object.bytes);
            if (is_head && object.kind != ObjectKind::Tag)
                || (object.kind == ObjectKind::Tag && target.is_none())
            {
                let said = if is_head {
                    "a branch names it, and it is no commit"
                } else {
                    "the tag names no object"
                };
                let error = ReadError::Corrupt(oid, said.into());
                return self.problems.push(read_problem(&error, Some(escape_path(name))));
            }
            match (object.kind, target) {
                (ObjectKind::Tag, Some(target)) => {
                    self.tags.insert(oid);
                    oid = target;
                }
                (ObjectKind::Tree, _) => return self.trees.push(oid),
                (ObjectKind::Blob, _) => {
                    self.blobs.entry(oid).or_insert_with(|| name.to_vec());
                    return;
                }
                _ => return,
            }
        }
        let error = ReadError::Corrupt(oid, "tags of tags without an end".into());
        self.problems.push(read_problem(&error, Some(escape_path(name))));
    }

    /// What is staged, here and in linked worktrees, is reached, too.
    fn indexes(&mut self, repository: &Repository) {
        let linked = std::fs::read_dir(repository.common_dir.join("worktrees"));
        let mut folders: Vec<_> =
            linked.into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect();
        // From inside of a linked one the main one, too; and its own where the environment names another.
        folders.extend([repository.git_dir.clone(), repository.common_dir.clone()]);
        folders.sort();
        folders.dedup();
        let named = [(repository.index_file.clone(), repository.git_dir.clone())];
        for (file, folder) in named.into_iter().chain(folders.into_iter().map(|dir| (dir.join("index"), dir)))
        {
            match Index::read(&file, &folder, repository.format) {
                Ok(index) => {
                    for entry in index.entries().filter(|entry| !entry.is_sparse_folder()) {
                        self.blobs.entry(entry.oid).or_insert_with(|| entry.path.to_vec());
                    }
                }
                Err(error) => self.problems.push(Problem {
                    kind: ProblemKind::CorruptObject,
                    path: Some(escape_path(&path_bytes(&file))),
                    message: message_with_help(&error),
                }),
            }
        }
    }
}
