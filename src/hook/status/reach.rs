//! Whether one hook reaches skant, and by which way.

use std::path::{Path, PathBuf};

use super::hook_file::{self, Author, HookFile};
use super::program::{self, Program};
use crate::git::is_executable;
use crate::hook::git_hook::Hook;
use crate::hook::install::hooks_dir::HooksDir;
use crate::hook::install::kept_folder::KeptFolder;
use crate::hook::install::{script, third_party};
use crate::hook::manager::{self, ConfigCall, Declared, Manager};
use crate::hook::skant_call::SkantCall;

/// Who calls skant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The script of `skant install`.
    Own,
    /// The script of `skant install --global`.
    Global,
    /// A hook manager.
    Manager(Manager),
    /// A line in somebody's hook.
    Line,
}

impl By {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Global => "global",
            Self::Manager(manager) => manager.name(),
            Self::Line => "line",
        }
    }
}

/// Whether a hook reaches skant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Reached {
        by: By,
        /// The file with the call.
        file: PathBuf,
        /// The entry in that file.
        entry: Option<String>,
        /// The program, unless a hook manager installs its own.
        program: Option<Program>,
    },
    NotReached {
        /// Why, a phrase.
        reason: String,
    },
}

impl Reach {
    fn not(reason: impl Into<String>) -> Self {
        Self::NotReached { reason: reason.into() }
    }

    fn is_reached(&self) -> bool {
        matches!(self, Self::Reached { .. })
    }
}

/// What the ways of all hooks depend on.
pub(super) struct Context<'c> {
    pub(super) dir: &'c HooksDir,
    pub(super) declared: &'c [Declared],
    /// The absolute folders of the `PATH`.
    pub(super) path: Vec<PathBuf>,
}

/// lefthook's ways to find itself by another program: the program, and the file and the word that show its use.
const LEFTHOOK_RUNNERS: [(&str, &str, &str); 7] = [
    ("go", "go.mod", "evilmartians/lefthook"),
    ("bundle", "Gemfile.lock", "lefthook"),
    ("yarn", "package.json", "\"lefthook\""),
    ("pnpm", "package.json", "\"lefthook\""),
    ("uv", "pyproject.toml", "lefthook"),
    ("mise", "mise.toml", "lefthook"),
    ("composer", "composer.json", "lefthook"),
];
/// The places of lefthook in `node_modules`.
const LEFTHOOK_MODULES: [&str; 4] = [
    "node_modules/.bin/lefthook",
    "node_modules/lefthook/bin/index.js",
    "node_modules/@evilmartians/lefthook/bin",
    "node_modules/@evilmartians/lefthook-installer/bin/lefthook",
];

