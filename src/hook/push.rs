//! What a push brings, as git tells its hooks. Formats: git's documentation, `githooks`, "pre-push" and
//! "pre-receive".

use thiserror::Error;

use crate::source::git::{Objects, Oid, OpenError, PlumbingError, RefError, Refs, Repository, run};
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
    Objects(#[from] OpenError),
    /// git cannot be asked for its remotes.
    #[error(transparent)]
    Git(#[from] PlumbingError),
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

/// What a push brings that the remote does not have: by what it says of the pushed refs, and by what was last
/// seen of it. Another remote's refs do not count, since a push may carry commits from one to the other.
///
/// # Errors
/// The refs or objects cannot be read.
pub fn revisions_of_push(
    repository: &Repository,
    remote: Option<&str>,
    updates: &[Update],
) -> Result<Revisions, PushError> {
    let wanted: Vec<Oid> = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    if wanted.is_empty() {
        return Ok(Revisions::default());
    }
    let objects = Objects::open(repository)?;
    let mut unwanted = known_to(repository, remote)?;
    unwanted.extend(updates.iter().map(|update| update.old).filter(|oid| !oid.is_zero() && objects.has(oid)));
    Ok(Revisions { wanted, unwanted })
}

/// What was last seen of a remote: its tracking refs.
///
/// # Errors
/// The refs cannot be read.
pub fn known_to(repository: &Repository, remote: Option<&str>) -> Result<Vec<Oid>, PushError> {
    let Some(remote) = remote else { return Ok(Vec::new()) };
    let prefix = format!("refs/remotes/{remote}/");
    let mut refs = Refs::read(repository)?.refs;
    refs.retain(|name| name.name.starts_with(prefix.as_bytes()));
    if !refs.is_empty() {
        // `origin/fork` may be a remote of its own, whose refs lie below those of `origin`. git is asked, since
        // remotes may stand in any of its configuration files.
        let remotes = run(repository, &["remote"])?;
        let others: Vec<Vec<u8>> = remotes
            .split(|byte| *byte == b'\n')
            .filter(|other| other.starts_with(format!("{remote}/").as_bytes()))
            .map(|other| [b"refs/remotes/", other, b"/"].concat())
            .collect();
        refs.retain(|name| !others.iter().any(|other| name.name.starts_with(other)));
    }
    Ok(refs.into_iter().map(|name| name.oid).collect())
}

/// What a push brings to the repository that receives it: everything that no ref has yet.
///
/// # Errors
/// The refs cannot be read.
pub fn revisions_of_receive(repository: &Repository, updates: &[Update]) -> Result<Revisions, PushError> {
    let wanted = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    let unwanted = Refs::read(repository)?.refs.into_iter().map(|name| name.oid).collect();
    Ok(Revisions { wanted, unwanted })
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
