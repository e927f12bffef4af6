//! `skant scan --ci`: scans the commits of a CI run with the policy of the revision that they are compared with.

use miette::Diagnostic;

use crate::assess;
use crate::ci;
use crate::ci::{Author, CommitsToScan, ResolvedRun, Run, RunSettings, UnresolvedRun};
use crate::cli::args::{Common, Scan};
use crate::cli::error::CliError;
use crate::cli::session::{ScanOutcome, current_repository};
use crate::cli::{path_arguments, settings};
use crate::finding::{Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help};
use crate::policy::PolicyBase;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::Situation;
use crate::scan::{HistoryOptions, ProvenanceMode, redact};
use crate::source::ScanControl;

pub(super) fn scan(
    common: &Common,
    arguments: &Scan,
    control: &ScanControl,
) -> Result<ScanOutcome, CliError> {
    let repository = current_repository()?;
    let run = match ci::detect_run(&|name| std::env::var(name).ok(), &|path| std::fs::read(path)) {
        Ok(run) => run,
        Err(error @ UnresolvedRun::NoSystem { .. }) => return Err(error.into()),
        Err(error) => return unresolved_report(common, &error),
    };
    let ResolvedRun { description, commits, settings, head, author, notes, ref_names } =
        match ci::resolve(&repository, &run) {
            Ok(resolved) => resolved,
            Err(error) => return unresolved_report(common, &error),
        };
    let origin = match author {
        Author::Member => PolicyOrigin::Change,
        Author::Untrusted => PolicyOrigin::UntrustedChange,
    };
    let base = match settings {
        RunSettings::Checkout => PolicyBase::Repository(TreeVersion::Worktree),
        RunSettings::Commit(base) => PolicyBase::for_change(Some(base), head.as_slice(), origin),
        RunSettings::Missing => PolicyBase::for_change(None, head.as_slice(), origin),
    };
    let scanner = settings::scanner_for_base(common, Some(&repository), &base)?;
    let filter = path_arguments::path_filter(&repository, &arguments.paths)?;
    let (mut report, situation) = match commits {
        CommitsToScan::Range(revisions, names) => {
            let report = scanner.scan_range(&repository, &revisions, &names, &filter, control)?;
            let situation = match origin {
                PolicyOrigin::UntrustedChange => Situation::PushedByStranger,
                PolicyOrigin::Repository | PolicyOrigin::Change => Situation::Pushed,
            };
            (assess::merge_reports(report, scanner.scan_ref_names(&ref_names)), situation)
        }
        CommitsToScan::Everything => {
            let options = HistoryOptions {
                paths: &filter,
                full_scan: arguments.full,
                provenance: ProvenanceMode::Track,
            };
            (scanner.scan_history(&repository, &options, control)?, Situation::History)
        }
    };
    report.scope.ci = Some(redact(&description));
    report.notes.extend(notes);
    report.notes.sort();
    add_clone_help(&mut report, &run);
    Ok((report, scanner, situation))
}

/// Returns a report that says why nothing was scanned. A report and not an error, so that every format shows it.
fn unresolved_report(common: &Common, error: &dyn Diagnostic) -> Result<ScanOutcome, CliError> {
    let message = redact(&message_with_help(error));
    let problem = Problem { kind: ProblemKind::UnresolvedRange, path: None, message };
    let scope = Scope { kind: ScopeKind::Range, ..Scope::default() };
    // No setting accepts this problem.
    let report = Report { scope, problems: vec![problem], ..Report::default() };
    Ok((report, settings::scanner(common, None, TreeVersion::Worktree)?, Situation::Pushed))
}

/// Adds to the first problem of an incomplete clone what the job's definition needs, in the words of its CI system.
fn add_clone_help(report: &mut Report, run: &Run) {
    let kinds = [ProblemKind::ShallowClone, ProblemKind::PartialClone, ProblemKind::MissingObject];
    let first = report.problems.iter_mut().find(|problem| kinds.contains(&problem.kind));
    if let Some(problem) = first {
        let (name, help) = (run.system.name, run.system.full_clone_help);
        problem.message = format!("{}; in {name} {help}", problem.message);
    }
}
