//! `skant hook`: the checks that git and the pre-commit framework call, with their arguments and standard input.
//!
//! Prints to standard error only, and prints nothing if there is nothing to report.

use std::collections::BTreeSet;
use std::env;
use std::io;
use std::io::Write as _;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::assess;
use crate::cli::args::{Common, Hook, HookName};
use crate::cli::command::hook_input::{
    InputKind, framework_range, is_edited_message, is_framework, read_lines, variable,
};
use crate::cli::command::push_settings;
use crate::cli::error::{CliError, IoError, print_line};
use crate::cli::exit::Exit;
use crate::cli::session::{current_repository, merge_parents, staged_situation};
use crate::cli::{output, settings};
use crate::finding::{LocationKind, ProblemKind, Report};
use crate::git::{Oid, Refs, Repository, path_bytes};
use crate::hook::commit_message;
use crate::hook::diff_lines;
use crate::hook::pushed_refs;
use crate::hook::pushed_refs::Update;
use crate::hook::remote_refs::Remote;
use crate::policy::PolicyBase;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::PolicyOrigin;
use crate::remediation::{Situation, advise};
use crate::scan::{FileSelection, PathFilter, Scanner};
use crate::source::ScanControl;
use crate::source::range::Revisions;
use crate::source::staged;
use crate::source::worktree::{IgnoreMode, PathOrigin};

#[derive(Debug, Error, Diagnostic)]
enum HookError {
    #[error("`hook commit-msg` takes one argument")]
    #[diagnostic(
        code(skant::hook::message_argument),
        help("pass the file that holds the message, as git does: `skant hook commit-msg FILE`")
    )]
    MessageArgument,
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(
        code(skant::hook::message_file),
        help("pass the file that holds the message, as git does: `skant hook commit-msg FILE`")
    )]
    MessageFile { path: PathBuf, source: io::Error },
    #[error("standard input has no line about what is pushed")]
    #[diagnostic(
        code(skant::hook::no_lines),
        help(
            "git writes them to its hook; pass its standard input on to this command (lefthook: `use_stdin: true`), \
             and let no other command read it first"
        )
    )]
    NoLines,
}

pub(crate) fn run(common: &Common, hook: &Hook, control: &ScanControl) -> Result<Exit, CliError> {
    let repository = current_repository()?;
    let run = HookRun { common, hook, repository: &repository, control };
    match hook.name {
        HookName::PreCommit | HookName::PreMergeCommit => run.pre_commit(),
        HookName::CommitMsg => run.commit_msg(),
        HookName::PrePush => run.pre_push(),
        HookName::PreReceive => run.pre_receive(),
    }
}

/// One call of a hook.
struct HookRun<'r> {
    common: &'r Common,
    hook: &'r Hook,
    repository: &'r Repository,
    control: &'r ScanControl,
}

