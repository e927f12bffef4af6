//! `skant fix`: moves the secrets of files to `.env`, or prints how to store them elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::fix_history;
use super::fix_targets::Targets;
use crate::cli::args::Common;
use crate::cli::confirm::{Answer, ask};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::fix_args::Fix;
use crate::cli::session::{current_repository, printable_path};
use crate::cli::{output, settings};
use crate::git::{Repository, os_string, path_bytes};
use crate::policy::repo_files::TreeVersion;
use crate::remediation::fix::apply::{ApplyError, FileChange, Target, read_env, write_env, write_source};
use crate::remediation::fix::diff::masked_diff;
use crate::remediation::fix::dotenv::EnvFile;
use crate::remediation::fix::env_place::env_file_for;
use crate::remediation::fix::plan::{FilePlan, Inputs, declared_variables, locate, plan_file};
use crate::remediation::fix::store::{STORES, Store, StoreNames};
use crate::remediation::shell_word;
use crate::scan::Scanner;
use crate::secret::Fingerprint;
use crate::source::ScanControl;
use crate::text::unescape_path;

/// The largest file that is changed. Code is smaller.
const MAX_BYTES: usize = 8 << 20;

#[derive(Debug, Error, Diagnostic)]
enum FixError {
    #[error("the repository belongs to another user, so nothing is written into it")]
    #[diagnostic(code(skant::fix::other_owner), help("run this as the repository's owner"))]
    OtherOwner,
    #[error("a bare repository has no working tree, so there is nothing to fix")]
    #[diagnostic(
        code(skant::fix::bare_repository),
        help("run this in a clone; `skant fix --history` plans a rewrite of the history")
    )]
    BareRepository,
}

/// The plan of one file.
struct PlannedFile {
    path: PathBuf,
    shown: String,
    env_path: PathBuf,
    plan: FilePlan,
}

/// What the command works on.
struct Session {
    repository: Option<Repository>,
    top: PathBuf,
    scanner: Scanner,
}

pub(crate) fn run(common: &Common, arguments: &Fix, control: &ScanControl) -> Result<Exit, CliError> {
    if arguments.history {
        return fix_history::run(common, arguments, control);
    }
    let repository = current_repository().ok();
    let top = match &repository {
        Some(repository) => repository.work_tree.clone().ok_or(FixError::BareRepository)?,
        None => PathBuf::from("."),
    };
    let top = std::fs::canonicalize(&top).unwrap_or(top);
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let session = Session { repository, top, scanner };
    let targets = Targets::parse(&arguments.targets)?;
    let report = targets.scan(&session.scanner, session.repository.as_ref(), &session.top, control)?;
    let paths: BTreeSet<String> = report
        .findings
        .iter()
        .filter(|finding| targets.wants(&finding.fingerprint))
        .flat_map(|finding| finding.locations.iter().map(|location| location.path.clone()))
        .collect();
    let wants = |fingerprint: &Fingerprint| targets.wants(fingerprint);
    let problems = !report.problems.is_empty();
    if problems {
        let lines: Vec<String> =
            report.problems.iter().map(|problem| format!("not read: {}\n", problem.message)).collect();
        output::print_to_stderr(&lines.concat());
    }
    let exit = if let Some(store) = &arguments.to {
        let store = STORES.iter().find(|known| known.name == store);
        match store {
            Some(store) => session.print_commands(store, &paths, &wants)?,
            None => Exit::Failed,
        }
    } else {
        session.fix(arguments, &paths, &wants)?
    };
    Ok(if problems { exit.and_incomplete() } else { exit })
}

impl Session {
    /// Reads a file of the working tree by its path in a report.
    fn read(&self, shown: &str) -> Result<Option<(PathBuf, Vec<u8>)>, CliError> {
        let Some(raw) = unescape_path(shown) else { return Ok(None) };
        let path = self.top.join(os_string(&raw));
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        // A folder of the path may be a link out of the tree.
        let is_inside = std::fs::canonicalize(&path).is_ok_and(|real| real.starts_with(&self.top));
        if !is_file || !is_inside {
            return Ok(None);
        }
        let text = std::fs::read(&path).map_err(|source| IoError::ReadFile { path: path.clone(), source })?;
        Ok((text.len() <= MAX_BYTES).then_some((path, text)))
    }

    fn path_in_tree(&self, path: &Path) -> Vec<u8> {
        path_bytes(path.strip_prefix(&self.top).unwrap_or(path))
    }

