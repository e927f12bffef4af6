//! Text for a terminal of 80 to 100 columns. Depends on the report and the options only, never on the terminal.

mod ascii;
mod compact;
mod finding;
mod layout;
mod many;
mod snippet;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use self::layout::{Paint, Tone, wrapped};
use crate::report::entries::{self, Entry};

pub(crate) use self::ascii::to_ascii;
pub(crate) use self::layout::{counted, grouped, size};
use crate::finding::{Problem, Report, Scope, ScopeKind, Suppressed};
use crate::report::words;
use crate::text::escape_ci_command;

/// Beside many findings more problems are only counted.
const MAX_PROBLEMS: usize = 10;

/// More notes are only counted, unless verbose.
const MAX_NOTES: usize = 5;

/// The amount of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Findings and problems only; no output without them.
    Quiet,
    /// Findings, problems, some notes, a summary.
    #[default]
    Normal,
    /// Also every note, location and suppressed finding.
    Verbose,
}

/// Settings of the human format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Whether to use colours.
    pub color: bool,
    /// Whether only ASCII may be written.
    pub ascii: bool,
    /// The amount of output.
    pub detail: Detail,
    /// Columns of the terminal; at least [`Options::MIN_WIDTH`] are used.
    pub width: usize,
}

impl Options {
    /// The smallest width, in columns.
    pub(crate) const MIN_WIDTH: usize = 40;

    fn width(&self) -> usize {
        self.width.max(Self::MIN_WIDTH)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, ascii: false, detail: Detail::default(), width: 100 }
    }
}

/// Writes the report as text.
///
/// # Errors
/// Returns the errors of `out`.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.ascii {
        let mut text = Vec::new();
        write_text(report, options, &mut text)?;
        return out.write_all(ascii::to_ascii(&String::from_utf8_lossy(&text)).as_bytes());
    }
    write_text(report, options, out)
}

fn write_text(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (reachable, unreachable): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.is_reachable());
    let group = |findings: &[_]| -> Vec<Entry<'_>> {
        match options.detail {
            Detail::Verbose => findings.iter().copied().map(Entry::single).collect(),
            Detail::Quiet | Detail::Normal => entries::group(findings),
        }
    };
    let (mut all, lost) = (group(&reachable), group(&unreachable));
    let is_brief = options.detail != Detail::Verbose && all.len() + lost.len() > many::MAX_FULL;
    findings(&all, is_brief, options, out)?;
    if !lost.is_empty() {
        writeln!(out, "{}", unreachable_heading(unreachable.len(), options))?;
        findings(&lost, is_brief, options, out)?;
    }
    all.extend(lost);
    let quiet = options.detail == Detail::Quiet;
    if !quiet && is_brief {
        section(&compact::advice(&all, options), out)?;
    }
    if !quiet {
        section(&suppressed(&report.suppressed, options), out)?;
    }
    section(&problems(&report.problems, is_brief, options), out)?;
    if !quiet {
        section(&notes(&report.notes, options), out)?;
        section(&many::overview(report, options), out)?;
        section(&compact::grouping(&all, options), out)?;
        writeln!(out, "{}", summary(report, options))?;
    }
    Ok(())
}

/// Writes entries: in brief two lines for each, otherwise all that is known about each.
fn findings(entries: &[Entry<'_>], is_brief: bool, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if is_brief {
        let lines: String = entries.iter().map(|entry| compact::render(entry, options)).collect();
        return section(&lines, out);
    }
    for entry in entries {
        section(&finding::render(entry, options).map_err(io::Error::other)?, out)?;
    }
    Ok(())
}

/// Writes text and an empty line; nothing without text. Escapes lines that start like a CI command: wrapping may move a
/// part of a name to the start of a line.
fn section(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in text.lines() {
        writeln!(out, "{}", escape_ci_command(line))?;
    }
    if text.is_empty() { Ok(()) } else { writeln!(out) }
}

fn unreachable_heading(number: usize, options: &Options) -> String {
    let heading = format!("In unreachable objects only: {}", counted(number, "secret"));
    let text = "No branch, tag, stash or reflog reaches these objects (a blocked commit leaves its content there). They do \
                not fail the run without `--fail-on-unreachable`. Once the secret is revoked, \
                `git gc --prune=now` removes such objects.";
    format!("{}\n{}", Paint(options.color).tint(Tone::Strong, &heading), wrapped("", text, options.width()))
}

/// Lists suppressed findings, one per line, without wrapping: tools search and cut such lists. Only in verbose output;
/// otherwise the summary counts them.
fn suppressed(list: &[Suppressed], options: &Options) -> String {
    let line = |suppressed: &Suppressed| {
        let Suppressed { fingerprint, rule, by, reason, .. } = suppressed;
        let place = words::suppressed(suppressed);
        let reason = if reason.is_empty() { "no reason given" } else { reason };
        let word = Paint(options.color).tint(Tone::Strong, "suppressed");
        format!("{word} {fingerprint} {rule} ({by}) {place}: {reason}\n")
    };
    if options.detail == Detail::Verbose { list.iter().map(line).collect() } else { String::new() }
}

