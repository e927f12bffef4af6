//! The identity of a code scanning alert: the same key has the same path, line and hash, whether a push, a schedule or a
//! scan of the tree reports it. Code hosts take another path for another alert, and close the first one.

use std::fs;

use serde_json::{Value, json};
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        key_at_the_head_is_the_same_alert_in_each_way,
        three_pushes_keep_the_alert_of_the_first,
        key_that_is_not_at_the_head_has_a_path_of_its_commit,
        key_on_another_branch_is_not_shown_at_a_path_of_this_one,
        annotation_is_on_the_line_of_the_head,
    ]
}

/// Path, line and hash of an alert.
type Alert = (String, u64, String);

fn alerts_of(log: &Value) -> Vec<Alert> {
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut alerts: Vec<Alert> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            (
                place["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
                place["region"]["startLine"].as_u64().unwrap(),
                result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    alerts.sort();
    alerts
}

/// Returns the alerts of a scan with these arguments and variables.
fn alerts(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> Vec<Alert> {
    let mut command = sandbox.command(testkit::skant_program());
    let output =
        command.arg("scan").args(arguments).args(["--format", "sarif"]).envs(variables.iter().copied());
    let output = output.output().unwrap();
    let log = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    alerts_of(&log)
}

fn push(sandbox: &Sandbox, before: &str, after: &str) -> Vec<Alert> {
    let event = json!({"ref": "refs/heads/main", "before": before, "after": after,
                       "repository": {"default_branch": "main"}});
    github(sandbox, "push", &event)
}

fn github(sandbox: &Sandbox, name: &str, event: &Value) -> Vec<Alert> {
    let path = sandbox.sibling("event.json");
    fs::write(&path, event.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", path)];
    alerts(sandbox, &["--ci"], &variables)
}

/// Returns the alerts of the four ways: push, schedule, tree, history.
fn all_ways(sandbox: &Sandbox, before: &str, after: &str) -> [Vec<Alert>; 4] {
    [
        push(sandbox, before, after),
        github(sandbox, "schedule", &json!({})),
        alerts(sandbox, &[], &[]),
        alerts(sandbox, &["--history"], &[]),
    ]
}

fn key_at_the_head_is_the_same_alert_in_each_way() {
    let (key, password) = (tokens::api_key("alert"), ["kT7mQw", "2x9QzLv"].concat());
    for (name, files, changed) in [
        ("unchanged", &[("app.py", format!("k = '{key}'\n"))][..], None),
        (
            "moved down",
            &[("app.py", format!("k = '{key}'\n"))],
            Some(("app.py", format!("# a\n# b\nk = '{key}'\n"))),
        ),
        (
            "rewritten",
            &[("a/b.env", format!("A=1\nK={key}\n"))],
            Some(("a/b.env", format!("K={key} # old\n"))),
        ),
        ("a name that is escaped", &[("a b#.txt", format!("{key}\n"))], None),
        (
            "a password",
            &[("db.py", format!("password = '{password}'\n"))],
            Some(("db.py", format!("# a\npassword = '{password}'\n"))),
        ),
        ("two files", &[("a.env", format!("K={key}\n")), ("b.env", format!("\nK={key}\n"))], None),
    ] {
        let sandbox = Sandbox::with_commit();
        let before = sandbox.git(&["rev-parse", "HEAD"]);
        for (path, content) in files {
            sandbox.write(path, content);
        }
        let mut after = sandbox.commit_all("add");
        if let Some((path, content)) = changed {
            sandbox.write(path, content);
            after = sandbox.commit_all("change");
        }
        let [pushed, scheduled, tree, history] = all_ways(&sandbox, &before, &after);
        assert_eq!(tree.len(), files.len(), "{name}: {tree:?}");
        assert_eq!(pushed, tree, "{name}: a push");
        assert_eq!(scheduled, tree, "{name}: a schedule");
        assert_eq!(history, tree, "{name}: the history");
    }
}

fn three_pushes_keep_the_alert_of_the_first() {
    let sandbox = Sandbox::with_commit();
    let start = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.write("app.py", format!("k = '{}'\n", tokens::api_key("push")));
    let first = sandbox.commit_all("a key");
    let found = push(&sandbox, &start, &first);
    assert_eq!(
        found.iter().map(|(path, line, _)| (path.as_str(), *line)).collect::<Vec<_>>(),
        [("app.py", 1)]
    );
    sandbox.write("README.md", "nothing\n");
    let second = sandbox.commit_all("clean");
    assert_eq!(push(&sandbox, &first, &second), []);
    // What is uploaded for the branch is the tree: the alert is the same one.
    assert_eq!(alerts(&sandbox, &[], &[]), found);
    sandbox.write("other.txt", "nothing\n");
    let third = sandbox.commit_all("clean again");
    assert_eq!(push(&sandbox, &second, &third), []);
    assert_eq!(alerts(&sandbox, &[], &[]), found);
    // Once the key is gone, so is the alert.
    sandbox.write("app.py", "k = ''\n");
    sandbox.commit_all("remove");
    assert_eq!(alerts(&sandbox, &[], &[]), []);
}

fn key_that_is_not_at_the_head_has_a_path_of_its_commit() {
    let sandbox = Sandbox::with_commit();
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.write("app.py", format!("k = '{}'\n", tokens::api_key("gone")));
    let with_key = sandbox.commit_all("add");
    sandbox.write("app.py", "k = ''\n");
    let after = sandbox.commit_all("remove");
    let expected = format!(".git/skant/commit/{with_key}/app.py");
    let [pushed, scheduled, tree, history] = all_ways(&sandbox, &before, &after);
    assert_eq!(tree, []);
    for found in [pushed, scheduled, history] {
        assert_eq!(found.iter().map(|(path, ..)| path).collect::<Vec<_>>(), [&expected]);
    }
}

fn key_on_another_branch_is_not_shown_at_a_path_of_this_one() {
    let sandbox = Sandbox::with_commit();
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    sandbox.write("app.py", format!("k = '{}'\n", tokens::api_key("other")));
    let with_key = sandbox.commit_all("add");
    sandbox.git(&["checkout", "-q", "main"]);
    let found = alerts(&sandbox, &["--history"], &[]);
    assert_eq!(found[0].0, format!(".git/skant/commit/{with_key}/app.py"), "{found:?}");
    // A named range is seen at its own head.
    let found = alerts(&sandbox, &["--history", "main..other"], &[]);
    assert_eq!((found.len(), found[0].0.as_str()), (1, "app.py"));
}

fn annotation_is_on_the_line_of_the_head() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("line");
    sandbox.write("app.py", format!("k = '{key}'\n"));
    sandbox.commit_all("add");
    sandbox.write("app.py", format!("# a comment\nk = '{key}'\n"));
    sandbox.commit_all("comment");
    for arguments in [
        &["scan", "--history", "HEAD~2..HEAD", "--format", "github"][..],
        &["scan", "--history", "--format", "github"],
    ] {
        let shown = text_of(&sandbox.skant(arguments));
        assert!(shown.contains("file=app.py,line=2,endLine=2,"), "{shown}");
    }
    let report: Value =
        serde_json::from_slice(&sandbox.skant(&["scan", "--history", "--json"]).stdout).unwrap();
    let places = report["findings"][0]["locations"].as_array().unwrap();
    let is_there = |place: &Value| {
        let at = &place["at_head"];
        at["line"] == json!(2) && at["column"] == json!(6) && at["snippet"]["line"].is_string()
    };
    assert!(places.iter().all(is_there), "{report}");
}
