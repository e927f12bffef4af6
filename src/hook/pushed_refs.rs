//! The commits that a push transfers, from the lines that git passes to its hooks. Formats: git's documentation,
//! `githooks`, "pre-push" and "pre-receive".
//!
//! Reads refs and remotes; reads no content and scans nothing.

use std::collections::HashMap;

use miette::Diagnostic;
use thiserror::Error;

use crate::git::{GitCommandError, ObjectDatabase, Oid, OpenError, Ref, RefError, Refs, Repository, run_git};
use crate::source::range::Revisions;

/// The reason why the commits of a push cannot be determined.
#[derive(Debug, Error, Diagnostic)]
pub enum PushError {
    /// A line of standard input has another format than git's.
    #[error("line {0} of standard input is not a line that git passes to this hook")]
    #[diagnostic(
        code(skant::push::line),
        help("git calls this command; to scan commits by hand use `skant scan --history main..HEAD`")
    )]
    Line(usize),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The objects cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
    /// git cannot be asked for its remotes.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitCommandError),
}

/// One ref that a push changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The object that the ref names after the push; zero if the push deletes the ref.
    pub new: Oid,
    /// The object that the ref names on the remote before the push; zero if the ref is new.
    pub old: Oid,
    /// The ref's name on the remote.
    pub remote_name: Vec<u8>,
}

impl Update {
    /// Reads the lines of `pre-push`: local ref, local object, remote ref, remote object.
    ///
    /// # Errors
    /// Fails if a line has another format.
    pub fn parse_push(input: &[u8]) -> Result<Vec<Self>, PushError> {
        Self::parse(input, |words| match words {
            [_, new, name, old] => Some((new, old, name)),
            _ => None,
        })
    }

    /// Reads the lines of `pre-receive`: old object, new object, ref.
    ///
    /// # Errors
    /// Fails if a line has another format.
    pub fn parse_receive(input: &[u8]) -> Result<Vec<Self>, PushError> {
        Self::parse(input, |words| match words {
            [old, new, name] => Some((new, old, name)),
            _ => None,
        })
    }

    fn parse<'i>(
        input: &'i [u8],
        pick: impl Fn(&[&'i [u8]]) -> Option<(&'i [u8], &'i [u8], &'i [u8])>,
    ) -> Result<Vec<Self>, PushError> {
        let lines = input.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(at, line)| {
                let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
                let update = pick(&words).and_then(|(new, old, name)| {
                    Some(Self {
                        new: Oid::from_hex(new)?,
                        old: Oid::from_hex(old)?,
                        remote_name: name.to_vec(),
                    })
                });
                update.ok_or(PushError::Line(at + 1))
            })
            .collect()
    }
}

/// The remote that a push goes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    /// The remote's name, or its address if it has no name.
    pub name: Option<String>,
    /// The address, if git or the pre-commit framework passes it.
    pub address: Option<String>,
}

/// The commits that a push transfers.
#[derive(Clone, Debug, Default)]
pub(crate) struct PushedCommits {
    /// All commits that the remote does not have, as far as is known.
    pub revisions: Revisions,
    /// A tracking ref that differs from the remote's ref. Then all tracking refs of the remote are ignored.
    pub outdated: Option<Vec<u8>>,
}

/// Returns the commits of a push that the remote does not have. It uses the remote's refs as git passes them, and the
/// tracking refs of the remote.
///
/// Tracking refs of other remotes are not used, because a push may carry commits from one remote to another. Tracking
/// refs are also not used if a pushed ref shows that they are outdated: the remote may have been cleaned, or replaced by
/// another repository.
///
/// # Errors
/// Fails if the refs or the objects cannot be read.
pub(crate) fn pushed_commits(
    repository: &Repository,
    remote: &Remote,
    updates: &[Update],
) -> Result<PushedCommits, PushError> {
    let included: Vec<Oid> = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    if included.is_empty() {
        return Ok(PushedCommits::default());
    }
    let objects = ObjectDatabase::open(repository)?;
    let refs = Refs::read(repository)?.all;
    let outdated = find_outdated(&refs, remote, updates);
    let mut excluded = if outdated.is_none() { tracking_tips(repository, remote, refs)? } else { Vec::new() };
    excluded.extend(
        updates.iter().map(|update| update.old).filter(|oid| !oid.is_zero() && objects.contains(oid)),
    );
    Ok(PushedCommits { revisions: Revisions { included, excluded }, outdated })
}

