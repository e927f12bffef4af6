//! The note of an incident, in Markdown: what was done about each value, and when. It holds no secret.

use std::fmt::Write as _;

use super::incident_state::{Incident, IncidentValue, Status, Step};
use crate::scan::redact;

/// Writes the note.
pub(crate) fn write(incident: &Incident) -> String {
    let started = incident.started.get(..10).unwrap_or_default();
    let finished = incident.values.iter().filter(|value| value.is_finished()).count();
    let mut out = format!(
        "# Leaked secrets, {started}\n\nWritten by `skant respond`. Times are in UTC. No secret is in this note.\n\n\
         {finished} of {} values are done with.\n",
        incident.values.len()
    );
    for (number, value) in (1..).zip(&incident.values) {
        add(&mut out, number, value);
    }
    redact(&out)
}

fn add(out: &mut String, number: usize, value: &IncidentValue) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "\n## {number}. {}\n", cell(&value.title));
    let _ = writeln!(out, "* value: `{}`", value.name.replace('`', "'"));
    let _ = writeln!(out, "* found at: `{}`", value.place.replace('`', "'"));
    let works = if value.is_dead { "works no more" } else { "not known to be dead" };
    let _ = writeln!(out, "* state: {works}\n\n| time | step | |\n|---|---|---|");
    for step in Step::ALL {
        let (at, text) = match value.steps.get(&step) {
            Some(record) => {
                let open = if record.status == Status::Open { "**open:** " } else { "" };
                (record.at.as_str(), format!("{open}{}", cell(&record.text)))
            }
            None => ("", "**open**".to_owned()),
        };
        let _ = writeln!(out, "| {at} | {} | {text} |", step.name());
    }
}

/// Returns a text that stays in its cell, and is no markup.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '|' | '<' | '[' | ']' | '*' | '_' | '`' | '\\' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_somebody_else_stays_in_its_cell() {
        assert_eq!(cell("a|b\nc"), "a\\|b c");
        assert_eq!(cell("<script>[x](y)"), "\\<script>\\[x\\](y)");
    }
}
