//! `skant explain`: why a value is, or is not, a finding. Lists every rule that was evaluated, the confidence with its
//! reasons, and the suppression.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::explain_fingerprint::{self, Query};
use super::explain_model;
use super::explain_output::{LabelledLines, describe_result};
use super::explain_reveal::{self, RevealError};
use crate::cli::args::{Common, Explain, Level};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::session::current_repository;
use crate::cli::stdin::read_all;
use crate::cli::{output, settings};
use crate::detect::RuleEvaluation;
use crate::finding::Confidence;
use crate::git::{Repository, path_bytes};
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::baseline::is_fingerprint;
use crate::scan::{ExplainedEvidence, Scanner, redact};
use crate::source::ScanControl;
use crate::text::{Position, escape_terminal};

/// The number of rejected values, and of positions without a match, that are listed; further ones are counted.
const MAX_LISTED: usize = 40;

#[derive(Debug, Error, Diagnostic)]
enum ExplainError {
    #[error("{} is not a file and not a fingerprint", .0.display())]
    #[diagnostic(
        code(skant::explain::target),
        help("`skant explain` takes a FINGERPRINT, PATH:LINE, or `-` for standard input")
    )]
    Target(PathBuf),
    #[error("a fingerprint is searched for in a repository, and this folder is in none")]
    #[diagnostic(code(skant::explain::no_repository), help("go into the repository, or use `-C DIR`"))]
    NoRepository,
    #[error("there is no line {line}; the text has {lines}")]
    #[diagnostic(code(skant::explain::no_line), help("a report prints locations as PATH:LINE:COLUMN"))]
    NoLine { line: usize, lines: usize },
}

pub(crate) fn run(common: &Common, arguments: &Explain, control: &ScanControl) -> Result<Exit, CliError> {
    let target = arguments.target.as_os_str();
    if arguments.reveal {
        explain_reveal::check()?;
    }
    let repository = current_repository().ok();
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let digits = target.to_string_lossy().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if arguments.reveal && !is_fingerprint(&digits) {
        return Err(RevealError::NotAFingerprint.into());
    }
    if target == OsStr::new("-") {
        let text = read_all(&control.cancellation)?;
        return explain_text(&scanner, &TextQuery { text: &text, path: b"", line: None });
    }
    let (path, line) = split_line(target);
    let path = PathBuf::from(find_file(path, repository.as_ref()));
    if path.is_file() {
        let text = std::fs::read(&path).map_err(|source| IoError::ReadFile { path: path.clone(), source })?;
        let path = path_in_repository(repository.as_ref(), &path);
        return explain_text(&scanner, &TextQuery { text: &text, path: &path, line });
    }
    match repository {
        Some(repository) if is_fingerprint(&digits) => {
            // The scan includes low confidence, and the output says what a report would include.
            let all = Common { min_confidence: Some(Level::Low), ..common.clone() };
            let all = settings::scanner(&all, Some(&repository), TreeVersion::Worktree)?;
            let query = Query {
                digits: &digits,
                min_confidence: scanner.policy().min_confidence,
                reveal: arguments.reveal,
            };
            explain_fingerprint::run(&all, &repository, &query, control)
        }
        None if is_fingerprint(&digits) => Err(ExplainError::NoRepository.into()),
        _ => Err(ExplainError::Target(PathBuf::from(target)).into()),
    }
}

/// Returns a path that exists. Reports print paths from the top of the working tree, so a path that does not exist from
/// the current folder is tried from there.
fn find_file(path: OsString, repository: Option<&Repository>) -> OsString {
    let top = repository.and_then(|repository| repository.work_tree.as_ref());
    let from_top = top.map(|top| top.join(&path)).filter(|_| !Path::new(&path).exists());
    from_top.filter(|path| path.is_file()).map_or(path, PathBuf::into_os_string)
}

/// Splits `PATH:LINE` or `PATH:LINE:COLUMN`, as reports print it. Without a number the whole text is the path.
fn split_line(target: &OsStr) -> (OsString, Option<usize>) {
    let split = target.to_str().and_then(|text| text.rsplit_once(':'));
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    match split.and_then(|(path, line)| Some((path, number(line)?))) {
        Some((path, last)) => {
            match path.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
                Some((path, line)) if !Path::new(target.to_str().unwrap_or_default()).exists() => {
                    (path.into(), Some(line))
                }
                _ => (path.into(), Some(last)),
            }
        }
        None => (target.to_owned(), None),
    }
}

