//! The list of commands, the demonstration, and the form of errors.
#![allow(clippy::expect_used, reason = "a panic here is the failure report")]

use std::fs;

use testkit::trials;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of};

pub fn trials() -> Vec<Trial> {
    trials![
        demo_ends_with_1_and_shows_one_finding_in_every_format,
        demo_writes_no_file_and_ignores_all_settings,
        help_of_each_command_is_its_help_option,
        version_has_a_command_and_an_option,
        errors_have_a_message_a_help_and_a_code,
    ]
}

const FORMATS: [&str; 8] = ["human", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown"];

/// The commands that this version has; a command without a function must not be listed.
const COMMANDS: [&str; 26] = [
    "install",
    "uninstall",
    "status",
    "hook",
    "agent",
    "scan",
    "redact",
    "fleet",
    "report",
    "diff",
    "explain",
    "rules",
    "allow",
    "triage",
    "baseline",
    "config",
    "verify",
    "usage",
    "disable",
    "respond",
    "fix",
    "demo",
    "completions",
    "man",
    "help",
    "version",
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn demo_ends_with_1_and_shows_one_finding_in_every_format() {
    let sandbox = Sandbox::empty();
    for arguments in [vec!["demo"]].into_iter().chain(FORMATS.map(|format| vec!["demo", "--format", format]))
    {
        let output = sandbox.skant(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text_of(&output));
        let shown = text(&output.stdout);
        assert!(shown.contains("anthropic-api-key") && shown.contains("app.env"), "{arguments:?}: {shown}");
        assert!(text(&output.stderr).contains("skant install"), "{arguments:?}: a next step");
        // A body of a key is 86 characters without a break; a fingerprint in SARIF or GitLab is 64 at most.
        let is_base64url = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        let longest = shown.split(|character| !is_base64url(character)).map(str::len).max();
        assert!(longest < Some(80), "{arguments:?}: only the mask is printed");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&sandbox.skant(&["demo", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][0]["confidence"], "high");
    assert_eq!(report["complete"], true);
}

fn demo_writes_no_file_and_ignores_all_settings() {
    let sandbox = Sandbox::repo();
    sandbox
        .write("skant.toml", "exclude = [\"*\"]\ndisable = [\"anthropic-api-key\"]\nfail-on = \"never\"\n");
    let files = || fs::read_dir(&sandbox.dir).expect("a folder").count();
    let before = files();
    let output = sandbox.skant(&["demo", "--exclude", "*.env"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert_eq!(files(), before);
}

fn help_of_each_command_is_its_help_option() {
    let sandbox = Sandbox::empty();
    let overview = sandbox.skant(&["help"]);
    assert_eq!(overview.stdout, sandbox.skant(&["--help"]).stdout);
    for command in COMMANDS {
        assert!(text(&overview.stdout).contains(&format!("\n  {command} ")), "{command} is listed");
        if command != "help" {
            let help = sandbox.skant(&["help", command]);
            assert_eq!(help.status.code(), Some(0), "{command}");
            assert_eq!(help.stdout, sandbox.skant(&[command, "--help"]).stdout, "{command}");
        }
    }
}

fn version_has_a_command_and_an_option() {
    let sandbox = Sandbox::empty();
    let version = sandbox.skant(&["version"]);
    assert_eq!(text(&version.stdout), concat!("skant ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(version.stdout, sandbox.skant(&["--version"]).stdout);
    assert_eq!(version.stdout, sandbox.skant(&["-V"]).stdout);
}

fn errors_have_a_message_a_help_and_a_code() {
    let outside = Sandbox::empty();
    let sandbox = Sandbox::with_commit();
    let own = sandbox.sibling("own.toml");
    fs::write(&own, "fail-on = \"soon\"\n").expect("written");
    let own = own.to_str().expect("UTF-8");
    let runs: [(&Sandbox, &[&str]); 16] = [
        (&outside, &["scan", "--staged"]),
        (&outside, &["explain", "0123456789abcdef"]),
        (&outside, &["install"]),
        (&outside, &["-C", "absent", "scan"]),
        (&outside, &["scan", "-o", "sariff:a"]),
        (&outside, &["scan", "-o", "absent/folder/a.json"]),
        (&outside, &["rules", "show", "absent"]),
        (&outside, &["rules", "test", "absent"]),
        (&sandbox, &["scan", "--history", "absent..HEAD"]),
        (&sandbox, &["scan", "--history", "--policy-from", "^HEAD"]),
        (&sandbox, &["scan", "--staged", "/elsewhere"]),
        (&sandbox, &["scan", "--ci"]),
        (&sandbox, &["hook", "commit-msg"]),
        (&sandbox, &["allow", "xyz", "--reason", "r"]),
        (&sandbox, &["baseline", "prune"]),
        (&sandbox, &["config", "check", own]),
    ];
    for (sandbox, arguments) in runs {
        let output = sandbox.skant(arguments);
        let shown = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {shown}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {}", text(&output.stdout));
        assert!(
            shown.starts_with("skant: error: ") && shown.contains("\n  help: "),
            "{arguments:?}: {shown}"
        );
        let verbose = text(&sandbox.skant(&[arguments, &["-v"]].concat()).stderr);
        let code = verbose.lines().last().unwrap_or_default();
        assert!(code.starts_with("  code: skant::"), "{arguments:?}: {verbose}");
        assert_eq!(verbose.strip_suffix(&format!("{code}\n")), Some(&shown[..]), "{arguments:?}");
    }
}
