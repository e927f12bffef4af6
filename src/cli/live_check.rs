//! The live check of the findings of a report, for `skant verify` and `skant scan --verify`.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use jiff::Timestamp;

use super::args::{AskOptions, Common, When};
use super::error::CliError;
use super::{output, settings};
use crate::finding::{Finding, Problem, ProblemKind, Report, Verification, Verified};
use crate::git::{user_cache_folder, user_config_folder};
use crate::net::Client;
use crate::policy::clock;
use crate::policy::repo_files::TreeVersion;
use crate::scan::Scanner;
use crate::secret::Fingerprint;
use crate::source::ScanControl;
use crate::verify::{
    Ask, Cache, Credential, Limits, OwnerSearch, Plan, RawValue, TextRoot, Verdict, Verifiers, ask_all,
    find_values, has_user_verifiers, plan, with_user_verifiers,
};

/// A live check: what it needs beside the findings.
pub(crate) struct LiveCheck<'c> {
    pub(crate) common: &'c Common,
    pub(crate) scanner: &'c Scanner,
    pub(crate) root: TextRoot<'c>,
    pub(crate) asking: AskOptions,
    /// The host that the user names.
    pub(crate) host: Option<&'c str>,
    /// Whether to ask whose each key is.
    pub(crate) owner: bool,
    pub(crate) control: &'c ScanControl,
}

impl LiveCheck<'_> {
    /// Asks for each value of a report once, and adds the answers to the findings.
    ///
    /// # Errors
    /// Requests are needed, and cannot be made: the environment names a proxy that cannot be used, or there is no
    /// certificate to check a connection with.
    pub(crate) fn run(&self, report: &mut Report) -> Result<(), CliError> {
        let values = self.values(report)?;
        self.run_with(report, &values)
    }

    /// Returns the raw values of the findings of a report that a request can be made for.
    ///
    /// # Errors
    /// A verifier of the user's is wrong.
    pub(crate) fn values(&self, report: &Report) -> Result<BTreeMap<Fingerprint, RawValue>, CliError> {
        let findings: Vec<&Finding> = report.findings.iter().collect();
        let verifiers = self.verifiers()?;
        Ok(find_values(self.scanner, &self.root, &findings, &|finding| {
            let verifier = verifiers.of_rule(&finding.rule)?;
            verifier.request.as_ref().or(verifier.revoke.as_ref().map(|revoke| &revoke.request))
        }))
    }

    /// Reads the built-in verifiers, and those in the folder of the user's settings.
    fn verifiers(&self) -> Result<Verifiers, CliError> {
        let folder = user_config_folder(self.root.repository).trusted();
        let folder = folder.map(|folder| folder.join("skant").join("verifiers"));
        let mut own_rules = Vec::new();
        if has_user_verifiers(folder.as_deref()) {
            let alone = Common { no_repo_config: true, config: None, ..self.common.clone() };
            let scanner = settings::scanner(&alone, None, TreeVersion::Worktree)?;
            own_rules = scanner.detector().rules().iter().map(|rule| rule.id.to_string()).collect();
        }
        Ok(with_user_verifiers(Verifiers::builtin(), folder.as_deref(), &own_rules)?)
    }

    /// Asks as [`Self::run`] does, for values that were read before.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(crate) fn run_with(
        &self,
        report: &mut Report,
        values: &BTreeMap<Fingerprint, RawValue>,
    ) -> Result<(), CliError> {
        let findings: Vec<&Finding> = report.findings.iter().collect();
        let verifiers = self.verifiers()?;
        let answers = self.answers(&verifiers, values, &findings)?;
        let is_interrupted = answers.iter().any(Option::is_none);
        for (finding, answer) in report.findings.iter_mut().zip(answers) {
            let missing = || {
                let reason = "interrupted before the answer";
                verified(&Verdict::new(Verification::Unknown, reason), None)
            };
            finding.verified = Some(Box::new(answer.unwrap_or_else(missing)));
        }
        if is_interrupted && self.control.cancellation.is_requested() {
            report.problems.push(Problem {
                kind: ProblemKind::Interrupted,
                path: None,
                message: "the user ended the run before all answers were there".to_owned(),
            });
            report.problems.sort();
        } else if self.owner {
            self.add_owners(report, &verifiers, values)?;
        }
        Ok(())
    }

    /// Adds whose each key is; a problem names each finding whose owner is not known.
    fn add_owners(
        &self,
        report: &mut Report,
        verifiers: &Verifiers,
        values: &BTreeMap<Fingerprint, RawValue>,
    ) -> Result<(), CliError> {
        let limits = Limits::for_timeout(self.asking.timeout);
        let client = Client::new(self.asking.timeout, limits.per_host)?;
        let ask: Arc<Ask> = Arc::new(move |request: &_| client.send(request));
        let credential = Credential::of_environment(&|name| std::env::var(name).ok());
        let search = OwnerSearch {
            ask: &*ask,
            verifiers,
            credential: credential.as_ref(),
            longest_wait: limits.longest_wait,
            now: clock::now(),
        };
        for finding in &mut report.findings {
            let value = values.get(&finding.fingerprint);
            if let Err(error) = search.add_facts(finding, value) {
                report.problems.push(Problem {
                    kind: ProblemKind::Unverified,
                    path: finding.locations.first().map(|location| location.path.clone()),
                    message: format!(
                        "the owner of {}/{} is not known: {error}",
                        finding.rule, finding.fingerprint
                    ),
                });
            }
        }
        report.problems.sort();
        Ok(())
    }

    /// Returns the answer for each finding; `None` for what was not asked before the user ended the run.
    fn answers(
        &self,
        verifiers: &Verifiers,
        values: &BTreeMap<Fingerprint, RawValue>,
        findings: &[&Finding],
    ) -> Result<Vec<Option<Verified>>, CliError> {
        let now = clock::now().as_second();
        let mut cache = Cache::open(user_cache_folder(self.root.repository).as_deref());
        let (mut jobs, mut positions) = (Vec::new(), Vec::new());
        let mut answers: Vec<Option<Verified>> = vec![None; findings.len()];
        for (index, finding) in findings.iter().enumerate() {
            match plan(verifiers, finding, values.get(&finding.fingerprint), self.host, now) {
                Plan::Known(verdict) => answers[index] = Some(verified(&verdict, None)),
                Plan::Ask(job) => {
                    let known = cache.get(&finding.fingerprint, &finding.rule, &job.request.host, now);
                    answers[index] = known.filter(|_| !self.asking.fresh);
                    if answers[index].is_none() {
                        jobs.push(*job);
                        positions.push(index);
                    }
                }
            }
        }
        if jobs.is_empty() {
            return Ok(answers);
        }
        let limits = Limits::for_timeout(self.asking.timeout);
        let client = Client::new(self.asking.timeout, limits.per_host)?;
        let hosts: Vec<String> = jobs.iter().map(|job| job.request.host.clone()).collect();
        let mut counter = Counter::new(self.common, jobs.len());
        let ask = Arc::new(move |request: &_| client.send(request));
        ask_all(ask, jobs, limits, &self.control.cancellation, &mut |at, verdict| {
            let finding = findings[positions[at]];
            let answer = verified(verdict, Some(&hosts[at]));
            let now = clock::now().as_second();
            cache.put(&finding.fingerprint, &finding.rule, &answer, now);
            // A run that is ended keeps what it knows.
            if counter.add() {
                cache.save(now);
            }
            answers[positions[at]] = Some(answer);
        });
        counter.erase();
        cache.save(clock::now().as_second());
        Ok(answers)
    }
}

