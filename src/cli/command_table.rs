//! The table of all commands, and the help of the program that lists them under headings.
//!
//! The table is the only source of a command's heading and one-line description. clap has no headings for commands, so
//! the list is written into the help template.

use std::fmt::Write as _;

use clap::Command;
use clap::builder::StyledStr;
use clap::builder::styling::Style;

/// A group of commands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Protect,
    Find,
    Read,
    Decide,
    Answer,
    Other,
}

impl Heading {
    /// All headings, in the order of the help.
    const ALL: [Self; 6] = [Self::Protect, Self::Find, Self::Read, Self::Decide, Self::Answer, Self::Other];

    const fn title(self) -> &'static str {
        match self {
            Self::Protect => "Protect",
            Self::Find => "Find",
            Self::Read => "Read",
            Self::Decide => "Decide",
            Self::Answer => "Answer",
            Self::Other => "Other",
        }
    }
}

/// One command: its name, its heading and its one-line description.
pub(crate) struct CommandEntry {
    pub(crate) name: &'static str,
    pub(crate) heading: Heading,
    pub(crate) description: &'static str,
    /// Command lines with what each does; they end the command's help and stand in the manual page.
    pub(crate) examples: &'static [(&'static str, &'static str)],
}

const fn entry(
    heading: Heading,
    name: &'static str,
    description: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> CommandEntry {
    CommandEntry { name, heading, description, examples }
}

/// All commands, in the order of the help.
pub(crate) const COMMANDS: [CommandEntry; 25] = [
    entry(
        Heading::Protect,
        "install",
        "Install the git hooks; an existing hook is kept and called first",
        &[
            ("skant install", "in a clone: check staged content, messages and pushes"),
            ("skant install --global", "for all of your repositories"),
        ],
    ),
    entry(
        Heading::Protect,
        "uninstall",
        "Remove the git hooks and restore the earlier ones",
        &[("skant uninstall", "remove the hooks of this clone")],
    ),
    entry(
        Heading::Protect,
        "status",
        "Show whether the hooks of this clone reach skant",
        &[
            ("skant status", "each hook and who calls skant, or why nothing does"),
            ("skant status --check", "for scripts: exit code 1 if a hook is not reached"),
        ],
    ),
    entry(
        Heading::Protect,
        "hook",
        "Run the check of a git hook; git and hook managers call this",
        &[
            ("skant hook pre-commit", "check the staged content, as git does before a commit"),
            (r#"skant hook pre-push "$@""#, "in a pre-push script; git writes the refs to standard input"),
        ],
    ),
    entry(
        Heading::Protect,
        "agent",
        "Check prompts and tool calls of coding agents, and set up their hooks",
        &[
            ("skant agent install", "the agents of this project"),
            ("skant agent install --global", "the agents of this machine, for all projects"),
            ("skant agent audit", "the transcripts, histories and caches of agents on this machine"),
            ("skant agent audit --redact --yes", "take the secrets out of them"),
            ("skant agent mcp --root .", "serve tools to an agent, for files below this folder"),
            (
                "cat event.json | skant agent hook",
                "answer an event, as the settings of an agent have it done",
            ),
        ],
    ),
    entry(
        Heading::Find,
        "scan",
        "Search files, staged changes, commits or a whole history for secrets",
        &[
            ("skant scan", "the files of this folder"),
            ("skant scan --staged", "what the next commit would add"),
            ("skant scan --history", "everything in the repository"),
            (
                "skant scan --history --state ../skant.state",
                "everything that no earlier run with this file has read",
            ),
            ("skant scan --history main..HEAD", "what the commits of a branch add"),
            ("skant scan --ci -o sarif:skant.sarif", "the commits of this CI run, with a SARIF file as well"),
            ("git log -p | skant scan -", "standard input"),
        ],
    ),
    entry(
        Heading::Find,
        "redact",
        "Copy standard input to standard output with its secrets masked",
        &[
            ("make test 2>&1 | skant redact", "the output of a program, line by line"),
            ("kubectl logs app | skant redact --map", "equal values stay equal"),
        ],
    ),
    entry(
        Heading::Read,
        "report",
        "Print a saved report in any format, with filters",
        &[
            ("skant report report.json --severity critical --at-head", "the worst first, for people"),
            ("skant report report.json -o html:audit.html", "a page to hand on"),
        ],
    ),
    entry(
        Heading::Read,
        "diff",
        "Compare two saved reports",
        &[("skant diff old.json new.json", "what is new, gone and moved; exit code 1 if something is new")],
    ),
    entry(
        Heading::Read,
        "explain",
        "Show why a value is, or is not, a finding",
        &[
            ("skant explain 801c7510715d45a2", "a finding, by its fingerprint"),
            ("skant explain src/app.py:12", "every value in a line, and why it is a finding or not"),
        ],
    ),
    entry(
        Heading::Read,
        "rules",
        "List the rules, show one rule, or test a text against them",
        &[
            ("skant rules list", "the ids, severities and titles of all rules"),
            ("skant rules show anthropic-api-key", "what one rule finds, and what to do after a leak"),
            ("skant rules test app.py", "the matches in a file, with reasons"),
            (r#"skant rules test "PASSWORD=$PASSWORD""#, "the matches in a text"),
        ],
    ),
    entry(
        Heading::Decide,
        "allow",
        "Suppress findings, or record a verdict on them",
        &[
            (r#"skant allow 801c7510715d45a2 --reason "a test key""#, "suppress one value"),
            (
                "skant allow 801c7510 5d45a2f1 --verdict revoked --reason rotated",
                "record that two secrets work no more",
            ),
            ("skant allow --path tests/ --verdict test --reason tests", "all findings below a folder"),
        ],
    ),
    entry(
        Heading::Decide,
        "triage",
        "Go through the findings on a terminal and record a verdict for each",
        &[
            ("skant triage", "one key for each finding of the files"),
            ("skant triage --history --by Ada", "those of the history as well, with a name in the entries"),
        ],
    ),
    entry(
        Heading::Decide,
        "baseline",
        "Create and maintain the baseline of known findings",
        &[
            ("skant baseline create --history", "record all present findings, those of the history as well"),
            ("skant baseline update", "add the findings that are new"),
            ("skant baseline prune", "remove what nothing needs any more"),
            ("skant baseline check", "list what is out of date"),
        ],
    ),
    entry(
        Heading::Decide,
        "config",
        "Check and show the settings in force",
        &[
            ("skant config check", "report mistakes in the settings"),
            ("skant config show", "each setting in force, and its file"),
            ("skant config schema > skant.schema.json", "the schema of `skant.toml`, for an editor"),
        ],
    ),
    entry(
        Heading::Answer,
        "verify",
        "Ask providers whether secrets still work; sends each value to its provider",
        &[
            ("skant verify", "every value in the files of this repository"),
            (
                "skant verify 801c7510715d45a2",
                "one value, by its fingerprint, from the files, the index or the history",
            ),
            ("skant verify --history --json", "every value of the history, as JSON"),
        ],
    ),
    entry(
        Heading::Answer,
        "usage",
        "Show the use of an Anthropic API key since it leaked; sends the key to its provider",
        &[
            ("skant usage 801c7510715d45a2", "since the commit that introduced it"),
            ("skant usage 801c7510715d45a2 --since 2026-11-20 --json", "since a day, as JSON"),
        ],
    ),
    entry(
        Heading::Answer,
        "disable",
        "Disable a key by the API of its provider; sends the key to its provider",
        &[
            (
                "skant disable 801c7510715d45a2",
                "show the key, and ask for its name before it becomes inactive",
            ),
            ("skant disable --archive 801c7510715d45a2", "the same, for good"),
        ],
    ),
    entry(
        Heading::Answer,
        "respond",
        "Lead through an incident on a terminal; sends each critical value to its provider",
        &[
            (
                "skant respond",
                "verify, owner, disable, usage, replace, record, for one value after the other",
            ),
            ("skant respond --note incident.md", "with the note of the incident in this file"),
        ],
    ),
    entry(
        Heading::Answer,
        "fix",
        "Move secrets from the code to `.env`, or plan a history rewrite",
        &[
            ("skant fix", "show the changes to the files of this repository, and ask"),
            ("skant fix --yes src/app.py", "move the secrets of one file"),
            ("skant fix --to vault 801c7510715d45a2", "print how to store one value in HashiCorp Vault"),
            ("skant fix --history", "plan the removal of all findings from the history"),
        ],
    ),
    entry(
        Heading::Other,
        "demo",
        "Scan a synthetic Anthropic key and show the finding",
        &[("skant demo", "see what a finding looks like")],
    ),
    entry(
        Heading::Other,
        "completions",
        "Print the completions for a shell",
        &[
            (
                "d=~/.local/share/bash-completion/completions; mkdir -p $d && skant completions bash > $d/skant",
                "install the completions of bash",
            ),
            (
                "skant completions fish > ~/.config/fish/completions/skant.fish",
                "install those of fish, which has made the folder",
            ),
            ("skant completions zsh > \"${fpath[1]}/_skant\"", "install those of zsh, in a shell of zsh"),
        ],
    ),
    entry(
        Heading::Other,
        "man",
        "Print the manual page, in roff",
        &[(
            "mkdir -p ~/.local/share/man/man1 && skant man > ~/.local/share/man/man1/skant.1",
            "install the manual page",
        )],
    ),
    entry(Heading::Other, "help", "Show the help of a command", &[]),
    entry(Heading::Other, "version", "Print the version", &[]),
];

/// Adds the descriptions and the help template to clap's command.
pub(crate) fn with_descriptions(mut command: Command) -> Command {
    for CommandEntry { name, description, examples, .. } in COMMANDS {
        // clap adds `help` itself, later.
        if command.find_subcommand(name).is_some() {
            command = command.mut_subcommand(name, |subcommand| {
                let subcommand = with_examples(subcommand.about(description), examples);
                subcommand.mut_subcommands(|inner| {
                    let start = format!("skant {name} {}", inner.get_name());
                    let of_inner = |(line, _): &&(&str, &str)| line.starts_with(&start);
                    let examples: Vec<_> = examples.iter().filter(of_inner).copied().collect();
                    with_examples(inner, &examples)
                })
            });
        }
    }
    let styles = command.get_styles();
    let template = help_template(*styles.get_header(), *styles.get_literal());
    command.help_template(template)
}

fn with_examples(command: Command, examples: &[(&str, &str)]) -> Command {
    if examples.is_empty() { command } else { command.after_help(example_text(examples)) }
}

/// Writes the examples of a command, each with its meaning in the line above.
fn example_text(examples: &[(&str, &str)]) -> String {
    examples.iter().fold("Examples:".to_owned(), |mut text, (line, meaning)| {
        let _ = write!(text, "\n  # {meaning}\n  {line}");
        text
    })
}

/// Writes the template of the program's help: the commands under their headings, then the options.
fn help_template(header: Style, literal: Style) -> StyledStr {
    let width = COMMANDS.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    let mut text = "{about}\n\n{usage-heading} {usage}\n".to_owned();
    for heading in Heading::ALL {
        let _ = write!(text, "\n{header}{}:{header:#}\n", heading.title());
        for CommandEntry { name, description, .. } in COMMANDS.iter().filter(|entry| entry.heading == heading)
        {
            let padding = " ".repeat(width - name.len());
            let _ = writeln!(text, "  {literal}{name}{literal:#}{padding}  {description}");
        }
    }
    let _ = write!(text, "\n{header}Global options:{header:#}\n{{options}}{{after-help}}");
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{args, parse};

    #[test]
    fn every_command_is_in_the_table_exactly_once() {
        let mut command = args::command();
        command.build();
        let mut defined: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut listed: Vec<&str> = COMMANDS.iter().map(|entry| entry.name).collect();
        defined.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, defined);
    }

    #[test]
    fn the_help_lists_every_command_with_its_description() {
        let help = args::command().render_long_help().to_string();
        for CommandEntry { name, heading, description, .. } in COMMANDS {
            assert!(help.contains(&format!("\n{}:\n", heading.title())), "{help}");
            let line = help.lines().find(|line| line.starts_with(&format!("  {name} ")));
            assert!(line.is_some_and(|line| line.ends_with(description)), "{name}: {help}");
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }

    #[test]
    fn every_example_is_a_command_line_that_the_program_understands() {
        for CommandEntry { name, examples, .. } in COMMANDS {
            let help =
                args::command().find_subcommand_mut(name).map(|command| command.render_help().to_string());
            for (line, meaning) in examples {
                assert!(
                    help.as_ref().is_some_and(|help| help.contains(line) && help.contains(meaning)),
                    "{line}"
                );
                let (_, arguments) = line.split_once("skant ").unwrap();
                let arguments = arguments.split(" > ").next().unwrap().replace("\"$@\"", "origin");
                let words = arguments.replace('"', "").replace(" a test key", " test");
                let words = ["skant"].into_iter().chain(words.split(' ')).map(Into::into);
                assert!(parse::parse(words.collect::<Vec<_>>()).is_ok(), "{line}");
                assert_eq!(arguments.split(' ').next(), Some(name), "{line}");
            }
            assert!(!examples.is_empty() || ["help", "version"].contains(&name), "{name}");
        }
    }

    #[test]
    fn descriptions_are_imperative_phrases_without_a_full_stop() {
        for CommandEntry { name, description, .. } in COMMANDS {
            assert!(description.starts_with(char::is_uppercase) && !description.ends_with('.'), "{name}");
        }
    }
}
