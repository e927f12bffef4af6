//! What tests need of the machine. Each function returns what was asked for, or the reason for a skip.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::trials::Skip;

/// Finds a program on the `PATH`.
pub fn program(name: &str) -> Result<PathBuf, Skip> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| Skip(format!("needs {name} on the PATH")))
}

/// Runs a command that has to succeed. Use it for programs that may be on the `PATH` and not work, such as shims.
pub fn success(program: &str, arguments: &[&str]) -> Result<(), Skip> {
    let output = Command::new(program).args(arguments).output();
    let works = output.is_ok_and(|output| output.status.success());
    works.then_some(()).ok_or_else(|| Skip(format!("needs `{program} {}` to succeed", arguments.join(" "))))
}

/// Asks for a file outside of the repository, such as one in `/proc`.
pub fn file(path: &str) -> Result<(), Skip> {
    Path::new(path).exists().then_some(()).ok_or_else(|| Skip(format!("needs {path}")))
}

/// Returns a path in `../shared`, a folder of data that is not part of the repository.
pub fn shared(path: &str) -> Result<PathBuf, Skip> {
    let full = crate::repository("../shared").join(path);
    full.exists()
        .then_some(full)
        .ok_or_else(|| Skip(format!("needs ../shared/{path}, which is not part of the repository")))
}

/// Returns the value of an environment variable.
pub fn variable(name: &str) -> Result<String, Skip> {
    std::env::var(name).map_err(|_| Skip(format!("needs the environment variable {name}")))
}
