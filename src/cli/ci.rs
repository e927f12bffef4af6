//! `skant scan --ci`: the commits that a CI run is about, with the settings of what they are compared with.

use super::args::{Common, Scan};
use super::commands::{Scanned, here};
use super::{Failure, paths, settings};
use crate::ci::{self, Read, Resolved, Run, Unclear};
use crate::finding::{Problem, ProblemKind, Report, Scope};
use crate::respond::Situation;
use crate::scan::{self, Limits, Stories, redacted};
use crate::source::Stop;
use crate::source::policy_file::Version;

pub(super) fn scan(common: &Common, arguments: &Scan, stop: &Stop) -> Result<Scanned, Failure> {
    let repository = here()?;
    let run = match ci::run(&|name| std::env::var(name).ok(), &|path| std::fs::read(path)) {
        Ok(run) => run,
        Err(unclear @ Unclear::NoSystem) => return Err(unclear.into()),
        Err(unclear) => return unresolved(common, &unclear.to_string()),
    };
    let Resolved { about, read, policy, notes, .. } = match ci::resolve(&repository, &run) {
        Ok(resolved) => resolved,
        Err(error) => return unresolved(common, &error.to_string()),
    };
    let version = policy.map_or(Version::Worktree, Version::Commit);
    let engine = settings::engine(common, Some(&repository), version)?;
    let asked = paths::asked(&repository, &arguments.paths)?;
    let wanted = |path: &[u8]| asked.holds(path);
    let (mut report, situation) = match read {
        Read::Range(revisions, names) => {
            let report = scan::range(&engine, &repository, &revisions, &names, &wanted, stop)?;
            (report, Situation::Pushed)
        }
        Read::Everything => {
            let limits = Limits {
                wanted: &wanted,
                everywhere: arguments.paths.is_empty(),
                full_scan: arguments.whole_versions,
                stories: Stories::Told,
            };
            (scan::history(&engine, &repository, &limits, stop)?, Situation::History)
        }
    };
    report.scope.ci = Some(redacted(&about));
    report.notes.extend(notes);
    report.notes.sort();
    mend(&mut report, &run);
    Ok((report, engine, situation))
}

/// A report that says why nothing was read, so that every format of it shows that, wherever the run is looked at.
fn unresolved(common: &Common, said: &str) -> Result<Scanned, Failure> {
    let problem = Problem { kind: ProblemKind::UnresolvedRange, path: None, message: redacted(said) };
    let scope = Scope { kind: "range", ..Scope::default() };
    // No setting accepts it.
    let report = Report { scope, problems: vec![problem], ..Report::default() };
    Ok((report, settings::engine(common, None, Version::Worktree)?, Situation::Pushed))
}

/// What the clone lacks is mended in the job's definition, in words of its system.
fn mend(report: &mut Report, run: &Run) {
    let lacks = [ProblemKind::ShallowClone, ProblemKind::PartialClone, ProblemKind::MissingObject];
    let first = report.problems.iter_mut().find(|problem| lacks.contains(&problem.kind));
    if let Some(problem) = first {
        let (name, whole) = (run.system.name, run.system.whole_clone);
        problem.message = format!("{}; in {name} {whole}", problem.message);
    }
}
