//! The text for the document: the conditions of the run, and a table for each task.

use std::fmt::Write as _;
use std::path::Path;

use benchkit::Done;
use benchkit::findings::Counts;
use benchkit::git::{count_objects, git, start};
use benchkit::installed::{Absent, Installed};
use benchkit::measure::{Sample, median};
use benchkit::plant::PROVIDERS;

use super::tasks::Work;

/// The runs of a scanner on a task; none if it cannot do the task.
#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) samples: Vec<Sample>,
    /// `None` if the report could not be read.
    pub(crate) counts: Option<Counts>,
}

/// All that was measured.
pub(crate) struct Results<'r> {
    pub(crate) scanners: &'r [Installed],
    pub(crate) absent: &'r [(&'static str, Absent)],
    pub(crate) works: &'r [Work],
    pub(crate) cells: &'r [Vec<Cell>],
    pub(crate) runs: usize,
}

impl Results<'_> {
    /// Returns the section. It names no path and no host.
    pub(crate) fn text(&self, name: &str, repository: &Path) -> Done<String> {
        let mut text = self.conditions(name, repository)?;
        for (work, cells) in self.works.iter().zip(self.cells) {
            let planted = work.planted.len();
            let what = match work.files.len() {
                0 => format!("{}, {planted} planted keys", work.task.name()),
                files => format!("{} of {files} files, {planted} planted keys", work.task.name()),
            };
            write!(
                text,
                "\n| {what} | wall s | processor s | peak MB | exit | values | planted keys found |\n\
                 |---|--:|--:|--:|--:|--:|--:|\n"
            )?;
            for (scanner, cell) in self.scanners.iter().zip(cells) {
                text.push_str(&row(scanner, cell));
            }
        }
        Ok(text)
    }

    fn conditions(&self, name: &str, repository: &Path) -> Done<String> {
        let (objects, _) = count_objects(repository)?;
        let files = git(repository, &["ls-tree", "-r", "--name-only", &start(repository)?])?.lines().count();
        let git = git(repository, &["version"])?;
        let git = git.trim().trim_start_matches("git version ");
        let build = if cfg!(debug_assertions) { ", a debug build of skant" } else { "" };
        let mut text = format!(
            "{name}: {objects} objects, {files} files. {}, git {git}{build}. {}, after a run \
             that fills caches. Planted: made-up keys of {PROVIDERS}. Nothing is validated, and no server is asked. A \
             value counts once, by what the report has: the value, its hash or a fingerprint.\n",
            machine()?,
            match self.runs {
                1 => "One run of each".to_owned(),
                runs => format!("Medians of {runs} runs in turn"),
            },
        );
        let list = |keys: Vec<&str>| keys.join(", ");
        let scripts = self.scanners.iter().filter(|scanner| scanner.is_script);
        let scripts = list(scripts.map(|scanner| scanner.tool.key).collect());
        if !scripts.is_empty() {
            writeln!(text, "Started by a script of Python or Node, which is part of the time: {scripts}.")?;
        }
        let of = |reason: Absent| self.absent.iter().filter(move |(_, other)| *other == reason);
        let absent = list(of(Absent::NotOnPath).chain(of(Absent::NotWorking)).map(|(key, _)| *key).collect());
        if !absent.is_empty() {
            writeln!(text, "Not measured, because not installed: {absent}.")?;
        }
        for (key, reason) in self.absent {
            if let Absent::Twin(twin) = reason {
                writeln!(text, "The program `{key}` was {twin} under another name, and is left out.")?;
            }
        }
        Ok(text)
    }
}

fn row(scanner: &Installed, cell: &Cell) -> String {
    let is_own = scanner.tool.key == "skant";
    let name = if is_own { format!("**{}**", scanner.name()) } else { scanner.name() };
    if cell.samples.is_empty() {
        return format!("| {name} | – | – | – | – | – | – |\n");
    }
    let of = |figure: fn(&Sample) -> f64| median(&cell.samples, figure);
    let mut exits: Vec<String> = cell.samples.iter().map(Sample::exit).collect();
    exits.dedup();
    let gave_up = cell.samples.iter().any(|sample| scanner.gave_up(sample));
    let mark = if gave_up { ", gave up" } else { "" };
    let counts = cell.counts.map_or(["no report".to_owned(), "–".to_owned()], |counts| {
        [counts.values.to_string(), counts.planted.to_string()]
    });
    format!(
        "| {name} | {} | {:.2} | {:.0} | {}{mark} | {} | {} |\n",
        seconds(of(|sample| sample.wall)),
        of(|sample| sample.user + sample.system),
        of(|sample| sample.peak),
        exits.join(", "),
        counts[0],
        counts[1],
    )
}

fn seconds(value: f64) -> String {
    if value < 1.0 { format!("{value:.3}") } else { format!("{value:.2}") }
}

/// Returns the number of cores and the model of the processor.
fn machine() -> Done<String> {
    let cores = std::thread::available_parallelism()?;
    let list = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = list.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(match model {
        Some((_, model)) => format!("{cores} cores of {model}"),
        None => format!("{cores} cores"),
    })
}
