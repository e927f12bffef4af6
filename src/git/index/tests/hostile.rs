//! Damaged and synthetic files: reading gives an error or a result, never a panic, and takes memory in proportion to
//! the file.

use miette::Diagnostic as _;
use proptest::prelude::*;
use std::fs;

use crate::git::index::tests::*;

/// One entry of version 2 or 3, or of version 4 if `dropped` is given: the encoded number of bytes that the path
/// before it loses.
fn entry(flags: u16, extended: Option<u16>, dropped: Option<&[u8]>, path: &[u8]) -> Vec<u8> {
    let mut bytes = [&[0; 40][..], &[7; 20], &flags.to_be_bytes()].concat();
    bytes.extend(extended.iter().flat_map(|flags| flags.to_be_bytes()));
    bytes.extend(dropped.into_iter().flatten());
    bytes.extend(path);
    let padded = if dropped.is_some() { bytes.len() + 1 } else { bytes.len() / 8 * 8 + 8 };
    bytes.resize(padded, 0);
    bytes
}

fn plain(path: &str) -> Vec<u8> {
    entry(u16::try_from(path.len()).unwrap(), None, None, path.as_bytes())
}

fn file(version: u8, entries: &[Vec<u8>], extensions: &[u8]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).unwrap().to_be_bytes();
    [&b"DIRC\0\0\0"[..], &[version], &count, &entries.concat(), extensions, &[0; 20]].concat()
}

fn extension(name: &str, content: &[u8]) -> Vec<u8> {
    [name.as_bytes(), &u32::try_from(content.len()).unwrap().to_be_bytes(), content].concat()
}

fn parse(bytes: &[u8]) -> Result<Index, IndexError> {
    Index::parse(bytes, ObjectFormat::Sha1, no_shared_file)
}

#[test]
fn errors_name_the_fault_and_what_to_do() {
    let mut wrong_count = file(2, &[plain("a")], b"");
    wrong_count[8] = 0x7f;
    let two = |one: Vec<u8>, other: Vec<u8>| file(2, &[one, other], b"");
    for (bytes, expected) in [
        (vec![], "byte 0: the file is shorter"),
        (b"DIRC\0\0\0\x02\0\0\0\0".to_vec(), "shorter"),
        ([&b"PACK\0\0\0\x02\0\0\0\0"[..], &[0; 20]].concat(), "does not begin with `DIRC`"),
        (file(1, &[], b""), "version 1 is not supported"),
        (file(5, &[], b""), "version 5 is not supported"),
        (wrong_count, "more entries are announced"),
        (two(plain("b"), plain("a")), "byte 76: the entries are not in the order"),
        (two(plain("a"), plain("a")), "byte 76: two entries have the same path"),
        (two(entry(0x3001, None, None, b"a"), entry(0x2001, None, None, b"a")), "not in the order"),
        (file(2, &[plain("")], b""), "no path"),
        (two(plain("a"), plain("")), "no path"),
        // git 2.47 writes this file: the link to the shared file is lost with its skipped checksum.
        (file(2, &[plain("")], &extension("link", &[0; 20])), "`index.skipHash`"),
        (file(2, &[entry(9, None, None, b"a")], b""), "not as long as it says"),
        (file(2, &[entry(0xfff, None, None, b"a")], b""), "not as long as it says"),
        (file(3, &[entry(0x4001, Some(0x8000), None, b"a")], b""), "flags that are not known"),
        (file(4, &[entry(1, None, Some(&[1]), b"a")], b""), "takes more from the path before"),
        (file(4, &[entry(1, None, Some(&[0xff; 12]), b"a")], b""), "too large"),
        (file(4, &[entry(3, None, Some(&[0]), b"a")], b""), "not as long as it says"),
        (file(2, &[], b"TREE\0\0\0\x09"), "longer than the file"),
        (file(2, &[], b"TRE"), "cut short"),
        (file(2, &[], &extension("zzz\x1b", b"")), r"`zzz\x1b` (byte 12)"),
        (file(2, &[], &extension("link", b"short")), "link to the shared index is cut short"),
    ] {
        let error = parse(&bytes).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{message} / {expected}");
        assert!(message.starts_with(char::is_lowercase) && error.help().is_some(), "{message}");
    }
}

