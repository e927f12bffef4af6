//! Entries: versions, flags, names, split and sparse indexes, each against `git ls-files`.

use crate::git::index::tests::*;
use std::fs;

const FILE: u32 = 0o100_644;

#[test]
fn new_repository_has_an_empty_index() {
    let repo = Repo::new();
    assert!(!repo.index_path().exists());
    let index = repo.check();
    assert!(index.is_empty() && index.cache_tree().is_none() && !index.is_sparse());
    repo.git(["read-tree", "--empty"]);
    assert!(repo.check().is_empty());
}

#[test]
fn all_versions_are_read_in_both_object_formats() {
    for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
        let repo = Repo::with_format(format);
        repo.fill();
        repo.stage([
            (0o100_755, 0, b"run".to_vec()),
            (0o120_000, 0, b"link".to_vec()),
            (0o160_000, 0, b"module".to_vec()),
        ]);
        assert_eq!(repo.version(), 2);
        assert_eq!(repo.check().len(), 10);
        repo.git(["update-index", "--index-version", "4"]);
        assert_eq!(repo.version(), 4);
        assert_eq!(repo.check().len(), 10);
        repo.git(["update-index", "--index-version", "2"]);
        repo.write("announced", "text");
        repo.git(["add", "-N", "announced"]);
        repo.git(["update-index", "--skip-worktree", "a/one"]);
        repo.git(["update-index", "--assume-unchanged", "a/two"]);
        assert_eq!(repo.version(), 3);
        let index = repo.check();
        assert_eq!(index.entries().filter(|entry| entry.intent_to_add).count(), 1);
        assert_eq!(index.entries().filter(|entry| entry.skip_worktree).count(), 1);
        repo.git(["update-index", "--index-version", "4"]);
        repo.check();
    }
}

#[test]
fn names_of_all_kinds_and_lengths_are_read() {
    for version in ["2", "4"] {
        let repo = Repo::new();
        let mut names: Vec<Vec<u8>> = [
            &b"with space"[..],
            b"with\nnewline",
            b"with\ttab",
            b"quote\"d",
            b"\xff\xfe",
            b"caf\xc3\xa9",
            b"a-b/c",
            b"a/c",
            b"a.c",
            b"\x01",
        ]
        .map(<[u8]>::to_vec)
        .into();
        // All lengths of padding, and lengths below and above the maximum of the length field.
        names.extend((1..=16).map(|len| vec![b'x'; len]));
        for len in [4093, 4094, 4095, 4096, 4097, 5000, 70_000] {
            names.push([b"long/", &vec![b'y'; len - 5][..], b"/z"].concat());
        }
        repo.stage(names.iter().map(|name| (FILE, 0, name.clone())));
        repo.git(["update-index", "--index-version", version]);
        assert_eq!(repo.check().len(), names.len());
    }
}

#[test]
fn unmerged_path_has_three_stages() {
    let repo = Repo::with_commit();
    repo.git(["checkout", "-qb", "other"]);
    repo.write("a/one", "theirs");
    repo.git(["rm", "-q", "b/four"]);
    repo.git(["commit", "-qam", "theirs"]);
    repo.git(["checkout", "-q", "main"]);
    repo.write("a/one", "ours");
    repo.write("b/four", "ours");
    repo.git(["commit", "-qam", "ours"]);
    let merge = repo.try_git(&["merge".into(), "other".into()], None, b"");
    assert!(!merge.status.success());
    for change in
        [&["status"][..], &["update-index", "--index-version", "4"], &["update-index", "--split-index"]]
    {
        repo.git(change);
        let index = repo.check();
        let stages: Vec<u8> = index.entries().map(|entry| entry.stage).filter(|&stage| stage > 0).collect();
        assert_eq!(stages, [1, 2, 3, 1, 2]);
    }
    // Resolving a conflict of the shared file adds a stage 0 to the index file.
    repo.git(["add", "a/one"]);
    repo.check();
    repo.git(["checkout", "-m", "a/one"]);
    repo.check();
}