impl Context<'_> {
    /// Follows a hook from the file that git runs.
    pub(super) fn reach(&self, hook: Hook) -> Reach {
        let path = self.dir.path.join(hook.name());
        let reach = match hook_file::read(&path) {
            HookFile::Hook(author) => self.of_author(hook, &path, author),
            HookFile::NotExecutable => {
                Reach::not(format!("{} is not executable, so git does not run it", path.display()))
            }
            HookFile::Unreadable => Reach::not(format!("{} cannot be read", path.display())),
            HookFile::Absent => self.absent(hook),
        };
        if reach.is_reached() { reach } else { self.with_declaration(hook, reach) }
    }

    fn of_author(&self, hook: Hook, path: &Path, author: Author) -> Reach {
        match author {
            Author::Skant { program, needs_earlier } => {
                let kept = KeptFolder::of(path.parent().unwrap_or(Path::new(""))).path();
                if needs_earlier && !kept.is_dir() && path.extension().is_none() {
                    let kept = kept.display();
                    return Reach::not(format!(
                        "the earlier hooks are gone ({kept}): `skant install` goes on without"
                    ));
                }
                self.by_script(By::Own, path, program)
            }
            Author::Edited { program, calls: true } => self.by_script(By::Own, path, program),
            Author::Edited { calls: false, .. } => {
                Reach::not(format!("{} was edited and does not call skant any more", path.display()))
            }
            Author::SkantGlobal { program } => self.by_global(hook, path, program),
            Author::Husky => self.by_husky(hook, path),
            Author::PreCommit { program, config } => {
                self.by_framework(hook, path, Manager::PreCommit, program.as_deref(), config.as_deref())
            }
            Author::Prek { program, config } => {
                self.by_framework(hook, path, Manager::Prek, program.as_deref(), config.as_deref())
            }
            Author::Lefthook { programs } => self.by_lefthook(hook, &programs),
            Author::SimpleGitHooks => self.by_line(hook, path, By::Manager(Manager::SimpleGitHooks)),
            Author::Other => self.by_line(hook, path, By::Line),
        }
    }

    fn by_script(&self, by: By, path: &Path, recorded: Option<PathBuf>) -> Reach {
        let shown = recorded.as_deref().unwrap_or(Path::new("skant")).display().to_string();
        match program::of_script(recorded, &self.path) {
            Some(found) => Reach::Reached {
                by,
                file: path.to_path_buf(),
                entry: None,
                program: Some(Program::at(found)),
            },
            None => Reach::not(format!("the program is gone ({shown}), so that everything is blocked")),
        }
    }

    fn by_global(&self, hook: Hook, path: &Path, recorded: Option<PathBuf>) -> Reach {
        // The script runs the repository's own hook; one of skant's does the check.
        let own = self.dir.own().join(hook.name());
        if let HookFile::Hook(author @ (Author::Skant { .. } | Author::Edited { .. })) = hook_file::read(&own)
        {
            return self.of_author(hook, &own, author);
        }
        if hook == Hook::PreReceive {
            return Reach::not(
                "the hooks for all repositories do not check what a server receives; run `skant install`",
            );
        }
        self.by_script(By::Global, path, recorded)
    }

    fn by_husky(&self, hook: Hook, path: &Path) -> Reach {
        let stubs = path.parent().unwrap_or(Path::new(""));
        if !stubs.join("h").is_file() {
            return Reach::not(format!("husky's {} is gone", stubs.join("h").display()));
        }
        let top = self.dir.top.as_deref();
        let folder = stubs.parent().and_then(|folder| folder.strip_prefix(top?).ok()).and_then(Path::to_str);
        let Some((top, folder)) = top.zip(folder) else {
            return Reach::not("husky's files are outside of the working tree");
        };
        let declared = manager::husky_in(top, folder);
        self.by_config(hook, &declared, "that hook has no file, or no line that calls skant")
    }

    fn by_framework(
        &self,
        hook: Hook,
        path: &Path,
        manager: Manager,
        program: Option<&Path>,
        config: Option<&str>,
    ) -> Reach {
        let name = manager.name();
        let runs = program.is_some_and(is_executable) || program::on_path(&self.path, name).is_some();
        if !runs {
            return Reach::not(format!("{name} itself is gone, so that everything is blocked"));
        }
        // What was there before: pre-commit and prek run it first.
        let legacy = path.with_extension("legacy");
        if let HookFile::Hook(author @ (Author::Skant { .. } | Author::Edited { .. })) =
            hook_file::read(&legacy)
        {
            return self.of_author(hook, &legacy, author);
        }
        let Some(top) = self.dir.top.as_deref() else { return Reach::not("there is no working tree") };
        let named = config.and_then(|file| manager::framework_in(top, file));
        let of = |wanted| self.declared.iter().find(|declared| declared.manager == wanted);
        let usual = of(manager).or_else(|| of(Manager::PreCommit));
        match named.as_ref().or(usual) {
            Some(declared) => {
                let reach = self.by_config(
                    hook,
                    declared,
                    &format!("no hook of {} calls skant for it", declared.file),
                );
                match reach {
                    Reach::Reached { file, entry, program, .. } => {
                        Reach::Reached { by: By::Manager(manager), file, entry, program }
                    }
                    not @ Reach::NotReached { .. } => not,
                }
            }
            None => Reach::not(format!("{name} has no settings file here")),
        }
    }

    fn by_lefthook(&self, hook: Hook, programs: &[PathBuf]) -> Reach {
        let Some(declared) = self.declared.iter().find(|declared| declared.manager == Manager::Lefthook)
        else {
            return Reach::not("lefthook has no settings file here");
        };
        let top = self.dir.top.as_deref().unwrap_or(Path::new(""));
        let runs = program::on_path(&self.path, "lefthook").is_some()
            || programs.iter().any(|program| is_executable(program))
            || LEFTHOOK_MODULES.iter().any(|place| top.join(place).exists())
            || LEFTHOOK_RUNNERS.iter().any(|(runner, file, word)| {
                program::on_path(&self.path, runner).is_some()
                    && matches!(
                        manager::config::read_text(top, file),
                        manager::config::ConfigText::Text(text) if text.contains(word)
                    )
            });
        if !runs {
            return Reach::not("lefthook itself was not found, and its hook passes everything then");
        }
        self.by_config(hook, declared, &format!("no job in {} calls skant for it", declared.file))
    }

    fn by_line(&self, hook: Hook, path: &Path, by: By) -> Reach {
        match third_party::find_call_in(path, hook) {
            None => Reach::not(format!("{} does not call skant, as far as its text shows", path.display())),
            Some(call) if !call.blocks => Reach::not(format!("{}: {}", path.display(), manager::IGNORED)),
            Some(call) => self.with_program(by, path.to_path_buf(), None, Some(&call)),
        }
    }

    /// Follows the settings of a manager.
    fn by_config(&self, hook: Hook, declared: &Declared, otherwise: &str) -> Reach {
        let Some(call) = declared.call(hook) else {
            let unread =
                if declared.is_partly_read { "; it has settings that skant does not read" } else { "" };
            return Reach::not(format!("{}: {otherwise}{unread}", declared.manager.name()));
        };
        if let Some(fault) = call.fault {
            return Reach::not(format!("{}: {fault}", call.place()));
        }
        let file = self.dir.top.as_deref().unwrap_or(Path::new("")).join(&call.file);
        self.with_program(By::Manager(declared.manager), file, call.entry.clone(), call.call.as_ref())
    }

    fn with_program(&self, by: By, file: PathBuf, entry: Option<String>, call: Option<&SkantCall>) -> Reach {
        let program = match call {
            Some(call) if !call.is_wrapped && !call.program.contains(['$', '~', '`']) => {
                match self.find(call) {
                    Some(program) => Some(Program::at(program)),
                    None if call.program.contains('/') => {
                        return Reach::not(format!("the program is gone ({})", call.program));
                    }
                    None => return Reach::not(format!("`{}` is not on the PATH", call.program)),
                }
            }
            _ => None,
        };
        Reach::Reached { by, file, entry, program }
    }

    /// Searches the program of a call, as a shell at the top of the working tree does.
    fn find(&self, call: &SkantCall) -> Option<PathBuf> {
        let top = self.dir.top.as_deref().unwrap_or(&self.dir.common);
        if call.program.contains('/') {
            return Some(top.join(&call.program)).filter(|path| is_executable(path));
        }
        // husky and npm put this folder on the PATH.
        let module = top.join("node_modules/.bin").join(&call.program);
        program::on_path(&self.path, &call.program)
            .or_else(|| Some(module).filter(|path| is_executable(path)))
    }

    fn absent(&self, hook: Hook) -> Reach {
        if !self.dir.path.is_dir() {
            return Reach::not(format!("the hooks folder does not exist: {}", self.dir.path.display()));
        }
        let own = self.dir.own().join(hook.name());
        let is_own = third_party::read_hook(&own)
            .is_some_and(|text| script::origin(&text) != script::Origin::ThirdParty);
        if own != self.dir.path.join(hook.name()) && is_own {
            let folder = self.dir.path.display();
            return Reach::not(format!("skant's hook is not run: `core.hooksPath` leads to {folder}"));
        }
        Reach::not("there is no such hook")
    }

    /// Adds what a manager would do that is declared and not installed here.
    fn with_declaration(&self, hook: Hook, reach: Reach) -> Reach {
        let Reach::NotReached { reason } = reach else { return reach };
        let calls =
            |declared: &&Declared| declared.call(hook).is_some_and(|call: &ConfigCall| call.fault.is_none());
        match self.declared.iter().find(calls) {
            Some(declared) if !reason.contains(declared.manager.name()) => {
                let option = if declared.manager.displaces_hooks() {
                    String::new()
                } else {
                    format!(" -t {}", hook.name())
                };
                Reach::not(format!(
                    "{reason}; {} calls skant once {} is installed here: `{}{option}`",
                    declared.file,
                    declared.manager.name(),
                    declared.install_command
                ))
            }
            _ => Reach::NotReached { reason },
        }
    }

    /// Returns what else calls skant in the hook that runs before skant's own, at `path`; `own` is the file that is known.
    pub(super) fn second_call(&self, hook: Hook, path: &Path, own: &Path) -> Option<String> {
        let HookFile::Hook(author) = hook_file::read(path) else { return None };
        if matches!(author, Author::Skant { .. } | Author::Edited { .. } | Author::SkantGlobal { .. }) {
            return None;
        }
        match self.of_author(hook, path, author) {
            Reach::Reached { file, .. } if file != own => Some(file.display().to_string()),
            _ => None,
        }
    }
}
