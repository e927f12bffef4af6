//! JUnit XML for test views: a case for the scan, and one for each finding, problem and suppressed finding.
//!
//! Valid for the schemas of Ant and of Jenkins, so it has only elements known to both.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::finding::{Finding, Problem, Report, Suppressed};
use crate::report::level::Level;
use crate::report::{Times, human, whereabouts, words};

/// GitLab accepts half a million cases. Jenkins holds all cases in memory, and nobody reads more than some thousand.
const MAX_CASES: usize = 20_000;

/// Writes the report as one test suite.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, times: Times, out: &mut dyn Write) -> io::Result<()> {
    let all = cases(report);
    let (cases, cut) = all.split_at(all.len().min(MAX_CASES));
    let count = |wanted: fn(&Verdict) -> bool| cases.iter().filter(|case| wanted(&case.verdict)).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    write!(out, "  <testsuite name=\"skant\" package=\"skant\" id=\"0\" hostname=\"localhost\"")?;
    write!(out, " timestamp=\"{}\" time=\"{}\"", times.started(), times.seconds())?;
    writeln!(
        out,
        " tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        cases.len(),
        count(|verdict| matches!(verdict, Verdict::Failure(..))),
        count(|verdict| matches!(verdict, Verdict::Error(..))),
        count(|verdict| matches!(verdict, Verdict::Skipped(..))),
    )?;
    properties(report, out)?;
    for case in cases {
        case.write(out)?;
    }
    let mut output = vec![human::summary(report, &human::Options::default())];
    if !cut.is_empty() {
        let (listed, all) = (cases.len(), all.len());
        output.push(format!("{listed} of {all} cases are listed; `--format json` lists all."));
    }
    for note in report.notes.iter().filter(|note| note.kind.is_note()).take(MAX_CASES) {
        output.push(format!("note[{}]: {}", note.kind.name(), words::problem(note)));
    }
    writeln!(
        out,
        "    <system-out>{}</system-out>\n    <system-err></system-err>",
        text(&output.join("\n"))
    )?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

enum Verdict {
    Passed,
    /// Kind, message and advice.
    Failure(String, String, String),
    Error(String, String, String),
    Skipped(String),
}

struct Case {
    name: String,
    class: String,
    verdict: Verdict,
}

/// Returns the cases. The scan itself comes first: a report without findings still has a case, and an incomplete scan
/// is an error.
fn cases(report: &Report) -> Vec<Case> {
    let summary = human::summary(report, &human::Options::default());
    let verdict = match (report.problems.is_empty(), report.is_complete()) {
        (false, _) => Verdict::Error("incomplete".to_owned(), summary, String::new()),
        (true, false) => Verdict::Skipped(summary),
        (true, true) => Verdict::Passed,
    };
    let scan = Case { name: "everything was read".to_owned(), class: "skant".to_owned(), verdict };
    let accepted = report.notes.iter().filter(|note| !note.kind.is_note());
    std::iter::once(scan)
        .chain(report.problems.iter().map(|problem| unread(problem, false)))
        .chain(report.findings.iter().map(found))
        .chain(accepted.map(|problem| unread(problem, true)))
        .chain(report.suppressed.iter().map(suppressed_case))
        .collect()
}

fn found(finding: &Finding) -> Case {
    let Finding { title, rule, fingerprint, secret, severity, confidence, .. } = finding;
    let first = finding.locations.first().map(|first| format!(" in {}", words::describe_location(first)));
    let message = format!(
        "{title}: {}, {} characters; {severity}, {confidence} confidence",
        secret.text, secret.length
    );
    let mut lines: Vec<String> =
        finding.locations.iter().map(|at| format!("at {}", words::describe_location(at))).collect();
    let companions = finding.locations.iter().filter_map(words::companion);
    lines.extend(companions.map(|companion| format!("belongs to {companion}")));
    let hidden = finding.places.saturating_sub(finding.locations.len());
    if hidden > 0 {
        lines.push(format!("and {hidden} more places"));
    }
    lines.extend(finding.history.iter().flat_map(whereabouts::lines));
    lines.extend(words::verified(finding).map(|answer| format!("verified: {answer}")));
    lines.extend(finding.reasons.iter().map(|reason| format!("why: {reason}")));
    lines.extend(words::steps(&finding.help));
    let verdict = match Level::of(finding) {
        // It fails a run only on request.
        Level::Note => Verdict::Skipped(message),
        Level::Warning | Level::Error => Verdict::Failure(rule.to_string(), message, lines.join("\n")),
    };
    let name = format!("{title}, fingerprint {fingerprint}{}", first.unwrap_or_default());
    Case { name, class: format!("skant.{rule}"), verdict }
}

fn unread(problem: &Problem, accepted: bool) -> Case {
    let kind = problem.kind.name();
    let name = match &problem.path {
        Some(path) => format!("{kind}: {path}"),
        None => format!("{kind}: {}", problem.message),
    };
    let verdict = if accepted {
        Verdict::Skipped(format!("accepted, but not read: {}", words::problem(problem)))
    } else {
        Verdict::Error(kind.to_owned(), words::problem(problem), String::new())
    };
    Case { name, class: "skant.problem".to_owned(), verdict }
}

fn suppressed_case(suppressed: &Suppressed) -> Case {
    let Suppressed { fingerprint, rule, by, reason, .. } = suppressed;
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    let name = format!("suppressed: fingerprint {fingerprint} in {}", words::suppressed(suppressed));
    Case {
        name,
        class: format!("skant.{rule}"),
        verdict: Verdict::Skipped(format!("suppressed ({by}): {reason}")),
    }
}

impl Case {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (name, class) = (text(&self.name), text(&self.class));
        write!(out, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\">")?;
        match &self.verdict {
            Verdict::Passed => {}
            Verdict::Failure(kind, message, body) => element("failure", kind, message, body, out)?,
            Verdict::Error(kind, message, body) => element("error", kind, message, body, out)?,
            Verdict::Skipped(message) => write!(out, "<skipped message=\"{}\"/>", text(message))?,
        }
        writeln!(out, "</testcase>")
    }
}

fn element(name: &str, kind: &str, message: &str, body: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<{name} type=\"{}\" message=\"{}\">{}</{name}>", text(kind), text(message), text(body))
}

fn properties(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let scope = &report.scope;
    writeln!(out, "    <properties>")?;
    for (name, value) in [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("complete", report.is_complete().to_string()),
        ("scope", scope.kind.name().to_owned()),
        ("revisions", scope.revisions.join(" ")),
        ("ci", scope.ci.clone().unwrap_or_default()),
        ("commits", scope.commits.to_string()),
        ("files", scope.blobs.to_string()),
        ("bytes", scope.bytes.to_string()),
        ("suppressed", report.suppressed.len().to_string()),
        ("problems", report.problems.len().to_string()),
        ("notes", report.notes.len().to_string()),
    ] {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", text(&value))?;
    }
    writeln!(out, "    </properties>")
}

/// Escapes text for an attribute or an element. Characters outside XML 1.0 become U+FFFD.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character if character.is_control() => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    out
}