/// Returns the path from the top of the working tree, which the settings of the repository use.
fn path_in_repository(repository: Option<&Repository>, path: &Path) -> Vec<u8> {
    let top = repository.and_then(|repository| repository.work_tree.as_ref());
    let top = top.and_then(|top| std::fs::canonicalize(top).ok());
    let whole = std::fs::canonicalize(path).ok();
    match (&top, &whole) {
        (Some(top), Some(whole)) => whole.strip_prefix(top).map_or_else(|_| path_bytes(path), path_bytes),
        _ => path_bytes(path),
    }
}

/// The text, or the line of a text, to explain.
struct TextQuery<'a> {
    text: &'a [u8],
    /// The path from the top of the working tree; empty for standard input.
    path: &'a [u8],
    /// The line, from 1; `None` for all lines.
    line: Option<usize>,
}

impl TextQuery<'_> {
    fn includes(&self, first: usize, last: usize) -> bool {
        self.line.is_none_or(|line| (first..=last).contains(&line))
    }

    /// Checks that the line exists.
    fn check_line(&self) -> Result<(), ExplainError> {
        // A line break at the end of the text does not start another line.
        let trailing = usize::from(self.text.ends_with(b"\n"));
        let lines = self.text.split(|byte| *byte == b'\n').count() - trailing;
        match self.line {
            Some(line) if line > lines => Err(ExplainError::NoLine { line, lines }),
            _ => Ok(()),
        }
    }
}

fn explain_text(scanner: &Scanner, query: &TextQuery<'_>) -> Result<Exit, CliError> {
    query.check_line()?;
    let mut out = String::new();
    if scanner.policy().settings.exclude.matches(query.path) {
        out.push_str(
            "this path is not scanned: it matches `exclude` (`skant config show` says which file sets it)\n\n",
        );
    }
    let explained = scanner.explain(query.text, query.path);
    let explained: Vec<&ExplainedEvidence> = explained
        .iter()
        .filter(|one| query.includes(one.evidence.start.line, one.evidence.end.line))
        .collect();
    for one in &explained {
        out.push_str(&describe_evidence(scanner, one));
    }
    let rejected = explain_model::rejected_values(scanner, query.text, &explained, &|first, last| {
        query.includes(first, last)
    });
    let evaluations: Vec<RuleEvaluation> = scanner
        .detector()
        .evaluate_rules(query.text, query.line)
        .into_iter()
        .filter(|evaluation| !explained.iter().any(|one| evaluation.led_to(&one.evidence)))
        .filter(|evaluation| !rejected.iter().any(|value| value.is_from(evaluation)))
        .collect();
    for value in rejected.iter().take(MAX_LISTED) {
        out.push_str(&value.describe(scanner));
    }
    if let Some(more @ 1..) = rejected.len().checked_sub(MAX_LISTED) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "and {more} more values with a score below low confidence\n");
    }
    out.push_str(&describe_evaluations(scanner, &evaluations, &explained));
    if explained.is_empty() && evaluations.is_empty() && rejected.is_empty() {
        out.push_str("no rule was evaluated here: no rule's keyword occurs\n");
    }
    output::print(&out)
}

