//! `man`.

use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::cli::args::Arguments;
use crate::cli::{Exit, Failure, output};

/// One page: the program, then each command with the options of its own.
pub(crate) fn man() -> Result<Exit, Failure> {
    let mut out = Vec::new();
    let command = Arguments::command();
    let page = Man::new(command.clone());
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    commands(&command, "skant", &mut out)?;
    page.render_extra_section(&mut out)?;
    page.render_version_section(&mut out)?;
    output::say(out)
}

fn commands(command: &Command, parent: &str, out: &mut Vec<u8>) -> io::Result<()> {
    for sub in command.get_subcommands() {
        let name = format!("{parent} {}", sub.get_name());
        writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
        let page = Man::new(sub.clone().bin_name(&name));
        // The sections of a command stand below its own heading.
        let mut part = Vec::new();
        page.render_synopsis_section(&mut part)?;
        page.render_description_section(&mut part)?;
        page.render_options_section(&mut part)?;
        out.extend(String::from_utf8_lossy(&part).replace(".SH ", ".SS ").into_bytes());
        commands(sub, &name, out)?;
    }
    Ok(())
}
