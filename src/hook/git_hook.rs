//! The hooks of git that skant installs.

/// A hook that `skant install` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Runs before a commit: scans the staged files.
    PreCommit,
    /// Runs before the commit of a merge without conflicts.
    PreMergeCommit,
    /// Scans the message of a commit.
    CommitMsg,
    /// Scans the commits of a push.
    PrePush,
    /// Scans, on a server, the commits that it receives.
    PreReceive,
}

impl Hook {
    /// The hooks of a clone, in the order in which git calls them.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];

    /// The hooks of clones and servers.
    pub const EVERY: [Self; 5] =
        [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush, Self::PreReceive];

    /// The name that git uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }

    /// Whether git writes what is pushed to the standard input of the hook.
    #[must_use]
    pub(crate) const fn reads_input(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }
}
