//! Markdown for a job summary or a comment on a change, cut to the size limits of both.
//!
//! Untrusted text is in code spans, with special characters as numeric entities: it contains no link, mention, tag or
//! table cell.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::{CommitInfo, Finding, Problem, Report, Suppressed};
use crate::report::entries::{self, Entry};
use crate::report::level::Level;
use crate::report::links::LinkBase;
use crate::report::{human, whereabouts, words};

/// The limit of a comment on GitHub is 65,536 characters; a job summary may be larger.
const MAX_BYTES: usize = 65_000;

/// Bytes reserved for the text about the cut.
const RESERVED: usize = 400;

/// More locations of a finding are only counted.
const MAX_LOCATIONS: usize = 5;

/// The entries up to which each has an explanation of its own; beyond, each rule has one.
const MAX_EXPLAINED: usize = 10;

/// Writes the report as Markdown, with links to the lines if the address of the repository is known.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, links: Option<&LinkBase>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(render(report, links).as_bytes())
}

fn render(report: &Report, links: Option<&LinkBase>) -> String {
    let mut out = format!("## skant: {}\n\n", heading(report));
    for line in human::summary(report, &human::Options::default()).lines() {
        let _ = write!(out, "{}\n\n", prose(line));
    }
    let findings: Vec<&Finding> = report.findings.iter().collect();
    let entries = entries::group(&findings);
    let mut budget = SizeBudget { left: MAX_BYTES.saturating_sub(out.len() + RESERVED), cut: Vec::new() };
    // What to do is short, once for each rule. Its part of the budget is kept while the table is written.
    let mut seen = HashSet::new();
    let is_brief = entries.len() > MAX_EXPLAINED;
    let explained = entries.iter().filter(|entry| !is_brief || seen.insert(&entry.first.rule));
    let mut explanations = String::new();
    let mut part = SizeBudget { left: budget.left / 2, cut: Vec::new() };
    part.list(&mut explanations, "\n", "explanation", explained.map(|entry| details(entry.first)));
    budget.left -= explanations.len();
    let head =
        "\n| | severity | rule | place | since | secret | fingerprint |\n|---|---|---|---|---|---|---|\n";
    budget.list(&mut out, head, "finding", entries.iter().map(|entry| row(entry, report, links)));
    budget.list(&mut out, "\nNot everything was read:\n\n", "problem", report.problems.iter().map(problem));
    out.push_str(&explanations);
    budget.cut.append(&mut part.cut);
    budget.list(
        &mut out,
        "\nSuppressed:\n\n",
        "suppressed finding",
        report.suppressed.iter().map(suppressed),
    );
    budget.list(&mut out, "\nNotes:\n\n", "note", report.notes.iter().map(problem));
    if !budget.cut.is_empty() {
        let cut = budget.cut.join(", ");
        let _ = write!(
            out,
            "\nThis summary was cut: {cut} left out. Another format (`json`, `sarif`) lists all.\n"
        );
    }
    out
}

/// The remaining bytes, and the counts of entries that did not fit.
struct SizeBudget {
    left: usize,
    cut: Vec<String>,
}

impl SizeBudget {
    /// Writes a heading and as many entries as fit; nothing without entries.
    fn list(&mut self, out: &mut String, heading: &str, word: &str, entries: impl Iterator<Item = String>) {
        let (mut begun, mut cut) = (false, 0);
        for entry in entries {
            let heading = if begun { "" } else { heading };
            let size = heading.len() + entry.len();
            if cut > 0 || size > self.left {
                cut += 1;
                continue;
            }
            begun = true;
            self.left -= size;
            out.push_str(heading);
            out.push_str(&entry);
        }
        if cut > 0 {
            self.cut.push(human::counted(cut, word));
        }
    }
}

fn heading(report: &Report) -> String {
    let found = report.findings.iter().filter(|finding| finding.is_reachable()).count();
    match (found, report.is_complete()) {
        (0, true) => "no secrets found".to_owned(),
        (0, false) => "INCOMPLETE, not everything was read".to_owned(),
        (found, true) => format!("{} found", human::counted(found, "secret")),
        (found, false) => format!("{} found, and not everything was read", human::counted(found, "secret")),
    }
}

