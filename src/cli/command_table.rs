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
    Other,
}

impl Heading {
    /// All headings, in the order of the help.
    const ALL: [Self; 5] = [Self::Protect, Self::Find, Self::Read, Self::Decide, Self::Other];

    const fn title(self) -> &'static str {
        match self {
            Self::Protect => "Protect",
            Self::Find => "Find",
            Self::Read => "Read",
            Self::Decide => "Decide",
            Self::Other => "Other",
        }
    }
}

/// One command: its name, its heading and its one-line description.
pub(crate) struct CommandEntry {
    pub(crate) name: &'static str,
    pub(crate) heading: Heading,
    pub(crate) description: &'static str,
}

const fn entry(heading: Heading, name: &'static str, description: &'static str) -> CommandEntry {
    CommandEntry { name, heading, description }
}

/// All commands, in the order of the help.
pub(crate) const COMMANDS: [CommandEntry; 14] = [
    entry(Heading::Protect, "install", "Install the git hooks; an existing hook is kept and called first"),
    entry(Heading::Protect, "uninstall", "Remove the git hooks and restore the earlier ones"),
    entry(Heading::Protect, "hook", "Run the check of a git hook; git and hook managers call this"),
    entry(Heading::Find, "scan", "Search files, staged changes, commits or a whole history for secrets"),
    entry(Heading::Read, "explain", "Show why a value is, or is not, a finding"),
    entry(Heading::Read, "rules", "List the rules, show one rule, or test a text"),
    entry(Heading::Decide, "allow", "Suppress one finding by its fingerprint"),
    entry(Heading::Decide, "baseline", "Create and maintain the baseline of known findings"),
    entry(Heading::Decide, "config", "Check and show the settings in force"),
    entry(Heading::Other, "demo", "Scan a synthetic Anthropic key and show the finding"),
    entry(Heading::Other, "completions", "Print the completions for a shell"),
    entry(Heading::Other, "man", "Print the manual page, in roff"),
    entry(Heading::Other, "help", "Show the help of a command"),
    entry(Heading::Other, "version", "Print the version"),
];

/// Adds the descriptions and the help template to clap's command.
pub(crate) fn with_descriptions(mut command: Command) -> Command {
    for CommandEntry { name, description, .. } in COMMANDS {
        // clap adds `help` itself, later.
        if command.find_subcommand(name).is_some() {
            command = command.mut_subcommand(name, |subcommand| subcommand.about(description));
        }
    }
    let styles = command.get_styles();
    let template = help_template(*styles.get_header(), *styles.get_literal());
    command.help_template(template)
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
    let _ = write!(text, "\n{header}Options:{header:#}\n{{options}}{{after-help}}");
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;

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
        for CommandEntry { name, heading, description } in COMMANDS {
            assert!(help.contains(&format!("\n{}:\n", heading.title())), "{help}");
            let line = help.lines().find(|line| line.starts_with(&format!("  {name} ")));
            assert!(line.is_some_and(|line| line.ends_with(description)), "{name}: {help}");
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }

    #[test]
    fn descriptions_are_imperative_phrases_without_a_full_stop() {
        for CommandEntry { name, description, .. } in COMMANDS {
            assert!(description.starts_with(char::is_uppercase) && !description.ends_with('.'), "{name}");
        }
    }
}
