//! Passwords in a baseline: a new one is new however many of its file are there, and the others stay suppressed.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        new_passwords_are_reported_among_many,
        entries_of_two_digits_apply_and_are_replaced,
        allow_writes_the_long_form_and_lists_values_with_one_short_form,
    ]
}

/// Returns lines with passwords that are too weak for a long fingerprint. Every second line has the same name.
fn passwords(seed: &str, count: usize) -> Vec<String> {
    let password = |number| tokens::random(tokens::ALPHANUMERIC, 17, &format!("{seed} {number}"));
    let name = |number| if number % 2 == 0 { "db_password".to_owned() } else { format!("password_{number}") };
    (0..count).map(|number| format!("{} = \"{}\"\n", name(number), password(number))).collect()
}

/// Returns the fingerprints of the findings of a worktree scan.
fn found(sandbox: &Sandbox) -> Vec<String> {
    let output = sandbox.skant(&["scan", "--format", "json"]);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

fn recorded(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.dir.join(".skant-baseline")).unwrap()
}

/// Cuts the entries to the form of earlier versions.
fn shorten(sandbox: &Sandbox) {
    let short: String = recorded(sandbox).lines().fold(String::new(), |mut out, line| {
        let (digits, rest) = line.split_once(' ').unwrap();
        let digits = if digits.len() < 16 { digits.get(..10).unwrap_or(digits) } else { digits };
        let _ = writeln!(out, "{digits} {rest}");
        out
    });
    sandbox.write(".skant-baseline", short);
}

fn new_passwords_are_reported_among_many() {
    let sandbox = Sandbox::with_commit();
    let old = passwords("old", 400);
    sandbox.write("x.py", old.concat());
    sandbox.commit_all("old");
    assert!(sandbox.skant(&["baseline", "create", "--reason", "examples"]).status.success());
    sandbox.commit_all("baseline");
    assert_eq!(found(&sandbox), Vec::<String>::new());
    // Moved lines stay suppressed.
    sandbox.write("x.py", old.iter().rev().map(|line| format!("\n{line}")).collect::<String>());
    assert_eq!(found(&sandbox), Vec::<String>::new());
    sandbox.write("x.py", [old.concat(), passwords("new", 100).concat()].concat());
    let new = found(&sandbox).len();
    assert!((98..=100).contains(&new), "{new} of 100 beside the old ones");
    sandbox.write("x.py", passwords("other", 100).concat());
    let new = found(&sandbox).len();
    assert!((98..=100).contains(&new), "{new} of 100 in place of the old ones");
    // Reports show 8 bits.
    assert!(found(&sandbox).iter().all(|fingerprint| fingerprint.len() == 10));
    // The hook reads the new value alone.
    sandbox.write("x.py", [old.concat(), passwords("hook", 1).concat()].concat());
    sandbox.git(&["add", "-A"]);
    assert_eq!(sandbox.skant(&["scan", "--staged"]).status.code(), Some(1));
    assert!(sandbox.skant(&["baseline", "check"]).status.success());
}

fn entries_of_two_digits_apply_and_are_replaced() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("x.py", passwords("old", 40).concat());
    sandbox.write("y.py", passwords("few", 2).concat());
    sandbox.write("k.py", tokens::api_key("strong"));
    sandbox.commit_all("old");
    assert!(sandbox.skant(&["baseline", "create", "--reason", "examples"]).status.success());
    let long = recorded(&sandbox);
    shorten(&sandbox);
    assert_eq!(found(&sandbox), Vec::<String>::new());
    let output = sandbox.skant(&["baseline", "check"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("too few digits: x.py") && said.contains("baseline update --history"), "{said}");
    assert!(!said.contains("digits: y.py"), "two entries let 0.8 % pass: {said}");
    let output = sandbox.skant(&["baseline", "update", "--history", "--reason", "another"]);
    assert!(text_of(&output).contains("0 added, 43 values in total"), "{}", text_of(&output));
    assert_eq!(recorded(&sandbox), long, "the reason stays, and every entry has its digits");
    assert!(sandbox.skant(&["baseline", "check"]).status.success());
}

fn allow_writes_the_long_form_and_lists_values_with_one_short_form() {
    let sandbox = Sandbox::with_commit();
    // 200 values of 256: some have the same short form.
    sandbox.write("x.py", passwords("many", 200).concat());
    let all = found(&sandbox);
    let twice = all.iter().find(|one| all.iter().filter(|other| other == one).count() == 2).unwrap();
    let once = all.iter().find(|one| all.iter().filter(|other| other == one).count() == 1).unwrap();
    let allow = |name: &str| sandbox.skant(&["allow", name, "--reason", "an example"]);
    assert!(allow(once).status.success());
    assert_eq!(found(&sandbox).len(), 199);
    let output = allow(twice);
    let said = text_of(&output);
    let names: Vec<&str> =
        said.split_whitespace().filter(|word| word.starts_with(twice.as_str()) && word.len() > 10).collect();
    assert!(!output.status.success() && names.len() == 2, "{said}");
    assert!(allow(names[0]).status.success());
    assert_eq!(found(&sandbox).len(), 198);
}
