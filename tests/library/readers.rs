//! Both pack readers return the same objects as git in repositories of all kinds. A damaged pack gives the same
//! objects or a problem, and never a panic, a hang or a silent loss.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest as _, Sha256};
use skant::ScanControl;
use skant::internal::git::{ObjectKind, Oid};
use skant::internal::source::history::{MemoryLimit, ObjectSet, ReadTotals, visit, visit_one_by_one};
use skant::internal::source::{ObjectView, Visitor};
use skant::internal::text::CopiedRange;
use skant::{GitEnvironment, Repository};
use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        objects_are_read_once_and_equal_those_of_git,
        pack_without_an_index_of_its_own_is_read,
        low_memory_changes_no_object,
        damaged_pack_is_read_without_panic_and_losses_are_reported,
        scan_of_a_damaged_pack_finds_the_same_or_fails,
    ]
}

/// Collects each object, and checks the copied ranges that the reader reports.
#[derive(Default)]
struct Notes(Mutex<Objects>);

/// The kind and hash of each object, once for each time that it was read.
type Objects = BTreeMap<Oid, Vec<(ObjectKind, [u8; 32])>>;

impl Visitor for Notes {
    type State = Vec<u8>;

    fn visit_full(&self, blob: &ObjectView<'_>) -> Vec<u8> {
        let digest = Sha256::digest(blob.bytes).into();
        self.0.lock().unwrap().entry(blob.oid).or_default().push((blob.kind, digest));
        blob.bytes.to_vec()
    }

    fn visit_delta(&self, blob: &ObjectView<'_>, base: &Vec<u8>, copies: &[CopiedRange]) -> Vec<u8> {
        for copy in copies {
            assert_eq!(&base[copy.from.clone()], &blob.bytes[copy.to..copy.to + copy.from.len()]);
        }
        self.visit_full(blob)
    }
}

fn repository(folder: &Path) -> Repository {
    Repository::discover(folder, &GitEnvironment::default()).expect("a repository")
}

/// The objects that were read, and the number of unread ones.
type Seen = (Objects, usize);

fn read(folder: &Path) -> Seen {
    let (objects, unread, _) = read_within(folder, MemoryLimit::default());
    (objects, unread)
}

/// Reads with limits of memory. Returns the counters, too.
fn read_within(folder: &Path, memory: MemoryLimit) -> (Objects, usize, ReadTotals) {
    let repository = repository(folder);
    let mut contents = ObjectSet::open(&repository).expect("a listing");
    contents.memory_limit = memory;
    let notes = Notes::default();
    let tally = visit(&repository, &contents, &notes, &ScanControl::default()).expect("read");
    (notes.0.into_inner().unwrap(), tally.unread.len() + contents.unusable.len(), tally)
}

/// Reads all objects by random access, one after the other.
fn read_one_by_one(folder: &Path) -> Seen {
    let repository = repository(folder);
    let contents = ObjectSet::open(&repository).expect("a listing");
    let notes = Notes::default();
    let tally = visit_one_by_one(&repository, &contents.sorted_oids(), &notes, &ScanControl::default())
        .expect("read");
    (notes.0.into_inner().unwrap(), tally.unread.len())
}

/// Reads all objects with git.
fn read_with_git(sandbox: &Sandbox) -> Objects {
    let batch = ["cat-file", "--batch-all-objects", "--batch", "--buffer"];
    let output = sandbox.try_git(&batch).stdout;
    let (mut objects, mut rest) = (Objects::new(), output.as_slice());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let header = String::from_utf8(rest[..end].to_vec()).expect("text");
        let words: Vec<&str> = header.split(' ').collect();
        let kind = match words[1] {
            "commit" => ObjectKind::Commit,
            "tree" => ObjectKind::Tree,
            "blob" => ObjectKind::Blob,
            _ => ObjectKind::Tag,
        };
        let size: usize = words[2].parse().expect("a size");
        let content = &rest[end + 1..][..size];
        let name = Oid::from_hex(words[0].as_bytes()).expect("a name");
        objects.insert(name, vec![(kind, Sha256::digest(content).into())]);
        rest = &rest[end + size + 2..];
    }
    objects
}

/// Makes commits that edit, move, delete and add files, drawn from a seed, so that packs have deltas of all kinds.
fn history(sandbox: &Sandbox, commits: usize, seed: &str) {
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
            // A file that does not exist cannot be removed.
            let _ = std::fs::remove_file(sandbox.dir.join(format!("folder{}/file{}.txt", draw(3), draw(5))));
        }
        sandbox.commit_all(&format!("commit {commit}"));
    }
}

