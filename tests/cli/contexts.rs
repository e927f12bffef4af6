//! What a finding's context means for scans and hooks: passwords in tests, examples and translations warn, a provider's
//! key and a private key fail everywhere, and no repository makes itself milder in the change that is scanned.

use std::process::Output;

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        password_fails_only_where_it_is_used,
        key_fails_in_each_context,
        value_in_two_contexts_has_the_one_that_counts_more,
        text_tells_the_context_where_the_path_does_not,
        hook_warns_of_a_password_in_a_test,
        repository_makes_paths_production_at_once,
        repository_makes_a_scan_milder_with_a_note_only,
        change_makes_a_commit_stricter_but_not_milder,
        settings_of_contexts_are_checked,
    ]
}

/// Paths, their context, and whether a password in them fails a run.
const PATHS: [(&str, &str, bool); 12] = [
    ("src/settings.py", "production", true),
    (".env", "production", true),
    ("deploy/values.yaml", "production", true),
    ("tests/settings.py", "test", false),
    ("pkg/client_test.go", "test", false),
    ("src/UserServiceTest.java", "test", false),
    ("docs/setup.md", "document", true),
    (".env.example", "example", false),
    ("config/locales/de.yml", "translation", false),
    ("messages_fr.properties", "translation", false),
    ("dist/app.js", "generated", true),
    ("vendor/lib/settings.py", "vendored", true),
];

fn password(seed: &str) -> String {
    format!("db_password = \"{}\"\n", random(seed))
}

fn random(seed: &str) -> String {
    tokens::random(b"abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", 18, seed)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn report(sandbox: &Sandbox, args: &[&str]) -> (i32, Value) {
    let output = sandbox.skant(&[&["scan", "--json"], args].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    (code(&output), json)
}

fn contexts(report: &Value) -> Vec<&str> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["context"].as_str().unwrap())
        .collect()
}

fn password_fails_only_where_it_is_used() {
    for (path, context, fails) in PATHS {
        let sandbox = Sandbox::repo();
        sandbox.write(path, password(path));
        let (ends, found) = report(&sandbox, &["--no-ignore"]);
        assert_eq!((ends, contexts(&found)), (i32::from(fails), vec![context]), "{path}");
        let (ends, _) = report(&sandbox, &["--no-ignore", "--fail-on-context", "all"]);
        assert_eq!(ends, 1, "{path}");
        sandbox.write(path, "db_password = os.environ[\"DB_PASSWORD\"]\n");
        let (ends, found) = report(&sandbox, &["--no-ignore", "--fail-on-context", "all"]);
        assert_eq!((ends, contexts(&found)), (0, vec![]), "{path}");
    }
    let sandbox = Sandbox::repo();
    for (path, ..) in PATHS {
        sandbox.write(path, password(path));
    }
    let said = text_of(&sandbox.skant(&["scan", "--no-ignore"]));
    assert!(
        said.contains(
            "3 of them in tests, 1 in examples, 1 in documents, 2 in translations, 1 in generated files"
        ),
        "{said}"
    );
}

fn key_fails_in_each_context() {
    for (path, context, _) in PATHS {
        let sandbox = Sandbox::repo();
        sandbox.write(path, format!("key = \"{}\"\n", tokens::api_key(path)));
        let (ends, found) = report(&sandbox, &["--no-ignore"]);
        assert_eq!((ends, contexts(&found)), (1, vec![context]), "{path}");
        let body = tokens::random(b"ABCDEFGHabcdefgh0123456789+/", 64, path);
        let pem = format!("-----BEGIN {0}-----\n{body}\n{body}\n{body}\n-----END {0}-----\n", "PRIVATE KEY");
        sandbox.write(path, pem);
        let (ends, found) = report(&sandbox, &["--no-ignore"]);
        assert_eq!((ends, contexts(&found)), (1, vec![context]), "{path}");
    }
}

fn value_in_two_contexts_has_the_one_that_counts_more() {
    let sandbox = Sandbox::repo();
    let value = tokens::random(b"abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", 40, "both");
    let line = format!("api_secret = \"{value}\"\n");
    sandbox.write("tests/a.py", &line);
    sandbox.write("examples/a.md", &line);
    assert_eq!(report(&sandbox, &[]).0, 0);
    assert_eq!(contexts(&report(&sandbox, &[]).1), ["test"]);
    sandbox.write("src/a.py", &line);
    let (ends, found) = report(&sandbox, &[]);
    assert_eq!((ends, contexts(&found)), (1, vec!["production"]));
}

