//! The steps of `skant respond` for one value.

use std::ffi::OsString;

use super::allow::add;
use super::disable::disable;
use super::disable_outcome::{How, Outcome, confirm_dead};
use super::fix;
use super::usage_report::{KeyOfFinding, Start, read};
use super::usage_text;
use crate::cli::args::{AskOptions, Common, Fix};
use crate::cli::baseline_file::{BaselineFile, NewEntry, parse_decision};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::incident_state::{IncidentValue, Status, Step};
use crate::cli::key_question::ask_key;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted};
use crate::finding::{Finding, LocationKind, Verdict, Verification, Verified};
use crate::policy::clock;
use crate::policy::repo_files::BASELINE_FILE;
use crate::policy::suppress::baseline::Baseline;
use crate::report::whereabouts;
use crate::verify::{Credential, has_owner};

/// How a step ended.
pub(super) enum Turn {
    /// What came of it, as text for the note.
    Ended(Status, String),
    /// The user goes on later.
    Quit,
}

impl Turn {
    fn done(text: impl Into<String>) -> Self {
        Self::Ended(Status::Done, text.into())
    }

    fn open(text: impl Into<String>) -> Self {
        Self::Ended(Status::Open, text.into())
    }

    fn not_needed(text: impl Into<String>) -> Self {
        Self::Ended(Status::NotNeeded, text.into())
    }
}

/// The facts about the owner of a key that the note has.
const FACTS: [&str; 8] =
    ["name", "id", "status", "organisation", "workspace", "account", "created-by", "last-use"];

/// A value in its steps.
pub(super) struct StepRun<'s> {
    pub(super) common: &'s Common,
    pub(super) search: &'s ValueSearch<'s>,
    pub(super) asking: AskOptions,
    pub(super) value: &'s mut IncidentValue,
    pub(super) subject: &'s mut Subject,
}

