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

#[test]
fn no_two_cases_have_the_same_name() {
    let mut names: Vec<&str> = cases().iter().map(|case| case.name).collect();
    names.extend(commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS).map(|attempt| attempt.name));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// The names of all cases by their groups: what stands before the colon.
fn groups() -> BTreeMap<&'static str, usize> {
    let names = cases().into_iter().map(|case| case.name);
    let attempts = commits::ATTEMPTS.iter().chain(pushes::ATTEMPTS).map(|attempt| attempt.name);
    let mut groups = BTreeMap::new();
    for name in names.chain(attempts) {
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
