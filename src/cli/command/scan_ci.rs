//! `skant scan --ci`: the commits that a CI run is about, with the settings of what they are compared with.

use crate::ci;
use crate::ci::{Author, CommitsToScan, ResolvedRun, Run, UnresolvedRun};
use crate::cli::args::{Common, Scan};
use crate::cli::policy::PolicyBase;
use crate::cli::session::{Scanned, here};
use crate::cli::{Failure, path_arguments, settings};
use crate::finding::{Problem, ProblemKind, Report, Scope, ScopeKind};
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::Situation;
use crate::scan::{HistoryOptions, ProvenanceMode, redact};
use crate::source::ScanControl;

pub(crate) fn scan(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<Scanned, Failure> {
    let repository = here()?;
    let run = match ci::detect_run(&|name| std::env::var(name).ok(), &|path| std::fs::read(path)) {
        Ok(run) => run,
        Err(unclear @ UnresolvedRun::NoSystem { .. }) => return Err(Failure(settings::with_help(&unclear))),
        Err(unclear) => return unresolved(common, &settings::with_help(&unclear)),
    };
    let ResolvedRun { description, commits, policy_base, head, author, notes } =
        match ci::resolve(&repository, &run) {
            Ok(resolved) => resolved,
            Err(error) => return unresolved(common, &settings::with_help(&error)),
        };
    let origin = match author {
        Author::Member => PolicyOrigin::Change,
        Author::Untrusted => PolicyOrigin::UntrustedChange,
    };
    let ground = policy_base.map_or(PolicyBase::Repository(TreeVersion::Worktree), |base| {
        PolicyBase::for_change(Some(base), head.as_slice(), origin)
    });
    let scanner = settings::scanner_for_base(common, Some(&repository), &ground)?;
    let asked = path_arguments::asked(&repository, &arguments.paths)?;
    let (mut report, situation) = match commits {
        CommitsToScan::Range(revisions, names) => {
            let report = scanner.scan_range(&repository, &revisions, &names, &asked, control)?;
            (report, Situation::Pushed)
        }
        CommitsToScan::Everything => {
            let limits = HistoryOptions {
                paths: &asked,
                full_scan: arguments.whole_versions,
                provenance: ProvenanceMode::Track,
            };
            (scanner.scan_history(&repository, &limits, control)?, Situation::History)
        }
    };
    report.scope.ci = Some(redact(&description));
    report.notes.extend(notes);
    report.notes.sort();
    mend(&mut report, &run);
    Ok((report, scanner, situation))
}

/// A report that says why nothing was read, so that every format of it shows that, wherever the run is looked at.
fn unresolved(common: &Common, said: &str) -> Result<Scanned, Failure> {
    let problem = Problem { kind: ProblemKind::UnresolvedRange, path: None, message: redact(said) };
    let scope = Scope { kind: ScopeKind::Range, ..Scope::default() };
    // No setting accepts it.
    let report = Report { scope, problems: vec![problem], ..Report::default() };
    Ok((report, settings::scanner(common, None, TreeVersion::Worktree)?, Situation::Pushed))
}

/// What the clone lacks is mended in the job's definition, in words of its system.
fn mend(report: &mut Report, run: &Run) {
    let lacks = [ProblemKind::ShallowClone, ProblemKind::PartialClone, ProblemKind::MissingObject];
    let first = report.problems.iter_mut().find(|problem| lacks.contains(&problem.kind));
    if let Some(problem) = first {
        let (name, whole) = (run.system.name, run.system.full_clone_help);
        problem.message = format!("{}; in {name} {whole}", problem.message);
    }
}
