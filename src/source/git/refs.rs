//! Refs and reflogs: what a repository's objects are reached from. Read as files; a reftable through git.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::plumbing::{self, PlumbingError};
use super::repository::{RefStorage, path_bytes};
use super::{Oid, Repository};

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
    Git(#[from] PlumbingError),
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
    pub logged: Vec<Oid>,
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
            RefStorage::Reftable => read_reftable(repository),
        }
    }

    /// The commit that HEAD stands for; `None` on an unborn branch.
    ///
    /// # Errors
    /// A file cannot be read, or git refuses to read a reftable.
    pub fn head(repository: &Repository) -> Result<Option<Oid>, RefError> {
        match repository.ref_storage {
            RefStorage::Files => match FileRefs::new(repository).resolve(b"HEAD")? {
                Resolved::Object(oid) => Ok(Some(oid)),
                Resolved::Absent => Ok(None),
                // Not an unborn branch: against what to compare is not known.
                Resolved::Broken => Err(RefError::Broken("HEAD".into())),
            },
            RefStorage::Reftable => {
                let out = plumbing::run(repository, &["rev-parse", "--verify", "--quiet", "HEAD"]);
                Ok(out.ok().and_then(|out| Oid::from_hex(out.trim_ascii())))
            }
        }
    }

    /// One ref or pseudo-ref by its full name.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn pseudo(repository: &Repository, name: &str) -> Result<Vec<Oid>, RefError> {
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

struct FileRefs<'r> {
    repository: &'r Repository,
    /// `packed-refs` by name, where all refs are read; for a single one a pass over the lines is quicker.
    packed: Option<BTreeMap<Vec<u8>, Oid>>,
}

impl<'r> FileRefs<'r> {
    const fn new(repository: &'r Repository) -> Self {
        Self { repository, packed: None }
    }

    /// The same with `packed-refs` read once for many names.
    fn with_packed(repository: &'r Repository) -> Result<Self, RefError> {
        let lines = packed_lines(repository)?;
        let packed = entries(&lines).map(|(name, oid)| (name.to_vec(), oid)).collect();
        Ok(Self { repository, packed: Some(packed) })
    }

    fn in_packed(&self, name: &[u8]) -> Result<Option<Oid>, RefError> {
        if let Some(packed) = &self.packed {
            return Ok(packed.get(name).copied());
        }
        let lines = packed_lines(self.repository)?;
        Ok(entries(&lines).find(|(known, _)| *known == name).map(|(_, oid)| oid))
    }

