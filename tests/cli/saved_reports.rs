//! `skant report` and `skant diff` over saved reports, and the same filters in `skant scan`.
#![allow(clippy::expect_used, reason = "a panic here is the failure report")]

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        every_format_from_a_saved_report_is_that_of_the_scan,
        filters_are_the_same_in_a_scan_and_over_a_saved_report,
        a_mistake_in_a_filter_ends_with_2,
        a_rule_that_neither_the_program_nor_the_report_has_ends_with_2,
        a_difference_ends_with_1_only_if_something_is_new,
        a_file_that_is_no_report_ends_with_2
    ]
}

const FORMATS: [&str; 10] =
    ["human", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "html", "csv"];

/// A history with two people: one key still there, one removed, and a password.
fn history() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={}\n", tokens::api_key("saved a")));
    sandbox.write("c.py", "db_password = \"V8trz.kq0-Lw5\"\n");
    sandbox.commit_all("second");
    sandbox.write("b.env", format!("ANTHROPIC_API_KEY={}\n", tokens::api_key("saved b")));
    sandbox.sh("git add -A; GIT_AUTHOR_DATE=2026-03-04T05:06:07Z GIT_AUTHOR_NAME=Bob git commit -q -m third");
    sandbox.git(&["rm", "-q", "a.env"]);
    sandbox.commit_all("fourth");
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let mut command = sandbox.command(testkit::skant_program());
    command.env("SOURCE_DATE_EPOCH", "1767323045").args(arguments).output().expect("skant")
}

fn fingerprints(output: &Output) -> BTreeSet<String> {
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(output)));
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["fingerprint"].as_str().expect("digits").to_owned()).collect()
}

fn save(sandbox: &Sandbox, name: &str) -> String {
    let file = sandbox.sibling(name);
    let output = run(sandbox, &["scan", "--history", "-q", "-o", &format!("json:{}", file.display())]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    file.display().to_string()
}

fn every_format_from_a_saved_report_is_that_of_the_scan() {
    let sandbox = history();
    let file = save(&sandbox, "report.json");
    // The time of a saved report is that of its file.
    let times = std::fs::FileTimes::new()
        .set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_323_045));
    std::fs::File::options().append(true).open(&file).expect("the file").set_times(times).expect("a time");
    for format in FORMATS {
        let direct = run(&sandbox, &["scan", "--history", "-f", format]);
        let again = run(&sandbox, &["report", &file, "-f", format]);
        assert_eq!(again.status.code(), Some(0), "{}", text_of(&again));
        assert!(direct.stdout == again.stdout, "{format}:\n{}\n{}", text_of(&direct), text_of(&again));
    }
    let input = std::fs::File::open(&file).expect("the file");
    let mut command = sandbox.command(testkit::skant_program());
    let piped = command.args(["report", "-", "--json"]).stdin(input).output().expect("skant");
    assert_eq!(fingerprints(&piped).len(), 3);
}

fn filters_are_the_same_in_a_scan_and_over_a_saved_report() {
    let sandbox = history();
    let file = save(&sandbox, "report.json");
    for (filters, expected) in [
        (&[][..], 3),
        (&["--rule", "anthropic-api-key"], 2),
        (&["--rule", "generic-*", "--rule", "anthropic"], 3),
        (&["--rule", "generic"], 1),
        (&["--severity", "critical"], 2),
        (&["--at-head"], 2),
        (&["--severity", "critical", "--at-head"], 1),
        (&["--since", "2026-02-01"], 1),
        (&["--since", "HEAD~2"], 1),
        (&["--since", "HEAD"], 0),
        (&["--author", "BOB"], 1),
        (&["--author", "ada author"], 2),
    ] {
        let scan = run(&sandbox, &[&["scan", "--history", "--json"], filters].concat());
        let report = run(&sandbox, &[&["report", &file, "--json"], filters].concat());
        assert_eq!(fingerprints(&scan).len(), expected, "{filters:?}: {}", text_of(&scan));
        assert_eq!(scan.stdout, report.stdout, "{filters:?}");
        assert_eq!(scan.status.code(), Some(i32::from(expected > 0)), "{filters:?}");
        let says =
            String::from_utf8_lossy(&scan.stdout).contains("the filters of the command line leave out");
        assert_eq!(says, expected < 3, "{filters:?}");
    }
}

fn a_mistake_in_a_filter_ends_with_2() {
    let sandbox = history();
    for (arguments, expected) in [
        (&["scan", "--history", "--rule", "antropic"][..], "no rule is named `antropic`"),
        (
            &["scan", "--history", "--since", "no-such-thing"],
            "`no-such-thing` is neither a date nor a revision",
        ),
        (&["scan", "--history", "--since=--all"], "`--all` is neither a date nor a revision"),
        (&["scan", "--since", "2026-01-01"], "a scan of files knows no dates"),
        (&["scan", "--author", "Ada"], "a scan of files knows no authors"),
        (&["scan", "--severity", "huge"], "huge"),
    ] {
        let output = run(&sandbox, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text_of(&output).contains(expected), "{arguments:?}: {}", text_of(&output));
    }
}

fn a_rule_that_neither_the_program_nor_the_report_has_ends_with_2() {
    let sandbox = history();
    let saved = save(&sandbox, "saved.json");
    let output = run(&sandbox, &["report", &saved, "--rule", "antropic-api-key"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("did you mean `anthropic-api-key`?"), "{}", text_of(&output));
    // A rule of another version or of a repository is in the report only.
    let path = sandbox.dir.join(&saved);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"anthropic-api-key\"", "\"acme-token\"")).unwrap();
    let output = run(&sandbox, &["report", &saved, "--rule", "acme", "--min-confidence", "low"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(text_of(&output).contains("acme-token"), "{}", text_of(&output));
    assert!(text_of(&output).contains("holds no finding below medium confidence"), "{}", text_of(&output));
}

fn a_difference_ends_with_1_only_if_something_is_new() {
    let sandbox = history();
    let old = save(&sandbox, "old.json");
    sandbox.write("d.env", format!("ANTHROPIC_API_KEY={}\n", tokens::api_key("saved d")));
    sandbox.commit_all("fifth");
    let new = save(&sandbox, "new.json");
    let output = run(&sandbox, &["diff", &old, &new]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let text = text_of(&output);
    assert!(text.starts_with("new    critical high ") && text.contains("d.env:1:19"), "{text}");
    assert!(text.contains("1 new secret, 0 gone, 0 moved, 3 still there"), "{text}");
    let output = run(&sandbox, &["diff", &new, &old, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["gone"].as_array().map(Vec::len), Some(1), "{json}");
}

fn a_file_that_is_no_report_ends_with_2() {
    let sandbox = history();
    let file = save(&sandbox, "report.json");
    let report = std::fs::read_to_string(&file).expect("the file");
    for (content, expected) in [
        (String::new(), "it ends too early"),
        (report[..report.len() / 2].to_owned(), "it ends too early"),
        ("{\"a\": 1}".to_owned(), "no report of skant"),
        (report.replace("\"schema\": 1", "\"schema\": 7"), "schema version 7"),
    ] {
        sandbox.write("wrong.json", &content);
        for arguments in
            [&["report", "wrong.json"][..], &["diff", "wrong.json", &file], &["diff", &file, "wrong.json"]]
        {
            let output = run(&sandbox, arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            let text = text_of(&output);
            assert!(text.contains(expected) && text.contains("help: "), "{arguments:?}: {text}");
        }
    }
    let output = run(&sandbox, &["report", "absent.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("cannot read absent.json"), "{}", text_of(&output));
}
