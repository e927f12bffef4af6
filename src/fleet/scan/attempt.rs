//! One try to read a unit: its key before, the scan, its key after.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::counts::{ReportSummary, summarize};
use super::fault::Fault;
use super::program::{Ended, UnitProgram};
use super::slots::Slots;
use crate::detect::Detector;
use crate::fleet::key::UnitKey;
use crate::fleet::local_repositories;
use crate::fleet::mirror::Mirrors;
use crate::fleet::store::row::{self, CoverageRow, ReportFile, RowState};
use crate::fleet::store::{Store, WorkFolder};
use crate::fleet::tips;
use crate::fleet::{Address, Unit};
use crate::git::{GitEnvironment, Repository};
use crate::policy::clock;
use crate::source::Cancellation;

/// The exit code of an interrupted scan.
const INTERRUPTED: i32 = 130;

/// What all tries of a run share.
pub(crate) struct Run<'r> {
    pub(crate) store: &'r Store,
    pub(crate) work: &'r WorkFolder,
    pub(crate) program: &'r UnitProgram,
    pub(crate) mirrors: &'r Mirrors,
    /// Finds secrets in the texts of other programs.
    pub(crate) detector: &'r Detector,
    /// As many as processes may run at a time.
    pub(crate) slots: Slots,
    /// The digest of the rules.
    pub(crate) rules: &'r str,
    /// The time in the rows: `SOURCE_DATE_EPOCH`, or the time of each unit.
    pub(crate) fixed_time: Option<i64>,
    pub(crate) cancellation: &'r Cancellation,
}

/// The result of a try.
pub(super) enum Tried {
    /// The report is there already.
    Skipped(CoverageRow),
    Read(CoverageRow),
}

/// A scan that came to its end.
pub(super) struct Scanned {
    exit: u8,
    summary: ReportSummary,
    /// The number of objects that earlier scans have read.
    read_before: u64,
    /// The report, a file of the run.
    report: PathBuf,
}

/// A key, and how long a report for it holds.
pub(super) struct Before {
    pub(super) key: UnitKey,
    pub(super) until: Option<String>,
}

