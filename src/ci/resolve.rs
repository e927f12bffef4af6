//! The commits that a run is about, as far as the clone holds them. What it does not hold is never left out
//! without a word: more is read instead, or it is an error that says how to mend the job.

use thiserror::Error;

use crate::ci::{Author, Commits, Run, System, shown};
use crate::finding::{Problem, ProblemKind};
use crate::git::{GitCommandError, Oid, RefError, Repository, run_git};
use crate::source::range::{Revisions, read_shallow_boundary};

/// Why a run's commits cannot be read. All of these end with 2.
#[derive(Debug, Error)]
pub enum CiError {
    /// A commit that the run is about is not in the clone.
    #[error("{about}: its commit {commit} is not in this clone; {help}")]
    NoHead {
        /// The run in words.
        about: String,
        /// The commit.
        commit: String,
        /// What to write into the job's definition.
        help: String,
    },
    /// What it is compared with is not.
    #[error("{about}: the commit that it is compared with ({commit}) is not in this clone; {help}")]
    NoBase {
        /// The run in words.
        about: String,
        /// The commit or branch.
        commit: String,
        /// What to write into the job's definition.
        help: String,
    },
    /// The clone ends before the run's commits do.
    #[error(
        "{about}: the clone is shallow, and what is asked for is older than commit {border}, where it ends; {help}"
    )]
    Shallow {
        /// The run in words.
        about: String,
        /// Where the clone ends.
        border: String,
        /// What to write into the job's definition.
        help: String,
    },
    /// A change without any commit.
    #[error(
        "{about}: no commit is left to read, since all of {head} is in {base} already; \
         `skant scan --history {head}` reads all of it"
    )]
    Empty {
        /// The run in words.
        about: String,
        /// The change's last commit.
        head: String,
        /// What it is compared with.
        base: String,
    },
    /// git cannot be asked.
    #[error(transparent)]
    Git(#[from] GitCommandError),
    /// The refs cannot be read.
    #[error(transparent)]
    Refs(#[from] RefError),
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A range of commits, with names for people.
    Range(Revisions, Vec<String>),
    /// All that the clone holds.
    Everything,
}

/// What a run comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedRun {
    /// The system and the run in words.
    pub about: String,
    /// What to read.
    pub read: Read,
    /// The commit whose `skant.toml` counts: what the change goes to, or what was there before. `None` where
    /// there is no such commit, so that the run is about no change and the repository's own file counts.
    pub policy: Option<Oid>,
    /// The change's last commit; `None` where the run is about no change.
    pub head: Option<Oid>,
    /// Whose change it is.
    pub author: Author,
    /// What had to be done otherwise than asked.
    pub notes: Vec<Problem>,
}

/// Asks the repository for the commits that a run is about.
///
/// # Errors
/// They are not all there, or git cannot be asked.
pub fn resolve(repository: &Repository, run: &Run) -> Result<ResolvedRun, CiError> {
    let about = format!("{}, {}", run.system.name, run.asked.about);
    let ground =
        CloneContext { repository, system: run.system, about, borders: read_shallow_boundary(repository)? };
    match &run.asked.commits {
        Commits::Change { head, base, onto, author } => {
            let resolved = ground.change(head, base.as_deref(), onto.as_deref())?;
            Ok(ResolvedRun { author: *author, ..resolved })
        }
        Commits::Push { head, before, branch, tag, main } => {
            let push = Push { head, before: before.as_deref(), tag: tag.as_deref() };
            ground.push(&push, branch.as_deref(), main.as_deref())
        }
        Commits::Everything => ground.everything(),
    }
}

struct Push<'p> {
    head: &'p str,
    before: Option<&'p str>,
    tag: Option<&'p str>,
}

/// The clone that a run is resolved in.
struct CloneContext<'r> {
    repository: &'r Repository,
    system: &'static System,
    about: String,
    /// Where a shallow clone ends.
    borders: Vec<Oid>,
}

