//! `skant fix --history`: writes the plan of a history rewrite outside of the repository, and says what it changes.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::fix_targets::Targets;
use crate::atomic_file::{self, private, private_folders};
use crate::cli::args::Common;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::fix_args::Fix;
use crate::cli::session::{current_repository, printable_path};
use crate::cli::{output, settings};
use crate::finding::{Confidence, Finding, Report};
use crate::git::{Repository, user_state_folder};
use crate::policy::repo_files::TreeVersion;
use crate::remediation::history_rewrite::affected::{affected_refs, recent_authors};
use crate::remediation::history_rewrite::plan::{RewritePlan, plan_rewrite};
use crate::remediation::history_rewrite::replacement::Replacement;
use crate::remediation::shell_word;
use crate::report::human::counted;
use crate::scan::{HistoryOptions, Scanner, redact};
use crate::secret::Fingerprint;
use crate::source::ScanControl;

/// The names that are listed of each kind of refs.
const MAX_NAMES: usize = 10;

#[derive(Debug, Error, Diagnostic)]
enum HistoryError {
    #[error("the plan would be inside of the repository")]
    #[diagnostic(code(skant::fix::plan_inside), help("`--plan FOLDER` names a folder outside of it"))]
    Inside,
    #[error(
        "there is no folder for the plan: the environment names no home folder outside of the repository"
    )]
    #[diagnostic(code(skant::fix::no_plan_folder), help("`--plan FOLDER` names one"))]
    NoFolder,
    #[error("cannot write the plan to {}: {source}", path.display())]
    #[diagnostic(code(skant::fix::write_plan), help("`--plan FOLDER` names another folder"))]
    Write { path: PathBuf, source: io::Error },
    #[error("{} has other files", .0.display())]
    #[diagnostic(
        code(skant::fix::plan_folder_in_use),
        help(
            "name an empty folder, or one that does not exist: the plan's folder is deleted as a whole afterwards"
        )
    )]
    NotEmpty(PathBuf),
    #[error("no finding in the history has a fingerprint that begins with {0}")]
    #[diagnostic(code(skant::fix::unknown_fingerprint), help("compare the digits with the report"))]
    NoSuchFinding(String),
    #[error("a rewrite of the history takes fingerprints, and no paths")]
    #[diagnostic(
        code(skant::fix::history_path),
        help("a value is removed wherever it is: name its fingerprint, or nothing for all findings")
    )]
    Path,
}

/// The files of the plan.
const REPLACEMENTS: &str = "replacements.txt";
const PATHS: &str = "paths.txt";
const REMOVALS: &str = "remove.txt";

pub(super) fn run(common: &Common, arguments: &Fix, control: &ScanControl) -> Result<Exit, CliError> {
    let repository = current_repository()?;
    let scanner = settings::scanner(common, Some(&repository), TreeVersion::Worktree)?;
    let targets = Targets::parse(&arguments.targets)?;
    if targets.has_paths() {
        return Err(HistoryError::Path.into());
    }
    let report = scanner.scan_history(&repository, &HistoryOptions::default(), control)?;
    if let Some(digits) = targets.without_finding(&report) {
        return Err(HistoryError::NoSuchFinding(digits.to_owned()).into());
    }
    let wants = |fingerprint: &Fingerprint| targets.wants(fingerprint);
    let plan = plan_rewrite(&scanner, &repository, &report, &wants)?;
    if plan.findings == 0 {
        output::print("no secret was found in the history; nothing is to be rewritten\n")?;
        return Ok(if report.problems.is_empty() { Exit::Clean } else { Exit::Failed });
    }
    let folder = plan_folder(arguments, &repository)?;
    write_plan(&folder, &plan)?;
    let out = describe(&scanner, &repository, &plan, &folder, &describe_limits(&report, &wants))?;
    output::print(&out)?;
    let is_whole = report.problems.is_empty();
    Ok(match (plan.unreached.is_empty(), is_whole) {
        (true, true) => Exit::Clean,
        (false, true) => Exit::Findings,
        (true, false) => Exit::Failed,
        (false, false) => Exit::Both,
    })
}

