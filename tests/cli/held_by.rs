//! Git itself says which refs hold a value: in generated repositories with branches, merges, tags, pull requests, a
//! stash and notes, `git branch -a --contains`, `git tag --contains`, `git for-each-ref --contains` and `git grep` have
//! the same answer as the report.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        git_agrees_on_the_refs_of_every_value,
        a_stash_and_a_reflog_are_named,
        a_value_outside_of_files_has_its_refs
    ]
}

/// The number of generated repositories, and of the steps in each.
const REPOSITORIES: usize = 3;
const STEPS: usize = 20;

/// The number of values; each has files of its own.
const VALUES: usize = 4;

/// A sequence of numbers that depends on the seed only.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        // Constants: Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

fn value(number: usize) -> String {
    // The last one is weak: each of its paths is a finding of its own.
    if number + 1 == VALUES { "V8trz.kq0-Lw5".to_owned() } else { tokens::api_key(&format!("held {number}")) }
}

/// Makes a repository by random steps.
fn generate(numbers: &mut Numbers) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    let mut branches = vec!["main".to_owned()];
    for step in 0..STEPS {
        let (number, copy) = (numbers.below(VALUES), numbers.below(2));
        let path = format!("k{number}-{copy}.py");
        match numbers.below(10) {
            0..=3 => {
                sandbox.write(&path, format!("password = \"{}\"\n", value(number)));
                sandbox.commit_all(&format!("step {step}"));
            }
            4 | 5 => {
                sandbox.write(&path, "nothing\n");
                sandbox.commit_all(&format!("step {step}"));
            }
            6 => {
                let name = format!("topic/{step}");
                sandbox.git(&["checkout", "-q", "-b", &name]);
                branches.push(name);
            }
            7 => {
                sandbox.git(&["checkout", "-q", &branches[numbers.below(branches.len())]]);
            }
            8 => {
                let other = &branches[numbers.below(branches.len())];
                sandbox.git(&["merge", "-q", "--no-edit", "-X", "ours", "-m", "merge", other]);
            }
            _ if step % 2 == 0 => {
                sandbox.git(&["tag", &format!("v1.{step}")]);
            }
            _ => {
                sandbox.git(&["update-ref", &format!("refs/pull/{step}/head"), "HEAD"]);
                sandbox.git(&["update-ref", &format!("refs/remotes/origin/r{step}"), "HEAD~0"]);
                sandbox.git(&["tag", "-a", "-m", "annotated", &format!("a{step}")]);
            }
        }
    }
    sandbox
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .map(|line| line.trim_start_matches(['*', ' ', '+']).trim().to_owned())
        .filter(|line| !line.is_empty())
}

/// Whether a commit holds the text, at a path if one is given.
fn holds(sandbox: &Sandbox, commit: &str, text: &str, path: Option<&str>) -> bool {
    let mut arguments = vec!["grep", "-q", "-F", "-e", text, commit];
    arguments.extend(path.iter().flat_map(|path| ["--", *path]));
    sandbox.try_git(&arguments).status.success()
}

