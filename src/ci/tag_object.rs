//! The tag object of a run. `actions/checkout` fetches the commit of a tag under the tag's name, so an annotated tag has
//! lost its name in the clone, but is usually still among the objects.

use crate::git::{ObjectDatabase, ObjectKind, Oid, Repository, run_git, tag_target};

/// Finds the tag objects with a name and a target among all objects of the clone; none if they cannot be listed.
pub(super) fn find_tag_objects(repository: &Repository, name: &str, target: Oid) -> Vec<Oid> {
    const LIST: [&str; 4] =
        ["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)", "--unordered"];
    let listed = run_git(repository, &LIST).unwrap_or_default();
    let tags =
        listed.split(|byte| *byte == b'\n').filter_map(|line| Oid::from_hex(line.strip_prefix(b"tag ")?));
    let Ok(objects) = ObjectDatabase::open(repository) else { return Vec::new() };
    let is_it = |oid: &Oid| {
        objects.read_as(oid, ObjectKind::Tag).is_ok_and(|bytes| {
            tag_target(&bytes) == Some(target) && tag_name(&bytes) == Some(name.as_bytes())
        })
    };
    tags.filter(is_it).collect()
}

/// Returns the name in a tag object.
fn tag_name(bytes: &[u8]) -> Option<&[u8]> {
    let mut header = bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    header.find_map(|line| line.strip_prefix(b"tag "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_in_the_header() {
        let tag = |header: &str| {
            format!("object {}\ntype commit\n{header}tagger a <a> 1 +0000\n\ntag x\n", "1".repeat(40))
        };
        assert_eq!(tag_name(tag("tag v1\n").as_bytes()), Some(&b"v1"[..]));
        assert_eq!(tag_name(tag("").as_bytes()), None);
    }
}
