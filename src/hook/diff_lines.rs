//! The lines below git's scissors that git itself may have written there: those of the files that the diff names.
//!
//! Git appends a diff for `git commit -v` and cuts it off again. The hook of a message cannot see whether it will, and a
//! text that somebody pasted looks the same. What it quotes tells them apart.

use std::collections::{BTreeSet, HashMap};

use crate::git::{
    Commit, EntryKind, Index, ObjectDatabase, ObjectKind, Oid, Refs, Repository, find_entry, open_regular,
    os_string,
};

/// The part of a line that git writes after `@@`, in bytes.
const HUNK_NAME: usize = 80;

/// The most files that are read.
const MAX_FILES: usize = 10_000;

/// The largest version of a file that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// Returns the text that git cuts off without the lines that the index, HEAD or a parent of HEAD hold in the files that
/// the text names; in a diff of `git commit -vv` also without the lines of files on disk. Empty lines take their place,
/// so that the others keep their numbers. What cannot be read counts as absent.
pub(crate) fn without_lines_of_files(repository: &Repository, appended: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = appended.split(|byte| *byte == b'\n').collect();
    let mut quoted: HashMap<&[u8], bool> = lines.iter().map(|line| (quoted_text(line), false)).collect();
    let paths: BTreeSet<Vec<u8>> = lines.iter().flat_map(|line| paths_of(line)).take(MAX_FILES).collect();
    let mut known_paths = BTreeSet::new();
    let on_disk: BTreeSet<&[u8]> = lines.iter().filter_map(|line| line.strip_prefix(b"+++ w/")).collect();
    if let Some(versions) = Versions::open(repository) {
        for path in paths {
            for text in versions.of(&path, on_disk.contains(path.as_slice())) {
                mark(&mut quoted, &text);
                known_paths.insert(path.clone());
            }
        }
    }
    let is_known = |line: &[u8]| {
        let names = paths_of(line);
        quoted.get(quoted_text(line)).is_some_and(|known| *known)
            || !names.is_empty() && names.iter().any(|path| known_paths.contains(path))
    };
    let kept: Vec<&[u8]> = lines.iter().map(|line| if is_known(line) { b"" } else { *line }).collect();
    kept.join(&b'\n')
}

/// Marks the lines of a file.
fn mark(quoted: &mut HashMap<&[u8], bool>, file: &[u8]) {
    for line in file.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let name = line.trim_ascii_start();
        for form in [line, name[..name.len().min(HUNK_NAME)].trim_ascii_end()] {
            if let Some(known) = quoted.get_mut(form) {
                *known = true;
            }
        }
    }
}

/// Returns what a line of a diff quotes from a file: the line itself, or the name after `@@`.
fn quoted_text(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.first() {
        Some(b'+' | b'-' | b' ') => &line[1..],
        Some(b'@') => memchr::memmem::find(line, b" @@ ").map_or(line, |at| line[at + 4..].trim_ascii()),
        _ => line,
    }
}

/// Returns the paths that a header of a diff may name: with and without the letter that git puts before them.
fn paths_of(line: &[u8]) -> Vec<Vec<u8>> {
    let name = if let Some(names) = line.strip_prefix(b"diff --git ") {
        // Both names are equal but for the letter before them.
        let (old, new) = names.split_at(names.len() / 2);
        let new = new.get(1..).unwrap_or_default();
        let of_letter = |name: &[u8]| usize::from(name.get(1) == Some(&b'/')) * 2;
        (old[of_letter(old)..] == new[of_letter(new)..]).then_some(new)
    } else {
        [&b"--- "[..], b"+++ ", b"rename from ", b"rename to ", b"copy from ", b"copy to "]
            .iter()
            .find_map(|start| line.strip_prefix(*start))
    };
    let Some(name) = name else { return Vec::new() };
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let name = unquoted(name).unwrap_or_else(|| name.to_vec());
    let below = name.get(2..).filter(|_| name.get(1) == Some(&b'/')).map(<[u8]>::to_vec);
    below.into_iter().chain([name]).collect()
}

/// Returns the path that git writes in quotes, with octal numbers for special bytes; `None` if it is not of this form.
fn unquoted(name: &[u8]) -> Option<Vec<u8>> {
    let mut rest = name.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut path = Vec::with_capacity(rest.len());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            path.push(*byte);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        path.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'3' => {
                let digits = [*escape, *rest.first()?, *rest.get(1)?];
                rest = &rest[2..];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()?
            }
            other => *other,
        });
    }
    Some(path)
}

