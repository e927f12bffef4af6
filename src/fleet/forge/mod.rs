//! Forges: their names on the command line, their hosts and tokens, and the lists of their repositories.

mod answer;
mod listing;
mod token;

use miette::Diagnostic;
use thiserror::Error;

pub(crate) use self::answer::Listed;
pub(crate) use self::listing::{Choice, Listing, Wanted};
pub(crate) use self::token::{Token, token_variables};

/// How a forge is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Github,
    Gitlab,
    Gitea,
    Bitbucket,
}

/// A kind of forge.
#[derive(Debug)]
pub(crate) struct Forge {
    pub(crate) kind: Kind,
    /// The name before the colon of a source.
    pub(crate) name: &'static str,
    /// The public host; `None` if there is none that everybody means.
    host: Option<&'static str>,
    /// The variables with the host of an installation of one's own, which gets the token as well.
    host_variables: &'static [&'static str],
    /// The variables with a token; the first one that is set counts.
    token_variables: &'static [&'static str],
    /// The name with which git uses a token as a password.
    user: &'static str,
}

/// The forges, in the order of the documentation.
pub(crate) static FORGES: [Forge; 4] = [
    Forge {
        kind: Kind::Github,
        name: "github",
        host: Some("github.com"),
        host_variables: &["GH_HOST"],
        token_variables: &["GITHUB_TOKEN", "GH_TOKEN"],
        user: "x-access-token",
    },
    Forge {
        kind: Kind::Gitlab,
        name: "gitlab",
        host: Some("gitlab.com"),
        host_variables: &["GITLAB_HOST"],
        token_variables: &["GITLAB_TOKEN"],
        user: "oauth2",
    },
    Forge {
        kind: Kind::Gitea,
        name: "gitea",
        host: None,
        host_variables: &["GITEA_HOST"],
        token_variables: &["GITEA_TOKEN"],
        user: "git",
    },
    Forge {
        kind: Kind::Bitbucket,
        name: "bitbucket",
        host: Some("bitbucket.org"),
        host_variables: &[],
        token_variables: &["BITBUCKET_TOKEN"],
        user: "x-token-auth",
    },
];

/// The repositories of an owner on a forge.
#[derive(Clone, Debug)]
pub(crate) struct ForgeSource {
    pub(crate) forge: &'static Forge,
    /// The host, in lowercase, perhaps with a port.
    pub(crate) host: String,
    /// The owner: an organisation, a user, a group with its parents, a workspace.
    pub(crate) owner: String,
}

/// A source that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum SourceError {
    #[error("{forge} needs the address of an installation")]
    #[diagnostic(code(skant::fleet::forge_host), help("write `{forge}:https://HOST/OWNER`"))]
    NoHost { forge: &'static str },
    #[error("the owner after `{forge}:` is empty or has a character that no owner has")]
    #[diagnostic(
        code(skant::fleet::forge_owner),
        help("write `{forge}:OWNER`, or `{forge}:https://HOST/OWNER` for an installation of your own")
    )]
    Owner { forge: &'static str },
}

impl ForgeSource {
    /// Reads `github:OWNER`, `gitlab:GROUP/SUBGROUP`, `gitea:https://HOST/OWNER` and the like; `None` if a text is no
    /// source.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, SourceError>> {
        let (name, rest) = text.split_once(':')?;
        let forge = FORGES.iter().find(|forge| forge.name == name)?;
        // `github:acme/a.git` is a host of the user's ssh settings.
        if rest.strip_suffix(".git").is_some() {
            return None;
        }
        let wrong = SourceError::Owner { forge: forge.name };
        let (host, owner) = match rest.strip_prefix("https://") {
            Some(rest) => match rest.split_once('/') {
                Some((host, owner)) => (host.to_ascii_lowercase(), owner),
                None => return Some(Err(wrong)),
            },
            None => match forge.host {
                Some(host) => (host.to_owned(), rest),
                None => return Some(Err(SourceError::NoHost { forge: forge.name })),
            },
        };
        let owner = owner.trim_end_matches('/');
        let has_parents = forge.kind == Kind::Gitlab;
        let is_host = |character: char| character.is_ascii_alphanumeric() || ".-:".contains(character);
        let is_right = is_path(owner) && (has_parents || !owner.contains('/'));
        if is_right && !host.is_empty() && host.chars().all(is_host) {
            Some(Ok(Self { forge, host, owner: owner.to_owned() }))
        } else {
            Some(Err(wrong))
        }
    }

    /// Returns the name of the source in an inventory.
    pub(crate) fn name(&self) -> String {
        let Self { forge, host, owner } = self;
        if forge.host == Some(host.as_str()) {
            format!("{}:{owner}", forge.name)
        } else {
            format!("{}:https://{host}/{owner}", forge.name)
        }
    }
}

/// Whether a text is names with slashes between them, as owners and repositories have.
fn is_path(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~+".contains(&byte);
    let is_name = |name: &str| {
        !name.is_empty() && !name.starts_with(['-', '.']) && name.len() <= 255 && name.bytes().all(is_allowed)
    };
    // A name may begin with a dot, `.github` for one, but is not `..`.
    let is_dotted = |name: &str| name.len() > 1 && name.starts_with('.') && is_name(&name[1..]);
    text.split('/').all(|name| is_name(name) || is_dotted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_forge_and_an_owner() {
        for (text, host, owner) in [
            ("github:acme", "github.com", "acme"),
            ("github:https://GHE.example.org/acme/", "ghe.example.org", "acme"),
            ("gitlab:group/sub", "gitlab.com", "group/sub"),
            ("gitea:https://git.example.org:3000/acme", "git.example.org:3000", "acme"),
            ("bitbucket:space", "bitbucket.org", "space"),
        ] {
            let source = ForgeSource::parse(text).unwrap().unwrap();
            assert_eq!((source.host.as_str(), source.owner.as_str()), (host, owner), "{text}");
            let again = ForgeSource::parse(&source.name()).unwrap().unwrap();
            assert_eq!((again.host, again.owner), (source.host, source.owner));
        }
        for text in ["/srv/a", "https://github.com/a/b", "github:acme/a.git", "other:acme", "acme"] {
            assert!(ForgeSource::parse(text).is_none(), "{text}");
        }
        for text in [
            "github:",
            "github:a/b",
            "github:..",
            "github:-x",
            "github:a?b",
            "gitea:acme",
            "gitea:https://x",
            "gitlab:a//b",
        ] {
            assert!(matches!(ForgeSource::parse(text), Some(Err(_))), "{text}");
        }
    }
}
