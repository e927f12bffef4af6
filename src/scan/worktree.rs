//! Scans of files on disk and of standard input.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::detect::Evidence;
use crate::finding::{
    Confidence, LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help,
};
use crate::git::{ObjectDatabase, ObjectKind, Repository};
use crate::scan::group::{Occurrence, Outcome, Place};
use crate::scan::large_file::{Searched, Windows};
use crate::scan::unused_suppressions;
use crate::scan::unused_suppressions::Whole;
use crate::scan::{ScanError, Scanner, archive_problems};
use crate::secret::ValueId;
use crate::source::open_file as source;
use crate::source::open_file::OpenedFile;
use crate::source::worktree::{FileContent, FileLister, IgnoreMode, ListedFile, PathOrigin};
use crate::source::{ScanControl, read_problem};

/// What to scan on disk.
#[derive(Debug)]
pub struct FileSelection<'f> {
    /// The repository that the files lie in, if any.
    pub repository: Option<&'f Repository>,
    /// What paths are told from.
    pub root: &'f Path,
    /// Files and folders, absolute or relative to the process's folder.
    pub names: &'f [PathBuf],
    /// What is passed over.
    pub ignoring: IgnoreMode,
    /// Who named them.
    pub named: PathOrigin,
}

/// So many files are searched one after the other before a thread that has nothing to do may take some.
const FEW: usize = 16;

/// One file's part in a report.
#[derive(Default)]
struct Part {
    hits: Vec<Occurrence>,
    problems: Vec<Problem>,
    bytes: u64,
}

/// Scans files and folders.
///
/// # Errors
/// The object database cannot be opened, though the index names files that are not checked out.
pub(crate) fn scan_files(
    scanner: &Scanner,
    files: &FileSelection<'_>,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let excluded = |path: &[u8]| scanner.policy().settings.exclude.matches(path);
    let lister = FileLister {
        repository: files.repository,
        root: files.root,
        ignore_mode: files.ignoring,
        origin: files.named,
        excluded: &excluded,
    };
    let listing = lister.list(files.names);
    control.progress.add_expected(listing.files.len(), listing.files.len() as u64);
    let parts: Vec<Part> = listing
        .files
        .par_iter()
        // Large ones stand together: who takes a long stretch of them would be waited for.
        .with_max_len(FEW)
        .map(|file| {
            if control.cancellation.is_requested() {
                return Part::default();
            }
            let part = scanner.file(file, files.repository);
            control.progress.add_file(part.bytes);
            part
        })
        .collect();
    let (mut hits, mut problems) = (Vec::new(), listing.problems);
    let mut scope = Scope { kind: ScopeKind::Worktree, blobs: listing.files.len(), ..Scope::default() };
    for part in parts {
        hits.extend(part.hits);
        problems.extend(part.problems);
        scope.bytes += part.bytes;
    }
    problems.extend(Scanner::common_notes(files.repository, control));
    let outcome = scanner.outcome(hits, &std::collections::HashMap::new());
    // Of a tree that was not read whole, nobody knows what it needs.
    let is_whole =
        files.repository.is_some() && files.names == [files.root] && !control.cancellation.is_requested();
    if is_whole && problems.iter().all(|problem| problem.kind.is_note()) {
        problems.extend(scanner.unused(&outcome.used, Whole::Tree));
    }
    Ok(scanner.reported(scope, outcome, problems))
}

/// Scans bytes in memory; `path` may be empty.
pub(crate) fn scan_bytes(scanner: &Scanner, path: &[u8], text: &[u8]) -> Report {
    let shown = scanner.shown_path(if path.is_empty() { b"-" } else { path });
    let mut searched = Searched { bytes: text.len() as u64, ..Searched::default() };
    match scanner.search(text, &shown) {
        Ok(result) => {
            searched.problems =
                result.skipped.iter().map(|skipped| archive_problems::problem(skipped, &shown)).collect();
            searched.found = result.evidence;
        }
        Err(problem) => searched.problems.push(problem),
    }
    report_one_text(scanner, path, shown, searched, &ScanControl::default())
}

/// Scans a stream to its end; `path` may be empty.
pub(crate) fn scan_reader(
    scanner: &Scanner,
    path: &[u8],
    input: &mut dyn Read,
    cancellation: &ScanControl,
) -> Report {
    let shown = scanner.shown_path(if path.is_empty() { b"-" } else { path });
    let searched = Windows::default().search(scanner, input, 0, &shown);
    report_one_text(scanner, path, shown, searched, cancellation)
}

fn report_one_text(
    scanner: &Scanner,
    path: &[u8],
    shown: String,
    searched: Searched,
    cancellation: &ScanControl,
) -> Report {
    let place = Place {
        kind: LocationKind::File,
        path: path.to_vec(),
        shown,
        blob: None,
        commit: None,
        current: true,
    };
    let hits = scanner.hits(searched.found, &place);
    let mut problems = searched.problems;
    problems.extend(Scanner::common_notes(None, cancellation));
    let scope = Scope { kind: ScopeKind::Stdin, blobs: 1, bytes: searched.bytes, ..Scope::default() };
    scanner.report(scope, hits, problems)
}

/// Looks at names of refs.
#[must_use]
pub(crate) fn scan_ref_names(scanner: &Scanner, names: &[Vec<u8>]) -> Report {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        let place = Place {
            kind: LocationKind::Ref,
            path: Vec::new(),
            shown: format!("ref {}", scanner.shown_path(name)),
            blob: None,
            commit: None,
            current: true,
        };
        match scanner.search_name(name, || place.shown.clone()) {
            Ok(evidence) => found.extend(scanner.hits(evidence, &place)),
            Err(problem) => problems.push(problem),
        }
    }
    scanner.report(Scope::default(), found, problems)
}

