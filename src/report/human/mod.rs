//! For people in a terminal of 80 to 100 columns. What is printed depends on the report and the options alone,
//! never on the terminal.

mod finding;
mod layout;
mod many;
mod snippet;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use self::layout::{Paint, Tone, wrapped};
use self::many::Told;

pub use self::layout::{counted, grouped, size};
use crate::finding::{Finding, Problem, Report, Suppressed};
use crate::report::words;
use crate::text::escape_ci_command;

/// Further notes than these are only counted, unless asked for.
const MOST_NOTES: usize = 5;

/// A baseline may hold thousands: further ones than these are only counted, unless asked for.
const MOST_SUPPRESSED: usize = 20;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Findings and problems only; nothing at all where there are none.
    Quiet,
    /// What a person wants to know.
    #[default]
    Normal,
    /// Every note and every listed place as well.
    Verbose,
}

/// How people want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to colour.
    pub color: bool,
    /// How much is told.
    pub detail: Detail,
    /// The columns that there are; fewer than [`Options::NARROWEST`] count as that.
    pub width: usize,
}

impl Options {
    /// Text is not broken into narrower lines than this.
    pub const NARROWEST: usize = 40;

    fn width(&self) -> usize {
        self.width.max(Self::NARROWEST)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, detail: Detail::default(), width: 100 }
    }
}

/// Writes the report for people.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (reachable, unreachable): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.is_reachable());
    let mut before = Told::new(report, options);
    findings(&reachable, &mut before, options, out)?;
    if !unreachable.is_empty() {
        writeln!(out, "{}", unreachable_heading(unreachable.len(), options))?;
        findings(&unreachable, &mut before, options, out)?;
    }
    let quiet = options.detail == Detail::Quiet;
    if !quiet {
        section(&suppressed(&report.suppressed, options), out)?;
    }
    section(&problems(&report.problems, options), out)?;
    if !quiet {
        section(&notes(&report.notes, options), out)?;
        section(&many::overview(report, options), out)?;
        writeln!(out, "{}", summary(report, options))?;
    }
    Ok(())
}

fn findings<'r>(
    findings: &[&'r Finding],
    before: &mut Told<'r>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in findings {
        let told = finding::told(finding, before.before(finding), options);
        section(&told.map_err(io::Error::other)?, out)?;
    }
    Ok(())
}

/// Text and an empty line after it; nothing if there is no text. Where names were broken into lines, one may
/// begin as a command does that a CI system looks for in its log.
fn section(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in text.lines() {
        writeln!(out, "{}", escape_ci_command(line))?;
    }
    if text.is_empty() { Ok(()) } else { writeln!(out) }
}

fn unreachable_heading(number: usize, options: &Options) -> String {
    let heading = format!("In unreachable objects only: {}", counted(number, "secret"));
    let text = "No branch, tag, stash or reflog leads there (a blocked commit leaves its content behind), so this does \
                not fail the run unless `--fail-on-unreachable` is given. Once the secret is revoked, \
                `git gc --prune=now` removes such objects.";
    format!("{}\n{}", Paint(options.color).tint(Tone::Strong, &heading), wrapped("", text, options.width()))
}

/// One line each, however long: such lists are searched and cut by tools.
fn suppressed(list: &[Suppressed], options: &Options) -> String {
    let line = |suppressed: &Suppressed| {
        let Suppressed { fingerprint, rule, by, reason, .. } = suppressed;
        let place = words::suppressed(suppressed);
        let reason = if reason.is_empty() { "no reason given" } else { reason };
        let word = Paint(options.color).tint(Tone::Strong, "suppressed");
        format!("{word} {fingerprint} {rule} ({by}) {place}: {reason}\n")
    };
    let most = if options.detail == Detail::Verbose { usize::MAX } else { MOST_SUPPRESSED };
    let hidden = list.len().saturating_sub(most);
    let rest = (hidden > 0).then(|| format!("and {hidden} more suppressed (`-v` lists all)\n"));
    list.iter().take(most).map(line).chain(rest).collect()
}

fn problems(list: &[Problem], options: &Options) -> String {
    list.iter().map(|problem| entry("problem", Tone::Error, problem, options)).collect()
}

fn notes(list: &[Problem], options: &Options) -> String {
    let most = if options.detail == Detail::Verbose { usize::MAX } else { MOST_NOTES };
    let hidden = list.len().saturating_sub(most);
    let shown = list.iter().take(most).map(|note| entry("note", Tone::Note, note, options));
    let rest = (hidden > 0).then(|| format!("and {} (`-v` lists all)\n", counted(hidden, "more note")));
    shown.chain(rest).collect()
}

/// `problem[unreadable]: path` and what to do, indented where it takes more than a line.
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

/// How it went in one line; before it, where a CI system was recognised, what it asked for.
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
    // Green only where everything was read.
    let found = if report.is_complete() || reachable > 0 { paint.tint(tone, &found) } else { found };
    let mut counts = vec![format!("{found} in {}", read(report))];
    if unreachable > 0 {
        let more = if reachable > 0 { " more" } else { "" };
        counts.push(format!("{unreachable}{more} in unreachable objects only"));
    }
    if !report.suppressed.is_empty() {
        counts.push(format!("{} suppressed", report.suppressed.len()));
    }
    parts.push(counts.join(", "));
    if report.is_complete() {
        parts.push("complete".to_owned());
    }
    let asked = report.scope.ci.as_ref().map(|ci| format!("{ci}\n")).unwrap_or_default();
    format!("{asked}{}", parts.join("; "))
}

/// What was read: `0 files` is said, too.
fn read(report: &Report) -> String {
    let scope = &report.scope;
    let content = format!("{} ({})", counted(scope.blobs, "file"), size(scope.bytes));
    if scope.commits > 0 || matches!(scope.kind, "history" | "range") {
        format!("{} and {content}", counted(scope.commits, "commit"))
    } else {
        content
    }
}
