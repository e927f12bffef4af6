//! What a push brings, as git tells its hooks. Formats: git's documentation, `githooks`, "pre-push" and
//! "pre-receive".

use std::collections::HashMap;

use thiserror::Error;

use crate::git::{GitCommandError, ObjectDatabase, Oid, OpenError, Ref, RefError, Refs, Repository, run_git};
use crate::source::range::Revisions;

/// A push that cannot be understood.
#[derive(Debug, Error)]
pub enum PushError {
    /// A line of standard input is not of git's form.
    #[error("line {0} of standard input is not what git tells a hook; this command is for git to call")]
    Line(usize),
    /// The refs cannot be read.
    #[error(transparent)]
    Refs(#[from] RefError),
    /// The objects cannot be read.
    #[error(transparent)]
    ObjectDatabase(#[from] OpenError),
    /// git cannot be asked for its remotes.
    #[error(transparent)]
    Git(#[from] GitCommandError),
}

/// One ref that is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What the ref will name; zero where it is deleted.
    pub new: Oid,
    /// What it names now on the other side; zero where it is new.
    pub old: Oid,
    /// The ref's name on the other side.
    pub remote_name: Vec<u8>,
}

impl Update {
    /// Reads pre-push's lines: local ref, local object, remote ref, remote object.
    ///
    /// # Errors
    /// A line is of another form.
    pub fn parse_push(input: &[u8]) -> Result<Vec<Self>, PushError> {
        Self::parse(input, |words| match words {
            [_, new, name, old] => Some((new, old, name)),
            _ => None,
        })
    }

    /// Reads pre-receive's lines: old object, new object, ref.
    ///
    /// # Errors
    /// A line is of another form.
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

/// Where a push goes.
#[derive(Clone, Debug, Default)]
pub struct Remote {
    /// The remote's name, or what stands in its place.
    pub name: Option<String>,
    /// The address, if it is told.
    pub address: Option<String>,
}

/// What a push brings.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// All that the remote does not have, as far as is known.
    pub revisions: Revisions,
    /// A tracking ref that is not what the remote has: what was last seen of it is out of date, and counts for nothing.
    pub outdated: Option<Vec<u8>>,
}

/// What a push brings that the remote does not have: by what it says of the pushed refs, and by what was last
/// seen of it. Another remote's refs do not count, since a push may carry commits from one to the other; nor does what
/// was seen where one of the pushed refs shows that it is so no more: the remote may have been cleaned, or be another
/// one by now.
///
/// # Errors
/// The refs or objects cannot be read.
pub fn revisions_of_push(
    repository: &Repository,
    remote: &Remote,
    updates: &[Update],
) -> Result<Brought, PushError> {
    let included: Vec<Oid> = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    if included.is_empty() {
        return Ok(Brought::default());
    }
    let objects = ObjectDatabase::open(repository)?;
    let refs = Refs::read(repository)?.refs;
    let outdated = outdated(&refs, remote, updates);
    let mut excluded = if outdated.is_none() { tracked(repository, remote, refs)? } else { Vec::new() };
    excluded.extend(
        updates.iter().map(|update| update.old).filter(|oid| !oid.is_zero() && objects.contains(oid)),
    );
    Ok(Brought { revisions: Revisions { included, excluded }, outdated })
}

/// The tracking ref of a pushed branch, if it names something else than the remote says that it has.
fn outdated(refs: &[Ref], remote: &Remote, updates: &[Update]) -> Option<Vec<u8>> {
    let name = remote.name.as_ref()?;
    let seen: HashMap<&[u8], Oid> = refs.iter().map(|known| (&known.name[..], known.oid)).collect();
    updates.iter().find_map(|update| {
        let branch = update.remote_name.strip_prefix(b"refs/heads/")?;
        let tracking = [b"refs/remotes/", name.as_bytes(), b"/", branch].concat();
        let is_other = seen.get(&tracking[..]).is_some_and(|oid| *oid != update.old);
        is_other.then_some(tracking)
    })
}

/// What was last seen of a remote: its tracking refs, less those that another remote's commits may come to.
///
/// # Errors
/// The refs cannot be read, or git cannot be asked.
pub fn known_to(repository: &Repository, remote: &Remote) -> Result<Vec<Oid>, PushError> {
    if remote.name.is_none() {
        return Ok(Vec::new());
    }
    tracked(repository, remote, Refs::read(repository)?.refs)
}

/// The same of refs that are read already.
fn tracked(repository: &Repository, remote: &Remote, mut refs: Vec<Ref>) -> Result<Vec<Oid>, PushError> {
    let Some(name) = &remote.name else { return Ok(Vec::new()) };
    let prefix = format!("refs/remotes/{name}/");
    refs.retain(|known| known.name.starts_with(prefix.as_bytes()));
    // git is asked, since remotes may stand in any of its configuration files.
    if refs.is_empty() || !is_seen_where_pushed(repository, remote) {
        return Ok(Vec::new());
    }
    let others = destinations_of_others(repository, name)?;
    refs.retain(|known| !others.iter().any(|other| known.name.starts_with(other)));
    Ok(refs.into_iter().map(|known| known.oid).collect())
}

/// Whether a remote is fetched from where it is pushed to. With a `pushurl`, or several addresses, its tracking refs
/// tell of another repository.
fn is_seen_where_pushed(repository: &Repository, remote: &Remote) -> bool {
    let (Some(name), Some(address)) = (&remote.name, &remote.address) else { return true };
    let fetched = run_git(repository, &["ls-remote", "--get-url", name]);
    fetched.is_ok_and(|fetched| same_place(&String::from_utf8_lossy(&fetched), address))
}

/// Whether two addresses name one repository, whatever the protocol and the user.
fn same_place(one: &str, other: &str) -> bool {
    let place = |address: &str| {
        let address = address.trim().trim_end_matches('/');
        let (has_scheme, rest) = address.split_once("://").map_or((false, address), |(_, rest)| (true, rest));
        // `host:path` is ssh, unless a slash stands before the colon.
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
    place(one) == place(other)
}

/// Where the refs of other remotes go, by their names and by their settings: the beginnings of names.
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
    // One that may go anywhere says nothing.
    found.retain(|beginning| !beginning.is_empty());
    Ok(found)
}

/// What a push brings to the repository that receives it: everything that no ref has yet.
///
/// # Errors
/// The refs cannot be read.
pub fn revisions_of_receive(repository: &Repository, updates: &[Update]) -> Result<Revisions, PushError> {
    let included = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    let excluded = Refs::read(repository)?.refs.into_iter().map(|name| name.oid).collect();
    Ok(Revisions { included, excluded })
}

/// A commit message without what `git commit -v` appends below its scissors line.
#[must_use]
pub fn without_diff(message: &[u8]) -> &[u8] {
    const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";
    let Some(at) = memchr::memmem::find(message, SCISSORS) else { return message };
    let line = message[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // The line is the comment sign, a space and the scissors; comments follow that say what it is. A line that
    // stands there without them is not git's own, and git may leave all that follows in the message.
    let sign = message[line..at].trim_ascii_end();
    let after = message[at + SCISSORS.len()..].strip_prefix(b"\n").unwrap_or_default();
    let is_gits = (1..=5).contains(&sign.len()) && after.starts_with(sign);
    if is_gits { &message[..line] } else { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_others_refused() {
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
    fn addresses_of_one_repository_are_known_as_such() {
        let url = "https://github.com/a/b.git";
        for other in [
            "git@github.com:a/b",
            "ssh://git@GitHub.com:22/a/b.git/",
            "git://github.com/a/b",
            "git@github.com:/a/b\n",
        ] {
            assert!(same_place(url, other), "{other}");
        }
        for other in ["https://github.com/a/c.git", "git@gitlab.com:a/b.git", "/a/b.git", "../b.git", ""] {
            assert!(!same_place(url, other), "{other}");
        }
        assert!(same_place("../far.git", "../far") && !same_place("../far.git", "../near.git"));
        assert!(same_place("/c:/far.git", "/c:/far"));
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
