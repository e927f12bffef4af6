//! Parses a `skant.toml` strictly: an unknown key is an error. `keys` holds the keys.
//!
//! Where the bytes come from is decided by the caller. Nothing after this module sees TOML.

mod keys;

use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use self::keys::{
    AcceptEntry, AllowEntry, ConfidenceName, ContextTable, FailOnContextName, FailOnName, OneOrMore,
};
use super::error::{Fault, quotable};
use crate::finding::{Confidence, Context, ProblemKind};
use crate::policy::suppress::baseline::sanitize_reason;
use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::policy::{
    AcceptedProblem, ConfigError, ContextPatterns, FailOn, FailOnContext, FileOrigin, PathPatterns, Settings,
};
use crate::rules::{MAX_RULES, Rule, RuleSpec, build_user_rule};
use crate::secret::FingerprintKey;
use crate::text::{escape_terminal, most_similar};

pub(crate) use self::keys::File;

/// The kinds of problems that a file may accept: problems of reading.
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

/// The most entries in a list.
const MAX_ENTRIES: usize = 10_000;

/// The most files that a file extends.
const MAX_EXTENDS: usize = 16;

/// The help for errors about the id of a rule.
const RULES_LIST: &str = "`skant rules list` shows the ids of all rules";

/// Parses a settings file. `known_rules` are the ids that the file may name besides those of its own rules.
///
/// # Errors
/// The file has an error. Nothing of a repository's own file is quoted.
pub fn parse(bytes: &[u8], origin: FileOrigin, known_rules: &[&str]) -> Result<Settings, ConfigError> {
    let reader = Reader { bytes, origin };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        reader.error(at..at, Fault::new("skant::config::not_utf8", "it is not UTF-8"))
    })?;
    let file: File = toml::from_str(text).map_err(|error| ConfigError::from_toml(bytes, &error, origin))?;
    reader.settings(file, known_rules)
}

/// Returns the files that a file extends. Returns none if the file has an error: [`parse`] reports it.
pub(crate) fn extended_files(bytes: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Extends {
        extends: Option<OneOrMore>,
    }
    // Most files extend nothing and need not be parsed twice.
    if memchr::memmem::find(bytes, b"extends").is_none() {
        return Vec::new();
    }
    let read = std::str::from_utf8(bytes).ok().and_then(|text| toml::from_str::<Extends>(text).ok());
    let mut list = read.and_then(|read| read.extends).map_or_else(Vec::new, OneOrMore::into_list);
    list.truncate(MAX_EXTENDS);
    list
}

