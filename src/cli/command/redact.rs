//! `skant redact`: copies standard input to standard output and masks the secrets in it.

use std::io::{self, Read as _};

use crate::cli::args::{Common, Level, Redact};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::settings;
use crate::cli::stdin::Input;
use crate::policy::repo_files::TreeVersion;
use crate::scan::{RedactStream, Replacement};
use crate::source::ScanControl;

/// The size of one read, in bytes.
const CHUNK: usize = 64 << 10;

pub(crate) fn run(common: &Common, arguments: &Redact, control: &ScanControl) -> Result<Exit, CliError> {
    // The settings of a repository could switch a rule off, so only those of the user count.
    let common = Common { min_confidence: common.min_confidence.or(Some(Level::Low)), ..common.clone() };
    let scanner = settings::scanner(&common, None, TreeVersion::Worktree)?;
    let replacement = if arguments.map { Replacement::Pseudonym } else { Replacement::Mask };
    let mut stream = RedactStream::new(scanner.detector(), replacement);
    let (mut input, mut chunk) = (Input::new(io::stdin(), &control.cancellation), vec![0; CHUNK]);
    let mut out = io::stdout().lock();
    let written = loop {
        let read = input.read(&mut chunk).map_err(IoError::ReadStdin)?;
        let written = if read == 0 { stream.finish(&mut out) } else { stream.push(&chunk[..read], &mut out) };
        if read == 0 || written.is_err() {
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
