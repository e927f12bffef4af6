//! The lines that call skant from the files of a hook manager, ready to be pasted.

use std::path::Path;

use super::config::{ConfigText, read_text};
use super::{Declared, Manager};
use crate::hook::git_hook::Hook;

/// Returns what to do so that a manager calls skant for these hooks. `folder` is the folder in which commands are run.
pub(crate) fn lines(top: &Path, folder: &Path, declared: &Declared, hooks: &[Hook]) -> Vec<String> {
    let mut lines = match declared.manager {
        Manager::Husky => {
            let husky = if declared.file.contains(".husky") { &declared.file } else { ".husky" };
            husky_lines(top, folder, husky, hooks)
        }
        Manager::Lefthook => lefthook_lines(declared, hooks),
        Manager::SimpleGitHooks => simple_git_hooks_lines(declared, hooks),
        Manager::PreCommit | Manager::Prek => return framework_lines(declared, hooks),
    };
    let faults = hooks.iter().filter_map(|hook| {
        let call = declared.call(*hook)?;
        Some(format!("({}: the call that is there does not count: {})", call.place(), call.fault?))
    });
    lines.extend(faults);
    lines
}

/// Returns shell commands that append the lines to husky's files.
pub(crate) fn husky_lines(top: &Path, folder: &Path, husky: &str, hooks: &[Hook]) -> Vec<String> {
    let place =
        |file: String| quoted(&if top == folder { file } else { top.join(&file).display().to_string() });
    let line = |hook: &Hook| {
        let name = hook.name();
        let file = format!("{husky}/{name}");
        let is_open = matches!(read_text(top, &file), ConfigText::Text(text) if !text.is_empty() && !text.ends_with('\n'));
        let shown = place(file);
        if is_open {
            format!("printf '\\nskant hook {name} \"$@\"\\n' >> {shown}")
        } else {
            format!("echo 'skant hook {name} \"$@\"' >> {shown}")
        }
    };
    let missing = !top.join(husky).is_dir();
    let folder_line = format!("mkdir -p {}", place(husky.to_owned()));
    missing.then_some(folder_line).into_iter().chain(hooks.iter().map(line)).collect()
}

/// Quotes a path for a shell if it needs that.
fn quoted(path: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+@".contains(character);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn lefthook_lines(declared: &Declared, hooks: &[Hook]) -> Vec<String> {
    let mut lines = vec![format!("in {}:", declared.file)];
    for hook in hooks {
        let entry = declared.entries.iter().find(|(known, _)| known == hook);
        let (arguments, input) = match hook {
            Hook::CommitMsg => (" {1}", false),
            Hook::PrePush => (" {0}", true),
            Hook::PreCommit | Hook::PreMergeCommit | Hook::PreReceive => ("", false),
        };
        let (name, run) = (hook.name(), format!("skant hook {}{arguments}", hook.name()));
        let text = match (declared.file.rsplit('.').next(), entry) {
            (Some("toml"), _) => {
                let input = if input { "\nuse_stdin = true" } else { "" };
                format!("[[{name}.jobs]]\nname = \"skant\"\nrun = \"{run}\"{input}")
            }
            (Some("json" | "jsonc"), _) => {
                let input = if input { ", \"use_stdin\": true" } else { "" };
                format!("\"{name}\": {{ \"jobs\": [{{ \"name\": \"skant\", \"run\": \"{run}\"{input} }}] }},")
            }
            (_, Some((_, "commands"))) => {
                let input = if input { "\n      use_stdin: true" } else { "" };
                format!(
                    "# below `commands:` of the `{name}:` that is there\n    skant:\n      run: {run}{input}"
                )
            }
            (_, entry) => {
                let input = if input { "\n      use_stdin: true" } else { "" };
                let head = match entry {
                    Some((_, "jobs")) => format!("# below `jobs:` of the `{name}:` that is there"),
                    Some(_) => format!("# below the `{name}:` that is there\n  jobs:"),
                    None => format!("{name}:\n  jobs:"),
                };
                format!("{head}\n    - name: skant\n      run: {run}{input}")
            }
        };
        lines.extend(text.lines().map(|line| format!("  {line}")));
    }
    lines.push("then run:".to_owned());
    lines.push(format!("  {}", declared.install_command));
    lines
}

fn simple_git_hooks_lines(declared: &Declared, hooks: &[Hook]) -> Vec<String> {
    let mut lines = vec![format!("in {}, in `simple-git-hooks`:", declared.file)];
    for hook in hooks {
        let name = hook.name();
        let is_there = declared.entries.iter().any(|(known, _)| known == hook);
        let rest = if is_there { " && (the command that is there)" } else { "" };
        lines.push(format!("  \"{name}\": \"skant hook {name} \\\"$@\\\"{rest}\","));
    }
    lines.push("then run:".to_owned());
    lines.push(format!("  {}", declared.install_command));
    lines
}

/// Returns the command that installs the framework for these hooks; the settings need skant's ids as well.
fn framework_lines(declared: &Declared, hooks: &[Hook]) -> Vec<String> {
    let types: Vec<String> = hooks.iter().map(|hook| format!(" -t {}", hook.name())).collect();
    vec![format!("{}{}", declared.install_command, types.concat())]
}