impl Scanner {
    fn file(&self, file: &ListedFile, repository: Option<&Repository>) -> Part {
        let shown = self.shown_path(&file.path);
        let unreadable = |error: std::io::Error| Problem {
            kind: ProblemKind::Unreadable,
            path: Some(shown.clone()),
            message: format!("cannot read it: {error}; check the permissions"),
        };
        let opened = match &file.content {
            FileContent::Disk(path) => source::open(path).map_err(unreadable),
            FileContent::Staged(oid) => staged_content(repository, oid, &shown).map(OpenedFile::LinkTarget),
        };
        let mut part = Part::default();
        match opened {
            Ok(OpenedFile::LinkTarget(content)) => {
                part.bytes = content.len() as u64;
                part.problems.extend(lfs_note(&content, &shown));
                self.search_part(&content, LocationKind::File, file, &shown, &mut part);
            }
            Ok(OpenedFile::File(mut stream, size)) => {
                let searched = Windows::default().search(self, &mut stream, size, &shown);
                part.bytes = searched.bytes;
                part.problems = searched.problems;
                if let Some(content) = searched.whole {
                    part.problems.extend(lfs_note(&content, &shown));
                    part.problems.extend(unused_suppressions::comments(&content, &searched.found, &shown));
                }
                part.hits.extend(self.hits(searched.found, &place(LocationKind::File, file, &shown)));
            }
            Err(problem) => part.problems.push(problem),
        }
        self.search_part(&file.path, LocationKind::Path, file, &shown, &mut part);
        part
    }

    fn search_part(&self, text: &[u8], kind: LocationKind, file: &ListedFile, shown: &str, part: &mut Part) {
        match self.search(text, shown) {
            Ok(looked) => {
                part.problems
                    .extend(looked.skipped.iter().map(|unread| archive_problems::problem(unread, shown)));
                if kind == LocationKind::File {
                    part.problems.extend(unused_suppressions::comments(text, &looked.evidence, shown));
                }
                part.hits.extend(self.hits(looked.evidence, &place(kind, file, shown)));
            }
            Err(problem) => part.problems.push(problem),
        }
    }

    /// Hits of what may be seen by somebody: a tree of files can hold more of the rest than memory does. What is on
    /// record is compared with everything that is no placeholder, so then all of that stays.
    fn hits(&self, mut found: Vec<Evidence>, place: &Place) -> Vec<Occurrence> {
        let least = if self.suppressions().entries().is_empty() {
            self.policy().min_confidence
        } else {
            Confidence::Low
        };
        let told: HashSet<ValueId> = found
            .iter()
            .filter(|evidence| self.confidence(evidence) >= Some(least))
            .map(|evidence| evidence.value)
            .collect();
        // A strong value may be seen in another file.
        found.retain(|evidence| {
            told.contains(&evidence.value) || evidence.strong && evidence.placeholder.is_none()
        });
        found.into_iter().map(|evidence| Occurrence { evidence, place: place.clone() }).collect()
    }

    /// Notes and problems that every scan of a repository may have.
    pub(crate) fn common_notes(repository: Option<&Repository>, control: &ScanControl) -> Vec<Problem> {
        let mut notes = Vec::new();
        if repository.is_some_and(|repository| repository.has_other_owner) {
            notes.push(Problem {
                kind: ProblemKind::OtherOwner,
                path: None,
                message: "the repository belongs to another user; it was read, and nothing of it was run"
                    .into(),
            });
        }
        if control.cancellation.is_requested() {
            notes.push(Problem {
                kind: ProblemKind::Interrupted,
                path: None,
                message: "interrupted: this is what was found until then".into(),
            });
        }
        notes
    }

    /// A report of hits that need no history.
    pub(crate) fn report(&self, scope: Scope, hits: Vec<Occurrence>, problems: Vec<Problem>) -> Report {
        self.reported(scope, self.outcome(hits, &std::collections::HashMap::new()), problems)
    }

    /// A report of what hits came to.
    pub(crate) fn reported(&self, scope: Scope, outcome: Outcome, mut problems: Vec<Problem>) -> Report {
        problems.extend(outcome.notes);
        let report =
            Report { scope, findings: outcome.findings, suppressed: outcome.suppressed, ..Report::default() };
        self.finish(report, problems)
    }
}

fn place(kind: LocationKind, file: &ListedFile, shown: &str) -> Place {
    let (path, shown) = (file.path.clone(), shown.to_owned());
    Place { kind, path, shown, blob: None, commit: None, current: true }
}

fn staged_content(
    repository: Option<&Repository>,
    oid: &crate::git::Oid,
    shown: &str,
) -> Result<Vec<u8>, Problem> {
    let unreadable =
        |message: String| Problem { kind: ProblemKind::Unreadable, path: Some(shown.to_owned()), message };
    let repository = repository.ok_or_else(|| unreadable("it is in no repository".into()))?;
    let objects = ObjectDatabase::open(repository).map_err(|error| unreadable(message_with_help(&error)))?;
    objects.read_as(oid, ObjectKind::Blob).map_err(|error| read_problem(&error, Some(shown.to_owned())))
}

/// A Git LFS pointer stands for content that is elsewhere. Format: the Git LFS specification, "The Pointer".
pub(crate) fn lfs_note(content: &[u8], shown: &str) -> Option<Problem> {
    let is_pointer = content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/");
    is_pointer.then(|| Problem {
        kind: ProblemKind::LfsPointer,
        path: Some(shown.to_owned()),
        message: "a Git LFS pointer; its content is not in the repository and was not read".into(),
    })
}
