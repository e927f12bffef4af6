//! Speed and memory of history scans, compared with other programs: `cargo bench --bench history -- REPO`.
//!
//! All programs run in turn, several times, on one repository and machine. The table shows medians, and ratios to
//! skant. On Linux only, where `/proc` has time and memory.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod competitors;
mod measure;
mod parts;
mod plant;
#[path = "../../tests/support/templates.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests use other parts of it"
)]
mod templates;
#[path = "../../tests/support/tokens.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "the tests use more of it"
)]
mod tokens;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use competitors::Competitor;
use measure::Sample;

const USAGE: &str = "\
usage: cargo bench --bench history -- [--runs N] [--plant N] [--only NAME,…] REPO

  REPO        a repository; its whole history is read, and nothing in it is changed
  --runs N    number of runs of each program (3)
  --plant N   measure a copy with N more commits that add, change and remove synthetic keys
  --only …    only these rows: skant, no-provenance, decode, git, and programs on the PATH
              (kingfisher, noseyparker, betterleaks, gitleaks)";

struct Options {
    repository: PathBuf,
    runs: usize,
    plant: usize,
    only: Vec<String>,
}

fn main() -> ExitCode {
    // cargo itself passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [parts::DECODE, repository] => parts::decode(Path::new(repository)),
        [parts::NO_PROVENANCE, repository] => parts::scan_without_provenance(Path::new(repository)),
        _ => match parse_options(&arguments) {
            Ok(options) => compare(&options),
            Err(error) => {
                eprintln!("{error}\n{USAGE}");
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

fn parse_options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { repository: PathBuf::new(), runs: 3, plant: 0, only: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        let number = |text: &String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--runs" => options.runs = number(value()?)?.max(1),
            "--plant" => options.plant = number(value()?)?,
            "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
            option if option.starts_with('-') => return Err(format!("{option} is no option")),
            path => options.repository = PathBuf::from(path),
        }
    }
    if options.repository.as_os_str().is_empty() {
        return Err("no repository".into());
    }
    Ok(options)
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    let given = std::fs::canonicalize(&options.repository)
        .map_err(|error| format!("{}: {error}", options.repository.display()))?;
    let scratch = tempfile::tempdir()?;
    let repository = match options.plant {
        0 => given.clone(),
        count => plant::copy(&given, &scratch.path().join("planted.git"), count)?,
    };
    let mut competitors = competitors::list(&repository, scratch.path())?;
    competitors.retain(|competitor| {
        options.only.is_empty() || options.only.iter().any(|name| name == competitor.key)
    });
    describe(options, &given)?;
    let mut samples: Vec<Vec<Sample>> = competitors.iter().map(|_| Vec::new()).collect();
    for run in 0..options.runs {
        for (competitor, samples) in competitors.iter().zip(&mut samples) {
            eprintln!("run {} of {}: {}", run + 1, options.runs, competitor.name);
            competitor.prepare()?;
            samples.push(measure::run(&mut competitor.command(), &scratch.path().join("stderr"))?);
        }
    }
    print_table(&competitors, &samples);
    println!("\nskant found {} secrets.", competitors::count_secrets(&repository)?);
    Ok(())
}

fn describe(options: &Options, given: &Path) -> Result<(), Box<dyn Error>> {
    let counts = git(given, &["count-objects", "-v"])?;
    let count = |key: &str| {
        let line = counts.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        line.and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
    };
    let cores = std::thread::available_parallelism()?;
    println!(
        "{}: {} objects in packs of {} MB",
        given.display(),
        count("in-pack"),
        count("size-pack") / 1024
    );
    if options.plant > 0 {
        println!("A copy (objects by reference) with {} more commits that plant keys.", options.plant);
    }
    println!(
        "{} runs in turn, medians; {cores} cores; {}.\n",
        options.runs,
        git(given, &["--version"])?.trim()
    );
    Ok(())
}

fn git(repository: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output =
        Command::new("git").arg("-C").arg(repository).args(arguments).stderr(Stdio::inherit()).output()?;
    if output.status.success() { Ok(String::from_utf8(output.stdout)?) } else { Err("git failed".into()) }
}

fn print_table(competitors: &[Competitor], samples: &[Vec<Sample>]) {
    println!("| | wall s | user s | peak MB | of it anonymous | wall, × skant | exit |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let median = |samples: &[Sample], field: fn(&Sample) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(field).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let wall = |samples: &[Sample]| median(samples, |sample| sample.wall);
    let own = competitors.iter().position(|competitor| competitor.key == "skant");
    let own = own.map_or(f64::NAN, |at| wall(&samples[at]));
    for (competitor, samples) in competitors.iter().zip(samples) {
        let mut exits: Vec<String> = samples.iter().map(|sample| sample.exit.clone()).collect();
        exits.dedup();
        let is_incomplete = samples.iter().any(|sample| sample.is_incomplete);
        let ratio =
            if is_incomplete { "incomplete".to_owned() } else { format!("{:.2}", wall(samples) / own) };
        println!(
            "| {} | {:.2} | {:.2} | {:.0} | {:.0} | {ratio} | {} |",
            competitor.name,
            wall(samples),
            median(samples, |sample| sample.user),
            median(samples, |sample| sample.peak),
            median(samples, |sample| sample.anonymous),
            exits.join(", "),
        );
    }
}
