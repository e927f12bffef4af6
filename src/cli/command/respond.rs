//! `skant respond`: leads through the steps after a leak, for each critical value, on a terminal. Keeps what was done, so
//! that it goes on where it ended, and writes a note for people.

use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::respond_steps::{StepRun, Turn};
use crate::atomic_file::{self, private};
use crate::cli::args::{AskOptions, Common, Respond};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::incident_note;
use crate::cli::incident_state::{Incident, IncidentFile, Status, Step};
use crate::cli::key_question::{ask_key, check_terminal};
use crate::cli::output;
use crate::cli::session::printable_path;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted};
use crate::finding::{Finding, Severity, Verdict};
use crate::report::human::counted;
use crate::report::{whereabouts, words};
use crate::source::ScanControl;

#[derive(Debug, Error, Diagnostic)]
enum RespondError {
    #[error("cannot write {}: {source}", path.display())]
    #[diagnostic(code(skant::respond::write), help("`--note FILE` names another file for the note"))]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot keep what was done: {0}")]
    #[diagnostic(
        code(skant::respond::state),
        help("make the folder for state files writable (`XDG_STATE_HOME`, usually ~/.local/state)")
    )]
    State(io::Error),
}

pub(crate) fn run(common: &Common, arguments: &Respond, control: &ScanControl) -> Result<Exit, CliError> {
    check_terminal()?;
    let search = ValueSearch::open(common, false, control)?;
    let file = IncidentFile::of(&search.repository);
    let known = if arguments.restart { None } else { file.read() };
    let is_wanted = |finding: &Finding| {
        let is_open = || known.as_ref().is_some_and(|incident| incident.has_open(finding));
        finding.severity == Severity::Critical && (finding.verdict != Some(Verdict::Revoked) || is_open())
    };
    let (mut subjects, problems) = search.find_all(&is_wanted, true, arguments.asking)?;
    if is_interrupted(&problems) {
        return Ok(Exit::Interrupted);
    }
    for problem in &problems {
        output::print(format!("not read: {}\n", words::problem(problem)))?;
    }
    let mut walk = Walk::begin(common, arguments, &search, (file, known));
    let exit = walk.through(&mut subjects)?;
    Ok(if problems.is_empty() { exit } else { exit.and_incomplete() })
}

/// The walk through an incident.
struct Walk<'w> {
    common: &'w Common,
    search: &'w ValueSearch<'w>,
    asking: AskOptions,
    file: IncidentFile,
    incident: Incident,
    is_continued: bool,
}

/// How the walk goes on after a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    End,
}

impl<'w> Walk<'w> {
    fn begin(
        common: &'w Common,
        arguments: &Respond,
        search: &'w ValueSearch<'w>,
        (file, known): (IncidentFile, Option<Incident>),
    ) -> Self {
        let is_continued = known.is_some();
        let named = arguments.note.as_ref().map(|note| common.caller_folder.join(note));
        let mut incident = known.unwrap_or_else(|| {
            let note = named.clone().unwrap_or_else(|| free_name(&common.caller_folder));
            Incident::new(note)
        });
        if let Some(named) = named {
            incident.note = named;
        }
        Self { common, search, asking: arguments.asking, file, incident, is_continued }
    }

    /// Goes through the values; returns 0 if all of them are done with.
    fn through(&mut self, subjects: &mut [Subject]) -> Result<Exit, CliError> {
        if subjects.is_empty() {
            output::print(
                "no critical finding is left without the verdict `revoked`; nothing is to be done\n",
            )?;
            self.file.remove();
            return Ok(Exit::Clean);
        }
        let positions: Vec<usize> =
            subjects.iter().map(|subject| self.incident.position_of(&subject.finding)).collect();
        self.greet(subjects.len())?;
        let total = subjects.len();
        for (number, (subject, position)) in (1..).zip(subjects.iter_mut().zip(positions)) {
            output::print(describe(&subject.finding, number, total))?;
            if self.value(subject, position)? == Next::End {
                output::print("\n")?;
                break;
            }
        }
        self.finish()
    }

