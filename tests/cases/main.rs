//! Git's states, as data: how git makes each, and what every kind of scan has to say of it. The tables are the
//! modules; this program walks them. Unix only, since shell scripts make the states.
#![allow(
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a panic here is the failure report, what was held is told, and tables are for this program"
)]

#[path = "../support/mod.rs"]
mod support;

mod archives;
mod attempt;
mod attributes;
mod bytes;
mod case;
mod commits;
mod contents;
mod damage;
mod history;
mod hostile;
mod index;
mod names;
mod objects;
mod policy;
mod programs;
mod pushes;
mod ranges;
mod run;
mod staged;
mod stories;
mod twin;
mod unread;
mod worktree;

use std::collections::BTreeMap;

use case::Case;
use libtest_mimic::{Arguments, Trial};
use run::trial;
use support::trials::trials;

/// All cases of a state and what scans say of it.
const TABLES: [&[Case]; 17] = [
    staged::CASES,
    index::CASES,
    names::CASES,
    contents::CASES,
    archives::CASES,
    attributes::CASES,
    worktree::CASES,
    history::CASES,
    objects::CASES,
    stories::CASES,
    damage::CASES,
    hostile::CASES,
    ranges::CASES,
    unread::CASES,
    bytes::CASES,
    programs::CASES,
    policy::CASES,
];

fn cases() -> Vec<&'static Case> {
    TABLES.into_iter().flatten().collect()
}

/// Negative controls cost as much as their cases, so only every fourth runs without `--ignored`.
const EVERY: usize = 4;

/// Makes a trial of each case, and of each negative control: the same state with placeholders instead of keys. With
/// `all`, those controls that take long are there as well, as ignored ones.
fn trials(all: bool) -> Vec<Trial> {
    let mut trials = trials![
        what_has_no_twin_is_a_case,
        no_two_cases_have_the_same_name,
        the_guarantees_tell_how_many_cases_stand_behind_them,
    ];
    let attempts = || commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS);
    trials.extend(cases().into_iter().map(|case| trial(case.name.to_owned(), case, run::case)));
    trials.extend(attempts().map(|attempt| trial(attempt.name.to_owned(), attempt, attempt::run)));
    let control = |name: &str| format!("control of {name}");
    let cases = cases().into_iter().filter(|case| twin::of_case(case));
    let of_cases = cases.map(|case| trial(control(case.name), case, twin::case));
    let attempts = attempts().filter(|attempt| twin::of_attempt(attempt));
    let of_attempts = attempts.map(|attempt| trial(control(attempt.name), attempt, twin::attempt));
    trials.extend(some(of_cases, all).chain(some(of_attempts, all)));
    trials
}

fn some(controls: impl Iterator<Item = Trial>, all: bool) -> impl Iterator<Item = Trial> {
    let flagged = controls.enumerate().map(|(at, control)| control.with_ignored_flag(at % EVERY != 0));
    flagged.filter(move |control| all || !control.has_ignored_flag())
}

fn main() {
    let arguments = Arguments::from_args();
    let all = arguments.ignored || arguments.include_ignored;
    libtest_mimic::run(&arguments, trials(all)).exit();
}

fn what_has_no_twin_is_a_case() {
    let names = names();
    for name in twin::exceptions() {
        assert!(names.contains(name), "{name}");
    }
}

fn no_two_cases_have_the_same_name() {
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

/// How many cases are in each group: what stands before the colon.
fn groups() -> BTreeMap<&'static str, usize> {
    let mut groups = BTreeMap::new();
    for name in names() {
        let group = name.split_once(':').map_or(name, |(group, _)| group);
        *groups.entry(group).or_default() += 1;
    }
    groups
}

fn the_guarantees_tell_how_many_cases_stand_behind_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guarantees.md");
    let text = std::fs::read_to_string(path).expect("docs/guarantees.md");
    let (groups, mut told) = (groups(), BTreeMap::new());
    // A number behind a group's name in backticks: `staged` 45.
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.windows(2) {
        let group = pair[0].strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        let count = pair[1].trim_end_matches([',', '.', '|']).parse::<usize>().ok();
        if let Some((group, count)) = group.zip(count) {
            let before = told.insert(group, count);
            assert_eq!(before, None, "{group} is told twice");
        }
    }
    let sum = groups.values().sum::<usize>();
    let table: Vec<String> = groups.iter().map(|(group, count)| format!("`{group}` {count}")).collect();
    // Never more than there are; fewer for a while, so that branches that add some can be put together.
    let is_true = groups.iter().all(|(group, count)| told.get(group).is_some_and(|told| told <= count));
    let told_sum = told.values().sum::<usize>();
    assert!(
        is_true && told.len() == groups.len() && told_sum * 20 >= sum * 19,
        "docs/guarantees.md should say {}",
        table.join(", ")
    );
    assert!(
        text.contains(&format!("**{told_sum} cases**")),
        "docs/guarantees.md should say **{told_sum} cases**"
    );
}