/// Splits the index so that git does not merge it back.
fn split(repo: &Repo) {
    repo.git(["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(["update-index", "--split-index"]);
}

fn has_link(repo: &Repo) -> bool {
    memchr::memmem::find(&repo.bytes(), b"link").is_some()
}

#[test]
fn split_index_with_all_kinds_of_change_is_read() {
    for (format, version) in
        [(ObjectFormat::Sha1, "2"), (ObjectFormat::Sha1, "4"), (ObjectFormat::Sha256, "4")]
    {
        let repo = Repo::with_format(format);
        repo.fill();
        repo.stage((0..300).map(|number| (FILE, 0, format!("many/{number:03}").into_bytes())));
        repo.git(["update-index", "--index-version", version]);
        split(&repo);
        assert_eq!(repo.check().len(), 307);
        let shared = repo.git_dir().join(format!("sharedindex.{}", link_of(&repo).unwrap()));
        let untouched = fs::read(&shared).unwrap();
        repo.write("b/four", "changed");
        repo.write("new", "new");
        repo.git(["add", "b/four", "new"]);
        repo.git(["rm", "-q", "--cached", "top", "a/two"]);
        repo.git(["update-index", "--skip-worktree", "a/one"]);
        repo.check();
        // Long runs of replaced and of deleted entries: the bitmaps then hold runs and literal words.
        repo.stage((10..140).map(|number| (0o100_755, 0, format!("many/{number:03}").into_bytes())));
        repo.git([
            "rm", "-q", "--cached", "-r", "--", "many/15*", "many/16*", "many/17*", "many/18*", "many/2*",
        ]);
        repo.stage((0..9).map(|number| (FILE, 0, format!("many/20{number}-b").into_bytes())));
        let index = repo.check();
        assert_eq!(index.len(), 307 - 2 + 1 - 140 + 9);
        assert!(has_link(&repo));
        assert_eq!(fs::read(&shared).unwrap(), untouched, "all changes are in the index file");
        repo.git(["write-tree", "--missing-ok"]);
        assert!(repo.check().cache_tree().unwrap().oid().is_some());
        repo.git(["update-index", "--no-split-index"]);
        assert!(!has_link(&repo));
        repo.check();
    }
}

fn link_of(repo: &Repo) -> Option<Oid> {
    let mut name = None;
    let outcome = Index::parse(repo.bytes(), repo.format, |base| {
        name = Some(*base);
        Err(io::ErrorKind::NotFound.into())
    });
    assert_eq!(outcome.is_err(), name.is_some());
    name
}

#[test]
fn split_index_and_its_shared_file_may_be_in_different_folders() {
    let mut repo = Repo::with_commit();
    split(&repo);
    repo.write("new", "new");
    repo.git(["add", "new"]);
    let elsewhere = repo.dir.parent().unwrap().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::copy(repo.index_path(), elsewhere.join("index")).unwrap();
    let original = repo.git_dir();
    repo.index_file = Some(elsewhere.join("index"));
    assert_eq!(repo.check().len(), 8);
    let name = format!("sharedindex.{}", link_of(&repo).unwrap());
    fs::rename(original.join(&name), elsewhere.join(&name)).unwrap();
    assert_eq!(repo.read().unwrap().len(), 8);
    fs::remove_file(elsewhere.join(&name)).unwrap();
    assert!(matches!(repo.read(), Err(IndexError::NoShared { .. })));
}

#[test]
fn linked_worktree_has_its_own_index_and_shared_file() {
    let repo = Repo::with_commit();
    let linked = repo.dir.parent().unwrap().join("linked");
    let linked = linked.to_str().unwrap();
    repo.git(["worktree", "add", "-q", linked]);
    repo.git(["-C", linked, "update-index", "--split-index"]);
    repo.git(["-C", linked, "rm", "-q", "--cached", "top"]);
    let git_dir = repo.git_dir().join("worktrees/linked");
    let index = Index::read(&git_dir.join("index"), &git_dir, repo.format).unwrap();
    let paths: Vec<u8> = index.entries().flat_map(|entry| [entry.path, b"\0"].concat()).collect();
    assert_eq!(paths, repo.git(["-C", linked, "ls-files", "-z"]));
    assert_eq!(repo.check().len(), index.len() + 1);
}

#[test]
fn shared_file_with_another_checksum_is_an_error() {
    let repo = Repo::with_commit();
    split(&repo);
    let name = format!("sharedindex.{}", link_of(&repo).unwrap());
    let mut shared = fs::read(repo.git_dir().join(&name)).unwrap();
    let last = shared.len() - 1;
    shared[last] ^= 1;
    let parse = |shared: Vec<u8>| Index::parse(repo.bytes(), repo.format, |_| Ok(shared));
    assert!(matches!(parse(shared.clone()), Err(IndexError::Shared { .. })));
    shared[last] ^= 1;
    assert!(parse(shared.clone()).is_ok());
    shared[7] = 9;
    let message = parse(shared).unwrap_err().to_string();
    assert!(message.starts_with(&format!("in `{name}`")) && message.contains("version 9"), "{message}");
    assert!(parse(Vec::new()).is_err());
}

#[test]
fn sparse_index_has_entries_for_folders() {
    let repo = Repo::with_commit();
    repo.git(["sparse-checkout", "set", "--cone", "--sparse-index", "a/deep"]);
    let index = repo.check();
    assert!(index.is_sparse());
    let folders: Vec<&[u8]> =
        index.entries().filter(Entry::is_sparse_folder).map(|entry| entry.path).collect();
    assert_eq!(folders, [&b"b-c/"[..], b"b/"]);
    let root = index.cache_tree().unwrap();
    assert_eq!(root.entry_count(), Some(index.len()));
    assert_eq!(root.oid().unwrap().to_string(), repo.git_line(["rev-parse", "HEAD^{tree}"]));
    assert_eq!(index.positions_under(b"b").len(), 1);
    repo.write("a/deep/new", "new");
    repo.git(["add", "a/deep/new"]);
    assert_eq!(repo.check().cache_tree().unwrap().oid(), None);
    repo.git(["sparse-checkout", "disable"]);
    assert!(!repo.check().is_sparse());
}

#[test]
fn other_extensions_and_settings_are_ignored() {
    let repo = Repo::new();
    repo.stage((0..12_000).map(|number| (FILE, 0, format!("d{}/f{number}", number % 7).into_bytes())));
    for version in ["2", "4"] {
        for (key, value) in
            [("index.threads", "2"), ("core.untrackedCache", "true"), ("core.fsmonitor", "false")]
        {
            repo.git(["config", key, value]);
            repo.git(["update-index", "--index-version", version, "--force-write-index"]);
        }
        assert!(memchr::memmem::find(&repo.bytes(), b"IEOT").is_some(), "blocks for threads");
        assert_eq!(repo.check().len(), 12_000);
    }
    repo.git(["rm", "-rq", "--cached", "d1", "d2", "d3", "d4", "d5", "d6"]);
    repo.git(["update-index", "--force-untracked-cache"]);
    repo.git(["config", "index.skipHash", "true"]);
    repo.git(["update-index", "--force-write-index"]);
    assert!(repo.bytes().ends_with(&[0; 20]), "no checksum");
    repo.check();
}

#[test]
fn undo_information_of_resolved_conflicts_is_ignored() {
    let repo = Repo::with_commit();
    repo.stage((1..4).map(|stage| (FILE, stage, b"both".to_vec())));
    repo.check();
    repo.write("both", "solved");
    repo.git(["add", "both"]);
    assert!(memchr::memmem::find(&repo.bytes(), b"REUC").is_some());
    repo.check();
}

#[test]
fn index_of_a_partial_commit_is_read_in_a_hook() {
    let mut repo = Repo::with_commit();
    repo.write("a/one", "changed");
    repo.write("b/four", "changed");
    repo.git(["add", "b/four"]);
    let seen = repo.dir.parent().unwrap().join("seen");
    let hook = repo.git_dir().join("hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\ncp \"$GIT_INDEX_FILE\" '{}'\n", seen.display())).unwrap();
    let mut mode = fs::metadata(&hook).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    fs::set_permissions(&hook, mode).unwrap();
    repo.git(["commit", "-qm", "part", "a/one"]);
    repo.index_file = Some(seen);
    let index = repo.check();
    let blob = |revision: &str| Some(repo.git_line(["rev-parse", revision]));
    let staged =
        |path: &[u8]| index.entries().find(|entry| entry.path == path).map(|entry| entry.oid.to_string());
    assert_eq!(staged(b"a/one"), blob("HEAD:a/one"));
    assert_eq!(staged(b"b/four"), blob("HEAD:b/four"), "the other staged change is not in this commit");
}

#[test]
fn index_is_read_after_each_of_many_random_changes() {
    for seed in 1..=3_u32 {
        let repo = Repo::with_commit();
        repo.git(["config", "splitIndex.maxPercentChange", "60"]);
        if seed == 3 {
            repo.git(["config", "core.splitIndex", "true"]);
        }
        let mut state = seed;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for step in 0..40 {
            let path = format!("{}/{}/f{}", ["a", "b", "b-c"][draw(3) as usize], draw(2), draw(4));
            match draw(12) {
                0 => repo.git(["update-index", ["--split-index", "--no-split-index"][draw(2) as usize]]),
                1 => repo.git(["update-index", "--index-version", ["2", "4"][draw(2) as usize]]),
                2 => repo.git(["commit", "-q", "--allow-empty", "-m", "step"]),
                3 => repo.git(["read-tree", "HEAD"]),
                4 => repo.git(["reset", "-q", "--hard"]),
                5 => repo.git(["rm", "-rq", "--cached", "--ignore-unmatch", &path[..path.len() - 3]]),
                6 => repo.git(["rm", "-q", "--cached", "--ignore-unmatch", &path]),
                7 if repo.git(["ls-files", "-s", &path]).is_empty() => {
                    repo.write(&path, "announced");
                    repo.git(["add", "-N", &path])
                }
                8 => {
                    repo.stage((1..4).map(|stage| (FILE, stage, path.clone().into_bytes())));
                    repo.check();
                    repo.git(["reset", "-q"])
                }
                _ => {
                    repo.write(&path, &format!("{step}"));
                    repo.git(["add", &path])
                }
            };
            repo.check();
        }
    }
}
