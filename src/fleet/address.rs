//! The address of a repository: a path or a URL, in one canonical text without credentials.
//!
//! Texts come from the command line, from lists and from inventories, so any of them may be hostile: an option of git,
//! a remote helper that runs a program, a line break that imitates another entry.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::git::{os_string, path_bytes};
use crate::text::{escape_path, unescape_path};

/// The schemes of URLs that git may be called with.
const SCHEMES: [&str; 4] = ["https", "http", "ssh", "git"];

/// The longest address, in bytes.
const MAX_BYTES: usize = 4096;

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Address {
    /// A folder, read where it lies.
    Path(PathBuf),
    /// A URL without a password, or the form `user@host:path`.
    Url(String),
}

/// Why a text is no address. No text of the address is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum AddressError {
    #[error("it is empty or longer than {MAX_BYTES} bytes")]
    Length,
    #[error("it has a line break, a space or an invisible character")]
    Character,
    #[error("its scheme is not one of https, http, ssh, git, file")]
    Scheme,
    #[error("it names a remote helper of git, which may run any program")]
    RemoteHelper,
    #[error("its host is missing or has an invalid character")]
    Host,
    #[error("it has no path")]
    NoPath,
    #[error("it has a query or a fragment, which may hold a token")]
    Query,
    #[error("a password is in it at a place where it cannot be taken out")]
    Password,
    #[error("the path is not absolute")]
    Relative,
}

/// An address, and whether credentials were taken out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) address: Address,
    pub(crate) had_credentials: bool,
}

impl Parsed {
    const fn plain(address: Address) -> Self {
        Self { address, had_credentials: false }
    }
}

impl Address {
    /// Reads what a person wrote: a path, a `file://` URL, a URL, or `user@host:path`. A path is not resolved.
    ///
    /// # Errors
    /// It is a URL that git must not be called with.
    pub(crate) fn parse(text: &OsStr) -> Result<Parsed, AddressError> {
        let path = Path::new(text);
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(AddressError::Length);
        }
        let Some(text) = text.to_str() else { return Ok(Parsed::plain(Self::Path(path.to_path_buf()))) };
        if let Some((scheme, rest)) = text.split_once("://") {
            return parse_url(&scheme.to_ascii_lowercase(), rest);
        }
        // git takes a text for a path if a slash comes before the first colon.
        let is_remote = text.find(':').is_some_and(|colon| !text[..colon].contains('/'));
        if !is_remote || cfg!(windows) && text.find(':') == Some(1) || path.exists() {
            return Ok(Parsed::plain(Self::Path(path.to_path_buf())));
        }
        parse_short(text)
    }

    /// Reads the canonical text of an inventory.
    ///
    /// # Errors
    /// It is not the canonical text of an address.
    pub(crate) fn from_canonical(text: &str) -> Result<Self, AddressError> {
        if text.contains("://") || !text.starts_with('/') && !cfg!(windows) {
            let parsed = Self::parse(OsStr::new(text))?;
            return match parsed.address {
                Self::Url(url) if url == text => Ok(Self::Url(url)),
                Self::Url(_) => Err(AddressError::Password),
                Self::Path(_) => Err(AddressError::Relative),
            };
        }
        let path = unescape_path(text).ok_or(AddressError::Character)?;
        let path = PathBuf::from(os_string(&path));
        if !path.is_absolute() {
            return Err(AddressError::Relative);
        }
        if escape_path(&path_bytes(&path)) == text {
            Ok(Self::Path(path))
        } else {
            Err(AddressError::Character)
        }
    }

    /// Returns the canonical text: the path with unusual bytes percent-escaped, or the URL.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Path(path) => escape_path(&path_bytes(path)),
            Self::Url(url) => url.clone(),
        }
    }

    /// Returns the host of a URL, in lowercase and without a port; `None` for a path.
    pub(crate) fn host(&self) -> Option<String> {
        let Self::Url(url) = self else { return None };
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let end = rest.find(['/', ':']).unwrap_or(rest.len());
        let authority = &rest[..end];
        Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase())
    }
}

/// Reads `//authority/path` of a URL.
fn parse_url(scheme: &str, rest: &str) -> Result<Parsed, AddressError> {
    if scheme == "file" {
        let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
        let path = unescape_path(path).ok_or(AddressError::Character)?;
        let path = PathBuf::from(os_string(&path));
        return if path.is_absolute() {
            Ok(Parsed::plain(Address::Path(path)))
        } else {
            Err(AddressError::Host)
        };
    }
    if !SCHEMES.contains(&scheme) {
        return Err(AddressError::Scheme);
    }
    check_characters(rest)?;
    if rest.contains(['?', '#']) {
        return Err(AddressError::Query);
    }
    let (authority, path) = rest.split_once('/').ok_or(AddressError::NoPath)?;
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    check_host(host)?;
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Err(AddressError::NoPath);
    }
    // Only ssh needs a name; elsewhere it may be a token.
    let name = user.and_then(|user| user.split(':').next()).filter(|_| scheme == "ssh");
    let had_credentials = user.is_some() && name != user;
    let name = name.map(|name| check_user(name).map(|()| format!("{name}@"))).transpose()?;
    let host = host.to_ascii_lowercase();
    let url = format!("{scheme}://{}{host}/{path}", name.unwrap_or_default());
    Ok(Parsed { address: Address::Url(url), had_credentials })
}

