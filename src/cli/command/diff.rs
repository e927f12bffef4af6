//! `skant diff`: says what two saved reports differ in.

use std::path::Path;

use super::fleet_report;
use crate::cli::args::{Common, DiffOptions};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::{output, saved_report};
use crate::report::difference::Difference;

/// Prints the difference. Ends with 1 if there is something new.
pub(crate) fn run(common: &Common, arguments: &DiffOptions) -> Result<Exit, CliError> {
    if [&arguments.old, &arguments.new].iter().any(|path| fleet_report::is_store(Path::new(path))) {
        return fleet_report::diff(common, arguments);
    }
    let old = saved_report::read(&arguments.old)?.report;
    let new = saved_report::read(&arguments.new)?.report;
    let difference = Difference::between(&old, &new);
    let text = if arguments.json { difference.to_json() } else { difference.to_text(common.quiet) };
    output::print(text)?;
    Ok(if difference.has_new() { Exit::Findings } else { Exit::Clean })
}
