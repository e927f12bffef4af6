//! The commits that a push transfers, from the lines that git passes to its hooks. Formats: git's documentation,
//! `githooks`, "pre-push" and "pre-receive".
//!
//! Reads refs; reads no content and scans nothing.

use miette::Diagnostic;
use thiserror::Error;

use super::remote_refs::{KnownTips, Remote, known_tips};
use crate::git::{GitCommandError, ObjectDatabase, Oid, OpenError, RefError, Refs, Repository, run_git};
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
    /// Reads the lines of `pre-push`: local ref, local object, remote ref, remote object. The local ref is whatever the
    /// user wrote, with spaces in it: `HEAD@{5 minutes ago}`.
    ///
    /// # Errors
    /// Fails if a line has another format.
    pub fn parse_push(input: &[u8]) -> Result<Vec<Self>, PushError> {
        Self::parse(input, |line| match line.rsplitn(4, |byte| *byte == b' ').collect::<Vec<_>>()[..] {
            [old, name, new, _] => Some((new, old, name)),
            _ => None,
        })
    }

    /// Reads the lines of `pre-receive`: old object, new object, ref.
    ///
    /// # Errors
    /// Fails if a line has another format.
    pub fn parse_receive(input: &[u8]) -> Result<Vec<Self>, PushError> {
        Self::parse(input, |line| match line.split(|byte| *byte == b' ').collect::<Vec<_>>()[..] {
            [old, new, name] => Some((new, old, name)),
            _ => None,
        })
    }

    fn parse<'i>(
        input: &'i [u8],
        pick: impl Fn(&'i [u8]) -> Option<(&'i [u8], &'i [u8], &'i [u8])>,
    ) -> Result<Vec<Self>, PushError> {
        let lines = input.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(at, line)| {
                let update = pick(line).and_then(|(new, old, name)| {
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

/// The commits that a push transfers.
#[derive(Clone, Debug, Default)]
pub(crate) struct PushedCommits {
    /// All commits that the remote does not have, as far as is known.
    pub revisions: Revisions,
    /// A tracking ref that differs from the remote's ref. Then all tracking refs of the remote are ignored.
    pub outdated: Option<Vec<u8>>,
}

/// Returns the commits of a push that the remote does not have, as far as is known: see [`known_tips`]. The objects that
/// git says the remote's refs have now are known in any case.
///
/// # Errors
/// Fails if the refs or the objects cannot be read, or if git cannot be asked for the remotes.
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
    let KnownTips { tips: mut excluded, outdated } = known_tips(repository, &objects, remote, updates)?;
    excluded.extend(
        updates.iter().map(|update| update.old).filter(|oid| !oid.is_zero() && objects.contains(oid)),
    );
    Ok(PushedCommits { revisions: Revisions { included, excluded }, outdated })
}

/// Returns the tips that a remote has, for a push whose refs are not known.
///
/// # Errors
/// Fails if the refs or the objects cannot be read, or if git cannot be asked for the remotes.
pub(crate) fn remote_tips(repository: &Repository, remote: &Remote) -> Result<Vec<Oid>, PushError> {
    Ok(known_tips(repository, &ObjectDatabase::open(repository)?, remote, &[])?.tips)
}

/// The commits that a push brings to the repository that receives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReceivedCommits {
    /// The commits that are new to the main branch, if the push moves it. They are read although another branch may have
    /// them: what was pushed there may have been read with another policy, or before the hook was there.
    pub main: Revisions,
    /// The commits of all other refs that no ref has yet.
    pub others: Revisions,
}

/// Returns the commits that a push brings to the repository that receives it. The main branch is the one of `HEAD`.
///
/// # Errors
/// Fails if the refs cannot be read.
pub(crate) fn received_commits(
    repository: &Repository,
    updates: &[Update],
) -> Result<ReceivedCommits, PushError> {
    let main = main_branch(repository)?;
    let is_main = |update: &&Update| main.as_ref() == Some(&update.remote_name);
    let new = |updates: &mut dyn Iterator<Item = &Update>| {
        updates.map(|update| update.new).filter(|oid| !oid.is_zero()).collect()
    };
    Ok(ReceivedCommits {
        main: Revisions {
            included: new(&mut updates.iter().filter(is_main)),
            excluded: Refs::read_head(repository)?.into_iter().collect(),
        },
        others: Revisions {
            included: new(&mut updates.iter().filter(|update| !is_main(update))),
            excluded: Refs::read(repository)?.all.into_iter().map(|name| name.oid).collect(),
        },
    })
}

/// Returns the name of the main branch, the one of `HEAD`; `None` for a detached `HEAD`.
fn main_branch(repository: &Repository) -> Result<Option<Vec<u8>>, PushError> {
    match run_git(repository, &["symbolic-ref", "--quiet", "HEAD"]) {
        Ok(name) => Ok(Some(name.trim_ascii_end().to_vec())),
        Err(GitCommandError::Failed { is_silent: true, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
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
    fn the_local_ref_of_a_push_may_hold_spaces() {
        let (one, zero) = ("1".repeat(40), "0".repeat(40));
        for local in ["HEAD@{5 minutes ago}", "HEAD^{/fix the bug}", ":/two  words", "(delete)", ""] {
            let line = format!("{local} {one} refs/heads/b {zero}\n");
            let updates = Update::parse_push(line.as_bytes()).unwrap();
            assert_eq!(
                (updates[0].remote_name.as_slice(), updates[0].new.is_zero()),
                (&b"refs/heads/b"[..], false)
            );
        }
        for line in [format!("{one} refs/heads/b {zero}"), format!("a {one} refs/heads/b {zero} c")] {
            assert!(Update::parse_push(line.as_bytes()).is_err(), "{line}");
        }
    }
}