#[test]
fn files_that_git_tolerates_are_read() {
    for bytes in [
        file(2, &[], &extension("ZZZZ", b"anything")),
        file(2, &[plain("a"), entry(0x1001, None, None, b"a")], b""),
        file(3, &[plain("a"), entry(0x4001, Some(0x6000), None, b"b")], b""),
        // A link to nothing: the file is whole.
        file(2, &[plain("a")], &extension("link", &[0; 20])),
    ] {
        parse(&bytes).unwrap();
    }
}

#[test]
fn unfolded_names_are_limited() {
    // Each entry repeats a path that is half as long as the file.
    let long = vec![b'x'; 400_000];
    let mut entries = vec![entry(0xfff, None, Some(&[0]), &long)];
    entries.extend((0..5000).map(|_| entry(0xfff, None, Some(&[0]), b"y")));
    let error = parse(&file(4, &entries, b"")).unwrap_err();
    assert!(matches!(error, IndexError::TooLarge { .. }), "{error}");
}

#[test]
fn link_is_checked_against_its_shared_file() {
    let bitmap = |words: &[u64]| {
        let count = u32::try_from(words.len()).unwrap().to_be_bytes();
        let words: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        [&[0; 4][..], &count, &words, &[0; 4]].concat()
    };
    let literal = |bits: u64| bitmap(&[1 << 33, bits]);
    let base = file(2, &[plain("a"), plain("b"), plain("c")], b"");
    let base = [&base[..base.len() - 20], &[9; 20]].concat();
    let merged = |top: &[Vec<u8>], deleted: &[u8], replaced: &[u8]| {
        let link = extension("link", &[&[9; 20], deleted, replaced].concat());
        Index::parse(file(2, top, &link), ObjectFormat::Sha1, |_| Ok(base.clone()))
    };
    let replacement = || entry(0, None, None, b"");
    let index = merged(&[replacement(), plain("bb")], &literal(1), &literal(4)).unwrap();
    let paths: Vec<&[u8]> = index.entries().map(|entry| entry.path).collect();
    assert_eq!(paths, [&b"b"[..], b"bb", b"c"]);
    for (top, deleted, replaced, expected) in [
        (vec![], literal(8), literal(0), "does not have"),
        (vec![replacement()], literal(0), literal(8), "does not have"),
        (vec![], bitmap(&[u64::MAX >> 31]), literal(0), "does not have"),
        (vec![], literal(0), literal(1), "more entries are replaced"),
        (vec![plain("z")], literal(0), literal(1), "a path of its own"),
        (vec![replacement()], literal(1), literal(1), "both replaced and deleted"),
        (vec![replacement()], literal(0), literal(0), "no path"),
        (vec![plain("z"), plain("y")], literal(0), literal(0), "byte 76: the entries are not in the order"),
        (vec![], literal(0), [literal(0), vec![0]].concat(), "longer than its bitmaps"),
        (vec![], literal(0), vec![], "cut short"),
    ] {
        let message = merged(&top, &deleted, &replaced).unwrap_err().to_string();
        assert!(message.contains(expected), "{message} / {expected}");
    }
    let nested = file(2, &[], &extension("link", &[1; 20]));
    let nested = [&nested[..nested.len() - 20], &[9; 20]].concat();
    let top = file(2, &[], &extension("link", &[9; 20]));
    let error = Index::parse(top, ObjectFormat::Sha1, |_| Ok(nested)).unwrap_err();
    assert!(error.to_string().contains("itself split"), "{error}");
}

#[test]
fn unreadable_index_is_an_error() {
    let repo = Repo::new();
    fs::create_dir(repo.index_path()).unwrap();
    let error = repo.read().unwrap_err();
    assert!(matches!(error, IndexError::Io { .. }) && error.to_string().contains("index"), "{error}");
    fs::remove_dir(repo.index_path()).unwrap();
    fs::write(repo.index_path(), b"").unwrap();
    assert!(repo.read().is_err());
}

#[test]
fn wrong_object_format_is_an_error() {
    let repo = Repo::with_commit();
    assert!(Index::parse(repo.bytes(), ObjectFormat::Sha256, no_shared_file).is_err());
}

