//! What a scan of a repository would read, as two digests: its ref tips, and everything else that a report depends on.
//!
//! The digest of the tips is the same for a repository and for a mirror of it, so that a remote repository is known by
//! the answer of `git ls-remote`. The second digest exists only for a repository that is read where it lies: it may have
//! reflogs, an index and unreachable objects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thiserror::Error;

use crate::git::files::read_regular;
use crate::git::{Index, OpenError, RefError, Refs, Repository, expand_alternates, list_folder, path_bytes};
use crate::secret::{PartsDigest, to_hex};
use crate::source::history::find_submodule_repositories;

/// The deepest level of submodules whose stores count.
const MAX_STORES: usize = 10_000;

/// The files of a git folder that change what a scan reports and are no refs and no objects.
const OTHER_FILES: [&str; 2] = ["shallow", "config"];

/// The digests of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepositoryState {
    /// The sorted ref tips and the target of `HEAD`.
    pub(crate) tips: String,
    /// The rest of a repository that is read where it lies.
    pub(crate) local: Option<String>,
}

/// A repository whose state cannot be read.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    #[error("{0}")]
    Refs(#[from] RefError),
    #[error("an object folder cannot be listed: {0}")]
    Objects(#[from] std::io::Error),
    #[error("{0}")]
    Alternates(#[from] OpenError),
}

/// Reads the state of a repository that is read where it lies.
///
/// # Errors
/// Its refs or its object folders cannot be read.
pub(crate) fn of_repository(repository: &Repository) -> Result<RepositoryState, StateError> {
    let refs = Refs::read(repository)?;
    let tips = of_refs(repository, &refs);
    let mut local = PartsDigest::new(b"skant fleet local 1");
    add_repository(&mut local, repository, &refs)?;
    for (name, submodule) in find_submodule_repositories(repository).found.into_iter().take(MAX_STORES) {
        local.add(&name);
        match Refs::read(&submodule) {
            Ok(refs) => {
                local.add(of_refs(&submodule, &refs).as_bytes());
                add_repository(&mut local, &submodule, &refs)?;
            }
            // The scan reports what is wrong with it.
            Err(error) => local.add(error.to_string().as_bytes()),
        }
    }
    Ok(RepositoryState { tips, local: Some(to_hex(&local.finish())) })
}

/// Reads the state of a mirror: its tips.
///
/// # Errors
/// Its refs cannot be read.
pub(crate) fn of_mirror(mirror: &Repository) -> Result<RepositoryState, StateError> {
    Ok(RepositoryState { tips: of_refs(mirror, &Refs::read(mirror)?), local: None })
}

/// Returns the digest of the tips of a repository.
fn of_refs(repository: &Repository, refs: &Refs) -> String {
    let is_tip = |name: &[u8]| name == b"HEAD" || name.starts_with(b"refs/");
    let tips = refs.all.iter().filter(|one| is_tip(&one.name));
    let tips = tips.map(|one| (one.name.clone(), one.oid.to_string()));
    let tips: BTreeSet<(Vec<u8>, String)> = tips.collect();
    // `git ls-remote` says nothing of a branch without a commit.
    let is_born = tips.iter().any(|(name, _)| name == b"HEAD");
    let head = read_regular(&repository.git_dir.join("HEAD")).unwrap_or_default();
    let head = head.strip_prefix(b"ref:").map(|target| target.trim_ascii().to_vec()).filter(|_| is_born);
    digest_tips(head.as_deref(), tips)
}

/// Returns the digest of ref tips: names with object ids in hexadecimal digits. `head` is the branch that `HEAD` names.
pub(crate) fn digest_tips(head: Option<&[u8]>, tips: BTreeSet<(Vec<u8>, String)>) -> String {
    let mut parts = PartsDigest::new(b"skant fleet tips 1");
    parts.add(head.unwrap_or_default());
    for (name, oid) in tips {
        parts.add(&name);
        parts.add(oid.as_bytes());
    }
    to_hex(&parts.finish())
}

fn add_repository(parts: &mut PartsDigest, repository: &Repository, refs: &Refs) -> Result<(), StateError> {
    let Refs { all, reflog, stash, broken } = refs;
    for list in [all, reflog] {
        for one in list {
            parts.add(&one.name);
            parts.add(one.oid.to_string().as_bytes());
        }
        parts.end();
    }
    for oid in stash {
        parts.add(oid.to_string().as_bytes());
    }
    parts.end();
    for name in broken {
        parts.add(name);
    }
    parts.end();
    for name in OTHER_FILES {
        parts.add(&read_regular(&repository.common_dir.join(name)).unwrap_or_default());
    }
    add_index(parts, repository);
    for folder in expand_alternates(&repository.object_dirs)? {
        add_objects(parts, &folder)?;
    }
    Ok(())
}

/// Adds what the index holds. git rewrites the file whenever it looks at the working tree, so its bytes do not count
/// where it can be read.
fn add_index(parts: &mut PartsDigest, repository: &Repository) {
    match Index::read(&repository.index_file, &repository.git_dir, repository.format) {
        Ok(index) => {
            for entry in index.entries() {
                parts.add(entry.path);
                parts.add(entry.oid.to_string().as_bytes());
                parts.add(&[entry.stage, u8::from(entry.intent_to_add)]);
            }
        }
        Err(_) => parts.add(&read_regular(&repository.index_file).unwrap_or_default()),
    }
    parts.end();
}

/// Adds the names of the packs with their sizes, and the names of the loose objects.
fn add_objects(parts: &mut PartsDigest, folder: &Path) -> Result<(), StateError> {
    let mut names = BTreeSet::new();
    for path in list_folder(folder)? {
        let name = path_bytes(Path::new(path.file_name().unwrap_or_default()));
        let is_loose = name.len() == 2 && name.iter().all(u8::is_ascii_hexdigit);
        if !is_loose && name != b"pack" {
            continue;
        }
        for path in list_folder(&path)? {
            let file = path_bytes(Path::new(path.file_name().unwrap_or_default()));
            // Temporary files come and go, and a `.keep` or `.rev` changes nothing that is read.
            let is_pack = file.ends_with(b".pack") || file.ends_with(b".idx");
            if is_loose && !file.starts_with(b"tmp_") || is_pack && !file.starts_with(b"tmp_") {
                let size = fs::metadata(&path).map(|metadata| metadata.len()).unwrap_or_default();
                names.insert([&name[..], b"/", &file, b" ", size.to_string().as_bytes()].concat());
            }
        }
    }
    for name in &names {
        parts.add(name);
    }
    parts.end();
    Ok(())
}
