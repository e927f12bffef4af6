//! The pack reader and libgit2 read the same objects from every kind of pack that git writes. A damaged pack gives the
//! same objects or a problem: never a panic, a hang or a silent loss.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a panic here is the failure report")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest as _, Sha256};
use skant::git::{GitEnvironment, ObjectKind, Oid, Repository};
use skant::source::history::{MemoryLimit, ObjectSet, ReadTotals, visit, visit_with_libgit2};
use skant::source::{ObjectView, ScanControl, Visitor};
use skant::text::CopiedRange;
use support::{Sandbox, tokens};

/// Records each object, and checks the copied ranges against the bytes.
#[derive(Default)]
struct Recorder(Mutex<Objects>);

/// The kind and hash of each object, once for each time that it was read.
type Objects = BTreeMap<Oid, Vec<(ObjectKind, [u8; 32])>>;

impl Visitor for Recorder {
    type State = Vec<u8>;

    fn visit_full(&self, object: &ObjectView<'_>) -> Vec<u8> {
        let digest = Sha256::digest(object.bytes).into();
        self.0.lock().unwrap().entry(object.oid).or_default().push((object.kind, digest));
        object.bytes.to_vec()
    }

    fn visit_delta(&self, object: &ObjectView<'_>, base: &Vec<u8>, copies: &[CopiedRange]) -> Vec<u8> {
        for copy in copies {
            assert_eq!(&base[copy.from.clone()], &object.bytes[copy.to..copy.to + copy.from.len()]);
        }
        self.visit_full(object)
    }
}

fn repository(folder: &Path) -> Repository {
    Repository::discover(folder, &GitEnvironment::default()).expect("a repository")
}

/// The objects that were read, and the number of objects and packs that were not.
type ReadResult = (Objects, usize);

fn read(folder: &Path) -> ReadResult {
    let (objects, unread, _) = read_within(folder, MemoryLimit::default());
    (objects, unread)
}

/// Reads within a memory limit, and returns also the totals.
fn read_within(folder: &Path, memory: MemoryLimit) -> (Objects, usize, ReadTotals) {
    let repository = repository(folder);
    let mut contents = ObjectSet::open(&repository).expect("a listing");
    contents.memory_limit = memory;
    let recorder = Recorder::default();
    let totals = visit(&repository, &contents, &recorder, &ScanControl::default()).expect("read");
    (recorder.0.into_inner().unwrap(), totals.unread.len() + contents.unusable.len(), totals)
}

fn read_with_libgit2(folder: &Path) -> ReadResult {
    let repository = repository(folder);
    let contents = ObjectSet::open(&repository).expect("a listing");
    let recorder = Recorder::default();
    let totals = visit_with_libgit2(&repository, &contents.sorted_oids(), &recorder, &ScanControl::default())
        .expect("read");
    (recorder.0.into_inner().unwrap(), totals.unread.len())
}

/// Adds commits that edit, add and delete files, drawn from a seed, so that packs hold deltas of all kinds.
fn add_history(sandbox: &Sandbox, commits: usize, seed: &str) {
    let mut number = 0;
    let mut draw = |below: usize| {
        number += 1;
        let digest = Sha256::digest(format!("{seed}/{number}"));
        usize::from(u16::from_be_bytes([digest[0], digest[1]])) % below
    };
    for commit in 0..commits {
        for _ in 0..3 {
            let path = format!("folder{}/file{}.txt", draw(3), draw(5));
            let lines = 40 + draw(80);
            let kept = draw(4);
            let line = |line: usize| {
                let changed = if line % 17 == kept { format!("{seed} {commit}") } else { String::new() };
                let body = tokens::random(tokens::ALPHANUMERIC, 30, &line.to_string());
                format!("line {line} {body}{changed}\n")
            };
            sandbox.write(&path, (0..lines).map(line).collect::<Vec<_>>().concat());
        }
        if draw(4) == 0 {
            // The file may not exist.
            let _ = std::fs::remove_file(sandbox.dir.join(format!("folder{}/file{}.txt", draw(3), draw(5))));
        }
        sandbox.commit_all(&format!("commit {commit}"));
    }
}

#[test]
fn every_object_is_read_once_and_equals_the_one_of_libgit2() {
    let repacks: [(&str, &str); 6] = [
        ("loose", "true"),
        ("deep", "git repack -q -a -d -f --depth=50 --window=50"),
        ("named bases", "git -c repack.useDeltaBaseOffset=false repack -q -a -d -f"),
        ("no deltas", "git repack -q -a -d -f --depth=0"),
        ("many packs", "git repack -q -d"),
        (
            "doubled",
            "git repack -q -a -f; for p in .git/objects/pack/*.pack; do git unpack-objects -q -r < $p; done",
        ),
    ];
    for format in ["sha1", "sha256"] {
        let sandbox = Sandbox::empty();
        sandbox.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
        for (round, (name, script)) in repacks.iter().enumerate() {
            add_history(&sandbox, 6, &format!("{format} {round}"));
            sandbox.git(&["tag", "-a", "-m", "a tag", &format!("v{round}")]);
            sandbox.sh(script);
            let (own, unread) = read(&sandbox.dir);
            assert_eq!(unread, 0, "{format} {name}");
            assert!(own.values().all(|seen| seen.len() == 1), "{format} {name}: an object was read twice");
            let oracle = sandbox.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
            let names: Vec<String> = own.keys().map(ToString::to_string).collect();
            assert_eq!(names.join("\n"), oracle, "{format} {name}");
            assert_eq!(own, read_with_libgit2(&sandbox.dir).0, "{format} {name}");
        }
    }
}

