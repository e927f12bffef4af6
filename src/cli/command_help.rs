//! The help of the program, which lists its commands under headings. clap has no headings for commands, so the list is
//! written into the help template.

use std::fmt::Write as _;

use clap::Command;
use clap::builder::StyledStr;
use clap::builder::styling::Style;

use super::command_table::{COMMANDS, CommandEntry, Heading};

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
