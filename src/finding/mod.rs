//! What a scan says: plain data that knows no format and no git.
//! All text in it is safe to show: secrets are masked and untrusted bytes escaped before they get here.

pub(crate) mod degrees;
pub(crate) mod triage;

use std::borrow::Cow;

use crate::secret::Fingerprint;
use crate::text::Position;

pub use degrees::{Confidence, Severity};
pub use triage::{Context, Verdict, Verification};

/// What may be shown of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// `first...last`, or only stars.
    pub text: String,
    /// The length of the raw value in bytes.
    pub length: usize,
}

/// What kind of text a location stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    /// The content of a file (or the target of a symbolic link).
    File,
    /// A commit's or tag's message.
    Message,
    /// A file's name.
    Path,
    /// The name of a branch, tag or other ref.
    Ref,
    /// An author's, committer's or tagger's name.
    Identity,
}

impl LocationKind {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Message => "message",
            Self::Path => "path",
            Self::Ref => "ref",
            Self::Identity => "identity",
        }
    }
}

/// The commit that a location is told with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The full object name.
    pub id: String,
    /// The author, `Name <address>`.
    pub author: String,
    /// The author's date, RFC 3339 in UTC; `None` where git's number is out of range.
    pub date: Option<String>,
}

/// One line of source, already masked, and where the secret stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The masked line, without a line break, safe for a terminal.
    pub line: String,
    /// The masked secret's place in `line`: start and end in bytes.
    pub span: (usize, usize),
}

/// One place where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What kind of text it is.
    pub kind: LocationKind,
    /// The path from the scan's root with `/`, percent-escaped and masked; for a message, ref or identity a
    /// description such as `commit 95d09f2b1015`.
    pub path: String,
    /// Where the secret starts.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
    /// The same in bytes from 0, end exclusive.
    pub bytes: (usize, usize),
    /// The blob's object name, where there is one.
    pub blob: Option<String>,
    /// The commit that first held the value here, where there is one.
    pub commit: Option<CommitInfo>,
    /// The decodings passed, outermost first; empty for plain text.
    pub via: Vec<String>,
    /// The place in the innermost archive's member, where it stands in one.
    pub in_member: Option<Position>,
    /// The line, masked.
    pub snippet: Option<Snippet>,
    /// The other half of a pair, where it stands nearby.
    pub partner: Option<Part>,
}

/// The other half of a pair, such as the id of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: Cow<'static, str>,
    /// What may be shown of it.
    pub masked: String,
    /// Where it starts.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
    /// The same in bytes from 0, end exclusive.
    pub bytes: (usize, usize),
}

/// A commit and a path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The commit.
    pub commit: CommitInfo,
    /// The path that it is about, escaped and masked.
    pub path: String,
}

/// What a repository's history says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The first commit that held the value while no parent did; `None` if no commit holds it.
    pub introduced: Option<Event>,
    /// The last commit that took the value away, where no branch head holds it any more.
    pub removed: Option<Event>,
    /// Whether a branch head (or the checked-out commit) still holds it.
    pub at_head: bool,
    /// Whether a ref, reflog, stash or the index reaches it.
    pub reachable: bool,
    /// How many commits hold it.
    pub commits: usize,
    /// The refs that still reach the value; reserved, always `None` now.
    pub held_by: Option<Vec<String>>,
}

/// One secret value, however often it stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id; begins with the provider.
    pub rule: Cow<'static, str>,
    /// The rule's title.
    pub title: Cow<'static, str>,
    /// Whether the rule names a provider (only `generic-…` rules do not).
    pub provider: bool,
    /// How bad a leak is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The value's name.
    pub fingerprint: Fingerprint,
    /// What may be shown of the value.
    pub secret: Masked,
    /// At most [`Finding::MAX_LOCATIONS`] places, ordered by path, line, column.
    pub locations: Vec<Location>,
    /// The number of all places.
    pub places: usize,
    /// Under `--history` only.
    pub history: Option<History>,
    /// Why this is a finding, in words.
    pub reasons: Vec<String>,
    /// What to do now, in order.
    pub help: Vec<String>,
    /// The kind of file it is in; reserved, always `None` now.
    pub context: Option<Context>,
    /// A person's decision on it; reserved, always `None` now.
    pub verdict: Option<Verdict>,
    /// The provider's answer to whether it still works; reserved, always `None` now.
    pub verification: Option<Verification>,
    /// The findings that it belongs together with, by the name of their group; reserved, always `None` now.
    pub group: Option<String>,
}