/// Lists problems. Beside many findings those after the first ones are only counted.
fn problems(list: &[Problem], is_brief: bool, options: &Options) -> String {
    let most = if is_brief { MAX_PROBLEMS } else { usize::MAX };
    let hidden = list.len().saturating_sub(most);
    let shown = list.iter().take(most).map(|problem| entry("problem", Tone::Error, problem, options));
    let rest = (hidden > 0).then(|| format!("and {} (`-v` lists all)\n", counted(hidden, "more problem")));
    shown.chain(rest).collect()
}

fn notes(list: &[Problem], options: &Options) -> String {
    let most = if options.detail == Detail::Verbose { usize::MAX } else { MAX_NOTES };
    let hidden = list.len().saturating_sub(most);
    let shown = list.iter().take(most).map(|note| entry("note", Tone::Note, note, options));
    let rest = (hidden > 0).then(|| format!("and {} (`-v` lists all)\n", counted(hidden, "more note")));
    shown.chain(rest).collect()
}

/// Returns `problem[kind]: path: message`, with further lines indented.
fn entry(word: &str, tone: Tone, problem: &Problem, options: &Options) -> String {
    let kind = format!("{word}[{}]", problem.kind.name());
    let text = match &problem.path {
        Some(path) => format!("{path}: {}", problem.message),
        None => problem.message.clone(),
    };
    let line = wrapped("  ", &format!("{kind}: {text}"), options.width());
    let rest = line.trim_start().strip_prefix(kind.as_str()).unwrap_or_default();
    format!("{}{rest}", Paint(options.color).tint(tone, &kind))
}

/// Returns the summary in a line; with `--ci`, after a line about the run.
pub(crate) fn summary(report: &Report, options: &Options) -> String {
    let paint = Paint(options.color);
    let unreachable = report.findings.iter().filter(|finding| !finding.is_reachable()).count();
    let reachable = report.findings.len() - unreachable;
    let accepted = report.notes.iter().filter(|note| !note.kind.is_note()).count();
    let mut parts = Vec::new();
    if !report.is_complete() {
        let mut unread = Vec::new();
        if !report.problems.is_empty() {
            unread.push(counted(report.problems.len(), "problem"));
        }
        if accepted > 0 {
            unread.push(counted(accepted, "accepted problem"));
        }
        let text = format!("INCOMPLETE: {}, not everything was read", unread.join(", "));
        parts.push(paint.tint(Tone::Error, &text));
    }
    let (found, tone) = match reachable {
        0 => ("no secrets found".to_owned(), Tone::Good),
        number => (format!("{} found", counted(number, "secret")), Tone::Error),
    };
    // Green only for a complete scan.
    let found = if report.is_complete() || reachable > 0 { paint.tint(tone, &found) } else { found };
    let mut counts = vec![format!("{found} in {}", read(report))];
    counts.extend(words::contexts(report));
    if unreachable > 0 {
        let more = if reachable > 0 { " more" } else { "" };
        counts.push(format!("{unreachable}{more} in unreachable objects only"));
    }
    if !report.suppressed.is_empty() {
        counts.push(format!("{} suppressed", report.suppressed.len()));
    }
    parts.push(counts.join(", "));
    if report.is_complete() {
        let Scope { commits, objects, messages, blobs, .. } = report.scope;
        let is_empty = commits + objects + messages + blobs == 0;
        parts.push(if is_empty { "there was nothing to read" } else { "everything was read" }.to_owned());
    }
    let asked = report.scope.ci.as_ref().map(|ci| format!("{ci}\n")).unwrap_or_default();
    format!("{asked}{}", parts.join("; "))
}

/// Returns the amounts read, even `0 files`. A run that read only messages names no files.
fn read(report: &Report) -> String {
    let scope = &report.scope;
    let (has_messages, has_files) = (scope.messages > 0, scope.blobs > 0);
    let is_of_commits = matches!(scope.kind, ScopeKind::History | ScopeKind::Range);
    let mut parts = Vec::new();
    if scope.commits > 0 || is_of_commits && !has_messages {
        parts.push(counted(scope.commits, "commit"));
    }
    if has_messages {
        parts.push(counted(scope.messages, "message"));
    }
    if has_files || !has_messages {
        parts.push(counted(scope.blobs, "file"));
    }
    let last = parts.pop().unwrap_or_default();
    let before = if parts.is_empty() { String::new() } else { format!("{} and ", parts.join(", ")) };
    format!("{before}{last} ({})", size(scope.bytes))
}
