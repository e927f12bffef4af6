//! Refs and reflogs: what a repository's objects are reached from. Read as files; a reftable through git.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use thiserror::Error;

use crate::git::git_command::GitCommandError;
use crate::git::repository::{RefStorage, path_bytes};
use crate::git::{Oid, Repository, open_regular, reftable};

/// Refs that could not be read.
#[derive(Debug, Error)]
pub enum RefError {
    /// A file of theirs.
    #[error("cannot read {}: {source}; check the permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One that decides what is scanned names nothing.
    #[error("{0} names no commit and no branch; `git fsck` says what is wrong")]
    Broken(String),
    /// git was asked and refused.
    #[error(transparent)]
    Git(#[from] GitCommandError),
}

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The full name: `HEAD`, `refs/heads/main`.
    pub name: Vec<u8>,
    /// Its object.
    pub oid: Oid,
}

impl Ref {
    /// Whether it is a branch's head, here or on a remote, or a checked-out commit.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.name == b"HEAD"
            || self.name == b"main-worktree/HEAD"
            || self.name.ends_with(b"/HEAD") && self.name.starts_with(b"worktrees/")
            || self.name.starts_with(b"refs/heads/")
            || self.name.starts_with(b"refs/remotes/")
    }
}

/// All that a repository's objects are reached from.
#[derive(Clone, Debug, Default)]
pub struct Refs {
    /// The refs, sorted by name.
    pub refs: Vec<Ref>,
    /// What reflogs hold besides, sorted.
    pub reflog: Vec<Oid>,
    /// Refs that could not be understood.
    pub broken: Vec<Vec<u8>>,
}

/// Longer chains of symbolic refs are loops.
const MOST_SYMBOLIC: usize = 8;

impl Refs {
    /// Reads all refs, worktrees' heads, pseudo-refs and reflogs.
    ///
    /// # Errors
    /// A file cannot be read, or git refuses to read a reftable.
    pub fn read(repository: &Repository) -> Result<Self, RefError> {
        match repository.ref_storage {
            RefStorage::Files => FileRefs::with_packed(repository)?.read_all(),
            RefStorage::Reftable => reftable::read(repository),
        }
    }

    /// The commit that HEAD stands for; `None` on an unborn branch.
    ///
    /// # Errors
    /// A file cannot be read, or git refuses to read a reftable.
    pub fn read_head(repository: &Repository) -> Result<Option<Oid>, RefError> {
        match repository.ref_storage {
            RefStorage::Files => match FileRefs::new(repository).resolve(b"HEAD")? {
                Resolved::Object(oid) => Ok(Some(oid)),
                Resolved::Absent => Ok(None),
                // Not an unborn branch: against what to compare is not known.
                Resolved::Broken => Err(RefError::Broken("HEAD".into())),
            },
            RefStorage::Reftable => reftable::head(repository),
        }
    }

    /// One ref or pseudo-ref by its full name.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn read_pseudo_ref(repository: &Repository, name: &str) -> Result<Vec<Oid>, RefError> {
        let content = read_or_none(&repository.git_dir.join(name))?.unwrap_or_default();
        Ok(content.split(|byte| *byte == b'\n').filter_map(first_oid).collect())
    }
}

/// What a name comes to.
#[derive(Clone, Copy)]
enum Resolved {
    Object(Oid),
    /// There is nothing of that name, or of the one that it stands for: an unborn branch.
    Absent,
    /// It is there, and not understood.
    Broken,
}

pub(crate) struct FileRefs<'r> {
    repository: &'r Repository,
    /// `packed-refs` by name, where all refs are read; for a single one a pass over the lines is quicker.
    packed: Option<Rc<BTreeMap<Vec<u8>, Resolved>>>,
}

/// Files that name commits while a rebase or a sequence of commits goes on. Source: git's `sequencer.c` and `builtin/am.c`.
const PUT_ASIDE: [&str; 6] = [
    "rebase-merge/autostash",
    "rebase-merge/orig-head",
    "rebase-merge/onto",
    "rebase-apply/autostash",
    "rebase-apply/orig-head",
    "sequencer/head",
];

impl<'r> FileRefs<'r> {
    const fn new(repository: &'r Repository) -> Self {
        Self { repository, packed: None }
    }

    /// The same with `packed-refs` read once for many names.
    fn with_packed(repository: &'r Repository) -> Result<Self, RefError> {
        let lines = packed_lines(repository)?;
        let packed = entries(&lines).map(|(name, what)| (name.to_vec(), what)).collect();
        Ok(Self { repository, packed: Some(Rc::new(packed)) })
    }