impl Run<'_> {
    /// Reads a unit, unless its report is there.
    pub(super) fn try_unit(&self, unit: &Unit, number: u32) -> Result<Tried, Fault> {
        match &unit.address {
            Address::Path(path) => self.try_path(unit, path, number),
            Address::Url(url) => self.try_url(unit, url, number),
        }
    }

    fn try_path(&self, unit: &Unit, path: &Path, number: u32) -> Result<Tried, Fault> {
        let start = Instant::now();
        let before = self.key_of_path(unit, path)?;
        if let Some(row) = self.done(unit, &before.key) {
            return Ok(Tried::Skipped(row));
        }
        let scanned = self.scan(&unit.name(), path)?;
        let after = self.key_of_path(unit, path)?;
        if after.key != before.key {
            return Err(Fault::Changed(number));
        }
        self.put(unit, before, scanned, (number, start))
    }

    /// Puts a report and its row into the store.
    pub(super) fn put(
        &self,
        unit: &Unit,
        before: Before,
        scanned: Scanned,
        tried: (u32, Instant),
    ) -> Result<Tried, Fault> {
        let file = self.store.put_report(&unit.name(), &before.key.key, &scanned.report)?;
        let row = self.row(unit, before, (scanned, file), tried);
        self.store.put_row(&row)?;
        Ok(Tried::Read(row))
    }

    /// Returns the row of a complete report for a key, if the report is there.
    pub(super) fn done(&self, unit: &Unit, key: &UnitKey) -> Option<CoverageRow> {
        let row = self.store.row(&unit.name())?;
        self.store.is_done(&row, &key.key, clock::today()).then_some(row)
    }

    fn key_of_path(&self, unit: &Unit, path: &Path) -> Result<Before, Fault> {
        local_repositories::open(path)?;
        let repository = Repository::discover(path, &GitEnvironment::default())?;
        let state = tips::of_repository(&repository)?;
        let settings = self.program.options.settings_of(Some(&repository))?;
        let key = UnitKey::new(&unit.address.canonical(), state, self.rules, &settings.digest);
        Ok(Before { key, until: settings.until.map(|day| day.to_string()) })
    }

    /// Runs the scan of a repository, which reads what the state of the unit does not have.
    pub(super) fn scan(&self, unit: &str, folder: &Path) -> Result<Scanned, Fault> {
        let (report, state) = (self.work.new_path("report.json"), self.store.lend_state(unit, self.work));
        let slot = self.slots.take();
        let ended = self.program.run(folder, (&report, &state), self.cancellation);
        drop(slot);
        // A state is about objects, so it holds whatever becomes of this try.
        self.store.take_state(unit, &state)?;
        let ended = ended.map_err(|error| match error.kind() {
            std::io::ErrorKind::Interrupted => Fault::Interrupted,
            _ => Fault::Process(error),
        })?;
        if ended.status.code() == Some(INTERRUPTED) {
            // A terminal interrupts both processes; this one may not know yet.
            std::thread::sleep(Duration::from_millis(100));
        }
        if self.cancellation.is_requested() {
            return Err(Fault::Interrupted);
        }
        let exit = exit_code(&ended)?;
        match summarize(&report) {
            Ok(summary) => Ok(Scanned { exit, summary, read_before: ended.read_before, report }),
            // Without a report, what it said is the reason.
            Err(_) if exit == 2 && !ended.said.trim().is_empty() => {
                Err(Fault::Refused(ended.said.trim().trim_start_matches("skant: error: ").to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn row(
        &self,
        unit: &Unit,
        Before { key, until }: Before,
        (scanned, file): (Scanned, String),
        (tries, start): (u32, Instant),
    ) -> CoverageRow {
        let Scanned { exit, summary, read_before, report: _ } = scanned;
        let ReportSummary { is_complete, counts, sha256, bytes } = summary;
        CoverageRow {
            state: if is_complete { RowState::Complete } else { RowState::Incomplete },
            key: Some(key.key),
            tips: Some(key.state.tips),
            local: key.state.local,
            settings: Some(key.settings),
            until,
            report: Some(ReportFile { file, sha256, bytes }),
            exit,
            counts,
            read_before,
            ..self.empty_row(unit, tries, start)
        }
    }

    /// Returns the row of a unit that could not be read. It keeps the report of an earlier run.
    pub(super) fn failed_row(&self, unit: &Unit, fault: &Fault, tries: u32, start: Instant) -> CoverageRow {
        let empty = self.empty_row(unit, tries, start);
        let earlier = self.store.row(&unit.name()).and_then(|row| Some((row.report?, row.counts)));
        let (report, counts) =
            earlier.map_or((None, empty.counts), |(report, counts)| (Some(report), counts));
        CoverageRow { report, counts, error: Some(fault.row_error(self.detector)), ..empty }
    }

    fn empty_row(&self, unit: &Unit, tries: u32, start: Instant) -> CoverageRow {
        let second = self.fixed_time.unwrap_or_else(|| clock::now().as_second());
        CoverageRow {
            coverage: row::VERSION,
            repository: unit.address.canonical(),
            unit: unit.name(),
            state: RowState::Failed,
            key: None,
            tips: None,
            local: None,
            rules: self.rules.to_owned(),
            settings: None,
            until: None,
            report: None,
            exit: 2,
            counts: row::Counts::default(),
            read_before: 0,
            tries,
            error: None,
            at: Timestamp::from_second(second).unwrap_or(Timestamp::MIN).to_string(),
            milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Returns the exit code of a scan that came to its end.
fn exit_code(ended: &Ended) -> Result<u8, Fault> {
    match ended.status.code() {
        Some(code @ 0..=3) => Ok(u8::try_from(code).unwrap_or(2)),
        Some(code) => Err(Fault::Crashed(format!("ended with exit code {code}{}", after(&ended.said)))),
        None => Err(Fault::Crashed(format!("was killed ({}){}", ended.status, after(&ended.said)))),
    }
}

fn after(said: &str) -> String {
    let said = said.trim();
    if said.is_empty() { String::new() } else { format!(": {said}") }
}
