//! `skant fleet status`: the coverage of a store.

use std::fmt::Write as _;

use serde::Serialize;

use super::fleet_progress::{grouped_u64, repositories};
use crate::cli::args::{Common, FleetStatus};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::fleet_store::{StoredUnit, visit_units};
use crate::cli::output;
use crate::fleet::store::{CoverageRow, RowState, Store};
use crate::report::human::counted;
use crate::text::escape_ci_command;

/// The most repositories that are listed, unless everything is asked for.
const MAX_LISTED: u64 = 20;

/// The sums of a store.
#[derive(Default, Serialize)]
struct Sums {
    repositories: u64,
    complete: u64,
    incomplete: u64,
    failed: u64,
    missing: u64,
    with_findings: u64,
    findings: u64,
    bytes: u64,
    /// When the first and the last of the reports were made.
    oldest: Option<String>,
    newest: Option<String>,
    notes: Vec<String>,
    #[serde(skip)]
    is_unread: bool,
}

/// The line of a unit without a row.
#[derive(Serialize)]
struct MissingRow<'r> {
    coverage: u32,
    repository: &'r str,
    unit: &'r str,
    state: &'static str,
}

impl Sums {
    fn add(&mut self, row: Option<&CoverageRow>) {
        self.repositories += 1;
        let Some(row) = row else {
            self.missing += 1;
            return;
        };
        match row.state {
            RowState::Complete => self.complete += 1,
            RowState::Incomplete => self.incomplete += 1,
            RowState::Failed => self.failed += 1,
        }
        self.with_findings += u64::from(matches!(row.exit, 1 | 3));
        self.is_unread |= matches!(row.exit, 2 | 3);
        self.findings += row.counts.findings;
        self.bytes += row.counts.bytes;
        if self.oldest.as_ref().is_none_or(|oldest| row.at < *oldest) {
            self.oldest = Some(row.at.clone());
        }
        if self.newest.as_ref().is_none_or(|newest| row.at > *newest) {
            self.newest = Some(row.at.clone());
        }
    }

    const fn exit(&self) -> Exit {
        match (self.with_findings > 0, self.missing > 0 || self.is_unread) {
            (false, false) => Exit::Clean,
            (true, false) => Exit::Findings,
            (false, true) => Exit::Failed,
            (true, true) => Exit::Both,
        }
    }
}

pub(crate) fn run(common: &Common, options: &FleetStatus) -> Result<Exit, CliError> {
    let store = Store::open(&options.store)?;
    let mut sums = Sums::default();
    let (mut text, mut listed, mut more) = (String::new(), 0, 0);
    let is_verbose = common.verbose > 0;
    let notes = visit_units(&store, &mut |unit| {
        sums.add(unit.row.as_ref());
        if options.json {
            return output::print(json_line(&unit) + "\n").map(|_| ());
        }
        let is_read = unit.row.as_ref().is_some_and(CoverageRow::is_complete);
        if is_read && !is_verbose {
            return Ok(());
        }
        if listed < MAX_LISTED || is_verbose {
            listed += 1;
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", escape_ci_command(&line(&unit)));
        } else {
            more += 1;
        }
        Ok(())
    })?;
    sums.notes = notes.texts();
    if options.json {
        output::print(format!("{}\n", serde_json::json!({ "summary": sums })))?;
        return Ok(sums.exit());
    }
    if more > 0 {
        let _ = writeln!(text, "and {} more; `-v` lists all", grouped_u64(more));
    }
    if !common.quiet {
        summarize(&sums, &mut text);
    }
    output::print(text)?;
    Ok(sums.exit())
}

fn json_line(unit: &StoredUnit) -> String {
    let text = match &unit.row {
        Some(row) => serde_json::to_string(row),
        None => serde_json::to_string(&MissingRow {
            coverage: 1,
            repository: &unit.repository,
            unit: &unit.unit,
            state: "missing",
        }),
    };
    text.unwrap_or_default()
}

fn line(unit: &StoredUnit) -> String {
    let Some(row) = &unit.row else { return format!("missing     {}", unit.repository) };
    let at = &row.at;
    match (row.state, &row.error) {
        (RowState::Failed, error) => {
            let error = error.as_ref().map(|error| error.message.as_str()).unwrap_or_default();
            format!("failed      {} ({at}, {} tries): {error}", unit.repository, row.tries)
        }
        (RowState::Incomplete, _) => {
            format!("incomplete  {} ({at}): {}", unit.repository, count(row.counts.problems, "problem"))
        }
        (RowState::Complete, _) => {
            format!("complete    {} ({at}): {}", unit.repository, count(row.counts.findings, "finding"))
        }
    }
}

fn count(number: u64, word: &str) -> String {
    counted(usize::try_from(number).unwrap_or(usize::MAX), word)
}

fn summarize(sums: &Sums, text: &mut String) {
    let Sums { repositories: all, complete, incomplete, failed, missing, with_findings, findings, .. } = sums;
    let mut parts = vec![format!("{} complete", grouped_u64(*complete))];
    for (number, word) in [(incomplete, "incomplete"), (failed, "failed"), (missing, "missing")] {
        if *number > 0 {
            parts.push(format!("{} {word}", grouped_u64(*number)));
        }
    }
    for note in &sums.notes {
        let _ = writeln!(text, "note: {note}");
    }
    if let (Some(oldest), Some(newest)) = (&sums.oldest, &sums.newest) {
        let _ = writeln!(text, "read between {oldest} and {newest}");
    }
    let whole = if complete == all { "everything was read" } else { "not everything was read" };
    let found = format!("{} in {}", count(*findings, "finding"), repositories(*with_findings));
    let _ = writeln!(text, "{}: {}; {found}; {whole}", repositories(*all), parts.join(", "));
}