impl StepRun<'_> {
    /// Does a step. An error of it leaves it open, for the incident goes on.
    ///
    /// # Errors
    /// Nobody can be asked any more.
    pub(super) fn run(&mut self, step: Step) -> Result<Turn, CliError> {
        let turn = match step {
            Step::Verify => self.verify(),
            Step::Owner => self.owner(),
            Step::Disable => return self.disable(),
            Step::Usage => self.usage(),
            Step::Replace => self.replace(),
            Step::Record => return self.record(),
            Step::History => return Ok(self.history()),
        };
        Ok(turn.unwrap_or_else(|error| Turn::open(error.to_string())))
    }

    fn verify(&mut self) -> Result<Turn, CliError> {
        let asking = AskOptions { fresh: true, ..self.asking };
        let problems = self.subject.ask(self.search, asking, false)?;
        if is_interrupted(&problems) {
            return Ok(Turn::Quit);
        }
        let Some(verified) = &self.subject.finding.verified else { return Ok(Turn::open("nobody asked")) };
        self.value.is_dead = verified.answer == Verification::Dead;
        let text = said(verified);
        // What nobody knows now, another answer may say later.
        let is_known = verified.answer != Verification::Unknown || verified.host.is_none();
        Ok(if is_known { Turn::done(text) } else { Turn::open(text) })
    }

    fn owner(&mut self) -> Result<Turn, CliError> {
        let finding = &self.subject.finding;
        if !has_owner(&finding.rule) {
            let owner = finding.verified.iter().flat_map(|verified| &verified.owner);
            let facts: Vec<String> = owner.map(|fact| format!("{}: {}", fact.name, fact.text)).collect();
            return Ok(if facts.is_empty() {
                Turn::not_needed("the provider does not say whose it is")
            } else {
                Turn::done(facts.join("; "))
            });
        }
        let asking = AskOptions { fresh: false, ..self.asking };
        let problems = self.subject.ask(self.search, asking, true)?;
        if is_interrupted(&problems) {
            return Ok(Turn::Quit);
        }
        self.value.key_id = self.subject.fact("id").map(str::to_owned);
        self.value.workspace = self.subject.fact("workspace").map(str::to_owned);
        let fact = |name| Some((name, self.subject.fact(name)?.to_owned()));
        let facts: Vec<String> = FACTS
            .iter()
            .filter_map(|name| fact(*name))
            .map(|(name, text)| format!("{name}: {text}"))
            .collect();
        let problem = problems.first().map(|problem| problem.message.clone());
        Ok(match (problem, self.value.key_id.is_some()) {
            (None, true) => Turn::done(facts.join("; ")),
            (problem, _) => {
                let hint = if has_credential() { "" } else { ", and start `skant respond` again" };
                Turn::open([facts.join("; "), problem.unwrap_or_default() + hint].join(" ").trim().to_owned())
            }
        })
    }

    fn disable(&mut self) -> Result<Turn, CliError> {
        if self.value.is_dead {
            return Ok(Turn::not_needed("it works no more"));
        }
        let asking = AskOptions { fresh: true, ..self.asking };
        let how = How { archive: false, yes: false, asking };
        let outcome = match disable(self.search, self.subject, how) {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Turn::open(error.to_string())),
        };
        match outcome {
            Outcome::Dead => {
                self.value.is_dead = true;
                Ok(Turn::done("switched off, and the provider says that it works no more"))
            }
            Outcome::Declined => Ok(Turn::open("nobody confirmed; nothing was changed")),
            Outcome::Uncertain => Ok(Turn::open("it is not certain that it works no more")),
            Outcome::Interrupted => Ok(Turn::Quit),
            Outcome::ByHand => self.disable_by_hand(how),
        }
    }

    /// Waits until a person has done it at the provider's, and asks whether the value still works.
    fn disable_by_hand(&mut self, how: How) -> Result<Turn, CliError> {
        loop {
            let question = "  do that at the provider's, then  [d]one  [l]ater  [q]uit, continue later  ? ";
            match ask_key(question, "dlq", self.search.control)? {
                'd' => {}
                'l' => return Ok(Turn::open("to be done by hand")),
                _ => return Ok(Turn::Quit),
            }
            match confirm_dead(self.search, self.subject, how) {
                Ok(Outcome::Dead) => {
                    self.value.is_dead = true;
                    return Ok(Turn::done(
                        "switched off by hand, and the provider says that it works no more",
                    ));
                }
                Ok(Outcome::Interrupted) => return Ok(Turn::Quit),
                Ok(_) if self.subject.finding.verification() == Some(Verification::Unknown) => {
                    self.value.is_dead = true;
                    let why = self.subject.finding.verified.as_ref().map(|verified| verified.reason.clone());
                    let why = why.unwrap_or_default();
                    return Ok(Turn::done(format!(
                        "switched off by hand, a person says; no answer says so: {why}"
                    )));
                }
                Ok(_) => {}
                Err(error) => return Ok(Turn::open(error.to_string())),
            }
        }
    }

    fn usage(&self) -> Result<Turn, CliError> {
        let finding = &self.subject.finding;
        if !has_owner(&finding.rule) {
            return Ok(Turn::not_needed("look into the logs of the provider; it has no report by key"));
        }
        let Some(id) = &self.value.key_id else {
            return Ok(Turn::open(
                "read it at https://platform.claude.com/usage: the id of the key is not known",
            ));
        };
        let start = Start::of(finding, None, clock::now());
        let workspace = self.value.workspace.as_deref();
        let report = read(&KeyOfFinding { finding, id, workspace }, start, self.asking)?;
        output::print(usage_text::describe(&report, self.common))?;
        Ok(Turn::done(format!("used after it leaked: {}", usage_text::answer(&report.usage.after))))
    }

    fn replace(&self) -> Result<Turn, CliError> {
        let finding = &self.subject.finding;
        let is_on_disk = finding
            .locations
            .iter()
            .any(|location| location.kind == LocationKind::File && location.blob.is_none());
        if !is_on_disk {
            return Ok(Turn::not_needed("no file of the working tree has it"));
        }
        output::print("  make a new value at the provider's, and put it where the old one was moved to\n")?;
        let fix = Fix {
            targets: vec![OsString::from(finding.fingerprint.as_str())],
            yes: false,
            env_file: None,
            to: None,
            history: false,
            plan: None,
        };
        if fix::run(self.common, &fix, self.search.control)? == Exit::Clean {
            return Ok(Turn::done("moved out of the code"));
        }
        let question = "  replaced by hand?  [l]ater  [d]one  [q]uit, continue later  ? ";
        Ok(match ask_key(question, "ldq", self.search.control)? {
            'd' => Turn::done("replaced by hand, a person says"),
            'l' => Turn::open("it is still in the files, at least in part: `skant fix` says where"),
            _ => Turn::Quit,
        })
    }

    fn record(&self) -> Result<Turn, CliError> {
        if !self.value.is_dead {
            return Ok(Turn::open("not recorded as revoked: it may still work"));
        }
        if self.search.repository.work_tree.is_none() {
            return Ok(Turn::not_needed("a bare repository has no baseline"));
        }
        let question = format!("  record the verdict `revoked` in {BASELINE_FILE}?  [y]es  [n]o  [q]uit  ? ");
        match ask_key(&question, "ynq", self.search.control)? {
            'y' => {}
            'n' => return Ok(Turn::open("not recorded")),
            _ => return Ok(Turn::Quit),
        }
        Ok(self.write_verdict().unwrap_or_else(|error| Turn::open(error.to_string())))
    }

    fn write_verdict(&self) -> Result<Turn, CliError> {
        let file = BaselineFile::open()?;
        let mut baseline = file.baseline.clone().unwrap_or_else(Baseline::with_header);
        let decision = parse_decision(Some(Verdict::Revoked), None)?;
        let reason = "revoked in an incident, skant respond".to_owned();
        add(&mut baseline, &self.subject.finding, &NewEntry { until: None, decision, reason });
        file.write(&baseline)?;
        Ok(Turn::done(format!("verdict `revoked` in {BASELINE_FILE}: git add {BASELINE_FILE}")))
    }

    fn history(&self) -> Turn {
        let Finding { history, fingerprint, .. } = &self.subject.finding;
        let Some(history) = history.as_ref().filter(|history| history.commits > 0) else {
            return Turn::not_needed("no commit holds it");
        };
        // The note has no fingerprint of a weak value: it could confirm a guess.
        let target = if fingerprint.place().is_none() { format!(" {fingerprint}") } else { String::new() };
        Turn::done(format!(
            "{}; a dead value may stay there: `skant fix --history{target}` plans its removal",
            whereabouts::now(history)
        ))
    }
}

/// Returns what the provider said, and who was asked.
fn said(verified: &Verified) -> String {
    let host = verified.host.as_ref().map(|host| format!(" ({host})")).unwrap_or_default();
    format!("{}: {}{host}", verified.answer, verified.reason)
}

fn has_credential() -> bool {
    Credential::of_environment(&|name| std::env::var(name).ok()).is_some()
}
