//! A range gives the same report whether its objects are read one by one or in bulk: on random histories with merges,
//! renames, links, submodules and LFS pointers, whole and damaged, in several packings.

use std::fmt::Write as _;

use testkit::{Sandbox, tokens};

use super::*;
use crate::finding::Confidence;
use crate::git::GitEnvironment;
use crate::git::tree_diff::Change;
use crate::policy::Policy;
use crate::source::range::{CommitChanges, in_bulk, one_by_one};

/// A file of a history: its mode and its content, or the commit of a submodule.
type Files = std::collections::BTreeMap<String, (&'static str, String)>;

/// Random numbers that a seed determines.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn line(&mut self) -> String {
        let number = self.below(20);
        match self.below(6) {
            0 => format!("key = \"{}\"\n", tokens::api_key(&number.to_string())),
            1 => format!("password = \"kX9pQ2vR7tLm{number}\"\n"),
            _ => format!("an ordinary line {}\n", self.below(1000)),
        }
    }

    /// Changes some files.
    fn edit(&mut self, files: &mut Files) {
        const PATHS: [&str; 12] = [
            "a",
            "b.txt",
            "c.env",
            "dir/a",
            "dir/b",
            "dir/sub/c",
            "dir.d/x",
            "a/b",
            "a/c/d",
            "z",
            "dir/sub/d",
            "other/e",
        ];
        for _ in 0..=self.below(3) {
            let path = (*self.pick(&PATHS)).to_owned();
            let known: Vec<String> = files.keys().cloned().collect();
            match self.below(9) {
                0 if !known.is_empty() => drop(files.remove(self.pick(&known))),
                1 if !known.is_empty() => {
                    let from = self.pick(&known).clone();
                    let file = files.remove(&from).unwrap();
                    insert(files, path, file);
                }
                2 if !known.is_empty() => {
                    let file = files[self.pick(&known)].clone();
                    insert(files, path, file);
                }
                3 => insert(files, path, ("160000", "1".repeat(40))),
                4 => insert(files, path, ("120000", self.line().trim().to_owned())),
                5 => {
                    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
                    insert(files, path, ("100644", pointer.to_owned()));
                }
                _ => {
                    let mode = *self.pick(&["100644", "100755"]);
                    let old =
                        files.get(&path).filter(|file| file.0.starts_with("100")).map(|file| file.1.clone());
                    let mut lines: Vec<String> = old
                        .unwrap_or_else(|| "filler\n".repeat(30))
                        .lines()
                        .map(|line| format!("{line}\n"))
                        .collect();
                    let at = self.below(lines.len() + 1);
                    lines.insert(at, self.line());
                    insert(files, path, (mode, lines.concat()));
                }
            }
        }
    }
}

