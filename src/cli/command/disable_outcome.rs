//! What the ways to disable a value share: the confirmation, the description of the value, and the check afterwards.

use std::fmt::Write as _;
use std::time::Duration;

use crate::cli::args::{AskOptions, Disable};
use crate::cli::confirm::{Answer, ask_for_text};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted};
use crate::finding::{Problem, Verification};
use crate::report::words;

/// The pauses before the checks whether a disabled key still answers. Nothing says how long a change takes.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// How a value is to be disabled.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// For good.
    pub(super) archive: bool,
    /// Without a question.
    pub(super) yes: bool,
    pub(super) asking: AskOptions,
}

impl How {
    pub(super) fn new(arguments: &Disable) -> Self {
        let asking = AskOptions { fresh: true, ..arguments.asking };
        Self { archive: arguments.archive, yes: arguments.yes, asking }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The provider says that the value works no more.
    Dead,
    /// Nobody confirmed; nothing was changed.
    Declined,
    /// There is no way to do it from here; nothing was changed.
    ByHand,
    /// Nobody knows whether the value still works.
    Uncertain,
    Interrupted,
}

impl Outcome {
    pub(super) const fn exit(self) -> Exit {
        match self {
            Self::Dead => Exit::Clean,
            Self::Declined => Exit::Findings,
            Self::ByHand | Self::Uncertain => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Asks for a text, unless the user has confirmed before; says so if nothing is changed.
pub(super) fn is_confirmed(how: How, question: &str, text: &str) -> Result<bool, CliError> {
    let said = match if how.yes { Answer::Yes } else { ask_for_text(question, text) } {
        Answer::Yes => return Ok(true),
        Answer::No => "nothing was changed\n",
        Answer::NotAsked => "nothing was changed: this was a dry run; `--yes` does it without a question\n",
    };
    output::print(said)?;
    Ok(false)
}

/// Describes a value: the answer, the owner, the place, and further facts.
pub(super) fn describe_value(subject: &Subject, further: &[(&str, &str)]) -> String {
    let finding = &subject.finding;
    let mut out = format!("{}  {}  {}\n", finding.rule, finding.secret.text, finding.fingerprint);
    let mut line = |name: &str, text: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {name:<14}{text}");
    };
    if let Some(place) = finding.locations.first() {
        line("found at", &words::describe_location(place));
    }
    if let Some(verified) = &finding.verified {
        line("answer", &format!("{}: {}", verified.answer, verified.reason));
        for fact in &verified.owner {
            line(&fact.name, &fact.text);
        }
    }
    for (name, text) in further {
        line(name, text);
    }
    out
}

/// Says why the key cannot be disabled here, and what to do by hand.
pub(super) fn by_hand(problems: &[Problem], subject: &Subject) -> String {
    let mut out = String::from("nothing was changed\n");
    for problem in problems {
        let _ = writeln!(out, "{}", problem.message);
    }
    out.push_str("by hand:\n");
    for step in words::steps(&subject.finding.help) {
        let _ = writeln!(out, "  {step}");
    }
    out
}

/// Asks whether a value still works, several times while it does.
pub(super) fn confirm_dead(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
) -> Result<Outcome, CliError> {
    let fingerprint = subject.finding.fingerprint.clone();
    for pause in PAUSES {
        std::thread::sleep(pause.min(how.asking.timeout));
        let problems = subject.ask(search, how.asking, false)?;
        if is_interrupted(&problems) || search.control.cancellation.is_requested() {
            return Ok(Outcome::Interrupted);
        }
        if subject.finding.verification() == Some(Verification::Dead) {
            output::print("it answers no more\n")?;
            return Ok(Outcome::Dead);
        }
        // Without anybody to ask, another attempt brings no other answer.
        if subject.finding.verified.as_ref().is_none_or(|answer| answer.host.is_none()) {
            break;
        }
    }
    let why = subject.finding.verified.as_ref();
    let why = why.map_or_else(String::new, |answer| format!(" ({})", answer.describe()));
    output::print(format!(
        "it is not certain that it works no more{why}: `skant verify --fresh {fingerprint}` asks again\n"
    ))?;
    Ok(Outcome::Uncertain)
}
