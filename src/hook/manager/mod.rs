//! Hook managers: which of them a project declares, and for which hooks their files call skant.
//!
//! A manager writes hooks of its own at `npm install` or at its own `install`; most of them replace what is there. Reads
//! files of the working tree that may be hostile: no link is followed, no pipe waited for, nothing is run or written.

pub(crate) mod config;
mod framework;
mod husky;
mod lefthook;
pub(crate) mod lines;
mod simple_git_hooks;
mod yaml;

use std::path::Path;

use super::git_hook::Hook;
use super::skant_call::SkantCall;

pub(crate) use framework::PRE_COMMIT_CONFIG;

/// A hook manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// husky 9: `core.hooksPath` is `.husky/_`, and each hook runs the file of its name in `.husky`.
    Husky,
    /// lefthook: `lefthook.yml`.
    Lefthook,
    /// simple-git-hooks: `package.json`.
    SimpleGitHooks,
    /// The pre-commit framework: `.pre-commit-config.yaml`.
    PreCommit,
    /// prek, with the files of pre-commit or `prek.toml`.
    Prek,
}

impl Manager {
    /// The name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Husky => "husky",
            Self::Lefthook => "lefthook",
            Self::SimpleGitHooks => "simple-git-hooks",
            Self::PreCommit => "pre-commit",
            Self::Prek => "prek",
        }
    }

    /// The command that writes its hooks, where the manager is on the `PATH`.
    const fn install_command(self) -> &'static str {
        match self {
            Self::Husky => "npx husky",
            Self::Lefthook => "lefthook install",
            Self::SimpleGitHooks => "npx simple-git-hooks",
            Self::PreCommit => "pre-commit install",
            Self::Prek => "prek install",
        }
    }

    /// Whether it takes skant's hooks out of use when it writes its own. pre-commit and prek call what was there.
    pub(crate) const fn displaces_hooks(self) -> bool {
        matches!(self, Self::Husky | Self::Lefthook | Self::SimpleGitHooks)
    }
}

/// A manager that the files of a project declare.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) manager: Manager,
    /// The file that declares it, from the top of the working tree.
    pub(crate) file: String,
    /// The command that writes its hooks.
    pub(crate) install_command: &'static str,
    /// The hooks for which its files call skant.
    pub(crate) calls: Vec<ConfigCall>,
    /// Whether it has settings that cannot be read here: other files, programs, damaged text.
    pub(crate) is_partly_read: bool,
    /// The hooks that its settings have an entry for, with the key of the list to which a command is added.
    pub(crate) entries: Vec<(Hook, &'static str)>,
}

/// A call of skant in the settings of a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigCall {
    pub(crate) hook: Hook,
    /// The file with the call, from the top of the working tree.
    pub(crate) file: String,
    /// The entry of the file: an id and its revision.
    pub(crate) entry: Option<String>,
    /// The program, if the settings name it.
    pub(crate) call: Option<SkantCall>,
    /// Why it does not check anything.
    pub(crate) fault: Option<&'static str>,
}

impl ConfigCall {
    /// Returns the file and the entry, for messages.
    pub(crate) fn place(&self) -> String {
        self.entry.iter().fold(self.file.clone(), |file, entry| format!("{file}, {entry}"))
    }
}

impl Declared {
    fn new(manager: Manager, file: &str) -> Self {
        Self {
            manager,
            file: file.to_owned(),
            install_command: manager.install_command(),
            calls: Vec::new(),
            is_partly_read: false,
            entries: Vec::new(),
        }
    }

    /// Returns the call for a hook: one that checks if there is one.
    pub(crate) fn call(&self, hook: Hook) -> Option<&ConfigCall> {
        let mut calls = self.calls.iter().filter(|call| call.hook == hook);
        let first = calls.next()?;
        if first.fault.is_none() {
            Some(first)
        } else {
            calls.find(|call| call.fault.is_none()).or(Some(first))
        }
    }

    /// Returns the hooks without a call that checks.
    pub(crate) fn missing(&self, hooks: &[Hook]) -> Vec<Hook> {
        let is_called = |hook: &Hook| self.call(*hook).is_some_and(|call| call.fault.is_none());
        hooks.iter().copied().filter(|hook| !is_called(hook)).collect()
    }
}

/// The fault of a call whose exit code is not used.
pub(crate) const IGNORED: &str = "its exit code is not used, so that nothing is blocked";

/// Returns the managers that the files at the top of a working tree declare.
pub(crate) fn declared(top: &Path) -> Vec<Declared> {
    let package = config::read_json(top, "package.json");
    [
        husky::declared(top, package.as_ref()),
        lefthook::declared(top, package.as_ref()),
        simple_git_hooks::declared(top, package.as_ref()),
        framework::declared(top, PRE_COMMIT_CONFIG),
        framework::declared_prek(top),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the call of the framework's settings in another file than the usual one.
pub(crate) fn framework_in(top: &Path, file: &str) -> Option<Declared> {
    framework::declared(top, file)
}

/// Returns what husky's files call, if `core.hooksPath` leads to `folder/_`. `folder` is relative to the top.
pub(crate) fn husky_in(top: &Path, folder: &str) -> Declared {
    husky::in_folder(top, folder)
}