/// Returns a tracking ref of a pushed branch that differs from the remote's ref.
fn find_outdated(refs: &[Ref], remote: &Remote, updates: &[Update]) -> Option<Vec<u8>> {
    let name = remote.name.as_ref()?;
    let local: HashMap<&[u8], Oid> = refs.iter().map(|known| (&known.name[..], known.oid)).collect();
    updates.iter().find_map(|update| {
        let branch = update.remote_name.strip_prefix(b"refs/heads/")?;
        let tracking = [b"refs/remotes/", name.as_bytes(), b"/", branch].concat();
        let is_other = local.get(&tracking[..]).is_some_and(|oid| *oid != update.old);
        is_other.then_some(tracking)
    })
}

/// Returns the tips that a remote has: its tracking refs, without those that another remote's fetch may write.
///
/// # Errors
/// Fails if the refs cannot be read, or if git cannot be asked for the remotes.
pub(crate) fn remote_tips(repository: &Repository, remote: &Remote) -> Result<Vec<Oid>, PushError> {
    if remote.name.is_none() {
        return Ok(Vec::new());
    }
    tracking_tips(repository, remote, Refs::read(repository)?.all)
}

/// Does the work of [`remote_tips`] on refs that are already read.
fn tracking_tips(
    repository: &Repository,
    remote: &Remote,
    mut refs: Vec<Ref>,
) -> Result<Vec<Oid>, PushError> {
    let Some(name) = &remote.name else { return Ok(Vec::new()) };
    let prefix = format!("refs/remotes/{name}/");
    refs.retain(|known| known.name.starts_with(prefix.as_bytes()));
    // git is asked, because remotes may be in any of its configuration files.
    if refs.is_empty() || !is_fetched_from_push_address(repository, remote) {
        return Ok(Vec::new());
    }
    let others = destinations_of_others(repository, name)?;
    refs.retain(|known| !others.iter().any(|other| known.name.starts_with(other)));
    Ok(refs.into_iter().map(|known| known.oid).collect())
}

/// Returns whether a remote is fetched from the address that it is pushed to. With a `pushurl`, or with several
/// addresses, its tracking refs describe another repository.
fn is_fetched_from_push_address(repository: &Repository, remote: &Remote) -> bool {
    let (Some(name), Some(address)) = (&remote.name, &remote.address) else { return true };
    let fetched = run_git(repository, &["ls-remote", "--get-url", name]);
    fetched.is_ok_and(|fetched| is_same_repository(&String::from_utf8_lossy(&fetched), address))
}

