//! The options of all commands, and the commands in which each has an effect.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Arg, Args, Command};

use super::option_values::{Level, When};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Common {
    /// Run as if started in DIR.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Read settings from FILE as well; they take precedence over the repository's `skant.toml`.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Ignore the repository's own policy: `skant.toml` and `.skant-baseline`.
    #[arg(long, global = true)]
    pub(crate) no_repo_config: bool,
    /// Report suppressed findings as well.
    #[arg(long, global = true)]
    pub(crate) no_suppressions: bool,
    /// Skip paths that match GLOB, a pattern as in `.gitignore` (repeatable).
    #[arg(long, value_name = "GLOB", global = true)]
    pub(crate) exclude: Vec<String>,
    /// Report findings of at least this confidence (default: medium).
    #[arg(long, value_name = "LEVEL", global = true)]
    pub(crate) min_confidence: Option<Level>,
    /// Do not fail because of files and objects that could not be read.
    #[arg(long, global = true)]
    pub(crate) allow_incomplete: bool,
    /// Number of threads, at most 256 (default: the number of processors). The report does not depend on it.
    #[arg(long, short = 'j', value_name = "N", global = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// When to color text for people; `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
    /// When to show progress on standard error; `auto`: on a terminal.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) progress: When,
    /// Print only findings and problems.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print all notes and locations, and the code of an error.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The folder that the program was started in, before `-C`.
    #[arg(skip)]
    pub(crate) caller_folder: PathBuf,
}

/// The options that the short help (`-h`) of a command lists, by their names in clap.
const IN_SHORT_HELP: [&str; 3] = ["directory", "quiet", "verbose"];

/// The commands in which only some of the options have an effect, with those. The help of a command hides the others.
const WITH_EFFECT: [(&str, &[&str]); 18] = [
    ("install", PLACE),
    ("uninstall", PLACE),
    ("status", PLACE),
    (
        "explain",
        &[
            "directory",
            "config",
            "no_repo_config",
            "no_suppressions",
            "exclude",
            "min_confidence",
            "jobs",
            "color",
            "verbose",
        ],
    ),
    ("agent", &["directory", "config", "no_repo_config", "color"]),
    ("redact", &["config", "min_confidence", "color"]),
    ("report", &["directory", "min_confidence", "color", "quiet", "verbose"]),
    ("diff", &["directory", "color", "quiet", "verbose"]),
    ("rules", &["directory", "config", "no_repo_config", "color", "verbose"]),
    ("allow", &["directory", "config", "no_repo_config", "exclude", "jobs", "color", "verbose"]),
    (
        "baseline",
        &[
            "directory",
            "config",
            "no_repo_config",
            "exclude",
            "min_confidence",
            "allow_incomplete",
            "jobs",
            "color",
            "quiet",
            "verbose",
        ],
    ),
    (
        "verify",
        &[
            "directory",
            "config",
            "no_repo_config",
            "exclude",
            "min_confidence",
            "allow_incomplete",
            "jobs",
            "color",
            "progress",
            "quiet",
            "verbose",
        ],
    ),
    (
        "disable",
        &["directory", "config", "no_repo_config", "exclude", "jobs", "color", "progress", "verbose"],
    ),
    ("config", &["directory", "config", "no_repo_config", "exclude", "min_confidence", "color", "verbose"]),
    ("demo", &["color", "quiet", "verbose"]),
    ("completions", &[]),
    ("man", &[]),
    ("version", &[]),
];

const PLACE: &[&str] = &["directory", "color", "verbose"];

/// Shows the options only in the help of commands in which they have an effect, and most of them only in the long help.
///
/// The parser accepts them everywhere, so that a script may pass the same options to each command.
pub(crate) fn shown_where_they_count(command: Command) -> Command {
    let is_global = |option: &Arg| option.is_global_set();
    let mut command = command.mut_args(|option| {
        let is_short = IN_SHORT_HELP.contains(&option.get_id().as_str());
        if is_global(&option) { option.hide_short_help(!is_short) } else { option }
    });
    let options: Vec<Arg> = command.get_arguments().filter(|option| is_global(option)).cloned().collect();
    for (name, with_effect) in WITH_EFFECT {
        if command.find_subcommand(name).is_none() {
            continue;
        }
        // A command that has an option already does not get it from the program.
        let own = options.iter().cloned().map(|option| {
            let has_effect = with_effect.contains(&option.get_id().as_str());
            option.hide(!has_effect)
        });
        let own: Vec<Arg> = own.collect();
        command = command.mut_subcommand(name, |subcommand| subcommand.args(own));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{args, parse};

    #[test]
    fn the_help_of_a_command_lists_only_options_with_an_effect() {
        for (path, shown, hidden) in [
            (&["scan"][..], &["--jobs", "--exclude", "--progress", "-C <DIR>"][..], &[][..]),
            (&["hook"], &["--jobs", "--config"], &[]),
            (&["completions"], &[], &["--jobs", "--exclude", "--color", "-C <DIR>", "Global options"]),
            (&["version"], &[], &["--jobs", "Global options"]),
            (&["install"], &["-C <DIR>", "--color"], &["--jobs", "--min-confidence", "--progress"]),
            (&["config", "show"], &["--min-confidence"], &["--jobs", "--allow-incomplete"]),
            (&["rules", "list"], &["--config"], &["--jobs", "--allow-incomplete"]),
        ] {
            let mut command = args::command();
            command.build();
            let found =
                path.iter().fold(&mut command, |command, name| command.find_subcommand_mut(name).unwrap());
            let help = found.render_long_help().to_string();
            for option in shown {
                assert!(
                    help.contains(option) && help.contains("Global options:"),
                    "{path:?} {option}: {help}"
                );
            }
            for text in hidden {
                assert!(!help.contains(text), "{path:?} {text}: {help}");
            }
        }
    }

    #[test]
    fn the_short_help_is_shorter() {
        let mut command = args::command();
        command.build();
        for name in ["scan", "hook", "explain", "baseline"] {
            let found = command.find_subcommand_mut(name).unwrap();
            let [short, long] = [found.render_help(), found.render_long_help()].map(|help| help.to_string());
            assert!(short.contains("--verbose") && !short.contains("--config"), "{short}");
            assert!(short.lines().count() < long.lines().count(), "{name}");
        }
    }

    #[test]
    fn every_option_with_an_effect_exists_and_hidden_ones_are_accepted() {
        let command = args::command();
        for (name, with_effect) in WITH_EFFECT {
            for id in with_effect {
                assert!(command.get_arguments().any(|option| option.get_id() == id), "{name}: {id}");
            }
        }
        for arguments in ["skant --jobs 2 version", "skant version --jobs 2", "skant rules --jobs 2 list -q"]
        {
            let parsed = parse::parse(arguments.split(' ').map(Into::into)).unwrap();
            assert_eq!(parsed.common.jobs.map(NonZeroUsize::get), Some(2), "{arguments}");
        }
    }
}
