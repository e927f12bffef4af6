//! `skant scan --ci`: the commits that a CI run is about, with the settings of what they are compared with.

use super::args::{Common, Scan};
use super::commands::{Scanned, here};
use super::{Failure, paths, settings};
use crate::ci::{self, Read, Resolved, Run};
use crate::finding::{ProblemKind, Report};
use crate::respond::Situation;
use crate::scan::{self, Limits, Stories, redacted};
use crate::source::Stop;
use crate::source::policy_file::Version;

pub(super) fn scan(common: &Common, arguments: &Scan, stop: &Stop) -> Result<Scanned, Failure> {
    let repository = here()?;
    let run = ci::run(&|name| std::env::var(name).ok(), &|path| std::fs::read(path))?;
    let Resolved { about, read, policy, notes } = ci::resolve(&repository, &run)?;
    let version = policy.map_or(Version::Worktree, Version::Commit);
    let engine = settings::engine(common, Some(&repository), version)?;
    let asked = paths::asked(&repository, &arguments.paths)?;
    let wanted = |path: &[u8]| asked.holds(path);
    let (mut report, situation) = match read {
        Read::Range(revisions, names) => {
            let report = scan::range(&engine, &repository, &revisions, &names, &wanted, stop)?;
            (report, Situation::Range)
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

/// What the clone lacks is mended in the job's definition, in words of its system.
fn mend(report: &mut Report, run: &Run) {
    let lacks = [ProblemKind::ShallowClone, ProblemKind::PartialClone, ProblemKind::MissingObject];
    let first = report.problems.iter_mut().find(|problem| lacks.contains(&problem.kind));
    if let Some(problem) = first {
        let (name, whole) = (run.system.name, run.system.whole_clone);
        problem.message = format!("{}; in {name} {whole}", problem.message);
    }
}