/// Returns the sorted names of a field, and checks its count.
fn names(holders: &Value) -> BTreeSet<String> {
    let names: BTreeSet<String> =
        holders["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(holders["count"], names.len(), "{holders}");
    names
}

fn check(sandbox: &Sandbox, finding: &Value) {
    let path = finding["locations"][0]["path"].as_str().unwrap();
    let number: usize = path[1..2].parse().unwrap();
    let text = value(number);
    let at_path = (number + 1 == VALUES).then_some(path);
    let commits: Vec<String> = lines(&sandbox.git(&["rev-list", "--all"])).collect();
    let holding = commits.iter().filter(|commit| holds(sandbox, commit, &text, at_path));
    let mut expected: [BTreeSet<String>; 4] = Default::default();
    for commit in holding {
        for name in lines(&sandbox.git(&["branch", "-a", "--contains", commit])) {
            match name.strip_prefix("remotes/") {
                Some(remote) => expected[1].insert(remote.to_owned()),
                None => expected[0].insert(name),
            };
        }
        expected[2].extend(lines(&sandbox.git(&["tag", "--contains", commit])));
        let pulls = sandbox.git(&["for-each-ref", "--contains", commit, "--format=%(refname)", "refs/pull"]);
        expected[3].extend(lines(&pulls).map(|name| name["refs/".len()..].to_owned()));
    }
    let starts = ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"];
    let kinds = ["branches", "remotes", "tags", "pull_requests"];
    for ((kind, start), expected) in kinds.into_iter().zip(starts).zip(expected) {
        let held = &finding["history"]["held_by"][kind];
        assert_eq!(names(held), expected, "{kind} of {path}");
        let in_files = |name: &&String| holds(sandbox, &format!("{start}{name}"), &text, at_path);
        let expected: BTreeSet<String> = expected.iter().filter(in_files).cloned().collect();
        assert_eq!(names(&held["in_files"]), expected, "files of {kind} of {path}");
    }
}

fn findings(sandbox: &Sandbox) -> Vec<Value> {
    let output = sandbox.skant(&["scan", "--history", "--min-confidence", "low", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["complete"], true, "{report:#}");
    report["findings"].as_array().expect("findings").clone()
}

fn git_agrees_on_the_refs_of_every_value() {
    let mut checked = 0;
    for seed in 0..REPOSITORIES {
        let sandbox = generate(&mut Numbers(0x5ca1_ab1e + seed as u64));
        for finding in findings(&sandbox) {
            check(&sandbox, &finding);
            checked += 1;
        }
    }
    assert!(checked >= REPOSITORIES * 2, "{checked} findings");
}

fn a_stash_and_a_reflog_are_named() {
    let sandbox = Sandbox::with_commit();
    for number in 0..2 {
        sandbox.write("README.md", format!("{}\n", value(number)));
        sandbox.git(&["stash", "-q"]);
    }
    sandbox.git(&["checkout", "-q", "-b", "gone"]);
    sandbox.write("c.py", value(2));
    sandbox.commit_all("third");
    sandbox.git(&["notes", "add", "-m", &tokens::api_key("note")]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["branch", "-q", "-D", "gone"]);
    let findings = findings(&sandbox);
    let held: BTreeSet<String> = findings
        .iter()
        .map(|finding| {
            let held_by = &finding["history"]["held_by"];
            let kinds = held_by.as_object().unwrap().iter();
            let names = kinds.filter(|(_, held)| held["count"] != 0).map(|(kind, held)| {
                format!("{kind}: {}", names(held).into_iter().collect::<Vec<_>>().join(" "))
            });
            names.collect::<Vec<_>>().join(", ")
        })
        .collect();
    let expected = [
        "notes: commits, reflogs: notes/commits",
        "reflogs: HEAD",
        "stashes: stash@{0}",
        "stashes: stash@{1}",
    ];
    assert_eq!(held, expected.map(str::to_owned).into());
    let text = sandbox.skant(&["scan", "--history"]);
    let text = String::from_utf8_lossy(&text.stdout).replace("\n              ", " ");
    assert!(text.contains("still in the files of stash@{1}"), "{text}");
    assert!(text.contains("the reflog of HEAD keeps it until git expires it"), "{text}");
}

fn a_value_outside_of_files_has_its_refs() {
    let sandbox = Sandbox::with_commit();
    let key = |name: &str| tokens::api_key(name);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &key("message")]);
    sandbox.git(&["tag", "-a", "v1", "-m", &key("tag")]);
    sandbox.git(&["branch", &format!("fix/{}", key("branch"))]);
    let findings = findings(&sandbox);
    let of = |start: &str| {
        let is = |finding: &&Value| {
            let place = &finding["locations"][0];
            place["path"].as_str().unwrap().starts_with(start) || place["kind"] == start
        };
        findings.iter().find(is).expect(start)["history"]["held_by"].clone()
    };
    let message = of("commit ");
    assert_eq!(
        (&message["branches"]["count"], &message["tags"]["count"]),
        (&2.into(), &1.into()),
        "{message}"
    );
    assert_eq!(message["branches"]["in_files"]["count"], 0);
    let tag = of("tag ");
    assert_eq!(
        (&tag["branches"]["count"], &tag["tags"]["names"]),
        (&0.into(), &serde_json::json!(["v1"])),
        "{tag}"
    );
    let branch = of("ref");
    assert_eq!((&branch["branches"]["count"], &branch["tags"]["count"]), (&1.into(), &0.into()), "{branch}");
}
