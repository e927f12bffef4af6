//! The progress line: on standard error only, erased before anything else is printed, and shown on request only.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        progress_is_shown_on_request_and_changes_no_report,
        progress_is_erased_before_an_interrupted_scan_reports,
    ]
}

const ERASE: &str = "\r\u{1b}[K";

fn leaky() -> Sandbox {
    let sandbox = Sandbox::repo();
    sandbox.write("app/.env", format!("KEY={}\n", tokens::api_key("progress")));
    sandbox.commit_all("a key");
    sandbox
}

fn progress_is_shown_on_request_and_changes_no_report() {
    let sandbox = leaky();
    for what in [&["scan", "--history"][..], &["scan"], &["scan", "--staged"]] {
        let plain = sandbox.skant(what);
        assert_eq!(String::from_utf8_lossy(&plain.stderr), "", "no terminal, no progress");
        for (more, is_shown) in [
            (&["--progress", "always"][..], true),
            (&["--progress", "never"], false),
            (&["--progress", "auto"], false),
            (&["--progress", "always", "-q"], false),
        ] {
            let output = sandbox.skant(&[what, more].concat());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(!said.is_empty(), is_shown, "{what:?} {more:?}: {said:?}");
            assert!(!is_shown || said.starts_with(ERASE) && said.ends_with(ERASE), "{said:?}");
            assert!(
                !said.contains('\n') && said.split(ERASE).all(|line| line.chars().count() < 80),
                "{said:?}"
            );
            assert_eq!(output.status, plain.status);
            if !more.contains(&"-q") {
                assert_eq!(output.stdout, plain.stdout, "{what:?} {more:?}");
            }
        }
    }
}

fn progress_is_erased_before_an_interrupted_scan_reports() {
    let sandbox = Sandbox::empty();
    let mut child = sandbox
        .command(skant_program())
        .args(["scan", "-", "--format", "json", "--progress", "always"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("KEY={}\n", tokens::api_key("piped")).as_bytes()).unwrap();
    // More than a pipe holds: once this is written, the key has been read and signals are handled.
    input.write_all(&b"nothing to see\n".repeat(40_000)).unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut first = [0; 4];
    stderr.read_exact(&mut first).unwrap();
    sandbox.sh(&format!("kill -INT {}", child.id()));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130), "{}", text_of(&output));
    assert!(rest.ends_with(ERASE) && !rest.contains('\n'), "{rest:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["complete"], false);
}
