//! Refs in a reftable, read through git.
//!
//! Of a damaged table git reports nothing and lists no refs. So the signature, the footer and the footer's checksum
//! of each table are checked before git is run. Blocks are not parsed.
//! Format: git's documentation, "reftable".

use std::path::Path;

use super::pseudo::{first_oid, read_pseudo_refs, worktrees};
use super::types::{Ref, RefError, Refs};
use crate::git::files::read_regular;
use crate::git::git_command::{GitCommandError, run_git};
use crate::git::oid::Oid;
use crate::git::path_bytes::os_string;
use crate::git::repository::Repository;

/// The first bytes of a table and of its footer.
const MAGIC: &[u8] = b"REFT";

/// The lengths of the footer in versions 1 and 2, in bytes.
const FOOTER_LENGTHS: [usize; 2] = [68, 72];

/// Returns the commit of HEAD; `None` on an unborn branch.
pub(super) fn read_head(repository: &Repository) -> Result<Option<Oid>, RefError> {
    match run_git(repository, &["rev-parse", "--verify", "--quiet", "HEAD"]) {
        Ok(out) => Ok(Oid::from_hex(out.trim_ascii())),
        // An unborn branch has a name. A HEAD without a name is broken.
        Err(GitCommandError::Failed { is_silent: true, .. }) => {
            match run_git(repository, &["symbolic-ref", "--quiet", "HEAD"]) {
                Ok(_) => Ok(None),
                Err(_) => Err(RefError::Broken("HEAD".into())),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads all refs, the heads of all worktrees, pseudo-refs and reflogs.
pub(super) fn read_all(repository: &Repository) -> Result<Refs, RefError> {
    check_tables(&repository.git_dir)?;
    check_tables(&repository.common_dir)?;
    // With root refs: `ORIG_HEAD` and other pseudo-refs are in the table, too.
    let arguments = ["for-each-ref", "--include-root-refs", "--format=%(objectname) %(refname)"];
    let out = run_git(repository, &arguments)?;
    let mut found = Refs::default();
    for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        match Oid::from_hex(&line[..space]) {
            Some(oid) => found.all.push(Ref { name: line[space + 1..].to_vec(), oid }),
            None => found.broken.push(line.to_vec()),
        }
    }
    if let Some(oid) = read_head(repository)? {
        found.all.push(Ref { name: b"HEAD".to_vec(), oid });
    }
    found.all.extend(read_pseudo_refs(&repository.git_dir, b"")?);
    for (prefix, worktree) in worktrees(repository)? {
        check_tables(&worktree.git_dir)?;
        let head = read_head(&worktree)?;
        found.all.extend(head.map(|oid| Ref { name: [&prefix, &b"HEAD"[..]].concat(), oid }));
        found.all.extend(read_pseudo_refs(&worktree.git_dir, &prefix)?);
    }
    // `--reflog` walks the history of each entry; `--no-walk` names the entries alone. git rejects `--reflog` alone
    // in a repository without reflogs, hence `--all`.
    let out = run_git(repository, &["rev-list", "--no-walk", "--all", "--reflog"])?;
    let entries = out.split(|byte| *byte == b'\n').filter_map(first_oid);
    found.reflog.extend(entries.map(|oid| Ref { name: Vec::new(), oid }));
    if found.all.iter().any(|name| name.name == b"refs/stash") {
        let out = run_git(repository, &["rev-list", "--walk-reflogs", "refs/stash"])?;
        found.stash.extend(out.split(|byte| *byte == b'\n').filter_map(first_oid));
    }
    Ok(found.sorted())
}

/// Checks signature and footer of each table of a git folder.
fn check_tables(git_dir: &Path) -> Result<(), RefError> {
    let folder = git_dir.join("reftable");
    let list = folder.join("tables.list");
    let unreadable = |path: &Path, source| RefError::Unreadable { path: path.to_path_buf(), source };
    let tables = match read_regular(&list) {
        Ok(tables) => tables,
        // A worktree without refs of its own has no list.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(&list, error)),
    };
    for name in tables.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()) {
        let path = folder.join(os_string(name));
        let table = read_regular(&path).map_err(|error| unreadable(&path, error))?;
        if !has_valid_ends(&table) {
            return Err(RefError::Broken(path.display().to_string()));
        }
    }
    Ok(())
}

/// Whether a table begins with the signature and ends with a footer whose checksum is right.
fn has_valid_ends(table: &[u8]) -> bool {
    let length = match table.get(4) {
        Some(1) => FOOTER_LENGTHS[0],
        Some(2) => FOOTER_LENGTHS[1],
        _ => return false,
    };
    let Some(footer) = table.len().checked_sub(length).map(|start| &table[start..]) else { return false };
    let (counted, sum) = footer.split_at(length - 4);
    let mut crc = flate2::Crc::new();
    crc.update(counted);
    table.starts_with(MAGIC) && footer.starts_with(MAGIC) && crc.sum().to_be_bytes() == sum
}
