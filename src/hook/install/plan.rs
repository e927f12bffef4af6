//! The changes of an installation, decided from the files that are there. Reads and changes nothing before `apply`,
//! except for the text of a hook that may have to stay where it is.

use std::path::{Path, PathBuf};

use super::hook_files::{Current, Earlier, HookFiles};
use super::hooks_dir::{HooksDir, Owner};
use super::kept_folder::KeptFolder;
use super::transaction::{self, Step};
use super::{Action, ForeignFolder, Hook, InstallError, Options, Outcome, script, third_party};
use crate::git::is_executable;
use crate::hook::manager::Declared;

/// The planned changes, and the results to return.
#[derive(Default)]
pub(super) struct Plan {
    steps: Vec<Step>,
    /// A folder to make before the steps.
    new_folder: Option<PathBuf>,
    actions: Vec<Action>,
}

impl Plan {
    fn add_action(&mut self, hook: Hook, path: &Path, outcome: Outcome) {
        self.actions.push(Action { hook, path: path.to_path_buf(), outcome });
    }

    fn add_kept(&mut self, files: &HookFiles, executable: bool) {
        let outcome = if executable { Outcome::KeptAndCalled } else { Outcome::Kept };
        self.add_action(files.hook, &files.kept, outcome);
    }

    fn remove_leftover(&mut self, files: &HookFiles) {
        self.steps.extend(files.leftover.clone().map(|path| Step::Remove { path }));
    }

    pub(super) fn install(
        &mut self,
        files: &HookFiles,
        program: &Path,
        folder: &KeptFolder,
        declared: &[Declared],
    ) -> Result<(), InstallError> {
        if let Current::Global = files.current {
            self.add_action(files.hook, &files.path, Outcome::Unchanged);
            return Ok(());
        }
        if self.is_called_by_framework(files, program, folder, declared) {
            return Ok(());
        }
        if let Some(second) = &files.second {
            return Err(InstallError::TwoHooks { path: second.clone(), before: files.before.clone() });
        }
        let is_third_party = matches!(files.current, Current::ThirdParty { .. });
        let has_earlier = is_third_party || matches!(files.earlier, Earlier::Hook { .. });
        let script = script::render(files.hook, program, folder, has_earlier);
        let outcome = match files.current {
            Current::Edited => {
                return Err(InstallError::Edited { path: files.path.clone(), kept: files.kept.clone() });
            }
            Current::Skant { checksum, executable: true }
                if checksum == script.checksum && files.before == files.kept && files.leftover.is_none() =>
            {
                self.remove_displaced(files);
                self.add_action(files.hook, &files.path, Outcome::Unchanged);
                return Ok(());
            }
            Current::ThirdParty { executable } => return self.supersede(files, executable, script.content),
            Current::Absent => Outcome::Installed,
            Current::Skant { .. } | Current::Global => Outcome::Refreshed,
        };
        let is_moved = files.before != files.kept;
        if let Earlier::Hook { executable } = files.earlier
            && (is_moved || outcome == Outcome::Installed)
        {
            self.add_kept(files, executable);
        }
        if is_moved {
            self.new_folder = files.kept.parent().map(Path::to_path_buf);
            let (from, to) = (files.before.clone(), files.kept.clone());
            // A file has both names until the script is replaced, so that the hook is called at every moment.
            self.steps.push(if from.is_symlink() {
                Step::Rename { from, to }
            } else {
                Step::Link { from, to }
            });
        }
        self.steps.push(Step::Write { path: files.path.clone(), content: script.content });
        if is_moved && !files.before.is_symlink() {
            self.steps.push(Step::Remove { path: files.before.clone() });
        }
        self.remove_leftover(files);
        self.remove_displaced(files);
        self.add_action(files.hook, &files.path, outcome);
        Ok(())
    }

    /// Returns whether pre-commit or prek has the hook and calls skant: by its settings, or as the hook that was there
    /// before it. That one is brought up to date.
    fn is_called_by_framework(
        &mut self,
        files: &HookFiles,
        program: &Path,
        folder: &KeptFolder,
        declared: &[Declared],
    ) -> bool {
        let Current::ThirdParty { executable: true } = files.current else { return false };
        if !third_party::is_framework(&files.path) {
            return false;
        }
        let mut frameworks = declared.iter().filter(|declared| !declared.manager.displaces_hooks());
        let is_called =
            frameworks.any(|declared| declared.call(files.hook).is_some_and(|call| call.fault.is_none()));
        let legacy = files.displaced.iter().find(|path| path.extension().is_some_and(|end| end == "legacy"));
        if let Some(legacy) = legacy {
            let has_earlier = matches!(files.earlier, Earlier::Hook { .. });
            let content = script::render(files.hook, program, folder, has_earlier).content;
            if third_party::read_hook(legacy).as_ref() != Some(&content) || !is_executable(legacy) {
                self.steps.push(Step::Write { path: legacy.clone(), content });
            }
            self.add_action(files.hook, legacy, Outcome::Called);
        } else if is_called {
            self.add_action(files.hook, &files.path, Outcome::Called);
        }
        legacy.is_some() || is_called
    }

