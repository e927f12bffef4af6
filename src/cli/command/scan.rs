//! `skant scan`: scans files, staged changes, commits, a history or standard input, and writes the report.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use super::scan_state::state_path;
use super::{scan_ci, scan_verify};
use crate::cli::args::{Common, FailOn, Scan};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::report_targets::Request;
use crate::cli::scan_target::{TargetMistake, explain_missing_path};
use crate::cli::session::{ScanOutcome, current_repository, merge_parents, printable_path, staged_situation};
use crate::cli::stdin::Input;
use crate::cli::{output, path_arguments, process, settings};
use crate::finding::{Problem, ProblemKind, Report, ScopeKind, Severity};
use crate::fleet::scan::read_before_line;
use crate::git::{DiscoverError, GitEnvironment, Repository, path_bytes};
use crate::policy::PolicyBase;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::{Situation, advise, advise_files, untracked_paths};
use crate::report::saved::KEPT;
use crate::scan::{
    FileSelection, HistoryOptions, HistoryState, ProvenanceMode, ResumedRun, ScanError, add_exclusion_problem,
};
use crate::source::ScanControl;
use crate::source::range::{RangeError, Revisions};
use crate::source::worktree::{IgnoreMode, PathOrigin};

#[derive(Debug, Error, Diagnostic)]
enum ScanCommandError {
    #[error("a bare repository has no index, so nothing is staged")]
    #[diagnostic(
        code(skant::scan::no_index),
        help("`skant scan --history` scans everything in the repository")
    )]
    NoIndex,
    #[error("`--policy-from {0}` does not name one commit")]
    #[diagnostic(code(skant::scan::policy_from), help("name one commit, for instance `origin/main`"))]
    PolicyFrom(String),
    #[error("{} is a repository's own folder, where the content is compressed", .0.display())]
    #[diagnostic(
        code(skant::scan::git_folder),
        help("`skant scan --history` scans everything in the repository")
    )]
    GitFolder(PathBuf),
    #[error("{name} is {what}, not a revision")]
    #[diagnostic(code(skant::scan::not_a_revision), help("{help}"))]
    NotARevision { name: String, what: &'static str, help: String },
    #[error("`--fail-on live` needs the answers of the providers")]
    #[diagnostic(code(skant::scan::live), help("add `--verify`, which sends each value to its provider"))]
    LiveWithoutVerify,
    #[error("the named paths are in several repositories")]
    #[diagnostic(code(skant::scan::several_repositories), help("scan each repository in a run of its own"))]
    SeveralRepositories,
}

pub(crate) fn run(common: &Common, arguments: &Scan, control: &Arc<ScanControl>) -> Result<Exit, CliError> {
    let started = output::report_time();
    let request = Request {
        format: arguments.format.wanted(),
        outputs: &arguments.output,
        folder: &common.caller_folder,
        quiet: common.quiet,
    };
    let targets = request.targets()?;
    if matches!(arguments.fail_on, Some(FailOn::Live)) && !arguments.verify {
        return Err(ScanCommandError::LiveWithoutVerify.into());
    }
    if !arguments.history && !arguments.ci {
        arguments.filters.check_scan_of_files()?;
    }
    let filter = arguments.filters.filter(None)?;
    let progress = ProgressLine::start(common, control);
    let (mut report, scanner, situation) = if arguments.staged {
        scan_staged(common, arguments, control)?
    } else if arguments.ci {
        scan_ci::scan(common, arguments, control)?
    } else if arguments.history {
        scan_history(common, arguments, control)?
    } else if arguments.targets == [OsStr::new("-")] {
        scan_stdin(common, arguments, control)?
    } else {
        scan_files(common, arguments, control)?
    };
    // The progress line is erased before anything is printed.
    drop(progress);
    arguments.filters.check_rules(&scanner.detector().rules().iter().map(|rule| rule.id.as_ref()))?;
    add_exclusion_problem(&scanner, &mut report);
    let untracked = untracked(&report, arguments);
    let rules = scanner.detector().rules();
    match situation {
        Situation::Files => advise_files(&mut report, rules, &untracked),
        _ => advise(&mut report, rules, situation),
    }
    let mode = settings::scan_mode(arguments, scanner.policy());
    filter.apply(&mut report);
    if arguments.verify {
        let repository = scanned_repository(arguments, &report)?;
        scan_verify::verify(common, arguments, &scanner, control, repository.as_ref(), &mut report)?;
    }
    output::write(&report, &targets, common, (started, mode))?;
    let exit = Exit::from_report(&report, mode);
    point_to_respond(common, &report, exit);
    Ok(exit)
}

