//! Tokens of forges, from the environment that the process was started with. A token is sent to the host of its forge
//! only, and is in no argument and no file.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{FORGES, Forge};

/// A token for a host.
pub(crate) struct Token {
    forge: &'static Forge,
    host: String,
    value: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Token({} ..)", self.host)
    }
}

/// Returns the names of all variables with tokens.
pub(crate) fn token_variables() -> Vec<&'static str> {
    FORGES.iter().flat_map(|forge| forge.token_variables).copied().collect()
}

impl Token {
    /// Returns the token for a host, if the environment has one that belongs to it: the public host of a forge, or the one
    /// that a variable of the forge names.
    pub(crate) fn for_host(host: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let is_named =
            |name: &&'static str| variable(name).is_some_and(|named| named.eq_ignore_ascii_case(host));
        let forge = FORGES
            .iter()
            .find(|forge| forge.host == Some(host) || forge.host_variables.iter().any(is_named))?;
        Self::of_forge(forge, host, variable)
    }

    /// Returns the token of a forge for a host that the user has named himself.
    pub(super) fn of_forge(
        forge: &'static Forge,
        host: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        let is_plain =
            |value: &String| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
        let value = forge.token_variables.iter().find_map(|name| variable(name).filter(is_plain))?;
        Some(Self { forge, host: host.to_owned(), value })
    }

    /// Returns the header of a request to the API.
    pub(super) fn header(&self) -> (String, String) {
        let scheme = if self.forge.kind == super::Kind::Gitea { "token" } else { "Bearer" };
        ("authorization".to_owned(), format!("{scheme} {}", self.value))
    }

    /// Returns a setting of git, for its environment: git sends the token to this host only.
    pub(crate) fn git_setting(&self) -> (String, String) {
        let credentials = STANDARD.encode(format!("{}:{}", self.forge.user, self.value));
        (format!("http.https://{}/.extraHeader", self.host), format!("Authorization: Basic {credentials}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<String> {
        let known = [
            ("GITHUB_TOKEN", "one"),
            ("GH_TOKEN", "two"),
            ("GITLAB_TOKEN", "a\nb"),
            ("GITEA_TOKEN", "three"),
            ("GITEA_HOST", "Git.example.org"),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_token_is_for_the_host_of_its_forge_only() {
        let token = Token::for_host("github.com", &variable).unwrap();
        assert_eq!(token.header().1, "Bearer one");
        let (name, value) = token.git_setting();
        assert_eq!(name, "http.https://github.com/.extraHeader");
        assert_eq!(value, format!("Authorization: Basic {}", STANDARD.encode("x-access-token:one")));
        assert_eq!(Token::for_host("git.example.org", &variable).unwrap().header().1, "token three");
        for host in ["github.com.evil.example", "evil.example", "gitlab.com", "bitbucket.org", ""] {
            assert!(Token::for_host(host, &variable).is_none(), "{host}");
        }
        assert!(!format!("{token:?}").contains("one"));
        assert!(token_variables().contains(&"GH_TOKEN"));
    }
}