    fn in_packed(&self, name: &[u8]) -> Result<Resolved, RefError> {
        if let Some(packed) = &self.packed {
            return Ok(packed.get(name).copied().unwrap_or(Resolved::Absent));
        }
        let lines = packed_lines(self.repository)?;
        let found = entries(&lines).find(|(known, _)| *known == name);
        Ok(found.map_or(Resolved::Absent, |(_, what)| what))
    }

    fn resolve(&self, name: &[u8]) -> Result<Resolved, RefError> {
        let mut name = name.to_vec();
        for _ in 0..MOST_SYMBOLIC {
            let Some(content) = self.loose(&name)? else {
                return self.in_packed(&name);
            };
            match content.strip_prefix(b"ref:") {
                Some(target) => name = target.trim_ascii().to_vec(),
                None => return Ok(first_oid(&content).map_or(Resolved::Broken, Resolved::Object)),
            }
        }
        Ok(Resolved::Broken)
    }

    /// A ref's file: in the worktree's own folder, else in the common one.
    fn loose(&self, name: &[u8]) -> Result<Option<Vec<u8>>, RefError> {
        let relative = Path::new(&crate::git::os_string(name)).to_path_buf();
        if relative.is_absolute() || relative.components().any(|part| part.as_os_str() == "..") {
            return Ok(None);
        }
        if let Some(content) = read_or_none(&self.repository.git_dir.join(&relative))? {
            return Ok(Some(content));
        }
        read_or_none(&self.repository.common_dir.join(&relative))
    }

    fn read_all(&self) -> Result<Refs, RefError> {
        let mut names: BTreeSet<Vec<u8>> =
            self.packed.iter().flat_map(|packed| packed.keys()).cloned().collect();
        let common = &self.repository.common_dir;
        for folder in [&self.repository.git_dir, common] {
            for file in files_below(&folder.join("refs"))? {
                names.extend(file.strip_prefix(folder).ok().map(path_bytes));
            }
        }
        let mut found = Refs::default();
        for name in names {
            found.add(name.clone(), self.resolve(&name)?);
        }
        found.refs.extend(Self::pseudo_refs(&self.repository.git_dir, b"")?);
        found.add(b"HEAD".to_vec(), self.resolve(b"HEAD")?);
        let mut logs = files_below(&common.join("logs"))?;
        for (prefix, own) in worktrees(self.repository)? {
            let files = FileRefs { repository: &own, packed: self.packed.clone() };
            found.add([&prefix, &b"HEAD"[..]].concat(), files.resolve(b"HEAD")?);
            found.refs.extend(Self::pseudo_refs(&own.git_dir, &prefix)?);
            if own.git_dir == *common {
                continue;
            }
            // `refs/bisect`, `refs/worktree` and the like are each worktree's own.
            for file in files_below(&own.git_dir.join("refs"))? {
                let name = file.strip_prefix(&own.git_dir).map(path_bytes).unwrap_or_default();
                found.add([&prefix[..], &name].concat(), files.resolve(&name)?);
            }
            logs.extend(files_below(&own.git_dir.join("logs"))?);
        }
        for log in logs {
            found.reflog.extend(reflog(&read_or_none(&log)?.unwrap_or_default()));
        }
        Ok(found.sorted())
    }

    /// `ORIG_HEAD`, `FETCH_HEAD`, `MERGE_HEAD` and the like, and what git has put aside until a rebase ends.
    pub(crate) fn pseudo_refs(folder: &Path, prefix: &[u8]) -> Result<Vec<Ref>, RefError> {
        let is_pseudo = |name: &[u8]| {
            name != b"HEAD"
                && (name.ends_with(b"_HEAD") || name == b"AUTO_MERGE" || name == b"MERGE_AUTOSTASH")
        };
        let entries = list_folder(folder)?.into_iter().filter_map(|path| {
            let name = path_bytes(Path::new(path.file_name()?));
            is_pseudo(&name).then_some((name, path))
        });
        let aside = PUT_ASIDE.iter().map(|name| (name.as_bytes().to_vec(), folder.join(name)));
        let mut found = Vec::new();
        for (name, path) in entries.chain(aside).filter(|(_, path)| path.is_file()) {
            let content = read_or_none(&path)?.unwrap_or_default();
            let oids = content.split(|byte| *byte == b'\n').filter_map(first_oid);
            found.extend(oids.map(|oid| Ref { name: [prefix, &name].concat(), oid }));
        }
        Ok(found)
    }
}

impl Refs {
    fn add(&mut self, name: Vec<u8>, resolved: Resolved) {
        match resolved {
            Resolved::Object(oid) => self.refs.push(Ref { name, oid }),
            Resolved::Absent => {}
            Resolved::Broken => self.broken.push(name),
        }
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.refs.sort();
        self.refs.dedup();
        self.reflog.sort_unstable();
        self.reflog.dedup();
        self
    }
}