/// Names the next command to a person at a terminal whose repository holds critical secrets.
fn point_to_respond(common: &Common, report: &Report, exit: Exit) {
    let is_leaked = matches!(report.scope.kind, ScopeKind::Worktree | ScopeKind::History);
    let is_critical = report.findings.iter().any(|finding| finding.severity == Severity::Critical);
    let is_at_terminal = io::stdin().is_terminal() && io::stdout().is_terminal() && !common.quiet;
    if is_leaked && is_critical && exit != Exit::Clean && is_at_terminal && current_repository().is_ok() {
        output::print_to_stderr(
            "next: `skant respond` leads through the steps, from the live check to the record\n",
        );
    }
}

fn scan_staged(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<ScanOutcome, CliError> {
    let repository = current_repository()?;
    if repository.work_tree.is_none() && !repository.index_file.exists() {
        return Err(ScanCommandError::NoIndex.into());
    }
    let scanner = settings::scanner(common, Some(&repository), TreeVersion::Staged)?;
    let names = [arguments.targets.as_slice(), &arguments.paths].concat();
    let filter = path_arguments::path_filter(&repository, &names)?;
    let report = scanner.scan_staged(&repository, &merge_parents(), &filter, control)?;
    let situation = staged_situation(&repository);
    Ok((report, scanner, situation))
}

fn scan_history(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<ScanOutcome, CliError> {
    let repository = current_repository()?;
    let base = policy_base(&repository, arguments)?;
    let scanner = settings::scanner_for_base(common, Some(&repository), &base)?;
    let filter = path_arguments::path_filter(&repository, &arguments.paths)?;
    if arguments.targets.is_empty() {
        let options =
            HistoryOptions { paths: &filter, full_scan: arguments.full, provenance: ProvenanceMode::Track };
        let report = match &arguments.state {
            Some(file) => {
                let path = state_path(common, &repository, file)?;
                // The store of many repositories has the report already, and repeats it by its key.
                let form = (!process::is_unit()).then_some(KEPT);
                let state = HistoryState { path: &path, form };
                with_notes(scanner.scan_history_with_state(&repository, &options, &state, control)?)
            }
            None => scanner.scan_history(&repository, &options, control)?,
        };
        return Ok((report, scanner, Situation::History));
    }
    let names = revision_names(arguments);
    let mut report = match scanner.scan_revisions(&repository, &names, &filter, control) {
        Err(error @ ScanError::Range(RangeError::NotARevision(_) | RangeError::Unresolved(_))) => {
            return Err(path_as_revision(arguments).unwrap_or_else(|| error.into()));
        }
        result => result?,
    };
    if report.scope.commits == 0 && report.scope.blobs == 0 {
        report.notes.push(empty_range());
        report.notes.sort();
    }
    Ok((report, scanner, Situation::Range))
}

/// Returns the report of a run with a state. In a scan of many repositories it has the bytes of a full run, and that scan
/// gets the number of objects that were read before.
fn with_notes(run: ResumedRun) -> Report {
    if !process::is_unit() {
        return run.into_report();
    }
    output::print_to_stderr(&read_before_line(run.read_before));
    run.report
}

/// Returns the note on a range without commits: it may be written the wrong way round.
fn empty_range() -> Problem {
    Problem {
        kind: ProblemKind::EmptyRange,
        path: None,
        message: "no commit is in this range, so nothing was read; `A..B` are the commits of B that A does not have"
            .to_owned(),
    }
}

/// Returns the error for a path or an address in the place of a revision.
fn path_as_revision(arguments: &Scan) -> Option<CliError> {
    let error = arguments.targets.iter().find_map(|target| {
        let shown = printable_path(Path::new(target));
        let (what, help) = match TargetMistake::of_address(&target.to_string_lossy()) {
            Some(mistake) => ("an address", mistake.advice(&shown)),
            None if Path::new(target).exists() => {
                ("a path", format!("write paths after `--`: `skant scan --history -- {shown}`"))
            }
            None => return None,
        };
        Some(ScanCommandError::NotARevision { name: format!("`{shown}`"), what, help })
    })?;
    Some(error.into())
}

fn revision_names(arguments: &Scan) -> Vec<String> {
    arguments.targets.iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

/// Returns the policy base of a history scan.
fn policy_base(repository: &Repository, arguments: &Scan) -> Result<PolicyBase, CliError> {
    let Some(name) = &arguments.policy_from else { return Ok(PolicyBase::Repository(TreeVersion::Worktree)) };
    let revisions = Revisions::resolve(repository, std::slice::from_ref(name))?;
    match (revisions.included.as_slice(), revisions.excluded.as_slice()) {
        ([base], []) => {
            let tips = Revisions::resolve(repository, &revision_names(arguments))?.included;
            Ok(PolicyBase::for_change(Some(*base), &tips, PolicyOrigin::Change))
        }
        _ => Err(ScanCommandError::PolicyFrom(name.clone()).into()),
    }
}

fn scan_stdin(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<ScanOutcome, CliError> {
    // The policy of the current repository applies to standard input as well.
    let scanner = settings::scanner(common, current_repository().ok().as_ref(), TreeVersion::Worktree)?;
    let mut input = Input::new(std::io::stdin(), &control.cancellation);
    let report = scanner.scan_stdin(&mut input, arguments.path.as_deref(), control);
    Ok((report, scanner, Situation::Files))
}

fn scan_files(common: &Common, arguments: &Scan, control: &ScanControl) -> Result<ScanOutcome, CliError> {
    let mut names: Vec<PathBuf> =
        arguments.targets.iter().chain(&arguments.paths).map(PathBuf::from).collect();
    if names.is_empty() {
        names.push(PathBuf::from("."));
    }
    let folder = std::env::current_dir().map_err(IoError::CurrentFolder)?;
    let repository = find_repository(&folder, &names)?;
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let root = repository.as_ref().and_then(|repository| repository.work_tree.clone());
    let root = root.map(|root| std::fs::canonicalize(&root).unwrap_or(root));
    let repository = repository.map(|repository| Repository { work_tree: root.clone(), ..repository });
    let names: Vec<PathBuf> = names.iter().map(|name| with_resolved_parent(&folder, name)).collect();
    let root = root.unwrap_or_else(|| std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone()));
    let root = root.as_path();
    let files = FileSelection {
        repository: repository.as_ref(),
        root,
        names: &names,
        ignore_mode: if arguments.no_ignore { IgnoreMode::Nothing } else { IgnoreMode::AsGit },
        origin: PathOrigin::Person,
    };
    let mut report = scanner.scan_files(&files, control)?;
    for (name, path) in arguments.targets.iter().zip(&names) {
        if path.symlink_metadata().is_err()
            && let Some(mistake) = TargetMistake::of_missing_path(name, &folder, repository.as_ref())
        {
            let shown = scanner.shown_path(&path_bytes(path.strip_prefix(root).unwrap_or(path)));
            explain_missing_path(&mut report.problems, &shown, mistake);
        }
    }
    Ok((report, scanner, Situation::Files))
}

/// Finds the repository that holds the named files and folders. One run reads one index, so names in several
/// repositories are an error: otherwise a part would be left out.
fn find_repository(folder: &Path, names: &[PathBuf]) -> Result<Option<Repository>, CliError> {
    let environment = GitEnvironment::from_process();
    let mut found: Option<Repository> = None;
    for name in names {
        let path = folder.join(name);
        let start = path.ancestors().find(|path| path.is_dir()).unwrap_or(folder);
        let repository = match Repository::discover(start, &environment) {
            Ok(repository) if repository.work_tree.is_some() => repository,
            // A single file of a repository's own folder may be scanned, such as `config`.
            Ok(_) if path.is_dir() => return Err(ScanCommandError::GitFolder(name.clone()).into()),
            Ok(_) | Err(DiscoverError::NotARepository(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        match &found {
            Some(other) if other.git_dir != repository.git_dir => {
                return Err(ScanCommandError::SeveralRepositories.into());
            }
            _ => found = Some(repository),
        }
    }
    Ok(found)
}

/// Returns the repository that a scan has read, if there is one.
fn scanned_repository(arguments: &Scan, report: &Report) -> Result<Option<Repository>, CliError> {
    if report.scope.kind != ScopeKind::Worktree {
        return Ok(current_repository().ok());
    }
    let mut targets: Vec<PathBuf> =
        arguments.targets.iter().chain(&arguments.paths).map(PathBuf::from).collect();
    if targets.is_empty() {
        targets.push(PathBuf::from("."));
    }
    find_repository(&std::env::current_dir().map_err(IoError::CurrentFolder)?, &targets)
}

/// Resolves the links of a path's folder. A link at the end of the path stays: a named link is read as a link.
fn with_resolved_parent(folder: &Path, name: &Path) -> PathBuf {
    let path = folder.join(name);
    match (path.parent().map(std::fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(file)) => parent.join(file),
        _ => std::fs::canonicalize(&path).unwrap_or(path),
    }
}

/// Returns the paths of findings that git does not track; none if that is not known.
fn untracked(report: &Report, arguments: &Scan) -> BTreeSet<String> {
    if report.findings.is_empty() || report.scope.kind != ScopeKind::Worktree {
        return BTreeSet::new();
    }
    let targets = arguments.targets.iter().chain(&arguments.paths).map(PathBuf::from);
    let names: Vec<PathBuf> = targets.chain([PathBuf::from(".")]).collect();
    let repository = std::env::current_dir().ok().and_then(|folder| find_repository(&folder, &names).ok()?);
    untracked_paths(report, repository.as_ref())
}
