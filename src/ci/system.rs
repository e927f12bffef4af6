//! What a CI system says about its run: variables and an event in, a scope out.

use serde_json::Value;

use super::error::{MissingInformation, NAME_THE_COMMITS};
use crate::text::escape_terminal;

/// A CI system.
pub(crate) struct System {
    /// The name, as people write it.
    pub name: &'static str,
    /// Whether the run belongs to this system.
    pub(super) is_current: fn(&Environment<'_>) -> bool,
    /// The variable that names the file with the event, for systems that have one.
    pub(super) event_variable: Option<&'static str>,
    /// Reads the variables and the event.
    pub(super) scope: fn(&Environment<'_>) -> Result<RunScope, MissingInformation>,
    /// The lines of the job's definition that make it clone the whole history.
    pub full_clone_help: &'static str,
    /// The lines that make the job check out the commit of the run.
    pub(super) head_commit_help: &'static str,
}

/// The variables of a run, and its event for systems that pass one.
pub(super) struct Environment<'e> {
    pub(super) variable: &'e dyn Fn(&str) -> Option<String>,
    pub(super) event: Value,
}

impl Environment<'_> {
    /// Returns a variable; `None` if it is unset or empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// Returns a variable that holds the id of a commit; `None` for the zeros that git writes for a missing commit.
    pub(super) fn commit(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| is_commit_id(id))
    }

    /// Returns a variable like [`Environment::commit`].
    ///
    /// # Errors
    /// The variable names no commit.
    pub(super) fn required_commit(&self, name: &str) -> Result<String, MissingInformation> {
        self.commit(name)
            .ok_or_else(|| MissingInformation::new(format!("{name} names no commit"), NAME_THE_COMMITS))
    }

    /// Whether a variable has a value, in any case.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    /// Returns a string in the event by its JSON pointer; `None` if it is absent or empty.
    pub(super) fn event(&self, pointer: &str) -> Option<String> {
        let text = self.event.pointer(pointer)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

pub(super) fn is_commit_id(id: &str) -> bool {
    id.bytes().any(|byte| byte != b'0')
}

/// What a run is about, in the words of its system: nothing here is checked against the clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunScope {
    /// A description for people; escaped.
    pub(super) description: String,
    pub(super) commits: Commits,
    /// The names that the run brings to the repository: its branch or tag.
    pub(super) ref_names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Commits {
    /// The commits that a change adds to its target branch.
    Change {
        head: String,
        /// The commit that the system compares the change with.
        base: Option<String>,
        /// The target branch.
        onto: Option<String>,
        author: Author,
    },
    /// The commits that a push adds.
    Push {
        head: String,
        /// The commit of the branch before the push; `None` for a new branch, and where the system does not say it.
        before: Option<String>,
        branch: Option<String>,
        tag: Option<String>,
        /// The main branch of the repository.
        main: Option<String>,
    },
    /// No particular commits: a schedule, or a run that a person started.
    Everything,
}

/// Who wrote a change, as far as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// Somebody who may push to the repository.
    Member,
    /// The author of a change from a fork.
    Untrusted,
}

impl Author {
    pub(super) fn from_fork(is_fork: bool) -> Self {
        if is_fork { Self::Untrusted } else { Self::Member }
    }
}

impl RunScope {
    pub(super) fn everything(description: &str) -> Self {
        Self { description: description.to_owned(), commits: Commits::Everything, ref_names: Vec::new() }
    }

    /// Returns the scope of a change into a branch. Each system has to decide who the author is: what a change allows
    /// counts for a member and not for a fork, so there is no default.
    pub(super) fn change(
        word: &str,
        number: Option<String>,
        head: String,
        (base, onto): (Option<String>, Option<String>),
        author: Author,
    ) -> Self {
        let number = number.map(|number| format!(" {}", escaped(&number))).unwrap_or_default();
        let into = onto.as_ref().map(|onto| format!(" into `{}`", escaped(onto))).unwrap_or_default();
        Self {
            description: format!("{word}{number}{into}"),
            commits: Commits::Change { head, base, onto, author },
            ref_names: Vec::new(),
        }
    }

    /// Adds the name of the branch of a change, if the system says it.
    pub(super) fn with_branch(mut self, name: Option<String>) -> Self {
        self.ref_names.extend(name);
        self
    }

    /// Returns the scope of a push. `reference` is `refs/heads/x`, `refs/tags/x`, or the name of a branch alone.
    pub(super) fn push(reference: &str, head: String, before: Option<String>, main: Option<String>) -> Self {
        let tag = reference.strip_prefix("refs/tags/").map(str::to_owned);
        let branch = tag.is_none().then(|| branch_name(reference)).filter(|branch| !branch.is_empty());
        let description = match (&tag, &branch) {
            (Some(tag), _) => format!("tag `{}`", escaped(tag)),
            (None, Some(branch)) => format!("push to `{}`", escaped(branch)),
            (None, None) => "push".to_owned(),
        };
        let ref_names = tag.iter().chain(&branch).cloned().collect();
        Self { description, commits: Commits::Push { head, before, branch, tag, main }, ref_names }
    }
}

/// Returns `main` for `refs/heads/main`.
pub(super) fn branch_name(reference: &str) -> String {
    reference.strip_prefix("refs/heads/").unwrap_or(reference).to_owned()
}

pub(super) fn escaped(name: &str) -> String {
    escape_terminal(name.as_bytes())
}
