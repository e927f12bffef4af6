//! The audit state: what a complete run has read, so that the next run with the same rules reads only the rest.
//!
//! A state holds no value and no hash of one: of the objects that hold evidence only the positions, and the next run reads
//! these objects again. The one text in it is the report of the last run, masked as every report, which is repeated while
//! nothing that it depends on has changed. Everything else of a run is computed anew, from the objects that are there: a
//! value that git has removed is gone, and another baseline or another ref counts at once.

mod bytes;
mod commits;
mod file;
mod inputs;
mod known;
mod repository;
#[cfg(test)]
mod tests;
mod trees;

use std::path::Path;

use self::file::{Conditions, Content, KeptReport, SetAside};
use self::inputs::{InputDigest, repositories_digest, search_digest, settings_digest};
pub(crate) use self::repository::{Earlier, KeptState, RepositoryState, Reuse};
use crate::finding::{Problem, ProblemKind, Report};
use crate::git::Repository;
use crate::scan::error::ScanError;
use crate::scan::history::options::{HistoryOptions, ProvenanceMode};
use crate::scan::history::{HistoryRun, Memory, run};
use crate::scan::scanner::Scanner;
use crate::source::ScanControl;
use crate::source::history::find_submodule_repositories;

/// The form in which a state keeps a report. Reading it again gives the same text in each format.
#[derive(Clone, Copy)]
pub(crate) struct ReportForm {
    /// Writes a report; without secrets, as every report.
    pub(crate) write: fn(&Report) -> Vec<u8>,
    /// Reads it again; `None` if it is damaged.
    pub(crate) read: fn(&[u8]) -> Option<Report>,
}

/// The file of an audit state. It need not exist yet; its folder must.
#[derive(Clone, Copy)]
pub(crate) struct HistoryState<'f> {
    pub(crate) path: &'f Path,
    /// How the state keeps the report, which it repeats while nothing has changed; `None` if it keeps none.
    pub(crate) form: Option<ReportForm>,
}

/// The result of a run with a state.
pub(crate) struct ResumedRun {
    /// The report of a full run.
    pub(crate) report: Report,
    /// What was read before, or why everything was read.
    pub(crate) notes: Vec<Problem>,
    /// The number of objects that earlier runs have read and that were not read again.
    pub(crate) read_before: u64,
}

impl ResumedRun {
    /// Returns the report with the notes.
    pub(crate) fn into_report(self) -> Report {
        let mut report = self.report;
        report.notes.extend(self.notes);
        report.notes.sort();
        report
    }
}

