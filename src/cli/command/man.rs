//! `skant man`: prints the manual page in roff, generated from the arguments. One page has the program and all its
//! commands.

use std::io::{self, Write as _};

use clap::Command;
use clap_mangen::Man;

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
    let command = args::command();
    let page = Man::new(command.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    commands(&command, "skant", out)?;
    page.render_extra_section(out)?;
    page.render_version_section(out)
}

/// Writes a section for each command with its own options.
fn commands(command: &Command, parent: &str, out: &mut Vec<u8>) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        let name = format!("{parent} {}", subcommand.get_name());
        writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
        let page = Man::new(subcommand.clone().bin_name(&name));
        // The sections of a command become subsections of its heading.
        let mut section = Vec::new();
        page.render_synopsis_section(&mut section)?;
        page.render_description_section(&mut section)?;
        page.render_options_section(&mut section)?;
        out.extend(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").into_bytes());
        commands(subcommand, &name, out)?;
    }
    Ok(())
}
