//! Scans, from their inputs to the JSON of the report. Nothing here knows Python.

use std::fs;
use std::io;
use std::path::Path;

use miette::Diagnostic;
use skant::{
    Confidence, FileSelection, Format, GitEnvironment, HistoryOptions, IgnoreMode, PathFilter, PathOrigin,
    Policy, Report, Repository, ScanControl, Scanner, Times, add_help, add_repository_help,
};

use crate::scanner_cache;

/// The part of a repository that is scanned.
pub(crate) enum RepositoryScope {
    /// Tracked files, and untracked files except ignored ones.
    WorkTree,
    /// Every object.
    History,
    /// The commits of a range, in git's syntax.
    Range(Vec<String>),
}

/// Why there is no report, with a line of help: escaped and masked.
pub(crate) struct ScanFailure(pub(crate) String);

impl ScanFailure {
    fn new(lines: &str) -> Self {
        let scanner = scanner_cache::scanner(Confidence::Medium);
        let shown: Vec<String> = lines.lines().map(|line| scanner.shown_text(line.as_bytes())).collect();
        Self(shown.join("\n"))
    }
}

impl<E: Diagnostic> From<E> for ScanFailure {
    fn from(error: E) -> Self {
        let help = error.help().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        Self::new(&format!("{error}{help}"))
    }
}

/// Scans bytes with the built-in rules; returns `None` if everything was read and nothing was found. The default of the
/// confidence is medium.
///
/// # Errors
/// Returns an error if the report cannot be written.
pub(crate) fn scan_bytes(
    data: &[u8],
    path: &[u8],
    min_confidence: Option<Confidence>,
) -> Result<Option<Vec<u8>>, ScanFailure> {
    let scanner = scanner_cache::scanner(min_confidence.unwrap_or(Confidence::Medium));
    let mut report = scanner.scan_bytes(path, data);
    // Reading a report takes Python longer than the scan of a small text.
    if report.findings.is_empty() && report.problems.is_empty() {
        return Ok(None);
    }
    add_help(&mut report, &scanner);
    json(&report).map(Some)
}

/// Scans a repository with its own policy. The default of the confidence is that of the policy; 0 `jobs` are as many
/// threads as there are processors.
///
/// # Errors
/// Returns an error if there is no repository, if its policy or its object database cannot be read, and if a revision
/// cannot be resolved.
pub(crate) fn scan_repository(
    path: &Path,
    scope: &RepositoryScope,
    min_confidence: Option<Confidence>,
    jobs: usize,
    control: &ScanControl,
) -> Result<Vec<u8>, ScanFailure> {
    // The path counts and not `GIT_DIR`: a caller in a hook may ask for another repository.
    let repository = Repository::discover(path, &GitEnvironment::default())?;
    let mut policy = Policy::of_repository(&repository)?;
    if let Some(min_confidence) = min_confidence {
        policy = policy.with_min_confidence(min_confidence);
    }
    let scanner = Scanner::new(policy);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|error| ScanFailure::new(&format!("cannot start the threads: {error}")))?;
    let mut report = pool.install(|| match scope {
        RepositoryScope::WorkTree => scan_work_tree(&scanner, &repository, path, control),
        RepositoryScope::History => {
            Ok(scanner.scan_history(&repository, &HistoryOptions::default(), control)?)
        }
        RepositoryScope::Range(names) => {
            Ok(scanner.scan_revisions(&repository, names, &PathFilter::all(), control)?)
        }
    })?;
    add_repository_help(&mut report, &scanner, &repository);
    json(&report)
}

/// Scans the files at and below `path`, with paths relative to the top of the working tree.
fn scan_work_tree(
    scanner: &Scanner,
    repository: &Repository,
    path: &Path,
    control: &ScanControl,
) -> Result<Report, ScanFailure> {
    let Some(top) = &repository.work_tree else {
        return Err(ScanFailure::new(
            "a bare repository has no files on disk\nhelp: `history=True` scans everything in the repository",
        ));
    };
    let resolved = |path: &Path| {
        fs::canonicalize(path)
            .map_err(|error: io::Error| ScanFailure::new(&format!("cannot read {}: {error}", path.display())))
    };
    let (top, path) = (resolved(top)?, resolved(path)?);
    let repository = Repository { work_tree: Some(top.clone()), ..repository.clone() };
    let files = FileSelection {
        repository: Some(&repository),
        root: &top,
        names: &[path],
        ignore_mode: IgnoreMode::AsGit,
        origin: PathOrigin::Person,
    };
    Ok(scanner.scan_files(&files, control)?)
}

fn json(report: &Report) -> Result<Vec<u8>, ScanFailure> {
    let mut json = Vec::new();
    Format::Json
        .write(report, Times::default(), &mut json)
        .map_err(|error| ScanFailure::new(&format!("cannot write the report: {error}")))?;
    Ok(json)
}