/// Reads `user@host:path`.
fn parse_short(text: &str) -> Result<Parsed, AddressError> {
    if text.contains("::") {
        return Err(AddressError::RemoteHelper);
    }
    check_characters(text)?;
    let (authority, path) = text.split_once(':').ok_or(AddressError::Host)?;
    // `user:password@host:path` has its password in the place of the path.
    if path.split('/').next().is_some_and(|first| first.contains('@')) {
        return Err(AddressError::Password);
    }
    if path.contains(['?', '#']) {
        return Err(AddressError::Query);
    }
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            check_user(user)?;
            host
        }
        None => authority,
    };
    check_host(host)?;
    if path.is_empty() || path.starts_with('-') {
        return Err(AddressError::NoPath);
    }
    Ok(Parsed::plain(Address::Url(text.to_owned())))
}

fn check_characters(text: &str) -> Result<(), AddressError> {
    let is_plain = text.chars().all(|character| character.is_ascii_graphic() || character.is_alphanumeric());
    // The canonical text is shown in reports, so it is its own escaped form, percent signs of a URL aside.
    let shown = escape_path(text.replace('%', "").as_bytes());
    if is_plain && !shown.contains('%') && !text.contains('\\') {
        Ok(())
    } else {
        Err(AddressError::Character)
    }
}

fn check_host(host: &str) -> Result<(), AddressError> {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || ".-_:[]".contains(character);
    let is_host = !host.is_empty() && !host.starts_with(['-', '.', ':']) && host.chars().all(is_allowed);
    if is_host { Ok(()) } else { Err(AddressError::Host) }
}

fn check_user(user: &str) -> Result<(), AddressError> {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || "._-+".contains(character);
    let is_user = !user.is_empty() && !user.starts_with('-') && user.chars().all(is_allowed);
    if is_user { Ok(()) } else { Err(AddressError::Host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Parsed, AddressError> {
        Address::parse(OsStr::new(text))
    }

    fn url(text: &str) -> Address {
        Address::Url(text.to_owned())
    }

    #[test]
    fn a_url_has_one_form_and_keeps_no_credentials() {
        for (text, expected, had_credentials) in [
            ("https://example.org/a/b.git", "https://example.org/a/b.git", false),
            ("HTTPS://Example.ORG/a/B.git/", "https://example.org/a/B.git", false),
            ("https://ada:pw@example.org/a", "https://example.org/a", true),
            ("https://pw@example.org:8443/a", "https://example.org:8443/a", true),
            ("https://a@b:c@example.org/a", "https://example.org/a", true),
            ("ssh://git@example.org:22/a", "ssh://git@example.org:22/a", false),
            ("ssh://git:pw@example.org/a", "ssh://git@example.org/a", true),
            ("git@example.org:acme/a.git", "git@example.org:acme/a.git", false),
            ("example.org:acme/a.git", "example.org:acme/a.git", false),
            ("git://example.org/a%20b", "git://example.org/a%20b", false),
        ] {
            let expected = Parsed { address: url(expected), had_credentials };
            assert_eq!(parsed(text), Ok(expected.clone()), "{text}");
            assert_eq!(Address::from_canonical(&expected.address.canonical()), Ok(expected.address));
        }
        assert_eq!(url("ssh://git@Example.org:22/a").host().as_deref(), Some("example.org"));
        assert_eq!(url("git@example.org:a").host().as_deref(), Some("example.org"));
    }

    #[test]
    fn a_hostile_url_is_refused() {
        for (text, expected) in [
            ("ext::sh -c touch% /tmp/x", AddressError::RemoteHelper),
            ("ext://sh", AddressError::Scheme),
            ("ftp://example.org/a", AddressError::Scheme),
            ("https://-oProxyCommand=x/a", AddressError::Host),
            ("ssh://-x@example.org/a", AddressError::Host),
            ("-oProxyCommand=x:a", AddressError::Host),
            ("git@-x:a", AddressError::Host),
            ("example.org:-x", AddressError::NoPath),
            ("https://example.org/a\nhttps://example.org/b", AddressError::Character),
            ("https://example.org/a b", AddressError::Character),
            ("https://example.org/a\u{202e}b", AddressError::Character),
            ("https://example.org/a?token=x", AddressError::Query),
            ("https://example.org/a#x", AddressError::Query),
            ("https://example.org/", AddressError::NoPath),
            ("https://example.org", AddressError::NoPath),
            ("https:///a", AddressError::Host),
            ("ada:pw@example.org:a", AddressError::Password),
            ("", AddressError::Length),
        ] {
            assert_eq!(parsed(text), Err(expected), "{text}");
        }
        for text in ["https://ada@example.org/a", "HTTPS://example.org/a", "a/b", "-x", "../a"] {
            assert!(Address::from_canonical(text).is_err(), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_path_is_any_sequence_of_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        for bytes in [&b"/srv/a"[..], b"/srv/a\nb", b"/srv/\xff%", b"/-x", b"/a:b", b"/--upload-pack=x"] {
            let path = PathBuf::from(OsStr::from_bytes(bytes));
            let address = Address::parse(path.as_os_str()).unwrap().address;
            assert_eq!(address, Address::Path(path));
            let text = address.canonical();
            assert!(!text.contains('\n'));
            assert_eq!(Address::from_canonical(&text), Ok(address), "{text}");
        }
        assert_eq!(parsed("file:///srv/a%20b").unwrap().address, Address::Path("/srv/a b".into()));
        assert_eq!(parsed("file://localhost/srv/a").unwrap().address, Address::Path("/srv/a".into()));
        assert_eq!(parsed("file://other/srv/a"), Err(AddressError::Host));
        assert_eq!(Address::from_canonical("/srv/%2fa"), Err(AddressError::Character));
    }
}