fn objects_are_read_once_and_equal_those_of_git() {
    let repacks: [(&str, &str); 7] = [
        ("loose", "true"),
        ("deep", "git repack -q -a -d -f --depth=50 --window=50"),
        ("named bases", "git -c repack.useDeltaBaseOffset=false repack -q -a -d -f"),
        ("no deltas", "git repack -q -a -d -f --depth=0"),
        ("many packs", "git repack -q -d"),
        (
            "doubled",
            "git repack -q -a -f; for p in .git/objects/pack/*.pack; do git unpack-objects -q -r < $p; done",
        ),
        ("index of several packs", "git repack -q -d; git multi-pack-index write; git prune-packed"),
    ];
    for format in ["sha1", "sha256"] {
        let sandbox = Sandbox::empty();
        sandbox.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
        for (round, (name, script)) in repacks.iter().enumerate() {
            history(&sandbox, 6, &format!("{format} {round}"));
            sandbox.git(&["tag", "-a", "-m", "a tag", &format!("v{round}")]);
            sandbox.sh(script);
            let (own, unread) = read(&sandbox.dir);
            assert_eq!(unread, 0, "{format} {name}");
            assert!(own.values().all(|seen| seen.len() == 1), "{format} {name}: an object was read twice");
            let oracle = sandbox.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
            let names: Vec<String> = own.keys().map(ToString::to_string).collect();
            assert_eq!(names.join("\n"), oracle, "{format} {name}");
        }
    }
}

fn pack_without_an_index_of_its_own_is_read() {
    for format in ["sha1", "sha256"] {
        let sandbox = Sandbox::empty();
        sandbox.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
        for round in 0..2 {
            history(&sandbox, 6, &format!("shared {format} {round}"));
            sandbox.git(&["repack", "-q", "-d"]);
        }
        sandbox.git(&["multi-pack-index", "write"]);
        let oracle = (read_with_git(&sandbox), 0);
        sandbox.sh("rm -f .git/objects/pack/*.idx .git/objects/pack/*.rev");
        assert_eq!(read(&sandbox.dir), oracle, "{format}");
        assert_eq!(read_one_by_one(&sandbox.dir), oracle, "{format}");
        sandbox.sh("chmod +w .git/objects/pack/multi-pack-index; head -c 1500 .git/objects/pack/multi-pack-index > m; \
            mv -f m .git/objects/pack/multi-pack-index");
        let (objects, unread) = read(&sandbox.dir);
        assert!(objects.is_empty() && unread > 0, "{format}: {unread} unread");
    }
}

fn low_memory_changes_no_object() {
    let sandbox = Sandbox::repo();
    history(&sandbox, 40, "memory");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"]);
    let (whole, unread, tally) = read_within(&sandbox.dir, MemoryLimit::default());
    assert_eq!((unread, tally.bytes_decoded_again), (0, 0));
    let mut again = Vec::new();
    for (held, large) in [(0, usize::MAX), (30_000, usize::MAX), (0, 3_000), (usize::MAX, 3_000), (0, 0)] {
        let (seen, unread, tight) = read_within(
            &sandbox.dir,
            MemoryLimit { max_held: held, large_object: large, ..MemoryLimit::default() },
        );
        assert!(seen == whole && unread == 0, "{held} {large}: {unread} unread");
        assert_eq!((tight.objects, tight.bytes), (tally.objects, tally.bytes), "{held} {large}");
        assert!(
            tight.bytes_decoded_again <= tally.bytes,
            "{held} {large}: {} again of {}",
            tight.bytes_decoded_again,
            tally.bytes
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

/// Calls `look` for copies of a pack with a flipped bit or a cut end, drawn from the number of the round.
fn damaged(pack: &Path, rounds: u32, mut look: impl FnMut(u32)) {
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
        // The file is replaced, since the old one may still be mapped.
        let next = pack.with_extension("next");
        std::fs::write(&next, damaged).unwrap();
        std::fs::rename(next, pack).unwrap();
        look(round);
    }
}

fn damaged_pack_is_read_without_panic_and_losses_are_reported() {
    let sandbox = Sandbox::repo();
    history(&sandbox, 12, "damage");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    let (whole, _) = read(&sandbox.dir);
    let mut noticed = 0;
    damaged(&pack_of(&sandbox), 500, |round| {
        let (seen, unread) = read(&sandbox.dir);
        noticed += usize::from(unread > 0);
        let bytes_changed =
            whole.iter().any(|(oid, whole)| seen.get(oid).is_none_or(|seen| seen[0].1 != whole[0].1));
        assert!(!bytes_changed || unread > 0, "round {round}: something changed in silence");
        if round % 5 == 0 {
            let (tight, unread_tight, _) = read_within(
                &sandbox.dir,
                MemoryLimit { max_held: 0, large_object: 2_000, ..MemoryLimit::default() },
            );
            assert!(tight == seen && unread_tight == unread, "round {round}: memory decides what is read");
        }
    });
    // Damage in the trailing checksum and in bits that zlib ignores is invisible.
    assert!(noticed > 400, "{noticed} of 500 were noticed");
}

fn scan_of_a_damaged_pack_finds_the_same_or_fails() {
    let sandbox = Sandbox::repo();
    history(&sandbox, 3, "before");
    sandbox.write("folder0/key.txt", format!("key = {}\n", tokens::api_key("damage")));
    sandbox.commit_all("a key");
    std::fs::remove_file(sandbox.dir.join("folder0/key.txt")).unwrap();
    history(&sandbox, 2, "after");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--threads=1"]);
    let scan = || {
        let output = sandbox.skant(&["scan", "--history", "--format", "json"]);
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {output:?}"));
        (output.status.code(), report["findings"][0]["history"].to_string())
    };
    let whole = scan();
    assert_eq!(whole.0, Some(1));
    damaged(&pack_of(&sandbox), 200, |round| {
        let now = scan();
        assert!(now == whole || matches!(now.0, Some(2 | 3)), "round {round}: {now:?}, not {whole:?}");
    });
}
