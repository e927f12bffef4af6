//! The objects that refs, reflogs and indexes name.

use std::collections::{HashMap, HashSet};

use crate::finding::{Problem, ProblemKind, RefKind, message_with_help};
use crate::git::{
    Index, IndexEntry, ObjectDatabase, ObjectKind, Oid, OpenError, ReadError, Ref, Refs, Repository,
    path_bytes, tag_target,
};
use crate::provenance::{CommitGraph, NamedRoot, Roots, kind_of_ref, sort_roots};
use crate::source::read_problem;
use crate::text::escape_path;

/// The number of tags that a ref may lead through.
const MAX_TAGS: usize = 64;

/// Named objects, by kind.
#[derive(Default)]
pub(crate) struct NamedObjects {
    pub(crate) roots: Roots,
    /// Trees that a tag names.
    pub(crate) trees: Vec<Oid>,
    /// Blobs that a tag or an index names, each with its name.
    pub(crate) blobs: HashMap<Oid, Vec<u8>>,
    /// Annotated tags.
    pub(crate) tags: HashSet<Oid>,
    /// The refs, entries of the stash and reflogs, each with what it leads to, in the order of reports.
    pub(crate) named: Vec<NamedRoot>,
    /// Named objects that cannot be read, and damaged indexes.
    pub(crate) problems: Vec<Problem>,
}

impl NamedObjects {
    pub(crate) fn read(repository: &Repository, refs: &Refs, graph: &CommitGraph) -> Result<Self, OpenError> {
        let mut named = Self::default();
        let objects = ObjectDatabase::open(repository)?;
        for name in &refs.all {
            let root = named.add_ref(&objects, graph, name.oid, &name.name, name.is_head());
            // The entries of a stash are added by themselves.
            if name.name != b"refs/stash" || refs.stash.is_empty() {
                named.named.push(root);
            }
        }
        for (number, oid) in refs.stash.iter().enumerate().filter(|(_, oid)| graph.contains(oid)) {
            let full_name = format!("stash@{{{number}}}").into_bytes();
            let commits = vec![*oid];
            named.named.push(NamedRoot { commits, ..NamedRoot::new(RefKind::Stash, full_name) });
        }
        named.add_reflogs(&objects, graph, &refs.reflog);
        named.named = sort_roots(std::mem::take(&mut named.named));
        named.add_indexes(repository);
        for list in [&mut named.roots.heads, &mut named.roots.others, &mut named.trees] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(named)
    }

    /// Adds the entries of reflogs, which are sorted by the name of their ref.
    fn add_reflogs(&mut self, objects: &ObjectDatabase, graph: &CommitGraph, entries: &[Ref]) {
        let mut known = HashSet::new();
        for log in entries.chunk_by(|one, other| one.name == other.name) {
            let mut commits = Vec::new();
            for Ref { oid, .. } in log {
                if graph.contains(oid) {
                    commits.push(*oid);
                }
                // A reflog may name objects that git has removed, so a missing object is no damage.
                if known.insert(*oid) && (graph.contains(oid) || objects.contains(oid)) {
                    self.add_ref(objects, graph, *oid, b"reflog", false);
                }
            }
            let name = log.first().map(|entry| entry.name.clone()).unwrap_or_default();
            // The log of the stash is the stash.
            if name != b"refs/stash" {
                let name = if name.is_empty() { b"(unnamed)".to_vec() } else { name };
                self.named.push(NamedRoot { commits, ..NamedRoot::new(RefKind::Reflog, name) });
            }
        }
    }

    /// Adds the object of a ref, and those that its tags lead to. Returns what it leads to.
    fn add_ref(
        &mut self,
        objects: &ObjectDatabase,
        graph: &CommitGraph,
        mut oid: Oid,
        name: &[u8],
        is_head: bool,
    ) -> NamedRoot {
        let mut root = NamedRoot::new(kind_of_ref(name), name.to_vec());
        for _ in 0..MAX_TAGS {
            if graph.contains(&oid) {
                let roots = if is_head { &mut self.roots.heads } else { &mut self.roots.others };
                roots.push(oid);
                root.commits.push(oid);
                return root;
            }
            let object = match objects.read(&oid) {
                Ok(object) => object,
                Err(error) => {
                    self.problems.push(read_problem(&error, Some(escape_path(name))));
                    return root;
                }
            };
            let target = tag_target(&object.bytes);
            if (is_head && object.kind != ObjectKind::Tag)
                || (object.kind == ObjectKind::Tag && target.is_none())
            {
                let message = if is_head {
                    "a branch names it, and it is not a commit"
                } else {
                    "the tag names no object"
                };
                let error = ReadError::Corrupt(oid, message.into());
                self.problems.push(read_problem(&error, Some(escape_path(name))));
                return root;
            }
            match (object.kind, target) {
                (ObjectKind::Tag, Some(target)) => {
                    self.tags.insert(oid);
                    root.objects.push(oid);
                    oid = target;
                    continue;
                }
                (ObjectKind::Tree, _) => {
                    self.trees.push(oid);
                    root.trees.push(oid);
                }
                (ObjectKind::Blob, _) => {
                    self.blobs.entry(oid).or_insert_with(|| name.to_vec());
                    root.objects.push(oid);
                }
                _ => {}
            }
            return root;
        }
        let error = ReadError::Corrupt(oid, "the chain of tags is too long".into());
        self.problems.push(read_problem(&error, Some(escape_path(name))));
        root
    }

    /// Adds the blobs of the index, and of the indexes of all linked worktrees.
    fn add_indexes(&mut self, repository: &Repository) {
        let linked = std::fs::read_dir(repository.common_dir.join("worktrees"));
        let mut folders: Vec<_> =
            linked.into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect();
        // Inside a linked worktree the index of the main one counts, too, and its own where the environment names
        // another file.
        folders.extend([repository.git_dir.clone(), repository.common_dir.clone()]);
        folders.sort();
        folders.dedup();
        let current = [(repository.index_file.clone(), repository.git_dir.clone())];
        let others = folders.into_iter().map(|folder| (folder.join("index"), folder));
        for (file, folder) in current.into_iter().chain(others) {
            match Index::read(&file, &folder, repository.format) {
                Ok(index) => {
                    for entry in index.entries().filter(IndexEntry::is_staged_blob) {
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