#[test]
fn a_small_memory_limit_does_not_change_the_result() {
    let sandbox = Sandbox::repo();
    add_history(&sandbox, 40, "memory");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"]);
    let (whole, unread, totals) = read_within(&sandbox.dir, MemoryLimit::default());
    assert_eq!((unread, totals.bytes_decoded_again), (0, 0));
    let mut again = Vec::new();
    for (held, large) in [(0, usize::MAX), (30_000, usize::MAX), (0, 3_000), (usize::MAX, 3_000), (0, 0)] {
        let (seen, unread, tight) = read_within(
            &sandbox.dir,
            MemoryLimit { max_held: held, large_object: large, ..MemoryLimit::default() },
        );
        assert!(seen == whole && unread == 0, "{held} {large}: {unread} unread");
        assert_eq!((tight.objects, tight.bytes), (totals.objects, totals.bytes), "{held} {large}");
        assert!(
            tight.bytes_decoded_again <= totals.bytes,
            "{held} {large}: {} again of {}",
            tight.bytes_decoded_again,
            totals.bytes
        );
        again.push(tight.bytes_decoded_again);
    }
    assert!(again[0] > 0 && again[1] <= again[0] && again[3] == 0, "{again:?}");
}

fn pack_of(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.dir.join(".git/objects/pack");
    let mut packs = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    packs.find(|path| path.extension().is_some_and(|extension| extension == "pack")).expect("a pack")
}

/// Calls `check` for copies of a pack with one flipped bit or without its end, each drawn from the number of its
/// round.
fn for_each_damage(pack: &Path, rounds: u32, mut check: impl FnMut(u32)) {
    let bytes = std::fs::read(pack).unwrap();
    for round in 0..rounds {
        let digest = Sha256::digest(round.to_be_bytes());
        let at = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) as usize % bytes.len();
        let mut damaged = bytes.clone();
        if round % 10 == 0 {
            damaged.truncate(at);
        } else {
            damaged[at] ^= 1 << (digest[4] % 8);
        }
        // The file is replaced and not rewritten, because the old one may still be mapped.
        let next = pack.with_extension("next");
        std::fs::write(&next, damaged).unwrap();
        std::fs::rename(next, pack).unwrap();
        check(round);
    }
}

#[test]
fn loss_in_a_damaged_pack_is_reported() {
    let sandbox = Sandbox::repo();
    add_history(&sandbox, 12, "damage");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    let (whole, _) = read(&sandbox.dir);
    let mut detected = 0;
    for_each_damage(&pack_of(&sandbox), 500, |round| {
        let (seen, unread) = read(&sandbox.dir);
        detected += usize::from(unread > 0);
        let bytes_changed =
            whole.iter().any(|(oid, whole)| seen.get(oid).is_none_or(|seen| seen[0].1 != whole[0].1));
        assert!(!bytes_changed || unread > 0, "round {round}: a silent change");
        if round % 5 == 0 {
            let (tight, unread_tight, _) = read_within(
                &sandbox.dir,
                MemoryLimit { max_held: 0, large_object: 2_000, ..MemoryLimit::default() },
            );
            assert!(
                tight == seen && unread_tight == unread,
                "round {round}: the memory limit changes the result"
            );
        }
    });
    // Damage stays undetected only in the trailing checksum and in bits that zlib does not use.
    assert!(detected > 400, "{detected} of 500 were detected");
}

#[test]
fn scan_of_a_damaged_pack_finds_the_same_or_fails() {
    let sandbox = Sandbox::repo();
    add_history(&sandbox, 3, "before");
    sandbox.write("folder0/key.txt", format!("key = {}\n", tokens::api_key("damage")));
    sandbox.commit_all("a key");
    std::fs::remove_file(sandbox.dir.join("folder0/key.txt")).unwrap();
    add_history(&sandbox, 2, "after");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--threads=1"]);
    let scan = || {
        let output = sandbox.skant(&["scan", "--history", "--format", "json"]);
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {output:?}"));
        (output.status.code(), report["findings"][0]["history"].to_string())
    };
    let whole = scan();
    assert_eq!(whole.0, Some(1));
    for_each_damage(&pack_of(&sandbox), 200, |round| {
        let now = scan();
        assert!(now == whole || matches!(now.0, Some(2 | 3)), "round {round}: {now:?}, not {whole:?}");
    });
}
