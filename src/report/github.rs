//! Workflow commands of GitHub Actions: annotations on changed lines.
//!
//! The runner searches the log of the job for commands, so no other line may look like a command.

use std::io::{self, Write};

use crate::finding::{Finding, Problem, Report};
use crate::report::level::Level;
use crate::report::{human, words};
use crate::text::escape_terminal;

/// The number of annotations per level and step that GitHub shows; it silently drops the rest.
const MAX_PER_LEVEL: usize = 10;

/// The runner rejects messages of more than 4,096 characters.
const MAX_CHARACTERS: usize = 4000;

/// Of the annotations of a level that are too many, the most that are problems: the others are findings.
const MAX_PROBLEMS: usize = 3;

/// The most findings whose line is shown in the log.
const MAX_SNIPPETS: usize = 200;

/// The most characters of a line in the log.
const MAX_LOGGED: usize = 300;

/// Writes annotations, most severe level first, then as plain lines the masked line of each finding, and the summary.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let annotations = annotations(report);
    for level in [Level::Error, Level::Warning, Level::Note] {
        let those: Vec<_> = annotations.iter().filter(|annotation| annotation.level == level).collect();
        let shown = most_important(&those);
        for annotation in &shown {
            annotation.write(out)?;
        }
        if shown.len() < those.len() {
            let message = format!(
                "{} of {} are annotated, the maximum on GitHub; other formats list all",
                human::grouped(shown.len()),
                human::counted(those.len(), level.name()),
            );
            let (title, place) = ("skant: more".to_owned(), String::new());
            Annotation { is_finding: false, level, title, place, message }.write(out)?;
        }
    }
    for line in report.findings.iter().take(MAX_SNIPPETS).filter_map(logged_line) {
        writeln!(out, "skant: {line}")?;
    }
    for line in human::summary(report, &human::Options::default()).lines() {
        writeln!(out, "skant: {line}")?;
    }
    Ok(())
}

/// Returns the annotations of a level that GitHub shows: all, or the first ones, of which most are findings.
fn most_important<'a>(all: &[&'a Annotation]) -> Vec<&'a Annotation> {
    if all.len() <= MAX_PER_LEVEL {
        return all.to_vec();
    }
    let room = MAX_PER_LEVEL - 1;
    let (findings, others): (Vec<_>, Vec<_>) = all.iter().copied().partition(|one| one.is_finding);
    let kept = others.len().min(MAX_PROBLEMS.max(room.saturating_sub(findings.len())));
    findings.into_iter().take(room - kept).chain(others.into_iter().take(kept)).collect()
}

/// Returns the masked line of a finding with its place, for the log; `None` without one.
fn logged_line(finding: &Finding) -> Option<String> {
    let place = finding.locations.first()?;
    let snippet = place.snippet.as_ref()?;
    let line = format!("{}: {}", words::describe_position(place), snippet.line.trim());
    Some(escape_terminal(line.as_bytes()).chars().take(MAX_LOGGED).collect())
}

struct Annotation {
    is_finding: bool,
    level: Level,
    title: String,
    /// `file=…,line=…`; empty without a file in the working tree.
    place: String,
    message: String,
}

fn annotations(report: &Report) -> Vec<Annotation> {
    // Findings first: the log of a job begins with what to act on.
    let problems = report.problems.iter().map(|problem| unread(problem, Level::Error));
    let findings = report.findings.iter().map(|finding| found(finding, report));
    let notes = report.notes.iter().map(|note| {
        // An accepted problem is still unread content, more than a note.
        unread(note, if note.kind.is_note() { Level::Note } else { Level::Warning })
    });
    let suppressed = (!report.suppressed.is_empty()).then(|| Annotation {
        is_finding: false,
        level: Level::Note,
        title: "skant: suppressed".to_owned(),
        place: String::new(),
        message: format!("{} suppressed", human::counted(report.suppressed.len(), "finding")),
    });
    findings.chain(problems).chain(suppressed).chain(notes).collect()
}

fn found(finding: &Finding, report: &Report) -> Annotation {
    let Finding { title, rule, secret, confidence, fingerprint, help, .. } = finding;
    let first = finding.locations.first();
    let here = finding.locations.iter().find_map(|place| words::in_working_tree(place, &report.scope));
    let place = here.map(|here| {
        let (start, end) = (here.start, here.end);
        let lines = format!("file={},line={},endLine={}", property(&here.path), start.line, end.line);
        if start.line == end.line {
            format!("{lines},col={},endColumn={}", start.column, end.column)
        } else {
            lines
        }
    });
    let mut places: Vec<String> = finding.locations.iter().take(3).map(words::describe_location).collect();
    let hidden = finding.places.max(finding.locations.len()) - places.len();
    if hidden > 0 {
        places.push(format!("{hidden} more"));
    }
    let said = format!(
        "{title}: {}, {} characters; {confidence} confidence; fingerprint {fingerprint}",
        secret.text, secret.length
    );
    let mut lines = vec![said, format!("at {}", places.join(", "))];
    lines.extend(first.and_then(words::companion).map(|companion| format!("belongs to {companion}")));
    lines.extend(words::verified(finding).map(|answer| format!("verified: {answer}")));
    lines.extend(words::steps(help));
    let message = lines.join("\n");
    Annotation {
        is_finding: true,
        level: Level::of(finding),
        title: format!("skant: {rule}"),
        place: place.unwrap_or_default(),
        message,
    }
}

fn unread(problem: &Problem, level: Level) -> Annotation {
    let kind = problem.kind.name();
    let title =
        if level == Level::Error { format!("skant: not read ({kind})") } else { format!("skant: {kind}") };
    let message = words::problem(problem);
    Annotation { is_finding: false, level, title, place: String::new(), message }
}

