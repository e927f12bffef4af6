//! `skant fleet plan`: writes an inventory.

use std::io::{self, Read as _};
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::args::{Common, FleetPlan};
use crate::cli::error::{CliError, IoError, print_line};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::session::printable_path;
use crate::fleet::{Inventory, Place, Plan};
use crate::report::human::counted;

#[derive(Debug, Error, Diagnostic)]
#[error("nothing to plan")]
#[diagnostic(
    code(skant::fleet::nothing),
    help("name repositories, folders with repositories or URLs, or a list of them with `--from LIST`")
)]
struct NothingToPlan;

pub(crate) fn run(common: &Common, options: &FleetPlan) -> Result<Exit, CliError> {
    if options.entries.is_empty() && options.from.is_empty() {
        return Err(NothingToPlan.into());
    }
    let mut plan = Plan::new();
    for list in &options.from {
        plan.add_list(&printable_path(list), &read_list(list)?);
    }
    for (number, entry) in (1..).zip(&options.entries) {
        plan.add(entry, Place::Argument(number));
    }
    let without_credentials = plan.without_credentials;
    let (units, sources) = plan.finish()?;
    let mut out = Vec::new();
    Inventory::write(&units, sources, &mut out)
        .map_err(|source| IoError::Write { stream: "standard output", source })?;
    output::print(out)?;
    if without_credentials > 0 && !common.quiet {
        print_line(&format!(
            "took the credentials out of {}; git has to find them elsewhere, as docs/fleet.md says",
            counted(without_credentials, "URL")
        ));
    }
    Ok(Exit::Clean)
}

fn read_list(list: &Path) -> Result<Vec<u8>, CliError> {
    if list == Path::new("-") {
        let mut content = Vec::new();
        io::stdin().lock().read_to_end(&mut content).map_err(IoError::ReadStdin)?;
        return Ok(content);
    }
    Ok(std::fs::read(list).map_err(|source| IoError::ReadFile { path: list.to_path_buf(), source })?)
}
