//! `skant status`: shows whether the hooks of this clone reach skant. Reads only.

use super::clone_state::CloneState;
use super::{status_json, status_text};
use crate::cli::args::{Common, Status, StatusFormat};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::output;

/// The line after the state of a clone that is not protected.
const NEXT_STEP: &str = "next: `skant install` installs the hooks, or prints what a hook manager needs\n";

pub(crate) fn run(common: &Common, arguments: &Status) -> Result<Exit, CliError> {
    let clone = CloneState::examine(common)?;
    if arguments.json || arguments.format == StatusFormat::Json {
        let text = status_json::render(&clone)
            .map_err(|source| IoError::Write { stream: "standard output", source })?;
        output::print(text)?;
    } else {
        let next = if clone.status.is_protected() { "" } else { NEXT_STEP };
        output::print(format!("{}{next}", status_text::render(&clone)))?;
    }
    let is_missing = arguments.check && !clone.status.is_protected();
    Ok(if is_missing { Exit::Findings } else { Exit::Clean })
}
