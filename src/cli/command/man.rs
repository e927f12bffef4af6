//! `skant man`: prints the manual page in roff, generated from the arguments. One page has the program and all its
//! commands.

use std::io::{self, Write as _};

use clap::Command;
use clap_mangen::Man;

use crate::cli::command_table::COMMANDS;
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::{args, output};

pub(crate) fn run() -> Result<Exit, CliError> {
    // clap_mangen writes to memory first, so that a closed pipe is handled in one function.
    let mut out = Vec::new();
    page(&mut out).map_err(|source| IoError::Write { stream: "memory", source })?;
    output::print(out)
}

fn page(out: &mut Vec<u8>) -> io::Result<()> {
    let command = with_all_help(args::command());
    let page = Man::new(command.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    // A built command knows its full name and the options of those above it.
    let mut built = args::command();
    built.build();
    synopsis(&built, ".SH", out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    commands((&command, &built), "skant", out)?;
    for (title, entries) in SECTIONS {
        section(title, entries, out)?;
    }
    examples(out)?;
    page.render_version_section(out)
}

/// Returns the command with the texts of all options: `clap_mangen` leaves out those that `-h` does not list.
fn with_all_help(command: Command) -> Command {
    command.mut_args(|arg| arg.hide_short_help(false)).mut_subcommands(with_all_help)
}

/// Writes the usage line of the help. `clap_mangen` would list all options, without their values.
fn synopsis(built: &Command, heading: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let usage = built.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    writeln!(out, "{heading} SYNOPSIS\n{}", escaped(usage))
}

/// A section: its title, and its entries with their meanings.
type Section = (&'static str, &'static [(&'static str, &'static str)]);

const SECTIONS: [Section; 3] = [
    (
        "EXIT STATUS",
        &[
            ("0", "Everything was read, and nothing fails the run. `check` commands: nothing to do."),
            ("1", "Findings fail the run. `check` commands: something is to be done."),
            ("2", "Something could not be checked, or the arguments or settings are wrong."),
            ("3", "Both 1 and 2."),
            ("130", "Interrupted; the report covers what was read before."),
        ],
    ),
    (
        "FILES",
        &[
            ("skant.toml, .github/skant.toml", "The settings of a repository."),
            (".skant-baseline", "The findings that are suppressed."),
            ("~/.config/skant/skant.toml", "The settings of the user, for all repositories."),
            ("~/.config/skant/hooks", "The hooks of `skant install --global`."),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            ("NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE", "Whether text is coloured, unless `--color` says so."),
            ("LC_ALL, LC_CTYPE, LANG, TERM", "Whether drawings may use characters beyond ASCII."),
            ("XDG_CONFIG_HOME, HOME", "Where the settings of the user are."),
            ("GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...", "The repository, as for git."),
            ("RAYON_NUM_THREADS", "The number of threads, unless `--jobs` says so."),
            ("SOURCE_DATE_EPOCH", "The time in reports, in seconds since 1970."),
            ("SKANT_CORE_DUMPS", "Allows core dumps, which may hold secrets."),
            ("CI variables", "`scan --ci` reads those of the CI system: docs/ci.md."),
        ],
    ),
];

/// Writes a section with one paragraph for each entry.
fn section(title: &str, entries: &[(&str, &str)], out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, ".SH \"{title}\"")?;
    for (name, meaning) in entries {
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(meaning))?;
    }
    Ok(())
}

fn examples(out: &mut Vec<u8>) -> io::Result<()> {
    let all = COMMANDS.iter().flat_map(|entry| entry.examples);
    section("EXAMPLES", &all.copied().collect::<Vec<_>>(), out)
}

/// Escapes what roff gives a meaning to: backslashes, dashes, and control characters at the start of a line.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Writes a section for each command with its own options. `built` is the same command after `Command::build`.
fn commands((command, built): (&Command, &Command), parent: &str, out: &mut Vec<u8>) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        let Some(built) = built.find_subcommand(subcommand.get_name()) else { continue };
        let name = format!("{parent} {}", subcommand.get_name());
        writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
        let subcommand = subcommand.clone().bin_name(&name);
        synopsis(built, ".SS", out)?;
        let page = Man::new(subcommand.clone());
        // The sections of a command become subsections of its heading.
        let mut section = Vec::new();
        page.render_description_section(&mut section)?;
        page.render_options_section(&mut section)?;
        out.extend(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").into_bytes());
        commands((&subcommand, built), &name, out)?;
    }
    Ok(())
}
