//! `[rule.verify]`: how a live check asks a provider whether a secret still works.
//!
//! The table is read and checked; no code uses it yet. Nothing here opens a connection.

use serde::Deserialize;

use crate::validate::RuleError;

/// A request that asks a provider whether a secret still works. The connection is always HTTPS. An answer that neither
/// `live` nor `dead` describes means `unknown`.
///
/// Only built-in packs may have this table: a repository's own file could otherwise choose the host that receives its
/// secrets.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifySpec {
    /// The host that receives the request, such as `api.example.com`.
    pub host: String,
    /// The HTTP method.
    #[serde(default)]
    pub method: Method,
    /// The path and query, from `/` on.
    pub path: String,
    /// Header lines, such as `Authorization: Bearer {secret}`.
    #[serde(default)]
    pub headers: Vec<String>,
    /// The user name and password of HTTP basic authentication, such as `{secret}:`.
    pub basic_auth: Option<String>,
    /// The answers that prove that the secret works.
    pub live: AnswerSpec,
    /// The answers that prove that the secret does not work.
    pub dead: AnswerSpec,
}

/// The HTTP method of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// GET
    #[default]
    Get,
    /// POST with an empty body.
    Post,
}

/// A set of answers: a status of the list, and, if given, a text in the body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerSpec {
    /// The HTTP status codes.
    pub status: Vec<u16>,
    /// A text that the body has to contain.
    pub body: Option<String>,
}

/// The marker that is replaced by the secret.
const SECRET: &str = "{secret}";

impl VerifySpec {
    /// Checks what the types cannot: a plain host, a path, one `{secret}` and at least one status for each answer.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if self.host.is_empty() || !self.host.bytes().all(is_host) {
            return RuleError::plain("`verify.host` has to be a host name without a scheme, port or path");
        }
        if !self.path.starts_with('/') {
            return RuleError::plain("`verify.path` has to begin with `/`");
        }
        if self.headers.iter().any(|header| !header.contains(": ") || header.contains(['\r', '\n'])) {
            return RuleError::plain("each of `verify.headers` has to be one line `Name: value`");
        }
        let templates = self.headers.iter().chain(&self.basic_auth).chain([&self.path]);
        if templates.map(|template| template.matches(SECRET).count()).sum::<usize>() != 1 {
            return RuleError::plain(
                "`{secret}` has to occur once in `verify.path`, `verify.headers` or `verify.basic-auth`",
            );
        }
        if self.live.status.is_empty() || self.dead.status.is_empty() {
            return RuleError::plain("`verify.live` and `verify.dead` need a status each");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_names_one_request_and_the_answers() {
        let good = "host = \"api.example.com\"\npath = \"/v1/me\"\nheaders = [\"Authorization: Bearer {secret}\"]\n\
                    live = { status = [200], body = \"ok\" }\ndead = { status = [401, 403] }\n";
        let spec: VerifySpec = toml::from_str(good).unwrap();
        assert_eq!((spec.method, spec.check()), (Method::Get, Ok(())));
        for (from, to, expected) in [
            ("api.example.com", "https://api.example.com", "verify.host"),
            ("/v1/me", "v1/me", "verify.path"),
            ("Authorization: ", "Authorization=", "verify.headers"),
            ("{secret}", "", "{secret}"),
            ("/v1/me", "/v1/{secret}", "{secret}"),
            ("[401, 403]", "[]", "verify.dead"),
        ] {
            let spec: VerifySpec = toml::from_str(&good.replace(from, to)).unwrap();
            assert!(spec.check().unwrap_err().message.contains(expected), "{from} -> {to}");
        }
        assert!(toml::from_str::<VerifySpec>(&format!("{good}body = \"x\"")).is_err(), "an unknown key");
    }
}
