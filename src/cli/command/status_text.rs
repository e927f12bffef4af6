//! The state of a clone as text for people.

use std::fmt::Write as _;

use super::clone_state::CloneState;
use crate::hook::status::{By, EnvState, Holder, HookStatus, Program, Reach, Status, SubmoduleState};
use crate::report::human::counted;
use crate::scan::redact;
use crate::text::escape_terminal;

/// The command that installs the hooks of submodules.
const IN_SUBMODULES: &str = "git submodule foreach --recursive 'skant install'";

/// Writes one line for each hook, and the rest of the state below.
pub(super) fn render(clone: &CloneState) -> String {
    let status = &clone.status;
    let mut lines = Lines::default();
    lines.text(&verdict(status));
    lines.add("hooks folder", &folder(status));
    for hook in &status.hooks {
        lines.add(hook.hook.name(), &describe(hook));
    }
    match &clone.settings {
        Ok(files) if files.is_empty() => lines.add("settings", "none; the built-in policy applies"),
        Ok(files) => lines.add("settings", &files.join(", ")),
        Err(error) => lines.add("settings", &format!("NOT usable, so that every hook fails: {error}")),
    }
    for path in &status.unused {
        lines.add("not run", &format!("{}, a hook of skant's; `skant uninstall` removes it", path.display()));
    }
    submodules(clone, &mut lines);
    env_files(clone, &mut lines);
    agents(clone, &mut lines);
    for note in &status.notes {
        lines.add("note", note);
    }
    lines.out
}

fn verdict(status: &Status) -> String {
    let reached = status.hooks.iter().filter(|hook| matches!(hook.reach, Reach::Reached { .. })).count();
    match (status.is_protected(), status.hooks.len()) {
        (true, 1) => "protected: the hook runs skant".to_owned(),
        (true, all) => format!("protected: all {all} hooks run skant"),
        (false, all) => format!("NOT protected: {reached} of {} run skant", counted(all, "hook")),
    }
}

fn folder(status: &Status) -> String {
    let folder = status.folder.display();
    let holder = match status.holder {
        Holder::Repository => "",
        Holder::SkantGlobal => "; skant, for all repositories",
        Holder::Husky => "; husky",
        Holder::Setting => "; not this repository's own",
    };
    match &status.hooks_path {
        None => format!("{folder}{holder}"),
        Some(setting) => {
            format!("{folder} (`core.hooksPath`, {}, {}{holder})", setting.scope, setting.origin)
        }
    }
}

fn describe(hook: &HookStatus) -> String {
    match &hook.reach {
        Reach::NotReached { reason } => format!("NOT checked: {reason}"),
        Reach::Reached { by, file, entry, program } => {
            let place = match entry {
                Some(entry) => format!("{}, {entry}", file.display()),
                None => file.display().to_string(),
            };
            let way = match by {
                By::Own => "skant's own hook".to_owned(),
                By::Global => "skant's hook for all repositories".to_owned(),
                By::Manager(manager) => format!("{}: {place}", manager.name()),
                By::Line => format!("a line in {place}"),
            };
            match program {
                Some(program) => format!("{way} -> {}", describe_program(program)),
                None => way,
            }
        }
    }
}

fn describe_program(program: &Program) -> String {
    let version = program.version.as_deref().unwrap_or("version unknown");
    format!("{} ({version})", program.path.display())
}

fn submodules(clone: &CloneState, lines: &mut Lines) {
    let mut is_any_open = false;
    for submodule in &clone.submodules {
        let state = match submodule.state {
            SubmoduleState::Protected => "protected",
            SubmoduleState::NotProtected => "NOT protected; it has hooks of its own",
            SubmoduleState::Absent => continue,
        };
        is_any_open |= submodule.state == SubmoduleState::NotProtected;
        lines.add("submodule", &format!("{}: {state}", String::from_utf8_lossy(&submodule.path)));
    }
    if clone.more_submodules > 0 {
        lines.add("submodule", &format!("{} more were not examined", clone.more_submodules));
    }
    if is_any_open || clone.more_submodules > 0 {
        lines.add("", &format!("to install there: {IN_SUBMODULES}"));
    }
}

fn env_files(clone: &CloneState, lines: &mut Lines) {
    for file in &clone.env_files {
        let state = match file.state {
            EnvState::Ignored => "ignored by git",
            EnvState::Tracked => "TRACKED by git; `git rm --cached` takes it out, its history stays",
            EnvState::NotIgnored => "NOT ignored by git; add it to `.gitignore`",
        };
        lines.add("environment file", &format!("{}: {state}", String::from_utf8_lossy(&file.path)));
    }
}

fn agents(clone: &CloneState, lines: &mut Lines) {
    let mut is_any_open = false;
    for agent in &clone.agents {
        let files: Vec<String> = agent.files.iter().map(|file| file.display().to_string()).collect();
        let state = if agent.is_installed() {
            format!("hooks in {}", files.join(", "))
        } else if files.is_empty() && agent.faults.is_empty() {
            "NOT checked: no hook of skant".to_owned()
        } else {
            let mut wrong = agent.faults.clone();
            if !agent.missing.is_empty() {
                wrong.push(format!("no hook for {}", agent.missing.join(", ")));
            }
            format!("NOT checked: {}", wrong.join("; "))
        };
        is_any_open |= !agent.is_installed();
        lines.add(&format!("agent {}", agent.target.name), &state);
        for step in agent.target.steps.iter().filter(|_| agent.is_installed()) {
            lines.add("", &format!("if not done yet: {step}"));
        }
    }
    if is_any_open {
        lines.add("", "`skant agent install` installs the hooks of agents, `--global` for all projects");
    }
}

/// The lines of the text; everything in them is escaped and redacted.
#[derive(Default)]
struct Lines {
    out: String,
}

impl Lines {
    fn text(&mut self, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.out, "{}", redact(&escape_terminal(text.as_bytes())));
    }

    fn add(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.out, "{label:<17} {}", redact(&escape_terminal(text.as_bytes())));
    }
}