impl Annotation {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let command = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let comma = if self.place.is_empty() { "" } else { "," };
        let message = match self.message.char_indices().nth(MAX_CHARACTERS) {
            Some((end, _)) => format!("{}… (cut)", &self.message[..end]),
            None => self.message.clone(),
        };
        writeln!(out, "::{command} {}{comma}title={}::{}", self.place, property(&self.title), data(&message))
    }
}

/// Encodes the text of a command, so that nothing in it ends the line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes a property of a command, so that nothing in it ends the property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, samples};

    fn lines(report: &Report) -> Vec<String> {
        samples::render(Format::Github, report).lines().map(str::to_owned).collect()
    }

    type Command = (String, Vec<(String, String)>, String);

    /// Parses a line as the runner does: command, properties, text.
    fn read(line: &str) -> Option<Command> {
        let decode = |text: &str| {
            text.replace("%2C", ",")
                .replace("%3A", ":")
                .replace("%0A", "\n")
                .replace("%0D", "\r")
                .replace("%25", "%")
        };
        let rest = line.trim_start().strip_prefix("::")?;
        let (head, text) = rest.split_once("::")?;
        let (command, properties) = head.split_once(' ').unwrap_or((head, ""));
        let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect();
        Some((command.to_owned(), pairs, decode(text)))
    }

    #[test]
    fn finding_is_annotated_at_its_line() {
        let lines = lines(&samples::staged());
        let (command, properties, text) = read(&lines[0]).unwrap();
        assert_eq!(command, "error");
        let expected = [
            ("file", "app/.env"),
            ("line", "3"),
            ("endLine", "3"),
            ("col", "19"),
            ("endColumn", "127"),
            ("title", "skant: anthropic-api-key"),
        ];
        let render: Vec<_> = properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(render, expected);
        assert!(text.starts_with("Anthropic API key: sk-ant-api03-R2D...igAA, 108 characters"), "{text}");
        assert!(text.contains("\n1. Revoke the key"), "{text}");
        assert_eq!(lines[1], "skant: app/.env:3:19: ANTHROPIC_API_KEY=sk-ant-api03-R2D...igAA");
        assert_eq!(lines[2], "skant: 1 secret found in 12 files (34 kB); everything was read");
    }

    #[test]
    fn location_outside_the_working_tree_names_no_file() {
        for report in [samples::removed(), samples::unreachable()] {
            let lines = lines(&report);
            let (_, properties, text) = read(&lines[0]).unwrap();
            assert!(properties.iter().all(|(name, _)| name == "title"), "{properties:?}");
            assert!(text.contains("\nat "), "{text}");
        }
    }

    #[test]
    fn unread_content_is_an_error() {
        let lines = lines(&samples::troubled());
        let errors = lines.iter().filter_map(|line| read(line)).filter(|(command, ..)| command == "error");
        assert_eq!(errors.count(), 2);
        assert!(lines.iter().any(|line| line.contains("title=skant%3A suppressed::2 findings suppressed")));
        assert!(lines.last().unwrap().starts_with("skant: INCOMPLETE"), "{lines:?}");
    }

    #[test]
    fn annotations_are_limited_to_the_shown_number() {
        for (findings, annotated, more) in [(10, 10, false), (11, 9, true), (500, 9, true)] {
            let lines = lines(&samples::many(findings, 1));
            let render: Vec<_> = lines.iter().filter_map(|line| read(line)).collect();
            assert_eq!(render.len(), annotated + usize::from(more));
            let last = &render.last().unwrap().2;
            assert_eq!(last.starts_with(&format!("9 of {findings} errors are annotated")), more, "{last}");
        }
        // An incomplete run shows its findings, and its first problems.
        for (findings, problems, kept) in [(20, 20, (6, 3)), (2, 20, (2, 7)), (20, 1, (8, 1)), (5, 5, (5, 5))]
        {
            let mut report = samples::many(findings, 1);
            let problem = samples::troubled().problems.remove(0);
            report.problems = vec![problem; problems];
            let titles: Vec<String> = lines(&report)
                .iter()
                .filter_map(|line| read(line))
                .map(|(_, properties, _)| properties.into_iter().find(|(name, _)| name == "title").unwrap().1)
                .collect();
            let count = |part: &str| titles.iter().filter(|title| title.contains(part)).count();
            assert_eq!((count("anthropic-api-key"), count("not read")), kept, "{findings} {problems}");
            assert!(titles[0].contains("anthropic-api-key"));
        }
        let mut report = samples::staged();
        report.findings[0].help = vec!["x".repeat(9000)];
        let (.., text) = read(&lines(&report)[0]).unwrap();
        assert!(text.chars().count() < 4096 && text.ends_with("… (cut)"));
    }

    #[test]
    fn hostile_text_gives_no_command() {
        let mut report = samples::hostile();
        let hostile = "x\n::set-output name=a::b\r\n::stop-commands::c, d: e %0A::error::f";
        report.findings[0].reasons = vec![samples::reason(hostile)];
        report.findings[0].help = vec![hostile.to_owned()];
        report.findings[0].locations[0].path = hostile.to_owned();
        let lines = lines(&report);
        let commands: Vec<_> = lines.iter().filter_map(|line| read(line)).collect();
        assert!(
            commands.iter().all(|(command, ..)| ["error", "notice"].contains(&command.as_str())),
            "{commands:?}"
        );
        assert!(commands.iter().all(|(_, properties, _)| properties.len() <= 6));
        assert_eq!(commands[0].1[0], ("file".to_owned(), hostile.to_owned()), "it is unchanged");
        assert!(commands[0].2.contains(hostile));
        assert!(lines.iter().all(|line| line.starts_with("::") || line.starts_with("skant: ")), "{lines:?}");
    }
}
