//! `skant fleet scan`: scans the repositories of an inventory into a store.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use super::fleet_progress::{FleetProgress, grouped_u64, repositories};
use crate::cli::args::{Common, FleetScan};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::detect::Detector;
use crate::finding::Confidence;
use crate::fleet::Inventory;
use crate::fleet::forge::token_variables;
use crate::fleet::inventory::InventoryError;
use crate::fleet::key::{ReportOptions, rules_digest};
use crate::fleet::mirror::{CloneLimits, Mirrors};
use crate::fleet::scan::{Run, Slots, Totals, UnitProgram, scan_units};
use crate::fleet::shard::Shard;
use crate::fleet::store::Store;
use crate::rules::RuleSet;
use crate::source::ScanControl;

/// The most processes at a time.
const MAX_JOBS: usize = 256;

pub(crate) fn run(
    common: &Common,
    options: &FleetScan,
    control: &Arc<ScanControl>,
) -> Result<Exit, CliError> {
    let shard = match &options.shard {
        Some(text) => Shard::read(text, &|name| std::env::var(name).ok())?,
        None => Shard::WHOLE,
    };
    let report_options = report_options(common)?;
    // A mistake in the settings would fail each unit by itself.
    report_options.settings_of(None).map_err(SettingsError)?;
    let mut content = open_inventory(&options.inventory)?;
    let store = Store::open_or_make(&absolute(&options.store)?)?;
    let work = store.work_folder()?;
    let copy = store.copy_inventory(&mut content, &work)?;
    let inventory = Inventory::open(File::open(&copy).map_err(InventoryError::Unreadable)?)?;
    store.set_inventory(&copy)?;
    let processors = available_parallelism().map_or(1, usize::from);
    let jobs = common.jobs.map_or(processors, usize::from).min(MAX_JOBS);
    let program = UnitProgram {
        program: program()?,
        options: report_options,
        // Twice its share: it uses what others leave that wait or have ended.
        threads: (2 * processors / jobs).clamp(1, processors),
        hidden_variables: token_variables(),
    };
    let limits = CloneLimits { bytes: options.max_size, time: Duration::from_secs(options.clone_timeout) };
    let mirrors = Mirrors::new(store.mirrors(), limits, options.keep_mirrors, token_variables());
    let run = Run {
        store: &store,
        work: &work,
        program: &program,
        mirrors: &mirrors,
        detector: &Detector::new(RuleSet::builtin()),
        slots: Slots::new(jobs),
        rules: &rules_digest(),
        fixed_time: std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|value| value.parse().ok()),
        cancellation: &control.cancellation,
    };
    let progress = FleetProgress::new(common, options.json, shard.size(inventory.header.repositories));
    let totals = scan_units(&run, inventory, shard, jobs, &|outcome, row| progress.unit(outcome, row));
    progress.erase();
    let totals = totals?;
    output::print(if options.json { json_summary(&totals) } else { summary(&totals, common.quiet) })?;
    Ok(exit(&totals))
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{0}")]
#[diagnostic(code(skant::fleet::settings), help("`skant config check` says more"))]
struct SettingsError(crate::fleet::key::SettingsFault);

fn report_options(common: &Common) -> Result<ReportOptions, CliError> {
    Ok(ReportOptions {
        config: common.config.as_deref().map(absolute).transpose()?,
        no_repo_config: common.no_repo_config,
        no_suppressions: common.no_suppressions,
        exclude: common.exclude.clone(),
        min_confidence: common.min_confidence.map(Confidence::from),
        allow_incomplete: common.allow_incomplete,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    Ok(std::path::absolute(path).map_err(IoError::CurrentFolder)?)
}

fn open_inventory(path: &Path) -> Result<Box<dyn Read>, CliError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).map_err(|source| IoError::ReadFile { path: path.to_path_buf(), source })?;
    Ok(Box::new(file))
}

/// Returns the path of this program. On Linux it leads to the running file, even if an update replaces it meanwhile.
fn program() -> Result<PathBuf, CliError> {
    let running = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        return Ok(running.to_path_buf());
    }
    let source = |source| IoError::ReadFile { path: PathBuf::from("skant"), source };
    Ok(std::env::current_exe().map_err(source)?)
}

fn json_summary(totals: &Totals) -> String {
    format!("{}\n", serde_json::json!({ "summary": totals }))
}

/// Returns the sums in words.
fn summary(totals: &Totals, quiet: bool) -> String {
    let Totals { repositories: all, read, skipped, incomplete, failed, with_findings, .. } = *totals;
    if quiet {
        return String::new();
    }
    let mut parts = vec![format!("{} read", grouped_u64(read))];
    if skipped > 0 {
        parts.push(format!("{} unchanged", grouped_u64(skipped)));
    }
    for (number, word) in [(incomplete, "incomplete"), (failed, "failed")] {
        if number > 0 {
            parts.push(format!("{} {word}", grouped_u64(number)));
        }
    }
    let whole = match (totals.interrupted, incomplete + failed) {
        (true, _) => "interrupted; the same command goes on",
        (false, 0) => "everything was read",
        (false, _) => "not everything was read",
    };
    let found = match with_findings {
        0 => "no secrets found".to_owned(),
        number => format!("secrets in {}", grouped_u64(number)),
    };
    format!("{}: {}; {found}; {whole}\n", repositories(all), parts.join(", "))
}

const fn exit(totals: &Totals) -> Exit {
    if totals.interrupted {
        return Exit::Interrupted;
    }
    match (totals.with_findings > 0, totals.with_problems > 0) {
        (false, false) => Exit::Clean,
        (true, false) => Exit::Findings,
        (false, true) => Exit::Failed,
        (true, true) => Exit::Both,
    }
}
