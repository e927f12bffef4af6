//! Finds the commits of a run in the clone. Commits that the clone lacks are never left out silently: either more is
//! scanned instead, or it is an error that says how to fix the job.
//!
//! Asks git about commits and refs. Reads no content and no settings.

use super::detect::Run;
use super::error::CiError;
use super::run_settings::{RunSettings, missing_main};
use super::system::{Author, Commits, System, escaped};
use super::tag_object::find_tag_objects;
use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, Repository, run_git};
use crate::source::range::{Revisions, read_shallow_boundary};

/// The commits to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CommitsToScan {
    /// A range, and its names for people.
    Range(Revisions, Vec<String>),
    /// All commits of the clone.
    Everything,
}

/// A run whose commits are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResolvedRun {
    /// The system and the run, for people.
    pub description: String,
    /// The commits to scan.
    pub commits: CommitsToScan,
    /// Where its settings are from.
    pub settings: RunSettings,
    /// The last commit of the change; `None` for a run that is about no change.
    pub head: Option<Oid>,
    /// The author of the change.
    pub author: Author,
    /// Notes on what differs from the run that the system describes.
    pub notes: Vec<Problem>,
    /// The names of the branch or tag of the run; they are scanned, too.
    pub ref_names: Vec<Vec<u8>>,
}

/// Finds the commits of a run in the clone.
///
/// # Errors
/// The clone does not hold all of them, or a git command fails.
pub(crate) fn resolve(repository: &Repository, run: &Run) -> Result<ResolvedRun, CiError> {
    let clone = CloneContext {
        repository,
        system: run.system,
        description: format!("{}, {}", run.system.name, run.scope.description),
        borders: read_shallow_boundary(repository)?,
    };
    let resolved = match &run.scope.commits {
        Commits::Change { head, base, onto, author } => {
            clone.change(head, base.as_deref(), onto.as_deref(), *author)
        }
        Commits::Push { head, before, branch, tag, main } => {
            let push = Push { head, before: before.as_deref(), tag: tag.as_deref() };
            clone.push(&push, branch.as_deref(), main.as_deref())
        }
        Commits::Everything => clone.everything(),
    };
    let ref_names = run.scope.ref_names.iter().map(|name| name.clone().into_bytes()).collect();
    // Without git every commit seems to be absent.
    let resolved =
        resolved.map_err(|error| run_git(repository, &["version"]).map_or_else(CiError::from, |_| error));
    resolved.map(|resolved| ResolvedRun { ref_names, ..resolved })
}

struct Push<'p> {
    head: &'p str,
    before: Option<&'p str>,
    tag: Option<&'p str>,
}

/// The commits of a push.
struct PushedCommits {
    bases: Vec<Oid>,
    /// The commits of the range, sorted.
    commits: Vec<Oid>,
    /// The tree of the head, if no commit is new.
    tree: Option<Oid>,
}

/// A range of commits before it is checked against the borders of the clone.
struct Range {
    head: Oid,
    /// Tag objects and trees that are scanned, too.
    objects: Vec<Oid>,
    bases: Vec<Oid>,
    /// The commits of the range, sorted.
    commits: Vec<Oid>,
    /// The commit that people think of as the start of the range.
    start: Option<Oid>,
    settings: RunSettings,
    author: Author,
    notes: Vec<Problem>,
}

/// The clone that a run is resolved in.
pub(super) struct CloneContext<'r> {
    repository: &'r Repository,
    system: &'static System,
    description: String,
    /// The commits at which a shallow clone ends; empty for a full clone.
    borders: Vec<Oid>,
}

