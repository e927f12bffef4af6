//! The commits that a remote has, as far as is known without a connection.
//!
//! A remote on this machine is asked: its refs are read. Of any other remote the tracking refs tell, and only those
//! that it wrote itself by its present settings. Everything else counts as absent, so it is scanned.

use std::collections::HashMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::pushed_refs::{PushError, Update};
use super::refspec::FetchSettings;
use super::remote_address::{is_same_repository, local_path};
use crate::git::{ObjectDatabase, Oid, Ref, Refs, Repository, open_regular, os_string, run_git};
use crate::source::range::read_shallow_boundary;

/// The most bytes of a reflog that are read at its end.
const MAX_REFLOG_TAIL: u64 = 4096;

/// The remote that a push goes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    /// The remote's name, or its address if it has no name.
    pub name: Option<String>,
    /// The address, if git or the pre-commit framework passes it.
    pub address: Option<String>,
}

/// What is known of a remote's commits.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownTips {
    /// Commits that it has with all their ancestors.
    pub tips: Vec<Oid>,
    /// A tracking ref that differs from the remote's ref. Then no tracking ref counts.
    pub outdated: Option<Vec<u8>>,
}

/// Returns the commits that a remote has, of those that are in this repository, too. `updates` are the refs of the
/// push; git has just heard their present objects from the remote.
///
/// # Errors
/// Fails if the refs cannot be read, or if git cannot be asked for the remotes.
pub(super) fn known_tips(
    repository: &Repository,
    objects: &ObjectDatabase,
    remote: &Remote,
    updates: &[Update],
) -> Result<KnownTips, PushError> {
    let Some(address) = &remote.address else { return Ok(KnownTips::default()) };
    if let Some(path) = local_path(address) {
        let mut tips = tips_on_disk(repository, &path);
        tips.retain(|oid| objects.contains(oid));
        return Ok(KnownTips { tips, outdated: None });
    }
    let Some(name) = &remote.name else { return Ok(KnownTips::default()) };
    let refs: Vec<Ref> = Refs::read(repository)?.all;
    if !refs.iter().any(|known| known.name.starts_with(b"refs/remotes/")) {
        return Ok(KnownTips::default());
    }
    let settings = FetchSettings::read(repository, name)?;
    let outdated = find_outdated(&refs, &settings, updates);
    // With a `pushurl`, or with several addresses, the tracking refs describe another repository.
    if outdated.is_some() || settings.own.is_empty() || !is_fetched_from(repository, name, address) {
        return Ok(KnownTips { tips: Vec::new(), outdated });
    }
    let written = Reflogs { repository, name, address, cloned_from: cloned_from(repository, name) };
    if !written.may_be_of_address() {
        return Ok(KnownTips { tips: Vec::new(), outdated });
    }
    let tips = refs
        .into_iter()
        .filter(|known| settings.writes(&known.name) && written.are_of_remote(&known.name))
        .map(|known| known.oid)
        .collect();
    Ok(KnownTips { tips, outdated })
}

/// Returns the objects of the refs of a repository on this machine; none if it cannot be read, or if its history is
/// not whole.
fn tips_on_disk(repository: &Repository, path: &Path) -> Vec<Oid> {
    // Git resolves the path from the top of the working tree, where it also runs its hooks.
    let path = repository.work_tree.as_ref().unwrap_or(&repository.git_dir).join(path);
    let mut with_suffix = path.clone().into_os_string();
    with_suffix.push(".git");
    let with_suffix = PathBuf::from(with_suffix);
    let found = [path, with_suffix].into_iter().find_map(|path| {
        Repository::open_at(&path).ok().flatten().or_else(|| Repository::open_git_dir(&path).ok())
    });
    let Some(found) = found else { return Vec::new() };
    let is_whole = !found.is_partial && read_shallow_boundary(&found).is_ok_and(|border| border.is_empty());
    if !is_whole || found.format != repository.format {
        return Vec::new();
    }
    // What it has only fetched, or set aside, it does not offer: `FETCH_HEAD`, the heads of worktrees.
    let refs = Refs::read(&found).map(|refs| refs.all).unwrap_or_default();
    refs.into_iter().filter(|known| known.name.starts_with(b"refs/")).map(|known| known.oid).collect()
}

/// Returns a tracking ref of a pushed ref that differs from the remote's ref.
fn find_outdated(refs: &[Ref], settings: &FetchSettings, updates: &[Update]) -> Option<Vec<u8>> {
    let local: HashMap<&[u8], Oid> = refs.iter().map(|known| (&known.name[..], known.oid)).collect();
    updates.iter().find_map(|update| {
        let tracking = settings.own.iter().find_map(|refspec| refspec.destination_of(&update.remote_name))?;
        let is_other = local.get(&tracking[..]).is_some_and(|oid| *oid != update.old);
        is_other.then_some(tracking)
    })
}

/// Returns whether a remote is fetched from this address.
fn is_fetched_from(repository: &Repository, name: &str, address: &str) -> bool {
    let fetched = run_git(repository, &["ls-remote", "--get-url", name]);
    fetched.is_ok_and(|fetched| is_same_repository(&String::from_utf8_lossy(&fetched), address))
}

/// Returns the address that the tracking refs of a remote were cloned from, if a reflog says so.
fn cloned_from(repository: &Repository, name: &str) -> Option<String> {
    let log = repository.common_dir.join(format!("logs/refs/remotes/{name}/HEAD"));
    let mut text = Vec::new();
    open_regular(&log).ok()?.0.take(MAX_REFLOG_TAIL).read_to_end(&mut text).ok()?;
    let line = text.split(|byte| *byte == b'\n').next()?;
    let message = &line[memchr::memchr(b'\t', line)? + 1..];
    Some(String::from_utf8_lossy(message.strip_prefix(b"clone: from ")?).into_owned())
}

