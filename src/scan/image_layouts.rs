//! Container images in a folder: an OCI layout that was unpacked, or a saved image. A finding in one of its blobs gets the
//! words that it would have in a tar: the image, the layer and the build step.
//!
//! What describes the image is read again for the findings only. If it is absent or damaged, a finding has no such words.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read as _;

use crate::assess::Occurrence;
use crate::decode::archive::image;
use crate::finding::LocationKind;
use crate::git::{EntryKind, Index, ObjectDatabase, ObjectKind, Oid, Repository, TreeLookup};
use crate::scan::head_positions::root_tree;
use crate::source::open_file::{self, OpenedFile};
use crate::source::worktree::{FileContent, ListedFile};

/// The sum of the lengths of what is read for all findings of a scan, in bytes.
const MAX_READ: usize = 128 << 20;

/// A reader of the file at a path of a commit, if it has at most a number of bytes. Without a commit, it is the file of
/// the index or on disk.
type ReadFile<'r> = dyn FnMut(Option<&str>, &[u8], usize) -> Option<Vec<u8>> + 'r;

/// Names the images of findings in files.
pub(crate) fn name_images_in_files(
    occurrences: &mut [Occurrence],
    files: &[ListedFile],
    repository: Option<&Repository>,
) {
    if !occurrences.iter().any(is_in_layout) {
        return;
    }
    let by_path: HashMap<&[u8], &ListedFile> =
        files.iter().map(|file| (file.path.as_slice(), file)).collect();
    let objects = repository.and_then(|repository| ObjectDatabase::open(repository).ok());
    name_images(occurrences, &mut |_, path, max| match &by_path.get(path)?.content {
        FileContent::Staged(oid) => read_blob(objects.as_ref()?, oid, max),
        FileContent::Disk(path) => {
            let OpenedFile::File(file, size) = open_file::open(path).ok()? else { return None };
            let mut content = Vec::new();
            // It may have grown since it was opened.
            file.take(size.min(max as u64 + 1)).read_to_end(&mut content).ok()?;
            (content.len() <= max).then_some(content)
        }
    });
}

/// Names the images of findings in commits and in the index.
pub(crate) fn name_images_in_commits(
    occurrences: &mut [Occurrence],
    repository: &Repository,
    objects: &ObjectDatabase,
) {
    let mut index = None;
    let mut roots: HashMap<String, Option<Oid>> = HashMap::new();
    let mut lookup = TreeLookup::new(objects, repository.format);
    name_images(occurrences, &mut |commit, path, max| {
        let blob = if let Some(commit) = commit {
            let read_root = || root_tree(objects, &Oid::from_hex(commit.as_bytes())?);
            let root = *roots.entry(commit.to_owned()).or_insert_with(read_root);
            let (kind, blob) = lookup.find(&root?, path).ok()??;
            (kind == EntryKind::File).then_some(blob)?
        } else {
            let index = index.get_or_insert_with(|| {
                Index::read(&repository.index_file, &repository.git_dir, repository.format).ok()
            });
            let index = index.as_ref()?;
            let mut entries = index.entries_at(index.positions_of(path));
            entries.find(|entry| entry.stage == 0 && entry.is_staged_blob())?.oid
        };
        read_blob(objects, &blob, max)
    });
}

fn read_blob(objects: &ObjectDatabase, blob: &Oid, max: usize) -> Option<Vec<u8>> {
    if objects.is_larger_than(blob, max as u64) {
        return None;
    }
    objects.read_as(blob, ObjectKind::Blob).ok()
}

/// Adds a step to the findings in layers and configurations.
fn name_images(occurrences: &mut [Occurrence], read: &mut ReadFile<'_>) {
    let mut layouts: BTreeMap<(Option<String>, Vec<u8>), Vec<usize>> = BTreeMap::new();
    for (at, one) in occurrences.iter().enumerate().filter(|(_, one)| is_in_layout(one)) {
        let Some((folder, _)) = split(&one.origin.path) else { continue };
        let commit = one.origin.commit.as_ref().map(|commit| commit.id.clone());
        layouts.entry((commit, folder.to_vec())).or_default().push(at);
    }
    let mut left = MAX_READ;
    for ((commit, folder), places) in layouts {
        let members = places.iter().filter_map(|at| Some(split(&occurrences[*at].origin.path)?.1.to_owned()));
        let members: HashSet<String> = members.collect();
        let mut read_member = |name: &str, max: usize| {
            let path = [folder.as_slice(), name.as_bytes()].concat();
            let content = read(commit.as_deref(), &path, max.min(left))?;
            left -= content.len().min(left);
            Some(Cow::Owned(content))
        };
        let notes = image::notes(&mut read_member, &|name| members.contains(name));
        for at in places {
            let Occurrence { rated, origin, .. } = &mut occurrences[at];
            if let Some(words) = split(&origin.path).and_then(|(_, member)| notes.get(member)) {
                rated.evidence.via.insert(0, format!("image:{words}"));
            }
        }
    }
}

fn is_in_layout(one: &Occurrence) -> bool {
    one.origin.kind == LocationKind::File && split(&one.origin.path).is_some()
}

/// Splits the path of a blob into the folder of its layout, with the slash at its end, and its name there.
fn split(path: &[u8]) -> Option<(&[u8], &str)> {
    const FOLDER: &[u8] = b"blobs/sha256/";
    const DIGITS: usize = 64;
    let (folder, member) = path.split_at_checked(path.len().checked_sub(FOLDER.len() + DIGITS)?)?;
    let digits = member.strip_prefix(FOLDER)?;
    let is_blob = digits.iter().all(u8::is_ascii_hexdigit) && (folder.is_empty() || folder.ends_with(b"/"));
    is_blob.then_some((folder, std::str::from_utf8(member).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_of_a_layout_is_in_its_folder() {
        let blob = format!("blobs/sha256/{}", "1a".repeat(32));
        for folder in ["", "images/app/"] {
            let path = format!("{folder}{blob}");
            assert_eq!(split(path.as_bytes()), Some((folder.as_bytes(), blob.as_str())));
        }
        for other in [format!("my{blob}"), format!("{blob}0"), blob.replace('a', "g"), String::new()] {
            assert_eq!(split(other.as_bytes()), None, "{other}");
        }
    }
}