fn row(entry: &Entry<'_>, report: &Report, links: Option<&LinkBase>) -> String {
    let finding = entry.first;
    let mut places = match finding.locations.as_slice() {
        [] => String::new(),
        [first, ..] => {
            let more = finding.places.max(finding.locations.len()) - 1;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let place = code(&words::describe_location(first));
            match links.and_then(|links| links.of(first, &report.scope)) {
                Some(address) => format!("[{place}]({address}){more}"),
                None => format!("{place}{more}"),
            }
        }
    };
    if let Some(values) = entry.values() {
        let _ = write!(places, " ({values})");
    }
    let introduced = finding.history.as_ref().and_then(|history| history.introduced.as_ref());
    let commit = introduced.map(|event| &event.commit).or_else(|| finding.locations.first()?.commit.as_ref());
    let since = commit.map(|CommitInfo { author, date, .. }| {
        let day = date.as_deref().map_or("", |date| date.get(..10).unwrap_or(date));
        code(format!("{day} {}", words::person(author)).trim_start())
    });
    format!(
        "| {} | {} | {} | {places} | {} | {} | {} |\n",
        Level::of(finding).name(),
        finding.severity,
        code(&finding.rule),
        since.unwrap_or_default(),
        code(&finding.secret.text),
        code(finding.fingerprint.as_str())
    )
}

fn details(finding: &Finding) -> String {
    let Finding { title, severity, confidence, reasons, help, .. } = finding;
    let place =
        finding.locations.first().map(|first| format!(", {}", code(&words::describe_location(first))));
    let mut out = format!(
        "<details><summary>{}{}: what to do</summary>\n\n{severity}, {confidence} confidence\n\n",
        prose(title),
        place.unwrap_or_default()
    );
    if let Some(answer) = words::verified(finding) {
        let _ = writeln!(out, "* verified: {}", code(&answer));
    }
    if let Some(companion) = finding.locations.first().and_then(words::companion) {
        let _ = writeln!(out, "* belongs to {}", code(&companion));
    }
    let more = finding.locations.iter().skip(1).take(MAX_LOCATIONS);
    for place in more {
        let _ = writeln!(out, "* also at {}", code(&words::describe_location(place)));
    }
    for line in finding.history.iter().flat_map(whereabouts::lines) {
        let _ = writeln!(out, "* {}", code(&line));
    }
    for reason in reasons {
        let _ = writeln!(out, "* {}", prose(&reason.text));
    }
    out.push('\n');
    for step in words::steps(help) {
        let _ = writeln!(out, "{}", prose(&step));
    }
    out.push_str("\n</details>\n\n");
    out
}

fn problem(problem: &Problem) -> String {
    let place = problem.path.as_ref().map(|path| format!("{}: ", code(path))).unwrap_or_default();
    format!("* {}: {place}{}\n", problem.kind.name(), prose(&problem.message))
}

fn suppressed(suppressed: &Suppressed) -> String {
    let Suppressed { fingerprint, rule, by, reason, .. } = suppressed;
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    format!(
        "* {} {} ({by}) at {}: {}\n",
        code(rule),
        code(fingerprint.as_str()),
        code(&words::suppressed(suppressed)),
        prose(reason)
    )
}

/// Returns untrusted text in a code span of HTML. Characters with a meaning in Markdown or HTML are numeric entities; so
/// is the period after `www`, which GitHub turns into a link.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    escaped(text, &mut out);
    out.push_str("</code>");
    out
}

fn escaped(text: &str, out: &mut String) {
    let mut word = String::new();
    for character in text.chars() {
        let dot = character == '.' && !word.ends_with("www");
        if character.is_alphanumeric() || matches!(character, ' ' | '-' | '/') || dot {
            out.push(character);
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "&#{};", u32::from(character));
        }
        word.extend(character.to_lowercase());
    }
}

