//! `skant agent mcp`: a session, as a client writes it.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_session_is_answered_with_masked_results,
        only_the_root_is_read,
        a_message_that_is_too_long_is_passed_over
    ]
}

/// Runs a session with calls of tools; returns the result of each.
fn session(sandbox: &Sandbox, arguments: &[&str], calls: &[(&str, Value)]) -> Vec<Value> {
    let mut input = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18"}}).to_string();
    input += "\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n\n";
    for (id, (name, arguments)) in (1..).zip(calls) {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
        input += &request.to_string();
        input += "\r\n";
    }
    let output = sandbox.skant_with_input(&[&["agent", "mcp"], arguments].concat(), input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(output.stderr.is_empty(), "{}", text_of(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), calls.len() + 1, "{text}");
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "skant");
    answers[1..].iter().map(|answer| answer["result"].clone()).collect()
}

fn report(result: &Value) -> Value {
    assert_eq!(result["isError"], false, "{result:#}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

fn a_session_is_answered_with_masked_results() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::token("API03", "mcp");
    sandbox.write("src/app.py", format!("KEY = '{key}'\n"));
    sandbox.git(&["add", "-A"]);
    let results = session(
        &sandbox,
        &[],
        &[
            ("scan_text", json!({"text": format!("key: {key}"), "path": "a.txt"})),
            ("scan_text", json!({"text": "nothing"})),
            ("scan_text", json!({})),
            ("scan_paths", json!({"paths": ["src"]})),
            ("scan_paths", json!({})),
            ("scan_staged", json!({})),
            ("explain", json!({"rule": "anthropic-api-key"})),
            ("explain", json!({"rule": key})),
        ],
    );
    for number in [0, 3, 4, 5] {
        let report = report(&results[number]);
        assert_eq!(report["findings"][0]["rule"], "anthropic-api-key", "{number}: {report:#}");
        assert_eq!(report["complete"], true, "{number}");
    }
    assert_eq!(report(&results[3])["findings"][0]["locations"][0]["path"], "src/app.py");
    assert_eq!(report(&results[5])["scope"]["kind"], "staged");
    assert_eq!(report(&results[1])["findings"], json!([]));
    assert!(report(&results[6])["steps"].as_array().is_some_and(|steps| !steps.is_empty()));
    for number in [2, 7] {
        assert_eq!(results[number]["isError"], true, "{:#}", results[number]);
    }
    assert!(!json!(results).to_string().contains(&key[20..60]));
}

fn only_the_root_is_read() {
    let sandbox = Sandbox::repo();
    sandbox.write("inside/a.txt", "a\n");
    sandbox.write("outside.txt", tokens::token("API03", "outside"));
    symlink("../outside.txt", sandbox.dir.join("inside/link")).unwrap();
    let outside = sandbox.dir.join("outside.txt").to_str().unwrap().to_owned();
    let paths = ["../outside.txt", &outside, "link", "absent", "..", "/etc"];
    let calls: Vec<(&str, Value)> =
        paths.iter().map(|path| ("scan_paths", json!({"paths": [path]}))).collect();
    for (path, result) in paths.iter().zip(session(&sandbox, &["--root", "inside"], &calls)) {
        assert_eq!(result["isError"], true, "{path}: {result:#}");
    }
    let whole = session(&sandbox, &["--root", "inside"], &[("scan_paths", json!({"paths": ["."]}))]);
    assert_eq!(report(&whole[0])["findings"], json!([]));
    let output = sandbox.skant(&["agent", "mcp", "--root", "absent"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
}

fn a_message_that_is_too_long_is_passed_over() {
    let sandbox = Sandbox::empty();
    let mut input = vec![b'x'; (32 << 20) + 100];
    input.extend_from_slice(b"\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    let output = sandbox.skant_with_input(&["agent", "mcp"], &input);
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2, "{text}");
    assert_eq!((&answers[0]["error"]["code"], &answers[1]["result"]), (&json!(-32600), &json!({})));
}
