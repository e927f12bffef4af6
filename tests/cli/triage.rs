//! Verdicts: `skant allow --verdict`, and `skant triage` on a terminal.

use std::fs;

use serde_json::Value;
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens};

use crate::terminal::converse;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        each_verdict_has_its_effect_on_scans_and_hooks,
        confirmed_secret_is_reported_at_any_confidence,
        several_values_are_decided_at_once_or_not_at_all,
        rules_and_paths_select_findings,
        confirmed_verdict_is_replaced_by_fingerprint_only,
        value_of_the_history_only_is_found_by_its_digits,
        triage_asks_for_each_finding_and_goes_on_where_it_ended,
        triage_shows_what_the_filters_choose,
        triage_restores_the_terminal_on_ctrl_c,
        triage_without_a_terminal_is_refused,
    ]
}

fn scan(sandbox: &Sandbox, arguments: &[&str]) -> (i32, Value) {
    let output = sandbox.skant(&[&["scan", "--json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    (output.status.code().unwrap(), report)
}

fn fingerprints(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

/// A repository with one key in each file.
fn leaky(files: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    for file in files {
        sandbox.write(file, format!("KEY={}\n", tokens::api_key(file)));
    }
    sandbox.git(&["add", "-A"]);
    sandbox
}

fn allow(sandbox: &Sandbox, arguments: &[&str]) -> (i32, String) {
    let output = sandbox.skant(&[&["allow", "--reason", "a reason"], arguments].concat());
    (output.status.code().unwrap(), text_of(&output))
}

fn baseline(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.dir.join(".skant-baseline")).unwrap_or_default()
}

fn each_verdict_has_its_effect_on_scans_and_hooks() {
    for (verdict, code, is_listed, hook) in [
        ("confirmed", 1, true, 1),
        ("revoked", 0, true, 0),
        ("test", 0, false, 0),
        ("false-alarm", 0, false, 0),
        ("accepted", 0, false, 0),
    ] {
        let sandbox = leaky(&["app.env"]);
        let (_, report) = scan(&sandbox, &[]);
        let fingerprint = fingerprints(&report).remove(0);
        // An earlier suppression does not hide a confirmed secret.
        assert_eq!(allow(&sandbox, &[&fingerprint]).0, 0);
        assert_eq!(scan(&sandbox, &[]).0, 0);
        let (done, said) = allow(&sandbox, &[&fingerprint, "--verdict", verdict, "--by", "Ada Author"]);
        assert!(done == 0 && said.starts_with(&format!("{verdict}: {fingerprint}")), "{said}");
        let line = baseline(&sandbox).lines().last().unwrap().to_owned();
        let expected = format!("{fingerprint} anthropic-api-key app.env verdict={verdict} at=");
        assert!(line.starts_with(&expected) && line.ends_with(" by=Ada%20Author -- a reason"), "{line}");
        let (now, report) = scan(&sandbox, &[]);
        assert_eq!((now, fingerprints(&report).len()), (code, usize::from(is_listed)), "{verdict}");
        if is_listed {
            assert_eq!(report["findings"][0]["verdict"], verdict);
            let reason = &report["findings"][0]["reasons"][0];
            assert_eq!((&reason["code"], &reason["params"]["by"]), (&"verdict".into(), &"Ada Author".into()));
            let human = text_of(&sandbox.skant(&["scan"]));
            assert!(human.contains(&format!("called it {verdict} on ")), "{human}");
        } else {
            assert_eq!(report["suppressed"][0]["reason"], format!("{verdict}: a reason"));
        }
        assert_eq!(scan(&sandbox, &["--fail-on", "never"]).0, 0, "{verdict}");
        sandbox.git(&["add", "-A"]);
        let output = sandbox.skant(&["hook", "pre-commit"]);
        assert_eq!(output.status.code(), Some(hook), "{verdict}: {}", text_of(&output));
    }
}

fn confirmed_secret_is_reported_at_any_confidence() {
    let sandbox = Sandbox::with_commit();
    // A short token has low confidence.
    sandbox.write("notes.txt", format!("{}\n", &tokens::api_key("short")[..60]));
    assert_eq!(scan(&sandbox, &[]).0, 0);
    let (_, report) = scan(&sandbox, &["--min-confidence", "low"]);
    let fingerprint = fingerprints(&report).remove(0);
    assert_eq!(allow(&sandbox, &[&fingerprint, "--verdict", "confirmed"]).0, 0);
    for arguments in [&[][..], &["--min-confidence", "high"], &["--fail-on", "high"]] {
        let (code, report) = scan(&sandbox, arguments);
        assert_eq!((code, fingerprints(&report)), (1, vec![fingerprint.clone()]), "{arguments:?}");
    }
}

fn several_values_are_decided_at_once_or_not_at_all() {
    let sandbox = leaky(&["a.env", "b.env"]);
    let found = fingerprints(&scan(&sandbox, &[]).1);
    let unknown = "00112233445566ff";
    let (code, said) = allow(&sandbox, &[&found[0], &found[1], unknown, "--verdict", "revoked"]);
    assert!(code == 2 && said.contains(unknown) && baseline(&sandbox).is_empty(), "{said}");
    let prefixes: Vec<&str> = found.iter().map(|digits| &digits[..8]).collect();
    let (code, said) = allow(&sandbox, &[prefixes[0], prefixes[1], "--verdict", "revoked"]);
    assert_eq!((code, said.matches("revoked: ").count()), (0, 2), "{said}");
    assert_eq!(scan(&sandbox, &[]).0, 0);
    // Without `--by` nobody is named.
    assert!(!baseline(&sandbox).lines().skip(1).any(|line| line.contains("by=")));
}

fn rules_and_paths_select_findings() {
    let sandbox = leaky(&["a/a.env", "b/b.env", "c.env"]);
    assert_eq!(allow(&sandbox, &["--rule", "no-such-rule"]).0, 2);
    assert_eq!(allow(&sandbox, &["--path", "d/"]).0, 2);
    assert_eq!(allow(&sandbox, &["--path", "a/", "--verdict", "test"]).0, 0);
    assert_eq!(scan(&sandbox, &[]).1["findings"].as_array().unwrap().len(), 2);
    let (code, said) = allow(&sandbox, &["--rule", "anthropic-api-key", "--path", "b", "--path", "c.env"]);
    assert_eq!((code, said.matches("allowed: ").count()), (0, 2), "{said}");
    assert_eq!(scan(&sandbox, &[]).0, 0);
    // A second time there is nothing to add.
    let before = baseline(&sandbox);
    let (code, said) = allow(&sandbox, &["--rule", "anthropic-api-key"]);
    assert!(code == 0 && said.contains("nothing to add") && baseline(&sandbox) == before, "{said}");
}

fn confirmed_verdict_is_replaced_by_fingerprint_only() {
    let sandbox = leaky(&["a/a.env", "a/b.env"]);
    let found = fingerprints(&scan(&sandbox, &[]).1);
    assert_eq!(allow(&sandbox, &[&found[0], "--verdict", "confirmed"]).0, 0);
    let (code, said) = allow(&sandbox, &["--path", "a/"]);
    assert!(code == 0 && said.contains("kept, as it is confirmed: ") && said.contains("allowed: "), "{said}");
    let before = baseline(&sandbox);
    assert_eq!(before.matches("verdict=confirmed").count(), 1);
    for selection in [["--path", "a/"], ["--rule", "anthropic-api-key"]] {
        let (code, said) = allow(&sandbox, &[&selection[..], &["--verdict", "test"]].concat());
        assert!(code == 2 && said.contains("confirmed that these are secrets in use"), "{said}");
        assert_eq!(baseline(&sandbox), before);
    }
    for (rule, near) in [
        ("anthropic*", "`anthropic-api-key`"),
        ("anthropic", "`anthropic-api-key`"),
        ("antropic-api-key", "`anthropic-api-key`"),
    ] {
        let (code, said) = allow(&sandbox, &["--rule", rule]);
        assert!(code == 2 && said.contains("no rule is named") && said.contains(near), "{said}");
    }
    assert_eq!(allow(&sandbox, &[&found[0], "--verdict", "revoked"]).0, 0);
    assert!(!baseline(&sandbox).contains("verdict=confirmed"));
}

fn value_of_the_history_only_is_found_by_its_digits() {
    let sandbox = leaky(&["old.env"]);
    sandbox.commit_all("leak");
    let fingerprint = fingerprints(&scan(&sandbox, &[]).1).remove(0);
    sandbox.sh("git rm -q old.env; git commit -q --no-verify -m gone");
    assert_eq!(allow(&sandbox, &[&fingerprint[..7], "--verdict", "revoked"]).0, 0);
    assert!(baseline(&sandbox).contains(&format!("{fingerprint} anthropic-api-key old.env verdict=revoked")));
    let (code, report) = scan(&sandbox, &["--history"]);
    assert_eq!((code, &report["findings"][0]["verdict"]), (0, &"revoked".into()));
}

/// Runs skant on a terminal that types a key at each question; returns what the terminal showed, and the exit code.
fn on_a_terminal(sandbox: &Sandbox, keys: &[&str], arguments: &[&str]) -> String {
    let mut command = sandbox.command(skant_program());
    command.arg("triage").args(arguments);
    let answers: Vec<(&str, &str)> = keys.iter().map(|key| ("continue later  ? ", *key)).collect();
    converse(&command, &answers)
}

fn triage_asks_for_each_finding_and_goes_on_where_it_ended() -> Ran {
    needs::success("python3", &["-c", "import pty, termios"])?;
    let sandbox = leaky(&["a.env", "b.env", "c.env", "d.env"]);
    // An unknown key asks again; `s` decides nothing.
    let said = on_a_terminal(&sandbox, &["x", "r", "s", "q"], &["--by", "Ada"]);
    assert!(said.contains("1 of 4: ") && said.contains("3 of 4: ") && !said.contains("4 of 4: "), "{said}");
    assert!(said.contains("1 of 4 findings have a verdict now") && said.contains("EXIT 1 SAME"), "{said}");
    let lines = baseline(&sandbox);
    assert_eq!(lines.matches(" verdict=revoked at=").count(), 1, "{lines}");
    assert!(lines.contains(" by=Ada -- works no more"), "{lines}");
    for seed in ["a.env", "b.env"] {
        assert!(!said.contains(&tokens::api_key(seed)[20..60]), "values are masked");
    }
    // The decided finding is not asked for again.
    let said = on_a_terminal(&sandbox, &["t", "f", "a"], &[]);
    assert!(said.contains("1 of 3: ") && said.contains("EXIT 0 SAME"), "{said}");
    let lines = baseline(&sandbox);
    for verdict in ["test", "false-alarm", "accepted", "revoked"] {
        assert_eq!(lines.matches(&format!(" verdict={verdict} at=")).count(), 1, "{lines}");
    }
    assert_eq!(scan(&sandbox, &[]).0, 0);
    let said = on_a_terminal(&sandbox, &[], &[]);
    assert!(said.contains("0 of 0 findings"), "{said}");
    Ok(())
}

fn triage_shows_what_the_filters_choose() -> Ran {
    needs::success("python3", &["-c", "import pty, termios"])?;
    let sandbox = leaky(&["old.env"]);
    sandbox.commit_all("old");
    sandbox.git(&["rm", "-q", "old.env"]);
    sandbox.write("now.env", format!("KEY={}\n", tokens::api_key("now")));
    sandbox.commit_all("now");
    let said = on_a_terminal(&sandbox, &["s", "s"], &["--history"]);
    assert!(said.find("now.env") < said.find("old.env") && said.contains("2 of 2: "), "{said}");
    assert!(
        said.contains("in the files of main") && said.contains("removed, still in the history"),
        "{said}"
    );
    assert!(said.contains("since 20") && said.contains("by Ada Author"), "{said}");
    let said = on_a_terminal(&sandbox, &["s"], &["--history", "--at-head"]);
    assert!(said.contains("1 of 1: ") && !said.contains("old.env"), "{said}");
    let output = sandbox.skant(&["triage", "--author", "Ada"]);
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

fn triage_restores_the_terminal_on_ctrl_c() -> Ran {
    needs::success("python3", &["-c", "import pty, termios"])?;
    let sandbox = leaky(&["a.env", "b.env"]);
    let said = on_a_terminal(&sandbox, &["c", "\\x03"], &[]);
    assert!(said.contains("1 of 2 findings have a verdict now") && said.contains("EXIT 1 SAME"), "{said}");
    assert_eq!(baseline(&sandbox).matches("verdict=confirmed").count(), 1);
    Ok(())
}

fn triage_without_a_terminal_is_refused() {
    let sandbox = leaky(&["a.env"]);
    let output = sandbox.skant(&["triage"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("skant allow FINGERPRINT --verdict"), "{}", text_of(&output));
    assert_eq!(baseline(&sandbox), "");
}
