//! Scans of files and folders on disk, and of files that only the index has.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::assess::unused_suppressions::{Coverage, find_unused_comments, find_unused_entries};
use crate::assess::{Occurrence, TextOrigin};
use crate::finding::{LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help};
use crate::git::{ObjectDatabase, ObjectKind, Oid, Repository};
use crate::policy::Policy;
use crate::policy::other_tools::find_files_of_other_tools;
use crate::policy::repo_files::BASELINE_FILE;
use crate::scan::archive_problems::skipped_problem;
use crate::scan::error::ScanError;
use crate::scan::image_layouts::name_images_in_files;
use crate::scan::large_file::{Windows, keep_buffer};
use crate::scan::lfs_pointer::lfs_note;
use crate::scan::nothing_read::nothing_read;
use crate::scan::report::{common_notes, finish_report, group};
use crate::scan::scanner::Scanner;
use crate::source::open_file;
use crate::source::open_file::OpenedFile;
use crate::source::worktree::{FileContent, FileLister, IgnoreMode, ListedFile, Listing, PathOrigin};
use crate::source::{ScanControl, read_problem};

/// The files and folders of a scan.
#[derive(Debug)]
pub struct FileSelection<'f> {
    /// The repository that the files are in, if any.
    pub repository: Option<&'f Repository>,
    /// The folder that paths in reports are relative to.
    pub root: &'f Path,
    /// Files and folders, absolute or relative to the folder of the process.
    pub names: &'f [PathBuf],
    /// Which ignore files apply.
    pub ignore_mode: IgnoreMode,
    /// Who chose the names.
    pub origin: PathOrigin,
}

/// The number of files that one thread searches before an idle thread may take some.
const FILES_PER_TASK: usize = 16;

/// The contribution of one file to a report.
#[derive(Default)]
struct FileResult {
    occurrences: Vec<Occurrence>,
    problems: Vec<Problem>,
    bytes: u64,
}

/// Scans files and folders.
#[expect(clippy::unnecessary_wraps, reason = "scans of the other scopes can fail")]
pub(crate) fn scan_files(
    scanner: &Scanner,
    files: &FileSelection<'_>,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let is_excluded = |path: &[u8]| scanner.is_excluded(path);
    let lister = FileLister {
        repository: files.repository,
        root: files.root,
        ignore_mode: files.ignore_mode,
        origin: files.origin,
        excluded: &is_excluded,
    };
    let mut listing = lister.list(files.names);
    listing.problems.extend(exclusion_problem(scanner, &lister, files.names, &listing));
    control.progress.add_expected(listing.files.len(), listing.files.len() as u64);
    let results: Vec<FileResult> = listing
        .files
        .par_iter()
        // Large files are next to each other: the other threads would wait for a thread with a long run of them.
        .with_max_len(FILES_PER_TASK)
        .map(|file| {
            if control.cancellation.is_requested() {
                return FileResult::default();
            }
            let result = scan_file(scanner, file, files.repository);
            control.progress.add_file(result.bytes);
            result
        })
        .collect();
    let (mut occurrences, mut problems) = (Vec::new(), listing.problems);
    let mut scope = Scope { kind: ScopeKind::Worktree, blobs: listing.files.len(), ..Scope::default() };
    for result in results {
        occurrences.extend(result.occurrences);
        problems.extend(result.problems);
        scope.bytes += result.bytes;
    }
    problems.extend(common_notes(files.repository, control));
    name_images_in_files(&mut occurrences, &listing.files, files.repository);
    let grouped = group(scanner, occurrences, &HashMap::new());
    if !grouped.findings.is_empty()
        && let Some(top) = files.repository.and_then(|repository| repository.work_tree.as_deref())
    {
        let (gitleaks, baseline) = (scanner.policy().comments.gitleaks, top.join(BASELINE_FILE));
        problems.extend(find_files_of_other_tools(top, gitleaks, baseline.exists()));
    }
    // An unread file may need any of the entries.
    let is_whole =
        files.repository.is_some() && files.names == [files.root] && !control.cancellation.is_requested();
    if is_whole && problems.iter().all(|problem| problem.kind.is_note()) {
        problems.extend(find_unused_entries(&scanner.assessor(), &grouped.used_entries, Coverage::Worktree));
    }
    Ok(finish_report(scanner, scope, grouped, problems))
}