impl Finding {
    /// No finding lists more places than this.
    pub const MAX_LOCATIONS: usize = 100;

    /// Whether refs reach it (outside of history scans everything counts as reached).
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.history.as_ref().is_none_or(|history| history.reachable)
    }
}

/// A finding that is on record and not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The value's name.
    pub fingerprint: Fingerprint,
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// What suppressed it: `inline`, `config`, `baseline`, `gitleaks` or `gitleaks:allow`.
    pub by: &'static str,
    /// The reason that was given, escaped; empty if none.
    pub reason: String,
    /// What kind of text it stands in.
    pub kind: LocationKind,
    /// Where it stands, as in [`Location::path`].
    pub path: String,
    /// The line there.
    pub line: usize,
}

/// Why something could not be checked (exit 2 unless accepted), or what is worth knowing (a note).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// An object that is referred to is not there.
    MissingObject,
    /// An object, pack or index that cannot be decoded.
    CorruptObject,
    /// A file or folder that cannot be read.
    Unreadable,
    /// A path that was named does not exist.
    MissingPath,
    /// The history was cut by a shallow clone.
    ShallowClone,
    /// The clone left objects with its remote.
    PartialClone,
    /// An index entry in conflict.
    Unmerged,
    /// A budget ran out.
    Budget,
    /// An archive that is damaged.
    CorruptArchive,
    /// A worker panicked.
    Panic,
    /// The scan was interrupted.
    Interrupted,
    /// A suppression that has expired or says nothing readable.
    Suppression,
    /// Note: a submodule that is not checked out.
    Submodule,
    /// Note: a Git LFS pointer; the content lies elsewhere.
    LfsPointer,
    /// Note: a socket, pipe or device.
    SpecialFile,
    /// Note: an archive that is encrypted, or of a kind that is not read.
    UnsupportedArchive,
    /// Note: the repository belongs to somebody else.
    OtherOwner,
    /// Note: read from the index, not from the working tree.
    ReadFromIndex,
    /// Note: settings leave paths or rules out.
    LeftOut,
    /// Note: the change that is scanned allows something itself, or weakens the settings.
    PolicyChange,
    /// It is not known, or not in the clone, which commits a CI run is about. Nothing can accept that.
    UnresolvedRange,
    /// Note: a CI run's range had to be a wider one than the system names.
    WiderRange,
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
            Self::Panic => "panic",
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
        }
    }

    /// Whether it leaves exit 0 alone.
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
        )
    }
}

/// Something that could not be checked, or a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Where, escaped and masked; `None` where it is about no file.
    pub path: Option<String>,
    /// What happened and what to do, for people.
    pub message: String,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// `worktree`, `staged`, `history`, `range` or `stdin`.
    pub kind: &'static str,
    /// The revisions asked for, as they were named.
    pub revisions: Vec<String>,
    /// The CI system that was recognised and what its run is about, in words; `None` without `--ci`.
    pub ci: Option<String>,
    /// Commits read.
    pub commits: usize,
    /// Objects read, of all types.
    pub objects: usize,
    /// Blobs or files read.
    pub blobs: usize,
    /// Bytes searched.
    pub bytes: u64,
}

/// All that a scan says, sorted, so that two runs say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was read.
    pub scope: Scope,
    /// The secrets, ordered by path, line, column, rule.
    pub findings: Vec<Finding>,
    /// Findings that are on record.
    pub suppressed: Vec<Suppressed>,
    /// What could not be checked and was not accepted.
    pub problems: Vec<Problem>,
    /// What could not be checked and was accepted, and what is worth knowing.
    pub notes: Vec<Problem>,
}

impl Report {
    /// Whether everything asked for was read. Accepted problems leave a report incomplete only in its notes.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && !self.notes.iter().any(|note| !note.kind.is_note())
    }
}
