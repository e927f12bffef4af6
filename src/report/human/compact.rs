//! Reports with many findings: two lines for each entry, the advice of the first rules, and sums.

use std::collections::HashSet;

use crate::finding::Finding;
use crate::report::entries::Entry;
use crate::report::human::layout::{Paint, Tone, counted, wrapped};
use crate::report::human::{Options, finding};
use crate::report::level::Level;
use crate::report::{whereabouts, words};

/// The number of rules whose advice is printed.
const MAX_ADVICE: usize = 5;

/// Returns an entry in two lines. They are not wrapped: tools search and cut such lists.
pub(crate) fn render(entry: &Entry<'_>, options: &Options) -> String {
    let Entry { first, .. } = entry;
    let level = Level::of(first);
    let kind = Paint(options.color).tint(finding::tone(level), &format!("{}[{}]", level.name(), first.rule));
    let place = first.locations.first().map(words::describe_location).unwrap_or_default();
    let mut facts = vec![format!("severity {}, confidence {}", first.severity, first.confidence)];
    facts.extend(first.verdict.map(|verdict| format!("verdict {}", verdict.name())));
    facts.extend(words::verified(first));
    facts.extend(entry.values());
    facts.extend(match first.places.max(first.locations.len()) {
        0 | 1 => None,
        places => Some(counted(places, "place")),
    });
    facts.extend(first.locations.first().and_then(words::companion).map(|id| format!("belongs to {id}")));
    facts.extend(whereabouts::since(first));
    facts.extend(first.history.as_ref().map(whereabouts::briefly));
    facts.push(first.fingerprint.to_string());
    format!("{kind} {place} {}\n  {}\n", first.secret.text, facts.join("; "))
}

/// Returns the steps for the first finding of each of the first rules.
pub(crate) fn advice(entries: &[Entry<'_>], options: &Options) -> String {
    let mut seen = HashSet::new();
    let mut steps = HashSet::new();
    let firsts: Vec<&Finding> =
        entries.iter().map(|entry| entry.first).filter(|finding| seen.insert(&finding.rule)).collect();
    let with_help: Vec<&&Finding> = firsts.iter().filter(|finding| !finding.help.is_empty()).collect();
    let mut out = String::new();
    for finding in with_help.iter().take(MAX_ADVICE) {
        let heading = format!("What to do about {} ({}):", finding.rule, finding.fingerprint);
        out.push_str(&Paint(options.color).tint(Tone::Strong, &heading));
        out.push('\n');
        let mut is_shared = false;
        for (number, step) in (1..).zip(&finding.help) {
            // The same step is printed once.
            if steps.insert(step) {
                out.push_str(&wrapped(&format!("  {number}. "), step, options.width()));
            } else {
                is_shared = true;
            }
        }
        if is_shared {
            out.push_str("  The other steps are those above.\n");
        }
    }
    if with_help.len() > MAX_ADVICE {
        let more = counted(with_help.len() - MAX_ADVICE, "more rule");
        let text = format!("and {more}: `skant explain FINGERPRINT` says what to do about a finding.");
        out.push_str(&wrapped("", &text, options.width()));
    }
    out
}

/// Says how many findings are in how many entries, if some are together in one.
pub(crate) fn grouping(entries: &[Entry<'_>], options: &Options) -> String {
    let findings: usize = entries.iter().map(Entry::len).sum();
    if findings == entries.len() {
        return String::new();
    }
    let count = if entries.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", entries.len()) };
    let text = format!(
        "{} in {count}: values that were in the same place one after the other are one entry. `-v`, JSON and CSV have \
         each of them.",
        counted(findings, "finding")
    );
    wrapped("", &text, options.width())
}
