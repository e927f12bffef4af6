//! The settings of a push. Those of a commit apply to the commits after it, as in the hook before each commit: what a
//! commit adds, it cannot exclude, and what is not committed excludes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::args::Common;
use crate::cli::error::CliError;
use crate::cli::settings;
use crate::finding::{ProblemKind, Report};
use crate::git::{Oid, Repository, run_git};
use crate::policy::PolicyBase;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::scan::{PathFilter, Scanner};
use crate::source::ScanControl;
use crate::source::range::Revisions;

/// The most commits of the remote in one question to git.
const MAX_TIPS: usize = 200;

/// The most commits whose findings are judged by the settings before them. More are judged by those of the remote.
const MAX_COMMITS: usize = 32;

/// Makes the scanner for a push: with the settings of the last commit that the remote has. A push to a remote that has
/// none of the commits has the settings of its own last commit.
///
/// # Errors
/// The settings cannot be read.
pub(super) fn scanner(
    common: &Common,
    repository: &Repository,
    revisions: &Revisions,
) -> Result<Scanner, CliError> {
    if let Some(base) = last_common_commit(repository, revisions) {
        let base = PolicyBase::for_change(Some(base), &revisions.included, PolicyOrigin::Change);
        // An error in settings that were replaced since is no reason to stop.
        if let Ok(scanner) = settings::scanner_for_base(common, Some(repository), &base) {
            return Ok(scanner);
        }
    }
    let own = revisions.included.first().map_or(TreeVersion::Worktree, |tip| TreeVersion::Commit(*tip));
    let of_tip = settings::scanner(common, Some(repository), own);
    Ok(of_tip.or_else(|_| settings::scanner(common, Some(repository), TreeVersion::Worktree))?)
}

/// Returns the last commit of a push that the remote has; `None` if it has none.
fn last_common_commit(repository: &Repository, revisions: &Revisions) -> Option<Oid> {
    let tip = revisions.included.first()?;
    let names: Vec<String> =
        [tip].into_iter().chain(revisions.excluded.iter().take(MAX_TIPS)).map(Oid::to_string).collect();
    if names.len() < 2 {
        return None;
    }
    let arguments: Vec<&str> =
        std::iter::once("merge-base").chain(names.iter().map(String::as_str)).collect();
    oids(&run_git(repository, &arguments).ok()?).into_iter().next()
}

fn oids(output: &[u8]) -> Vec<Oid> {
    output.split(u8::is_ascii_whitespace).filter_map(Oid::from_hex).collect()
}

/// Removes the findings that the settings before their commits allow, if the push changes the settings.
///
/// # Errors
/// The commits cannot be read.
pub(super) fn drop_allowed(
    report: &mut Report,
    common: &Common,
    repository: &Repository,
    control: &ScanControl,
) -> Result<(), CliError> {
    let changes_settings = report.notes.iter().any(|note| note.kind == ProblemKind::PolicyChange);
    let places = report.findings.iter().flat_map(|finding| &finding.locations);
    let commits: BTreeSet<String> =
        places.filter_map(|place| place.commit.as_ref()).map(|commit| commit.id.clone()).collect();
    if !changes_settings || commits.len() > MAX_COMMITS {
        return Ok(());
    }
    let mut remaining = BTreeMap::new();
    for commit in commits {
        if let Some(found) = fingerprints_by_settings_before(&commit, common, repository, control)? {
            remaining.insert(commit, found);
        }
    }
    report.findings.retain_mut(|finding| {
        let fingerprint = finding.fingerprint.to_string();
        let is_allowed = |id: &str| remaining.get(id).is_some_and(|found| !found.contains(&fingerprint));
        finding.locations.retain(|place| !place.commit.as_ref().is_some_and(|commit| is_allowed(&commit.id)));
        !finding.locations.is_empty()
    });
    Ok(())
}

/// Returns the fingerprints of what a commit adds, by the settings of the commit before it; `None` for a first commit, and
/// for one after settings with an error.
fn fingerprints_by_settings_before(
    commit: &str,
    common: &Common,
    repository: &Repository,
    control: &ScanControl,
) -> Result<Option<BTreeSet<String>>, CliError> {
    let Some(commit) = Oid::from_hex(commit.as_bytes()) else { return Ok(None) };
    let parents = run_git(repository, &["rev-parse", &format!("{commit}^@")]).map(|ids| oids(&ids));
    let excluded = parents.unwrap_or_default();
    let Some(first) = excluded.first() else { return Ok(None) };
    let base = PolicyBase::for_change(Some(*first), &[commit], PolicyOrigin::Change);
    let Ok(scanner) = settings::scanner_for_base(common, Some(repository), &base) else {
        return Ok(None);
    };
    let revisions = Revisions { included: vec![commit], excluded };
    let report = scanner.scan_range(repository, &revisions, &[], &PathFilter::default(), control)?;
    Ok(Some(report.findings.iter().map(|finding| finding.fingerprint.to_string()).collect()))
}