/// Files that git wrote, with all parts that a file can have, and the shared file of the split one.
fn real_files() -> (Vec<Vec<u8>>, Vec<u8>) {
    let repo = Repo::with_commit();
    let mut files = vec![repo.bytes()];
    repo.stage((1..4).map(|stage| (0o100_644, stage, b"both".to_vec())));
    repo.git(["update-index", "--skip-worktree", "b-c/d/six"]);
    repo.git(["update-index", "--force-untracked-cache"]);
    files.push(repo.bytes());
    repo.git(["update-index", "--index-version", "4"]);
    files.push(repo.bytes());
    repo.git(["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(["update-index", "--split-index"]);
    let mut shared = Vec::new();
    repo.git(["rm", "-q", "--cached", "a/one"]);
    repo.git(["update-index", "--chmod=+x", "a/two"]);
    Index::parse(repo.bytes(), repo.format, |base| {
        shared = fs::read(repo.git_dir().join(format!("sharedindex.{base}")))?;
        Ok(shared.clone())
    })
    .unwrap();
    files.push(repo.bytes());
    (files, shared)
}

/// Reads everything that a caller can read; returns whether the file is valid.
fn read_everything(bytes: &[u8], shared: &[u8]) -> bool {
    let Ok(index) = Index::parse(bytes, ObjectFormat::Sha1, |_| Ok(shared.to_vec())) else { return false };
    for (position, entry) in index.entries().enumerate() {
        assert!(index.positions_under(entry.path).len() <= index.len());
        assert_eq!(index.get(position), Some(entry));
    }
    assert_eq!(index.entries().count(), index.len());
    let mut open: Vec<_> = index.cache_tree().into_iter().collect();
    while let Some(node) = open.pop() {
        assert!(node.entry_count().is_none_or(|count| count <= index.len()));
        assert_eq!(node.entry_count().is_some(), node.oid().is_some());
        open.extend(node.children());
    }
    true
}

#[test]
fn truncated_entries_are_an_error() {
    let (files, shared) = real_files();
    for bytes in &files {
        assert!(read_everything(bytes, &shared));
        for len in 0..bytes.len() {
            // A file that is cut between two extensions looks complete unless the checksum is verified. Only
            // truncated entries are certain to be detected.
            read_everything(&bytes[..len], &shared);
        }
        let count = usize::from(bytes[11]);
        assert!(!read_everything(&bytes[..12 + count * 62 + 20 - 1], &shared));
    }
    for len in 0..shared.len() {
        assert!(!read_everything(&files[3], &shared[..len]), "shared file cut at {len}");
    }
}

#[test]
fn single_changed_bytes_do_not_panic() {
    let (files, shared) = real_files();
    for bytes in files {
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= change;
                read_everything(&bytes, &shared);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes, &bytes);
    }

    #[test]
    fn arbitrary_entries_and_extensions_do_not_panic(
        version in 2_u8..5,
        count in 0_u8..4,
        body in prop::collection::vec(prop_oneof![Just(0_u8), 0_u8..4, any::<u8>()], 0..400),
        name in prop::sample::select(vec!["TREE", "link", "sdir", "ZZZZ"]),
        content in prop::collection::vec(prop_oneof![Just(0_u8), 0_u8..4, 45_u8..58, any::<u8>()], 0..200),
    ) {
        let mut bytes = file(version, &vec![body; usize::from(count)], &extension(name, &content));
        let end = bytes.len() - 20;
        bytes[end..].fill(1);
        read_everything(&bytes, &bytes);
        read_everything(&file(version, &[], &extension(name, &content)), &bytes);
    }
}

#[test]
fn several_changed_bytes_do_not_panic() {
    let (files, shared) = real_files();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1000)
    });
    let flips = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8);
    let outcome = runner.run(&(0..files.len(), flips, any::<bool>()), |(which, flips, below)| {
        let (mut bytes, mut lower) = (files[which].clone(), shared.clone());
        for (at, value) in flips {
            let target = if below { &mut lower } else { &mut bytes };
            let at = at.index(target.len());
            target[at] = value;
        }
        read_everything(&bytes, &lower);
        Ok(())
    });
    outcome.unwrap();
}
