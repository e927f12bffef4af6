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
mod case;
mod commits;
mod contents;
mod damage;
mod history;
mod hostile;
mod index;
mod names;
mod objects;
mod pushes;
mod ranges;
mod run;
mod staged;
mod stories;
mod worktree;

use case::Case;

/// All cases of a state and what scans say of it.
const TABLES: [&[Case]; 13] = [
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

#[test]
fn no_two_cases_have_the_same_name() {
    let mut names: Vec<&str> = cases().iter().map(|case| case.name).collect();
    names.extend(commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS).map(|attempt| attempt.name));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
