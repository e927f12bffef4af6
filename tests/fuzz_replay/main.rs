//! Replays the corpora of the fuzzer through the properties of the fuzz targets: every file as it is and mutated, and
//! files that git writes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic here is the failure report"
)]

mod seeds;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use fuzz_properties::TARGETS;

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// Returns the files of a target's corpus, sorted by name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fs::read_dir(fuzz_folder().join("corpus").join(target)).expect("a corpus");
    let mut files: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).expect("readable")))
        .collect();
    files.sort();
    files
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_fuzz_target_has_a_property_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names_in(&fuzz_folder().join("fuzz_targets")), targets);
    assert_eq!(names_in(&fuzz_folder().join("corpus")), targets);
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for target in &targets {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target} is built");
        let calls = fs::read_to_string(fuzz_folder().join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(
            calls.contains(&format!("fuzz_properties::{target}::holds(bytes)")),
            "{target} calls its property"
        );
    }
}

#[test]
fn corpus_files_satisfy_their_properties() {
    for (target, holds) in TARGETS {
        let files = corpus(target);
        assert!(!files.is_empty(), "{target} has a corpus");
        for (path, bytes) in files {
            // Output is captured: the name shows in failures only.
            eprintln!("{}", path.display());
            holds(&bytes);
        }
    }
}

#[test]
fn corpora_are_small_and_have_no_key() {
    let mut all = 0;
    for (target, _) in TARGETS {
        let files = corpus(target);
        assert!(files.len() <= 60, "{target} has {} files", files.len());
        for (path, bytes) in files {
            all += bytes.len();
            assert!(bytes.len() <= 8192, "{} is too large", path.display());
            let long = bytes.split(|byte| !byte.is_ascii_alphanumeric() && !b"_-".contains(byte));
            let mut long = long.filter(|word| word.len() >= 40);
            assert!(
                !long.any(|word| word.starts_with(testkit::tokens::start().as_bytes())),
                "{}",
                path.display()
            );
        }
    }
    assert!(all <= 400_000, "{all} bytes");
}

#[test]
fn files_of_git_satisfy_the_properties() {
    let seeds = seeds::seeds();
    for (target, holds) in TARGETS {
        let mut own = seeds.iter().filter(|(name, _)| *name == target).peekable();
        assert!(own.peek().is_some(), "{target} has seeds");
        own.for_each(|(_, bytes)| holds(bytes));
    }
}

#[test]
fn corpus_packs_are_walked_completely() {
    let walks = walk::Walks::new();
    for (path, bytes) in corpus("pack") {
        eprintln!("{}", path.display());
        walks.hold(&bytes);
    }
}

/// `cargo test --test fuzz_replay -- --ignored` writes the seeds of the fuzzer to `fuzz/seeds`.
#[test]
#[ignore = "writes into the working tree"]
fn write_seeds() {
    for (number, (target, bytes)) in seeds::seeds().into_iter().enumerate() {
        let folder = fuzz_folder().join("seeds").join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(number.to_string()), bytes).unwrap();
    }
}

/// The number of mutated packs: each costs some files and a repository.
const WALKS: u32 = 60;

/// A mutation: position, value, and kind.
type Change = (prop::sample::Index, u8, u8);

fn mutated(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (place, value, how) in changes {
        let at = place.index(bytes.len().max(1)).min(bytes.len());
        match how % 6 {
            0 if at < bytes.len() => bytes[at] = *value,
            1 if at < bytes.len() => bytes[at] ^= 1 << (value % 8),
            2 => bytes.insert(at, *value),
            3 => drop(bytes.drain(at..bytes.len().min(at + usize::from(*value)))),
            4 => bytes.truncate(at),
            _ => {
                let again = bytes[at..bytes.len().min(at + usize::from(*value))].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// Calls `holds` with mutated files of a target's corpus.
fn with_mutations(target: &str, cases: u32, holds: impl Fn(&[u8])) {
    let files = corpus(target);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let changes = prop::collection::vec(any::<Change>(), 1..6);
    let outcome = runner.run(&(any::<prop::sample::Index>(), changes), |(file, changes)| {
        holds(&mutated(file.get(&files).1.clone(), &changes));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{target}: {error}"));
}

#[test]
fn mutated_corpus_files_satisfy_their_properties() {
    for (target, holds) in TARGETS {
        with_mutations(target, 400, holds);
    }
}

#[test]
fn mutated_corpus_packs_are_walked_completely() {
    let walks = walk::Walks::new();
    with_mutations("pack", WALKS, |bytes| walks.hold(bytes));
}