/// Returns the folder for the plan, which is outside of the repository.
fn plan_folder(arguments: &Fix, repository: &Repository) -> Result<PathBuf, CliError> {
    let top = repository.work_tree.as_deref().unwrap_or(&repository.git_dir);
    let folder = if let Some(folder) = &arguments.plan {
        std::path::absolute(folder).unwrap_or_else(|_| folder.clone())
    } else {
        let name = top.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The name is printed, and it may hold a secret.
        let name = if redact(&name) == name { name } else { "repository".to_owned() };
        // Repositories of one name have folders of their own.
        let hash = Sha256::digest(top.display().to_string().as_bytes());
        let name = format!("{name}-{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2]);
        let state = user_state_folder(repository).ok_or(HistoryError::NoFolder)?;
        state.join("skant").join("rewrite").join(name)
    };
    // The parts of the path that exist may be links into the repository.
    let existing = folder.ancestors().find_map(|folder| fs::canonicalize(folder).ok()).unwrap_or_default();
    let is_inside = [Some(top), Some(&*repository.git_dir), Some(&*repository.common_dir)]
        .into_iter()
        .flatten()
        .any(|inner| fs::canonicalize(inner).is_ok_and(|inner| existing.starts_with(inner)));
    if is_inside { Err(HistoryError::Inside.into()) } else { Ok(folder) }
}

/// Writes the files of the plan, for their owner only.
fn write_plan(folder: &Path, plan: &RewritePlan) -> Result<(), CliError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| HistoryError::Write { path, source }
    };
    let is_plan = |name: &OsStr| [REPLACEMENTS, PATHS, REMOVALS].iter().any(|known| name == *known);
    let has_others = fs::read_dir(folder)
        .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| !is_plan(&entry.file_name()))));
    if has_others {
        return Err(HistoryError::NotEmpty(folder.to_path_buf()).into());
    }
    create_private_folder(folder).map_err(failed(folder))?;
    let replacements: Vec<u8> = plan.replacements.iter().flat_map(Replacement::line).collect();
    let names: Vec<u8> = plan
        .names
        .iter()
        .flat_map(|name| [b"regex:", escaped(name).as_slice(), b"==>REMOVED\n"].concat())
        .collect();
    let removals: Vec<u8> = plan
        .removals
        .iter()
        .flat_map(|path| [b"regex:^", escaped(path).as_slice(), b"$\n"].concat())
        .collect();
    for (name, content) in [(REPLACEMENTS, replacements), (PATHS, names), (REMOVALS, removals)] {
        let path = folder.join(name);
        if content.is_empty() {
            // A plan of an earlier run may have left it.
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed(&path)(error).into());
                }
                _ => continue,
            }
        }
        atomic_file::replace(&path, &content, private()).map_err(failed(&path))?;
    }
    Ok(())
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    private_folders().recursive(true).create(folder)?;
    // It may have been there.
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Writes a text as a regular expression of Python.
fn escaped(text: &[u8]) -> Vec<u8> {
    text.iter()
        .flat_map(|byte| {
            let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/') || !byte.is_ascii();
            if is_plain { vec![*byte] } else { format!("\\x{byte:02x}").into_bytes() }
        })
        .collect()
}

fn describe(
    scanner: &Scanner,
    repository: &Repository,
    plan: &RewritePlan,
    folder: &Path,
    limits: &str,
) -> Result<String, CliError> {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "First revoke the values: whoever has a clone, a fork or a cache keeps them. A rewrite only tidies up.\n\n\
         plan: {}, {}, {} to remove, in {}\n\
         It holds the values, and only you may read it. Delete it afterwards: rm -r -- {}\n",
        counted(plan.findings, "finding"),
        counted(plan.replacements.len(), "replacement"),
        counted(plan.removals.len(), "file"),
        printable_path(folder),
        shell_word(&printable_path(folder)),
    );
    for path in plan.removals.iter().take(MAX_NAMES) {
        let _ = writeln!(out, "removes the file in every commit: {}", scanner.shown_path(path));
    }
    if let Some(more) = plan.removals.len().checked_sub(MAX_NAMES + 1) {
        let _ = writeln!(out, "    and {}; {REMOVALS} names them", counted(more + 1, "more file"));
    }
    let kinds = affected_refs(repository, &plan.commits)?;
    if kinds.is_empty() {
        out.push_str("changes: no ref; only objects that nothing reaches hold the values (`git gc --prune=now` after `git reflog expire --expire=now --all`)\n");
    }
    for (kind, names) in &kinds {
        let shown: Vec<String> =
            names.iter().take(MAX_NAMES).map(|name| scanner.shown_text(name.as_bytes())).collect();
        let more = names.len().saturating_sub(MAX_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "changes: {kind} ({}): {}{more}", names.len(), shown.join(", "));
        if *kind == "pull requests" {
            out.push_str("    a host does not let anybody push these: ask its support to remove them after the rewrite\n");
        }
    }
    let authors = recent_authors(repository)?;
    let shown: Vec<String> =
        authors.iter().take(MAX_NAMES).map(|name| scanner.shown_text(name.as_bytes())).collect();
    let people = if authors.is_empty() {
        "nobody has committed within a year".to_owned()
    } else {
        let more = authors.len().saturating_sub(MAX_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("those who have committed within a year: {}{more}", shown.join(", "))
    };
    let _ = writeln!(
        out,
        "clone again: everybody with a clone, among them {people}. Forks keep the values. Open pull requests have to be \
         made again.\n"
    );
    out.push_str(limits);
    out.push_str(&commands(plan, folder, &kinds));
    for unreached in &plan.unreached {
        let _ = writeln!(out, "not reached: {}: {}; {}", unreached.place, unreached.why, unreached.by_hand);
    }
    Ok(out)
}