impl CloneContext<'_> {
    fn change(&self, head: &str, base: Option<&str>, onto: Option<&str>) -> Result<ResolvedRun, CiError> {
        let head = self.head(head)?;
        let tracked = onto.and_then(|onto| self.tracked(onto));
        let named = base.and_then(|base| self.commit(base));
        if named.is_none() && tracked.is_none() {
            return Err(self.no_base(base, onto));
        }
        // The branch may have moved on since the event, and the change may have taken that in: then it is not
        // the change's. But once the change is merged, the branch would leave nothing of it.
        let mut bases: Vec<Oid> = named.into_iter().collect();
        if let Some(tracked) = tracked.filter(|tracked| !bases.contains(tracked)) {
            let both = [bases.as_slice(), &[tracked]].concat();
            if bases.is_empty() || !self.commits(head, &both)?.is_empty() {
                bases = both;
            }
        }
        let commits = self.commits(head, &bases)?;
        let policy = named.or(tracked);
        if commits.is_empty() {
            return Err(CiError::Empty {
                about: self.about.clone(),
                head: brief(&head),
                base: bases.iter().map(brief).collect::<Vec<_>>().join(" and "),
            });
        }
        // People think of the commit where the change began, which need not be the tip of the branch.
        let began = bases.iter().find_map(|base| self.merge_base(head, *base));
        self.range(head, None, bases, &commits, began, policy, Vec::new())
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
                    "what the branch was before this push, {}, is not in the clone (a forced push replaced it), so \
                     more than the push brought was read",
                    short(name)
                ),
            });
        }
        // A push to an unknown branch may be one to the main branch: then nothing may be left out.
        let is_known = branch.is_some() || push.tag.is_some();
        let base = before.or_else(|| self.main(branch, main).filter(|_| is_known));
        let bases: Vec<Oid> = base.into_iter().collect();
        let commits = self.commits(head, &bases)?;
        let tag = push.tag.and_then(|tag| self.object(&format!("refs/tags/{tag}")));
        // Without a base the branch is its own: there is no other whose settings could count.
        self.range(head, tag, bases, &commits, base, base.or(Some(head)), notes)
    }

    fn everything(&self) -> Result<ResolvedRun, CiError> {
        if let Some(border) = self.borders.first() {
            return Err(self.shallow(*border));
        }
        let about = format!("{}: everything that the clone holds", self.about);
        let author = Author::Member;
        Ok(ResolvedRun { about, read: Read::Everything, policy: None, head: None, author, notes: Vec::new() })
    }

    #[expect(clippy::too_many_arguments, reason = "the two kinds of run differ in each of them")]
    fn range(
        &self,
        head: Oid,
        tag: Option<Oid>,
        bases: Vec<Oid>,
        commits: &[Oid],
        began: Option<Oid>,
        policy: Option<Oid>,
        notes: Vec<Problem>,
    ) -> Result<ResolvedRun, CiError> {
        if let Some(border) = self.borders.iter().find(|border| commits.binary_search(border).is_ok()) {
            return Err(self.shallow(*border));
        }
        let range = match began {
            Some(began) => format!("{}..{}", brief(&began), brief(&head)),
            None => format!("all of {}", brief(&head)),
        };
        let names =
            std::iter::once(head.to_string()).chain(bases.iter().map(|base| format!("^{base}"))).collect();
        let included = std::iter::once(head).chain(tag.filter(|tag| *tag != head)).collect();
        let revisions = Revisions { included, excluded: bases };
        let about = format!("{}: {range}", self.about);
        let (read, author) = (Read::Range(revisions, names), Author::Member);
        Ok(ResolvedRun { about, read, policy, head: Some(head), author, notes })
    }

    /// The branch that others start from, where the pushed one is another: as the system names it, or as the
    /// clone lets guess.
    fn main(&self, branch: Option<&str>, main: Option<&str>) -> Option<Oid> {
        if main.is_some() && main == branch {
            return None;
        }
        let guessed = ["HEAD", "main", "master"];
        let candidates = main.map_or(guessed.to_vec(), |main| vec![main]);
        let own = branch.and_then(|branch| self.reference(&format!("refs/remotes/origin/{branch}")));
        for name in candidates {
            let full = format!("refs/remotes/origin/{name}");
            let Some(reference) = self.reference(&full) else { continue };
            if own.as_ref() == Some(&reference) || branch == Some(name) {
                return None;
            }
            if let Some(commit) = self.commit_of(&full) {
                return Some(commit);
            }
        }
        None
    }

    fn head(&self, name: &str) -> Result<Oid, CiError> {
        self.commit(name).ok_or_else(|| {
            let help = if self.borders.is_empty() {
                self.system.head_commit_help
            } else {
                self.system.full_clone_help
            };
            CiError::NoHead { about: self.about.clone(), commit: short(name), help: help.to_owned() }
        })
    }

    fn no_base(&self, base: Option<&str>, onto: Option<&str>) -> CiError {
        let whole = self.system.full_clone_help;
        let fetch = onto.map(|onto| {
            let onto = shown(onto);
            format!("run `git fetch origin +refs/heads/{onto}:refs/remotes/origin/{onto}` before this")
        });
        let help = match fetch {
            Some(fetch) if self.borders.is_empty() => fetch,
            _ if self.borders.is_empty() => whole.to_owned(),
            _ => format!("the clone is shallow: {whole}"),
        };
        let named = base.map(short).or_else(|| onto.map(|onto| format!("the branch `{}`", shown(onto))));
        let commit = named.unwrap_or_else(|| "it is not named".to_owned());
        CiError::NoBase { about: self.about.clone(), commit, help }
    }

    fn shallow(&self, border: Oid) -> CiError {
        let help = self.system.full_clone_help.to_owned();
        CiError::Shallow { about: self.about.clone(), border: brief(&border), help }
    }

    /// A commit by its name, whole or cut, or `HEAD`. Nothing else: the name comes from a variable.
    fn commit(&self, name: &str) -> Option<Oid> {
        let is_name = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_name || name == "HEAD" { self.commit_of(name) } else { None }
    }

    fn tracked(&self, branch: &str) -> Option<Oid> {
        self.commit_of(&format!("refs/remotes/origin/{branch}"))
    }

    fn commit_of(&self, name: &str) -> Option<Oid> {
        self.object(&format!("{name}^{{commit}}"))
    }

    fn object(&self, name: &str) -> Option<Oid> {
        let out = run_git(self.repository, &["rev-parse", "--verify", "--quiet", name]).ok()?;
        Oid::from_hex(out.trim_ascii_end())
    }

    /// The ref that a symbolic one leads to, or itself; `None` where there is none.
    fn reference(&self, name: &str) -> Option<Vec<u8>> {
        let out =
            run_git(self.repository, &["rev-parse", "--verify", "--quiet", "--symbolic-full-name", name])
                .ok()?;
        let name = out.trim_ascii_end();
        (!name.is_empty()).then(|| name.to_vec())
    }

    fn merge_base(&self, one: Oid, other: Oid) -> Option<Oid> {
        let out = run_git(self.repository, &["merge-base", &one.to_string(), &other.to_string()]).ok()?;
        Oid::from_hex(out.split(|byte| *byte == b'\n').next()?)
    }

    /// The commits of a range, sorted.
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

/// A commit's name, cut.
fn brief(commit: &Oid) -> String {
    short(&commit.to_string())
}

/// The same of a name as it came.
fn short(name: &str) -> String {
    shown(&name.chars().take(12).collect::<String>())
}
