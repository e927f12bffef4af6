//! Refs in files: one file for each loose ref, and `packed-refs`.
//! Formats: git's documentation, `gitrepository-layout`, and git's `refs/packed-backend.c`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use super::pseudo::{first_oid, list_refs, read_if_present, read_pseudo_refs, worktrees};
use super::types::{Ref, RefError, Refs, Resolved};
use crate::git::oid::Oid;
use crate::git::path_bytes::{os_string, path_bytes};
use crate::git::repository::Repository;

/// Length limit of a chain of symbolic refs. A longer chain is a loop.
const MAX_SYMBOLIC: usize = 8;

/// Number of times that refs are read while git packs them.
const MAX_READS: usize = 8;

/// The refs of one worktree and those that all worktrees share.
pub(super) struct FileRefs<'r> {
    repository: &'r Repository,
    /// `packed-refs` by name, for reading all refs. To find one ref, a pass over the lines is faster.
    packed: Option<Rc<BTreeMap<Vec<u8>, Resolved>>>,
}

impl<'r> FileRefs<'r> {
    pub(super) const fn new(repository: &'r Repository) -> Self {
        Self { repository, packed: None }
    }

    /// Keeps the lines of `packed-refs`, for finding many names.
    fn with_packed(repository: &'r Repository, lines: &[u8]) -> Self {
        let packed = parse_packed(lines).map(|(name, resolved)| (name.to_vec(), resolved)).collect();
        Self { repository, packed: Some(Rc::new(packed)) }
    }

    fn find_packed(&self, name: &[u8]) -> Result<Resolved, RefError> {
        if let Some(packed) = &self.packed {
            return Ok(packed.get(name).copied().unwrap_or(Resolved::Absent));
        }
        let lines = read_packed(self.repository)?;
        let found = parse_packed(&lines).find(|(known, _)| *known == name);
        Ok(found.map_or(Resolved::Absent, |(_, resolved)| resolved))
    }

    /// Follows a name through symbolic refs to an object.
    pub(super) fn resolve(&self, name: &[u8]) -> Result<Resolved, RefError> {
        let mut name = name.to_vec();
        for _ in 0..MAX_SYMBOLIC {
            let Some(content) = self.read_loose(&name)? else {
                return self.find_packed(&name);
            };
            match content.strip_prefix(b"ref:") {
                Some(target) => name = target.trim_ascii().to_vec(),
                None => return Ok(first_oid(&content).map_or(Resolved::Broken, Resolved::Object)),
            }
        }
        Ok(Resolved::Broken)
    }

    /// Reads the file of a ref, from the worktree's own folder or else from the common one.
    fn read_loose(&self, name: &[u8]) -> Result<Option<Vec<u8>>, RefError> {
        let relative = PathBuf::from(os_string(name));
        if relative.is_absolute() || relative.components().any(|part| part.as_os_str() == "..") {
            return Ok(None);
        }
        if let Some(content) = read_if_present(&self.repository.git_dir.join(&relative))? {
            return Ok(Some(content));
        }
        read_if_present(&self.repository.common_dir.join(&relative))
    }

    /// Reads all refs. git packs refs by writing `packed-refs` and then removing the files. If it does so meanwhile, all
    /// are read again.
    pub(super) fn read_all(repository: &'r Repository) -> Result<Refs, RefError> {
        let mut lines = read_packed(repository)?;
        for _ in 0..MAX_READS {
            let found = Self::with_packed(repository, &lines).read_once()?;
            let now = read_packed(repository)?;
            if now == lines {
                return Ok(found);
            }
            lines = now;
        }
        Self::with_packed(repository, &lines).read_once()
    }