/// Returns the commands of the rewrite.
fn commands(plan: &RewritePlan, folder: &Path, kinds: &[(&str, Vec<String>)]) -> String {
    let file = |name: &str| shell_word(&printable_path(&folder.join(name)));
    let mut out = "run, in this order (skant runs none of it):\n".to_owned();
    out.push_str("  git clone --mirror ADDRESS rewrite.git && cd rewrite.git\n");
    let mut filter = "  git filter-repo".to_owned();
    if !plan.replacements.is_empty() {
        let _ = write!(filter, " --replace-text {0} --replace-message {0}", file(REPLACEMENTS));
    }
    if !plan.names.is_empty() {
        let _ = write!(filter, " --paths-from-file {}", file(PATHS));
    }
    if !plan.replacements.is_empty() || !plan.names.is_empty() {
        let _ = writeln!(out, "{filter}");
    }
    if !plan.removals.is_empty() {
        let _ = writeln!(out, "  git filter-repo --invert-paths --paths-from-file {}", file(REMOVALS));
    }
    out.push_str("  skant scan --history\n");
    out.push_str("  git push --force --all ADDRESS && git push --force --tags ADDRESS\n");
    // Neither option pushes these.
    for (kind, names) in kinds {
        if *kind == "notes" {
            out.push_str("  git push --force ADDRESS 'refs/notes/*:refs/notes/*'\n");
        } else if *kind == "other refs" {
            for name in names {
                let _ = writeln!(out, "  git push --force ADDRESS {}", shell_word(&format!("{name}:{name}")));
            }
        }
    }
    if !plan.replacements.is_empty() {
        let _ = writeln!(
            out,
            "with BFG instead, which leaves messages, names of files, values of several lines and files from 1 MiB on as \
             they are: bfg --no-blob-protection --replace-text {}",
            file(REPLACEMENTS)
        );
    }
    out.push('\n');
    out
}

/// Says which values may be none, what the scan did not read, and what still stands in the files.
fn describe_limits(report: &Report, wants: &dyn Fn(&Fingerprint) -> bool) -> String {
    let mut out = String::new();
    let wanted: Vec<&Finding> =
        report.findings.iter().filter(|finding| wants(&finding.fingerprint)).collect();
    let unsure: Vec<&&Finding> =
        wanted.iter().filter(|finding| finding.confidence < Confidence::High).collect();
    if !unsure.is_empty() {
        let _ = writeln!(
            out,
            "look first: {} may be no secret, and a rewrite replaces the text everywhere (`--min-confidence high` leaves \
             these out):",
            counted(unsure.len(), "finding")
        );
        for finding in unsure.iter().take(MAX_NAMES) {
            let _ = writeln!(
                out,
                "    {}  {} in {}",
                finding.fingerprint,
                finding.title,
                finding.locations.first().map_or("", |place| &place.path)
            );
        }
        if let Some(more) = unsure.len().checked_sub(MAX_NAMES + 1) {
            let _ = writeln!(out, "    and {} more (`skant scan --history`)", more + 1);
        }
    }
    let at_head = wanted
        .iter()
        .filter(|finding| finding.history.as_ref().is_some_and(|history| history.at_head))
        .count();
    if at_head > 0 {
        let _ = writeln!(
            out,
            "first: {at_head} of the values still stand at a branch head (`skant scan --history --at-head`), and the rewrite \
             replaces them there, too: run `skant fix` on these branches and commit before, so that the code reads the \
             environment"
        );
    }
    if !report.problems.is_empty() {
        let _ = writeln!(
            out,
            "not read: {} of the history (`skant scan --history` names them), so values may be missing in the plan",
            counted(report.problems.len(), "part")
        );
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
