//! The cache tree, and the search for a folder's entries.

use crate::git::index::tests::*;

fn node<'a>(index: &'a Index, path: &[&str]) -> CacheNode<'a> {
    path.iter().fold(index.cache_tree().unwrap(), |node, name| node.child(name.as_bytes()).unwrap())
}

#[test]
fn cache_tree_of_a_committed_index_is_valid() {
    let repo = Repo::with_commit();
    let index = repo.check();
    let root = index.cache_tree().unwrap();
    assert_eq!(root.name(), b"");
    assert_eq!(root.entry_count(), Some(7));
    assert_eq!(root.oid().unwrap().to_string(), repo.git_line(["rev-parse", "HEAD^{tree}"]));
    let names: Vec<&[u8]> = root.children().map(|child| child.name()).collect();
    assert_eq!(names, [&b"a"[..], b"b-c", b"b"], "in the order of the entries");
    assert!(root.child(b"top").is_none() && root.child(b"").is_none());
}

#[test]
fn change_invalidates_only_the_folders_above_it() {
    for split in [false, true] {
        let repo = Repo::with_commit();
        if split {
            repo.git(["config", "splitIndex.maxPercentChange", "100"]);
            repo.git(["update-index", "--split-index"]);
        }
        repo.write("a/deep/three", "changed");
        repo.git(["add", "a/deep/three"]);
        let index = repo.check();
        for path in [&[][..], &["a"], &["a", "deep"]] {
            assert_eq!(
                (node(&index, path).entry_count(), node(&index, path).oid()),
                (None, None),
                "{path:?}"
            );
        }
        for (path, count) in [(&["b"][..], 1), (&["b-c"], 2), (&["b-c", "d"], 1)] {
            let node = node(&index, path);
            assert_eq!(node.entry_count(), Some(count));
            let expected = repo.git_line(["rev-parse", &format!("HEAD:{}", path.join("/"))]);
            assert_eq!(node.oid().unwrap().to_string(), expected);
        }
        let written = repo.git_line(["write-tree"]);
        assert_eq!(repo.check().cache_tree().unwrap().oid().unwrap().to_string(), written);
    }
}

#[test]
fn sha256_index_has_a_cache_tree() {
    let repo = Repo::with_format(ObjectFormat::Sha256);
    repo.fill();
    repo.write("b/four", "changed");
    repo.git(["add", "b/four"]);
    let index = repo.check();
    assert_eq!(node(&index, &["a", "deep"]).entry_count(), Some(1));
    assert_eq!(node(&index, &["b"]).oid(), None);
}

#[test]
fn announced_file_keeps_its_folders_invalid() {
    let repo = Repo::with_commit();
    repo.write("b/new", "new");
    repo.git(["add", "-N", "b/new"]);
    repo.git(["write-tree"]);
    let index = repo.check();
    assert_eq!(node(&index, &["b"]).entry_count(), None);
    assert_eq!(node(&index, &["a"]).entry_count(), Some(3));
}

#[test]
fn entries_of_a_folder_are_found_by_search() {
    let repo = Repo::new();
    repo.stage(
        ["a", "b-c/x", "b.c", "b/x/y", "b/z", "b0", "c/\u{ff}"].map(|path| (0o100_644, 0, path.into())),
    );
    let index = repo.check();
    let paths = |folder: &str| -> Vec<String> {
        let entries = index.entries_at(index.positions_under(folder.as_bytes()));
        entries.map(|entry| String::from_utf8(entry.path.to_vec()).unwrap()).collect()
    };
    assert_eq!(paths("").len(), 7);
    assert_eq!(paths("b"), ["b/x/y", "b/z"]);
    assert_eq!(paths("b/x"), ["b/x/y"]);
    assert_eq!(paths("b-c"), ["b-c/x"]);
    assert_eq!(paths("c"), ["c/\u{ff}"]);
    for empty in ["a", "zz", "0", "b/", "b/x/y"] {
        assert!(paths(empty).is_empty(), "{empty}");
    }
    assert_eq!(index.entries_at(5..99).count(), 2);
    assert_eq!(index.entries_at(99..100).count(), 0);
    assert_eq!(index.get(7), None);
}

/// The bytes of an index with this cache tree and no entries.
fn with_tree(tree: &[u8]) -> Vec<u8> {
    let len = u32::try_from(tree.len()).unwrap().to_be_bytes();
    [&b"DIRC\0\0\0\x02\0\0\0\0TREE"[..], &len, tree, &[0; 20]].concat()
}

#[test]
fn impossible_cache_trees_are_errors() {
    let oid = "o".repeat(20);
    let valid = format!("\x000 1\n{oid}a\x000 0\n{oid}");
    assert!(Index::parse(with_tree(valid.as_bytes()), ObjectFormat::Sha1, no_shared_file).is_ok());
    for (tree, expected) in [
        (String::new(), "cut short"),
        ("\0-1 1\n".to_owned(), "cut short"),
        ("\x000 0\nshort".to_owned(), "cut short"),
        ("name\0-1 0\n".to_owned(), "impossible name"),
        ("\0-1 1\n\0-1 0\n".to_owned(), "impossible name"),
        ("\0-1 1\na/b\0-1 0\n".to_owned(), "impossible name"),
        ("\0-1 x\n".to_owned(), "a number"),
        ("\0-1 \n".to_owned(), "a number"),
        ("\0+1 0\n".to_owned(), "a number"),
        ("\0-1 4294967296\n".to_owned(), "a number"),
        ("\0-1 2\na\0-1 0\na\0-1 0\n".to_owned(), "twice"),
        ("\0-1 0\nmore".to_owned(), "after its end"),
        (format!("\x001 0\n{oid}"), "entries that are not there"),
        (format!("\0-1 1\na\x001 0\n{oid}"), "entries that are not there"),
    ] {
        let error = Index::parse(with_tree(tree.as_bytes()), ObjectFormat::Sha1, no_shared_file).unwrap_err();
        assert!(error.to_string().contains(expected), "{tree:?}: {error}");
    }
}

#[test]
fn deep_cache_tree_is_an_error_and_a_wide_one_is_read() {
    let deep = |depth: usize| {
        let tree = format!("\0-1 1\n{}z\0-1 0\n", "a\0-1 1\n".repeat(depth - 2));
        Index::parse(with_tree(tree.as_bytes()), ObjectFormat::Sha1, no_shared_file)
    };
    assert!(deep(4096).is_ok());
    assert!(deep(4097).unwrap_err().to_string().contains("too deep"));
    assert!(deep(1_000_000).is_err());

    let children: Vec<String> = (0..100_000).rev().map(|name| format!("{name}\0-1 0\n")).collect();
    let wide = with_tree(format!("\0-1 100000\n{}", children.concat()).as_bytes());
    let wide = Index::parse(wide, ObjectFormat::Sha1, no_shared_file).unwrap();
    let root = wide.cache_tree().unwrap();
    assert_eq!(root.children().len(), 100_000);
    assert_eq!(root.child(b"77777").unwrap().name(), b"77777");
    assert!(root.child(b"100000").is_none());
}
