//! Whole runs of `skant verify` and `skant scan --verify`: many values, interruption and resumption, exit codes.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::providers::{Providers, Reply};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_thousand_values_are_asked_once_each_in_seconds,
        an_interrupted_run_goes_on_where_it_ended,
        answers_decide_about_exit_codes,
        a_fresh_run_asks_again,
        a_stated_expiry_that_has_passed_may_be_set_not_to_fail,
    ]
}

const LIVE: &str = r#"{"data":[]}"#;
const DEAD: &str =
    r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;

fn run(sandbox: &Sandbox, providers: &Providers, arguments: &[&str]) -> Output {
    providers.lead(sandbox.command(skant_program()).args(arguments)).output().unwrap()
}

/// A repository with this number of keys, each in two places.
fn with_keys(number: usize) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::repo();
    let keys: Vec<String> = (0..number).map(|seed| tokens::api_key(&format!("many {seed}"))).collect();
    let lines: String = keys.iter().map(|key| format!("KEY={key}\n")).collect();
    sandbox.write("a.env", &lines);
    sandbox.write("b.env", &lines);
    (sandbox, keys)
}

fn a_thousand_values_are_asked_once_each_in_seconds() {
    let (sandbox, keys) = with_keys(1000);
    let providers = Providers::start(|_| Reply::json(200, LIVE));
    let start = Instant::now();
    let output = run(&sandbox, &providers, &["verify", "-q"]);
    // A debug build on a busy machine scans and encrypts slowly; the bound is for the requests.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let mut asked: Vec<String> =
        providers.requests().into_iter().map(|seen| seen.headers["x-api-key"].clone()).collect();
    asked.sort();
    let mut expected = keys;
    expected.sort();
    assert!(asked == expected, "{} requests", asked.len());
}

#[cfg(unix)]
fn an_interrupted_run_goes_on_where_it_ended() {
    let (sandbox, keys) = with_keys(200);
    let providers = Providers::start(|_| {
        std::thread::sleep(Duration::from_millis(30));
        Reply::json(200, LIVE)
    });
    let mut command = sandbox.command(skant_program());
    command.args(["verify", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = providers.lead(&mut command).spawn().unwrap();
    let start = Instant::now();
    while providers.requests().len() < 40 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The shell's own command: a minimal system has no program of that name.
    sandbox.sh(&format!("kill -INT {}", child.id()));
    let stopped = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(10), "it does not wait for the rest");
    assert_eq!(output.status.code(), Some(130), "{}", text_of(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["complete"], Value::Bool(false));
    let first = providers.requests().len();
    assert!((40..keys.len()).contains(&first), "{first}");
    let known = report["findings"].as_array().unwrap().iter();
    let known = known.filter(|one| one["verification"] == "live").count();
    let output = run(&sandbox, &providers, &["verify", "-q"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let second = providers.requests().len() - first;
    assert!(known > 0 && second == keys.len() - known, "{known} known, {second} asked of {}", keys.len());
}

#[cfg(not(unix))]
fn an_interrupted_run_goes_on_where_it_ended() {}

fn answers_decide_about_exit_codes() {
    let (sandbox, keys) = with_keys(3);
    let answers = |live: bool, dead: bool| {
        let keys = keys.clone();
        Providers::start(move |seen| match keys.iter().position(|key| seen.holds(key)) {
            Some(0) if live => Reply::json(200, LIVE),
            Some(1) if !dead => Reply::json(418, "{}"),
            _ => Reply::json(401, DEAD),
        })
    };
    let fresh = ["--fresh", "--timeout", "1"];
    for (live, dead, arguments, expected) in [
        (false, true, &["verify"][..], 0),
        (true, true, &["verify"], 1),
        (false, false, &["verify"], 2),
        (true, false, &["verify"], 3),
        (true, false, &["verify", "--allow-incomplete"], 1),
        (false, true, &["scan", "--verify"], 1),
        (false, true, &["scan", "--verify", "--fail-on", "live"], 0),
        (false, true, &["scan", "--verify", "--fail-on", "not-dead"], 0),
        (true, true, &["scan", "--verify", "--fail-on", "not-dead"], 1),
        (false, false, &["scan", "--verify", "--fail-on", "not-dead"], 1),
        (true, true, &["scan", "--verify", "--fail-on", "live"], 1),
        (false, false, &["scan", "--verify", "--fail-on", "live"], 2),
        (true, false, &["scan", "--verify", "--fail-on", "live"], 3),
        (false, false, &["scan", "--verify", "--fail-on", "live", "--allow-incomplete"], 0),
        (false, false, &["scan", "--verify", "--fail-on", "never"], 0),
    ] {
        let providers = answers(live, dead);
        let output = run(&sandbox, &providers, &[arguments, &fresh].concat());
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {}", text_of(&output));
        assert_eq!(providers.requests().len(), 3, "{arguments:?}");
    }
    let providers = answers(true, false);
    let arguments = [&["scan", "--verify", "--only-live", "--json"][..], &fresh].concat();
    let report: Value = serde_json::from_slice(&run(&sandbox, &providers, &arguments).stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let note = report["notes"].to_string();
    assert!(note.contains("leaves out 1 dead and 1 unknown"), "{note}");
    let arguments = [&["scan", "--verify", "--fail-on", "live", "--json"][..], &fresh].concat();
    let report: Value = serde_json::from_slice(&run(&sandbox, &providers, &arguments).stdout).unwrap();
    assert_eq!(report["problems"][0]["kind"], "unverified");
    for arguments in [&["scan", "--only-live"][..], &["scan", "--fail-on", "live"]] {
        assert_eq!(sandbox.skant(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

fn a_stated_expiry_that_has_passed_may_be_set_not_to_fail() {
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("TOKEN={}\n", tokens::session_token("CC", "past", 1_600_000_000)));
    assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(1));
    let output = sandbox.skant(&["scan", "--fail-on", "not-dead"]);
    assert!(
        output.status.code() == Some(0) && text_of(&output).contains("expired on 2020"),
        "{}",
        text_of(&output)
    );
    sandbox.write("b.env", format!("TOKEN={}\n", tokens::session_token("CC", "future", 4_000_000_000)));
    assert_eq!(sandbox.skant(&["scan", "--fail-on", "not-dead"]).status.code(), Some(1));
    // A user may set it for all repositories, and a repository may not.
    let setting = "fail-on = \"not-dead\"\n";
    sandbox.write("skant.toml", setting);
    assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(2));
    std::fs::remove_file(sandbox.dir.join("skant.toml")).unwrap();
    std::fs::remove_file(sandbox.dir.join("b.env")).unwrap();
    let file = sandbox.sibling("home").join(".config/skant/skant.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, setting).unwrap();
    assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(0));
}

fn a_fresh_run_asks_again() {
    let (sandbox, _) = with_keys(1);
    let providers = Providers::start(|_| Reply::json(401, DEAD));
    for (arguments, requests) in
        [(&["verify"][..], 1), (&["verify"], 1), (&["scan", "--verify"], 1), (&["verify", "--fresh"], 2)]
    {
        run(&sandbox, &providers, arguments);
        assert_eq!(providers.requests().len(), requests, "{arguments:?}");
    }
}
