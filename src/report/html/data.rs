//! What the script of the page shows of each finding.

use std::borrow::Cow;

use serde::Serialize;

use crate::finding::{CommitInfo, Context, Event, Finding, HeldBy, History, Location, LocationKind};
use crate::report::{whereabouts, words};

/// More places of a finding are only counted.
const MAX_PLACES: usize = 20;

/// One finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingView<'r> {
    rule: &'r str,
    title: &'r str,
    severity: &'static str,
    confidence: &'static str,
    fingerprint: &'r str,
    masked: &'r str,
    context: &'static str,
    state: &'static str,
    fails: bool,
    /// The number of places.
    count: usize,
    /// The number of places that are not listed.
    more: usize,
    introduced: Option<EventView<'r>>,
    removed: Option<EventView<'r>>,
    places: Vec<PlaceView<'r>>,
    /// The refs with the value in their files, then those with it in their history.
    refs: Vec<&'r str>,
    timeline: String,
    /// The provider's answer, then why the finding has its confidence.
    reasons: Vec<Cow<'r, str>>,
    help: &'r [String],
    commands: Vec<String>,
}

impl<'r> FindingView<'r> {
    /// Describes a finding; `fails` says whether it fails the run.
    pub(super) fn of(finding: &'r Finding, fails: bool) -> Self {
        let history = finding.history.as_ref();
        let count = finding.places.max(finding.locations.len());
        let places: Vec<PlaceView<'_>> =
            finding.locations.iter().take(MAX_PLACES).map(PlaceView::of).collect();
        Self {
            rule: &finding.rule,
            title: &finding.title,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            fingerprint: finding.fingerprint.as_str(),
            masked: &finding.secret.text,
            context: finding.context.unwrap_or(Context::Unknown).name(),
            state: state(finding),
            fails,
            count,
            more: count - places.len(),
            introduced: history.and_then(|history| history.introduced.as_ref()).map(EventView::of),
            removed: history.and_then(|history| history.removed.as_ref()).map(EventView::of),
            places,
            refs: history.and_then(|history| history.held_by.as_deref()).map(refs).unwrap_or_default(),
            timeline: history.map(|history| whereabouts::lines(history).join("; ")).unwrap_or_default(),
            reasons: words::verified(finding)
                .map(Cow::Owned)
                .into_iter()
                .chain(finding.reasons.iter().map(|reason| reason.text.as_str().into()))
                .collect(),
            help: &finding.help,
            commands: commands(finding),
        }
    }
}

fn refs(held_by: &HeldBy) -> Vec<&str> {
    let (in_files, in_history) = whereabouts::names(held_by);
    [in_files, in_history].concat()
}

/// Returns where a finding stands now, in a few words.
pub(super) fn state(finding: &Finding) -> &'static str {
    match &finding.history {
        None => "in the files",
        Some(History { at_head: true, .. }) => "in the files of a branch",
        Some(History { reachable: true, .. }) => "removed, in history",
        Some(_) => "unreachable",
    }
}

/// Returns the commands that show a finding in its repository.
fn commands(finding: &Finding) -> Vec<String> {
    let mut commands = vec![format!("skant explain {}", finding.fingerprint)];
    let commit = finding.locations.first().and_then(|place| place.commit.as_ref());
    commands.extend(commit.map(|commit| format!("git show {}", words::short(&commit.id))));
    commands
}

/// A commit.
#[derive(Serialize)]
struct EventView<'r> {
    date: Option<&'r str>,
    author: &'r str,
    commit: &'r str,
}

impl<'r> EventView<'r> {
    fn of(event: &'r Event) -> Self {
        let CommitInfo { id, author, date } = &event.commit;
        Self { date: date.as_deref(), author, commit: words::short(id) }
    }
}

/// A place.
#[derive(Serialize)]
struct PlaceView<'r> {
    path: &'r str,
    line: usize,
    /// The place in words, with the archives and encodings around it.
    #[serde(rename = "where")]
    at: String,
    author: Option<&'r str>,
    date: Option<&'r str>,
    /// The other part of a credential pair, with its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    companion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetView<'r>>,
}

impl<'r> PlaceView<'r> {
    fn of(place: &'r Location) -> Self {
        let snippet = place.snippet.as_ref().filter(|_| place.kind == LocationKind::File);
        let commit = place.commit.as_ref();
        Self {
            path: &place.path,
            line: place.start.line,
            at: words::describe_location(place),
            companion: words::companion(place),
            author: commit.map(|commit| commit.author.as_str()),
            date: commit.and_then(|commit| commit.date.as_deref()),
            snippet: snippet.filter(|snippet| !snippet.line.is_empty()).map(|snippet| {
                let (start, end) = snippet.span;
                let units = |end: usize| {
                    let end =
                        (0..=end.min(snippet.line.len())).rev().find(|at| snippet.line.is_char_boundary(*at));
                    snippet.line[..end.unwrap_or(0)].encode_utf16().count()
                };
                SnippetView { text: &snippet.line, start: units(start), end: units(end) }
            }),
        }
    }
}

/// A masked line. Start and end of the mask count UTF-16 code units, as scripts do.
#[derive(Serialize)]
struct SnippetView<'r> {
    text: &'r str,
    start: usize,
    end: usize,
}
