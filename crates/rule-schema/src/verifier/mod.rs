//! The TOML form of a verifier: the one request that asks a provider whether a secret still works, and what each answer
//! means. `docs/verifiers.md` explains the keys with examples.
//!
//! Nothing here opens a connection.

mod check;
mod revoke;
mod template;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use check::parse_verifiers;
pub use revoke::{RevokeAnswerSpec, RevokeSpec, Revoked};
pub use template::{Placeholder, Template, TemplatePart};

/// The verifiers of one provider: a file of `rules/verifiers/`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifierFile {
    /// The provider's name, for readers.
    pub name: String,
    /// The verifiers.
    pub verifier: Vec<VerifierSpec>,
}

/// How to ask for the secrets of some rules.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifierSpec {
    /// The ids of the rules.
    pub rules: Vec<String>,
    /// The address of the documentation of the request, or of the reason for none.
    pub source: String,
    /// The request; absent if there is no harmless one.
    pub request: Option<RequestSpec>,
    /// Why there is no request. Such a secret is always `unknown`, unless it states an expiry that has passed.
    pub no_request: Option<String>,
    /// What the answers mean; the first one that fits counts. An answer that fits none is `unknown`.
    #[serde(default)]
    pub answer: Vec<AnswerSpec>,
    /// What a live answer says about the owner.
    #[serde(default)]
    pub fact: Vec<FactSpec>,
    /// How a secret is revoked by the secret itself; absent if that needs another credential, or a person.
    pub revoke: Option<RevokeSpec>,
}

/// The request. The connection is always HTTPS, to port 443.
///
/// In `path`, `headers`, `basic`, `form` and `json`, `{secret}` stands for the secret, `{companion}` for the other part of
/// its credential pair.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestSpec {
    /// The HTTP method.
    #[serde(default)]
    pub method: Method,
    /// The host, such as `api.example.com`.
    pub host: Option<String>,
    /// The provider's domains: the host is the one near the secret in the text, if it is below one of them. Either this or
    /// `host`.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Whether others run the provider's program as well, so that `--host` may name their host.
    #[serde(default)]
    pub self_hosted: bool,
    /// Where secrets of other providers have the same form: words, in lowercase, of which one has to be on the secret's
    /// line.
    #[serde(default)]
    pub near: Vec<String>,
    /// The path and the query, from `/` on.
    pub path: String,
    /// The headers, by their names in lowercase.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The user name and the password of HTTP basic authentication, such as `{secret}:`.
    pub basic: Option<String>,
    /// The fields of a form, as the body.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// A JSON text, as the body.
    pub json: Option<String>,
    /// The service that the signature of the request is for; the secret itself is not sent.
    pub sign: Option<SigningSpec>,
    /// With the method `post`: why the request creates, changes and spends nothing.
    pub harmless: Option<String>,
}

/// The HTTP method of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// GET
    #[default]
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// DELETE, for `revoke` only
    Delete,
}

/// Signature version 4 of AWS. The secret is the key, the companion its id.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SigningSpec {
    /// The region, such as `us-east-1`.
    pub aws_region: String,
    /// The service, such as `sts`.
    pub aws_service: String,
}

/// A set of answers, and what they mean.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerSpec {
    /// The HTTP status codes.
    pub status: Vec<u16>,
    /// Conditions; all of them have to hold.
    #[serde(default)]
    pub when: Vec<ConditionSpec>,
    /// What these answers mean.
    pub says: Says,
    /// What a reader gets to know, as a fragment of a sentence, such as `the key was accepted`.
    pub reason: String,
    /// The address of the page that documents this answer.
    pub source: String,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// The secret works.
    Live,
    /// The provider rejects the secret.
    Dead,
    /// Neither.
    Unknown,
}

/// A condition on an answer: a place (`json`, `header` or `body`), and a test of the text there.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConditionSpec {
    /// A place in the JSON of the body, as a JSON pointer (RFC 6901), such as `/error/type`; `""` is the whole.
    pub json: Option<String>,
    /// The name of a header, in lowercase.
    pub header: Option<String>,
    /// `true`: the text of the body.
    #[serde(default)]
    pub body: bool,
    /// The value is equal: a text, a number or a truth value.
    pub is: Option<Scalar>,
    /// The text contains this one, whatever the case of ASCII letters.
    pub contains: Option<String>,
    /// The text starts with this one, whatever the case of ASCII letters.
    pub starts: Option<String>,
    /// The place exists, or does not.
    pub exists: Option<bool>,
    /// With `json`: the type of the value.
    #[serde(rename = "type")]
    pub kind: Option<JsonType>,
}

/// A JSON value that is no list and no object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum JsonType {
    /// A list.
    Array,
    /// An object.
    Object,
    /// A text that is not empty.
    Text,
    /// A number.
    Number,
}

/// A place in a live answer that says something about the owner.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactSpec {
    /// What it says.
    pub name: FactName,
    /// A place in the JSON of the body, as a JSON pointer (RFC 6901). Texts and numbers of a list are joined by `, `.
    pub json: Option<String>,
    /// The name of a header, in lowercase.
    pub header: Option<String>,
}

/// What a fact says about a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FactName {
    /// The account: a name, an address, an id or several of them.
    Account,
    /// The organisation or team.
    Organisation,
    /// The workspace.
    Workspace,
    /// The project.
    Project,
    /// The secret's own name at the provider, or its id.
    Name,
    /// What the secret may do.
    Scopes,
    /// When the secret ends.
    Expires,
}

impl FactName {
    /// All names, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Account,
        Self::Organisation,
        Self::Workspace,
        Self::Project,
        Self::Name,
        Self::Scopes,
        Self::Expires,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Organisation => "organisation",
            Self::Workspace => "workspace",
            Self::Project => "project",
            Self::Name => "name",
            Self::Scopes => "scopes",
            Self::Expires => "expires",
        }
    }
}