    fn print_commands(
        &self,
        store: &Store,
        paths: &BTreeSet<String>,
        wants: &dyn Fn(&Fingerprint) -> bool,
    ) -> Result<Exit, CliError> {
        let mut out = String::new();
        let mut left = false;
        let mut names = StoreNames::default();
        for shown in paths {
            let Some((path, text)) = self.read(shown)? else {
                left = true;
                let _ = writeln!(out, "# {shown}: it is not in the working tree, or too large\n");
                continue;
            };
            let in_tree = self.path_in_tree(&path);
            let inputs = Inputs {
                scanner: &self.scanner,
                path: &in_tree,
                declared: &BTreeSet::new(),
                is_wanted: wants,
            };
            for (fingerprint, located) in
                locate(&inputs, &text, &mut |wanted, value| names.choose(store, wanted, value))
            {
                match located {
                    Ok(located) => {
                        let file = shell_word(&printable_path(&from_current_folder(&path)));
                        let _ = writeln!(out, "# {shown}: {fingerprint}, to {}", store.title);
                        let _ = writeln!(
                            out,
                            "{}",
                            store.put_line(&located.name, &file, &located.bytes, located.filter)
                        );
                        let _ = writeln!(out, "# to read it: {}", store.read_line(&located.name));
                        if !located.read.is_empty() {
                            let _ = writeln!(out, "# in the code, from the environment: {}", located.read);
                        }
                        out.push('\n');
                    }
                    Err(refusal) => {
                        left = true;
                        let _ =
                            writeln!(out, "# {shown}: {fingerprint}: {}; {}\n", refusal.why, refusal.by_hand);
                    }
                }
            }
        }
        if paths.is_empty() {
            out.push_str(NOTHING);
        }
        output::print(&out)?;
        Ok(if left { Exit::Findings } else { Exit::Clean })
    }

    fn fix(
        &self,
        arguments: &Fix,
        paths: &BTreeSet<String>,
        wants: &dyn Fn(&Fingerprint) -> bool,
    ) -> Result<Exit, CliError> {
        if self.repository.as_ref().is_some_and(|repository| repository.has_other_owner) {
            return Err(FixError::OtherOwner.into());
        }
        let target = Target { repository: self.repository.as_ref(), top: &self.top };
        let mut envs: BTreeMap<PathBuf, EnvFile> = BTreeMap::new();
        // The variables of Terraform code in each folder, those that this run adds included.
        let mut variables: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
        let mut files = Vec::new();
        let mut out = String::new();
        let mut left = false;
        for shown in paths {
            let Some((path, text)) = self.read(shown)? else {
                left = true;
                let _ = writeln!(out, "{shown}: not changed: it is not in the working tree, or too large");
                continue;
            };
            let named = arguments.env_file.as_ref().map(|file| real_path(file));
            let env_path = named.unwrap_or_else(|| env_file_for(&self.top, &path));
            if let Some(reason) = self.reason_to_leave(&path, &env_path) {
                left = true;
                let _ = writeln!(out, "{shown}: not changed: {reason}");
                continue;
            }
            if !envs.contains_key(&env_path) {
                envs.insert(env_path.clone(), read_env(target, &env_path)?);
            }
            let Some(env) = envs.get_mut(&env_path) else { continue };
            let folder = path.parent().unwrap_or(&self.top).to_path_buf();
            let declared = variables.entry(folder).or_default();
            let plan = self.plan(&path, &text, env, declared, wants);
            left |= !plan.refused.is_empty();
            files.push(PlannedFile { path, shown: shown.clone(), env_path, plan });
        }
        out.push_str(&self.describe(&files));
        if paths.is_empty() {
            out.push_str(NOTHING);
        }
        output::print(&out)?;
        let is_changed = files.iter().any(|file| !file.plan.moved.is_empty());
        if !is_changed {
            return Ok(if left { Exit::Findings } else { Exit::Clean });
        }
        if !arguments.yes {
            match ask("Write these changes?") {
                Answer::Yes => {}
                Answer::No => return output::print("nothing was written\n").map(|_| Exit::Findings),
                Answer::NotAsked => {
                    return output::print("nothing was written: `--yes` writes the changes\n")
                        .map(|_| Exit::Findings);
                }
            }
        }
        self.write(target, &files, &envs)?;
        Ok(if left { Exit::Findings } else { Exit::Clean })
    }

    /// Returns why a whole file is not changed, with what to do.
    fn reason_to_leave(&self, path: &Path, env_path: &Path) -> Option<String> {
        if path == env_path {
            return Some("it is the file for the values; keep it out of git".to_owned());
        }
        let folders = path.ancestors().skip(1).take_while(|folder| *folder != self.top);
        let other = folders.into_iter().find(|folder| folder.join(".git").symlink_metadata().is_ok());
        if let Some(other) = other {
            let folder = shell_word(&printable_path(&from_current_folder(other)));
            return Some(format!("it belongs to another repository: run `skant -C {folder} fix`"));
        }
        let is_read_only = std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
        let file = shell_word(&printable_path(&from_current_folder(path)));
        is_read_only.then(|| format!("it is read-only: `chmod u+w {file}`, then run this again"))
    }