/// Returns the help for a rule that does not exist: the most similar one. Of the file's text nothing is quoted.
fn unknown_rule_help(id: &str, known: &[&str]) -> String {
    match most_similar(id, known.iter().copied()) {
        Some(similar) => format!("did you mean `{}`? {RULES_LIST}", quotable(similar)),
        None => RULES_LIST.to_owned(),
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    origin: FileOrigin,
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, fault: Fault) -> ConfigError {
        ConfigError::new(self.bytes, span, fault, self.origin)
    }

    /// Returns a message, with details in a user's own file only.
    fn message(&self, message: &str, details: &str) -> String {
        match self.origin {
            FileOrigin::User => format!("{message}: {}", quotable(details)),
            FileOrigin::Repository => message.to_owned(),
        }
    }

    fn settings(&self, file: File, known_rules: &[&str]) -> Result<Settings, ConfigError> {
        let rules = self.rules(file.rule, known_rules)?;
        let known: Vec<&str> =
            known_rules.iter().copied().chain(rules.iter().map(|rule| rule.id.as_ref())).collect();
        let disabled = file.disable.map_or(Ok(Vec::new()), |list| self.disabled(list, &known))?;
        if file.allow.len() > MAX_ENTRIES || file.accept.len() > MAX_ENTRIES {
            let message = format!("a list has more than {MAX_ENTRIES} entries");
            return Err(self.error(0..0, Fault::new("skant::config::too_many_entries", message)));
        }
        let extends = file.extends.map_or(Ok(Vec::new()), |list| self.extends(list))?;
        let allow =
            file.allow.into_iter().map(|entry| self.allow(entry, &known)).collect::<Result<_, _>>()?;
        let accept = file.accept.into_iter().map(|entry| self.accept(entry)).collect::<Result<_, _>>()?;
        let exclude = file.exclude.map_or(Ok(PathPatterns::default()), |list| {
            let span = list.span();
            self.patterns(span, "exclude", &list.into_inner())
        })?;
        let key = file.fingerprint_key.map(|key| self.fingerprint_key(key)).transpose()?;
        Ok(Settings {
            extends,
            allow,
            disabled,
            exclude,
            accept,
            fingerprint_key: key.unwrap_or_default(),
            min_confidence: file.min_confidence.map(|level| self.min_confidence(level)).transpose()?,
            fail_on: file.fail_on.map(|level| self.fail_on(level)).transpose()?,
            fail_on_context: file.fail_on_context.map(|name| self.fail_on_context(name)).transpose()?,
            deny_agent_reads: file.deny_agent_reads,
            contexts: self.contexts(file.context)?,
            gitleaks: file.gitleaks,
            rules,
        })
    }

    fn extends(&self, list: Spanned<OneOrMore>) -> Result<Vec<String>, ConfigError> {
        let span = list.span();
        let list = list.into_inner().into_list();
        if list.len() > MAX_EXTENDS {
            let message = format!("`extends` names more than {MAX_EXTENDS} files");
            return Err(self.error(span, Fault::new("skant::config::too_many_entries", message)));
        }
        Ok(list)
    }

    fn rules(&self, specs: Vec<Spanned<RuleSpec>>, known: &[&str]) -> Result<Vec<Rule>, ConfigError> {
        if specs.len() > MAX_RULES {
            let message = format!("there are more than {MAX_RULES} rules");
            return Err(self.error(0..0, Fault::new("skant::config::too_many_entries", message)));
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(specs.len());
        for spec in specs {
            let span = spec.span();
            let rule = build_user_rule(spec.into_inner()).map_err(|error| {
                let message = format!("`rule`: {}", error.message);
                let message = match error.quoted {
                    Some(quoted) => self.message(&message, &quoted),
                    None => message,
                };
                self.error(span.clone(), Fault::new("skant::config::invalid_rule", message))
            })?;
            if known.contains(&rule.id.as_ref()) || rules.iter().any(|other| other.id == rule.id) {
                let fault =
                    Fault::new("skant::config::duplicate_rule", "`rule`: the id belongs to a rule already");
                return Err(self.error(span, fault.with_help("choose another id")));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn disabled(&self, list: Spanned<Vec<String>>, known: &[&str]) -> Result<Vec<String>, ConfigError> {
        let span = list.span();
        let list = list.into_inner();
        let Some(at) = list.iter().position(|id| !known.contains(&id.as_str())) else { return Ok(list) };
        let message = match self.origin {
            FileOrigin::User => {
                let id = escape_terminal(list[at].as_bytes());
                format!("`disable` names the rule `{id}`, which does not exist")
            }
            FileOrigin::Repository => format!("entry {} of `disable` is not a rule", at + 1),
        };
        let help = unknown_rule_help(&list[at], known);
        Err(self.error(span, Fault::new("skant::config::unknown_rule", message).with_help(help)))
    }

    fn patterns(
        &self,
        span: Range<usize>,
        key: &str,
        patterns: &[String],
    ) -> Result<PathPatterns, ConfigError> {
        PathPatterns::new(patterns).map_err(|error| {
            let message = self.message(&format!("`{key}`: a pattern cannot be used"), &error.to_string());
            let fault = Fault::new("skant::config::invalid_pattern", message);
            self.error(span, fault.with_help("patterns are written as in `.gitignore`"))
        })
    }

    /// A key in a repository is known to all who read it.
    fn fingerprint_key(&self, key: Spanned<String>) -> Result<FingerprintKey, ConfigError> {
        if self.origin == FileOrigin::Repository {
            let message =
                "`fingerprint-key`: a repository's own file may not hold it, since others read that file";
            return Err(self.not_in_repository(key.span(), message));
        }
        Ok(FingerprintKey::new(key.into_inner().into_bytes()))
    }

    fn min_confidence(&self, level: Spanned<ConfidenceName>) -> Result<Confidence, ConfigError> {
        let (span, level) = (level.span(), level.into_inner().confidence());
        if self.origin == FileOrigin::Repository && level > Confidence::Medium {
            return Err(self
                .not_in_repository(span, "`min-confidence`: a repository's own file may not hide findings"));
        }
        Ok(level)
    }

    fn fail_on(&self, level: Spanned<FailOnName>) -> Result<FailOn, ConfigError> {
        if self.origin == FileOrigin::Repository {
            let message = "`fail-on`: a repository's own file may not decide which findings fail the run";
            return Err(self.not_in_repository(level.span(), message));
        }
        Ok(level.into_inner().fail_on())
    }

    fn fail_on_context(&self, name: Spanned<FailOnContextName>) -> Result<FailOnContext, ConfigError> {
        let (span, contexts) = (name.span(), name.into_inner().fail_on_context());
        if self.origin == FileOrigin::Repository && contexts == FailOnContext::Production {
            let message = "`fail-on-context`: a repository's own file may only set `all`";
            return Err(self.not_in_repository(span, message));
        }
        Ok(contexts)
    }

    fn contexts(&self, table: ContextTable) -> Result<ContextPatterns, ConfigError> {
        let ContextTable { production, test, example, document, translation, generated, vendored } = table;
        let lists = [
            (Context::Production, production),
            (Context::Test, test),
            (Context::Example, example),
            (Context::Document, document),
            (Context::Translation, translation),
            (Context::Generated, generated),
            (Context::Vendored, vendored),
        ];
        let mut contexts = ContextPatterns::default();
        for (context, list) in lists {
            let Some(list) = list else { continue };
            let (span, list) = (list.span(), list.into_inner());
            contexts = contexts.with(context, self.patterns(span, context.name(), &list)?);
        }
        Ok(contexts)
    }

    fn not_in_repository(&self, span: Range<usize>, message: &str) -> ConfigError {
        let fault = Fault::new("skant::config::not_in_repository", message);
        self.error(span, fault.with_help("set it in the file that `--config` names"))
    }

    fn accept(&self, entry: Spanned<AcceptEntry>) -> Result<AcceptedProblem, ConfigError> {
        let (span, entry) = (entry.span(), entry.into_inner());
        let Some(kind) = ACCEPTABLE.into_iter().find(|kind| kind.name() == entry.kind) else {
            let kinds = ACCEPTABLE.map(ProblemKind::name).join(", ");
            let message = format!("`accept`: kind has to be one of {kinds}");
            return Err(self.error(span, Fault::new("skant::config::unknown_problem_kind", message)));
        };
        let paths = entry.path.map(|path| self.patterns(span, "accept", &[path])).transpose()?;
        Ok(AcceptedProblem { kind, paths })
    }

    fn allow(&self, entry: Spanned<AllowEntry>, known: &[&str]) -> Result<SuppressionEntry, ConfigError> {
        let (span, entry) = (entry.span(), entry.into_inner());
        let invalid =
            |message: &str| Fault::new("skant::config::invalid_allow", format!("`allow`: {message}"));
        let error = |fault: Fault| Err(self.error(span.clone(), fault));
        let AllowEntry { fingerprint, rule, path, commit, reason, until } = entry;
        if fingerprint.is_none() && rule.is_none() && path.is_none() && commit.is_none() {
            let fault = invalid("missing `fingerprint`, `rule`, `path` or `commit`");
            return error(fault.with_help("an entry has to name something"));
        }
        if !is_hex_of(fingerprint.as_ref(), 6) {
            return error(invalid("fingerprint has to be six hexadecimal digits or more"));
        }
        if !is_hex_of(commit.as_ref(), 7) {
            return error(invalid("commit has to be seven hexadecimal digits or more"));
        }
        if let Some(rule) = rule.as_ref().filter(|rule| !known.contains(&rule.as_str())) {
            let help = unknown_rule_help(rule, known);
            return error(invalid("rule names a rule that does not exist").with_help(help));
        }
        if reason.trim().is_empty() {
            return error(invalid("reason has to say why"));
        }
        let patterns = path.map(OneOrMore::into_list);
        if patterns.as_ref().is_some_and(|patterns| patterns.iter().all(|pattern| pattern.trim().is_empty()))
        {
            return error(invalid("path is empty"));
        }
        let until = match until.map(|until| to_date(&until)) {
            Some(None) => return error(invalid("until has to be a date such as 2027-01-31")),
            until => until.flatten(),
        };
        let paths = patterns.map(|patterns| self.patterns(span.clone(), "allow", &patterns)).transpose()?;
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

/// Whether a text is absent, or has `min` to 64 hexadecimal digits.
fn is_hex_of(text: Option<&String>, min: usize) -> bool {
    text.is_none_or(|text| {
        (min..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn to_date(until: &toml::value::Datetime) -> Option<Date> {
    let date = until.date?;
    Date::new(i16::try_from(date.year).ok()?, date.month.cast_signed(), date.day.cast_signed()).ok()
}