    fn greet(&self, number: usize) -> Result<(), CliError> {
        let begun = if self.is_continued {
            format!("the incident of {} goes on: ", self.incident.started)
        } else {
            String::new()
        };
        let values = counted(number, "critical value");
        let note = printable_path(&self.incident.note);
        let kept = if self.file.is_kept() {
            ""
        } else {
            "; it cannot go on later, as there is no folder for its state"
        };
        output::print(format!(
            "{begun}{values}. Each step says what it does; what changes something asks first.\n\
             The live check sends a value to its own provider, and to nobody else.\nnote: {note}{kept}\n"
        ))?;
        Ok(())
    }

    /// Goes through the steps of one value.
    fn value(&mut self, subject: &mut Subject, position: usize) -> Result<Next, CliError> {
        if self.incident.values[position].is_finished() {
            output::print("  all steps are done\n")?;
            return Ok(Next::Value);
        }
        match ask_key("  [b]egin  [s]kip this value  [q]uit, continue later  ? ", "bsq", self.search.control)?
        {
            'q' => return Ok(Next::End),
            's' => return Ok(Next::Value),
            _ => {}
        }
        for (number, step) in (1..).zip(Step::ALL) {
            let value = &self.incident.values[position];
            if value.is_final(step) {
                let at = value.steps.get(&step).map_or("", |record| record.at.as_str());
                output::print(format!("{number}/7 {}: done at {at}\n", step.name()))?;
                continue;
            }
            output::print(format!("{number}/7 {}\n", step.name()))?;
            let value = &mut self.incident.values[position];
            let mut run =
                StepRun { common: self.common, search: self.search, asking: self.asking, value, subject };
            match run.run(step)? {
                Turn::Ended(status, text) => {
                    let shown = if status == Status::Open { "open:" } else { "->" };
                    value.record(step, status, &text);
                    self.keep()?;
                    output::print(format!("  {shown} {text}\n"))?;
                }
                Turn::Quit => return Ok(Next::End),
            }
        }
        Ok(Next::Value)
    }

    /// Writes the state and the note.
    fn keep(&self) -> Result<(), CliError> {
        self.file.save(&self.incident).map_err(RespondError::State)?;
        let path = &self.incident.note;
        atomic_file::replace(path, incident_note::write(&self.incident).as_bytes(), private())
            .map_err(|source| RespondError::Write { path: path.clone(), source })?;
        Ok(())
    }

    fn finish(&self) -> Result<Exit, CliError> {
        let all = self.incident.values.len();
        let done = self.incident.values.iter().filter(|value| value.is_finished()).count();
        let is_begun = self.incident.values.iter().any(|value| !value.steps.is_empty());
        let note = printable_path(&self.incident.note);
        let written = if is_begun { format!("; note: {note}") } else { String::new() };
        output::print(format!("{done} of {all} values are done with{written}\n"))?;
        if done == all {
            self.file.remove();
            return Ok(Exit::Clean);
        }
        output::print("`skant respond` goes on with the rest\n")?;
        let is_cancelled = self.search.control.cancellation.is_requested();
        Ok(if is_cancelled { Exit::Interrupted } else { Exit::Findings })
    }
}

/// Returns a name for the note that no file has.
fn free_name(folder: &Path) -> PathBuf {
    let day = crate::policy::clock::today();
    let name = |number: u32| match number {
        1 => format!("skant-incident-{day}.md"),
        number => format!("skant-incident-{day}-{number}.md"),
    };
    let paths = (1..1000).map(|number| folder.join(name(number)));
    let free = paths.into_iter().find(|path| path.symlink_metadata().is_err());
    free.unwrap_or_else(|| folder.join(name(1)))
}

/// Describes a value in a few lines.
fn describe(finding: &Finding, number: usize, total: usize) -> String {
    let place = finding.locations.first().map(words::describe_location).unwrap_or_default();
    let now = finding.history.as_ref().map(whereabouts::briefly);
    let facts = whereabouts::since(finding).into_iter().chain(now).map(|fact| format!("  {fact}\n"));
    format!(
        "\n{number} of {total}: {}, {} ({})\n  {place}\n{}",
        finding.title,
        finding.secret.text,
        finding.fingerprint,
        facts.collect::<String>()
    )
}