/// Returns the addresses that the last fetch read from: each line of its record ends with ` of ADDRESS`.
fn last_fetched(repository: &Repository) -> Vec<String> {
    let mut text = Vec::new();
    let record = repository.git_dir.join("FETCH_HEAD");
    let read = open_regular(&record).map(|(file, _)| file.take(MAX_REFLOG_TAIL).read_to_end(&mut text));
    if !matches!(read, Ok(Ok(_))) {
        return Vec::new();
    }
    let lines = text.split(|byte| *byte == b'\n').map(String::from_utf8_lossy);
    lines.filter_map(|line| Some(line.rsplit_once(" of ")?.1.to_owned())).collect()
}

/// Returns whether an address is that of a remote in the settings.
fn is_of_a_remote(repository: &Repository, address: &str) -> bool {
    let listed = run_git(repository, &["config", "--get-regexp", "^remote\\..*\\.url$"]).unwrap_or_default();
    String::from_utf8_lossy(&listed).lines().any(|line| {
        line.split_once(' ').is_some_and(|(_, configured)| is_same_repository(configured, address))
    })
}

/// The reflogs of tracking refs. They say which command wrote a ref.
struct Reflogs<'r> {
    repository: &'r Repository,
    name: &'r str,
    address: &'r str,
    cloned_from: Option<String>,
}

impl Reflogs<'_> {
    /// Whether the remote may have had its present address when its tracking refs were written. The reflog of a fetch
    /// names no address, but that of a clone does, and so does the record of the last fetch; that may be of another
    /// remote, as long as this is known.
    fn may_be_of_address(&self) -> bool {
        let is_address = |address: &String| is_same_repository(address, self.address);
        let fetched = last_fetched(self.repository);
        if fetched.iter().any(is_address) {
            return true;
        }
        match &self.cloned_from {
            Some(from) => is_address(from),
            None => {
                fetched.is_empty() || fetched.iter().any(|address| is_of_a_remote(self.repository, address))
            }
        }
    }

    /// Whether nothing says that another repository wrote a tracking ref last. A ref without a reflog is from the clone.
    fn are_of_remote(&self, reference: &[u8]) -> bool {
        match last_message(self.repository, reference) {
            Some(message) => self.is_of_remote(&message),
            None => self.cloned_from.as_ref().is_none_or(|from| is_same_repository(from, self.address)),
        }
    }

    /// Whether the message of a reflog is one of a command on this remote. Git writes the words of its command before
    /// the last `: `, such as `fetch -q origin main: fast-forward`.
    fn is_of_remote(&self, message: &str) -> bool {
        let Some((command, _)) = message.rsplit_once(": ") else { return true };
        let mut words = command.split_ascii_whitespace();
        if !matches!(words.next(), Some("fetch" | "pull")) {
            return true;
        }
        let mut words = words.filter(|word| !word.starts_with('-')).peekable();
        words.peek().is_none()
            || words.any(|word| word == self.name || is_same_repository(word, self.address))
    }
}

/// Returns the message of the last entry of a reflog; `None` without a reflog.
fn last_message(repository: &Repository, reference: &[u8]) -> Option<String> {
    let log = repository.common_dir.join("logs").join(os_string(reference));
    let (mut file, length) = open_regular(&log).ok()?;
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_REFLOG_TAIL))).ok()?;
    let mut tail = Vec::new();
    file.take(MAX_REFLOG_TAIL).read_to_end(&mut tail).ok()?;
    let line = tail.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    let message = memchr::memchr(b'\t', line).map_or(&b""[..], |tab| &line[tab + 1..]);
    Some(String::from_utf8_lossy(message).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reflog_names_the_remote_of_a_fetch() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("objects")).unwrap();
        std::fs::create_dir_all(root.path().join("refs")).unwrap();
        std::fs::write(root.path().join("HEAD"), "ref: refs/heads/main\n").unwrap();
        let repository = Repository::open_git_dir(root.path()).unwrap();
        let address = "https://host/a/b.git";
        let logs = Reflogs { repository: &repository, name: "origin", address, cloned_from: None };
        for message in [
            "fetch: fast-forward",
            "fetch -q --prune: storing head",
            "fetch origin: storing head",
            "fetch --depth 1 origin x:refs/remotes/origin/x: storing head",
            "fetch https://host/a/b x:refs/remotes/origin/x: storing head",
            "pull origin main: fast-forward",
            "update by push",
            "clone: from https://host/a/b",
            "",
        ] {
            assert!(logs.is_of_remote(message), "{message}");
        }
        for message in [
            "fetch private x:refs/remotes/origin/x: storing head",
            "fetch -q ../private +x:refs/remotes/origin/x: forced-update",
            "pull https://host/a/c x:refs/remotes/origin/x: fast-forward",
        ] {
            assert!(!logs.is_of_remote(message), "{message}");
        }
        let log = root.path().join("logs/refs/remotes/origin");
        std::fs::create_dir_all(&log).unwrap();
        std::fs::write(log.join("x"), "0 1 A <a> 1 +0000\tfetch a: b\n1 2 A <a> 2 +0000\tfetch c: d\n")
            .unwrap();
        assert_eq!(last_message(&repository, b"refs/remotes/origin/x").as_deref(), Some("fetch c: d"));
        assert_eq!(last_message(&repository, b"refs/remotes/origin/y"), None);
    }
}
