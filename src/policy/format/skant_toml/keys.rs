//! The keys of a `skant.toml`, as serde reads them. The JSON schema is generated from these types: their documentation
//! is what editors show.

use serde::Deserialize;
use toml::Spanned;

use crate::finding::Confidence;
use crate::policy::{FailOn, FailOnContext};
use crate::rules::RuleSpec;

/// The settings of skant. Lists of several files add up. The built-in rules are always active, except those that
/// `disable` names.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    /// Other files that this file extends, by paths from its folder. A repository's own file may name only files of its
    /// tree, and no links.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "OneOrMore"))]
    pub(super) extends: Option<Spanned<OneOrMore>>,
    /// Paths that are not scanned; patterns as in .gitignore.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) exclude: Option<Spanned<Vec<String>>>,
    /// Disabled rules, by their ids.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) disable: Option<Spanned<Vec<String>>>,
    /// A text that nobody else knows: the key for the fingerprints of weak values (passwords). Not in a repository's own
    /// file.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) fingerprint_key: Option<Spanned<String>>,
    /// Findings of lower confidence are not reported. A repository's own file may only lower the default, `medium`.
    #[cfg_attr(test, schemars(with = "Option<ConfidenceName>"))]
    pub(super) min_confidence: Option<Spanned<ConfidenceName>>,
    /// Findings of at least this confidence fail a run of `skant scan`. Not in a repository's own file.
    #[cfg_attr(test, schemars(with = "Option<FailOnName>"))]
    pub(super) fail_on: Option<Spanned<FailOnName>>,
    /// The contexts in which a finding of a generic rule fails a run or blocks a hook. A repository's own file may only
    /// set `all`.
    #[cfg_attr(test, schemars(with = "Option<FailOnContextName>"))]
    pub(super) fail_on_context: Option<Spanned<FailOnContextName>>,
    /// Whether coding agents may not read files with secrets at all, even where `skant agent hook` can mask the output.
    #[serde(default)]
    pub(super) deny_agent_reads: bool,
    /// What paths are for, where their names do not tell.
    #[serde(default)]
    pub(super) context: ContextTable,
    /// Whether `.gitleaks.toml`, `.gitleaksignore` and `gitleaks:allow` apply as far as they translate.
    #[serde(default)]
    pub(super) gitleaks: bool,
    /// Findings that are known. An entry suppresses the findings which have everything that it names.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<AllowEntry>"))]
    pub(super) allow: Vec<Spanned<AllowEntry>>,
    /// Problems of reading that do not fail the run.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<AcceptEntry>"))]
    pub(super) accept: Vec<Spanned<AcceptEntry>>,
    /// User-defined rules.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<RuleSpec>"))]
    pub(super) rule: Vec<Spanned<RuleSpec>>,
}

/// A text or a list of texts.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    /// One text.
    One(String),
    /// Several texts.
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn into_list(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::More(texts) => texts,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum ConfidenceName {
    Low,
    Medium,
    High,
}

impl ConfidenceName {
    pub(super) const fn confidence(self) -> Confidence {
        match self {
            Self::Low => Confidence::Low,
            Self::Medium => Confidence::Medium,
            Self::High => Confidence::High,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOnName {
    Low,
    Medium,
    High,
    NotDead,
    Never,
}

impl FailOnName {
    pub(super) const fn fail_on(self) -> FailOn {
        match self {
            Self::Low => FailOn::From(Confidence::Low),
            Self::Medium => FailOn::From(Confidence::Medium),
            Self::High => FailOn::From(Confidence::High),
            Self::NotDead => FailOn::NotDead,
            Self::Never => FailOn::Never,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOnContextName {
    Production,
    All,
}

impl FailOnContextName {
    pub(super) const fn fail_on_context(self) -> FailOnContext {
        match self {
            Self::Production => FailOnContext::Production,
            Self::All => FailOnContext::All,
        }
    }
}

/// Paths by their context; patterns as in .gitignore. The first list with a matching pattern counts.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(super) struct ContextTable {
    /// Code or settings that are used, whatever their path says.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) production: Option<Spanned<Vec<String>>>,
    /// Tests and their data.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) test: Option<Spanned<Vec<String>>>,
    /// Examples.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) example: Option<Spanned<Vec<String>>>,
    /// Documents.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) document: Option<Spanned<Vec<String>>>,
    /// Translations of the texts of a program.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) translation: Option<Spanned<Vec<String>>>,
    /// Files that a program wrote.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) generated: Option<Spanned<Vec<String>>>,
    /// Copies of other projects.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) vendored: Option<Spanned<Vec<String>>>,
}

/// An entry that suppresses findings. It needs a reason, and at least one of fingerprint, rule, path and commit.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct AllowEntry {
    /// A value, by at least six digits of the fingerprint that reports print.
    pub(super) fingerprint: Option<String>,
    /// A rule, by its id.
    pub(super) rule: Option<String>,
    /// Paths; patterns as in .gitignore.
    #[cfg_attr(test, schemars(with = "Option<OneOrMore>"))]
    pub(super) path: Option<OneOrMore>,
    /// The commit that introduced the value, by at least seven digits of its id.
    pub(super) commit: Option<String>,
    /// The reason.
    pub(super) reason: String,
    /// The last day on which the entry applies.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) until: Option<toml::value::Datetime>,
}

/// An accepted problem.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptEntry {
    /// The kind of problem, as reports print it.
    pub(super) kind: String,
    /// The paths, a pattern as in .gitignore; all paths if absent.
    pub(super) path: Option<String>,
}
