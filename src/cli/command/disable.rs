//! `skant disable`: makes an Anthropic API key inactive, or archives it, by the Admin API. Shows what it is about first,
//! and does nothing until somebody confirms.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::verify::report_of_value;
use crate::cli::args::{AskOptions, Common, Disable, ReportFormat, Verify};
use crate::cli::confirm::{Answer, ask_for_text};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::finding::{Finding, ProblemKind, Report, Verification};
use crate::net::Client;
use crate::policy::clock;
use crate::report::words;
use crate::source::ScanControl;
use crate::verify::{Ask, Credential, Directory, Limits};

/// The pauses before the checks whether a disabled key still answers. Nothing says how long a change takes.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

pub(crate) fn run(common: &Common, arguments: &Disable, control: &ScanControl) -> Result<Exit, CliError> {
    let report = ask(common, arguments, control, true)?;
    if report.problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted) {
        return Ok(Exit::Interrupted);
    }
    let [finding] = report.findings.as_slice() else {
        output::print("several values have a fingerprint that begins so; write more of its digits\n")?;
        return Ok(Exit::Failed);
    };
    let (Some(id), Some(name), true) =
        (fact(finding, "id"), fact(finding, "name"), report.problems.is_empty())
    else {
        output::print(by_hand(&report, finding))?;
        return Ok(Exit::Failed);
    };
    let status = if arguments.archive { "archived" } else { "inactive" };
    let present = fact(finding, "status").unwrap_or_default();
    let connection = Connection::open(arguments.asking)?;
    // The owner of the key is known, so there is a credential.
    let Some(directory) = connection.directory() else { return Ok(Exit::Failed) };
    output::print(describe(finding, &directory, id))?;
    if present == status || present == "archived" {
        output::print(format!("the key is {present} already; nothing was changed\n"))?;
        return confirm_dead(common, arguments, control, Exit::Clean);
    }
    let effect =
        if arguments.archive { "this is final" } else { "it can be made active again in the Console" };
    output::print(format!("\n{name} ({id}) will be {status}: {effect}\n"))?;
    if !arguments.yes {
        match ask_for_text("to do that, write the name of the key:", name) {
            Answer::Yes => {}
            Answer::No => {
                output::print("nothing was changed\n")?;
                return Ok(Exit::Findings);
            }
            Answer::NotAsked => {
                output::print(
                    "nothing was changed: this was a dry run; `--yes` does it without a question\n",
                )?;
                return Ok(Exit::Findings);
            }
        }
    }
    match directory.set_status(id, status) {
        Ok(now) if now == status => {
            output::print(format!("the key is {now} now\n"))?;
            confirm_dead(common, arguments, control, Exit::Clean)
        }
        Ok(now) => {
            output::print(format!("the key is {now}, and not {status}\n"))?;
            confirm_dead(common, arguments, control, Exit::Failed)
        }
        Err(error) => {
            output::print(format!("{error}; whether the key was changed is not known\n"))?;
            confirm_dead(common, arguments, control, Exit::Failed)
        }
    }
}

/// A connection to the Admin API.
struct Connection {
    ask: Arc<Ask>,
    credential: Option<Credential>,
    longest_wait: Duration,
}

impl Connection {
    fn open(asking: AskOptions) -> Result<Self, CliError> {
        let limits = Limits::for_timeout(asking.timeout);
        let client = Client::new(asking.timeout, 1)?;
        let credential = Credential::of_environment(&|name| std::env::var(name).ok());
        let ask = Arc::new(move |request: &_| client.send(request));
        Ok(Self { ask, credential, longest_wait: limits.longest_wait })
    }

    /// Returns the directory; `None` without a credential.
    fn directory(&self) -> Option<Directory<'_>> {
        let credential = self.credential.as_ref()?;
        Some(Directory { ask: &*self.ask, credential, longest_wait: self.longest_wait })
    }
}

/// Asks for the value, with its owner or without.
fn ask(common: &Common, arguments: &Disable, control: &ScanControl, owner: bool) -> Result<Report, CliError> {
    let verify = Verify {
        fingerprints: vec![arguments.fingerprint.clone()],
        history: false,
        host: None,
        owner,
        format: ReportFormat::default(),
        output: Vec::new(),
        asking: AskOptions { fresh: true, ..arguments.asking },
    };
    report_of_value(common, &verify, control)
}

fn fact<'f>(finding: &'f Finding, name: &str) -> Option<&'f str> {
    let owner = &finding.verified.as_ref()?.owner;
    owner.iter().find(|fact| fact.name == name).map(|fact| fact.text.as_str())
}

/// Describes the key: the answer, the owner, the place, and its use in the last hour.
fn describe(finding: &Finding, directory: &Directory<'_>, id: &str) -> String {
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
    let used = directory.tokens_of_last_hour(id, clock::now());
    let used = used.map_or_else(|error| format!("not known: {error}"), |tokens| format!("{tokens} tokens"));
    line("last hour", &used);
    out
}

/// Says why the key cannot be disabled here, and what to do by hand.
fn by_hand(report: &Report, finding: &Finding) -> String {
    let mut out = String::from("nothing was changed\n");
    for problem in &report.problems {
        let _ = writeln!(out, "{}", problem.message);
    }
    out.push_str("by hand:\n");
    for step in words::steps(&finding.help) {
        let _ = writeln!(out, "  {step}");
    }
    out
}

/// Asks whether the key still answers, and returns the exit code: `otherwise` if it is dead.
fn confirm_dead(
    common: &Common,
    arguments: &Disable,
    control: &ScanControl,
    otherwise: Exit,
) -> Result<Exit, CliError> {
    let mut answer = None;
    for pause in PAUSES {
        std::thread::sleep(pause.min(arguments.asking.timeout));
        let report = ask(common, arguments, control, false)?;
        answer = report.findings.first().and_then(|finding| finding.verified.clone());
        if answer.as_ref().is_some_and(|answer| answer.answer == Verification::Dead) {
            output::print(
                "it answers no more; read its use since the leak at https://platform.claude.com/usage\n",
            )?;
            return Ok(otherwise);
        }
        if control.cancellation.is_requested() {
            return Ok(Exit::Interrupted);
        }
    }
    let why = answer.map_or_else(String::new, |answer| format!(" ({})", answer.describe()));
    output::print(format!(
        "it is not certain that the key is dead{why}: `skant verify --fresh {}` asks again\n",
        arguments.fingerprint
    ))?;
    Ok(Exit::Failed)
}
