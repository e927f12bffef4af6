//! The keys of a `skant.toml`, read strictly.

use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::finding::{Confidence, ProblemKind};
use crate::policy::format::error::quotable;
use crate::policy::suppress::baseline::sanitize_reason;
use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::policy::{AcceptedProblem, ConfigError, FailOn, FileOrigin, PathPatterns, Settings};
use crate::rules::{MAX_RULES, RuleSpec, build_user_rule};
use crate::secret::FingerprintKey;

/// The settings of skant. Lists of several files add up; the built-in rules are always in force, less those that
/// `disable` names.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    /// Other files that this one builds on, told from its folder. A repository's own file may name files of its tree
    /// alone, and no links.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "OneOrMore"))]
    extends: Option<Spanned<OneOrMore>>,
    /// Paths that are not read; patterns as in .gitignore.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    exclude: Option<Spanned<Vec<String>>>,
    /// Rules that are switched off, by their ids.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    disable: Option<Spanned<Vec<String>>>,
    /// A text that nobody else knows, under which weak values (passwords) are named.
    fingerprint_key: Option<String>,
    /// Less sure findings are not reported. A repository's own file may only ask for more than the default, `medium`.
    #[cfg_attr(test, schemars(with = "Option<LevelName>"))]
    min_confidence: Option<Spanned<LevelName>>,
    /// Findings of at least this confidence fail a run of `skant scan`. Not in a repository's own file.
    #[cfg_attr(test, schemars(with = "Option<FailName>"))]
    fail_on: Option<Spanned<FailName>>,
    /// Whether `.gitleaks.toml`, `.gitleaksignore` and `gitleaks:allow` are honoured as far as they translate.
    #[serde(default)]
    gitleaks: bool,
    /// What is known and no finding. An entry allows what has all that it names.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<AllowEntry>"))]
    allow: Vec<Spanned<AllowEntry>>,
    /// Problems of reading that do not fail the run.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<AcceptEntry>"))]
    accept: Vec<Spanned<AcceptEntry>>,
    /// Rules of one's own.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<RuleSpec>"))]
    rule: Vec<Spanned<RuleSpec>>,
}

/// A text or a list of texts.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::More(texts) => texts,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum LevelName {
    Low,
    Medium,
    High,
}

impl LevelName {
    const fn confidence(self) -> Confidence {
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
enum FailName {
    Low,
    Medium,
    High,
    Never,
}

/// An entry that allows something. It needs a reason, and at least one of fingerprint, rule, path and commit.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct AllowEntry {
    /// A value, by at least six digits of the fingerprint that reports print.
    fingerprint: Option<String>,
    /// A rule, by its id.
    rule: Option<String>,
    /// Paths; patterns as in .gitignore.
    #[cfg_attr(test, schemars(with = "Option<OneOrMore>"))]
    path: Option<OneOrMore>,
    /// What a commit brought, by at least seven digits of its name.
    commit: Option<String>,
    /// Why.
    reason: String,
    /// The last day on which it counts.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    until: Option<toml::value::Datetime>,
}

/// An accepted problem.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct AcceptEntry {
    /// Its kind, as reports print it.
    kind: String,
    /// Where; everywhere unless given.
    path: Option<String>,
}

/// The problems that a file may accept: problems of reading.
const ACCEPTABLE: [ProblemKind; 8] = [
    ProblemKind::MissingObject,
    ProblemKind::CorruptObject,
    ProblemKind::Unreadable,
    ProblemKind::ShallowClone,
    ProblemKind::PartialClone,
    ProblemKind::Unmerged,
    ProblemKind::Budget,
    ProblemKind::CorruptArchive,
];

/// The most entries of a list.
const MOST_ENTRIES: usize = 10_000;

/// The most files that one builds on.
const MOST_EXTENDS: usize = 16;

/// Reads a configuration file. `known_rules` are the ids that `disable` may name besides the file's own.
///
/// # Errors
/// What is wrong and where, with nothing quoted from a repository's own file.
pub fn parse(bytes: &[u8], origin: FileOrigin, known_rules: &[&str]) -> Result<Settings, ConfigError> {
    let reader = Reader { bytes, origin };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| reader.error(error.valid_up_to()..error.valid_up_to(), "it is not UTF-8"))?;
    let file: File = toml::from_str(text).map_err(|error| ConfigError::of_toml(bytes, &error, origin))?;
    reader.settings(file, known_rules)
}

