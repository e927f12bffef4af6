//! Questions that a single key answers.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

use super::error::CliError;
use super::key_input::{Key, KeyInput};
use super::output;
use crate::source::ScanControl;

#[derive(Debug, Error, Diagnostic)]
#[error("respond needs a terminal for its questions: {0}")]
#[diagnostic(
    code(skant::respond::no_terminal),
    help(
        "without a terminal, one step after the other: `skant verify --owner FINGERPRINT`, `skant disable FINGERPRINT`, \
         `skant usage FINGERPRINT`, `skant fix FINGERPRINT`, `skant allow FINGERPRINT --verdict revoked --reason TEXT`"
    )
)]
struct NoTerminal(io::Error);

/// Fails if nobody can be asked.
///
/// # Errors
/// Standard input is no terminal.
pub(crate) fn check_terminal() -> Result<(), CliError> {
    drop(KeyInput::open().map_err(NoTerminal)?);
    Ok(())
}

/// Asks for one of the keys; the line end is the first of them. The end of the terminal and Ctrl-C are `q`.
///
/// # Errors
/// Standard input is no terminal any more.
pub(crate) fn ask_key(question: &str, keys: &str, control: &ScanControl) -> Result<char, CliError> {
    let mut input = KeyInput::open().map_err(NoTerminal)?;
    loop {
        output::print(question)?;
        let key = match input.read(control) {
            Key::End => Some('q'),
            Key::Character('\r' | '\n') => keys.chars().next(),
            Key::Character(key) => Some(key.to_ascii_lowercase()).filter(|key| keys.contains(*key)),
        };
        output::print("\n")?;
        if let Some(key) = key {
            return Ok(key);
        }
    }
}
