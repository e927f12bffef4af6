//! The credential of the person who asks, from the environment of the process.

use std::fmt;

/// The variables with a credential, the first one that is set counts, and whether it is an OAuth token.
const VARIABLES: [(&str, bool); 3] =
    [("ANTHROPIC_ADMIN_KEY", false), ("ANTHROPIC_ADMIN_API_KEY", false), ("ANTHROPIC_OAUTH_TOKEN", true)];

/// A credential for the Admin API. It does not print itself.
pub(crate) struct Credential {
    value: String,
    is_oauth: bool,
}

impl Credential {
    /// The names of the variables, for readers.
    pub(crate) const NAMES: &'static str =
        "`ANTHROPIC_ADMIN_KEY`, `ANTHROPIC_ADMIN_API_KEY` or `ANTHROPIC_OAUTH_TOKEN`";

    /// Reads the credential from an environment; `None` if no variable has one that a header can hold.
    pub(crate) fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let is_usable =
            |value: &String| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
        VARIABLES.into_iter().find_map(|(name, is_oauth)| {
            let value = variable(name).map(|value| value.trim().to_owned()).filter(is_usable)?;
            Some(Self { value, is_oauth })
        })
    }

    /// Whether it is this value.
    pub(crate) fn is(&self, value: &[u8]) -> bool {
        self.value.as_bytes() == value
    }

    /// Returns the headers of a request with this credential.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let version = ("anthropic-version".to_owned(), "2023-06-01".to_owned());
        if self.is_oauth {
            let bearer = ("authorization".to_owned(), format!("Bearer {}", self.value));
            return vec![version, bearer, ("anthropic-beta".to_owned(), "oauth-2025-04-20".to_owned())];
        }
        vec![version, ("x-api-key".to_owned(), self.value.clone())]
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credential(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_counts_and_says_how_it_is_sent() {
        let of = |set: &[(&str, &str)]| {
            let set: Vec<(String, String)> =
                set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Credential::of_environment(&move |name| {
                set.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            })
        };
        assert!(of(&[]).is_none() && of(&[("ANTHROPIC_ADMIN_KEY", " ")]).is_none());
        assert!(of(&[("ANTHROPIC_ADMIN_KEY", "a\r\nx: y")]).is_none());
        let key = of(&[("ANTHROPIC_OAUTH_TOKEN", "token"), ("ANTHROPIC_ADMIN_API_KEY", "key")]).unwrap();
        assert!(key.is(b"key") && !key.is(b"token"));
        assert!(key.headers().contains(&("x-api-key".to_owned(), "key".to_owned())));
        let token = of(&[("ANTHROPIC_OAUTH_TOKEN", "token")]).unwrap();
        assert!(token.headers().contains(&("authorization".to_owned(), "Bearer token".to_owned())));
        assert_eq!(format!("{token:?}"), "Credential(..)");
    }
}