impl CloneContext<'_> {
    fn change(
        &self,
        head: &str,
        base: Option<&str>,
        onto: Option<&str>,
        author: Author,
    ) -> Result<ResolvedRun, CiError> {
        let head = self.head(head)?;
        let tracked = onto.and_then(|onto| self.tracked(onto));
        let named = base.and_then(|base| self.commit(base));
        if named.is_none() && tracked.is_none() {
            return Err(self.no_base(base, onto));
        }
        // The target branch may have advanced since the event, and the change may have merged those commits: they are
        // not part of the change. But once the change itself is merged, excluding the branch would leave no commit.
        let mut bases: Vec<Oid> = named.into_iter().collect();
        if let Some(tracked) = tracked.filter(|tracked| !bases.contains(tracked)) {
            let both = [bases.as_slice(), &[tracked]].concat();
            if bases.is_empty() || !self.commits(head, &both)?.is_empty() {
                bases = both;
            }
        }
        let commits = self.commits(head, &bases)?;
        if commits.is_empty() {
            return Err(CiError::Empty {
                run: self.description.clone(),
                head: short_id(&head),
                base: bases.iter().map(short_id).collect::<Vec<_>>().join(" and "),
            });
        }
        // The commit where the change began need not be the tip of the target branch.
        let start = bases.iter().find_map(|base| self.merge_base(head, *base));
        let settings = named.or(tracked).map_or(RunSettings::Missing, RunSettings::Commit);
        let (objects, notes) = (Vec::new(), Vec::new());
        self.range(Range { head, objects, bases, commits, start, settings, author, notes })
    }

    fn push(
        &self,
        push: &Push<'_>,
        branch: Option<&str>,
        main: Option<&str>,
    ) -> Result<ResolvedRun, CiError> {
        let head = self.head(push.head)?;
        let mut notes = Vec::new();
        let before = push.before.and_then(|before| self.commit(before));
        if let (Some(name), None) = (push.before, before) {
            if !self.borders.is_empty() {
                return Err(self.no_base(Some(name), None));
            }
            notes.push(Problem {
                kind: ProblemKind::WiderRange,
                path: None,
                message: format!(
                    "the commit of the branch before this push, {}, is not in the clone (a forced push replaced it); \
                     more commits than the pushed ones were scanned",
                    short(name)
                ),
            });
        }
        // A push to an unknown branch may be a push to the main branch: then no commit may be left out.
        let is_known = branch.is_some() || push.tag.is_some();
        let named_main = main;
        let main = self.main(branch, main).filter(|_| is_known);
        let start = before.or(main);
        let PushedCommits { bases, commits, tree } = self.pushed_commits(head, before, main, &mut notes)?;
        let start = start.filter(|start| bases.contains(start)).or_else(|| bases.first().copied());
        let tags = push.tag.map(|tag| self.tag_objects(push.head, tag, head, &mut notes));
        let objects = tags.into_iter().flatten().chain(tree).collect();
        // The author of a branch may have pushed its settings before. Without a main branch, the branch is its own base:
        // there is no other whose settings could apply.
        let settings = if let Some(name) = named_main.filter(|name| self.lacks_main(branch, name)) {
            notes.push(missing_main(name));
            RunSettings::Missing
        } else {
            // Anybody can push a branch with a usual name.
            let is_guess = named_main.is_none() && self.reference("refs/remotes/origin/HEAD").is_none();
            let main = main.and_then(|main| if is_guess { self.merge_base(head, main) } else { Some(main) });
            RunSettings::Commit(main.or(start).unwrap_or(head))
        };
        // Only members can push.
        let author = Author::Member;
        self.range(Range { head, objects, bases, commits, start, settings, author, notes })
    }

    /// Returns the bases and the commits of a push. A run is never about no commit: if the named commits leave none, as
    /// after a reset, in a rebuild, or for a tag of the main branch, the last commit is scanned again, or all of them, and
    /// the whole tree of the head.
    fn pushed_commits(
        &self,
        head: Oid,
        before: Option<Oid>,
        main: Option<Oid>,
        notes: &mut Vec<Problem>,
    ) -> Result<PushedCommits, CiError> {
        let first: Vec<Oid> = before.or(main).into_iter().collect();
        let commits = self.commits(head, &first)?;
        if !commits.is_empty() {
            return Ok(PushedCommits { bases: first, commits, tree: None });
        }
        notes.push(Problem {
            kind: ProblemKind::WiderRange,
            path: None,
            message: format!(
                "no commit is new: {} has all commits of {}, so all files and earlier commits were scanned \
                 again",
                first.iter().map(short_id).collect::<String>(),
                short_id(&head)
            ),
        });
        let tree = self.object(&format!("{head}^{{tree}}"));
        let parents = self.object(&format!("{head}^1")).into_iter().collect();
        // A commit of the main branch itself has no main branch to compare with.
        let wider = match main {
            Some(main) => [vec![main], parents],
            None => [Vec::new(), Vec::new()],
        };
        for bases in wider {
            let commits = self.commits(head, &bases)?;
            if !commits.is_empty() {
                return Ok(PushedCommits { bases, commits, tree });
            }
        }
        Ok(PushedCommits { bases: Vec::new(), commits: self.commits(head, &[])?, tree })
    }

    fn everything(&self) -> Result<ResolvedRun, CiError> {
        if let Some(border) = self.borders.first() {
            return Err(self.shallow(*border));
        }
        Ok(ResolvedRun {
            description: format!("{}: everything that the clone holds", self.description),
            commits: CommitsToScan::Everything,
            settings: RunSettings::Checkout,
            head: None,
            author: Author::Member,
            notes: Vec::new(),
            ref_names: Vec::new(),
        })
    }

    fn range(&self, range: Range) -> Result<ResolvedRun, CiError> {
        let Range { head, objects, bases, commits, start, settings, author, notes } = range;
        if let Some(border) = self.borders.iter().find(|border| commits.binary_search(border).is_ok()) {
            return Err(self.shallow(*border));
        }
        let shown = match start {
            Some(start) => format!("{}..{}", short_id(&start), short_id(&head)),
            None => format!("all of {}", short_id(&head)),
        };
        let names =
            std::iter::once(head.to_string()).chain(bases.iter().map(|base| format!("^{base}"))).collect();
        let included = std::iter::once(head).chain(objects).collect();
        Ok(ResolvedRun {
            description: format!("{}: {shown}", self.description),
            commits: CommitsToScan::Range(Revisions { included, excluded: bases }, names),
            settings,
            head: Some(head),
            author,
            notes,
            ref_names: Vec::new(),
        })
    }

    /// Returns the tag objects of a run for a tag: as the system and the clone name them, otherwise as the clone holds
    /// them.
    fn tag_objects(&self, named: &str, tag: &str, head: Oid, notes: &mut Vec<Problem>) -> Vec<Oid> {
        let by_system = Some(named).filter(|named| *named != "HEAD").and_then(|named| self.object(named));
        let by_clone = self.object(&format!("refs/tags/{tag}"));
        let mut tags: Vec<Oid> = by_system.into_iter().chain(by_clone).filter(|oid| *oid != head).collect();
        tags.dedup();
        if tags.is_empty() {
            tags = find_tag_objects(self.repository, tag, head);
        }
        if tags.is_empty() {
            notes.push(Problem {
                kind: ProblemKind::LeftOut,
                path: None,
                message:
                    "the tag has no message in this clone; if it has one, run `git fetch --force origin \
                          'refs/tags/*:refs/tags/*'` before this"
                        .to_owned(),
            });
        }
        tags
    }

    fn head(&self, name: &str) -> Result<Oid, CiError> {
        self.commit(name).ok_or_else(|| {
            let help = if self.borders.is_empty() {
                self.system.head_commit_help
            } else {
                self.system.full_clone_help
            };
            CiError::NoHead { run: self.description.clone(), commit: short(name), help: help.to_owned() }
        })
    }

    fn no_base(&self, base: Option<&str>, onto: Option<&str>) -> CiError {
        let whole = self.system.full_clone_help;
        let fetch = onto.map(|onto| {
            let onto = escaped(onto);
            format!("run `git fetch origin +refs/heads/{onto}:refs/remotes/origin/{onto}` before this")
        });
        let help = match fetch {
            Some(fetch) if self.borders.is_empty() => fetch,
            _ if self.borders.is_empty() => whole.to_owned(),
            _ => format!("the clone is shallow: {whole}"),
        };
        let named = base.map(short).or_else(|| onto.map(|onto| format!("the branch `{}`", escaped(onto))));
        let commit = named.unwrap_or_else(|| "it is not named".to_owned());
        CiError::NoBase { run: self.description.clone(), commit, help }
    }

    fn shallow(&self, border: Oid) -> CiError {
        let help = self.system.full_clone_help.to_owned();
        CiError::Shallow { run: self.description.clone(), border: short_id(&border), help }
    }

    /// Finds a commit by its id, full or abbreviated, or `HEAD`. No other name is accepted: it comes from a variable.
    fn commit(&self, name: &str) -> Option<Oid> {
        let is_name = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_name || name == "HEAD" { self.commit_of(name) } else { None }
    }

    /// Returns the tip of a branch of the remote, as the clone holds it.
    fn tracked(&self, branch: &str) -> Option<Oid> {
        self.commit_of(&format!("refs/remotes/origin/{branch}"))
    }

    pub(super) fn commit_of(&self, name: &str) -> Option<Oid> {
        self.object(&format!("{name}^{{commit}}"))
    }

    fn object(&self, name: &str) -> Option<Oid> {
        let out = run_git(self.repository, &["rev-parse", "--verify", "--quiet", name]).ok()?;
        Oid::from_hex(out.trim_ascii_end())
    }

    /// Returns the ref that a symbolic ref leads to, or the ref itself; `None` if there is no such ref.
    pub(super) fn reference(&self, name: &str) -> Option<Vec<u8>> {
        let out =
            run_git(self.repository, &["rev-parse", "--verify", "--quiet", "--symbolic-full-name", name])
                .ok()?;
        let name = out.trim_ascii_end();
        (!name.is_empty()).then(|| name.to_vec())
    }

    pub(super) fn merge_base(&self, one: Oid, other: Oid) -> Option<Oid> {
        let out = run_git(self.repository, &["merge-base", &one.to_string(), &other.to_string()]).ok()?;
        Oid::from_hex(out.split(|byte| *byte == b'\n').next()?)
    }

    /// Lists the commits of a range, sorted by id.
    fn commits(&self, head: Oid, bases: &[Oid]) -> Result<Vec<Oid>, CiError> {
        let mut arguments = vec!["rev-list".to_owned(), head.to_string()];
        arguments.extend(bases.iter().map(|base| format!("^{base}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let out = run_git(self.repository, &arguments)?;
        let mut commits: Vec<Oid> = out.split(|byte| *byte == b'\n').filter_map(Oid::from_hex).collect();
        commits.sort_unstable();
        Ok(commits)
    }
}

/// Returns the abbreviated id of a commit.
fn short_id(commit: &Oid) -> String {
    short(&commit.to_string())
}

/// Returns the first characters of a name, escaped.
fn short(name: &str) -> String {
    escaped(&name.chars().take(12).collect::<String>())
}