/// Lists the evaluated rules without a finding, grouped by position and keyword. A keyword that the line of a secret
/// does not show is not named: it may be a part of another secret.
fn describe_evaluations(
    scanner: &Scanner,
    evaluations: &[RuleEvaluation],
    explained: &[&ExplainedEvidence],
) -> String {
    let mut out = String::new();
    let groups: Vec<&[RuleEvaluation]> = evaluations
        .chunk_by(|one, other| {
            one.position == other.position
                && one.anchor == other.anchor
                && (one.is_match, one.cause) == (other.is_match, other.cause)
        })
        .collect();
    for group in groups.iter().take(MAX_LISTED) {
        let Some(first) = group.first() else { continue };
        let ids: Vec<&str> =
            group.iter().map(|evaluation| scanner.detector().rules()[evaluation.rule].id.as_ref()).collect();
        let why = match first.cause {
            _ if first.is_match => "the match is part of a larger one, or belongs to another rule".to_owned(),
            Some(cause) => format!("the value is no secret ({}): {}", cause.code(), cause.description()),
            None => "the text has not the required format (`skant rules show ID`)".to_owned(),
        };
        let keyword = match escape_terminal(first.anchor.as_bytes()) {
            keyword if is_masked(&keyword, first.position.line, explained) => "a masked keyword".to_owned(),
            keyword => format!("`{keyword}`"),
        };
        let _ = writeln!(
            out,
            "{}:{}  {keyword} occurs here, so these rules were evaluated: {}\n    {why}",
            first.position.line,
            first.position.column,
            ids.join(", ")
        );
    }
    if let Some(more @ 1..) = groups.len().checked_sub(MAX_LISTED) {
        let _ = writeln!(out, "and {more} more positions at which rules were evaluated without a match");
    }
    out
}

/// Returns whether a secret is on the line, and the masked line does not show the keyword.
fn is_masked(keyword: &str, line: usize, explained: &[&ExplainedEvidence]) -> bool {
    let keyword = keyword.to_lowercase();
    let on_line = |evidence: &&&ExplainedEvidence| {
        (evidence.evidence.start.line..=evidence.evidence.end.line).contains(&line)
    };
    let mut snippets = explained.iter().filter(on_line).map(|one| &one.evidence.snippet.line).peekable();
    snippets.peek().is_some() && !snippets.any(|shown| shown.to_lowercase().contains(&keyword))
}

fn describe_evidence(scanner: &Scanner, one: &ExplainedEvidence) -> String {
    let ExplainedEvidence {
        evidence,
        fingerprint,
        assessment,
        confidence,
        more_confident_at,
        suppression,
        is_reported,
    } = one;
    let rule = &scanner.detector().rules()[evidence.rule];
    let masked = escape_terminal(evidence.masked.text.as_bytes());
    let mut lines = LabelledLines::new(&format!(
        "{}:{}  {}  {masked}",
        evidence.start.line, evidence.start.column, rule.id
    ));
    lines.add("what", &rule.title);
    let strength = describe_strength(evidence.strong);
    lines.add("value", &format!("{} characters; {strength}", evidence.masked.length));
    if !evidence.via.is_empty() {
        let via: Vec<String> = evidence.via.iter().map(|step| scanner.redact_path(step)).collect();
        lines.add("via", &via.join(", "));
    }
    lines.add("confidence", &describe_confidence(assessment.confidence, *confidence, *more_confident_at));
    lines.add_all("why", assessment.reasons.iter().map(|reason| redact(&reason.text)));
    lines.add_all(
        "score",
        explain_model::describe_score(scanner, &scanner.detector().explain_score(evidence)),
    );
    if assessment.confidence.is_some() {
        lines.add("fingerprint", fingerprint.as_str());
    }
    if let Some(found) = &suppression.suppression {
        let reason = if found.reason.is_empty() { "no reason given" } else { &found.reason };
        lines.add("suppressed", &format!("by {}: {reason}", found.by));
    } else {
        for warning in &suppression.warnings {
            lines.add("note", warning);
        }
    }
    let is_suppressed = suppression.suppression.is_some();
    lines.add("result", describe_result(*is_reported, assessment.confidence.is_some(), is_suppressed));
    lines.finish()
}

/// Describes the confidence, and the occurrence of the same value that has a higher one.
fn describe_confidence(
    alone: Option<Confidence>,
    as_finding: Option<Confidence>,
    more_confident_at: Option<Position>,
) -> String {
    let name = |confidence: Option<Confidence>| confidence.map_or("none", Confidence::name);
    match more_confident_at {
        Some(position) => format!(
            "{}, because the same value at {}:{} has it; here alone: {}",
            name(as_finding),
            position.line,
            position.column,
            name(alone)
        ),
        None => name(alone).to_owned(),
    }
}

const fn describe_strength(is_strong: bool) -> &'static str {
    if is_strong {
        "80 bits or more, so its fingerprint depends on the value alone"
    } else {
        "weak, so its fingerprint also depends on the path and confirms no guess"
    }
}
