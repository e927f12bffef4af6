//! `skant redact`: copies standard input to standard output and masks the secrets in it.

use std::io;
use std::time::Duration;

use crate::cli::args::{Common, Level, Redact};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::settings;
use crate::cli::stdin::Input;
use crate::policy::repo_files::TreeVersion;
use crate::scan::{RedactStream, Replacement};
use crate::source::ScanControl;

/// The time for which lines of a dump, and strings that go on, wait for the next line.
const HOLD: Duration = Duration::from_millis(200);

pub(crate) fn run(common: &Common, arguments: &Redact, control: &ScanControl) -> Result<Exit, CliError> {
    // The settings of a repository could switch a rule off, so only those of the user count.
    let common = Common { min_confidence: common.min_confidence.or(Some(Level::Low)), ..common.clone() };
    let scanner = settings::scanner(&common, None, TreeVersion::Worktree)?;
    let replacement = if arguments.map { Replacement::Pseudonym } else { Replacement::Mask };
    let mut stream = RedactStream::new(scanner.detector(), replacement);
    let mut input = Input::new(io::stdin(), &control.cancellation);
    let mut out = io::stdout().lock();
    let written = loop {
        let chunk = if stream.holds_lines() { input.next_within(HOLD) } else { input.next().map(Some) };
        let chunk = chunk.map_err(IoError::ReadStdin)?;
        let is_end = chunk.as_ref().is_some_and(Vec::is_empty);
        let written = match chunk {
            Some(_) if is_end => stream.finish(&mut out),
            Some(chunk) => stream.push(&chunk, &mut out),
            None => stream.release(&mut out),
        };
        if is_end || written.is_err() {
            break written;
        }
    };
    match written {
        // Nobody reads on.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.map_err(|source| IoError::Write { stream: "standard output", source })?,
    }
    let is_interrupted = control.cancellation.is_requested();
    Ok(if is_interrupted { Exit::Interrupted } else { Exit::Clean })
}
