//! One occurrence of a value, as reports show it.

use std::borrow::Cow;

use crate::text::Position;

/// The kind of text that a location is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    /// The content of a file, or the target of a symbolic link.
    File,
    /// The message of a commit or tag.
    Message,
    /// The name of a file.
    Path,
    /// The name of a branch, tag or other ref.
    Ref,
    /// The name of an author, committer or tagger.
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

/// The commit of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The full object id.
    pub id: String,
    /// The author, `Name <address>`.
    pub author: String,
    /// The author's date, RFC 3339 in UTC; `None` if the number in the commit is out of range.
    pub date: Option<String>,
}

/// The masked line of a location, and the position of the secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The masked line, without a line break, safe for a terminal.
    pub line: String,
    /// The position of the masked secret in `line`: start and end in bytes.
    pub span: (usize, usize),
}

/// One occurrence of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub kind: LocationKind,
    /// The path from the root of the scan with `/`, percent-escaped and masked; for a message, ref or identity a
    /// description such as `commit 95d09f2b1015`.
    pub path: String,
    /// The start of the value.
    pub start: Position,
    /// The end of the value, exclusive.
    pub end: Position,
    /// The span in bytes from 0, end exclusive.
    pub bytes: (usize, usize),
    /// The object id of the blob, if there is one.
    pub blob: Option<String>,
    /// The first commit that holds the value here, if there is one.
    pub commit: Option<CommitInfo>,
    /// The encodings and archives around the value, outermost first; empty for plain text.
    pub via: Vec<String>,
    /// The position in the innermost archive member, if the value is in one.
    pub in_member: Option<Position>,
    /// The masked line.
    pub snippet: Option<Snippet>,
    /// The other member of the credential pair, if it is nearby.
    pub companion: Option<Companion>,
    /// The value at the same path in the checked-out commit, which has no such field itself. `None` if that commit does
    /// not hold it there, and in a scan of files or of the index.
    pub at_head: Option<Box<Self>>,
}

/// The other member of a credential pair, such as the id of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name, such as `access key id`.
    pub name: Cow<'static, str>,
    /// The masked value.
    pub masked: String,
    /// The start of the value.
    pub start: Position,
    /// The end of the value, exclusive.
    pub end: Position,
    /// The span in bytes from 0, end exclusive.
    pub bytes: (usize, usize),
}
