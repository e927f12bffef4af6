//! One finding for a developer after a blocked commit: secret, location, history, reasons, steps.

use std::fmt;

use crate::finding::{Finding, History, Location, Snippet};
use crate::report::entries::Entry;
use crate::report::human::layout::{Paint, Tone, columns, wrapped};
use crate::report::human::snippet::{Drawing, SourceLine};
use crate::report::human::{Detail, Options};
use crate::report::level::Level;
use crate::report::{whereabouts, words};

/// More locations are only counted.
const MAX_LOCATIONS: usize = 5;

/// The width of the label column, in columns.
const LABELS: usize = 14;

/// Returns an entry with all that is known about its first finding, without a final empty line.
pub(crate) fn render(entry: &Entry<'_>, options: &Options) -> Result<String, fmt::Error> {
    let finding = entry.first;
    let paint = Paint(options.color);
    let level = Level::of(finding);
    let tone = tone(level);
    let kind = paint.tint(tone, &format!("{}[{}]", level.name(), finding.rule));
    let title = paint.tint(Tone::Strong, &format!(": {}", finding.title));
    let mut out = format!("{kind}{title}\n");
    out.push_str(&drawing(finding, level, options).draw(options.color, options.width())?);
    let mut table = Table { out, paint, width: options.width() };
    write_locations(finding, options, &mut table);
    if let Some(values) = entry.values() {
        table.row("values", &values);
    }
    if let Some(history) = &finding.history {
        write_history(history, &mut table);
    }
    if let Some(verified) = words::verified(finding) {
        table.row("verified", &verified);
    }
    let reasons: Vec<String> = finding.reasons.iter().map(|reason| reason.text.clone()).collect();
    table.rows("why", &reasons);
    table.numbered("what to do", &finding.help);
    Ok(table.out)
}

/// Returns the tone of a level.
pub(crate) const fn tone(level: Level) -> Tone {
    match level {
        Level::Error => Tone::Error,
        Level::Warning => Tone::Warning,
        Level::Note => Tone::Note,
    }
}

fn drawing(finding: &Finding, level: Level, options: &Options) -> Drawing {
    let first = finding.locations.first();
    let source = first.and_then(|location| {
        let Snippet { line, span } = snippet(location)?;
        let number = location.in_member.unwrap_or(location.start).line;
        Some(SourceLine::new(words::describe_position(location), number, line, *span, options.width()))
    });
    let through = first.and_then(words::inside).map(|inside| format!(", {inside}")).unwrap_or_default();
    let length = format!("{} characters{through}", finding.secret.length);
    let long = format!("{}, {length}", finding.secret.text);
    let fits = source.as_ref().is_none_or(|line| line.label_column() + columns(&long) <= options.width());
    let Finding { severity, confidence, fingerprint, .. } = finding;
    let mut headline = format!("severity {severity}, confidence {confidence}, fingerprint {fingerprint}");
    if source.is_none() {
        headline = format!("{headline}\n{long}");
    }
    Drawing { level, headline, source, label: if fits { long } else { length } }
}

/// Returns the line to draw, unless it is empty.
fn snippet(location: &Location) -> Option<&Snippet> {
    location.snippet.as_ref().filter(|snippet| !snippet.line.is_empty())
}

/// Writes the companion, the first location if no line was drawn, and further locations.
fn write_locations(finding: &Finding, options: &Options, table: &mut Table) {
    if let Some(companion) = finding.locations.first().and_then(words::companion) {
        table.row("belongs to", &companion);
    }
    if let Some(first) = finding.locations.first().filter(|first| snippet(first).is_none()) {
        table.row("found at", &words::describe_position(first));
    }
    let most = if options.detail == Detail::Verbose { usize::MAX } else { MAX_LOCATIONS };
    let mut further: Vec<String> =
        finding.locations.iter().skip(1).take(most).map(words::describe_location).collect();
    let hidden = finding.places.max(finding.locations.len()).saturating_sub(1 + further.len());
    if hidden > 0 && !finding.locations.is_empty() {
        further.push(format!("and {hidden} more {}", if hidden == 1 { "location" } else { "locations" }));
    }
    table.rows("also at", &further);
}

