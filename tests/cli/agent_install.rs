//! `skant agent install` and `uninstall`, as a person runs them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        each_agent_gets_its_hooks_and_loses_them_without_a_trace,
        a_refused_file_stops_all_of_them,
        links_and_modes_are_kept,
        what_switches_hooks_off_is_said,
        status_names_what_is_missing,
        the_installed_command_answers
    ]
}

/// Each agent with its file for a project and for all projects.
const FILES: [(&str, &str, &str); 7] = [
    ("claude-code", ".claude/settings.local.json", ".claude/settings.json"),
    ("codex", ".codex/hooks.json", ".codex/hooks.json"),
    ("cursor", ".cursor/hooks.json", ".cursor/hooks.json"),
    ("gemini", ".gemini/settings.json", ".gemini/settings.json"),
    ("copilot", ".github/hooks/skant.json", ".copilot/hooks/skant.json"),
    ("vs-code", ".claude/settings.local.json", ".claude/settings.json"),
    ("windsurf", ".windsurf/hooks.json", ".codeium/windsurf/hooks.json"),
];

fn home(sandbox: &Sandbox) -> PathBuf {
    sandbox.sibling("home")
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.skant(&[&["agent"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text_of(&output));
    text_of(&output)
}

/// Returns all files below a folder with their content.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(tree(&path));
        } else {
            let content = fs::read(&path).unwrap();
            found.push((path, content));
        }
    }
    found.sort();
    found
}

fn each_agent_gets_its_hooks_and_loses_them_without_a_trace() {
    for (agent, project, global) in FILES {
        for (scope, file) in [(&[][..], project), (&["--global"][..], global)] {
            let sandbox = Sandbox::empty();
            let root = if scope.is_empty() { sandbox.dir.clone() } else { home(&sandbox) };
            let with = |command: &'static str| [&[command, "--agent", agent], scope].concat();
            let before = tree(&root);
            assert!(run(&sandbox, &with("install")).contains("installed: "), "{agent}");
            let installed = fs::read_to_string(root.join(file)).unwrap();
            let program = skant_program();
            assert!(installed.contains(&format!("{} agent hook", program.display())), "{installed}");
            serde_json::from_str::<Value>(&installed).unwrap();
            assert!(run(&sandbox, &with("install")).contains("already installed: "), "{agent}");
            assert_eq!(fs::read_to_string(root.join(file)).unwrap(), installed, "{agent}, twice");
            assert!(run(&sandbox, &with("uninstall")).contains("removed: "), "{agent}");
            assert_eq!(tree(&root), before, "{agent} {scope:?}");
            assert!(run(&sandbox, &with("uninstall")).contains("not installed: "), "{agent}");
            // A configuration that was there.
            let own = "{\r\n\t\"version\":1,\r\n\t\"a\":[ ]\r\n}";
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), own).unwrap();
            run(&sandbox, &with("install"));
            run(&sandbox, &with("uninstall"));
            assert_eq!(fs::read_to_string(root.join(file)).unwrap(), own, "{agent}");
        }
    }
}

