//! The speed of a history scan, compared with other programs: `cargo bench --bench history -- REPO`.
//!
//! All programs run in turn, several times, on one repository and machine. The table shows medians, and ratios to
//! skant. Linux only: time and memory are read from `/proc`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod inside;
mod programs;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benchkit::Done;
use benchkit::git::{count_objects, git};
use benchkit::measure::{self, Sample, median};
use benchkit::plant::{self, Kinds};
use programs::Program;

const USAGE: &str = "\
usage: cargo bench --bench history -- [--runs N] [--plant N] [--only NAME,…] REPO

  REPO        a repository; its whole history is read, and nothing in it is changed
  --runs N    runs of each program, in turn (3)
  --plant N   first makes a copy with N more commits that bring, change and take away made-up keys
  --only …    only these rows: skant, no-provenance, decode, git, and programs on the PATH
              (kingfisher, noseyparker, betterleaks, gitleaks)";

struct PathFilter {
    repository: PathBuf,
    runs: usize,
    plant: usize,
    only: Vec<String>,
}

fn main() -> ExitCode {
    // cargo passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [inside::DECODE, repository] => inside::decode(Path::new(repository)),
        [inside::WITHOUT_PROVENANCE, repository] => inside::without_provenance(Path::new(repository)),
        _ => match asked(&arguments) {
            Ok(asked) => compare(&asked),
            Err(wrong) => {
                eprintln!("{wrong}\n{USAGE}");
                return ExitCode::from(2);
            }
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn asked(arguments: &[String]) -> Result<PathFilter, String> {
    let mut asked = PathFilter { repository: PathBuf::new(), runs: 3, plant: 0, only: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        let number = |text: &String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--runs" => asked.runs = number(value()?)?.max(1),
            "--plant" => asked.plant = number(value()?)?,
            "--only" => asked.only = value()?.split(',').map(str::to_owned).collect(),
            option if option.starts_with('-') => return Err(format!("{option} is no option")),
            path => asked.repository = PathBuf::from(path),
        }
    }
    if asked.repository.as_os_str().is_empty() {
        return Err("no repository".into());
    }
    Ok(asked)
}

fn compare(asked: &PathFilter) -> Done<()> {
    let given = std::fs::canonicalize(&asked.repository)
        .map_err(|error| format!("{}: {error}", asked.repository.display()))?;
    let scratch = tempfile::tempdir()?;
    let repository = match asked.plant {
        0 => given.clone(),
        count => {
            let copy = scratch.path().join("planted.git");
            plant::copy(&given, &copy, Kinds::Anthropic, count)?;
            copy
        }
    };
    let mut programs = programs::all(&repository, scratch.path())?;
    programs.retain(|program| asked.only.is_empty() || asked.only.iter().any(|name| name == program.key));
    describe(asked, &given)?;
    let mut samples: Vec<Vec<Sample>> = programs.iter().map(|_| Vec::new()).collect();
    for run in 0..asked.runs {
        for (program, samples) in programs.iter().zip(&mut samples) {
            eprintln!("run {} of {}: {}", run + 1, asked.runs, program.name);
            program.prepare()?;
            let mut command = program.command(&repository)?;
            samples.push(measure::run(&mut command, None, &scratch.path().join("said"))?);
        }
    }
    print_table(&programs, &samples);
    println!("\nskant found {} secrets.", programs::secrets(&repository)?);
    Ok(())
}

fn describe(asked: &PathFilter, given: &Path) -> Done<()> {
    let (objects, megabytes) = count_objects(given)?;
    let cores = std::thread::available_parallelism()?;
    println!("{}: {objects} objects, packs of {megabytes} MB", given.display());
    if asked.plant > 0 {
        println!("A copy (objects by reference), with {} more commits that plant keys.", asked.plant);
    }
    println!(
        "{} runs in turn, medians; {cores} cores; {}.\n",
        asked.runs,
        git(given, &["--version"])?.trim()
    );
    Ok(())
}

fn print_table(programs: &[Program], samples: &[Vec<Sample>]) {
    println!("| | wall s | user s | peak MB | of it anonymous | wall, × skant | exit |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let wall = |samples: &[Sample]| median(samples, |sample| sample.wall);
    let own = programs.iter().position(|program| program.key == "skant");
    let own = own.map_or(f64::NAN, |at| wall(&samples[at]));
    for (program, samples) in programs.iter().zip(samples) {
        let mut exits: Vec<String> = samples.iter().map(Sample::exit).collect();
        exits.dedup();
        let gave_up = samples.iter().any(|sample| program.gave_up(sample));
        let ratio = if gave_up { "gave up".to_owned() } else { format!("{:.2}", wall(samples) / own) };
        println!(
            "| {} | {:.2} | {:.2} | {:.0} | {:.0} | {ratio} | {} |",
            program.name,
            wall(samples),
            median(samples, |sample| sample.user),
            median(samples, |sample| sample.peak),
            median(samples, |sample| sample.anonymous),
            exits.join(", "),
        );
    }
}