fn write_history(history: &History, table: &mut Table) {
    if let Some(introduced) = &history.introduced {
        table.row("introduced", &words::event(introduced));
    }
    if let Some(removed) = &history.removed {
        table.row("removed", &words::event(removed));
    }
    table.row("now", &whereabouts::now(history));
}

/// Labelled lines; only the first line of a group has the label.
struct Table {
    out: String,
    paint: Paint,
    width: usize,
}

impl Table {
    fn row(&mut self, label: &str, text: &str) {
        self.line(label, "", text);
    }

    fn numbered(&mut self, label: &str, lines: &[String]) {
        for (number, line) in (1..).zip(lines) {
            let label = if number == 1 { label } else { "" };
            self.line(label, &format!("{number}. "), line);
        }
    }

    fn rows(&mut self, label: &str, lines: &[String]) {
        for (number, line) in lines.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.line(label, "", line);
        }
    }

    fn line(&mut self, label: &str, mark: &str, text: &str) {
        let first = format!("{:width$}{mark}", format!("  {label}"), width = LABELS);
        let line = wrapped(&first, text, self.width);
        if label.is_empty() {
            self.out.push_str(&line);
        } else {
            self.out.push_str("  ");
            self.out.push_str(&self.paint.tint(Tone::Strong, label));
            self.out.push_str(&line[2 + label.len()..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};
    use crate::report::samples;

    fn entry(finding: &Finding) -> String {
        render(&Entry::single(finding), &Options::default()).unwrap()
    }

    #[test]
    fn the_first_line_names_level_rule_and_title() {
        let cases = [
            (
                Confidence::High,
                true,
                "error[anthropic-api-key]: Anthropic API key\n  × severity critical, confidence high",
            ),
            (
                Confidence::Medium,
                false,
                "warning[anthropic-api-key]: Anthropic API key\n  ⚠ severity critical, confidence medium",
            ),
            (
                Confidence::Low,
                true,
                "note[anthropic-api-key]: Anthropic API key\n  ☞ severity critical, confidence low",
            ),
        ];
        for (confidence, provider, expected) in cases {
            let finding =
                Finding { provider, severity: Severity::Critical, confidence, ..samples::finding() };
            let text = entry(&finding);
            assert!(text.starts_with(expected), "{text}");
        }
    }

    #[test]
    fn every_kind_of_location_is_described() {
        let report = samples::odd_places();
        let mut finding = report.findings[0].clone();
        let expected = [
            "─[backup.zip:3:19]",
            "─[message of commit 1a2b3c4d5e6f, line 3, column 19]",
            "─[file name keys/********.txt]",
            "─[name of refs/heads/********]",
            "─[person's name: author of commit 1a2b3c4d5e6f]",
        ];
        for words in expected {
            let text = entry(&finding);
            assert!(text.contains(words), "{text}");
            finding.locations.remove(0);
        }
    }

    #[test]
    fn unlisted_locations_are_counted() {
        let with = |listed: usize, places: usize| {
            let mut finding = samples::many(1, listed).findings.remove(0);
            finding.places = places;
            entry(&finding)
        };
        assert!(!with(1, 1).contains("also at") && !with(6, 6).contains("more location"));
        assert!(with(7, 7).contains("              and 1 more location\n"));
        assert!(with(100, 12345).contains("and 12339 more locations\n"));
    }

    #[test]
    fn history_lists_only_known_events() {
        let mut finding = samples::removed().findings.remove(0);
        let text = entry(&finding);
        assert!(text.contains("  removed     998877665544, Ada Example"), "{text}");
        finding.history = Some(History {
            introduced: None,
            removed: None,
            at_head: false,
            reachable: true,
            commits: 0,
            held_by: None,
        });
        let text = entry(&finding);
        assert!(!text.contains("introduced") && !text.contains("removed"), "{text}");
        assert!(text.contains("still in the history; no commit holds it"), "{text}");
    }

    #[test]
    fn spaces_in_names_are_kept() {
        let mut finding = samples::many(1, 2).findings.remove(0);
        finding.locations[1].path = "two  spaces.env".to_owned();
        assert!(entry(&finding).contains("also at     two  spaces.env:3:19"));
    }
}
