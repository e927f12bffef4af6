//! skant and other scanners on the same three tasks: `cargo bench --bench peers -- REPO`.
//!
//! The tasks are made from a repository that is only read: a staged change, a working tree and a whole history, each
//! with planted made-up keys. All scanners that are installed run in turn, several times. Linux only: time and memory
//! are read from `/proc`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod table;
mod tasks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benchkit::Done;
use benchkit::findings;
use benchkit::installed::{self, Absent, Installed};
use benchkit::section;

use table::{Cell, Results};
use tasks::Work;

const USAGE: &str = "\
usage: cargo bench --bench peers -- [--runs N] [--only NAME,…] [--name NAME] [--write] REPO

  REPO        a repository, bare or with a working tree; it is only read
  --runs N    runs of each scanner on each task, in turn (3)
  --only …    only these scanners: skant, kingfisher, betterleaks, gitleaks, trufflehog, detect-secrets,
              secretlint, ripsecrets, keyspoor, keyhog
  --name …    the name of the repository in the table (from the address that it was cloned from)
  --write     writes the table to docs/speed.md";

/// The document with the table, and the name of the part that is written.
const DOCUMENT: &str = "docs/speed.md";
const SECTION: &str = "peers";

struct Asked {
    repository: PathBuf,
    runs: usize,
    only: Vec<String>,
    name: Option<String>,
    writes: bool,
}

fn main() -> ExitCode {
    // cargo passes `--bench`.
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let asked = match asked(arguments) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match compare(&asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked =
        Asked { repository: PathBuf::new(), runs: 3, only: Vec::new(), name: None, writes: false };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--runs" => {
                let runs = value()?;
                asked.runs = runs.parse::<usize>().map_err(|_| format!("{runs} is no number"))?.max(1);
            }
            "--only" => asked.only = value()?.split(',').map(str::to_owned).collect(),
            "--name" => asked.name = Some(value()?),
            "--write" => asked.writes = true,
            option if option.starts_with('-') => return Err(format!("{option} is no option")),
            path => asked.repository = PathBuf::from(path),
        }
    }
    if asked.repository.as_os_str().is_empty() {
        return Err("no repository".into());
    }
    Ok(asked)
}

fn compare(asked: &Asked) -> Done<()> {
    let given = std::fs::canonicalize(&asked.repository)
        .map_err(|error| format!("{}: {error}", asked.repository.display()))?;
    let own = Path::new(env!("CARGO_BIN_EXE_skant"));
    let is_wanted = |key: &str| asked.only.is_empty() || asked.only.iter().any(|name| name == key);
    // Nosey Parker's findings are not in the report of a run.
    let (scanners, absent) = installed::find(own, |tool| is_wanted(tool.key) && tool.key != "noseyparker");
    for (key, reason) in &absent {
        if *reason == Absent::NotWorking {
            eprintln!("{key} does not print its version and is left out");
        }
    }
    let scratch = tempfile::tempdir()?;
    let works = tasks::make(&given, scratch.path())?;
    let cells = measure_all(&scanners, &works, asked.runs, scratch.path())?;
    let name = asked.name.clone().unwrap_or_else(|| benchkit::git::name(&given));
    let results =
        Results { scanners: &scanners, absent: &absent, works: &works, cells: &cells, runs: asked.runs };
    let text = results.text(&name, &given)?;
    if !asked.writes {
        println!("{text}");
        return Ok(());
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let before = std::fs::read_to_string(&document)?;
    let after = section::replace(&before, SECTION, &text).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    std::fs::write(&document, after)?;
    println!("{DOCUMENT} has the new table");
    Ok(())
}

/// Runs every scanner on every task. Returns a cell for each task and scanner.
fn measure_all(scanners: &[Installed], works: &[Work], runs: usize, scratch: &Path) -> Done<Vec<Vec<Cell>>> {
    let report = |scanner: &Installed| scratch.join(format!("{}.json", scanner.tool.key));
    let messages = scratch.join("messages");
    // The first run fills the caches of a scanner; it does not count.
    if let Some(work) = works.first() {
        for scanner in scanners {
            eprintln!("first run: {}", scanner.name());
            work.run(scanner, &report(scanner), &messages)?;
        }
    }
    let mut cells: Vec<Vec<Cell>> =
        works.iter().map(|_| scanners.iter().map(|_| Cell::default()).collect()).collect();
    for run in 1..=runs {
        for (work, cells) in works.iter().zip(&mut cells) {
            for (scanner, cell) in scanners.iter().zip(cells) {
                eprintln!("run {run} of {runs}: {}: {}", work.task.name(), scanner.name());
                let report = report(scanner);
                let Some(sample) = work.run(scanner, &report, &messages)? else { continue };
                cell.samples.push(sample);
                cell.counts = benchkit::formats::read(scanner.tool.format, &report)
                    .map(|found| found.map(|found| findings::count(&found, &work.planted)))
                    .map_err(|error| eprintln!("{}: {error}", scanner.name()))
                    .ok()
                    .flatten();
            }
        }
    }
    Ok(cells)
}
