//! Scans the units of a share: as many processes at a time as asked for, each unit up to three times, past a broken one.
//!
//! The inventory is read line by line and no report is held, so the memory does not grow with the number of units.

mod attempt;
mod attempt_url;
mod counts;
mod fault;
mod program;
mod slots;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use miette::Diagnostic;
use thiserror::Error;

pub(crate) use self::attempt::Run;
use self::attempt::Tried;
use self::fault::Fault;
pub(crate) use self::program::{PARENT_VARIABLE, UnitProgram, read_before_line};
pub(crate) use self::slots::Slots;
use super::inventory::InventoryError;
use super::shard::Shard;
use super::store::{CoverageRow, RowState, StoreError};
use super::{Inventory, Unit};

/// The most tries for one unit.
const TRIES: u32 = 3;

/// Threads for each process: some wait for the disk.
const THREADS_PER_JOB: usize = 4;

/// A run that could not go on.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum RunError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Inventory(#[from] InventoryError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its report was there already.
    Skipped,
    /// It was read now.
    Read,
    Failed,
}

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Totals {
    /// The units of the share.
    pub(crate) repositories: u64,
    /// Those that were read now.
    pub(crate) read: u64,
    /// Those whose report was there already.
    pub(crate) skipped: u64,
    /// Those with a report that names what could not be read.
    pub(crate) incomplete: u64,
    pub(crate) failed: u64,
    /// Those with findings that fail a run.
    pub(crate) with_findings: u64,
    /// Those with something that could not be checked and was not accepted.
    pub(crate) with_problems: u64,
    /// Whether the run was ended before its last unit.
    pub(crate) interrupted: bool,
}

impl Totals {
    fn add(&mut self, outcome: Outcome, row: &CoverageRow) {
        self.repositories += 1;
        match outcome {
            Outcome::Skipped => self.skipped += 1,
            Outcome::Read => self.read += 1,
            Outcome::Failed => self.failed += 1,
        }
        self.incomplete += u64::from(row.state == RowState::Incomplete);
        self.with_findings += u64::from(matches!(row.exit, 1 | 3));
        self.with_problems += u64::from(matches!(row.exit, 2 | 3));
    }
}

/// What the threads of a run share.
struct Shared<'s> {
    run: &'s Run<'s>,
    inventory: Mutex<Inventory>,
    shard: Shard,
    totals: Mutex<Totals>,
    error: Mutex<Option<RunError>>,
    is_ended: AtomicBool,
    on_unit: &'s (dyn Fn(Outcome, &CoverageRow) + Sync),
}

/// Scans the units of a share. `jobs` is the number of processes at a time. `on_unit` is called for each unit, when it has
/// ended.
///
/// # Errors
/// The inventory or the store cannot be used. Units that fail are no error.
pub(crate) fn scan_units(
    run: &Run<'_>,
    inventory: Inventory,
    shard: Shard,
    jobs: usize,
    on_unit: &(dyn Fn(Outcome, &CoverageRow) + Sync),
) -> Result<Totals, RunError> {
    let pool = Shared {
        run,
        inventory: Mutex::new(inventory),
        shard,
        totals: Mutex::default(),
        error: Mutex::default(),
        is_ended: AtomicBool::new(false),
        on_unit,
    };
    thread::scope(|scope| {
        for _ in 1..jobs * THREADS_PER_JOB {
            // With fewer threads the run takes longer; this one works in any case.
            let _ = thread::Builder::new().spawn_scoped(scope, || pool.work());
        }
        pool.work();
    });
    match pool.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(pool.totals.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

impl Shared<'_> {
    /// Reads units until there are no more, or the run ends.
    fn work(&self) {
        loop {
            match self.next() {
                Ok(Some(unit)) => {
                    if let Err(fault) = self.read_unit(&unit) {
                        return self.end(fault);
                    }
                }
                Ok(None) => return,
                Err(error) => return self.end_with(error.into()),
            }
        }
    }

    fn next(&self) -> Result<Option<Unit>, InventoryError> {
        let mut inventory = lock(&self.inventory);
        loop {
            if self.is_ended.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if self.run.cancellation.is_requested() {
                lock(&self.totals).interrupted = true;
                return Ok(None);
            }
            match inventory.next()? {
                Some((line, unit)) if self.shard.includes(line) => return Ok(Some(unit)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Tries a unit until it is read, up to three times.
    fn read_unit(&self, unit: &Unit) -> Result<(), Fault> {
        for number in 1..=TRIES {
            let start = Instant::now();
            let tried = catch_unwind(AssertUnwindSafe(|| self.run.try_unit(unit, number)));
            let (outcome, row) = match tried.unwrap_or(Err(Fault::Panic)) {
                Ok(Tried::Skipped(row)) => (Outcome::Skipped, row),
                Ok(Tried::Read(row)) => (Outcome::Read, row),
                Err(fault) if fault.ends_the_run() => return Err(fault),
                Err(fault) if number < TRIES && fault.may_pass() => {
                    self.pause(fault.pause(number));
                    continue;
                }
                Err(fault) => {
                    let row = self.run.failed_row(unit, &fault, number, start);
                    self.run.store.put_row(&row)?;
                    (Outcome::Failed, row)
                }
            };
            lock(&self.totals).add(outcome, &row);
            (self.on_unit)(outcome, &row);
            return Ok(());
        }
        Ok(())
    }

    /// Waits, unless the run is cancelled meanwhile.
    fn pause(&self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time && !self.run.cancellation.is_requested() {
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn end(&self, fault: Fault) {
        match fault {
            Fault::Store(error) => self.end_with(error.into()),
            _ => lock(&self.totals).interrupted = true,
        }
    }

    fn end_with(&self, error: RunError) {
        self.is_ended.store(true, Ordering::Relaxed);
        lock(&self.error).get_or_insert(error);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