/// Adds a file, and removes the files whose path it cannot be next to.
fn insert(files: &mut Files, path: String, file: (&'static str, String)) {
    files.retain(|other, _| {
        !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"))
    });
    files.insert(path, file);
}

/// Makes a history of `count` commits with merges, as a stream for `git fast-import`.
fn history(random: &mut Random, count: usize) -> String {
    let (mut stream, mut commits) = (String::new(), Vec::<Files>::new());
    for number in 0..count {
        let mut parents: Vec<usize> = Vec::new();
        if number > 0 {
            parents.push(if random.below(4) == 0 { random.below(number) } else { number - 1 });
            for _ in 0..[0, 0, 0, 1, 1, 2][random.below(6)] {
                parents.push(random.below(number));
            }
            parents.dedup();
        }
        let mut files = parents.first().map(|parent| commits[*parent].clone()).unwrap_or_default();
        for parent in parents.iter().skip(1) {
            for (path, file) in commits[*parent].clone() {
                if random.below(2) == 0 {
                    insert(&mut files, path, file);
                }
            }
        }
        if parents.len() < 2 || random.below(3) == 0 {
            random.edit(&mut files);
        }
        let message = if random.below(9) == 0 { random.line() } else { "message\n".to_owned() };
        let branch = if number + 1 == count { "main".to_owned() } else { format!("c{number}") };
        write!(stream, "commit refs/heads/{branch}\nmark :{}\n", number + 1).unwrap();
        writeln!(stream, "committer Ada <a@b> {} +0000", 1_700_000_000 + number * 60).unwrap();
        write!(stream, "data {}\n{message}", message.len()).unwrap();
        for (at, parent) in parents.iter().enumerate() {
            writeln!(stream, "{} :{}", if at == 0 { "from" } else { "merge" }, parent + 1).unwrap();
        }
        stream.push_str("deleteall\n");
        for (path, (mode, content)) in &files {
            if *mode == "160000" {
                writeln!(stream, "M {mode} {content} {path}").unwrap();
            } else {
                write!(stream, "M {mode} inline {path}\ndata {}\n{content}\n", content.len()).unwrap();
            }
        }
        stream.push('\n');
        commits.push(files);
    }
    stream
}

/// The paths and blobs that a commit removes.
type Removed = Vec<(Vec<u8>, Oid)>;

/// The commits of a range and their changes.
#[derive(Debug, PartialEq)]
struct Listing {
    commits: Vec<Oid>,
    changes: Vec<(Oid, Vec<Change>, Removed)>,
}

impl Listing {
    fn of(range: &RangeChanges) -> Self {
        let commits: Vec<Oid> = range.commits.rows.iter().map(|row| row.oid).collect();
        let of = |changes: &CommitChanges| {
            (commits[changes.commit], changes.changes.changes.clone(), changes.changes.removed.clone())
        };
        let changes = range.changes.iter().map(of).collect();
        Self { commits, changes }
    }
}

/// Reads a range in both ways: one by one, and in bulk. Returns both results with their reports.
fn read_both(sandbox: &Sandbox, names: &[&str]) -> [(Listing, Report); 2] {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let repository = Repository::discover(&sandbox.dir, &GitEnvironment::default()).unwrap();
    let revisions = Revisions::resolve(&repository, &names).unwrap();
    let objects = ObjectDatabase::open(&repository).unwrap();
    let (control, paths) = (ScanControl::default(), PathFilter::all());
    let policy = Policy::new(jiff::Timestamp::UNIX_EPOCH);
    let scanner = Scanner::new(Policy { min_confidence: Confidence::Low, ..policy });
    [Thresholds::ALL, Thresholds::NONE].map(|thresholds| {
        let range = if thresholds == Thresholds::NONE {
            in_bulk::read(&repository, &objects, &revisions, &control).unwrap()
        } else {
            let read = one_by_one::read(&repository, &objects, &revisions, &thresholds, &control);
            read.unwrap().unwrap()
        };
        let listing = Listing::of(&range);
        let (places, options) = ((&repository, &objects), (&paths, &thresholds));
        let what = (names.as_slice(), revisions.included.as_slice());
        let report = scan_range_changes(&scanner, places, range, what, options, &control).unwrap();
        (listing, report)
    })
}

/// Compares both ways for one range; returns the report.
fn compare(sandbox: &Sandbox, names: &[&str], what: &str) -> Report {
    let [(one, one_report), (bulk, bulk_report)] = read_both(sandbox, names);
    assert_eq!(one, bulk, "{what}: {names:?}");
    assert_eq!(one_report, bulk_report, "{what}: {names:?}");
    bulk_report
}

const RANGES: [&[&str]; 6] =
    [&["main"], &["main~9..main"], &["c5..c30"], &["c20", "^c10", "c25"], &["main^{tree}", "c7"], &["tag"]];

#[test]
fn a_range_read_in_bulk_gives_the_same_report() {
    let (mut findings, mut notes) = (0, 0);
    for (seed, packing) in [
        (1, "git repack -q -a -d -f --depth=50 --window=20"),
        (2, "git repack -q -a -d -f --depth=4000 --window=5; git branch -D c7 c9"),
        (3, "mv .git/objects/pack/*.pack ../p; rm .git/objects/pack/*; git unpack-objects -q < ../p"),
        (4, "git repack -q -d; git -c core.compression=0 repack -q -a -d --depth=1"),
    ] {
        let sandbox = Sandbox::repo();
        sandbox.write("../stream", history(&mut Random(seed), 45));
        sandbox.sh(&format!(
            "git -c fastimport.unpackLimit=1 fast-import --quiet < ../stream; git tag -a -m note tag c12; git branch c7 c8 || true; \
             {packing}; git branch -f c7 c8"
        ));
        for names in RANGES {
            let report = compare(&sandbox, names, &format!("seed {seed}"));
            findings += report.findings.len();
            notes += report.notes.len();
        }
    }
    assert!(findings > 80 && notes > 20, "{findings} findings, {notes} notes");
}

#[test]
fn a_damaged_or_shallow_range_read_in_bulk_gives_the_same_report() {
    let mut problems = 0;
    let unpack = "mv .git/objects/pack/*.pack ../p; rm .git/objects/pack/*; git unpack-objects -q < ../p";
    let loose = "find .git/objects/?? -type f | sort";
    for (seed, damage) in [
        (11, format!("{unpack}; {loose} | awk 'NR % 9 == 0' | xargs rm -f")),
        (
            12,
            format!(
                "{unpack}; for f in $({loose} | awk 'NR % 11 == 0'); do chmod +w $f; echo damage > $f; done"
            ),
        ),
        (14, "git rev-parse c15 c22 > .git/shallow".to_owned()),
        (
            15,
            format!(
                "git repack -q -a -d -f; git rev-parse c18 > .git/shallow; {unpack}; {loose} | tail -5 | xargs rm -f"
            ),
        ),
    ] {
        let sandbox = Sandbox::repo();
        sandbox.write("../stream", history(&mut Random(seed), 45));
        sandbox.sh(&format!("git -c fastimport.unpackLimit=1 fast-import --quiet < ../stream; {damage}"));
        for names in [&["refs/heads/main"][..], &["c5..c30"], &["c20", "^c10"]] {
            problems += compare(&sandbox, names, &format!("damage {seed}")).problems.len();
        }
    }
    assert!(problems > 20, "{problems} problems");
}

#[test]
fn a_damaged_pack_is_a_problem_and_hides_no_finding_in_bulk() {
    let mut problems = 0;
    for seed in 21..25 {
        let sandbox = Sandbox::repo();
        sandbox.write("../stream", history(&mut Random(seed), 45));
        sandbox.sh(
            "git -c fastimport.unpackLimit=1 fast-import --quiet < ../stream; git repack -q -a -d -f --depth=50; \
             p=$(echo .git/objects/pack/*.pack); chmod +w $p; \
             size=$(wc -c < $p); for at in $((size / 4)) $((size / 2)) $((size * 3 / 4)); do printf xyz | dd of=$p bs=1 seek=$at conv=notrunc 2>/dev/null; done",
        );
        let [(_, one), (_, bulk)] = read_both(&sandbox, &["refs/heads/main"]);
        problems += bulk.problems.len();
        // The reader of single objects may give up where the pack reader does not, and never the reverse.
        let of = |report: &Report| -> Vec<String> {
            report.findings.iter().map(|finding| finding.fingerprint.to_string()).collect()
        };
        let found = of(&bulk);
        assert!(of(&one).iter().all(|finding| found.contains(finding)), "{seed}");
    }
    assert!(problems > 3, "{problems} problems");
}

#[test]
fn versions_in_one_chain_of_deltas_are_decoded_once() {
    let sandbox = Sandbox::repo();
    let mut stream = String::new();
    for version in 0..600 {
        let lines: Vec<String> =
            (0..40).map(|line| format!("line {line} of {}\n", version / 40 + line)).collect();
        let content = format!("{}password = \"kX9pQ2vR7tLm{}\"\n", lines.concat(), version % 7);
        write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@b> {} +0000\ndata 2\nx\n",
            1_700_000_000 + version
        )
        .unwrap();
        write!(stream, "M 100644 inline f\ndata {}\n{content}\n", content.len()).unwrap();
    }
    sandbox.write("../stream", stream);
    sandbox.sh("git -c fastimport.unpackLimit=1 fast-import --quiet --depth=4095 < ../stream");
    let report = compare(&sandbox, &["main"], "chain");
    assert_eq!((report.scope.commits, report.findings.len(), report.findings[0].places), (600, 7, 86));
    let repository = Repository::discover(&sandbox.dir, &GitEnvironment::default()).unwrap();
    let limits = Thresholds::of(&repository);
    assert!(limits.commits < 600 && limits.texts < 600, "{limits:?}");
}
