//! Errors that end a run before there is a report.

use std::io::Write as _;

use crate::cli::exit::Exit;
use crate::scan::redact;
use crate::text::escape_terminal;

/// An error that ends a run before there is a report: what is wrong, and what to do.
pub(crate) struct Failure(pub(crate) String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Help and version are no errors; clap prints each where it belongs. It quotes what it did not understand, which
/// may be a secret in the wrong place.
pub(crate) fn refuse(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // There is nobody left to tell if the stream is closed. Nothing that was given is in it.
        let _ = error.print();
        return Exit::Clean;
    }
    let plain = error.render().to_string();
    let shown = redact(&plain);
    // There is nobody left to tell if the stream is closed.
    let _ = if shown == plain { error.print() } else { std::io::stderr().write_all(shown.as_bytes()) };
    Exit::Failed
}

/// Says something on standard error, made safe for a terminal.
pub(crate) fn complain(said: &str) {
    let lines: Vec<String> = said.lines().map(|line| escape_terminal(line.as_bytes())).collect();
    // What follows the first line stands further in, so that no name in it can pass for a line of our own.
    let said = redact(&lines.join("\n  "));
    // There is nobody left to tell if standard error is closed.
    let _ = writeln!(std::io::stderr(), "skant: {said}");
}
