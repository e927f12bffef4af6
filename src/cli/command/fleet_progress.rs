//! What `skant fleet scan` prints while it runs: a line for each unit that needs a person, and a progress line.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cli::args::{Common, When};
use crate::cli::output;
use crate::fleet::scan::Outcome;
use crate::fleet::store::{CoverageRow, RowState};
use crate::report::human::{counted, grouped};
use crate::text::escape_ci_command;

/// Erases the progress line.
const ERASE: &str = "\r\x1b[K";

/// The printer of a run. Any thread may use it.
pub(super) struct FleetProgress {
    is_json: bool,
    is_verbose: bool,
    has_line: bool,
    /// The number of units of the share.
    all: u64,
    ended: AtomicU64,
    /// Held while something is printed.
    printing: Mutex<()>,
}

impl FleetProgress {
    pub(super) fn new(common: &Common, is_json: bool, all: u64) -> Self {
        let has_line = match common.progress {
            When::Always => !common.quiet,
            When::Auto => !common.quiet && std::io::stderr().is_terminal(),
            When::Never => false,
        };
        let is_verbose = common.verbose > 0;
        Self { is_json, is_verbose, has_line, all, ended: AtomicU64::new(0), printing: Mutex::new(()) }
    }

    /// Prints what there is to say about a unit.
    pub(super) fn unit(&self, outcome: Outcome, row: &CoverageRow) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let guard = self.printing.lock();
        let text = if self.is_json {
            serde_json::to_string(row).ok()
        } else {
            self.line(outcome, row).map(|line| escape_ci_command(&line).into_owned())
        };
        if let Some(text) = text {
            self.erase();
            // The store has the row; the exit code reports the result.
            let _ = output::print(text + "\n");
        }
        if self.has_line {
            let line = format!("{ERASE}{} of {}", grouped_u64(ended), repositories(self.all));
            // If standard error is closed, nobody can be informed.
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        drop(guard);
    }

    fn line(&self, outcome: Outcome, row: &CoverageRow) -> Option<String> {
        let CoverageRow { repository, state, counts, error, .. } = row;
        let problems = usize::try_from(counts.problems).unwrap_or(usize::MAX);
        match (outcome, error) {
            (_, Some(error)) => Some(format!("failed      {repository}: {}", error.message)),
            _ if *state == RowState::Incomplete => {
                Some(format!("incomplete  {repository}: {}", counted(problems, "problem")))
            }
            (Outcome::Skipped, _) if self.is_verbose => Some(format!("unchanged   {repository}")),
            _ if self.is_verbose => Some(format!("read        {repository}")),
            _ => None,
        }
    }

    /// Erases the progress line.
    pub(super) fn erase(&self) {
        if self.has_line {
            let _ = std::io::stderr().write_all(ERASE.as_bytes());
        }
    }
}

/// Returns a number of repositories in words.
pub(super) fn repositories(number: u64) -> String {
    let word = if number == 1 { "repository" } else { "repositories" };
    format!("{} {word}", grouped_u64(number))
}

pub(super) fn grouped_u64(number: u64) -> String {
    grouped(usize::try_from(number).unwrap_or(usize::MAX))
}
