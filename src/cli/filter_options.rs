//! The filters of `skant scan` and `skant report`, as clap parses them, and their way to the filter of a report.

use std::collections::HashSet;

use clap::{Args, ValueEnum};
use miette::Diagnostic;
use thiserror::Error;

use super::error::CliError;
use super::session::current_repository;
use crate::finding::{Confidence, Severity};
use crate::git::run_git;
use crate::report::{Filter, RulePattern, Since};
use crate::text::most_similar;

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterOptions {
    /// Show only findings of RULE: an id, a provider such as `aws`, or a start such as `github-*` (repeatable).
    #[arg(long = "rule", value_name = "RULE", hide_short_help = true)]
    pub(crate) rules: Vec<String>,
    /// Show only findings of at least this severity.
    #[arg(long, value_name = "LEVEL", hide_short_help = true)]
    pub(crate) severity: Option<SeverityLevel>,
    /// Show only what is in the files of a branch head now.
    #[arg(long, hide_short_help = true)]
    pub(crate) at_head: bool,
    /// Show only what came in from DATE on (such as 2026-01-31), or with a commit that REV does not have.
    #[arg(long, value_name = "DATE|REV", hide_short_help = true)]
    pub(crate) since: Option<String>,
    /// Show only what a person brought in whose name or address contains TEXT (repeatable).
    #[arg(long = "author", value_name = "TEXT", hide_short_help = true)]
    pub(crate) authors: Vec<String>,
}

/// A severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityLevel {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug, Error, Diagnostic)]
pub(crate) enum FilterError {
    #[error("no rule is named `{name}`")]
    #[diagnostic(code(skant::filter::unknown_rule), help("{near}`skant rules list` lists the rules"))]
    UnknownRule {
        name: String,
        /// Rules with a similar name, as the start of a sentence; may be empty.
        near: String,
    },
    #[error("`{0}` is neither a date nor a revision")]
    #[diagnostic(
        code(skant::filter::since),
        help("write a day such as 2026-01-31, or run it in the repository and name a commit, branch or tag")
    )]
    Since(String),
    #[error("a scan of files knows no {0}")]
    #[diagnostic(code(skant::filter::no_commits), help("`--history` and `--ci` scan commits"))]
    NoCommits(&'static str),
}

impl FilterOptions {
    /// Returns an error for a filter by commits in a scan of files.
    pub(crate) fn check_scan_of_files(&self) -> Result<(), FilterError> {
        match (&self.since, self.authors.as_slice()) {
            (Some(_), _) => Err(FilterError::NoCommits("dates")),
            (None, [_, ..]) => Err(FilterError::NoCommits("authors")),
            (None, []) => Ok(()),
        }
    }

    /// Returns an error for a name that fits none of the rules: it would hide every finding.
    pub(crate) fn check_rules<'r>(
        &self,
        ids: &(impl Iterator<Item = &'r str> + Clone),
    ) -> Result<(), FilterError> {
        let is_unknown = |name: &&String| {
            let pattern = RulePattern::new(name);
            !ids.clone().any(|id| pattern.matches(id))
        };
        self.rules.iter().find(is_unknown).map_or(Ok(()), |name| {
            let near = near_rules(name, ids.clone());
            Err(FilterError::UnknownRule { name: name.clone(), near })
        })
    }

    /// Returns the filter; `confidence` is the lowest one to show.
    ///
    /// # Errors
    /// Fails if `--since` is neither a date nor a revision of the current repository.
    pub(crate) fn filter(&self, confidence: Option<Confidence>) -> Result<Filter, CliError> {
        Ok(Filter {
            rules: self.rules.iter().map(|name| RulePattern::new(name)).collect(),
            severity: self.severity.map(|level| match level {
                SeverityLevel::Low => Severity::Low,
                SeverityLevel::Medium => Severity::Medium,
                SeverityLevel::High => Severity::High,
                SeverityLevel::Critical => Severity::Critical,
            }),
            confidence,
            at_head: self.at_head,
            since: self.since.as_deref().map(since).transpose()?,
            authors: self.authors.iter().map(|name| name.to_lowercase()).collect(),
        })
    }
}

/// The number of similar rules that an error names.
const MAX_NEAR: usize = 5;

/// Returns the rules that begin as a name does, or the most similar one, as a sentence; an empty text if there is none.
pub(crate) fn near_rules<'r>(name: &str, ids: impl Iterator<Item = &'r str> + Clone) -> String {
    let start = name.trim_end_matches(['*', '-']).to_ascii_lowercase();
    let begins = |id: &&str| !start.is_empty() && id.starts_with(&start);
    let mut near: Vec<&str> = ids.clone().filter(begins).take(MAX_NEAR).collect();
    if near.is_empty() {
        near.extend(most_similar(&start, ids));
    }
    let names: Vec<String> = near.iter().map(|id| format!("`{id}`")).collect();
    if names.is_empty() { String::new() } else { format!("did you mean {}? ", names.join(", ")) }
}

fn since(text: &str) -> Result<Since, CliError> {
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return Ok(Since::Day(day.to_string()));
    }
    let unknown = || FilterError::Since(text.to_owned());
    let repository = current_repository().map_err(|_| unknown())?;
    let listed = run_git(&repository, &["rev-list", "--end-of-options", text]).map_err(|_| unknown())?;
    let commits: HashSet<String> = String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect();
    Ok(Since::NotIn(commits))
}