    /// Plans the changes to a file. `declared` are the variables of the Terraform code in its folder.
    fn plan(
        &self,
        path: &Path,
        text: &[u8],
        env: &mut EnvFile,
        declared: &mut BTreeSet<String>,
        wants: &dyn Fn(&Fingerprint) -> bool,
    ) -> FilePlan {
        declared.extend(declared_beside(path));
        let in_tree = self.path_in_tree(path);
        let inputs = Inputs { scanner: &self.scanner, path: &in_tree, declared, is_wanted: wants };
        let plan = plan_file(&inputs, text, env);
        if path.extension().is_some_and(|ending| ending == "tf") {
            declared.extend(declared_variables(&plan.new));
        }
        plan
    }

    /// Describes the changes, and what stays.
    fn describe(&self, files: &[PlannedFile]) -> String {
        let mut out = String::new();
        for PlannedFile { shown, env_path, plan, .. } in files {
            if !plan.moved.is_empty() {
                let _ = writeln!(out, "--- {shown}\n+++ {shown}");
                out.push_str(&masked_diff(&plan.old, &plan.new, &plan.masks, &plan.added));
                let env = printable_path(env_path.strip_prefix(&self.top).unwrap_or(env_path));
                let names: BTreeMap<&str, &str> =
                    plan.moved.iter().map(|moved| (moved.name.as_str(), moved.masked.as_str())).collect();
                for (name, masked) in names {
                    let _ = writeln!(out, "{env}: {name}={masked}");
                }
                out.push('\n');
            }
            for refused in &plan.refused {
                let _ = writeln!(
                    out,
                    "{shown}:{}: not changed: {} ({}, {}): {}\n    by hand: {}",
                    refused.line,
                    refused.masked,
                    refused.rule,
                    refused.fingerprint,
                    refused.refusal.why,
                    refused.refusal.by_hand
                );
            }
        }
        out
    }

    fn write(
        &self,
        target: Target<'_>,
        files: &[PlannedFile],
        envs: &BTreeMap<PathBuf, EnvFile>,
    ) -> Result<(), CliError> {
        let mut changed = BTreeSet::new();
        for (path, env) in envs {
            changed.extend(write_env(target, path, env)?);
        }
        let is_changed = |file: &&PlannedFile| !file.plan.moved.is_empty();
        for file in files.iter().filter(is_changed) {
            let change = FileChange { path: &file.path, old: &file.plan.old, new: &file.plan.new };
            write_source(&change).map_err(|error: ApplyError| CliError::from(error))?;
            changed.insert(file.path.clone());
        }
        let mut out = String::new();
        for path in &changed {
            let shown = printable_path(path.strip_prefix(&self.top).unwrap_or(path));
            let _ = writeln!(out, "written: {shown}");
        }
        out.push_str(&next_steps(files));
        output::print(&out)?;
        Ok(())
    }
}

const NOTHING: &str = "no secret was found there; nothing is to be done\n";

/// Returns the Terraform variables that the other files of the folder declare.
fn declared_beside(path: &Path) -> BTreeSet<String> {
    if path.extension().is_none_or(|ending| ending != "tf") {
        return BTreeSet::new();
    }
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let others = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    others
        .filter(|other| {
            other != path && other.extension().is_some_and(|ending| ending == "tf") && other.is_file()
        })
        .filter_map(|other| std::fs::read(other).ok())
        .flat_map(|text| declared_variables(&text))
        .collect()
}

/// Returns the path of a file without links and `..` in the names of its folders.
fn real_path(file: &Path) -> PathBuf {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Returns a path from the current folder, if the file is below it.
fn from_current_folder(path: &Path) -> PathBuf {
    let folder = std::env::current_dir().and_then(std::fs::canonicalize);
    let relative = folder.ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| path.to_path_buf())
}

/// Returns what is left to the user.
fn next_steps(files: &[PlannedFile]) -> String {
    let mut steps = BTreeSet::new();
    let mut loads = BTreeSet::new();
    let mut out = String::new();
    for file in files.iter().filter(|file| !file.plan.moved.is_empty()) {
        loads.insert(file.plan.load);
        for moved in &file.plan.moved {
            if moved.is_actions_secret {
                steps.insert(format!(
                    "store the secret of GitHub Actions: sh -c '. ./{}; printf %s \"${}\" | gh secret set {}'",
                    ".env", moved.name, moved.name
                ));
            }
            if !moved.first_step.is_empty() {
                steps.insert(format!("if it was committed, pushed or shared before: {}", moved.first_step));
            }
        }
    }
    for load in loads.iter().filter(|load| !load.is_empty()) {
        let _ = writeln!(out, "next: programs do not read `.env` by themselves: {load}");
    }
    for step in steps {
        let _ = writeln!(out, "next: {step}");
    }
    out.push_str("next: look at `git diff`, run the tests, then `git add` the changed files\n");
    out
}