/// Returns a problem if a person names files, and the repository's own settings leave all of them out.
fn exclusion_problem(
    scanner: &Scanner,
    lister: &FileLister<'_>,
    names: &[PathBuf],
    listing: &Listing,
) -> Option<Problem> {
    let Policy { settings, user_exclude, .. } = scanner.policy();
    let is_by_repository = settings.exclude.patterns().len() > user_exclude.patterns().len();
    if !listing.files.is_empty() || lister.origin == PathOrigin::Program || !is_by_repository {
        return None;
    }
    let excluded = |path: &[u8]| user_exclude.matches(path);
    let all = FileLister { excluded: &excluded, ..*lister }.list(names);
    let count = all.files.len();
    (count > 0)
        .then(|| nothing_read(&if count == 1 { "1 file".to_owned() } else { format!("all {count} files") }))
}

/// Scans the content and the path of a file.
fn scan_file(scanner: &Scanner, file: &ListedFile, repository: Option<&Repository>) -> FileResult {
    let shown_path = scanner.shown_path(&file.path);
    let unreadable = |error: std::io::Error| Problem {
        kind: ProblemKind::Unreadable,
        path: Some(shown_path.clone()),
        message: format!("cannot read it: {error}; check the permissions"),
    };
    let opened = match &file.content {
        FileContent::Disk(path) => open_file::open(path).map_err(unreadable),
        FileContent::Staged(oid) => staged_content(repository, oid, &shown_path).map(OpenedFile::LinkTarget),
    };
    let mut result = FileResult::default();
    match opened {
        Ok(OpenedFile::LinkTarget(content)) => {
            result.bytes = content.len() as u64;
            result.problems.extend(lfs_note(&content, &shown_path));
            search_part(scanner, &content, LocationKind::File, file, &shown_path, &mut result);
        }
        Ok(OpenedFile::File(mut stream, size)) => {
            let searched = Windows::default().search(scanner, &mut stream, size, &shown_path);
            result.bytes = searched.bytes;
            result.problems = searched.problems;
            if let Some(content) = searched.whole {
                result.problems.extend(lfs_note(&content, &shown_path));
                result.problems.extend(find_unused_comments(&content, &searched.found, &shown_path));
                keep_buffer(content);
            }
            let rated = scanner.assessor().rate_and_retain(searched.found);
            let origin = origin(LocationKind::File, file, &shown_path);
            result.occurrences.extend(Occurrence::in_text(rated, &origin));
        }
        Err(problem) => result.problems.push(problem),
    }
    search_part(scanner, &file.path, LocationKind::Path, file, &shown_path, &mut result);
    result
}

/// Searches the content of a file, or its path.
fn search_part(
    scanner: &Scanner,
    text: &[u8],
    kind: LocationKind,
    file: &ListedFile,
    shown_path: &str,
    result: &mut FileResult,
) {
    match scanner.search(text, shown_path) {
        Ok(searched) => {
            let problems = searched.skipped.iter().map(|skipped| skipped_problem(skipped, shown_path));
            result.problems.extend(problems);
            if kind == LocationKind::File {
                result.problems.extend(find_unused_comments(text, &searched.evidence, shown_path));
            }
            let rated = scanner.assessor().rate_and_retain(searched.evidence);
            let origin = origin(kind, file, shown_path);
            result.occurrences.extend(Occurrence::in_text(rated, &origin));
        }
        Err(problem) => result.problems.push(problem),
    }
}

fn origin(kind: LocationKind, file: &ListedFile, shown_path: &str) -> TextOrigin {
    let (path, shown) = (file.path.clone(), shown_path.to_owned());
    TextOrigin { kind, path, shown, blob: None, commit: None, is_current: true }
}

/// Reads the staged content of a file that is not checked out.
fn staged_content(repository: Option<&Repository>, oid: &Oid, shown_path: &str) -> Result<Vec<u8>, Problem> {
    let unreadable = |message: String| Problem {
        kind: ProblemKind::Unreadable,
        path: Some(shown_path.to_owned()),
        message,
    };
    let repository = repository.ok_or_else(|| unreadable("it is in no repository".into()))?;
    let objects = ObjectDatabase::open(repository).map_err(|error| unreadable(message_with_help(&error)))?;
    objects.read_as(oid, ObjectKind::Blob).map_err(|error| read_problem(&error, Some(shown_path.to_owned())))
}