fn packed_lines(repository: &Repository) -> Result<Vec<u8>, RefError> {
    Ok(read_or_none(&repository.common_dir.join("packed-refs"))?.unwrap_or_default())
}

/// The names and objects of `packed-refs`; lines about tags' targets (`^…`) and comments are passed over. What is
/// no line of git's is broken, by the name that it gives.
fn entries(lines: &[u8]) -> impl Iterator<Item = (&[u8], Resolved)> {
    let lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"^"));
    lines.map(|line| {
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        let name = line.get(space + 1..).unwrap_or(line);
        (name, Oid::from_hex(&line[..space]).map_or(Resolved::Broken, Resolved::Object))
    })
}

/// Both names of each line of a reflog; the line's text is about commits that are read anyway.
fn reflog(content: &[u8]) -> impl Iterator<Item = Oid> {
    content
        .split(|byte| *byte == b'\n')
        .flat_map(|line| line.splitn(3, |byte| *byte == b' ').take(2).filter_map(Oid::from_hex))
        .filter(|oid| !oid.is_zero())
}

pub(crate) fn first_oid(line: &[u8]) -> Option<Oid> {
    let word = line.trim_ascii_start().split(u8::is_ascii_whitespace).next()?;
    Oid::from_hex(word).filter(|oid| !oid.is_zero())
}

fn read_or_none(path: &Path) -> Result<Option<Vec<u8>>, RefError> {
    match open_regular::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Ok(None),
            _ => Err(RefError::Unreadable { path: path.to_path_buf(), source: error }),
        },
    }
}

/// All files below a folder. A link to a folder is followed, as by git (`git-new-workdir` makes such), though into
/// no folder twice.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    let mut linked = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in list_folder(&folder)? {
            let metadata = fs::symlink_metadata(&path);
            let metadata = metadata.map_err(|source| RefError::Unreadable { path: path.clone(), source })?;
            if metadata.is_symlink() && path.is_dir() {
                if fs::canonicalize(&path).is_ok_and(|real| linked.insert(real)) {
                    folders.push(path);
                }
            } else if metadata.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.retain(|file| file.extension().is_none_or(|extension| extension != "lock"));
    Ok(files)
}

/// What a folder holds; nothing where it is not there.
///
/// # Errors
/// It cannot be read.
pub fn list_folder(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    match entries {
        Ok(entries) => Ok(entries),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(source) => Err(RefError::Unreadable { path: folder.to_path_buf(), source }),
    }
}

/// The other working trees, as repositories of their own, each with what git puts before the names of its refs:
/// the linked ones, and from inside of one of those the main one.
pub(crate) fn worktrees(repository: &Repository) -> Result<Vec<(Vec<u8>, Repository)>, RefError> {
    let of = |git_dir: PathBuf| Repository { git_dir, ..repository.clone() };
    let mut found = Vec::new();
    if repository.git_dir != repository.common_dir {
        found.push((b"main-worktree/".to_vec(), of(repository.common_dir.clone())));
    }
    for folder in
        list_folder(&repository.common_dir.join("worktrees"))?.into_iter().filter(|path| path.is_dir())
    {
        let name = path_bytes(Path::new(folder.file_name().unwrap_or_default()));
        found.push(([&b"worktrees/"[..], &name, b"/"].concat(), of(folder)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflog_lines_and_pseudo_refs_are_read() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let log = format!("{} {one} A <a@b> 1 +0\tx\n{one} {two} A <a@b> 1 +0\ty\n", "0".repeat(40));
        let names: Vec<_> = reflog(log.as_bytes()).map(|oid| oid.to_string()).collect();
        assert_eq!(names, [one.clone(), one.clone(), two.clone()]);
        assert_eq!(
            first_oid(format!("{one}\tnot-for-merge\tbranch").as_bytes()),
            Oid::from_hex(one.as_bytes())
        );
        assert_eq!(first_oid(b"ref: refs/heads/main"), None);
    }

    #[test]
    fn heads_are_branches_here_and_there() {
        let head = |name: &str| Ref { name: name.into(), oid: Oid::from_bytes(&[1; 20]).unwrap() }.is_head();
        assert!(head("HEAD") && head("refs/heads/x") && head("refs/remotes/o/x") && head("worktrees/w/HEAD"));
        assert!(head("main-worktree/HEAD"));
        assert!(
            !head("refs/stash") && !head("refs/tags/v1") && !head("ORIG_HEAD") && !head("refs/notes/commits")
        );
    }
}