fn a_refused_file_stops_all_of_them() {
    let sandbox = Sandbox::empty();
    let nothing = sandbox.skant(&["agent", "install"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", text_of(&nothing));
    assert!(text_of(&nothing).contains("claude-code, codex"), "{}", text_of(&nothing));
    sandbox.write(".claude/settings.local.json", "{}");
    sandbox.write(".cursor/hooks.json", "{\n // mine\n}");
    let refused = sandbox.skant(&["agent", "install"]);
    let text = text_of(&refused);
    assert_eq!(refused.status.code(), Some(2), "{text}");
    assert!(
        text.contains("line 2 of") && text.contains(".cursor/hooks.json") && text.contains("help: "),
        "{text}"
    );
    assert_eq!(fs::read_to_string(sandbox.dir.join(".claude/settings.local.json")).unwrap(), "{}");
    sandbox.write(".cursor/hooks.json", [0xff, 0xfe]);
    assert!(text_of(&sandbox.skant(&["agent", "install"])).contains("not text in UTF-8"));
    let unknown = sandbox.skant(&["agent", "install", "--agent", "nobody"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", text_of(&unknown));
}

fn links_and_modes_are_kept() {
    let sandbox = Sandbox::empty();
    let dotfiles = home(&sandbox).join("dotfiles/claude.json");
    fs::create_dir_all(dotfiles.parent().unwrap()).unwrap();
    fs::create_dir_all(home(&sandbox).join(".claude")).unwrap();
    fs::write(&dotfiles, "{\"model\":\"x\"}").unwrap();
    fs::set_permissions(&dotfiles, fs::Permissions::from_mode(0o600)).unwrap();
    let link = home(&sandbox).join(".claude/settings.json");
    symlink("../dotfiles/claude.json", &link).unwrap();
    run(&sandbox, &["install", "--global"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&dotfiles).unwrap().contains("agent hook"));
    assert_eq!(fs::metadata(&dotfiles).unwrap().permissions().mode() & 0o777, 0o600);
    run(&sandbox, &["uninstall", "--global"]);
    assert_eq!(fs::read_to_string(&dotfiles).unwrap(), "{\"model\":\"x\"}");
    // A link to somewhere else is not followed, and one to nothing is no file.
    let elsewhere = sandbox.sibling("elsewhere.json");
    fs::write(&elsewhere, "{}").unwrap();
    for target in ["../../elsewhere.json", "nowhere"] {
        fs::remove_file(&link).unwrap();
        symlink(target, &link).unwrap();
        let output = sandbox.skant(&["agent", "install", "--global"]);
        assert_eq!(output.status.code(), Some(2), "{target}: {}", text_of(&output));
    }
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "{}");
}

fn what_switches_hooks_off_is_said() {
    let sandbox = Sandbox::empty();
    assert!(run(&sandbox, &["uninstall"]).contains("no hooks of coding agents"));
    sandbox.write(".claude/settings.local.json", "{\"disableAllHooks\": true}");
    let said = run(&sandbox, &["install"]);
    assert!(said.contains("still to do: `disableAllHooks` in ") && said.contains("; remove it"), "{said}");
    run(&sandbox, &["uninstall"]);
    sandbox.write(".claude/settings.local.json", "{}");
    assert!(!run(&sandbox, &["install"]).contains("disableAllHooks"));
}

fn status_names_what_is_missing() {
    let sandbox = Sandbox::repo();
    let agents = |sandbox: &Sandbox| -> Value {
        let output = sandbox.skant(&["status", "--json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["agents"].clone()
    };
    assert_eq!(agents(&sandbox), serde_json::json!([]));
    fs::create_dir(home(&sandbox).join(".claude")).unwrap();
    fs::create_dir(home(&sandbox).join(".codex")).unwrap();
    assert_eq!(agents(&sandbox)[0]["installed"], false);
    let text = text_of(&sandbox.skant(&["status"]));
    assert!(text.contains("agent codex") && text.contains("NOT checked: no hook of skant"), "{text}");
    let said = run(&sandbox, &["install", "--global"]);
    assert!(said.contains("still to do: trust the hooks"), "{said}");
    assert_eq!(agents(&sandbox)[0]["installed"], true, "{said}");
    assert!(text_of(&sandbox.skant(&["status"])).contains("if not done yet: trust the hooks"));
    let settings = home(&sandbox).join(".claude/settings.json");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("PostToolUse", "Stop")).unwrap();
    assert_eq!(agents(&sandbox)[0]["missing"], serde_json::json!(["PostToolUse"]));
    // The settings of the project add to those of the home folder, or switch all off.
    sandbox.write(".claude/settings.json", &text);
    assert_eq!(agents(&sandbox)[0]["installed"], true);
    sandbox.write(".claude/settings.local.json", "{\"disableAllHooks\": true}");
    assert_eq!(agents(&sandbox)[0]["installed"], false);
    assert!(text_of(&sandbox.skant(&["status"])).contains("`disableAllHooks` in "));
}

fn the_installed_command_answers() {
    let sandbox = Sandbox::repo();
    run(&sandbox, &["install", "--agent", "claude"]);
    let settings: Value =
        serde_json::from_slice(&fs::read(sandbox.dir.join(".claude/settings.local.json")).unwrap()).unwrap();
    let command = settings["hooks"]["UserPromptSubmit"][0]["hooks"][0]["command"].as_str().unwrap();
    let event =
        r#"{"session_id":"s","transcript_path":"/t","hook_event_name":"UserPromptSubmit","prompt":"hello"}"#;
    assert_eq!(sandbox.sh(&format!("echo '{event}' | {command}")), "{}");
}
