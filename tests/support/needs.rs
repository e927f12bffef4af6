//! What tests need of the machine. Each function returns it, or the reason for a skip.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::trials::Skip;

/// Finds a program on the `PATH`.
pub fn program(name: &str) -> Result<PathBuf, Skip> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| Skip(format!("needs {name} on the PATH")))
}

/// Asks that a command succeeds. A program may be on the `PATH` and not work, such as a shim.
pub fn success(program: &str, arguments: &[&str]) -> Result<(), Skip> {
    let output = Command::new(program).args(arguments).output();
    let works = output.is_ok_and(|output| output.status.success());
    works.then_some(()).ok_or_else(|| Skip(format!("needs `{program} {}` to succeed", arguments.join(" "))))
}

/// Asks for a file of the system's.
pub fn file(path: &str) -> Result<(), Skip> {
    Path::new(path).exists().then_some(()).ok_or_else(|| Skip(format!("needs {path}")))
}

/// Returns a path in the folder of shared data, which is next to the checkout and not part of it.
pub fn shared(path: &str) -> Result<PathBuf, Skip> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    full.exists()
        .then_some(full)
        .ok_or_else(|| Skip(format!("needs ../shared/{path}, which is not part of the repository")))
}
