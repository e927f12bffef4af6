//! Refs in a reftable, which git reads. Of a damaged table it says nothing and shows no refs, so what can be told
//! from outside is looked at first.
//! Format: git's documentation, "reftable".

use std::path::Path;

use crate::git::git_command;
use crate::git::git_command::GitCommandError;
use crate::git::refs::{FileRefs, Ref, RefError, Refs, first_oid, worktrees};
use crate::git::{Oid, Repository, open_regular};

/// What a table begins with, and its footer.
const MAGIC: &[u8] = b"REFT";

/// The length of the footer of a table of version 1, and of 2.
const FOOTERS: [usize; 2] = [68, 72];

/// The commit that HEAD stands for; `None` on an unborn branch.
pub(crate) fn head(repository: &Repository) -> Result<Option<Oid>, RefError> {
    match git_command::run_git(repository, &["rev-parse", "--verify", "--quiet", "HEAD"]) {
        Ok(out) => Ok(Oid::from_hex(out.trim_ascii())),
        // An unborn branch has a name; what has none is no HEAD.
        Err(GitCommandError::Failed { is_silent: true, .. }) => {
            match git_command::run_git(repository, &["symbolic-ref", "--quiet", "HEAD"]) {
                Ok(_) => Ok(None),
                Err(_) => Err(RefError::Broken("HEAD".into())),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads all refs, worktrees' heads, pseudo-refs and reflogs.
pub(crate) fn read(repository: &Repository) -> Result<Refs, RefError> {
    check(&repository.git_dir)?;
    check(&repository.common_dir)?;
    // With root refs: `ORIG_HEAD` and the like lie in the table, too.
    let arguments = ["for-each-ref", "--include-root-refs", "--format=%(objectname) %(refname)"];
    let out = git_command::run_git(repository, &arguments)?;
    let mut found = Refs::default();
    for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        match Oid::from_hex(&line[..space]) {
            Some(oid) => found.refs.push(Ref { name: line[space + 1..].to_vec(), oid }),
            None => found.broken.push(line.to_vec()),
        }
    }
    if let Some(oid) = head(repository)? {
        found.refs.push(Ref { name: b"HEAD".to_vec(), oid });
    }
    found.refs.extend(FileRefs::pseudo_refs(&repository.git_dir, b"")?);
    for (prefix, own) in worktrees(repository)? {
        check(&own.git_dir)?;
        let head = head(&own)?;
        found.refs.extend(head.map(|oid| Ref { name: [&prefix, &b"HEAD"[..]].concat(), oid }));
        found.refs.extend(FileRefs::pseudo_refs(&own.git_dir, &prefix)?);
    }
    // `--reflog` walks; with `--no-walk` each entry is named without its history. Alone it is refused where there
    // are no reflogs.
    let out = git_command::run_git(repository, &["rev-list", "--no-walk", "--all", "--reflog"])?;
    found.reflog.extend(out.split(|byte| *byte == b'\n').filter_map(first_oid));
    Ok(found.sorted())
}

/// Whether the tables of a git folder are whole, as far as their ends tell.
fn check(git_dir: &Path) -> Result<(), RefError> {
    let folder = git_dir.join("reftable");
    let list = folder.join("tables.list");
    let unreadable = |path: &Path, source| RefError::Unreadable { path: path.to_path_buf(), source };
    let tables = match open_regular::read(&list) {
        Ok(tables) => tables,
        // A worktree that has no refs of its own.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(&list, error)),
    };
    for name in tables.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()) {
        let path = folder.join(crate::git::os_string(name));
        let table = open_regular::read(&path).map_err(|error| unreadable(&path, error))?;
        if !is_whole(&table) {
            return Err(RefError::Broken(path.display().to_string()));
        }
    }
    Ok(())
}

fn is_whole(table: &[u8]) -> bool {
    let length = match table.get(4) {
        Some(1) => FOOTERS[0],
        Some(2) => FOOTERS[1],
        _ => return false,
    };
    let Some(footer) = table.len().checked_sub(length).map(|start| &table[start..]) else { return false };
    let (counted, sum) = footer.split_at(length - 4);
    let mut crc = flate2::Crc::new();
    crc.update(counted);
    table.starts_with(MAGIC) && footer.starts_with(MAGIC) && crc.sum().to_be_bytes() == sum
}
