//! `skant hook …`: what git and the pre-commit framework call, with arguments and standard input as they give
//! them. Speaks on standard error, and only where there is something to say.

use std::env;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::assess;
use crate::cli::args::{Common, Hook, HookName};
use crate::cli::policy::PolicyBase;
use crate::cli::session::{here, merge_parents, staging};
use crate::cli::{Exit, Failure, blocks, complain, output, settings};
use crate::finding::{LocationKind, Problem, ProblemKind, Report};
use crate::git::{Oid, Refs, Repository, path_bytes};
use crate::hook::pushed_refs;
use crate::hook::pushed_refs::{Remote, Update};
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::{Situation, advise};
use crate::scan::{FileSelection, PathFilter, Scanner};
use crate::source::ScanControl;
use crate::source::range::Revisions;
use crate::source::staged;
use crate::source::worktree::{IgnoreMode, PathOrigin};

pub(crate) fn run(common: &Common, hook: &Hook, control: &ScanControl) -> Result<Exit, Failure> {
    let repository = here()?;
    match hook.name {
        HookName::PreCommit | HookName::PreMergeCommit => pre_commit(common, hook, &repository, control),
        HookName::CommitMsg => commit_msg(common, hook, &repository, control),
        HookName::PrePush => pre_push(common, hook, &repository, control),
        HookName::PreReceive => pre_receive(common, &repository, control),
    }
}

fn pre_commit(
    common: &Common,
    hook: &Hook,
    repository: &Repository,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    if let Some(revisions) = framework_range(repository)? {
        return pushed(common, repository, &revisions, &[], "this range", control);
    }
    let scanner = settings::scanner(common, Some(repository), TreeVersion::Staged)?;
    let parents = merge_parents();
    let mut report = scanner.scan_staged(repository, &parents, &PathFilter::default(), control)?;
    advise(&mut report, scanner.detector().rules(), staging(repository));
    // Names come from the pre-commit framework only.
    let rest = if hook.arguments.is_empty() {
        Vec::new()
    } else {
        unstaged(repository, hook, &staged::touched_paths(repository, &parents.0)?)
    };
    if !rest.is_empty() {
        let top = repository.work_tree.clone().unwrap_or_default();
        let files = FileSelection {
            repository: Some(repository),
            root: &top,
            names: &rest,
            ignoring: IgnoreMode::AsGit,
            named: PathOrigin::Program,
        };
        let mut more = scanner.scan_files(&files, control)?;
        advise(&mut more, scanner.detector().rules(), Situation::Files);
        report = assess::merge_reports(report, more);
    }
    // A commit is told only what it stages: with other files, somebody runs the check by hand.
    let what = if rest.is_empty() { "this commit" } else { "this run" };
    conclude(common, &report, what)
}

/// Named files that are not staged: `pre-commit run --all-files` names all, and wants them checked as they
/// stand on disk.
fn unstaged(
    repository: &Repository,
    hook: &Hook,
    touched: &std::collections::BTreeSet<Vec<u8>>,
) -> Vec<PathBuf> {
    let Some(top) = &repository.work_tree else { return Vec::new() };
    let folder = env::current_dir().unwrap_or_else(|_| top.clone());
    hook.arguments
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| {
            let name = path.strip_prefix(top).map(path_bytes).unwrap_or_default();
            !touched.contains(&name) && !path.is_dir()
        })
        .collect()
}

fn commit_msg(
    common: &Common,
    hook: &Hook,
    repository: &Repository,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let [file] = hook.arguments.as_slice() else {
        return Err(Failure(
            "hook commit-msg takes one argument; git passes the file that holds the message".into(),
        ));
    };
    let message = std::fs::read(file).map_err(|error| {
        Failure(format!(
            "cannot read {}: {error}; git passes the file that holds the message",
            Path::new(file).display()
        ))
    })?;
    let scanner = settings::scanner(common, Some(repository), TreeVersion::Staged)?;
    let message = pushed_refs::without_diff(&message);
    let mut report = scanner.scan_stdin(&mut &message[..], Some("this commit"), control);
    for location in report.findings.iter_mut().flat_map(|finding| &mut finding.locations) {
        location.kind = LocationKind::Message;
    }
    advise(&mut report, scanner.detector().rules(), Situation::Message);
    conclude(common, &report, "this commit")
}

fn pre_push(
    common: &Common,
    hook: &Hook,
    repository: &Repository,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    if variable("PRE_COMMIT").is_some() {
        // The framework passes on neither what git says nor what it asks, whatever arguments its settings give.
        let updates = Update::parse_push(&read_stdin()?)?;
        if updates.is_empty() {
            let remote = Remote {
                name: variable("PRE_COMMIT_REMOTE_NAME"),
                address: variable("PRE_COMMIT_REMOTE_URL"),
            };
            return framework_push(common, repository, &remote, control);
        }
        return git_push(common, hook, repository, &updates, control);
    }
    git_push(common, hook, repository, &Update::parse_push(&read_stdin()?)?, control)
}

