//! Bare mirrors of remote repositories: made and updated by git, kept between runs as far as a budget goes.
//!
//! A mirror is a new bare repository into which all refs are fetched. Nothing is checked out, and the URL is in no file.

mod git_call;
mod remote_refs;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use self::git_call::{CloneLimits, GitFault};
use self::git_call::{GitCalls, has_ssh_command};
pub(crate) use self::remote_refs::RemoteRefs;
use super::forge::Token;
use super::store::WorkFolder;
use crate::atomic_file::private_folders;
use crate::git::{Ref, Refs, Repository};
use crate::source::Cancellation;

/// The repository in the folder of a kept mirror, and its lock.
const REPOSITORY: &str = "repository.git";
const LOCK: &str = "lock";

/// The mirrors of a store.
pub(crate) struct Mirrors {
    /// The folder of those that are kept.
    folder: PathBuf,
    limits: CloneLimits,
    /// The most bytes that are kept.
    budget: u64,
    /// The bytes that are kept.
    kept: AtomicU64,
    hidden_variables: Vec<&'static str>,
    /// A path without a repository.
    no_repository: PathBuf,
    has_ssh_command: OnceLock<bool>,
}

/// A mirror that nobody else uses.
pub(crate) struct Mirror {
    /// The bare repository.
    pub(crate) path: PathBuf,
    /// The lock and the former size of a kept mirror; `None` for a new one.
    kept: Option<(File, u64)>,
}

impl Mirrors {
    /// Prepares the mirrors in a folder.
    pub(crate) fn new(
        folder: PathBuf,
        limits: CloneLimits,
        budget: u64,
        hidden_variables: Vec<&'static str>,
    ) -> Self {
        let kept = AtomicU64::new(size_of(&folder));
        let no_repository = folder.join("none");
        Self {
            folder,
            limits,
            budget,
            kept,
            hidden_variables,
            no_repository,
            has_ssh_command: OnceLock::new(),
        }
    }

    /// Asks a remote repository for its refs.
    ///
    /// # Errors
    /// git cannot reach it.
    pub(crate) fn ask(
        &self,
        url: &str,
        token: Option<&Token>,
        cancellation: &Cancellation,
    ) -> Result<RemoteRefs, GitFault> {
        RemoteRefs::ask(&self.calls(token, cancellation), url)
    }

