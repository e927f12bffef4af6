//! Parsers of trees, commits and tags.
//!
//! They take the bytes of an object and read no other object. Every length is checked; bytes that are not of the
//! format give `None` or end the iteration with an error. Messages are not parsed.
//! Formats: git's documentation, `gitformat-*` and "Git Internals".

use super::oid::{ObjectFormat, Oid};

/// The kind of a tree's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A folder.
    Tree,
    /// A file, executable or not.
    File,
    /// A symbolic link; its blob holds the target.
    Link,
    /// The commit of a submodule.
    Submodule,
}

impl EntryKind {
    /// Derives the kind from git's file mode.
    #[must_use]
    pub const fn from_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o040_000 => Self::Tree,
            0o120_000 => Self::Link,
            0o160_000 => Self::Submodule,
            _ => Self::File,
        }
    }

    /// Whether the entry's object is a blob.
    #[must_use]
    pub const fn is_blob(self) -> bool {
        matches!(self, Self::File | Self::Link)
    }
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'t> {
    /// Its kind.
    pub kind: EntryKind,
    /// Its name, without folder.
    pub name: &'t [u8],
    /// Its object.
    pub oid: Oid,
    /// Start and end of the entry in the tree, in bytes.
    pub span: (usize, usize),
}

/// The error of a tree that ends within an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorruptTree;

/// Returns an iterator over the entries of a tree. An error is its last item.
pub fn tree_entries(
    bytes: &[u8],
    format: ObjectFormat,
) -> impl Iterator<Item = Result<TreeEntry<'_>, CorruptTree>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let entry = next_entry(&mut rest, bytes.len(), format);
        if entry.is_none() {
            rest = &[];
        }
        Some(entry.ok_or(CorruptTree))
    })
}

/// Parses the entry that begins at byte `at` of a tree.
///
/// # Errors
/// Returns an error if the tree does not hold a whole entry from there on.
pub(crate) fn tree_entry_at(
    bytes: &[u8],
    at: usize,
    format: ObjectFormat,
) -> Result<TreeEntry<'_>, CorruptTree> {
    let mut rest = bytes.get(at..).ok_or(CorruptTree)?;
    next_entry(&mut rest, bytes.len(), format).ok_or(CorruptTree)
}

/// Takes an entry from the front of `rest`, which is the end of a tree of `tree_len` bytes.
fn next_entry<'t>(rest: &mut &'t [u8], tree_len: usize, format: ObjectFormat) -> Option<TreeEntry<'t>> {
    let start = tree_len - rest.len();
    // Nearly all entries have one of two modes; a history has hundreds of millions of entries.
    let (mode, after) = if let Some(after) = rest.strip_prefix(b"100644 ") {
        (0o100_644, after)
    } else if let Some(after) = rest.strip_prefix(b"40000 ") {
        (0o040_000, after)
    } else {
        parse_mode(rest)?
    };
    let end = memchr::memchr(0, after)?;
    let (name, tail) = (&after[..end], &after[end + 1..]);
    let oid = Oid::from_bytes(tail.get(..format.raw_len())?)?;
    *rest = &tail[format.raw_len()..];
    Some(TreeEntry { kind: EntryKind::from_mode(mode), name, oid, span: (start, tree_len - rest.len()) })
}

/// Returns an entry's mode, which is written in octal digits, and the bytes after the following space.
fn parse_mode(rest: &[u8]) -> Option<(u32, &[u8])> {
    let space = rest.iter().take(8).position(|byte| *byte == b' ')?;
    let mode = rest[..space].iter().try_fold(0_u32, |mode, digit| {
        matches!(digit, b'0'..=b'7').then(|| mode * 8 + u32::from(digit - b'0'))
    })?;
    Some((mode, &rest[space + 1..]))
}

/// A person and a time, as a commit or tag names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// `Name <address>`.
    pub identity: Vec<u8>,
    /// Seconds since 1970.
    pub time: i64,
}

