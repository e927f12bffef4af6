//! `scan`, of whatever it is asked for.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{Common, Scan};
use crate::cli::policy::PolicyBase;
use crate::cli::session::{Scanned, here, merge_parents, shown, staging};
use crate::cli::stdin::Input;
use crate::cli::{Exit, Failure, fails, output, path_arguments, progress, settings};
use crate::git::{DiscoverError, GitEnvironment, Repository};
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::{Situation, advise};
use crate::scan::{FileSelection, HistoryOptions, ProvenanceMode};
use crate::source::ScanControl;
use crate::source::range::Revisions;
use crate::source::worktree::{IgnoreMode, PathOrigin};

pub(crate) fn scan(common: &Common, arguments: &Scan, control: &Arc<ScanControl>) -> Result<Exit, Failure> {
    let started = output::now();
    let targets = output::targets(arguments.format, &arguments.output)?;
    let line = progress::Line::begin(common, control);
    let (mut report, scanner, situation) = if arguments.staged {
        staged(common, arguments, control)?
    } else if arguments.ci {
        crate::cli::command::scan_ci::scan(common, arguments, control)?
    } else if arguments.history {
        history(common, arguments, control)?
    } else if arguments.what == [OsStr::new("-")] {
        stdin(common, arguments, control)?
    } else {
        files(common, arguments, control)?
    };
    // Whatever is printed comes after the line is gone.
    drop(line);
    advise(&mut report, scanner.detector().rules(), situation);
    output::write(&report, &targets, common, started)?;
    let least = settings::least(arguments.fail_on, &scanner);
    Ok(Exit::of(&report, |finding| fails(finding, least, arguments.fail_on_unreachable)))
}

/// What reads a repository without a working tree.
const WHOLE: &str = "`skant scan --history` reads all that the repository holds";

fn staged(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<Scanned, Failure> {
    let repository = here()?;
    if repository.work_tree.is_none() && !repository.index_file.exists() {
        return Err(Failure(format!("a bare repository has no index, so nothing is staged; {WHOLE}")));
    }
    let scanner = settings::scanner(common, Some(&repository), TreeVersion::Staged)?;
    let asked = path_arguments::asked(&repository, &[arguments.what.as_slice(), &arguments.paths].concat())?;
    let report = scanner.scan_staged(&repository, &merge_parents(), &asked, control)?;
    let situation = staging(&repository);
    Ok((report, scanner, situation))
}

fn history(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<Scanned, Failure> {
    let repository = here()?;
    let scanner = settings::scanner_for_base(common, Some(&repository), &ground(&repository, arguments)?)?;
    let asked = path_arguments::asked(&repository, &arguments.paths)?;
    if arguments.what.is_empty() {
        let limits = HistoryOptions {
            paths: &asked,
            full_scan: arguments.whole_versions,
            provenance: ProvenanceMode::Track,
        };
        let report = scanner.scan_history(&repository, &limits, control)?;
        return Ok((report, scanner, Situation::History));
    }
    let names = arguments.what.iter().map(|name| name.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let revisions = Revisions::resolve(&repository, &names)?;
    let report = scanner.scan_range(&repository, &revisions, &names, &asked, control)?;
    Ok((report, scanner, Situation::Range))
}

/// Whose policy counts in a history.
fn ground(repository: &Repository, arguments: &Scan) -> Result<PolicyBase, Failure> {
    let Some(name) = &arguments.policy_from else { return Ok(PolicyBase::Repository(TreeVersion::Worktree)) };
    let revisions = Revisions::resolve(repository, std::slice::from_ref(name))?;
    match (revisions.included.as_slice(), revisions.excluded.as_slice()) {
        ([base], []) => {
            let names: Vec<String> =
                arguments.what.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            let tips = Revisions::resolve(repository, &names)?.included;
            Ok(PolicyBase::for_change(Some(*base), &tips, PolicyOrigin::Change))
        }
        _ => Err(Failure(format!(
            "--policy-from takes one commit, and `{name}` is not one; for instance `origin/main`"
        ))),
    }
}

fn stdin(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<Scanned, Failure> {
    // What is on record where somebody stands counts for what is handed over, too.
    let scanner = settings::scanner(common, here().ok().as_ref(), TreeVersion::Worktree)?;
    let report = scanner.scan_stdin(
        &mut Input::of(std::io::stdin(), &control.cancellation),
        arguments.path.as_deref(),
        control,
    );
    Ok((report, scanner, Situation::Files))
}

fn files(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<Scanned, Failure> {
    let mut names: Vec<PathBuf> = arguments.what.iter().chain(&arguments.paths).map(PathBuf::from).collect();
    if names.is_empty() {
        names.push(PathBuf::from("."));
    }
    let folder = std::env::current_dir()?;
    let repository = repository_of(&folder, &names)?;
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let root = repository.as_ref().and_then(|repository| repository.work_tree.clone());
    let root = root.map(|root| std::fs::canonicalize(&root).unwrap_or(root));
    let repository = repository.map(|repository| Repository { work_tree: root.clone(), ..repository });
    let names: Vec<PathBuf> = names.iter().map(|name| resolved(&folder, name)).collect();
    let root = root.unwrap_or_else(|| std::fs::canonicalize(&folder).unwrap_or(folder));
    let ignoring = if arguments.no_ignore { IgnoreMode::Nothing } else { IgnoreMode::AsGit };
    let files = FileSelection {
        repository: repository.as_ref(),
        root: &root,
        names: &names,
        ignoring,
        named: PathOrigin::Person,
    };
    let report = scanner.scan_files(&files, control)?;
    Ok((report, scanner, Situation::Files))
}

/// The repository that named files and folders lie in. One call reads one index, so names in several are
/// refused rather than read in part.
fn repository_of(folder: &Path, names: &[PathBuf]) -> Result<Option<Repository>, Failure> {
    let environment = GitEnvironment::from_process();
    let mut found: Option<Repository> = None;
    for name in names {
        let path = folder.join(name);
        let start = path.ancestors().find(|path| path.is_dir()).unwrap_or(folder);
        let repository = match Repository::discover(start, &environment) {
            Ok(repository) if repository.work_tree.is_some() => repository,
            // Of its own files a person may name one, such as its settings.
            Ok(_) if path.is_dir() => {
                return Err(Failure(format!(
                    "{} belongs to a repository's own folder, and has its content packed; {WHOLE}",
                    shown(name)
                )));
            }
            Ok(_) | Err(DiscoverError::NotARepository(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        match &found {
            Some(other) if other.git_dir != repository.git_dir => {
                return Err(Failure(
                    "the named paths lie in several repositories; scan each with a call of its own".into(),
                ));
            }
            _ => found = Some(repository),
        }
    }
    Ok(found)
}

/// A name with its folder's links resolved, but not its own: a link that is named is read as a link.
fn resolved(folder: &Path, name: &Path) -> PathBuf {
    let path = folder.join(name);
    match (path.parent().map(std::fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(file)) => parent.join(file),
        _ => std::fs::canonicalize(&path).unwrap_or(path),
    }
}
