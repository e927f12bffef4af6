//! What a CI run is about: one file for each system, each a pure function of the environment and the event;
//! a table of them here; and `resolve`, which asks the repository. Reads no variable by itself.

mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
mod github;
mod gitlab;
mod jenkins;
mod resolve;
#[cfg(test)]
mod tests;

use std::io;

use serde_json::Value;

use crate::text::escape_terminal;

pub use self::resolve::{CiError, Read, ResolvedRun, resolve};

/// A CI system.
pub struct System {
    /// Its name, as people write it.
    pub name: &'static str,
    /// Whether this is it.
    recognise: fn(&Environment<'_>) -> bool,
    /// The variable that names the file with the event, where there is one.
    event: Option<&'static str>,
    /// What the run is about.
    asked: fn(&Environment<'_>) -> Result<RunScope, String>,
    /// What to write into the job's definition so that it clones the whole history.
    pub full_clone_help: &'static str,
    /// What to write so that the commit which the run is about is there.
    head_commit_help: &'static str,
}

const SYSTEMS: [&System; 7] = [
    &github::SYSTEM,
    &gitlab::SYSTEM,
    &bitbucket::SYSTEM,
    &azure::SYSTEM,
    &buildkite::SYSTEM,
    &circleci::SYSTEM,
    // Last, since its agents may run inside another system.
    &jenkins::SYSTEM,
];

/// The variables of a run, and its event where the system hands one over.
struct Environment<'e> {
    variable: &'e dyn Fn(&str) -> Option<String>,
    event: Value,
}

impl Environment<'_> {
    /// A variable that is set and not empty.
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// A variable that holds a commit's name; git writes zeros where there is none.
    fn commit(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| is_some_commit(id))
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    /// A text in the event, by its path.
    fn event(&self, pointer: &str) -> Option<String> {
        let text = self.event.pointer(pointer)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

fn is_some_commit(id: &str) -> bool {
    id.bytes().any(|byte| byte != b'0')
}

/// What a run is about, as its system says it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RunScope {
    /// In words, for people; escaped.
    about: String,
    commits: Commits,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Commits {
    /// What a change adds to the branch that it goes to.
    Change {
        head: String,
        /// The commit that the system compares it with.
        base: Option<String>,
        /// The branch that it goes to.
        onto: Option<String>,
        author: Author,
    },
    /// What a push brings.
    Push {
        head: String,
        /// What the branch was before; `None` where it is new or the system does not say.
        before: Option<String>,
        branch: Option<String>,
        tag: Option<String>,
        /// The repository's main branch.
        main: Option<String>,
    },
    /// No commits in particular: a schedule, a run by hand.
    Everything,
}

/// Who wrote a change, as far as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Somebody who may push to the repository.
    Member,
    /// It comes from a fork: a stranger's.
    Untrusted,
}

impl Author {
    fn untrusted_if(is_fork: bool) -> Self {
        if is_fork { Self::Untrusted } else { Self::Member }
    }
}

impl RunScope {
    /// The same change, of this author.
    fn by(mut self, whose: Author) -> Self {
        if let Commits::Change { author, .. } = &mut self.commits {
            *author = whose;
        }
        self
    }

    fn everything(about: &str) -> Self {
        Self { about: about.to_owned(), commits: Commits::Everything }
    }

    /// A change with its number into a branch.
    fn change(
        word: &str,
        number: Option<String>,
        head: String,
        base: Option<String>,
        onto: Option<String>,
    ) -> Self {
        let number = number.map(|number| format!(" {}", shown(&number))).unwrap_or_default();
        let into = onto.as_ref().map(|onto| format!(" into `{}`", shown(onto))).unwrap_or_default();
        Self {
            about: format!("{word}{number}{into}"),
            commits: Commits::Change { head, base, onto, author: Author::Member },
        }
    }

    /// A push to a ref, told as `refs/heads/x`, `refs/tags/x`, or a branch's name alone.
    fn push(reference: &str, head: String, before: Option<String>, main: Option<String>) -> Self {
        let tag = reference.strip_prefix("refs/tags/").map(str::to_owned);
        let branch = tag.is_none().then(|| branch_of(reference)).filter(|branch| !branch.is_empty());
        let about = match (&tag, &branch) {
            (Some(tag), _) => format!("tag `{}`", shown(tag)),
            (None, Some(branch)) => format!("push to `{}`", shown(branch)),
            (None, None) => "push".to_owned(),
        };
        Self { about, commits: Commits::Push { head, before, branch, tag, main } }
    }
}

/// `main`, from `refs/heads/main`.
fn branch_of(reference: &str) -> String {
    reference.strip_prefix("refs/heads/").unwrap_or(reference).to_owned()
}

fn shown(name: &str) -> String {
    escape_terminal(name.as_bytes())
}

/// A run of a system that was recognised.
pub struct Run {
    /// The system.
    pub system: &'static System,
    asked: RunScope,
}

/// Why it is not known what a run is about.
#[derive(Debug, thiserror::Error)]
pub enum UnresolvedRun {
    /// No known system.
    #[error(
        "`--ci` recognises no CI system here ({}); name the commits instead: `skant scan --history main..HEAD`",
        SYSTEMS.map(|system| system.name).join(", ")
    )]
    NoSystem,
    /// The system's event cannot be read.
    #[error(
        "{system}: the event cannot be read from {variable}: {reason}; name the commits instead: `skant scan --history main..HEAD`"
    )]
    Event {
        /// The system's name.
        system: &'static str,
        /// The variable that names its file.
        variable: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// The system does not say enough.
    #[error("{system}: {reason}")]
    Run {
        /// The system's name.
        system: &'static str,
        /// What is missing, and what to do.
        reason: String,
    },
}

/// What a run is about, by its variables; `read` reads the file with the event.
///
/// # Errors
/// No system is recognised, or it does not say enough.
pub fn run(
    variable: &dyn Fn(&str) -> Option<String>,
    read: &dyn Fn(&str) -> io::Result<Vec<u8>>,
) -> Result<Run, UnresolvedRun> {
    let mut environment = Environment { variable, event: Value::Null };
    let found = SYSTEMS.into_iter().find(|system| (system.recognise)(&environment));
    let system = found.ok_or(UnresolvedRun::NoSystem)?;
    if let Some(name) = system.event {
        let wrong = |reason: String| UnresolvedRun::Event { system: system.name, variable: name, reason };
        let path = environment.get(name).ok_or_else(|| wrong("it is not set".to_owned()))?;
        let bytes = read(&path).map_err(|error| wrong(error.to_string()))?;
        environment.event =
            serde_json::from_slice(&bytes).map_err(|_| wrong("it holds no JSON".to_owned()))?;
    }
    let asked =
        (system.asked)(&environment).map_err(|reason| UnresolvedRun::Run { system: system.name, reason })?;
    Ok(Run { system, asked })
}

/// A variable that has to be there.
fn needed(environment: &Environment<'_>, name: &str) -> Result<String, String> {
    environment.commit(name).ok_or_else(|| {
        format!("{name} names no commit; name the commits instead: `skant scan --history main..HEAD`")
    })
}
