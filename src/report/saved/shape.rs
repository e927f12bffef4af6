//! The shapes of a saved report, as `report::schema` writes them, and their way back to a report.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::SavedError;
use super::history::SavedHistory;
use super::names::{Named, parameter};
use super::sanitize::{number, text, texts};
use super::verified::SavedVerified;
use crate::finding::{
    CommitInfo, Companion, Finding, Location, LocationKind, Masked, Problem, ProblemKind, Reason, Report,
    Scope, Snippet, Suppressed,
};
use crate::secret::Fingerprint;
use crate::text::Position;

#[derive(Deserialize)]
pub(super) struct SavedReport {
    complete: bool,
    scope: SavedScope,
    findings: Vec<SavedFinding>,
    #[serde(default)]
    suppressed: Vec<SavedSuppressed>,
    #[serde(default)]
    problems: Vec<SavedProblem>,
    #[serde(default)]
    notes: Vec<SavedProblem>,
}

impl SavedReport {
    pub(super) fn into_report(self) -> Result<Report, SavedError> {
        let mut report = Report {
            scope: self.scope.into_scope()?,
            findings: self.findings.iter().map(SavedFinding::to_finding).collect::<Result<_, _>>()?,
            suppressed: self
                .suppressed
                .iter()
                .map(SavedSuppressed::to_suppressed)
                .collect::<Result<_, _>>()?,
            problems: self.problems.iter().map(SavedProblem::to_problem).collect(),
            notes: self.notes.iter().map(SavedProblem::to_problem).collect(),
        };
        if !self.complete && report.is_complete() {
            report.problems.push(Problem {
                kind: ProblemKind::Interrupted,
                path: None,
                message: "the saved report says that it is incomplete, and not why".to_owned(),
            });
        }
        Ok(report)
    }
}

#[derive(Deserialize)]
struct SavedScope {
    kind: String,
    #[serde(default)]
    revisions: Vec<String>,
    ci: Option<String>,
    #[serde(default)]
    commits: u64,
    #[serde(default)]
    objects: u64,
    #[serde(default)]
    blobs: u64,
    #[serde(default)]
    messages: u64,
    #[serde(default)]
    bytes: u64,
}

impl SavedScope {
    fn into_scope(self) -> Result<Scope, SavedError> {
        Ok(Scope {
            kind: Named::in_field("scope.kind", &self.kind)?,
            revisions: texts(&self.revisions),
            ci: self.ci.as_deref().map(text),
            commits: number(self.commits),
            objects: number(self.objects),
            blobs: number(self.blobs),
            messages: number(self.messages),
            bytes: self.bytes,
        })
    }
}

#[derive(Deserialize)]
struct SavedFinding {
    rule: String,
    title: String,
    provider: Option<bool>,
    severity: String,
    confidence: String,
    fingerprint: String,
    secret: SavedSecret,
    #[serde(default)]
    locations: Vec<SavedLocation>,
    #[serde(default)]
    places: u64,
    history: Option<SavedHistory>,
    #[serde(default)]
    reasons: Vec<SavedReason>,
    #[serde(default)]
    help: Vec<String>,
    context: Option<String>,
    verdict: Option<String>,
    verified: Option<SavedVerified>,
    group: Option<String>,
}

#[derive(Deserialize)]
struct SavedSecret {
    masked: String,
    #[serde(default)]
    length: u64,
}

/// Returns the kind with the name in an optional field.
fn optional<K: Named>(field: &'static str, name: Option<&String>) -> Result<Option<K>, SavedError> {
    name.map(|name| K::in_field(field, name)).transpose()
}

fn fingerprint(digits: &str) -> Result<Fingerprint, SavedError> {
    Fingerprint::from_report(digits).ok_or_else(|| SavedError::UnknownValue {
        field: "fingerprint",
        value: text(&digits.chars().take(20).collect::<String>()),
    })
}

impl SavedFinding {
    fn to_finding(&self) -> Result<Finding, SavedError> {
        let locations: Vec<Location> =
            self.locations.iter().map(SavedLocation::to_location).collect::<Result<_, _>>()?;
        Ok(Finding {
            rule: text(&self.rule).into(),
            title: text(&self.title).into(),
            provider: self.provider.unwrap_or_else(|| !self.rule.starts_with("generic-")),
            severity: Named::in_field("severity", &self.severity)?,
            confidence: Named::in_field("confidence", &self.confidence)?,
            fingerprint: fingerprint(&self.fingerprint)?,
            secret: Masked { text: text(&self.secret.masked), length: number(self.secret.length) },
            places: number(self.places),
            locations,
            history: self.history.as_ref().map(SavedHistory::to_history),
            // A reason of a newer version is left out.
            reasons: self.reasons.iter().filter_map(SavedReason::to_reason).collect(),
            help: texts(&self.help),
            context: optional("context", self.context.as_ref())?,
            verdict: optional("verdict", self.verdict.as_ref())?,
            verified: self.verified.as_ref().map(SavedVerified::to_verified).transpose()?.map(Box::new),
            group: self.group.as_deref().map(text),
        })
    }
}

#[derive(Deserialize)]
struct SavedReason {
    code: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    #[serde(default)]
    text: String,
}

