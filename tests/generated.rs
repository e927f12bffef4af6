//! Completions and the manual page: made of the arguments themselves, so they know all of them.
#![allow(clippy::expect_used, clippy::print_stderr, reason = "a panic here is the failure report")]

mod support;

use support::{Sandbox, text_of};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn told(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = sandbox.skant(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text_of(&output));
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The long options that a help text lists.
fn options(help: &str) -> Vec<String> {
    // What stands after two spaces explains.
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let lines = lines.filter_map(|line| line.split("  ").next());
    let words = lines.flat_map(|line| line.split([' ', ',', '[', '=']));
    let words = words.map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.len() > 3 && word.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn each_knows_every_command_and_option() {
    let sandbox = Sandbox::empty();
    let page = told(&sandbox, &["man"]).replace("\\-", "-");
    let completions = SHELLS.map(|shell| (shell, told(&sandbox, &["completions", shell])));
    for command in ["scan", "hook", "install", "uninstall", "rules", "completions", "man"] {
        assert!(page.contains(&format!(".SH \"SKANT {}\"", command.to_uppercase())), "{command}");
        let options = options(&told(&sandbox, &[command, "--help"]));
        assert!(options.iter().any(|option| option == "--help"), "{options:?}");
        for option in options {
            assert!(page.contains(&option), "{command} {option} is not in the manual page");
            for (shell, text) in &completions {
                let name = option.trim_start_matches('-');
                assert!(text.contains(name), "{command} {option} is not in the completions of {shell}");
            }
        }
    }
}

#[test]
fn a_shell_and_a_formatter_understand_them_where_they_are_there() {
    let sandbox = Sandbox::empty();
    for (shell, check) in [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish --no-execute")] {
        sandbox.write("completions", told(&sandbox, &["completions", shell]));
        let output =
            sandbox.try_sh(&format!("command -v {shell} > /dev/null || exit 77; {check} completions"));
        match output.status.code() {
            Some(77) => eprintln!("skipped: there is no {shell}"),
            code => assert_eq!(code, Some(0), "{shell}: {}", text_of(&output)),
        }
    }
    let script = "command -v groff > /dev/null || exit 77; skant man | groff -man -Tutf8 -ww 2>&1 >page";
    let output = sandbox.try_sh(script);
    match output.status.code() {
        Some(77) => eprintln!("skipped: there is no groff"),
        _ => assert_eq!(text_of(&output), ""),
    }
}
