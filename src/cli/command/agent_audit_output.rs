//! The result of `skant agent audit`, as text for people and as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::agent::audit::{Audit, Value};
use crate::cli::session::printable_path;
use crate::report::human::counted;
use crate::scan::redact;
use crate::text::escape_terminal;

/// What became of the files with secrets.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    pub(super) replaced: Vec<PathBuf>,
    /// The files that stay as they are, with the reason.
    pub(super) left: Vec<(PathBuf, String)>,
}

/// The task of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Show,
    /// Say what would be replaced.
    Plan,
    Replace,
}

/// The number of files that are listed for a value.
const MAX_FILES: usize = 5;

pub(super) fn render(found: &Audit, mode: Mode, redaction: &Redaction) -> String {
    let mut out = String::new();
    for value in &found.values {
        add_value(value, &mut out);
    }
    // Writing to a string does not fail.
    for value in &found.credentials {
        let files: Vec<String> = value.holders.iter().map(|holder| shown(&holder.file.path)).collect();
        let (title, masked) = (&value.finding.title, &value.finding.secret.text);
        let _ = writeln!(out, "where it belongs: {title}, {masked} in {}", files.join(", "));
    }
    for path in &found.programs {
        let _ = writeln!(out, "not searched: {}, programs of others", shown(path));
    }
    for (path, reason) in &found.problems {
        let _ = writeln!(out, "not read: {}: {}", shown(path), text(reason));
    }
    let verb = if mode == Mode::Plan { "would be rewritten" } else { "rewritten" };
    for path in &redaction.replaced {
        let _ = writeln!(out, "{verb}: {}", shown(path));
    }
    for (path, reason) in &redaction.left {
        let _ = writeln!(out, "left: {}: {}", shown(path), text(reason));
    }
    let secrets = match found.values.len() {
        0 => "no secret".to_owned(),
        count => counted(count, "secret"),
    };
    let _ = writeln!(out, "{secrets} in the folders of agents; {} read", counted(found.files, "file"));
    match mode {
        Mode::Show if !found.values.is_empty() => out.push_str(
            "next: revoke each value that still works, then `skant agent audit --redact` shows what it would rewrite\n",
        ),
        Mode::Plan if !redaction.replaced.is_empty() => out.push_str(
            "nothing was changed; close the agents, then `skant agent audit --redact --yes` rewrites the files\n",
        ),
        _ => {}
    }
    out
}

fn add_value(value: &Value, out: &mut String) {
    let finding = &value.finding;
    let sessions = value.sessions();
    let in_sessions =
        if sessions > 0 { format!(" in {}", counted(sessions, "session")) } else { String::new() };
    let since = value.since.as_deref().and_then(|since| since.get(..10));
    let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{}[{}]: {}, {}\n  {}{in_sessions}, {}{since}",
        finding.severity,
        finding.rule,
        finding.title,
        finding.secret.text,
        counted(value.places(), "place"),
        counted(value.holders.len(), "file")
    );
    for holder in value.holders.iter().take(MAX_FILES) {
        let (file, kind) = (&holder.file, holder.file.kind.name());
        let _ = writeln!(out, "  {} ({}, {kind}): {}", shown(&file.path), file.agent, holder.places);
    }
    if value.holders.len() > MAX_FILES {
        let more = counted(value.holders.len() - MAX_FILES, "file");
        let _ = writeln!(out, "  and {more} more; `--json` lists all");
    }
}

pub(super) fn render_json(found: &Audit, mode: Mode, redaction: &Redaction) -> String {
    let list = |values: &[Value]| values.iter().map(value).collect::<Vec<_>>();
    let paths = |paths: &[(PathBuf, String)]| {
        paths
            .iter()
            .map(|(path, reason)| json!({"path": shown(path), "reason": text(reason)}))
            .collect::<Vec<_>>()
    };
    let value = json!({
        "tool": "skant",
        "version": env!("CARGO_PKG_VERSION"),
        "schema": 1,
        "complete": found.problems.is_empty(),
        "files": found.files,
        "bytes": found.bytes,
        "findings": list(&found.values),
        "credentials": list(&found.credentials),
        "problems": paths(&found.problems),
        "not_searched": found.programs.iter().map(|path| shown(path)).collect::<Vec<_>>(),
        "dry_run": mode != Mode::Replace,
        "rewritten": redaction.replaced.iter().map(|path| shown(path)).collect::<Vec<_>>(),
        "left": paths(&redaction.left),
    });
    format!("{value:#}\n")
}

fn value(value: &Value) -> serde_json::Value {
    let files = value.holders.iter().map(|holder| {
        json!({
            "path": shown(&holder.file.path),
            "agent": holder.file.agent,
            "kind": holder.file.kind.name(),
            "places": holder.places,
        })
    });
    json!({
        "rule": value.finding.rule,
        "title": value.finding.title,
        "severity": value.finding.severity.to_string(),
        "confidence": value.finding.confidence.to_string(),
        "fingerprint": value.finding.fingerprint.to_string(),
        "masked": value.finding.secret.text,
        "since": value.since,
        "places": value.places(),
        "sessions": value.sessions(),
        "files": files.collect::<Vec<_>>(),
    })
}

fn shown(path: &Path) -> String {
    printable_path(path)
}

fn text(text: &str) -> String {
    redact(&escape_terminal(text.as_bytes()))
}
