//! Shell completions and the manual page. Both are generated from the definitions of the arguments.

use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        completions_and_manual_page_list_every_command_and_option,
        manual_page_says_what_each_option_does_and_how_commands_are_written,
        examples_install_completions_and_manual_page_in_a_new_home,
        bash_parses_its_completions,
        zsh_parses_its_completions,
        fish_parses_its_completions,
        groff_formats_the_manual_page_without_a_warning,
    ]
}

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn output_of(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = sandbox.skant(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text_of(&output));
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Returns the long options that a help text lists.
fn options(help: &str) -> Vec<String> {
    // The description follows after two spaces.
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let lines = lines.filter_map(|line| line.split("  ").next());
    let words = lines.flat_map(|line| line.split([' ', ',', '[', '=']));
    let words = words.map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.len() > 3 && word.starts_with("--")).map(str::to_owned).collect()
}

fn completions_and_manual_page_list_every_command_and_option() {
    let sandbox = Sandbox::empty();
    let page = output_of(&sandbox, &["man"]).replace("\\-", "-");
    let completions = SHELLS.map(|shell| (shell, output_of(&sandbox, &["completions", shell])));
    for command in ["scan", "hook", "install", "uninstall", "rules", "completions", "man"] {
        assert!(page.contains(&format!(".SH \"SKANT {}\"", command.to_uppercase())), "{command}");
        let options = options(&output_of(&sandbox, &[command, "--help"]));
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

fn manual_page_says_what_each_option_does_and_how_commands_are_written() {
    let sandbox = Sandbox::empty();
    let page = output_of(&sandbox, &["man"]).replace("\\-", "-");
    let bare: Vec<&str> = page
        .split("\n.TP\n")
        .skip(1)
        .filter(|entry| entry.lines().nth(1).is_none_or(|text| text.trim().is_empty()))
        .collect();
    assert!(bare.is_empty(), "without a text: {bare:?}");
    for command in ["scan", "agent install", "rules test"] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = output_of(&sandbox, &words);
        let usage = help.lines().find_map(|line| line.strip_prefix("Usage: ")).expect("a usage line");
        assert!(page.contains(&format!(".SS SYNOPSIS\n{usage}\n")), "{usage}");
    }
    assert!(page.contains(".SH SYNOPSIS\nskant [OPTIONS] <COMMAND>\n"));
}

/// The command lines of the help are tried in a new home folder, where none of the folders exists.
fn examples_install_completions_and_manual_page_in_a_new_home() {
    let sandbox = Sandbox::empty();
    for command in ["completions", "man"] {
        let help = output_of(&sandbox, &[command, "--help"]);
        let (_, examples) = help.split_once("\nExamples:\n").expect("examples");
        let lines = examples.lines().map(str::trim).filter(|line| line.contains("mkdir"));
        let script = lines.collect::<Vec<_>>().join("\n");
        assert!(!script.is_empty(), "{help}");
        sandbox.sh(&format!("HOME=$PWD/home; mkdir -p home; {script}"));
    }
    for file in [".local/share/bash-completion/completions/skant", ".local/share/man/man1/skant.1"] {
        assert!(sandbox.dir.join("home").join(file).is_file(), "{file}");
    }
}

fn completions_parse(shell: &str, arguments: &[&str]) -> Ran {
    let shell_path = needs::program(shell)?;
    let sandbox = Sandbox::empty();
    sandbox.write("completions", output_of(&sandbox, &["completions", shell]));
    let output =
        sandbox.command(shell_path).args(arguments).arg("completions").output().expect("a shell runs");
    assert_eq!(output.status.code(), Some(0), "{shell}: {}", text_of(&output));
    Ok(())
}

fn bash_parses_its_completions() -> Ran {
    completions_parse("bash", &["-n"])
}

fn zsh_parses_its_completions() -> Ran {
    completions_parse("zsh", &["-n"])
}

fn fish_parses_its_completions() -> Ran {
    completions_parse("fish", &["--no-execute"])
}

fn groff_formats_the_manual_page_without_a_warning() -> Ran {
    needs::program("groff")?;
    let output = Sandbox::empty().try_sh("skant man | groff -man -Tutf8 -ww 2>&1 >page");
    assert_eq!(text_of(&output), "");
    Ok(())
}