/// Returns whether two addresses name the same repository, ignoring protocol, port and user.
fn is_same_repository(one: &str, other: &str) -> bool {
    let repository = |address: &str| {
        let address = address.trim().trim_end_matches('/');
        let (has_scheme, rest) = address.split_once("://").map_or((false, address), |(_, rest)| (true, rest));
        // `host:path` is ssh, unless there is a slash before the colon.
        let is_short = !has_scheme && rest.find(':').is_some_and(|colon| !rest[..colon].contains('/'));
        let (host, path) = match rest.split_once(if is_short { ':' } else { '/' }) {
            Some((host, path)) if has_scheme || is_short => (host, path),
            _ => ("", rest),
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let host = port.map_or(host, |(host, _)| host).to_ascii_lowercase();
        let path = path.trim_start_matches('/');
        (host, path.strip_suffix(".git").unwrap_or(path).to_owned())
    };
    repository(one) == repository(other)
}

/// Returns the prefixes of the tracking refs of all other remotes, by their names and by their `fetch` settings.
fn destinations_of_others(repository: &Repository, name: &str) -> Result<Vec<Vec<u8>>, PushError> {
    let remotes = run_git(repository, &["remote"])?;
    let others =
        remotes.split(|byte| *byte == b'\n').filter(|other| !other.is_empty() && *other != name.as_bytes());
    let mut found: Vec<Vec<u8>> = others
        .filter(|other| other.starts_with(format!("{name}/").as_bytes()))
        .map(|other| [b"refs/remotes/", other, b"/"].concat())
        .collect();
    let fetched = match run_git(repository, &["config", "-z", "--get-regexp", r"^remote\..*\.fetch$"]) {
        Ok(fetched) => fetched,
        Err(GitCommandError::Failed { is_silent: true, .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    for setting in fetched.split(|byte| *byte == 0) {
        let Some((key, value)) = memchr::memchr(b'\n', setting).map(|end| setting.split_at(end)) else {
            continue;
        };
        let own = format!("remote.{name}.fetch");
        let destination = memchr::memchr(b':', value).map(|colon| &value[colon + 1..]);
        if let Some(destination) = destination.filter(|_| key != own.as_bytes()) {
            let end = memchr::memchr(b'*', destination).unwrap_or(destination.len());
            found.push(destination[..end].to_vec());
        }
    }
    // An empty prefix would match every ref.
    found.retain(|beginning| !beginning.is_empty());
    Ok(found)
}

/// Returns the commits that a push brings to the repository that receives it: all commits that no ref has yet.
///
/// # Errors
/// Fails if the refs cannot be read.
pub(crate) fn received_commits(repository: &Repository, updates: &[Update]) -> Result<Revisions, PushError> {
    let included = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    let excluded = Refs::read(repository)?.all.into_iter().map(|name| name.oid).collect();
    Ok(Revisions { included, excluded })
}

/// Returns a commit message without the scissors line and the diff that `git commit -v` appends.
#[must_use]
pub fn without_diff(message: &[u8]) -> &[u8] {
    const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";
    let Some(at) = memchr::memmem::find(message, SCISSORS) else { return message };
    let line = message[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // Git's line is the comment character, a space and the scissors; comment lines follow that explain it. A line
    // without such comments is not git's own, and git may keep the text after it in the message.
    let comment = message[line..at].trim_ascii_end();
    let after = message[at + SCISSORS.len()..].strip_prefix(b"\n").unwrap_or_default();
    let is_gits = (1..=5).contains(&comment.len()) && after.starts_with(comment);
    if is_gits { &message[..line] } else { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git_are_read_and_other_lines_are_refused() {
        let (one, zero) = ("1".repeat(40), "0".repeat(40));
        let push =
            Update::parse_push(format!("refs/heads/a {one} refs/heads/b {zero}\n").as_bytes()).unwrap();
        assert_eq!(push[0].remote_name, b"refs/heads/b");
        assert!(push[0].old.is_zero() && !push[0].new.is_zero());
        let receive = Update::parse_receive(format!("{zero} {one} refs/heads/b\n").as_bytes()).unwrap();
        assert_eq!(receive, push);
        assert_eq!(Update::parse_push(b"").unwrap(), []);
        assert!(Update::parse_push(b"hello\n").unwrap_err().to_string().contains("line 1"));
    }

    #[test]
    fn addresses_of_one_repository_are_equal() {
        let url = "https://github.com/a/b.git";
        for other in [
            "git@github.com:a/b",
            "ssh://git@GitHub.com:22/a/b.git/",
            "git://github.com/a/b",
            "git@github.com:/a/b\n",
        ] {
            assert!(is_same_repository(url, other), "{other}");
        }
        for other in ["https://github.com/a/c.git", "git@gitlab.com:a/b.git", "/a/b.git", "../b.git", ""] {
            assert!(!is_same_repository(url, other), "{other}");
        }
        assert!(
            is_same_repository("../far.git", "../far") && !is_same_repository("../far.git", "../near.git")
        );
        assert!(is_same_repository("/c:/far.git", "/c:/far"));
    }

    #[test]
    fn the_message_ends_at_the_scissors() {
        let scissors = "------------------------ >8 ------------------------";
        let message = format!("subject\n\n# {scissors}\n# x\ndiff\n");
        assert_eq!(without_diff(message.as_bytes()), b"subject\n\n");
        let alone = format!("subject\n\n# {scissors}\ndiff\n");
        assert_eq!(without_diff(alone.as_bytes()), alone.as_bytes());
        let quoted = format!("about the line {scissors}\nmore");
        assert_eq!(without_diff(quoted.as_bytes()), quoted.as_bytes());
    }
}
