//! The merged view as a page without a script: a table by value, and the coverage.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::merged::{Merged, MergedValue, Reading, Sighting};
use super::text::repositories;
use crate::finding::{Verdict, Verification};
use crate::report::html::{STYLE, escaped};
use crate::report::human::{counted, grouped};
use crate::report::words;

/// The most repositories of a value that are listed.
const MAX_SIGHTINGS: usize = 200;

/// Writes the page.
///
/// # Errors
/// Whatever `out` fails with.
pub(super) fn write(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    let values = merged.values();
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let secrets = if values.is_empty() { "No secrets".to_owned() } else { counted(values.len(), "secret") };
    let heading = format!("{secrets} in {}", repositories(merged.coverage.len()));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>skant: {0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{0}</h1>\n",
        escaped(&heading)
    )?;
    if !merged.is_complete() {
        writeln!(
            out,
            "<p class=\"banner\"><b>Not everything was read.</b> The table at the end says what, and why.</p>"
        )?;
    }
    cards(merged, out)?;
    for note in &merged.notes {
        writeln!(out, "<p class=\"soft\">{}</p>", escaped(note))?;
    }
    if !values.is_empty() {
        out.write_all(
            b"<h2>Values</h2>\n<table>\n<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What</th>\
              <th scope=\"col\">Repositories</th><th scope=\"col\">First commit</th><th scope=\"col\">Still at</th>\
              <th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n",
        )?;
        values.iter().try_for_each(|value| row(merged, value, out))?;
        out.write_all(b"</tbody>\n</table>\n")?;
    }
    coverage(merged, out)?;
    out.write_all(b"</body>\n</html>\n")
}

fn cards(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<div class=\"cards\">\n")?;
    for (reading, class) in [
        (Reading::Complete, "good"),
        (Reading::Incomplete, "high"),
        (Reading::Failed, "critical"),
        (Reading::Missing, "critical"),
    ] {
        let number = merged.count(reading);
        if number > 0 {
            let (number, name) = (grouped(number), reading.name());
            writeln!(out, "<div class=\"card\"><b class=\"{class}\">{number}</b>{name}</div>")?;
        }
    }
    out.write_all(b"</div>\n")
}

fn name(merged: &Merged, index: usize) -> &str {
    merged.coverage.get(index).map_or("", |one| one.repository.as_str())
}

fn row(merged: &Merged, value: &MergedValue, out: &mut dyn Write) -> io::Result<()> {
    let finding = &value.finding;
    let severity = finding.severity.name();
    write!(
        out,
        "<tr><td><b class=\"{severity}\">{severity}</b><br><span class=\"soft\">{}</span></td><td>{}<br><code>{}</code><br>\
         <code class=\"soft\">{}</code></td><td>",
        finding.confidence,
        escaped(&finding.title),
        escaped(&finding.secret.text),
        finding.fingerprint
    )?;
    write!(out, "<details><summary>{}</summary><ul>", repositories(value.repositories()))?;
    for sighting in value.sightings.iter().take(MAX_SIGHTINGS) {
        write!(out, "<li>{}</li>", escaped(&place(merged, sighting)))?;
    }
    if let Some(more @ 1..) = value.sightings.len().checked_sub(MAX_SIGHTINGS) {
        write!(out, "<li>and {} more; JSON has them all</li>", grouped(more))?;
    }
    out.write_all(b"</ul></details></td><td>")?;
    if let Some((first, event)) = value.first().and_then(|first| Some((first, first.introduced.as_ref()?))) {
        write!(
            out,
            "<span class=\"date\">{}</span> {}<br>{} <code>{}</code>",
            escaped(event.commit.date.as_deref().and_then(|date| date.get(..10)).unwrap_or_default()),
            escaped(&event.commit.author),
            escaped(name(merged, first.repository)),
            words::short(&event.commit.id)
        )?;
    }
    let still = match value.at_heads() {
        0 => "no branch head".to_owned(),
        number => format!("a head of {}", repositories(number)),
    };
    let verdict = finding.verdict.map_or("", Verdict::name);
    let verified = finding.verification().map_or("", Verification::name);
    writeln!(out, "</td><td>{still}</td><td>{verdict} {verified}</td></tr>")
}

/// Describes a value in one repository.
fn place(merged: &Merged, sighting: &Sighting) -> String {
    let at = match (&sighting.path, sighting.line) {
        (Some(path), Some(line)) => format!(" {path}:{line}"),
        _ => String::new(),
    };
    let refs = match (sighting.in_files.is_empty(), sighting.in_history.is_empty()) {
        (false, _) => format!(", in the files of {}", sighting.in_files.join(", ")),
        (true, false) => format!(", in the history of {}", sighting.in_history.join(", ")),
        (true, true) if sighting.reachable => String::new(),
        (true, true) => ", unreachable".to_owned(),
    };
    format!("{}{at}, {}{refs}", name(merged, sighting.repository), counted(sighting.places, "place"))
}

fn coverage(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        b"<h2>Coverage</h2>\n<table>\n<thead><tr><th scope=\"col\">State</th><th scope=\"col\">Repository</th>\
          <th scope=\"col\">When</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    )?;
    let mut rows: Vec<_> = merged.coverage.iter().collect();
    rows.sort_by_key(|one| std::cmp::Reverse(one.reading));
    for one in rows {
        writeln!(
            out,
            "<tr><td>{}</td><td><code>{}</code></td><td class=\"date\">{}</td><td>{}</td></tr>",
            one.reading.name(),
            escaped(&one.repository),
            escaped(one.at.as_deref().unwrap_or_default()),
            escaped(one.error.as_deref().unwrap_or_default())
        )?;
    }
    out.write_all(b"</tbody>\n</table>\n")
}

#[cfg(test)]
mod tests {
    use super::super::merged::tests::{coverage, sample};
    use super::*;

    #[test]
    fn nothing_in_the_page_is_markup_of_a_repository() {
        let mut merged = sample();
        merged.add(coverage("<script>alert(1)</script>", Reading::Failed), None);
        let mut out = Vec::new();
        write(&merged, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(!page.contains("<script"), "the page has no script");
        for expected in ["&lt;script&gt;", "2020-02-03", "Not everything was read", "a head of ", "confirmed"]
        {
            assert!(page.contains(expected), "{expected}");
        }
    }
}