/// Formats our own sentences, which may contain untrusted words. Text in backticks becomes a code span; links stay links;
/// `@name` and `#1` would mention people and issues, so they become code.
fn prose(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    if !paired {
        return code(text);
    }
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&code(part));
            continue;
        }
        // No line may start like a command of GitHub's runner.
        let part = part.replace("::", "\u{e000}\u{e000}");
        for character in part.chars() {
            match character {
                '\u{e000}' => out.push_str("&#58;"),
                '@' | '#' => {
                    let _ = write!(out, "<code>&#{};</code>", u32::from(character));
                }
                '&' | '<' | '>' | '[' | ']' | '*' | '_' | '|' | '~' | '!' | '\\' | '$' | '\'' | '"' => {
                    let _ = write!(out, "&#{};", u32::from(character));
                }
                plain => out.push(plain),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn rendered(report: &Report) -> String {
        render(report, None)
    }

    #[test]
    fn a_finding_has_a_row_and_the_steps_to_take() {
        let render = rendered(&samples::staged());
        let fingerprint = samples::fingerprint("sample");
        let row = format!(
            "| error | critical | <code>anthropic-api-key</code> | <code>app/.env&#58;3&#58;19</code> |  | \
             <code>sk-ant-api03-R2D...igAA</code> | <code>{fingerprint}</code> |\n"
        );
        assert!(render.starts_with("## skant: 1 secret found\n\n1 secret found in 12 files"), "{render}");
        assert!(render.contains(&row), "{render}");
        assert!(
            render.contains("1. Revoke the key at https://console.anthropic.com/settings/keys: whoever"),
            "{render}"
        );
    }

    #[test]
    fn what_is_not_read_is_said_first_and_never_called_clean() {
        let render = rendered(&samples::troubled());
        assert!(render.starts_with("## skant: INCOMPLETE, not everything was read\n"), "{render}");
        assert!(render.contains("* unreadable: <code>private/key.pem</code>: permission denied"), "{render}");
        assert!(
            render.contains("(inline) at <code>docs/setup.md&#58;7</code>: rotated, see runbook\n"),
            "{render}"
        );
        assert!(render.contains("* lfs-pointer: <code>assets/7.bin</code>"), "{render}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let render = rendered(&samples::hostile());
        for broken in ["<script", "</script", "`", "](", "]]>", "::set-output", "||", "@", "\u{202e}", "\r"] {
            assert!(!render.contains(broken), "{broken}: {render}");
        }
        for line in render.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.matches('|').count(), 8, "{line}");
        }
        assert_eq!(code("a|b`<www.x>@me"), "<code>a&#124;b&#96;&#60;www&#46;x&#62;&#64;me</code>");
        assert_eq!(
            prose("see #1, @me and `a*b`"),
            "see <code>&#35;</code>1, <code>&#64;</code>me and <code>a&#42;b</code>"
        );
    }

    #[test]
    fn a_row_links_to_the_line_at_its_commit_and_says_since_when() {
        let links = LinkBase::new("https://github.com/ada/shop/blob/", "#L", None);
        let render = render(&samples::history(), links.as_ref());
        let address = format!("https://github.com/ada/shop/blob/{}/app/.env#L3", samples::COMMIT);
        assert!(
            render
                .contains(&format!("[<code>app/.env&#58;3&#58;19 in commit 1a2b3c4d5e6f</code>]({address})")),
            "{render}"
        );
        assert!(render.contains("| <code>2026-01-02 Ada Example</code> |"), "{render}");
        assert!(render.contains("* <code>now still in the files of branches main and dev"), "{render}");
    }

    #[test]
    fn the_first_findings_and_their_explanations_survive_a_cut() {
        let mut report = samples::many(2000, 3);
        report.problems = vec![samples::troubled().problems[0].clone(); 2000];
        for (at, finding) in report.findings.iter_mut().enumerate() {
            finding.rule = format!("rule-{}", at % 3).into();
        }
        let render = rendered(&report);
        assert!(render.len() <= MAX_BYTES, "{}", render.len());
        let last = render.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("This summary was cut: ") && last.contains("2,000 problems left out"),
            "{last}"
        );
        let rows = render.lines().filter(|line| line.starts_with("| error")).count();
        assert!(rows > 200 && last.contains(&human::counted(2000 - rows, "finding")), "{rows} {last}");
        assert_eq!(render.matches("<details>").count(), 3);
        let first = render.lines().position(|line| line.starts_with("| error"));
        assert!(first < Some(10), "{first:?}");
    }
}