fn verified(verdict: &Verdict, host: Option<&str>) -> Verified {
    Verified {
        answer: verdict.answer,
        reason: verdict.reason.clone(),
        host: host.map(str::to_owned),
        at: host
            .and_then(|_| Timestamp::from_second(output::report_time()).ok())
            .map(|time| time.to_string()),
        owner: verdict.facts.clone(),
    }
}

/// Returns the problems of a run that fails on live secrets: one for each finding of which nobody knows whether it is.
pub(crate) fn unverified(findings: &[Finding]) -> Vec<Problem> {
    let unknown = findings.iter().filter(|finding| finding.verification() != Some(Verification::Live));
    let unknown = unknown.filter(|finding| finding.verification() != Some(Verification::Dead));
    let problem = |finding: &Finding| Problem {
        kind: ProblemKind::Unverified,
        path: finding.locations.first().map(|location| location.path.clone()),
        message: format!(
            "{}/{}: {}",
            finding.rule,
            finding.fingerprint,
            finding.verified.as_ref().map_or("nobody asked", |verified| verified.reason.as_str())
        ),
    };
    unknown.map(problem).collect()
}

/// The number of answers, on standard error.
struct Counter {
    done: usize,
    all: usize,
    is_shown: bool,
}

/// The number of answers after which the cache is written.
const SAVE_EVERY: usize = 25;

impl Counter {
    fn new(common: &Common, all: usize) -> Self {
        let is_shown = match common.progress {
            When::Always => !common.quiet,
            When::Auto => !common.quiet && std::io::stderr().is_terminal(),
            When::Never => false,
        };
        let counter = Self { done: 0, all, is_shown };
        counter.draw();
        counter
    }

    /// Counts an answer, and returns whether it is time to keep what is known.
    fn add(&mut self) -> bool {
        self.done += 1;
        self.draw();
        self.done.is_multiple_of(SAVE_EVERY)
    }

    fn draw(&self) {
        if self.is_shown {
            // If it fails, nobody can be informed.
            let _ = write!(std::io::stderr(), "\r\x1b[Kasking: {} of {}", self.done, self.all);
        }
    }

    fn erase(&self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