/// The files that a file builds on; none where that cannot be read, since reading it whole then says why.
pub(crate) fn extends_of(bytes: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Extends {
        extends: Option<OneOrMore>,
    }
    // Most build on nothing, and need not be read twice.
    if memchr::memmem::find(bytes, b"extends").is_none() {
        return Vec::new();
    }
    let read = std::str::from_utf8(bytes).ok().and_then(|text| toml::from_str::<Extends>(text).ok());
    let mut list = read.and_then(|read| read.extends).map_or_else(Vec::new, OneOrMore::into_list);
    list.truncate(MOST_EXTENDS);
    list
}

struct Reader<'b> {
    bytes: &'b [u8],
    origin: FileOrigin,
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, said: &str) -> ConfigError {
        ConfigError::at(self.bytes, span, said, self.origin)
    }

    /// An error whose details are quoted from a file of the user's own only.
    fn quoting(&self, span: Range<usize>, said: &str, quoted: &str) -> ConfigError {
        match self.origin {
            FileOrigin::User => self.error(span, &format!("{said}: {}", quotable(quoted))),
            FileOrigin::Repository => self.error(span, said),
        }
    }

    fn settings(&self, file: File, known_rules: &[&str]) -> Result<Settings, ConfigError> {
        let rules = self.rules(file.rule, known_rules)?;
        let disabled =
            file.disable.map_or(Ok(Vec::new()), |list| self.disabled(list, known_rules, &rules))?;
        if file.allow.len() > MOST_ENTRIES || file.accept.len() > MOST_ENTRIES {
            return Err(self.error(0..0, &format!("a list has more than {MOST_ENTRIES} entries")));
        }
        let extends = match file.extends {
            Some(list) => {
                let span = list.span();
                let list = list.into_inner().into_list();
                if list.len() > MOST_EXTENDS {
                    return Err(self.error(span, &format!("`extends` names more than {MOST_EXTENDS} files")));
                }
                list
            }
            None => Vec::new(),
        };
        let is_known =
            |id: &str| known_rules.contains(&id) || rules.iter().any(|rule| rule.id.as_ref() == id);
        let allow =
            file.allow.into_iter().map(|entry| self.allow(entry, &is_known)).collect::<Result<_, _>>()?;
        let accept = file.accept.into_iter().map(|entry| self.accept(entry)).collect::<Result<_, _>>()?;
        let exclude = file.exclude.map_or(Ok(PathPatterns::default()), |list| {
            let span = list.span();
            self.globs(span, "exclude", &list.into_inner())
        })?;
        Ok(Settings {
            extends,
            allow,
            disabled,
            exclude,
            accept,
            rules,
            fingerprint_key: file
                .fingerprint_key
                .map(|key| FingerprintKey::new(key.into_bytes()))
                .unwrap_or_default(),
            min_confidence: file.min_confidence.map(|level| self.min_confidence(level)).transpose()?,
            fail_on: file.fail_on.map(|level| self.fail_on(level)).transpose()?,
            gitleaks: file.gitleaks,
        })
    }

    fn rules(
        &self,
        specs: Vec<Spanned<RuleSpec>>,
        known: &[&str],
    ) -> Result<Vec<crate::rules::Rule>, ConfigError> {
        if specs.len() > MAX_RULES {
            let said = format!("there are more than {MAX_RULES} rules of one's own");
            return Err(self.error(0..0, &said));
        }
        let mut rules: Vec<crate::rules::Rule> = Vec::with_capacity(specs.len());
        for spec in specs {
            let span = spec.span();
            let rule = build_user_rule(spec.into_inner()).map_err(|fault| {
                let said = format!("`rule`: {}", fault.message);
                fault.quoted.map_or_else(
                    || self.error(span.clone(), &said),
                    |quoted| self.quoting(span.clone(), &said, &quoted),
                )
            })?;
            if known.contains(&rule.id.as_ref()) || rules.iter().any(|other| other.id == rule.id) {
                let said = "`rule`: there is a rule of that id already; choose another one";
                return Err(self.error(span, said));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn disabled(
        &self,
        list: Spanned<Vec<String>>,
        known: &[&str],
        rules: &[crate::rules::Rule],
    ) -> Result<Vec<String>, ConfigError> {
        let span = list.span();
        let list = list.into_inner();
        let is_known = |id: &String| known.contains(&id.as_str()) || rules.iter().any(|rule| rule.id == *id);
        match list.iter().position(|id| !is_known(id)) {
            Some(at) => Err(match self.origin {
                FileOrigin::User => {
                    let id = crate::text::escape_terminal(list[at].as_bytes());
                    let said = format!("`disable` names the rule `{id}`, which does not exist");
                    self.error(span, &format!("{said}; `skant rules list` names all"))
                }
                FileOrigin::Repository => {
                    let said =
                        format!("entry {} of `disable` is no rule; `skant rules list` names all", at + 1);
                    self.error(span, &said)
                }
            }),
            None => Ok(list),
        }
    }

    fn globs(&self, span: Range<usize>, key: &str, patterns: &[String]) -> Result<PathPatterns, ConfigError> {
        PathPatterns::new(patterns)
            .map_err(|error| self.quoting(span, &format!("`{key}`: a pattern cannot be read"), &error))
    }

    fn min_confidence(&self, level: Spanned<LevelName>) -> Result<Confidence, ConfigError> {
        let (span, level) = (level.span(), level.into_inner().confidence());
        if self.origin == FileOrigin::Repository && level > Confidence::Medium {
            let said = "`min-confidence`: a repository's own file may not hide findings; give it in a file that `--config` names";
            return Err(self.error(span, said));
        }
        Ok(level)
    }

    fn fail_on(&self, level: Spanned<FailName>) -> Result<FailOn, ConfigError> {
        if self.origin == FileOrigin::Repository {
            let said = "`fail-on`: a repository's own file may not say what fails the run; give it in a file that `--config` names";
            return Err(self.error(level.span(), said));
        }
        Ok(match level.into_inner() {
            FailName::Low => FailOn::From(Confidence::Low),
            FailName::Medium => FailOn::From(Confidence::Medium),
            FailName::High => FailOn::From(Confidence::High),
            FailName::Never => FailOn::Never,
        })
    }

    fn accept(&self, entry: Spanned<AcceptEntry>) -> Result<AcceptedProblem, ConfigError> {
        let (span, entry) = (entry.span(), entry.into_inner());
        if !ACCEPTABLE.iter().any(|kind| kind.name() == entry.kind) {
            let kinds: Vec<_> = ACCEPTABLE.iter().map(|kind| kind.name()).collect();
            return Err(self.error(span, &format!("`accept`: kind has to be one of {}", kinds.join(", "))));
        }
        let paths = entry.path.map(|path| self.globs(span, "accept", &[path])).transpose()?;
        Ok(AcceptedProblem { kind: entry.kind, paths })
    }

    fn allow(
        &self,
        entry: Spanned<AllowEntry>,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Result<SuppressionEntry, ConfigError> {
        let (span, entry) = (entry.span(), entry.into_inner());
        let refused = |said: &str| Err(self.error(span.clone(), &format!("`allow`: {said}")));
        let AllowEntry { fingerprint, rule, path, commit, reason, until } = entry;
        if fingerprint.is_none() && rule.is_none() && path.is_none() && commit.is_none() {
            return refused(
                "missing `fingerprint`, `rule`, `path` or `commit`: an entry has to name something",
            );
        }
        let digits = |text: &Option<String>, least: usize| {
            text.as_ref().is_none_or(|text| {
                (least..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        };
        if !digits(&fingerprint, 6) {
            return refused("fingerprint has to be six hexadecimal digits or more");
        }
        if !digits(&commit, 7) {
            return refused("commit has to be seven hexadecimal digits or more");
        }
        if rule.as_ref().is_some_and(|rule| !is_known(rule)) {
            return refused("rule names one that does not exist; see `skant rules list`");
        }
        if reason.trim().is_empty() {
            return refused("reason has to say why");
        }
        let patterns = path.map(OneOrMore::into_list);
        if patterns.as_ref().is_some_and(|patterns| patterns.iter().all(|pattern| pattern.trim().is_empty()))
        {
            return refused("path is empty");
        }
        let until = match until.map(|until| date(&until)) {
            Some(None) => return refused("until has to be a date such as 2027-01-31"),
            until => until.flatten(),
        };
        let paths = patterns.map(|patterns| self.globs(span.clone(), "allow", &patterns)).transpose()?;
        Ok(SuppressionEntry {
            fingerprint: fingerprint.map(|digits| digits.to_ascii_lowercase()),
            rule,
            paths,
            commit: commit.map(|digits| digits.to_ascii_lowercase()),
            until,
            ..SuppressionEntry::new(EntrySource::Config, sanitize_reason(&reason))
        })
    }
}

fn date(until: &toml::value::Datetime) -> Option<Date> {
    let date = until.date?;
    Date::new(i16::try_from(date.year).ok()?, date.month.cast_signed(), date.day.cast_signed()).ok()
}