fn git_push(
    common: &Common,
    hook: &Hook,
    repository: &Repository,
    updates: &[Update],
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let argument = |at: usize| hook.arguments.get(at).map(|name| name.to_string_lossy().into_owned());
    let remote = Remote { name: argument(0), address: argument(1) };
    let brought = pushed_refs::pushed_commits(repository, &remote, updates)?;
    let names = updates.iter().map(|update| update.remote_name.clone()).collect::<Vec<_>>();
    let exit = pushed(common, repository, &brought.revisions, &names, "this push", control)?;
    if let Some(outdated) = brought.outdated.filter(|_| !matches!(exit, Exit::Clean)) {
        complain(&format!(
            "{} is not what the remote has, so all was read that it may lack; `git fetch --prune` mends that",
            String::from_utf8_lossy(&outdated)
        ));
    }
    Ok(exit)
}

/// The range that the framework names: of a push, or of `pre-commit run --from-ref A --to-ref B`.
fn framework_range(repository: &Repository) -> Result<Option<Revisions>, Failure> {
    match (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => Ok(Some(Revisions::resolve(repository, &[to, format!("^{from}")])?)),
        _ => Ok(None),
    }
}

/// The pre-commit framework passes neither git's arguments nor its standard input on.
fn framework_push(
    common: &Common,
    repository: &Repository,
    remote: &Remote,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let revisions = if let Some(revisions) = framework_range(repository)? {
        revisions
    } else {
        // The first push of a new root names no range; nor does a run by hand.
        let branch = variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".into());
        let mut revisions = Revisions::resolve(repository, &[branch])?;
        revisions.excluded.extend(pushed_refs::remote_tips(repository, remote)?);
        revisions
    };
    let names: Vec<Vec<u8>> =
        variable("PRE_COMMIT_REMOTE_BRANCH").into_iter().map(String::into_bytes).collect();
    pushed(common, repository, &revisions, &names, "this push", control)
}

fn pre_receive(common: &Common, repository: &Repository, control: &ScanControl) -> Result<Exit, Failure> {
    let updates = Update::parse_receive(&read_stdin()?)?;
    let revisions = pushed_refs::received_commits(repository, &updates)?;
    let names = updates.iter().map(|update| update.remote_name.clone()).collect::<Vec<_>>();
    // Whoever pushes does not decide what is let through.
    let tips: Vec<Oid> = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
    let ground = PolicyBase::for_change(base_of(repository, &updates)?, &tips, PolicyOrigin::Change);
    let scanner = settings::scanner_for_base(common, Some(repository), &ground)?;
    scanned(
        common,
        repository,
        &scanner,
        &Pushed { revisions: &revisions, names: &names, what: "this push" },
        control,
    )
}

/// What the one branch that is pushed to holds so far; otherwise what HEAD, the main branch, holds.
fn base_of(repository: &Repository, updates: &[Update]) -> Result<Option<Oid>, Failure> {
    match updates {
        [one] if !one.old.is_zero() => Ok(Some(one.old)),
        _ => Ok(Refs::read_head(repository)?),
    }
}

/// A range, and the names of the refs that it is pushed to.
fn pushed(
    common: &Common,
    repository: &Repository,
    revisions: &Revisions,
    names: &[Vec<u8>],
    what: &str,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let scanner = settings::scanner(common, Some(repository), TreeVersion::Worktree)?;
    scanned(common, repository, &scanner, &Pushed { revisions, names, what }, control)
}

/// What is pushed.
struct Pushed<'p> {
    revisions: &'p Revisions,
    /// The refs' names on the other side.
    names: &'p [Vec<u8>],
    what: &'p str,
}

fn scanned(
    common: &Common,
    repository: &Repository,
    scanner: &Scanner,
    pushed: &Pushed<'_>,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let mut report =
        scanner.scan_range(repository, pushed.revisions, &[], &PathFilter::default(), control)?;
    report = assess::merge_reports(report, scanner.scan_ref_names(pushed.names));
    advise(&mut report, scanner.detector().rules(), Situation::Range);
    conclude(common, &report, pushed.what)
}

fn read_stdin() -> Result<Vec<u8>, Failure> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    Ok(input)
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name)
        .filter(|value| value != OsStr::new(""))
        .map(|value| value.to_string_lossy().into_owned())
}

/// Says what there is to say, and whether git may go on.
fn conclude(common: &Common, report: &Report, what: &str) -> Result<Exit, Failure> {
    let exit = Exit::of(report, blocks);
    let is_told = |note: &Problem| note.kind == ProblemKind::PolicyChange;
    let silent = report.findings.is_empty()
        && report.problems.is_empty()
        && report.suppressed.is_empty()
        && !report.notes.iter().any(is_told);
    if !silent || common.verbose > 0 {
        output::write_to_stderr(report, common);
    }
    let mut err = std::io::stderr().lock();
    let said = match exit {
        Exit::Clean if report.findings.is_empty() => return Ok(exit),
        Exit::Clean => "a warning only; git goes on".to_owned(),
        Exit::Findings | Exit::Both => format!("{what} was blocked: it adds a secret"),
        Exit::Failed => format!("{what} was blocked: not everything could be checked"),
        Exit::Interrupted => format!("{what} was blocked: the check was interrupted"),
    };
    writeln!(err, "skant: {said}")?;
    Ok(exit)
}