    fn calls<'c>(&'c self, token: Option<&'c Token>, cancellation: &'c Cancellation) -> GitCalls<'c> {
        GitCalls {
            no_repository: &self.no_repository,
            has_ssh_command: *self.has_ssh_command.get_or_init(|| has_ssh_command(&self.no_repository)),
            limits: self.limits,
            token,
            hidden_variables: self.hidden_variables.as_slice(),
            cancellation,
        }
    }

    /// Returns the kept mirror of a unit, or a path for a new one if there is none or another run uses it.
    pub(crate) fn take(&self, unit: &str, work: &WorkFolder) -> Mirror {
        let folder = self.folder.join(unit);
        let lock = File::open(folder.join(LOCK)).ok().filter(|lock| lock.try_lock().is_ok());
        match lock {
            Some(lock) if folder.join(REPOSITORY).is_dir() => {
                Mirror { path: folder.join(REPOSITORY), kept: Some((lock, size_of(&folder))) }
            }
            _ => Mirror { path: work.new_path("mirror.git"), kept: None },
        }
    }

    /// Brings a mirror to the refs of a remote repository.
    ///
    /// # Errors
    /// git cannot reach it, or breaks a limit.
    pub(crate) fn update(
        &self,
        mirror: &Mirror,
        (url, refs): (&str, &RemoteRefs),
        token: Option<&Token>,
        cancellation: &Cancellation,
    ) -> Result<(), GitFault> {
        let calls = self.calls(token, cancellation);
        let path = mirror.path.as_path();
        let before = if mirror.kept.is_some() { refs_of(path) } else { Vec::new() };
        if mirror.kept.is_none() {
            let format = if refs.is_sha256() { "--object-format=sha256" } else { "--object-format=sha1" };
            let arguments = ["--quiet", "--bare", "--template=", format, "--"].map(OsStr::new);
            calls.run("init", None, &[&arguments[..], &[path.as_os_str()]].concat())?;
        }
        let arguments = [
            // git ends with this process: it writes its progress to a pipe that nobody reads any more.
            "--progress",
            "--prune",
            "--force",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--update-head-ok",
            "--",
            url,
            "+refs/*:refs/*",
        ];
        calls.run("fetch", Some(path), &arguments.map(OsStr::new))?;
        fs::write(path.join("HEAD"), refs.head_file())
            .map_err(|error| GitFault::Failed { command: "fetch", message: error.to_string() })?;
        if has_lost_objects(&before, &refs_of(path), &calls, path) {
            // A mirror made anew would not have them, and equal keys have equal reports.
            calls.run("repack", Some(path), &["-a", "-d", "-q"].map(OsStr::new))?;
            calls.run("prune", Some(path), &["--expire=now"].map(OsStr::new))?;
        }
        Ok(())
    }

    /// Keeps a mirror as far as the budget goes, or removes it. A failure to remove a mirror is found by the next run.
    pub(crate) fn give_back(&self, unit: &str, mirror: Mirror, is_usable: bool) {
        let folder = self.folder.join(unit);
        let size = size_of(&mirror.path);
        let former = mirror.kept.as_ref().map_or(0, |(_, former)| *former);
        self.kept.fetch_sub(former.min(self.kept.load(Ordering::Relaxed)), Ordering::Relaxed);
        let fits = self.kept.fetch_add(size, Ordering::Relaxed) + size <= self.budget;
        let is_kept = is_usable && fits && (mirror.kept.is_some() || move_in(&folder, &mirror.path).is_ok());
        if !is_kept {
            self.kept.fetch_sub(size, Ordering::Relaxed);
            let removed = if mirror.kept.is_some() { folder } else { mirror.path };
            let _ = fs::remove_dir_all(removed);
        }
    }
}

impl Mirror {
    /// Whether it is from an earlier run.
    pub(crate) const fn is_kept(&self) -> bool {
        self.kept.is_some()
    }
}

/// Moves a new mirror to the folder of the kept ones, unless another run has done so.
fn move_in(folder: &Path, mirror: &Path) -> io::Result<()> {
    private_folders().create(folder)?;
    fs::rename(mirror, folder.join(REPOSITORY))?;
    File::create(folder.join(LOCK)).map(|_| ())
}

fn refs_of(path: &Path) -> Vec<Ref> {
    Repository::open_git_dir(path)
        .ok()
        .and_then(|found| Refs::read(&found).ok())
        .map(|refs| refs.all)
        .unwrap_or_default()
}

/// Whether a tip from before is not reached any more. A mistake costs time only: then the mirror is packed anew.
fn has_lost_objects(before: &[Ref], after: &[Ref], calls: &GitCalls<'_>, path: &Path) -> bool {
    let lost: Vec<&Ref> = before.iter().filter(|one| !after.contains(one) && one.name != b"HEAD").collect();
    if lost.is_empty() {
        return false;
    }
    // The object of a tag may be lost though its commit is not.
    if lost.len() > 500 || lost.iter().any(|one| !one.name.starts_with(b"refs/heads/")) {
        return true;
    }
    let mut arguments = vec!["--max-count=1".to_owned()];
    arguments.extend(lost.iter().map(|one| one.oid.to_string()));
    arguments.extend(["--not".to_owned(), "--all".to_owned()]);
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    calls.run("rev-list", Some(path), &arguments).map_or(true, |found| !found.is_empty())
}

/// Returns the size of the files below a folder in bytes. Files that vanish meanwhile do not count.
fn size_of(folder: &Path) -> u64 {
    let mut waiting = vec![folder.to_path_buf()];
    let mut size = 0;
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => waiting.push(entry.path()),
                Ok(metadata) => size += metadata.len(),
                Err(_) => {}
            }
        }
    }
    size
}
