//! Problems and notes.

use std::cmp::Ordering;

use miette::Diagnostic;

/// Why something could not be checked (exit code 2 unless accepted), or what a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// An object that another object or a ref names does not exist.
    MissingObject,
    /// An object, pack or index cannot be decoded.
    CorruptObject,
    /// A file or folder cannot be read.
    Unreadable,
    /// A path that the user named does not exist.
    MissingPath,
    /// A shallow clone cut the history.
    ShallowClone,
    /// A partial clone left objects with its remote.
    PartialClone,
    /// An index entry is in conflict.
    Unmerged,
    /// A budget is spent.
    Budget,
    /// An archive is damaged.
    CorruptArchive,
    /// The repository's own settings leave out everything that was to be read, and so accept it.
    NothingRead,
    /// A worker panicked.
    Panic,
    /// A run that fails on live secrets could not tell whether a secret is live.
    Unverified,
    /// The scan was interrupted.
    Interrupted,
    /// Note: a suppression has expired, suppresses nothing, or cannot be understood.
    Suppression,
    /// Note: a submodule is not checked out.
    Submodule,
    /// Note: a file is a Git LFS pointer; its content is elsewhere.
    LfsPointer,
    /// Note: a file is a socket, pipe or device.
    SpecialFile,
    /// Note: an archive is encrypted, or of a format that is not supported.
    UnsupportedArchive,
    /// Note: the repository belongs to another user.
    OtherOwner,
    /// Note: a file was read from the index, not from the working tree.
    ReadFromIndex,
    /// Note: settings exclude paths or disable rules.
    LeftOut,
    /// Note: the scanned change adds suppressions itself, or weakens the settings.
    PolicyChange,
    /// The commits of a CI run are unknown, or are not in the clone. This problem cannot be accepted.
    UnresolvedRange,
    /// Note: the range of a CI run had to be wider than the CI system states it.
    WiderRange,
    /// Note: the named range holds no commit.
    EmptyRange,
    /// Note: the repository has comments or files of other scanners, which have no effect here.
    OtherTool,
    /// Note: what an earlier run has read, or why its state was not used.
    AuditState,
}

impl ProblemKind {
    /// The name in reports and in `[[accept]]`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingObject => "missing-object",
            Self::CorruptObject => "corrupt-object",
            Self::Unreadable => "unreadable",
            Self::MissingPath => "missing-path",
            Self::ShallowClone => "shallow-clone",
            Self::PartialClone => "partial-clone",
            Self::Unmerged => "unmerged",
            Self::Budget => "budget",
            Self::CorruptArchive => "corrupt-archive",
            Self::UnsupportedArchive => "unsupported-archive",
            Self::NothingRead => "nothing-read",
            Self::Panic => "panic",
            Self::Unverified => "unverified",
            Self::Interrupted => "interrupted",
            Self::Suppression => "suppression",
            Self::Submodule => "submodule",
            Self::LfsPointer => "lfs-pointer",
            Self::SpecialFile => "special-file",
            Self::OtherOwner => "other-owner",
            Self::ReadFromIndex => "read-from-index",
            Self::LeftOut => "left-out",
            Self::PolicyChange => "policy-change",
            Self::UnresolvedRange => "unresolved-range",
            Self::WiderRange => "wider-range",
            Self::EmptyRange => "empty-range",
            Self::OtherTool => "other-tool",
            Self::AuditState => "audit-state",
        }
    }

    /// Whether it is a note, which does not change the exit code.
    #[must_use]
    pub const fn is_note(self) -> bool {
        matches!(
            self,
            Self::Suppression
                | Self::Submodule
                | Self::LfsPointer
                | Self::SpecialFile
                | Self::UnsupportedArchive
                | Self::OtherOwner
                | Self::ReadFromIndex
                | Self::LeftOut
                | Self::PolicyChange
                | Self::WiderRange
                | Self::EmptyRange
                | Self::OtherTool
                | Self::AuditState
        )
    }
}

/// Something that could not be checked, or a note. Those with a path come first in a list: one without a path may count
/// the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// The path, escaped and masked; `None` if it concerns no single file.
    pub path: Option<String>,
    /// The problem and its fix, for people.
    pub message: String,
}

impl Ord for Problem {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |problem: &'_ Self| (problem.kind, problem.path.is_none());
        let texts = |one: &Self, other: &Self| (&one.path, &one.message).cmp(&(&other.path, &other.message));
        key(self).cmp(&key(other)).then_with(|| texts(self, other))
    }
}

impl PartialOrd for Problem {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Returns the message of a problem that comes from an error: the error and its help on one line.
#[must_use]
pub(crate) fn message_with_help(error: &dyn Diagnostic) -> String {
    error.help().map_or_else(|| error.to_string(), |help| format!("{error}; {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_the_rest_comes_after_what_it_counts() {
        let problem = |kind, path: Option<&str>, message: &str| Problem {
            kind,
            path: path.map(str::to_owned),
            message: message.to_owned(),
        };
        let sorted = [
            problem(ProblemKind::MissingObject, Some("a"), "is missing"),
            problem(ProblemKind::MissingObject, Some("b"), "is missing"),
            problem(ProblemKind::MissingObject, None, "and 32 more are missing"),
            problem(ProblemKind::Unreadable, Some("a"), "cannot read it"),
        ];
        let mut list: Vec<Problem> = sorted.iter().rev().cloned().collect();
        list.sort();
        assert_eq!(list, sorted);
    }
}