impl SavedReason {
    fn to_reason(&self) -> Option<Reason> {
        let params = self.params.iter().filter_map(|(name, value)| Some((parameter(name)?, text(value))));
        Some(Reason { code: Named::by_name(&self.code)?, params: params.collect(), text: text(&self.text) })
    }
}

/// A start and an end, in lines and columns and in bytes.
#[derive(Clone, Copy, Deserialize)]
struct Extent {
    line: u64,
    column: u64,
    end_line: Option<u64>,
    end_column: Option<u64>,
    #[serde(default)]
    byte_start: u64,
    #[serde(default)]
    byte_end: u64,
}

impl Extent {
    fn start(self) -> Position {
        Position { line: number(self.line), column: number(self.column) }
    }

    fn end(self) -> Position {
        let line = self.end_line.unwrap_or(self.line).max(self.line);
        Position { line: number(line), column: number(self.end_column.unwrap_or(self.column)) }
    }

    fn bytes(self) -> (usize, usize) {
        (number(self.byte_start), number(self.byte_end.max(self.byte_start)))
    }
}

#[derive(Deserialize)]
struct SavedPosition {
    line: u64,
    column: u64,
}

#[derive(Deserialize)]
struct SavedSnippet {
    line: String,
    start: u64,
    end: u64,
}

impl SavedSnippet {
    /// Returns the snippet, if its span is a part of the line.
    fn to_snippet(&self) -> Option<Snippet> {
        let line = text(&self.line);
        let span = (number(self.start), number(self.end));
        line.get(span.0..span.1)?;
        Some(Snippet { line, span })
    }
}

#[derive(Deserialize)]
struct SavedSpan {
    part: String,
    name: String,
    masked: String,
    #[serde(flatten)]
    extent: Extent,
}

/// The fields that a location has in the report and in the checked-out commit.
#[derive(Deserialize)]
struct SavedPlace {
    #[serde(flatten)]
    extent: Extent,
    #[serde(default)]
    via: Vec<String>,
    in_member: Option<SavedPosition>,
    #[serde(default)]
    spans: Vec<SavedSpan>,
    snippet: Option<SavedSnippet>,
}

#[derive(Deserialize)]
struct SavedLocation {
    kind: Option<String>,
    path: String,
    #[serde(flatten)]
    place: SavedPlace,
    blob: Option<String>,
    commit: Option<String>,
    author: Option<String>,
    date: Option<String>,
    at_head: Option<SavedPlace>,
}

impl SavedPlace {
    fn to_location(&self, kind: LocationKind, path: &str) -> Location {
        let id = self.spans.iter().find(|span| span.part == "id");
        Location {
            kind,
            path: path.to_owned(),
            start: self.extent.start(),
            end: self.extent.end(),
            bytes: self.extent.bytes(),
            blob: None,
            commit: None,
            via: texts(&self.via),
            in_member: self
                .in_member
                .as_ref()
                .map(|at| Position { line: number(at.line), column: number(at.column) }),
            snippet: self.snippet.as_ref().and_then(SavedSnippet::to_snippet),
            companion: id.map(|id| Companion {
                name: text(&id.name).into(),
                masked: text(&id.masked),
                start: id.extent.start(),
                end: id.extent.end(),
                bytes: id.extent.bytes(),
            }),
            at_head: None,
        }
    }
}

impl SavedLocation {
    fn to_location(&self) -> Result<Location, SavedError> {
        let kind = optional("kind", self.kind.as_ref())?.unwrap_or(LocationKind::File);
        let path = text(&self.path);
        let author = self.author.as_deref().map(text).unwrap_or_default();
        let commit = self.commit.as_deref().map(|id| CommitInfo {
            id: text(id),
            author,
            date: self.date.as_deref().map(text),
        });
        let at_head = self.at_head.as_ref().map(|place| Box::new(place.to_location(kind, &path)));
        let blob = self.blob.as_deref().map(text);
        Ok(Location { blob, commit, at_head, ..self.place.to_location(kind, &path) })
    }
}

#[derive(Deserialize)]
struct SavedSuppressed {
    fingerprint: String,
    rule: String,
    by: String,
    #[serde(default)]
    reason: String,
    kind: Option<String>,
    path: String,
    line: u64,
}

impl SavedSuppressed {
    fn to_suppressed(&self) -> Result<Suppressed, SavedError> {
        Ok(Suppressed {
            fingerprint: fingerprint(&self.fingerprint)?,
            rule: text(&self.rule).into(),
            by: Named::in_field("suppressed.by", &self.by)?,
            reason: text(&self.reason),
            kind: optional("kind", self.kind.as_ref())?.unwrap_or(LocationKind::File),
            path: text(&self.path),
            line: number(self.line),
        })
    }
}

#[derive(Deserialize)]
struct SavedProblem {
    kind: String,
    message: String,
    path: Option<String>,
}

impl SavedProblem {
    /// Returns the problem. One of an unknown kind stays a problem: it may be what was not read.
    fn to_problem(&self) -> Problem {
        Problem {
            kind: ProblemKind::by_name(&self.kind).unwrap_or(ProblemKind::Unreadable),
            path: self.path.as_deref().map(text),
            message: text(&self.message),
        }
    }
}
