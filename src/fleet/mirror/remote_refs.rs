//! The refs of a remote repository, as `git ls-remote --symref` prints them.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::git_call::{GitCalls, GitFault};
use crate::fleet::tips::{RepositoryState, digest_tips};

/// The refs of a remote repository.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteRefs {
    /// The branch that `HEAD` names.
    pub(crate) head: Option<Vec<u8>>,
    /// The object that `HEAD` leads to, in hexadecimal digits.
    pub(crate) head_oid: Option<String>,
    /// Names with object ids, `HEAD` included.
    tips: BTreeSet<(Vec<u8>, String)>,
}

impl RemoteRefs {
    /// Asks a remote repository.
    pub(super) fn ask(calls: &GitCalls<'_>, url: &str) -> Result<Self, GitFault> {
        let arguments = ["--symref", "--quiet", "--", url].map(OsStr::new);
        Ok(Self::parse(&calls.run("ls-remote", None, &arguments)?))
    }

    fn parse(answer: &[u8]) -> Self {
        let mut refs = Self::default();
        for line in answer.split(|byte| *byte == b'\n') {
            let Some(tab) = memchr::memchr(b'\t', line) else { continue };
            let (value, name) = (&line[..tab], &line[tab + 1..]);
            if let Some(target) = value.strip_prefix(b"ref: ") {
                if name == b"HEAD" {
                    refs.head = Some(target.to_vec());
                }
                continue;
            }
            let is_oid = matches!(value.len(), 40 | 64) && value.iter().all(u8::is_ascii_hexdigit);
            // `name^{}` is the target of a tag.
            let is_ref = name == b"HEAD" || name.starts_with(b"refs/") && !name.ends_with(b"^{}");
            if is_oid && is_ref {
                let oid = String::from_utf8_lossy(value).into_owned();
                if name == b"HEAD" {
                    refs.head_oid = Some(oid.clone());
                }
                refs.tips.insert((name.to_vec(), oid));
            }
        }
        if refs.head_oid.is_none() {
            refs.head = None;
        }
        refs
    }

    /// Returns the digests of a mirror with these refs.
    pub(crate) fn state(&self) -> RepositoryState {
        RepositoryState { tips: digest_tips(self.head.as_deref(), self.tips.clone()), local: None }
    }

    /// Whether object ids are SHA-256.
    pub(super) fn is_sha256(&self) -> bool {
        self.tips.iter().any(|(_, oid)| oid.len() == 64)
    }

    /// Returns the content of the file `HEAD` of a mirror.
    pub(super) fn head_file(&self) -> Vec<u8> {
        let is_branch = |name: &&Vec<u8>| {
            name.starts_with(b"refs/") && name.iter().all(|byte| *byte > b' ' && *byte != 0x7f)
        };
        match (self.head.as_ref().filter(is_branch), &self.head_oid) {
            (Some(branch), _) => [b"ref: ", &branch[..], b"\n"].concat(),
            (None, Some(oid)) => format!("{oid}\n").into_bytes(),
            (None, None) => b"ref: refs/heads/main\n".to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_git_is_read() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let answer = format!(
            "ref: refs/heads/main\tHEAD\n{one}\tHEAD\n{one}\trefs/heads/main\n{two}\trefs/tags/v1\n{one}\trefs/tags/v1^{{}}\n\
             noise\n{one}\tx\n"
        );
        let refs = RemoteRefs::parse(answer.as_bytes());
        assert_eq!(refs.tips.len(), 3);
        assert_eq!(refs.head_file(), b"ref: refs/heads/main\n");
        assert!(!refs.is_sha256());
        let detached = RemoteRefs::parse(format!("{one}\tHEAD\n").as_bytes());
        assert_eq!(detached.head_file(), format!("{one}\n").into_bytes());
        assert_ne!(detached.state(), refs.state());
        let unborn = RemoteRefs::parse(b"ref: refs/heads/main\tHEAD\n");
        assert_eq!((unborn.head.is_none(), unborn.state()), (true, RemoteRefs::default().state()));
        assert_eq!(unborn.head_file(), b"ref: refs/heads/main\n");
    }
}