impl Signature {
    fn parse(line: &[u8]) -> Self {
        let end = line.iter().rposition(|byte| *byte == b'>').map_or(line.len(), |at| at + 1);
        let time = line[end..].split(|byte| *byte == b' ').find(|part| !part.is_empty());
        let time =
            time.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
        Self { identity: line[..end].to_vec(), time: time.unwrap_or(0) }
    }
}

/// The header of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its root tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// Author of the change, and when it was written.
    pub author: Signature,
    /// Time of the commit, in seconds since 1970.
    pub time: i64,
}

impl Commit {
    /// Parses the header of a commit; returns `None` if it names no tree.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (mut tree, mut parents) = (None, Vec::new());
        let (mut author, mut committer) = (Signature::default(), Signature::default());
        for (key, value) in headers(bytes) {
            match key {
                b"tree" if tree.is_none() => tree = Oid::from_hex(value),
                b"parent" => parents.extend(Oid::from_hex(value)),
                b"author" => author = Signature::parse(value),
                b"committer" => committer = Signature::parse(value),
                _ => {}
            }
        }
        Some(Self { tree: tree?, parents, author, time: committer.time })
    }
}

/// Returns the object that an annotated tag points to.
#[must_use]
pub fn tag_target(bytes: &[u8]) -> Option<Oid> {
    headers(bytes).find(|(key, _)| *key == b"object").and_then(|(_, value)| Oid::from_hex(value))
}

/// Returns the offset of the message in a commit or tag.
#[must_use]
pub fn message_start(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"\n\n").map_or(bytes.len(), |at| at + 2)
}

/// Returns the header lines as key and value. Continuation lines are skipped.
fn headers(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes[..message_start(bytes)]
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with(b" "))
        .filter_map(|line| {
            let space = memchr::memchr(b' ', line)?;
            Some((&line[..space], &line[space + 1..]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "95d09f2b10159347eece71399a7e2e907ea3df4f";

    #[test]
    fn commit_header_is_parsed() {
        let text = format!(
            "tree {NAME}\nparent {NAME}\nparent {NAME}\nauthor A U <a@b> 12 +0100\ncommitter C <c@d> 34 -0000\n\
             gpgsig -----BEGIN\n tree x\n\ntree of life\n"
        );
        let commit = Commit::parse(text.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.time), (2, 34));
        assert_eq!(commit.author, Signature { identity: b"A U <a@b>".to_vec(), time: 12 });
        assert_eq!(&text[message_start(text.as_bytes())..], "tree of life\n");
        assert_eq!(
            tag_target(format!("object {NAME}\ntype commit\n\nx").as_bytes()),
            Oid::from_hex(NAME.as_bytes())
        );
        assert_eq!(Commit::parse(b"author x\n\n"), None);
    }

    #[test]
    fn truncated_tree_ends_with_an_error() {
        let oid = Oid::from_hex(NAME.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        for (mode, name) in [("100644", "a b"), ("40000", "dir"), ("120000", "link"), ("160000", "sub")] {
            bytes.extend(format!("{mode} {name}\0").bytes());
            bytes.extend(oid.as_bytes());
        }
        let entries: Vec<_> = tree_entries(&bytes, ObjectFormat::Sha1).map(Result::unwrap).collect();
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, [EntryKind::File, EntryKind::Tree, EntryKind::Link, EntryKind::Submodule]);
        assert_eq!(entries[0].name, b"a b");
        bytes.pop();
        assert_eq!(tree_entries(&bytes, ObjectFormat::Sha1).last(), Some(Err(CorruptTree)));
        assert_eq!(tree_entries(b"x", ObjectFormat::Sha1).collect::<Vec<_>>(), [Err(CorruptTree)]);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Commit::parse(&bytes);
            let _ = tag_target(&bytes);
            proptest::prop_assert!(tree_entries(&bytes, ObjectFormat::Sha256).count() <= bytes.len());
        }
    }
}
