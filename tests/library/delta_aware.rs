//! A search of the bytes that a version adds finds the same as a search of every version: blob by blob on packs of
//! random edits, moves and deletions, and on any repository by `SKANT_REPOSITORY=<git folder> cargo test --release
//! --test library delta_aware -- --ignored`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};
use skant::ScanControl;
use skant::internal::detect::{Detector, ScanState};
use skant::internal::git::ObjectKind;
use skant::internal::rules::RuleSet;
use skant::internal::source::history::{ObjectSet, visit};
use skant::internal::source::{ObjectView, Visitor};
use skant::internal::text::CopiedRange;
use skant::{GitEnvironment, Repository};
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        incremental_search_equals_full_search_on_random_edits,
        full_scan_option_changes_no_report;
        long:
        incremental_search_equals_full_search_on_a_given_repository,
    ]
}

/// Searches each blob in both ways.
struct Both {
    detector: Detector,
    derived: AtomicUsize,
    evidence: AtomicUsize,
}

impl Both {
    fn new() -> Self {
        Self {
            detector: Detector::new(RuleSet::builtin()),
            derived: AtomicUsize::new(0),
            evidence: AtomicUsize::new(0),
        }
    }

    fn check(&self, blob: &ObjectView<'_>, trace: &ScanState) {
        let (carried, whole) = (
            self.detector.scan_from_state(blob.bytes, trace).evidence,
            self.detector.find_evidence(blob.bytes),
        );
        assert_eq!(carried, whole, "{}", blob.oid);
        self.evidence.fetch_add(whole.len(), Ordering::Relaxed);
    }
}

impl Visitor for Both {
    type State = ScanState;

    fn visit_full(&self, blob: &ObjectView<'_>) -> ScanState {
        if blob.kind != ObjectKind::Blob {
            return ScanState::default();
        }
        let trace = self.detector.scan_state(blob.bytes);
        self.check(blob, &trace);
        trace
    }

    fn visit_delta(&self, blob: &ObjectView<'_>, base: &ScanState, copies: &[CopiedRange]) -> ScanState {
        if blob.kind != ObjectKind::Blob {
            return ScanState::default();
        }
        self.derived.fetch_add(1, Ordering::Relaxed);
        let trace = self.detector.update_state(blob.bytes, base, copies);
        self.check(blob, &trace);
        trace
    }
}

/// Returns the number of blobs that are deltas, and the number of matches.
fn compare(folder: &Path) -> (usize, usize) {
    let repository = Repository::discover(folder, &GitEnvironment::default()).expect("a repository");
    let contents = ObjectSet::open(&repository).expect("a listing");
    let both = Both::new();
    visit(&repository, &contents, &both, &ScanControl::default()).expect("read");
    (both.derived.into_inner(), both.evidence.into_inner())
}

/// A file of lines, some of which match a rule, or nearly.
struct Text {
    lines: Vec<String>,
    seed: String,
    drawn: usize,
}

impl Text {
    fn draw(&mut self, below: usize) -> usize {
        self.drawn += 1;
        let digest = Sha256::digest(format!("{}/{}", self.seed, self.drawn));
        usize::from(u16::from_be_bytes([digest[0], digest[1]])) % below.max(1)
    }

    fn line(&mut self) -> String {
        let number = self.draw(1 << 15);
        let seed = format!("{}/{number}", self.seed);
        let random = |length| tokens::random(tokens::ALPHANUMERIC, length, &seed);
        match self.draw(12) {
            0 => format!("key = \"{}\"", tokens::api_key(&seed)),
            1 => format!("{}{}", tokens::api_key(&seed), tokens::api_key(&random(4))),
            2 => format!("  userPassword: '{}',", random(24)),
            3 => format!("csrf_token = \"{}\"", random(32)),
            4 => "let token = secret(api_key, password);".to_owned(),
            5 => "# skant:allow -- a comment before a line".to_owned(),
            6 => random(700),
            _ => format!("line of {} {}", random(9), random(20)),
        }
    }

    /// Inserts, deletes, moves, or changes bytes within lines.
    fn edit(&mut self) {
        let at = self.draw(self.lines.len() + 1);
        match self.draw(6) {
            0 | 1 => {
                let line = self.line();
                self.lines.insert(at, line);
            }
            2 if !self.lines.is_empty() => drop(self.lines.remove(at % self.lines.len())),
            3 if self.lines.len() > 4 => {
                let (from, size) = (at % (self.lines.len() - 3), 1 + self.draw(3));
                let moved: Vec<String> = self.lines.drain(from..from + size).collect();
                let to = self.draw(self.lines.len() + 1);
                self.lines.splice(to..to, moved);
            }
            4 if !self.lines.is_empty() => {
                let line = at % self.lines.len();
                let place = self.draw(self.lines[line].len() + 1);
                self.lines[line].insert_str(place, ["x", "\"", "secret", " = ", "sk-"][at % 5]);
            }
            _ if !self.lines.is_empty() => {
                let line = at % self.lines.len();
                let length = self.lines[line].len();
                let from = self.draw(length + 1);
                let to = (from + self.draw(40)).min(length);
                self.lines[line].replace_range(from..to, "");
            }
            _ => {}
        }
    }
}

fn incremental_search_equals_full_search_on_random_edits() {
    let (mut derived, mut evidence) = (0, 0);
    for (seed, repack) in [
        ("one", "git repack -q -a -d -f --depth=50 --window=50"),
        ("two", "git -c repack.useDeltaBaseOffset=false repack -q -a -d -f --depth=4000 --window=20"),
        ("three", "git repack -q -a -d -f --depth=2; git gc -q --aggressive"),
    ] {
        let sandbox = Sandbox::repo();
        let mut files: Vec<Text> =
            (0..6).map(|file| Text { lines: Vec::new(), seed: format!("{seed}/{file}"), drawn: 0 }).collect();
        for file in &mut files {
            file.lines = (0..120).map(|_| file.line()).collect();
        }
        // Blobs alone: the search along deltas needs no trees and commits.
        for version in 0..40 {
            for (number, file) in files.iter_mut().enumerate() {
                let name = format!("{number}-{version}.txt");
                sandbox.write(&name, file.lines.join("\n"));
                (0..=version % 4).for_each(|_| file.edit());
            }
        }
        sandbox.sh(&format!("git add -A; git commit -q -m all; {repack}"));
        let (more_derived, more_evidence) = compare(&sandbox.dir);
        derived += more_derived;
        evidence += more_evidence;
    }
    // 240 versions in each of three packs; most are deltas, and each has some ten findings.
    assert!(derived > 600 && evidence > 5_000, "{derived} derived, {evidence} evidence");
}

fn full_scan_option_changes_no_report() {
    let sandbox = Sandbox::repo();
    for version in 0..12 {
        let key = tokens::api_key(&(version / 3).to_string());
        let lines: Vec<String> = (0..80).map(|line| format!("{line} {}", line * version)).collect();
        sandbox
            .write("a.txt", format!("{}\nkey = {key}\n{}", lines[..40].join("\n"), lines[40..].join("\n")));
        sandbox.commit_all("a version");
    }
    sandbox.git(&["gc", "-q"]);
    let report = |full: &[&str]| {
        let output = sandbox.skant(&[&["scan", "--history", "--format", "json"][..], full].concat());
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(report(&[]), report(&["--full-scan"]));
}

fn incremental_search_equals_full_search_on_a_given_repository() -> Ran {
    let folder = PathBuf::from(needs::variable("SKANT_REPOSITORY")?);
    let (derived, _) = compare(&folder);
    assert!(derived > 0);
    Ok(())
}
