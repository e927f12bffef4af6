//! Trees, commits and tags, compared with a simple reader.

use skant::internal::git::{
    Commit, CorruptTree, EntryKind, ObjectFormat, Oid, TreeEntry, message_start, tag_target, tree_entries,
};

use super::input::{Input, format_of};

/// Input: a format, then the bytes of an object, which is read as one of each kind.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let format = format_of(input.byte());
    let object = input.rest();
    tree(object, format);
    commit(object);
}

fn tree(bytes: &[u8], format: ObjectFormat) {
    let read: Vec<Result<TreeEntry<'_>, CorruptTree>> = tree_entries(bytes, format).collect();
    let mut at = 0;
    for (number, entry) in read.iter().enumerate() {
        assert_eq!(*entry, plainly(bytes, at, format).ok_or(CorruptTree));
        let Ok(entry) = entry else {
            assert_eq!(number + 1, read.len(), "nothing follows what is broken");
            return;
        };
        at = entry.span.1;
    }
    assert_eq!(at, bytes.len(), "a tree that is not broken is read to its end");
}

/// Reads the entry at an offset: mode of at most seven octal digits, space, name, zero byte, object name.
fn plainly(bytes: &[u8], start: usize, format: ObjectFormat) -> Option<TreeEntry<'_>> {
    let space = (start..bytes.len().min(start + 8)).find(|at| bytes[*at] == b' ')?;
    let digits = std::str::from_utf8(&bytes[start..space]).ok()?;
    let is_octal = digits.bytes().all(|digit| (b'0'..b'8').contains(&digit));
    let mode = if digits.is_empty() { Some(0) } else { u32::from_str_radix(digits, 8).ok() };
    let mode = mode.filter(|_| is_octal)?;
    let zero = (space + 1..bytes.len()).find(|at| bytes[*at] == 0)?;
    let end = zero + 1 + format.raw_len();
    let oid = Oid::from_bytes(bytes.get(zero + 1..end)?)?;
    let kind = match mode >> 12 {
        0o04 => EntryKind::Tree,
        0o12 => EntryKind::Link,
        0o16 => EntryKind::Submodule,
        // Higher bits are no part of the file type.
        wide if wide > 0o17 => EntryKind::from_mode(mode),
        _ => EntryKind::File,
    };
    Some(TreeEntry { kind, name: &bytes[space + 1..zero], oid, span: (start, end) })
}

fn commit(bytes: &[u8]) {
    let start = message_start(bytes);
    assert!(start <= bytes.len());
    assert!(start == bytes.len() || bytes[..start].ends_with(b"\n\n"));
    let lines: Vec<&[u8]> =
        bytes[..start].split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()).collect();
    let named = |key: &str| {
        let start = format!("{key} ");
        let values = lines.iter().filter_map(move |line| line.strip_prefix(start.as_bytes()));
        values.map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let ids = |key: &str| named(key).iter().filter_map(|value| Oid::from_hex(value)).collect::<Vec<_>>();
    let parsed = Commit::parse(bytes);
    assert_eq!(parsed.as_ref().map(|commit| commit.tree), ids("tree").first().copied());
    let first = named("object").first().and_then(|value| Oid::from_hex(value));
    assert_eq!(tag_target(bytes), first);
    let Some(parsed) = parsed else { return };
    assert_eq!(parsed.parents, ids("parent"));
    if let Some(author) = named("author").last() {
        assert!(author.starts_with(&parsed.author.identity));
    }
    let other = [&bytes[..start], b"another message\ntree of life"].concat();
    if start < bytes.len() {
        assert_eq!(Commit::parse(&other), Some(parsed), "the message counts nothing");
    }
}
