//! `skant disable`: makes an Anthropic API key inactive, or archives it, by the Admin API. Shows what it is about first,
//! and does nothing until somebody confirms.

use std::fmt::Write as _;
use std::time::Duration;

use crate::cli::admin_session::AdminSession;
use crate::cli::args::{AskOptions, Common, Disable};
use crate::cli::confirm::{Answer, ask_for_text};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted, parse_fingerprints};
use crate::finding::{Problem, Verification};
use crate::policy::clock;
use crate::report::words;
use crate::source::ScanControl;
use crate::verify::Directory;

/// The pauses before the checks whether a disabled key still answers. Nothing says how long a change takes.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

pub(crate) fn run(common: &Common, arguments: &Disable, control: &ScanControl) -> Result<Exit, CliError> {
    let digits = parse_fingerprints(std::slice::from_ref(&arguments.fingerprint))?.concat();
    let search = ValueSearch::open(common, true, control)?;
    let how = How::new(arguments);
    let mut subject = search.find(&digits, false, how.asking)?;
    Ok(disable(&search, &mut subject, how)?.exit())
}

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
    fn new(arguments: &Disable) -> Self {
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
    const fn exit(self) -> Exit {
        match self {
            Self::Dead => Exit::Clean,
            Self::Declined => Exit::Findings,
            Self::ByHand | Self::Uncertain => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Shows a value and its owner, asks for a confirmation, disables it, and asks whether it still works.
///
/// # Errors
/// No request can be made, or standard output is closed.
pub(super) fn disable(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
) -> Result<Outcome, CliError> {
    let problems = subject.ask(search, how.asking, true)?;
    if is_interrupted(&problems) {
        return Ok(Outcome::Interrupted);
    }
    let known = || Some((subject.fact("id")?.to_owned(), subject.fact("name")?.to_owned()));
    let Some((id, name)) = known().filter(|_| problems.is_empty()) else {
        output::print(by_hand(&problems, subject))?;
        return Ok(Outcome::ByHand);
    };
    let status = if how.archive { "archived" } else { "inactive" };
    let present = subject.fact("status").unwrap_or_default().to_owned();
    let session = AdminSession::open(how.asking)?;
    // The owner of the key is known, so there is a credential.
    let Some(directory) = session.directory() else { return Ok(Outcome::ByHand) };
    output::print(describe(subject, &directory, &id))?;
    if present == status || present == "archived" {
        output::print(format!("the key is {present} already; nothing was changed\n"))?;
        return confirm_key(search, subject, how);
    }
    let effect = if how.archive { "this is final" } else { "it can be made active again in the Console" };
    output::print(format!("\n{name} ({id}) will be {status}: {effect}\n"))?;
    if !is_confirmed(how, "to do that, write the name of the key:", &name)? {
        return Ok(Outcome::Declined);
    }
    let (said, is_done) = match directory.set_status(&id, status) {
        Ok(now) if now == status => (format!("the key is {now} now\n"), true),
        Ok(now) => (format!("the key is {now}, and not {status}\n"), false),
        Err(error) => (format!("{error}; whether the key was changed is not known\n"), false),
    };
    output::print(said)?;
    let outcome = confirm_key(search, subject, how)?;
    Ok(if is_done || outcome == Outcome::Interrupted { outcome } else { Outcome::Uncertain })
}

/// Asks whether a key still works, and says how to read what it was used for.
fn confirm_key(search: &ValueSearch<'_>, subject: &mut Subject, how: How) -> Result<Outcome, CliError> {
    let outcome = confirm_dead(search, subject, how)?;
    if outcome == Outcome::Dead {
        let fingerprint = &subject.finding.fingerprint;
        output::print(format!(
            "next: `skant usage {fingerprint}` says what it was used for since it leaked\n"
        ))?;
    }
    Ok(outcome)
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

/// Describes the key: the answer, the owner, the place, and its use in the last hour.
fn describe(subject: &Subject, directory: &Directory<'_>, id: &str) -> String {
    let used = directory.tokens_of_last_hour(id, clock::now());
    let used = used.map_or_else(|error| format!("not known: {error}"), |tokens| format!("{tokens} tokens"));
    describe_value(subject, &[("last hour", &used)])
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