/// The versions of files that a diff of `git commit` compares.
struct Versions<'r> {
    repository: &'r Repository,
    objects: ObjectDatabase,
    index: Option<Index>,
    /// The trees of HEAD and of its parents.
    trees: Vec<Oid>,
}

impl<'r> Versions<'r> {
    fn open(repository: &'r Repository) -> Option<Self> {
        let objects = ObjectDatabase::open(repository).ok()?;
        let commit = |oid: &Oid| Commit::parse(&objects.read_as(oid, ObjectKind::Commit).ok()?);
        let head = Refs::read_head(repository).ok().flatten().and_then(|oid| commit(&oid));
        let parents = head.iter().flat_map(|head| &head.parents).filter_map(commit);
        let trees = head.iter().map(|head| head.tree).chain(parents.map(|parent| parent.tree)).collect();
        let index = Index::read(&repository.index_file, &repository.git_dir, repository.format).ok();
        Some(Self { repository, objects, index, trees })
    }

    /// Returns the contents of a path that can be read.
    fn of(&self, path: &[u8], on_disk: bool) -> Vec<Vec<u8>> {
        let mut blobs = BTreeSet::new();
        let mut is_tracked = false;
        if let Some(index) = &self.index {
            let entries = index.entries_at(index.positions_of(path));
            for entry in entries.filter(|entry| !entry.is_sparse_folder()) {
                is_tracked = true;
                blobs.extend(entry.is_staged_blob().then_some(entry.oid));
            }
        }
        for tree in &self.trees {
            match find_entry(&self.objects, self.repository.format, tree, path) {
                Ok(Some((kind, oid))) if kind != EntryKind::Tree => blobs.extend([oid]),
                _ => {}
            }
        }
        let is_small = |oid: &Oid| !self.objects.is_larger_than(oid, MAX_FILE);
        let blobs = blobs.iter().filter(|oid| is_small(oid));
        let mut texts: Vec<Vec<u8>> =
            blobs.filter_map(|oid| self.objects.read_as(oid, ObjectKind::Blob).ok()).collect();
        if on_disk && is_tracked {
            texts.extend(self.on_disk(path));
        }
        texts
    }

    fn on_disk(&self, path: &[u8]) -> Option<Vec<u8>> {
        let path = self.repository.work_tree.as_ref()?.join(os_string(path));
        // Git compares a link by its target, and follows none.
        if !std::fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        let (mut file, length) = open_regular(&path).ok()?;
        let mut text = Vec::new();
        if length <= MAX_FILE {
            std::io::Read::read_to_end(&mut file, &mut text).ok()?;
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_paths() {
        for (line, expected) in [
            ("+++ b/a b.txt", &["a b.txt", "b/a b.txt"][..]),
            ("--- a/x\t", &["x", "a/x"]),
            ("+++ x", &["x"]),
            ("diff --git a/k/x b/k/x", &["k/x", "b/k/x"]),
            ("diff --git k k", &["k"]),
            ("rename to k", &["k"]),
            ("--- \"a/\\303\\244\\\"\\t\"", &["ä\"\t", "a/ä\"\t"]),
            ("+x", &[]),
            ("diff --git a/k b/x", &[]),
            ("diff --git kkk b/x", &[]),
            ("diff --git ", &[""]),
            ("+++ ", &[""]),
            ("--- \"\\3\"", &["\"\\3\""]),
        ] {
            let paths: Vec<String> =
                paths_of(line.as_bytes()).into_iter().map(|path| String::from_utf8(path).unwrap()).collect();
            assert_eq!(paths, expected, "{line}");
        }
    }

    #[test]
    fn only_lines_of_the_file_are_known() {
        let long = format!("  def {}", "x".repeat(200));
        let name = format!("@@ -1 +1 @@ {}", &long.trim_start()[..80]);
        let lines = ["+k=1", "-k=2", " k=1", "@@ -1,2 +1,2 @@ k=1", "k=1", "+k=10", "+ k=1", name.as_str()];
        let mut quoted: HashMap<&[u8], bool> =
            lines.iter().map(|line| (quoted_text(line.as_bytes()), false)).collect();
        mark(&mut quoted, format!("k=1\r\n{long}\n").as_bytes());
        let known: Vec<bool> = lines.iter().map(|line| quoted[quoted_text(line.as_bytes())]).collect();
        assert_eq!(known, [true, false, true, true, true, false, false, true]);
    }
}