impl HookRun<'_> {
    fn pre_commit(&self) -> Result<Exit, CliError> {
        let scanner = settings::commit_scanner(self.common, self.repository)?;
        let parents = merge_parents();
        let mut report =
            scanner.scan_staged(self.repository, &parents, &PathFilter::default(), self.control)?;
        advise(&mut report, scanner.detector().rules(), staged_situation(self.repository));
        let mut subject = "this commit";
        // Only the pre-commit framework passes file names. For a commit it names only staged files; with others, a person
        // runs the check.
        let other_files = if self.hook.arguments.is_empty() {
            Vec::new()
        } else {
            self.files_not_staged(&staged::touched_paths(self.repository, &parents.0)?)
        };
        if !other_files.is_empty() {
            let top = self.repository.work_tree.clone().unwrap_or_default();
            let files = FileSelection {
                repository: Some(self.repository),
                root: &top,
                names: &other_files,
                ignore_mode: IgnoreMode::AsGit,
                origin: PathOrigin::Program,
            };
            let mut more = scanner.scan_files(&files, self.control)?;
            advise(&mut more, scanner.detector().rules(), Situation::Files);
            report = assess::merge_reports(report, more);
            subject = "this run";
        }
        // The range comes on top: the variables may be left over from an outer run of the framework.
        if let Some([from, to]) = framework_range() {
            let revisions = Revisions::resolve(self.repository, &[to, format!("^{from}")])?;
            let scanner = settings::scanner(self.common, Some(self.repository), TreeVersion::Worktree)?;
            report = assess::merge_reports(report, self.read_range(&scanner, &revisions, &[])?);
            subject = "this range";
        }
        self.conclude(&report, &scanner, subject)
    }

    /// Returns the named files that are not staged. `pre-commit run --all-files` names all files and expects a check of
    /// the files on disk.
    fn files_not_staged(&self, staged: &BTreeSet<Vec<u8>>) -> Vec<PathBuf> {
        let Some(top) = &self.repository.work_tree else { return Vec::new() };
        let folder = env::current_dir().unwrap_or_else(|_| top.clone());
        let paths = self.hook.arguments.iter().map(|name| folder.join(name));
        paths
            .filter(|path| {
                let name = path.strip_prefix(top).map(path_bytes).unwrap_or_default();
                !staged.contains(&name) && !path.is_dir()
            })
            .collect()
    }

    fn commit_msg(&self) -> Result<Exit, CliError> {
        let [file] = self.hook.arguments.as_slice() else {
            return Err(HookError::MessageArgument.into());
        };
        let message = std::fs::read(file)
            .map_err(|source| HookError::MessageFile { path: PathBuf::from(file), source })?;
        let scanner = settings::commit_scanner(self.common, self.repository)?;
        let scan = |text: &[u8]| scanner.scan_stdin(&mut &*text, Some("this commit"), self.control);
        let mut report = scan(&message);
        let is_clean = report.findings.is_empty() && report.problems.is_empty();
        if !is_clean && is_edited_message() {
            let (kept, appended) = message.split_at(commit_message::without_diff(&message).len());
            if !appended.is_empty() {
                let appended = diff_lines::without_lines_of_files(self.repository, appended);
                report = scan(&[kept, &appended].concat());
            }
        }
        report.scope.messages = std::mem::take(&mut report.scope.blobs);
        for location in report.findings.iter_mut().flat_map(|finding| &mut finding.locations) {
            location.kind = LocationKind::Message;
        }
        advise(&mut report, scanner.detector().rules(), Situation::Message);
        self.conclude(&report, &scanner, "this commit")
    }

    fn pre_push(&self) -> Result<Exit, CliError> {
        let (input, kind) = read_lines()?;
        let updates = Update::parse_push(&input)?;
        // The pre-commit framework does not pass git's standard input on. Its arguments come from its own settings.
        if updates.is_empty() && is_framework() {
            return self.framework_push();
        }
        // Git calls the hook with an empty pipe if there is nothing to push.
        if updates.is_empty() && kind != InputKind::Pipe {
            return Err(HookError::NoLines.into());
        }
        let argument =
            |index: usize| self.hook.arguments.get(index).map(|name| name.to_string_lossy().into_owned());
        let remote = Remote { name: argument(0), address: argument(1) };
        let pushed = pushed_refs::pushed_commits(self.repository, &remote, &updates)?;
        let exit = self.scan_pushed(&pushed.revisions, &ref_names(&updates), "this push")?;
        if let Some(outdated) = pushed.outdated.filter(|_| !matches!(exit, Exit::Clean)) {
            print_line(&format!(
                "{} differs from the remote, so all commits were scanned that the remote may lack; `git fetch \
                 --prune` updates it",
                String::from_utf8_lossy(&outdated)
            ));
        }
        Ok(exit)
    }

    /// Scans the push that the variables of the pre-commit framework describe.
    fn framework_push(&self) -> Result<Exit, CliError> {
        let remote =
            Remote { name: variable("PRE_COMMIT_REMOTE_NAME"), address: variable("PRE_COMMIT_REMOTE_URL") };
        let revisions = if let Some([from, to]) = framework_range() {
            Revisions::resolve(self.repository, &[to, format!("^{from}")])?
        } else {
            // The first push of a new root commit has no range, and a run by hand has none either.
            let branch = variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".into());
            let mut revisions = Revisions::resolve(self.repository, &[branch])?;
            revisions.excluded.extend(pushed_refs::remote_tips(self.repository, &remote)?);
            revisions
        };
        let names: Vec<Vec<u8>> =
            variable("PRE_COMMIT_REMOTE_BRANCH").into_iter().map(String::into_bytes).collect();
        self.scan_pushed(&revisions, &names, "this push")
    }

    fn pre_receive(&self) -> Result<Exit, CliError> {
        let (input, _) = read_lines()?;
        let updates = Update::parse_receive(&input)?;
        // Git calls this hook only if a ref changes.
        if updates.is_empty() {
            return Err(HookError::NoLines.into());
        }
        let received = pushed_refs::received_commits(self.repository, &updates)?;
        // The policy is that of the main branch, never that of a pushed branch: its author may have pushed that before.
        let tips: Vec<Oid> = updates.iter().map(|update| update.new).filter(|oid| !oid.is_zero()).collect();
        let base = Refs::read_head(self.repository)?;
        let base = PolicyBase::for_change(base, &tips, PolicyOrigin::Change);
        let scanner = settings::scanner_for_base(self.common, Some(self.repository), &base)?;
        let mut report = self.read_range(&scanner, &received.others, &ref_names(&updates))?;
        if !received.main.included.is_empty() {
            report = assess::merge_reports(report, self.read_range(&scanner, &received.main, &[])?);
        }
        self.conclude(&report, &scanner, "this push")
    }

    /// Scans the commits of a push.
    fn scan_pushed(
        &self,
        revisions: &Revisions,
        ref_names: &[Vec<u8>],
        subject: &str,
    ) -> Result<Exit, CliError> {
        let scanner = push_settings::scanner(self.common, self.repository, revisions)?;
        let mut report = self.read_range(&scanner, revisions, ref_names)?;
        push_settings::drop_allowed(&mut report, self.common, self.repository, self.control)?;
        self.conclude(&report, &scanner, subject)
    }

    /// Scans commits and the names of the refs that they are pushed to.
    fn read_range(
        &self,
        scanner: &Scanner,
        revisions: &Revisions,
        ref_names: &[Vec<u8>],
    ) -> Result<Report, CliError> {
        let report =
            scanner.scan_range(self.repository, revisions, &[], &PathFilter::default(), self.control)?;
        let mut report = assess::merge_reports(report, scanner.scan_ref_names(ref_names));
        advise(&mut report, scanner.detector().rules(), Situation::Range);
        Ok(report)
    }

    /// Whether a hook prints a report because of a note. The first commit has its own policy, so its author sees what that
    /// leaves out.
    fn is_shown(&self, kind: ProblemKind) -> bool {
        let is_first_commit =
            || self.hook.name == HookName::PreCommit && matches!(Refs::read_head(self.repository), Ok(None));
        kind == ProblemKind::PolicyChange || kind == ProblemKind::LeftOut && is_first_commit()
    }

    /// Prints the report, if it has anything to say, and returns whether git may continue.
    fn conclude(&self, report: &Report, scanner: &Scanner, subject: &str) -> Result<Exit, CliError> {
        let mode = scanner.policy().hook_mode();
        let exit = Exit::from_report(report, mode);
        let is_silent = report.findings.is_empty()
            && report.problems.is_empty()
            && report.suppressed.is_empty()
            && !report.notes.iter().any(|note| self.is_shown(note.kind));
        if !is_silent || self.common.verbose > 0 {
            output::write_to_stderr(report, self.common, mode);
        }
        let message = match exit {
            Exit::Clean if report.findings.is_empty() => return Ok(exit),
            Exit::Clean => "a warning only; git continues".to_owned(),
            Exit::Findings | Exit::Both => format!("{subject} was blocked: it adds a secret"),
            Exit::Failed => format!("{subject} was blocked: not everything could be checked"),
            Exit::Interrupted => format!("{subject} was blocked: the check was interrupted"),
        };
        writeln!(io::stderr().lock(), "skant: {message}")
            .map_err(|source| IoError::Write { stream: "standard error", source })?;
        Ok(exit)
    }
}

fn ref_names(updates: &[Update]) -> Vec<Vec<u8>> {
    updates.iter().map(|update| update.remote_name.clone()).collect()
}