fn text_tells_the_context_where_the_path_does_not() {
    let value = random("text");
    for (text, context) in [
        (format!("def test_login():\n    login(password=\"{value}\")\n"), "test"),
        (format!("def login():\n    connect(password=\"{value}\")\n"), "production"),
        (format!("#[cfg(test)]\nmod tests {{\n    const PASSWORD: &str = \"{value}\";\n}}\n"), "test"),
        (format!("// Code generated by x. DO NOT EDIT.\npassword := \"{value}\"\n"), "generated"),
    ] {
        let sandbox = Sandbox::repo();
        sandbox.write("src/code.txt", &text);
        let (ends, found) = report(&sandbox, &[]);
        assert_eq!((ends, contexts(&found)), (i32::from(context != "test"), vec![context]), "{text}");
        // A history says the same.
        sandbox.commit_all("code");
        let (ends, found) = report(&sandbox, &["--history"]);
        assert_eq!((ends, contexts(&found)), (i32::from(context != "test"), vec![context]), "{text}");
    }
}

fn hook_warns_of_a_password_in_a_test() {
    for (path, _, fails) in PATHS {
        let sandbox = Sandbox::with_commit();
        sandbox.write(path, password(path));
        sandbox.git(&["add", "-f", "."]);
        let output = sandbox.skant(&["hook", "pre-commit"]);
        assert_eq!(code(&output), i32::from(fails), "{path}: {}", text_of(&output));
        assert!(text_of(&output).contains("generic-password"), "{path}: {}", text_of(&output));
    }
}

fn repository_makes_paths_production_at_once() {
    let sandbox = Sandbox::repo();
    sandbox.write("tests/live/settings.py", password("live"));
    sandbox.write("tests/unit/settings.py", password("unit"));
    assert_eq!(report(&sandbox, &[]).0, 0);
    sandbox.write("skant.toml", "[context]\nproduction = [\"tests/live/\"]\n");
    let (ends, found) = report(&sandbox, &[]);
    assert_eq!((ends, contexts(&found)), (1, vec!["production", "test"]));
    sandbox.write("skant.toml", "fail-on-context = \"all\"\n");
    assert_eq!(report(&sandbox, &[]).0, 1);
}

fn repository_makes_a_scan_milder_with_a_note_only() {
    let sandbox = Sandbox::repo();
    sandbox.write("src/settings.py", password("src"));
    sandbox.write("skant.toml", "[context]\ntest = [\"src/\"]\n");
    let (ends, found) = report(&sandbox, &[]);
    assert_eq!((ends, contexts(&found)), (0, vec!["test"]));
    let note = &found["notes"][0];
    assert_eq!(note["kind"], "left-out", "{found}");
    assert!(note["message"].as_str().unwrap().contains("--fail-on-context all"), "{note}");
    // The user's own file says nothing new: no note.
    sandbox.write("skant.toml", "");
    let own = sandbox.sibling("own.toml");
    std::fs::write(&own, "[context]\ntest = [\"src/\"]\n").unwrap();
    let (ends, found) = report(&sandbox, &["--config", own.to_str().unwrap()]);
    assert_eq!((ends, contexts(&found), found["notes"].as_array().unwrap().len()), (0, vec!["test"], 0));
}

fn change_makes_a_commit_stricter_but_not_milder() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("src/settings.py", password("src"));
    sandbox.write("skant.toml", "[context]\ntest = [\"src/\"]\n");
    sandbox.git(&["add", "."]);
    let output = sandbox.skant(&["hook", "pre-commit"]);
    assert_eq!(code(&output), 1, "{}", text_of(&output));
    assert!(
        text_of(&output).contains("gives paths that match src/ the context test"),
        "{}",
        text_of(&output)
    );
    let sandbox = Sandbox::with_commit();
    sandbox.write("tests/settings.py", password("src"));
    sandbox.write("skant.toml", "[context]\nproduction = [\"tests/\"]\n");
    sandbox.git(&["add", "."]);
    assert_eq!(code(&sandbox.skant(&["hook", "pre-commit"])), 1);
}

fn settings_of_contexts_are_checked() {
    for (text, says) in [
        ("fail-on-context = \"production\"\n", "a repository's own file may only set `all`"),
        ("fail-on-context = \"tests\"\n", "skant.toml"),
        ("[context]\nunknown = [\"a\"]\n", "skant.toml"),
        ("[context]\ntest = [\"[\"]\n", "a pattern cannot be used"),
    ] {
        let sandbox = Sandbox::repo();
        sandbox.write("skant.toml", text);
        let output = sandbox.skant(&["scan"]);
        assert_eq!(code(&output), 2, "{text}: {}", text_of(&output));
        assert!(text_of(&output).contains(says), "{text}: {}", text_of(&output));
    }
    let sandbox = Sandbox::repo();
    sandbox.write("skant.toml", "fail-on-context = \"all\"\n[context]\nvendored = [\"lib/\"]\n");
    let said = text_of(&sandbox.skant(&["config", "show"]));
    assert!(said.contains("fail-on-context = all") && said.contains("context vendored lib/"), "{said}");
}
