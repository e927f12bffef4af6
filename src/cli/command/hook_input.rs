//! What git and the pre-commit framework pass to a hook: standard input and variables.

use std::env;
use std::io;
use std::io::Read as _;

use crate::cli::error::{CliError, IoError};

/// Reads the lines that git passes to a hook, and how they came. An interactive terminal is not read.
pub(super) fn read_lines() -> Result<(Vec<u8>, InputKind), CliError> {
    let kind = input_kind();
    let mut input = Vec::new();
    if kind != InputKind::Terminal {
        io::stdin().lock().read_to_end(&mut input).map_err(IoError::ReadStdin)?;
    }
    Ok((input, kind))
}

/// What standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputKind {
    /// A pipe, as git makes one for its hooks, also if nothing is pushed.
    Pipe,
    /// A terminal: a person runs the hook.
    Terminal,
    /// A file or a device, such as `/dev/null`: a hook manager that does not pass on what git wrote.
    Other,
}

#[cfg(unix)]
fn input_kind() -> InputKind {
    use std::io::IsTerminal as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    let stdin = io::stdin();
    if stdin.is_terminal() {
        return InputKind::Terminal;
    }
    let metadata = stdin.as_fd().try_clone_to_owned().and_then(|fd| std::fs::File::from(fd).metadata());
    match metadata.map(|metadata| metadata.file_type()) {
        Ok(kind) if kind.is_fifo() || kind.is_socket() => InputKind::Pipe,
        _ => InputKind::Other,
    }
}

#[cfg(not(unix))]
fn input_kind() -> InputKind {
    use std::io::IsTerminal as _;

    if io::stdin().is_terminal() { InputKind::Terminal } else { InputKind::Pipe }
}

/// Returns an environment variable; `None` if it is unset or empty.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

/// Whether the pre-commit framework, or prek, runs this hook.
pub(super) fn is_framework() -> bool {
    variable("PRE_COMMIT").is_some()
}

/// Returns the range that the framework names, from and to: that of a push, or of
/// `pre-commit run --from-ref A --to-ref B`. Without the framework the variables are left over from somewhere else.
pub(super) fn framework_range() -> Option<[String; 2]> {
    let from = variable("PRE_COMMIT_FROM_REF").filter(|_| is_framework())?;
    Some([from, variable("PRE_COMMIT_TO_REF")?])
}

/// Whether the message of this commit comes from an editor. Git sets the editor to `:` for its hooks if it runs none.
pub(super) fn is_edited_message() -> bool {
    variable("GIT_EDITOR").is_none_or(|editor| editor != ":")
}
