//! The provenance of a value, as reports show it.

use crate::finding::CommitInfo;

/// A commit and a path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub commit: CommitInfo,
    /// The path, escaped and masked.
    pub path: String,
}

/// The provenance of one value in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The first commit that holds the value while no parent does; `None` if no commit holds it.
    pub introduced: Option<Event>,
    /// The last commit that removed the value; `None` while a branch head holds it.
    pub removed: Option<Event>,
    /// Whether a branch head or the checked-out commit holds the value.
    pub at_head: bool,
    /// Whether a ref, reflog, stash or the index reaches the value.
    pub reachable: bool,
    /// The number of commits that hold the value.
    pub commits: usize,
    /// The refs that reach the value; `None` if they are not known.
    pub held_by: Option<Box<HeldBy>>,
}

/// The kind of a ref that keeps commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// A local branch.
    Branch,
    /// A remote-tracking branch.
    Remote,
    /// A tag.
    Tag,
    /// A ref of a code host for a pull request, a merge request or a change.
    PullRequest,
    /// An entry of the stash.
    Stash,
    /// Notes on commits.
    Notes,
    /// A detached `HEAD`, a pseudo-ref such as `ORIG_HEAD`, or another ref.
    Other,
    /// The reflog of a ref.
    Reflog,
}

impl RefKind {
    /// All kinds, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Branch,
        Self::Remote,
        Self::Tag,
        Self::PullRequest,
        Self::Stash,
        Self::Notes,
        Self::Other,
        Self::Reflog,
    ];
}

/// The refs that reach a value, by their kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldBy {
    /// The holders of each kind, in the order of [`RefKind::ALL`].
    by_kind: [Holders; RefKind::ALL.len()],
}

impl HeldBy {
    /// Returns the holders of a kind.
    #[must_use]
    pub const fn of(&self, kind: RefKind) -> &Holders {
        &self.by_kind[kind as usize]
    }

    /// Returns the holders of a kind, to be changed.
    pub const fn of_mut(&mut self, kind: RefKind) -> &mut Holders {
        &mut self.by_kind[kind as usize]
    }
}

/// The refs of one kind that reach a value: in their files, or in a commit of their history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// The number of refs.
    pub count: usize,
    /// The number of refs that have the value in their files.
    pub in_files: usize,
    /// The names of the first refs, escaped and masked: first those with the value in their files, at most
    /// [`Holders::MAX_NAMES`]; then others, at most as many.
    pub names: Vec<String>,
}

impl Holders {
    /// The number of names of refs with the value in their files, and of other refs, that are listed at most.
    pub const MAX_NAMES: usize = 10;

    /// Returns the names of the refs with the value in their files, and those of the others.
    #[must_use]
    pub fn split_names(&self) -> (&[String], &[String]) {
        self.names.split_at(self.in_files.min(Self::MAX_NAMES).min(self.names.len()))
    }
}
