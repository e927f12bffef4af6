//! What of skant is left in a repository after `skant uninstall`, and what to do about it. Changes nothing.

use std::path::{Path, PathBuf};

use super::hook_files::DISPLACED;
use super::hooks_dir::{self, HooksDir, Owner};
use super::kept_folder::KeptFolder;
use super::script::{self, Origin};
use super::{Hook, InstallError, Options, third_party};
use crate::hook::manager;

/// Something of skant's that is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// What to do, a phrase.
    pub(crate) advice: String,
}

/// Returns the folders in which skant's hooks may be: the one that git uses, the repository's own, and husky's. Each is
/// listed once.
pub(crate) fn folders(dir: &HooksDir) -> Vec<HooksDir> {
    let same = |path: PathBuf, owner: Owner| HooksDir { path, owner, ..dir.clone() };
    let mut found = vec![same(dir.path.clone(), dir.owner)];
    let own = same(dir.own(), dir.owner).with_own_folder();
    let husky = dir.top.iter().map(|top| same(top.join(".husky/_"), Owner::WorkTree));
    // A linked folder of the working tree may be anywhere.
    let is_inside =
        |folder: &HooksDir| hooks_dir::resolve_links(&folder.path) == folder.path && folder.path.is_dir();
    for folder in std::iter::once(own).chain(husky.filter(is_inside)) {
        let real = hooks_dir::resolve_links(&folder.path);
        if found.iter().all(|known| hooks_dir::resolve_links(&known.path) != real) {
            found.push(folder);
        }
    }
    found
}

/// Returns what is left of skant: its own scripts, hooks that it keeps for others, and lines that call it.
///
/// # Errors
///
/// Fails if there is no repository or if git refuses it.
pub(crate) fn find_left(options: &Options<'_>) -> Result<Vec<Left>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let mut left = Vec::new();
    for folder in folders(&dir) {
        let is_used = folder.path == dir.path;
        for hook in Hook::EVERY {
            for end in [""].into_iter().chain(DISPLACED) {
                let path = folder.path.join(format!("{}{end}", hook.name()));
                let advice = own_advice(&path, folder.owner)
                    .or_else(|| call_advice(&path, hook, is_used && end.is_empty()));
                left.extend(advice.map(|advice| Left { path, advice }));
            }
        }
        let kept = KeptFolder::of(&folder.path).path();
        if kept.symlink_metadata().is_ok() {
            let advice = "it holds earlier hooks whose place another hook has; move what you need".to_owned();
            left.push(Left { path: kept, advice });
        }
    }
    // The scripts for all repositories are one installation.
    let mut has_global = false;
    left.retain(|left| left.advice != GLOBAL || !std::mem::replace(&mut has_global, true));
    for declared in dir.top.as_deref().map(manager::declared).unwrap_or_default() {
        let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
        for call in &declared.calls {
            match files.iter_mut().find(|(file, _)| *file == call.file) {
                Some((_, hooks)) => hooks.push(call.hook.name()),
                None => files.push((&call.file, vec![call.hook.name()])),
            }
        }
        for (file, mut hooks) in files {
            hooks.dedup();
            let path = dir.top.clone().unwrap_or_default().join(file);
            let advice = format!("it calls skant; remove that ({})", hooks.join(", "));
            if left.iter().all(|known| known.path != path) {
                left.push(Left { path, advice });
            }
        }
    }
    Ok(left)
}

const GLOBAL: &str = "installed for all repositories; `skant uninstall --global` removes it";

/// Returns what to do about a script of skant's.
fn own_advice(path: &Path, owner: Owner) -> Option<String> {
    let content = third_party::read_hook(path).filter(|_| !path.is_symlink())?;
    match script::origin(&content) {
        Origin::ThirdParty => None,
        Origin::Edited => Some("installed by skant and edited; remove it, or skant's part of it".to_owned()),
        Origin::Skant(_) if script::is_global(&content) => Some(GLOBAL.to_owned()),
        Origin::Skant(_) if owner == Owner::Repository => Some("a hook of skant's; remove it".to_owned()),
        Origin::Skant(_) => Some("`skant uninstall --force` removes it".to_owned()),
    }
}

/// Returns what to do about a line in a hook that git runs.
fn call_advice(path: &Path, hook: Hook, is_run: bool) -> Option<String> {
    let call = third_party::find_call_in(path, hook).filter(|_| is_run)?;
    Some(format!("it calls skant; remove the line with `{} hook {}`", call.program, hook.name()))
}
