//! The use of a key for people: whose key, whether it was used after it leaked, a row of bars, a table by day and model.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;

use jiff::Timestamp;

use super::usage_chart;
use super::usage_report::{Start, UsageReport};
use crate::cli::args::Common;
use crate::cli::terminal::human_options;
use crate::finding::Finding;
use crate::report::human::{grouped, to_ascii};
use crate::report::words;
use crate::scan::redact;
use crate::verify::{AfterLeak, Bucket, Use};

/// The most rows of the table; further days are in the JSON.
const MAX_ROWS: usize = 200;

/// The columns with numbers.
const COLUMNS: [&str; 6] = ["input", "cache read", "cache written", "output", "tokens", "tool requests"];

/// Describes the use of a key.
pub(super) fn describe(report: &UsageReport, common: &Common) -> String {
    let ascii = human_options(common, std::io::stdout().is_terminal()).ascii;
    let Finding { rule, secret, fingerprint, .. } = &report.finding;
    let mut out = format!("{rule}  {}  {fingerprint}\n", secret.text);
    let mut line = |name: &str, text: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {name:<12}{text}");
    };
    line("key", &format!("{} ({}), {}", report.key.name, report.key.id, report.key.status));
    if let Some(workspace) = &report.workspace {
        line("workspace", workspace);
    }
    line("since", &since(&report.start));
    line("used after it leaked:", &format!(" {}", answer(&report.usage.after)));
    let days = &report.usage.days;
    if !common.quiet {
        add_chart(&mut out, days, ascii);
        add_table(&mut out, days);
        add_cost(&mut out, report);
    }
    // The name of a key, a model or a workspace is somebody's text.
    let out = redact(&out);
    if ascii { to_ascii(&out) } else { out }
}

fn since(start: &Start) -> String {
    let time = start.time().strftime("%Y-%m-%d %H:%M UTC");
    match start {
        Start::Commit(_, event) => format!("{time}, introduced in {}", words::event(event)),
        Start::Named(_) => time.to_string(),
        Start::Recent(_, why) => format!("{time}, as {why}"),
    }
}

/// Returns the answer to "was it used after it leaked?".
pub(super) fn answer(after: &AfterLeak) -> String {
    match after {
        AfterLeak::Yes { first, last } if first == last => format!("yes, on {}", time(*first)),
        AfterLeak::Yes { first, last } => format!("yes, on {}, and last on {}", time(*first), time(*last)),
        AfterLeak::No => "no use reported; the report is about five minutes late".to_owned(),
        AfterLeak::Unknown(why) => format!("unknown: {why}"),
    }
}

/// Writes the day, and the hour if it is not midnight.
fn time(time: Timestamp) -> String {
    let form = if time.as_second() % 86400 == 0 { "%Y-%m-%d" } else { "%Y-%m-%d from %H:00 UTC" };
    time.strftime(form).to_string()
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn add_chart(out: &mut String, days: &[Bucket], ascii: bool) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let numbers: Vec<u64> = days.iter().map(|day| day.total().tokens).collect();
    if days.len() < 2 || numbers.iter().all(|number| *number == 0) {
        return;
    }
    let (bars, width) = usage_chart::draw(&numbers, ascii);
    let unit = if width == 1 { "a day".to_owned() } else { format!("{width} days") };
    let _ = writeln!(out, "\n{bars}  tokens, {unit} each, {} to {}", day(first.start), day(last.start));
}

fn add_table(out: &mut String, days: &[Bucket]) {
    let used = |bucket: &Bucket| {
        let start = day(bucket.start);
        bucket.models.iter().map(|(model, used)| (start.clone(), model.clone(), used.clone())).collect()
    };
    let rows: Vec<(String, String, Use)> = days.iter().flat_map(|one| -> Vec<_> { used(one) }).collect();
    if rows.is_empty() {
        return;
    }
    let mut totals: BTreeMap<&str, Use> = BTreeMap::new();
    for (_, model, used) in &rows {
        totals.entry(model).or_default().add(used);
    }
    let mut cells = vec![cells_of("day", "model", COLUMNS.map(str::to_owned))];
    for (start, model, used) in rows.iter().take(MAX_ROWS) {
        cells.push(cells_of(start, model, numbers(used)));
    }
    for (model, used) in totals {
        cells.push(cells_of("all days", model, numbers(&used)));
    }
    out.push('\n');
    add_aligned(out, &cells);
    if let Some(more) = rows.len().checked_sub(MAX_ROWS).filter(|more| *more > 0) {
        let _ = writeln!(out, "{} more rows: `--format json` has all", grouped(more));
    }
}

fn cells_of(day: &str, model: &str, numbers: [String; 6]) -> Vec<String> {
    [day.to_owned(), model.to_owned()].into_iter().chain(numbers).collect()
}

fn numbers(used: &Use) -> [String; 6] {
    let Use { input, cache_read, cache_creation, output, tokens, tool_requests, .. } = used;
    [input, cache_read, cache_creation, output, tokens, tool_requests]
        .map(|number| grouped(usize::try_from(*number).unwrap_or(usize::MAX)))
}

/// Writes rows with the first two columns on the left, and the others on the right.
fn add_aligned(out: &mut String, rows: &[Vec<String>]) {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS.len() + 2).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ =
                if column < 2 { write!(line, "{cell:<width$}  ") } else { write!(line, "{cell:>width$}  ") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn add_cost(out: &mut String, report: &UsageReport) {
    let whose = if report.key.is_of_organisation { "organisation" } else { "workspace" };
    let _ = match &report.cost {
        Ok(cost) => {
            let currency = if cost.currency.is_empty() { "USD" } else { &cost.currency };
            writeln!(
                out,
                "\ncost of the {whose} since then, all of its keys: {} {currency}; there is no cost for a single key",
                cost.total()
            )
        }
        Err(error) => writeln!(out, "\ncost of the {whose}: not known: {error}"),
    };
}