impl Scanner {
    /// Scans the history of a repository as [`Scanner::scan_history`] does, but reads only what the state does not have,
    /// and replaces the state afterwards. The report is the same. If the run was interrupted or something could not be
    /// read, the state stays as it is.
    ///
    /// # Errors
    /// The refs or the object database cannot be read.
    pub(crate) fn scan_history_with_state(
        &self,
        repository: &Repository,
        options: &HistoryOptions<'_>,
        state: &HistoryState<'_>,
        control: &ScanControl,
    ) -> Result<ResumedRun, ScanError> {
        let now = self.policy().now;
        let search = search_digest(self);
        let (mut earlier, mut notes) = read_usable(state.path, &search);
        // The fingerprints of weak values depend on the key, which no file may help to guess.
        let has_key = self.policy().settings.fingerprint_key.is_set();
        let settings = (!has_key).then(|| settings_digest(self, &search));
        let conditions = earlier.conditions.filter(|conditions| {
            Some(conditions.settings) == settings && (earlier.times.1..conditions.until).contains(&now)
        });
        let can_repeat = options.paths.is_all() && options.provenance == ProvenanceMode::Track && !has_key;
        let form = state.form.filter(|_| can_repeat);
        let before = form.and_then(|_| digest_of(repository, state.path));
        let kept = earlier.report.as_ref().filter(|_| conditions.is_some());
        let kept = kept.filter(|kept| Some(kept.repositories) == before);
        if let Some(report) = kept.zip(form).and_then(|(kept, form)| (form.read)(&kept.text)) {
            let (notes, read_before) = (vec![unchanged_note(earlier.times)], report.scope.objects as u64);
            return Ok(ResumedRun { report, notes, read_before });
        }
        let conditions = conditions.filter(|_| options.provenance == ProvenanceMode::Track);
        let reports_the_same = conditions.is_some();
        let kept = std::mem::take(&mut earlier.repositories).into_iter();
        let kept = kept.map(|(name, bytes)| (name, KeptState { bytes, reports_the_same }));
        let mut memory = Memory { earlier: kept.collect(), ..Memory::default() };
        let HistoryRun { report, until } = run(self, repository, options, control, Some(&mut memory))?;
        // The evidence that was not read again may expire as well.
        let until = conditions.map_or(until, |conditions| until.min(conditions.until));
        if memory.reused > 0 {
            notes.push(reuse_note(memory.reused, report.scope.objects, earlier.times));
        } else {
            notes.extend((memory.known > 0).then(|| set_aside_note(SetAside::OtherRepository)));
            earlier.times = (now, now);
        }
        if memory.is_complete {
            // What the report depends on may have changed while it was made.
            let is_unchanged = |before: &_| digest_of(repository, state.path) == Some(*before);
            let kept = before.filter(is_unchanged).zip(form);
            let kept =
                kept.map(|(repositories, form)| KeptReport { repositories, text: (form.write)(&report) });
            let repositories = memory.learned;
            let times = (earlier.times.0, now);
            let conditions = settings.map(|settings| Conditions { settings, until });
            let content = Content { search, times, conditions, report: kept, repositories };
            if let Err(error) = file::write(state.path, &content) {
                notes.push(note(format!(
                    "the state cannot be written: {error}; the next run reads as much as this one"
                )));
            }
        }
        Ok(ResumedRun { report, notes, read_before: memory.reused })
    }
}

/// Reads the state of earlier runs with the same search, with notes on why there is none.
fn read_usable(path: &Path, search: &InputDigest) -> (Content, Vec<Problem>) {
    match file::read(path) {
        Ok(None) => (Content::default(), Vec::new()),
        Ok(Some(Ok(content))) if content.search == *search => (content, Vec::new()),
        Ok(Some(other)) => {
            let reason = other.err().unwrap_or(SetAside::OtherRules);
            (Content::default(), vec![set_aside_note(reason)])
        }
        Err(error) => {
            let message =
                format!("the state cannot be read, so everything was read: {error}; check the permissions");
            (Content::default(), vec![note(message)])
        }
    }
}

/// Returns the digest of a repository and its submodules; `None` if a part cannot be read. The file `except` does not
/// count.
fn digest_of(repository: &Repository, except: &Path) -> Option<InputDigest> {
    let submodules = find_submodule_repositories(repository);
    if submodules.problems.iter().any(|problem| !problem.kind.is_note()) {
        return None;
    }
    let mut repositories: Vec<(&[u8], &Repository)> = vec![(b"", repository)];
    repositories.extend(submodules.found.iter().map(|(name, found)| (name.as_slice(), found)));
    repositories_digest(&repositories, &submodules.problems, except)
}

fn note(message: String) -> Problem {
    Problem { kind: ProblemKind::AuditState, path: None, message }
}

fn set_aside_note(reason: SetAside) -> Problem {
    note(format!("the state was set aside, and everything was read: {}", reason.describe()))
}

fn reuse_note(reused: u64, objects: usize, times: (i64, i64)) -> Problem {
    note(format!("{reused} of the {objects} objects were read by {} and were not read again", runs(times)))
}

fn unchanged_note(times: (i64, i64)) -> Problem {
    note(format!(
        "nothing has changed since everything was read by {}; this is the report of that time",
        runs(times)
    ))
}

/// Describes earlier runs by their time.
fn runs((first, last): (i64, i64)) -> String {
    let shown = |time| {
        jiff::Timestamp::from_second(time)
            .map_or_else(|_| "an unknown time".to_owned(), |time| time.to_string())
    };
    if first == last {
        format!("the run of {}", shown(last))
    } else {
        format!("the runs from {} to {}", shown(first), shown(last))
    }
}
