//! Scans of files on disk and of standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::findings::{Hit, Place};
use super::{Engine, ScanError, archives};
use crate::finding::{PlaceKind, Problem, ProblemKind, Report, Scope};
use crate::source::git::{ObjectKind, Objects, Repository};
use crate::source::worktree::{self as source, Content, File, Ignoring, Lister};
use crate::source::{Stop, read_problem};

/// What to scan on disk.
#[derive(Debug)]
pub struct Files<'f> {
    /// The repository that the files lie in, if any.
    pub repository: Option<&'f Repository>,
    /// What paths are told from.
    pub root: &'f Path,
    /// Files and folders, absolute or relative to the process's folder.
    pub names: &'f [PathBuf],
    /// What is passed over.
    pub ignoring: Ignoring,
}

/// One file's part in a report.
#[derive(Default)]
struct Part {
    hits: Vec<Hit>,
    problems: Vec<Problem>,
    bytes: u64,
}

/// Scans files and folders.
///
/// # Errors
/// The object database cannot be opened, though the index names files that are not checked out.
pub fn worktree(engine: &Engine, files: &Files<'_>, stop: &Stop) -> Result<Report, ScanError> {
    let excluded = |path: &[u8]| engine.policy.settings.exclude.matches(path);
    let lister = Lister {
        repository: files.repository,
        root: files.root,
        ignoring: files.ignoring,
        excluded: &excluded,
    };
    let listing = lister.list(files.names);
    stop.progress.expect(listing.files.len(), listing.files.len() as u64);
    let parts: Vec<Part> = listing
        .files
        .par_iter()
        .map(|file| {
            if stop.is_set() {
                return Part::default();
            }
            let part = engine.file(file, files.repository);
            stop.progress.read(part.bytes);
            part
        })
        .collect();
    let (mut hits, mut problems) = (Vec::new(), listing.problems);
    let mut scope = Scope { kind: "worktree", blobs: listing.files.len(), ..Scope::default() };
    for part in parts {
        hits.extend(part.hits);
        problems.extend(part.problems);
        scope.bytes += part.bytes;
    }
    problems.extend(Engine::common_notes(files.repository, stop));
    Ok(engine.report(scope, hits, problems))
}

/// Scans what a stream holds; `name` is what reports call it and what it is judged by.
///
/// # Errors
/// Reading fails; the error is a problem of the report, so there are none at present.
pub fn stdin(
    engine: &Engine,
    input: &mut dyn Read,
    name: Option<&str>,
    stop: &Stop,
) -> Result<Report, ScanError> {
    let (mut bytes, mut problems, mut hits) = (Vec::new(), Vec::new(), Vec::new());
    let path = name.unwrap_or("-").as_bytes();
    let shown = engine.shown_path(path);
    if let Err(error) = input.read_to_end(&mut bytes) {
        let message = format!("cannot read standard input to its end: {error}");
        problems.push(Problem { kind: ProblemKind::Unreadable, path: Some(shown.clone()), message });
    }
    let judged = name.map(|name| name.as_bytes().to_vec()).unwrap_or_default();
    match engine.look(&bytes, &shown) {
        Ok(looked) => {
            problems.extend(looked.unread.iter().map(|unread| archives::problem(unread, &shown)));
            hits.extend(looked.evidence.into_iter().map(|evidence| Hit {
                evidence,
                place: Place {
                    kind: PlaceKind::File,
                    path: judged.clone(),
                    shown: shown.clone(),
                    blob: None,
                    commit: None,
                    current: true,
                },
            }));
        }
        Err(problem) => problems.push(problem),
    }
    problems.extend(Engine::common_notes(None, stop));
    let scope = Scope { kind: "stdin", blobs: 1, bytes: bytes.len() as u64, ..Scope::default() };
    Ok(engine.report(scope, hits, problems))
}

