//! Which tracking refs the remotes write: their `fetch` settings, and those of git-svn.

use super::pushed_refs::PushError;
use crate::git::{GitSettings, Repository};

/// One `fetch` setting: refs of a remote, and the refs here that follow them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refspec {
    source: NamePattern,
    /// `None` if nothing follows them.
    destination: Option<NamePattern>,
    is_negative: bool,
}

/// A name of a ref with at most one `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NamePattern {
    before: Vec<u8>,
    /// The part after the `*`; `None` without one.
    after: Option<Vec<u8>>,
}

impl NamePattern {
    fn parse(text: &[u8]) -> Self {
        match memchr::memchr(b'*', text) {
            Some(star) => Self { before: text[..star].to_vec(), after: Some(text[star + 1..].to_vec()) },
            None => Self { before: text.to_vec(), after: None },
        }
    }

    /// Returns what the `*` stands for in a name; `None` if the name does not match.
    fn matched<'n>(&self, name: &'n [u8]) -> Option<&'n [u8]> {
        let rest = name.strip_prefix(&self.before[..])?;
        match &self.after {
            Some(after) => rest.strip_suffix(&after[..]),
            None => rest.is_empty().then_some(rest),
        }
    }

    fn filled(&self, middle: &[u8]) -> Vec<u8> {
        match &self.after {
            Some(after) => [&self.before[..], middle, after].concat(),
            None => self.before.clone(),
        }
    }
}

impl Refspec {
    pub(super) fn parse(text: &[u8]) -> Self {
        let (is_negative, text) = match text.strip_prefix(b"^") {
            Some(text) => (true, text),
            None => (false, text.strip_prefix(b"+").unwrap_or(text)),
        };
        let (source, destination) = match memchr::memchr(b':', text) {
            Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
            None => (text, None),
        };
        let destination = destination.filter(|text| !text.is_empty()).map(NamePattern::parse);
        Self { source: NamePattern::parse(source), destination, is_negative }
    }

    /// Returns the ref here that follows a ref of the remote.
    pub(super) fn destination_of(&self, name: &[u8]) -> Option<Vec<u8>> {
        let middle = self.source.matched(name).filter(|_| !self.is_negative)?;
        Some(self.destination.as_ref()?.filled(middle))
    }

    /// Returns the ref of the remote that a ref here follows.
    fn source_of(&self, name: &[u8]) -> Option<Vec<u8>> {
        Some(self.source.filled(self.destination.as_ref()?.matched(name)?))
    }
}

/// The `fetch` settings of all remotes, seen from one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FetchSettings {
    /// Those of this remote; empty if it has no address of its own, as a removed one.
    pub own: Vec<Refspec>,
    /// Those of all others, and of git-svn.
    others: Vec<Refspec>,
}

impl FetchSettings {
    /// Asks git for the settings.
    ///
    /// # Errors
    /// Fails if git cannot read its settings.
    pub(super) fn read(repository: &Repository, name: &str) -> Result<Self, PushError> {
        let expression = r"^(remote\..*\.(url|fetch)|svn-remote\..*)$";
        Ok(Self::new(&GitSettings::read(repository, &[], expression)?, name))
    }

    fn new(answer: &GitSettings, name: &str) -> Self {
        let (mut settings, mut has_address) = (Self::default(), false);
        let (own_fetch, own_url) = (format!("remote.{name}.fetch"), format!("remote.{name}.url"));
        for (key, value) in answer.iter() {
            let Some(value) = value else { continue };
            if key == own_url.as_bytes() {
                has_address = true;
            } else if key == own_fetch.as_bytes() {
                settings.own.push(Refspec::parse(value));
            } else if key.starts_with(b"svn-remote.") || key.ends_with(b".fetch") {
                settings.others.push(Refspec::parse(value));
            }
        }
        if !has_address {
            settings.own.clear();
        }
        settings
    }

    /// Whether a ref here follows a ref of this remote and no other remote writes it. Only names below `refs/remotes/`
    /// count: a mirror also writes branches, which are edited here. `HEAD` follows another tracking ref.
    pub(super) fn writes(&self, name: &[u8]) -> bool {
        let is_excluded = |source: &[u8]| {
            self.own.iter().any(|refspec| refspec.is_negative && refspec.source.matched(source).is_some())
        };
        let followed = self.own.iter().filter(|refspec| !refspec.is_negative);
        let mut sources = followed.filter_map(|refspec| refspec.source_of(name));
        name.starts_with(b"refs/remotes/")
            && !name.ends_with(b"/HEAD")
            && sources.any(|source| source.starts_with(b"refs/") && !is_excluded(&source))
            && !self.others.iter().any(|refspec| refspec.source_of(name).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(lines: &[(&str, &str)], name: &str) -> FetchSettings {
        let answer =
            lines.iter().map(|(key, value)| format!("{key}\n{value}\0")).collect::<Vec<_>>().concat();
        FetchSettings::new(&GitSettings::from(answer.as_str()), name)
    }

    #[test]
    fn a_remote_writes_the_refs_of_its_present_settings() {
        let url = ("remote.origin.url", "https://host/a");
        let usual = ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
        let main: &[u8] = b"refs/remotes/origin/main";
        for (lines, is_written) in [
            (vec![url, usual], true),
            (vec![url, ("remote.origin.fetch", "+refs/heads/main:refs/remotes/origin/main")], true),
            (vec![usual], false),
            (vec![url], false),
            (vec![url, ("remote.origin.fetch", "+refs/heads/*:refs/remotes/up/*")], false),
            (vec![url, ("remote.origin.fetch", "refs/heads/main")], false),
            (vec![url, usual, ("remote.origin.fetch", "^refs/heads/main")], false),
            (vec![url, usual, ("remote.origin.fetch", "^refs/heads/other")], true),
            (vec![url, usual, ("remote.x.fetch", "+refs/heads/*:refs/remotes/origin/*")], false),
            (vec![url, usual, ("remote.x.fetch", "+refs/heads/*:refs/remotes/origin/x/*")], true),
            (vec![url, usual, ("svn-remote.svn.fetch", "trunk:refs/remotes/origin/main")], false),
            (vec![url, usual, ("svn-remote.svn.branches", "branches/*:refs/remotes/origin/*")], false),
            (vec![url, usual, ("svn-remote.svn.url", "https://host/svn")], true),
        ] {
            assert_eq!(settings(&lines, "origin").writes(main), is_written, "{lines:?}");
        }
        let mirror = settings(&[url, ("remote.origin.fetch", "+refs/*:refs/*")], "origin");
        assert!(!mirror.writes(b"refs/heads/main") && !mirror.writes(b"refs/tags/v1"));
        assert!(!settings(&[url, usual], "origin").writes(b"refs/remotes/origin/HEAD"));
    }

    #[test]
    fn a_refspec_leads_both_ways() {
        let refspec = Refspec::parse(b"+refs/heads/*:refs/remotes/o/x-*");
        assert_eq!(refspec.destination_of(b"refs/heads/a/b").as_deref(), Some(&b"refs/remotes/o/x-a/b"[..]));
        assert_eq!(refspec.source_of(b"refs/remotes/o/x-a").as_deref(), Some(&b"refs/heads/a"[..]));
        assert_eq!(refspec.destination_of(b"refs/tags/a"), None);
        assert_eq!(Refspec::parse(b"^refs/heads/*").destination_of(b"refs/heads/a"), None);
    }
}
