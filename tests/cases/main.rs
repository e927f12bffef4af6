//! Git's states, as data: how git makes each, and what every kind of scan has to say of it. The tables are the
//! modules; this program walks them. Unix only, since shell scripts make the states.
#![cfg(unix)]
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

#[test]
fn scans_say_what_each_state_holds() {
    run::hold("states", &cases(), |case| case.name, run::case);
}

#[test]
fn commits_that_add_a_key_do_not_come_to_be() {
    let attempts: Vec<_> = commits::ATTEMPTS.iter().collect();
    run::hold("commits", &attempts, |attempt| attempt.name, attempt::run);
}

#[test]
fn pushes_that_bring_a_key_do_not_arrive() {
    let attempts: Vec<_> = pushes::ATTEMPTS.iter().collect();
    run::hold("pushes", &attempts, |attempt| attempt.name, attempt::run);
}

/// Twins cost as much as their cases, so of all but a long run only every fourth is looked at.
const SOME: usize = 4;

fn twins_of_states(every: usize) {
    let twins: Vec<_> = cases().into_iter().filter(|case| twin::of_case(case)).step_by(every).collect();
    run::hold("twins of states", &twins, |case| case.name, twin::case);
}

fn twins_of_attempts(every: usize) {
    let attempts = commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS);
    let twins: Vec<_> = attempts.filter(|attempt| twin::of_attempt(attempt)).step_by(every).collect();
    run::hold("twins of commits and pushes", &twins, |attempt| attempt.name, twin::attempt);
}

#[test]
fn no_scan_finds_a_placeholder_in_the_same_state() {
    twins_of_states(SOME);
}

#[test]
fn no_commit_and_no_push_is_blocked_for_a_placeholder() {
    twins_of_attempts(SOME);
}

#[test]
#[ignore = "long; CONTRIBUTING.md says when"]
fn no_twin_finds_or_blocks_anything() {
    twins_of_states(1);
    twins_of_attempts(1);
}

#[test]
fn what_has_no_twin_is_a_case() {
    let names = names();
    for name in twin::exceptions() {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
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

#[test]
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
    println!("cases in all: {sum}");
}