    fn remove_displaced(&mut self, files: &HookFiles) {
        self.steps.extend(files.displaced.iter().map(|path| Step::Remove { path: path.clone() }));
    }

    /// Plans the script in the place of a hook that somebody else installed.
    fn supersede(
        &mut self,
        files: &HookFiles,
        executable: bool,
        content: Vec<u8>,
    ) -> Result<(), InstallError> {
        if matches!(files.earlier, Earlier::Hook { .. } | Earlier::Folder) {
            return Err(InstallError::TwoHooks { path: files.path.clone(), before: files.before.clone() });
        }
        if executable && third_party::names_its_place(&files.path, files.hook) {
            if !third_party::calls_skant(&files.path, files.hook) {
                return Err(InstallError::NamesItsPlace { path: files.path.clone(), hook: files.hook });
            }
            self.add_action(files.hook, &files.path, Outcome::Called);
            return Ok(());
        }
        self.remove_leftover(files);
        self.remove_displaced(files);
        self.new_folder = files.kept.parent().map(Path::to_path_buf);
        let (path, before) = (files.path.clone(), files.kept.clone());
        self.steps.push(Step::Supersede { path, before, content });
        self.add_kept(files, executable);
        self.add_action(files.hook, &files.path, Outcome::Installed);
        Ok(())
    }

    pub(super) fn uninstall(&mut self, mut files: HookFiles) {
        self.remove_leftover(&files);
        let earlier = files.earlier;
        match files.current {
            Current::Absent | Current::Skant { .. } if matches!(earlier, Earlier::Hook { .. }) => {
                self.add_action(files.hook, &files.path, Outcome::Restored);
                self.steps.push(Step::Rename { from: files.before.clone(), to: files.path.clone() });
            }
            // `skant uninstall --global` removes it.
            Current::Absent | Current::Global => {}
            Current::Skant { .. } => {
                self.add_action(files.hook, &files.path, Outcome::Removed);
                self.steps.push(Step::Remove { path: files.path.clone() });
            }
            Current::Edited | Current::ThirdParty { .. } => self.uninstall_beside(&mut files),
        }
        for path in &files.displaced {
            self.add_action(files.hook, path, Outcome::Removed);
        }
        self.remove_displaced(&files);
        if let Some(second) = files.second {
            self.add_action(files.hook, &second, Outcome::LeftAlone);
        }
    }

    /// Plans what is left to do where a third-party hook has the hook's name.
    fn uninstall_beside(&mut self, files: &mut HookFiles) {
        self.add_action(files.hook, &files.path, Outcome::LeftAlone);
        if files.earlier == Earlier::Copy && !files.before.is_symlink() {
            self.add_action(files.hook, &files.before, Outcome::Removed);
            self.steps.push(Step::Remove { path: files.before.clone() });
        } else if matches!(files.earlier, Earlier::Hook { .. }) {
            if files.displaced.is_empty() {
                self.add_action(files.hook, &files.before, Outcome::LeftAlone);
            } else {
                // The manager that took the place of skant would have moved the earlier hook to this name.
                let to = files.displaced.remove(0);
                self.add_action(files.hook, &to, Outcome::Restored);
                self.steps.push(Step::Rename { from: files.before.clone(), to });
            }
        }
    }

    /// Returns whether a change is planned in a folder that is not this repository's alone, without `--force`.
    pub(super) fn is_refused(&self, dir: &HooksDir, options: &Options<'_>) -> bool {
        let is_foreign = dir.owner != Owner::Repository;
        !self.steps.is_empty() && is_foreign && options.foreign_folder == ForeignFolder::Refuse
    }

    pub(super) fn apply(self, dir: &HooksDir) -> Result<Vec<Action>, InstallError> {
        if !self.steps.is_empty() {
            let folders: Vec<&Path> = [Some(&dir.path), self.new_folder.as_ref()]
                .into_iter()
                .flatten()
                .map(PathBuf::as_path)
                .collect();
            transaction::apply(&folders, &self.steps)?;
        }
        Ok(self.actions)
    }
}