/// Looks at names of refs.
#[must_use]
pub fn ref_names(engine: &Engine, names: &[Vec<u8>]) -> Report {
    let (mut hits, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        let place = Place {
            kind: PlaceKind::Ref,
            path: Vec::new(),
            shown: format!("ref {}", engine.shown_path(name)),
            blob: None,
            commit: None,
            current: true,
        };
        match engine.detect(name, &place.shown) {
            Ok(found) => {
                hits.extend(found.into_iter().map(|evidence| Hit { evidence, place: place.clone() }));
            }
            Err(problem) => problems.push(problem),
        }
    }
    engine.report(Scope::default(), hits, problems)
}

impl Engine {
    fn file(&self, file: &File, repository: Option<&Repository>) -> Part {
        let shown = self.shown_path(&file.path);
        let content = match &file.content {
            Content::Disk(path) => source::read(path).map_err(|error| Problem {
                kind: ProblemKind::Unreadable,
                path: Some(shown.clone()),
                message: format!("cannot read it: {error}; check the permissions"),
            }),
            Content::Staged(oid) => staged_content(repository, oid, &shown),
        };
        let mut part = Part::default();
        match content {
            Ok(content) => {
                part.bytes = content.len() as u64;
                part.problems.extend(lfs_note(&content, &shown));
                self.search(&content, PlaceKind::File, file, &shown, &mut part);
            }
            Err(problem) => part.problems.push(problem),
        }
        self.search(&file.path, PlaceKind::Path, file, &shown, &mut part);
        part
    }

    fn search(&self, text: &[u8], kind: PlaceKind, file: &File, shown: &str, part: &mut Part) {
        match self.look(text, shown) {
            Ok(looked) => {
                part.problems.extend(looked.unread.iter().map(|unread| archives::problem(unread, shown)));
                part.hits.extend(looked.evidence.into_iter().map(|evidence| Hit {
                    evidence,
                    place: Place {
                        kind,
                        path: file.path.clone(),
                        shown: shown.to_owned(),
                        blob: None,
                        commit: None,
                        current: true,
                    },
                }));
            }
            Err(problem) => part.problems.push(problem),
        }
    }

    /// Notes and problems that every scan of a repository may have.
    pub(super) fn common_notes(repository: Option<&Repository>, stop: &Stop) -> Vec<Problem> {
        let mut notes = Vec::new();
        if repository.is_some_and(|repository| repository.is_foreign) {
            notes.push(Problem {
                kind: ProblemKind::OtherOwner,
                path: None,
                message: "the repository belongs to another user; it was read, and nothing of it was run"
                    .into(),
            });
        }
        if stop.is_set() {
            notes.push(Problem {
                kind: ProblemKind::Interrupted,
                path: None,
                message: "interrupted: this is what was found until then".into(),
            });
        }
        notes
    }

    /// A report of hits that need no history.
    pub(super) fn report(&self, scope: Scope, hits: Vec<Hit>, mut problems: Vec<Problem>) -> Report {
        let outcome = self.outcome(hits, &std::collections::HashMap::new());
        problems.extend(outcome.notes);
        let report =
            Report { scope, findings: outcome.findings, suppressed: outcome.suppressed, ..Report::default() };
        self.finish(report, problems)
    }
}

fn staged_content(
    repository: Option<&Repository>,
    oid: &crate::source::git::Oid,
    shown: &str,
) -> Result<Vec<u8>, Problem> {
    let unreadable =
        |message: String| Problem { kind: ProblemKind::Unreadable, path: Some(shown.to_owned()), message };
    let repository = repository.ok_or_else(|| unreadable("it is in no repository".into()))?;
    let objects = Objects::open(repository).map_err(|error| unreadable(error.to_string()))?;
    objects.read_kind(oid, ObjectKind::Blob).map_err(|error| read_problem(&error, Some(shown.to_owned())))
}

/// A Git LFS pointer stands for content that is elsewhere. Format: the Git LFS specification, "The Pointer".
pub(super) fn lfs_note(content: &[u8], shown: &str) -> Option<Problem> {
    let is_pointer = content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/");
    is_pointer.then(|| Problem {
        kind: ProblemKind::LfsPointer,
        path: Some(shown.to_owned()),
        message: "a Git LFS pointer; its content is not in the repository and was not read".into(),
    })
}
