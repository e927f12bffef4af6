//! JSON, schema version 1: the shapes that `json` and `jsonl` share. Within a version fields are added, never
//! changed. A field without a value is `null`; only `kind` (when it is `file`), `via` (when there was no
//! decoding), `in_member` (outside of archives), `spans` (without a pair), `snippet` (without a line) and `at_head` (where
//! the checked-out commit does not have the value) are left out. `report::saved` reads this back.

mod history;
mod verified;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{
    Context, Finding, Location, LocationKind, Problem, Reason, Report, Scope, Snippet, Suppressed, Verdict,
    Verification,
};
use crate::text::Position;

use self::history::HistoryView;
use self::verified::VerifiedView;

const SCHEMA: u32 = 1;

/// The fields before the findings.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Head<'r> {
    tool: &'static str,
    version: &'static str,
    schema: u32,
    complete: bool,
    scope: ScopeView<'r>,
}

impl<'r> Head<'r> {
    pub(crate) fn of(report: &'r Report) -> Self {
        let Scope { kind, revisions, ci, commits, objects, blobs, messages, bytes } = &report.scope;
        Self {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            schema: SCHEMA,
            complete: report.is_complete(),
            scope: ScopeView {
                kind: kind.name(),
                revisions,
                ci: ci.as_deref(),
                commits: *commits,
                objects: *objects,
                blobs: *blobs,
                messages: *messages,
                bytes: *bytes,
            },
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ScopeView<'r> {
    kind: &'static str,
    revisions: &'r [String],
    ci: Option<&'r str>,
    commits: usize,
    objects: usize,
    blobs: usize,
    messages: usize,
    bytes: u64,
}

/// What stands after the findings.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Rest<'r> {
    suppressed: Vec<SuppressedView<'r>>,
    problems: Vec<ProblemView<'r>>,
    notes: Vec<ProblemView<'r>>,
}

impl<'r> Rest<'r> {
    pub(crate) fn of(report: &'r Report) -> Self {
        Self {
            suppressed: report.suppressed.iter().map(SuppressedView::of).collect(),
            problems: report.problems.iter().map(ProblemView::of).collect(),
            notes: report.notes.iter().map(ProblemView::of).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SuppressedView<'r> {
    fingerprint: &'r str,
    rule: &'r str,
    by: &'static str,
    reason: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    path: &'r str,
    line: usize,
}

impl<'r> SuppressedView<'r> {
    fn of(suppressed: &'r Suppressed) -> Self {
        let Suppressed { fingerprint, rule, by, reason, kind, path, line } = suppressed;
        Self {
            fingerprint: fingerprint.as_str(),
            rule,
            by: by.name(),
            reason,
            kind: kind_of(*kind),
            path,
            line: *line,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ProblemView<'r> {
    kind: &'static str,
    message: &'r str,
    path: Option<&'r str>,
}

impl<'r> ProblemView<'r> {
    fn of(problem: &'r Problem) -> Self {
        Self { kind: problem.kind.name(), message: &problem.message, path: problem.path.as_deref() }
    }
}

/// One finding.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FindingView<'r> {
    rule: &'r str,
    title: &'r str,
    provider: bool,
    severity: &'static str,
    confidence: &'static str,
    fingerprint: &'r str,
    secret: SecretView<'r>,
    locations: Vec<LocationView<'r>>,
    places: usize,
    history: Option<HistoryView<'r>>,
    reasons: Vec<ReasonView<'r>>,
    help: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<VerifiedView<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'r str>,
}

impl<'r> FindingView<'r> {
    pub(crate) fn of(finding: &'r Finding) -> Self {
        Self {
            rule: &finding.rule,
            title: &finding.title,
            provider: finding.provider,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            fingerprint: finding.fingerprint.as_str(),
            secret: SecretView { masked: &finding.secret.text, length: finding.secret.length },
            locations: finding.locations.iter().map(|location| LocationView::of(finding, location)).collect(),
            places: finding.places,
            history: finding.history.as_ref().map(HistoryView::of),
            reasons: finding.reasons.iter().map(ReasonView::new).collect(),
            help: &finding.help,
            context: finding.context.map(Context::name),
            verdict: finding.verdict.map(Verdict::name),
            verification: finding.verification().map(Verification::name),
            verified: finding.verified.as_deref().map(VerifiedView::of),
            group: finding.group.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReasonView<'r> {
    code: &'static str,
    params: BTreeMap<&'static str, &'r str>,
    text: &'r str,
}

impl<'r> ReasonView<'r> {
    fn new(reason: &'r Reason) -> Self {
        let params = reason.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self { code: reason.code.name(), params, text: &reason.text }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SecretView<'r> {
    masked: &'r str,
    length: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LocationView<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    path: &'r str,
    #[serde(flatten)]
    extent: ExtentView,
    blob: Option<&'r str>,
    commit: Option<&'r str>,
    author: Option<&'r str>,
    date: Option<&'r str>,
    #[serde(flatten)]
    details: DetailView<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_head: Option<AtHeadView<'r>>,
}

/// What a place has beside its extent.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DetailView<'r> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    via: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    in_member: Option<PositionView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<SpanView<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetView<'r>>,
}

impl<'r> DetailView<'r> {
    fn of(finding: &'r Finding, location: &'r Location) -> Self {
        Self {
            via: &location.via,
            in_member: location.in_member.map(PositionView::of),
            spans: spans(finding, location),
            snippet: location.snippet.as_ref().map(SnippetView::of),
        }
    }
}

/// The value at the same path in the checked-out commit.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AtHeadView<'r> {
    #[serde(flatten)]
    extent: ExtentView,
    #[serde(flatten)]
    details: DetailView<'r>,
}

impl<'r> AtHeadView<'r> {
    fn of(finding: &'r Finding, location: &'r Location) -> Self {
        Self {
            extent: ExtentView::of((location.start, location.end), location.bytes),
            details: DetailView::of(finding, location),
        }
    }
}

/// The masked line, and the bytes of the mask in it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SnippetView<'r> {
    line: &'r str,
    start: usize,
    end: usize,
}

impl<'r> SnippetView<'r> {
    fn of(snippet: &'r Snippet) -> Self {
        let (start, end) = snippet.span;
        Self { line: &snippet.line, start, end }
    }
}

/// The start and end of a span.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ExtentView {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: usize,
    byte_end: usize,
}

impl ExtentView {
    const fn of((start, end): (Position, Position), (byte_start, byte_end): (usize, usize)) -> Self {
        Self {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            byte_start,
            byte_end,
        }
    }
}

/// A position without an end.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PositionView {
    line: usize,
    column: usize,
}

impl PositionView {
    const fn of(Position { line, column }: Position) -> Self {
        Self { line, column }
    }
}

/// A span of a credential pair: the id or the secret.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SpanView<'r> {
    part: &'static str,
    name: &'r str,
    masked: &'r str,
    #[serde(flatten)]
    extent: ExtentView,
}

/// Returns the spans of a pair, id first; empty for a single secret.
fn spans<'r>(finding: &'r Finding, location: &'r Location) -> Vec<SpanView<'r>> {
    let Some(id) = &location.companion else { return Vec::new() };
    let view = |part, name, masked, places, bytes| SpanView {
        part,
        name,
        masked,
        extent: ExtentView::of(places, bytes),
    };
    vec![
        view("id", &*id.name, id.masked.as_str(), (id.start, id.end), id.bytes),
        view("secret", &*finding.title, &finding.secret.text, (location.start, location.end), location.bytes),
    ]
}

impl<'r> LocationView<'r> {
    fn of(finding: &'r Finding, location: &'r Location) -> Self {
        let commit = location.commit.as_ref();
        Self {
            kind: kind_of(location.kind),
            path: &location.path,
            extent: ExtentView::of((location.start, location.end), location.bytes),
            blob: location.blob.as_deref(),
            commit: commit.map(|commit| commit.id.as_str()),
            author: commit.map(|commit| commit.author.as_str()),
            date: commit.and_then(|commit| commit.date.as_deref()),
            details: DetailView::of(finding, location),
            at_head: location.at_head.as_ref().map(|shown| AtHeadView::of(finding, shown)),
        }
    }
}

/// Returns the kind of a location; `None` for a file, the default.
fn kind_of(kind: LocationKind) -> Option<&'static str> {
    (kind != LocationKind::File).then(|| kind.name())
}
