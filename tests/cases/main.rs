//! States of git repositories as tables: how git makes each state, and the expected result of each scan. Each module is
//! a table; this program runs them. Unix only, since shell scripts make the states.
#![allow(
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a panic is the failure report, and tables are for this program"
)]

mod archives;
mod attempt;
mod attributes;
mod bytes;
mod case;
mod commits;
mod compressed;
mod containers;
mod contents;
mod control;
mod damage;
mod dumps;
mod history;
mod hostile;
mod images;
mod index;
mod mails;
mod names;
mod objects;
mod policy;
mod programs;
mod provenance;
mod pushes;
mod ranges;
mod run;
mod splits;
mod staged;
mod unread;
mod worktree;

use std::collections::BTreeMap;
use std::process::ExitCode;

use case::Case;
use run::trial;
use testkit::trials::Trial;

/// All cases of a state with the results of scans.
const TABLES: &[&[Case]] = &[
    staged::CASES,
    index::CASES,
    names::CASES,
    contents::CASES,
    splits::CASES,
    dumps::CASES,
    archives::CASES,
    compressed::XZ,
    compressed::LZMA,
    compressed::BZIP2,
    compressed::ZSTD,
    compressed::LZ4,
    compressed::PARTS,
    images::CASES,
    containers::CASES,
    mails::CASES,
    attributes::CASES,
    worktree::CASES,
    history::CASES,
    objects::CASES,
    provenance::CASES,
    damage::CASES,
    hostile::CASES,
    ranges::CASES,
    unread::CASES,
    bytes::CASES,
    programs::CASES,
    policy::CASES,
];

fn cases() -> Vec<&'static Case> {
    TABLES.iter().copied().flatten().collect()
}

/// Negative controls cost as much as their cases, so only every fourth runs without `--ignored`.
const EVERY: usize = 4;

/// Makes a trial for each case, and for each negative control: the same state with placeholders instead of keys. `all`
/// adds the controls that do not run by default, as ignored trials.
fn trials(all: bool) -> Vec<Trial> {
    let mut trials = testkit::trials![
        exceptions_of_controls_are_cases,
        case_names_are_unique,
        guarantees_document_counts_the_cases,
    ];
    let attempts = || commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS);
    trials.extend(cases().into_iter().map(|case| trial(case.name.to_owned(), case, run::case)));
    trials.extend(attempts().map(|attempt| trial(attempt.name.to_owned(), attempt, attempt::run)));
    let control_name = |name: &str| format!("control of {name}");
    let cases = cases().into_iter().filter(|case| control::of_case(case));
    let of_cases = cases.map(|case| trial(control_name(case.name), case, control::case));
    let attempts = attempts().filter(|attempt| control::of_attempt(attempt));
    let of_attempts = attempts.map(|attempt| trial(control_name(attempt.name), attempt, control::attempt));
    trials.extend(some(of_cases, all).chain(some(of_attempts, all)));
    trials
}

fn some(controls: impl Iterator<Item = Trial>, all: bool) -> impl Iterator<Item = Trial> {
    let flagged = controls.enumerate().map(|(at, control)| control.with_ignored_flag(at % EVERY != 0));
    flagged.filter(move |control| all || !control.has_ignored_flag())
}

fn main() -> ExitCode {
    testkit::trials::run(env!("CARGO_BIN_EXE_skant"), trials)
}

fn exceptions_of_controls_are_cases() {
    let names = names();
    for name in control::exceptions() {
        assert!(names.contains(name), "{name}");
    }
}

fn case_names_are_unique() {
    let mut names = names();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

fn names() -> Vec<&'static str> {
    let attempts = commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS).map(|attempt| attempt.name);
    cases().into_iter().map(|case| case.name).chain(attempts).collect()
}

/// Counts the cases in each group. The group is the part of a name before the colon.
fn groups() -> BTreeMap<&'static str, usize> {
    let mut groups = BTreeMap::new();
    for name in names() {
        let group = name.split_once(':').map_or(name, |(group, _)| group);
        *groups.entry(group).or_default() += 1;
    }
    groups
}

fn guarantees_document_counts_the_cases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guarantees.md");
    let text = std::fs::read_to_string(path).expect("docs/guarantees.md");
    let (groups, mut documented) = (groups(), BTreeMap::new());
    // A number after the name of a group in backticks: `staged` 45.
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.windows(2) {
        let group = pair[0].strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        let count = pair[1].trim_end_matches([',', '.', '|']).parse::<usize>().ok();
        if let Some((group, count)) = group.zip(count) {
            let before = documented.insert(group, count);
            assert_eq!(before, None, "{group} is there twice");
        }
    }
    let sum = groups.values().sum::<usize>();
    let table: Vec<String> = groups.iter().map(|(group, count)| format!("`{group}` {count}")).collect();
    // At most the real number; less for a while, so that branches with new cases merge.
    let is_true = groups
        .iter()
        .all(|(group, count)| documented.get(group).is_some_and(|documented| documented <= count));
    let documented_sum = documented.values().sum::<usize>();
    assert!(
        is_true && documented.len() == groups.len() && documented_sum * 20 >= sum * 19,
        "docs/guarantees.md should say {}",
        table.join(", ")
    );
    assert!(
        text.contains(&format!("**{documented_sum} cases**")),
        "docs/guarantees.md should say **{documented_sum} cases**"
    );
}