    fn read_once(&self) -> Result<Refs, RefError> {
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
        found.all.extend(read_pseudo_refs(&self.repository.git_dir, b"")?);
        found.add(b"HEAD".to_vec(), self.resolve(b"HEAD")?);
        let mut logs = logs_below(common, b"")?;
        for (prefix, worktree) in worktrees(self.repository)? {
            let files = FileRefs { repository: &worktree, packed: self.packed.clone() };
            found.add([&prefix, &b"HEAD"[..]].concat(), files.resolve(b"HEAD")?);
            found.all.extend(read_pseudo_refs(&worktree.git_dir, &prefix)?);
            if worktree.git_dir == *common {
                continue;
            }
            // Each worktree has its own `refs/bisect`, `refs/worktree` and `refs/rewritten`.
            for file in files_below(&worktree.git_dir.join("refs"))? {
                let name = file.strip_prefix(&worktree.git_dir).map(path_bytes).unwrap_or_default();
                found.add([&prefix[..], &name].concat(), files.resolve(&name)?);
            }
            logs.extend(logs_below(&worktree.git_dir, &prefix)?);
        }
        for (name, log) in logs {
            let content = read_if_present(&log)?.unwrap_or_default();
            if name == b"refs/stash" {
                found.stash = parse_reflog_targets(&content);
                found.stash.reverse();
            }
            found.reflog.extend(parse_reflog(&content).map(|oid| Ref { name: name.clone(), oid }));
        }
        Ok(found.sorted())
    }
}

/// Returns the reflogs of a git folder, each with the full name of its ref.
fn logs_below(git_dir: &Path, prefix: &[u8]) -> Result<Vec<(Vec<u8>, PathBuf)>, RefError> {
    let folder = git_dir.join("logs");
    let named = files_below(&folder)?.into_iter().map(|log| {
        let name = log.strip_prefix(&folder).map(path_bytes).unwrap_or_default();
        ([prefix, &name].concat(), log)
    });
    Ok(named.collect())
}

fn read_packed(repository: &Repository) -> Result<Vec<u8>, RefError> {
    Ok(read_if_present(&repository.common_dir.join("packed-refs"))?.unwrap_or_default())
}

/// Returns the names and objects of `packed-refs`. Comments, and the lines with the targets of tags (`^…`), are
/// skipped. A line that git would not write is a broken ref with the name that it gives.
fn parse_packed(lines: &[u8]) -> impl Iterator<Item = (&[u8], Resolved)> {
    let lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"^"));
    lines.map(|line| {
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        let name = line.get(space + 1..).unwrap_or(line);
        (name, Oid::from_hex(&line[..space]).map_or(Resolved::Broken, Resolved::Object))
    })
}

/// Returns both object names of each line of a reflog. The text of a line is ignored: it repeats the messages of
/// commits, which are read anyway.
fn parse_reflog(content: &[u8]) -> impl Iterator<Item = Oid> {
    content
        .split(|byte| *byte == b'\n')
        .flat_map(|line| line.splitn(3, |byte| *byte == b' ').take(2).filter_map(Oid::from_hex))
        .filter(|oid| !oid.is_zero())
}

/// Returns the new value of each line of a reflog, the oldest first.
fn parse_reflog_targets(content: &[u8]) -> Vec<Oid> {
    let lines = content.split(|byte| *byte == b'\n');
    let targets = lines.filter_map(|line| Oid::from_hex(line.splitn(3, |byte| *byte == b' ').nth(1)?));
    targets.filter(|oid| !oid.is_zero()).collect()
}

/// Returns all files below a folder, without lock files. A link to a folder is followed, as by git
/// (`git-new-workdir` creates such links), but each target only once.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    let mut linked = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in list_refs(&folder)? {
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                // git has removed it since the folder was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(source) => return Err(RefError::Unreadable { path, source }),
            };
            if metadata.is_symlink() && path.is_dir() {
                if fs::canonicalize(&path).is_ok_and(|target| linked.insert(target)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflog_lines_name_two_objects() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let log = format!("{} {one} A <a@b> 1 +0\tx\n{one} {two} A <a@b> 1 +0\ty\n", "0".repeat(40));
        let names: Vec<_> = parse_reflog(log.as_bytes()).map(|oid| oid.to_string()).collect();
        assert_eq!(names, [one.clone(), one.clone(), two.clone()]);
        let targets: Vec<_> = parse_reflog_targets(log.as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(targets, [one, two]);
    }
}
