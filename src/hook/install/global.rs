//! `skant install --global`: one folder of hooks for all repositories of a user, through `core.hooksPath`. Since
//! git then looks at no repository's own hooks, a script stands in the place of each of them and calls it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::hook::install::script;
use crate::hook::install::script::Origin;
use crate::hook::install::transaction;
use crate::hook::install::transaction::Step;
use crate::hook::install::{InstallError, Options, What, is_executable, metadata};

/// Every hook that git looks for in a hooks folder, but for `push-to-checkout`: where that is there, git leaves
/// to it what it does by itself otherwise.
const NAMES: [&str; 26] = [
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

/// What was done for all repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The folder of hooks.
    pub folder: PathBuf,
    /// What was done about it.
    pub what: What,
}

/// Puts the hooks for all repositories into `folder`, and makes git look there.
///
/// # Errors
///
/// Where `core.hooksPath` leads somewhere else already, where a file is in the way, or one cannot be written; then
/// nothing has changed.
pub fn install_global(options: &Options<'_>, folder: &Path) -> Result<Global, InstallError> {
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let _alone = transaction::alone(folder);
    let set = hooks_path(options.git)?;
    if let Some(set) = set.as_ref().filter(|set| !is_same(set, folder)) {
        return Err(InstallError::OtherGlobal { path: set.clone() });
    }
    let script = script::render_global(&program);
    let (mut steps, mut ours) = (Vec::new(), false);
    for name in NAMES {
        let path = folder.join(name);
        match origin(&path)? {
            Some(Origin::Skant(sum)) if sum == script.sum && is_executable(&path) => {
                ours = true;
                continue;
            }
            Some(Origin::Skant(_)) => ours = true,
            Some(Origin::Edited) => return Err(InstallError::Edited { path }),
            Some(Origin::Foreign) => {
                let source = io::Error::new(io::ErrorKind::AlreadyExists, "it is not skant's");
                return Err(InstallError::io("replace", &path, source));
            }
            None => {}
        }
        steps.push(Step::Write { path, content: script.content.clone() });
    }
    let what = match (steps.is_empty() && set.is_some(), ours) {
        (true, _) => What::Unchanged,
        (false, true) => What::Refreshed,
        (false, false) => What::Installed,
    };
    transaction::apply(folder, &steps)?;
    if set.is_none() {
        configure(options.git, &[OsStr::new("core.hooksPath"), folder.as_os_str()])?;
    }
    Ok(Global { folder: folder.to_path_buf(), what })
}

/// Takes away what [`install_global`] has put there. `None` where there is nothing of it.
///
/// # Errors
///
/// As for [`install_global`].
pub fn uninstall_global(options: &Options<'_>, folder: &Path) -> Result<Option<Global>, InstallError> {
    let _alone = transaction::alone(folder);
    let set = hooks_path(options.git)?.is_some_and(|set| is_same(&set, folder));
    let mut steps = Vec::new();
    for name in NAMES {
        let path = folder.join(name);
        if let Some(Origin::Skant(_)) = origin(&path)? {
            steps.push(Step::Remove { path });
        }
    }
    if steps.is_empty() && !set {
        return Ok(None);
    }
    // First git, so that it never looks for hooks in an empty folder.
    if set {
        configure(options.git, &[OsStr::new("--unset"), OsStr::new("core.hooksPath")])?;
    }
    if !steps.is_empty() {
        transaction::apply(folder, &steps)?;
    }
    // It stays where somebody has put something else into it.
    let _ = fs::remove_dir(folder);
    Ok(Some(Global { folder: folder.to_path_buf(), what: What::Removed }))
}

/// Where the hooks for all repositories lie: in the user's folder of settings.
#[must_use]
pub fn global_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
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

/// What the user's `core.hooksPath` is, if it is set.
fn hooks_path(git: &OsStr) -> Result<Option<PathBuf>, InstallError> {
    let output = config(git, &["--type=path", "--get", "core.hooksPath"].map(OsStr::new))?;
    match output.status.code() {
        Some(0) => {
            let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
            Ok(Some(crate::hook::install::hooks_dir::path_of(line))
                .filter(|path| !path.as_os_str().is_empty()))
        }
        // It is not set.
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

fn config(git: &OsStr, arguments: &[&OsStr]) -> Result<Output, InstallError> {
    Command::new(git)
        .args(["config", "--global"])
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| InstallError::not_run(git, source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::install::Hook;

    #[test]
    fn the_folder_is_in_the_users_settings() {
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
    fn every_hook_of_skants_is_among_them_and_the_one_that_changes_git_is_not() {
        assert!(Hook::ALL.iter().all(|hook| NAMES.contains(&hook.name())));
        assert!(!NAMES.contains(&"push-to-checkout"));
    }
}
