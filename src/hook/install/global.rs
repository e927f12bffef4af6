//! `skant install --global`: one folder of hooks for all repositories of a user, named by `core.hooksPath`.
//!
//! Git then ignores the hooks of the repositories. So each hook name has a script that calls the repository's own hook.
//! Does not install into a repository, and replaces no other `core.hooksPath`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::kept_folder::KeptFolder;
use super::script::{self, Origin};
use super::transaction::{self, Step};
use super::{InstallError, Options, Outcome, hooks_dir, metadata};
use crate::git::{Answer, GIT_TIME_LIMIT, is_executable, prepare_program, run_within};

/// Every hook that git searches for in a hooks folder, except `push-to-checkout`: if that hook exists, git stops
/// updating the working tree itself.
const HOOK_NAMES: [&str; 26] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "post-index-change",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
];

/// The result of a change for all repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalAction {
    /// The folder of hooks.
    pub folder: PathBuf,
    /// The change.
    pub outcome: Outcome,
}

/// Installs the hooks for all repositories into `folder`, and sets `core.hooksPath` to it.
///
/// # Errors
///
/// Fails if `core.hooksPath` names another folder already, if a file is in the way, or if a file cannot be written.
/// Then nothing has changed.
pub fn install_global(options: &Options<'_>, folder: &Path) -> Result<GlobalAction, InstallError> {
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let _lock = transaction::lock(folder);
    let configured = hooks_path(options.git)?;
    if let Some(other) = configured.as_ref().filter(|path| !is_same(path, folder)) {
        return Err(InstallError::OtherGlobal { path: other.clone() });
    }
    let script = script::render_global(&program);
    let (mut steps, mut was_installed) = (Vec::new(), false);
    for name in HOOK_NAMES {
        let path = folder.join(name);
        match origin(&path)? {
            Some(Origin::Skant(checksum)) if checksum == script.checksum && is_executable(&path) => {
                was_installed = true;
                continue;
            }
            Some(Origin::Skant(_)) => was_installed = true,
            Some(Origin::Edited) => {
                let kept = KeptFolder::of(folder).path().join(name);
                return Err(InstallError::Edited { path, kept });
            }
            Some(Origin::ThirdParty) => {
                let source = io::Error::new(io::ErrorKind::AlreadyExists, "it is not skant's");
                return Err(InstallError::io("replace", &path, source));
            }
            None => {}
        }
        steps.push(Step::Write { path, content: script.content.clone() });
    }
    let outcome = match (steps.is_empty() && configured.is_some(), was_installed) {
        (true, _) => Outcome::Unchanged,
        (false, true) => Outcome::Refreshed,
        (false, false) => Outcome::Installed,
    };
    transaction::apply(&[folder], &steps)?;
    if configured.is_none() {
        configure(options.git, &[OsStr::new("core.hooksPath"), folder.as_os_str()])?;
    }
    Ok(GlobalAction { folder: folder.to_path_buf(), outcome })
}

/// Removes the hooks that [`install_global`] installed. Returns `None` if there are none.
///
/// # Errors
///
/// Fails like [`install_global`].
pub fn uninstall_global(options: &Options<'_>, folder: &Path) -> Result<Option<GlobalAction>, InstallError> {
    let _lock = transaction::lock(folder);
    let is_configured = hooks_path(options.git)?.is_some_and(|path| is_same(&path, folder));
    let mut steps = Vec::new();
    for name in HOOK_NAMES {
        let path = folder.join(name);
        if let Some(Origin::Skant(_)) = origin(&path)? {
            steps.push(Step::Remove { path });
        }
    }
    if steps.is_empty() && !is_configured {
        return Ok(None);
    }
    // The setting goes first, so that git never searches for hooks in an empty folder.
    if is_configured {
        configure(options.git, &[OsStr::new("--unset"), OsStr::new("core.hooksPath")])?;
    }
    if !steps.is_empty() {
        transaction::apply(&[folder], &steps)?;
    }
    // This fails if the folder holds other files; then it stays.
    let _ = fs::remove_dir(folder);
    Ok(Some(GlobalAction { folder: folder.to_path_buf(), outcome: Outcome::Removed }))
}

/// Returns the folder of the hooks for all repositories: in the user's folder for settings.
#[must_use]
pub(crate) fn global_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = path("XDG_CONFIG_HOME")
        .or_else(|| Some(path("HOME").or_else(|| path("USERPROFILE"))?.join(".config")));
    Some(settings?.join("skant").join("hooks"))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real(one) == real(other)
}

fn origin(path: &Path) -> Result<Option<Origin>, InstallError> {
    match metadata(path)? {
        None => Ok(None),
        Some(found) if found.is_file() => {
            let content = fs::read(path).map_err(|source| InstallError::io("read", path, source))?;
            Ok(Some(script::origin(&content)))
        }
        Some(_) => Err(InstallError::NotAFile { path: path.to_path_buf() }),
    }
}

/// Returns the user's `core.hooksPath`, if it is set.
fn hooks_path(git: &OsStr) -> Result<Option<PathBuf>, InstallError> {
    let output = config(git, &["--type=path", "--get", "core.hooksPath"].map(OsStr::new))?;
    match output.status.code() {
        Some(0) => {
            let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
            Ok(Some(hooks_dir::path_from_bytes(line)).filter(|path| !path.as_os_str().is_empty()))
        }
        // The setting does not exist.
        Some(1) => Ok(None),
        _ => Err(InstallError::refused_by_git(Path::new("."), &output.stderr)),
    }
}

fn configure(git: &OsStr, arguments: &[&OsStr]) -> Result<(), InstallError> {
    let output = config(git, arguments)?;
    if output.status.success() {
        return Ok(());
    }
    Err(InstallError::refused_by_git(Path::new("."), &output.stderr))
}

fn config(git: &OsStr, arguments: &[&OsStr]) -> Result<Answer, InstallError> {
    let mut command = prepare_program(git).map_err(|source| InstallError::git_not_started(git, source))?;
    command.args(["config", "--global"]).args(arguments);
    run_within(&mut command, GIT_TIME_LIMIT).map_err(|source| InstallError::git_not_started(git, source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::install::Hook;

    #[test]
    fn the_folder_is_in_the_folder_for_settings() {
        let folder = |variables: &[(&str, &str)]| {
            let variables = variables.to_vec();
            global_folder(move |name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            })
        };
        let home = ("HOME", "/home/ada");
        assert_eq!(folder(&[home]), Some(PathBuf::from("/home/ada/.config/skant/hooks")));
        assert_eq!(folder(&[home, ("XDG_CONFIG_HOME", "/x")]), Some(PathBuf::from("/x/skant/hooks")));
        assert_eq!(
            folder(&[home, ("XDG_CONFIG_HOME", "x")]),
            Some(PathBuf::from("/home/ada/.config/skant/hooks"))
        );
        assert_eq!(folder(&[]), None);
    }

    #[test]
    fn the_names_hold_every_hook_of_skant_and_not_push_to_checkout() {
        assert!(Hook::ALL.iter().all(|hook| HOOK_NAMES.contains(&hook.name())));
        assert!(!HOOK_NAMES.contains(&"push-to-checkout"));
    }
}