    fn resolve(&self, name: &[u8]) -> Result<Resolved, RefError> {
        let mut name = name.to_vec();
        for _ in 0..MOST_SYMBOLIC {
            let Some(content) = self.loose(&name)? else {
                return Ok(self.in_packed(&name)?.map_or(Resolved::Absent, Resolved::Object));
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
        let relative = Path::new(&super::os_string(name)).to_path_buf();
        if relative.is_absolute() || relative.components().any(|part| part.as_os_str() == "..") {
            return Ok(None);
        }
        if let Some(content) = read_or_none(&self.repository.git_dir.join(&relative))? {
            return Ok(Some(content));
        }
        read_or_none(&self.repository.common_dir.join(&relative))
    }

    fn read_all(&self) -> Result<Refs, RefError> {
        let mut names: BTreeSet<Vec<u8>> = self.packed.iter().flat_map(BTreeMap::keys).cloned().collect();
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
        for worktree in folders_in(&common.join("worktrees"))? {
            let name =
                [b"worktrees/", path_bytes(Path::new(worktree.file_name().unwrap_or_default())).as_slice()]
                    .concat();
            let own = Repository { git_dir: worktree.clone(), ..self.repository.clone() };
            let files = FileRefs::new(&own);
            found.add([&name[..], b"/HEAD"].concat(), files.resolve(b"HEAD")?);
            found.refs.extend(Self::pseudo_refs(&worktree, &[&name[..], b"/"].concat())?);
            logs.extend(files_below(&worktree.join("logs"))?);
        }
        for log in logs {
            found.logged.extend(logged(&read_or_none(&log)?.unwrap_or_default()));
        }
        Ok(found.sorted())
    }

    /// `ORIG_HEAD`, `FETCH_HEAD`, `MERGE_HEAD` and the like.
    fn pseudo_refs(folder: &Path, prefix: &[u8]) -> Result<Vec<Ref>, RefError> {
        let mut found = Vec::new();
        let Ok(entries) = fs::read_dir(folder) else { return Ok(found) };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path_bytes(Path::new(path.file_name().unwrap_or_default()));
            let is_pseudo = name != b"HEAD"
                && (name.ends_with(b"_HEAD") || name == b"AUTO_MERGE" || name == b"MERGE_AUTOSTASH")
                && path.is_file();
            if is_pseudo {
                let content = read_or_none(&path)?.unwrap_or_default();
                let oids = content.split(|byte| *byte == b'\n').filter_map(first_oid);
                found.extend(oids.map(|oid| Ref { name: [prefix, &name].concat(), oid }));
            }
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

    fn sorted(mut self) -> Self {
        self.refs.sort();
        self.refs.dedup();
        self.logged.sort_unstable();
        self.logged.dedup();
        self
    }
}

fn packed_lines(repository: &Repository) -> Result<Vec<u8>, RefError> {
    Ok(read_or_none(&repository.common_dir.join("packed-refs"))?.unwrap_or_default())
}

/// The names and objects of `packed-refs`; lines about tags' targets (`^…`) and comments are passed over.
fn entries(lines: &[u8]) -> impl Iterator<Item = (&[u8], Oid)> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
    lines.filter_map(|line| {
        let space = memchr::memchr(b' ', line)?;
        Some((line[space + 1..].trim_ascii_end(), Oid::from_hex(&line[..space])?))
    })
}

fn read_reftable(repository: &Repository) -> Result<Refs, RefError> {
    let out = plumbing::run(repository, &["for-each-ref", "--format=%(objectname) %(refname)"])?;
    let mut found = Refs::default();
    for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        match Oid::from_hex(&line[..space]) {
            Some(oid) => found.refs.push(Ref { name: line[space + 1..].to_vec(), oid }),
            None => found.broken.push(line.to_vec()),
        }
    }
    if let Some(oid) = Refs::head(repository)? {
        found.refs.push(Ref { name: b"HEAD".to_vec(), oid });
    }
    found.refs.extend(FileRefs::pseudo_refs(&repository.git_dir, b"")?);
    for worktree in folders_in(&repository.common_dir.join("worktrees"))? {
        let name = path_bytes(Path::new(worktree.file_name().unwrap_or_default()));
        let own = Repository { git_dir: worktree, ..repository.clone() };
        let head = Refs::head(&own)?;
        let name = [b"worktrees/", &name[..], b"/HEAD"].concat();
        found.refs.extend(head.map(|oid| Ref { name, oid }));
    }
    // `--reflog` walks; with `--no-walk` each entry is named without its history.
    let out = plumbing::run(repository, &["rev-list", "--no-walk", "--reflog"]).unwrap_or_default();
    found.logged.extend(out.split(|byte| *byte == b'\n').filter_map(first_oid));
    Ok(found.sorted())
}

/// Both names of each line of a reflog; the line's text is about commits that are read anyway.
fn logged(content: &[u8]) -> impl Iterator<Item = Oid> {
    content
        .split(|byte| *byte == b'\n')
        .flat_map(|line| line.splitn(3, |byte| *byte == b' ').take(2).filter_map(Oid::from_hex))
        .filter(|oid| !oid.is_zero())
}

fn first_oid(line: &[u8]) -> Option<Oid> {
    let word = line.trim_ascii_start().split(u8::is_ascii_whitespace).next()?;
    Oid::from_hex(word).filter(|oid| !oid.is_zero())
}

fn read_or_none(path: &Path) -> Result<Option<Vec<u8>>, RefError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Ok(None),
            _ => Err(RefError::Unreadable { path: path.to_path_buf(), source: error }),
        },
    }
}

/// All files below a folder; links are not followed.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                continue;
            }
            Err(source) => return Err(RefError::Unreadable { path: folder, source }),
        };
        for entry in entries {
            let entry = entry.map_err(|source| RefError::Unreadable { path: folder.clone(), source })?;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => files.push(entry.path()),
                Err(source) => return Err(RefError::Unreadable { path: entry.path(), source }),
            }
        }
    }
    files.retain(|file| file.extension().is_none_or(|extension| extension != "lock"));
    Ok(files)
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(RefError::Unreadable { path: folder.to_path_buf(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflog_lines_and_pseudo_refs_are_read() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let log = format!("{} {one} A <a@b> 1 +0\tx\n{one} {two} A <a@b> 1 +0\ty\n", "0".repeat(40));
        let names: Vec<_> = logged(log.as_bytes()).map(|oid| oid.to_string()).collect();
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
        assert!(
            !head("refs/stash") && !head("refs/tags/v1") && !head("ORIG_HEAD") && !head("refs/notes/commits")
        );
    }
}
