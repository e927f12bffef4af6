//! The configurations into which hooks are installed, a row for each agent. The forms and their sources are in
//! docs/agents.md.

use super::command::for_powershell;
use super::event_hooks::Shape;
use super::json_spans::Dialect;
use super::json_write::Json;

/// An agent whose hooks can be installed.
pub(crate) struct Target {
    /// The name for `--agent`.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Other names that people use.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) shape: Shape,
    /// The file for one project, from its top; `None` if the agent reads none.
    pub(crate) project: Option<&'static str>,
    /// The file for all projects, from the home folder.
    pub(crate) global: &'static str,
    /// A variable that names the folder of [`Target::global`], and the file in it.
    pub(crate) variable: Option<(&'static str, &'static str)>,
    /// Folders in the home folder by which the agent is found.
    pub(crate) traces: &'static [&'static str],
    /// Folders in a project by which the agent is found.
    pub(crate) project_traces: &'static [&'static str],
    /// What a person still has to do.
    pub(crate) steps: &'static [&'static str],
}

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "claude-code",
        title: "Claude Code",
        aliases: &["claude"],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: false,
            events: &["UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolBatch"],
            entry: group,
        },
        project: Some(".claude/settings.local.json"),
        global: ".claude/settings.json",
        variable: Some(("CLAUDE_CONFIG_DIR", "settings.json")),
        traces: &[".claude"],
        project_traces: &[".claude"],
        steps: &[
            "run Claude Code 2.1.121 or later (`claude --version`): earlier ones show the output of tools to the model, and those of 2.0 take no hook from a file that names an event of today",
        ],
    },
    Target {
        name: "codex",
        title: "Codex CLI",
        aliases: &["codex-cli"],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: false,
            events: &["UserPromptSubmit", "PreToolUse", "PostToolUse"],
            entry: group,
        },
        project: Some(".codex/hooks.json"),
        global: ".codex/hooks.json",
        variable: Some(("CODEX_HOME", "hooks.json")),
        traces: &[".codex"],
        project_traces: &[".codex"],
        steps: &[
            "trust the hooks: start Codex and enter `/hooks`. Until then, and after each change, it runs none",
        ],
    },
    Target {
        name: "cursor",
        title: "Cursor",
        aliases: &[],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: true,
            events: &[
                "beforeSubmitPrompt",
                "preToolUse",
                "beforeReadFile",
                "beforeTabFileRead",
                "postToolUse",
            ],
            entry: |_, command| {
                Json::Object(vec![("command", Json::text(command)), ("failClosed", Json::Plain("true"))])
            },
        },
        project: Some(".cursor/hooks.json"),
        global: ".cursor/hooks.json",
        variable: None,
        traces: &[".cursor"],
        project_traces: &[".cursor"],
        steps: &[],
    },
    Target {
        name: "gemini",
        title: "Gemini CLI",
        aliases: &["gemini-cli"],
        shape: Shape {
            dialect: Dialect::WithComments,
            has_version: false,
            events: &["BeforeAgent", "BeforeTool", "AfterTool"],
            entry: |event, command| {
                let hook = Json::Object(vec![
                    ("name", Json::text("skant")),
                    ("type", Json::text("command")),
                    ("command", Json::text(command)),
                ]);
                matched(event, hook)
            },
        },
        project: Some(".gemini/settings.json"),
        global: ".gemini/settings.json",
        variable: None,
        traces: &[".gemini"],
        project_traces: &[".gemini"],
        steps: &[
            "trust the folder: in one that is not, or with `--skip-trust`, Gemini CLI runs no hook of a project",
        ],
    },
    Target {
        name: "copilot",
        title: "Copilot CLI",
        aliases: &["copilot-cli"],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: true,
            events: &["userPromptSubmitted", "preToolUse", "postToolUse"],
            entry: |_, command| {
                Json::Object(vec![
                    ("type", Json::text("command")),
                    ("bash", Json::text(command)),
                    ("powershell", Json::text(for_powershell(command))),
                ])
            },
        },
        project: Some(".github/hooks/skant.json"),
        global: ".copilot/hooks/skant.json",
        variable: Some(("COPILOT_HOME", "hooks/skant.json")),
        traces: &[".copilot"],
        project_traces: &[".github/hooks"],
        steps: &[
            "run Copilot CLI 1.0.61 or later (`copilot --version`): earlier ones show the output of tools to the model",
            "trust the folder: `copilot -p` runs the hooks of a project only in one that is, or with `--trust-folder`",
        ],
    },
    Target {
        name: "vs-code",
        title: "VS Code",
        aliases: &["vscode", "code"],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: false,
            events: &["UserPromptSubmit", "PreToolUse", "PostToolUse"],
            entry: group,
        },
        // VS Code reads the files of Claude Code.
        project: Some(".claude/settings.local.json"),
        global: ".claude/settings.json",
        variable: None,
        traces: &[".config/Code", "Library/Application Support/Code", "AppData/Roaming/Code"],
        project_traces: &[],
        steps: &[
            "hooks of agents are a preview: switch them on in the settings of VS Code (search for `chat hooks`)",
        ],
    },
    Target {
        name: "windsurf",
        title: "Windsurf",
        aliases: &["cascade"],
        shape: Shape {
            dialect: Dialect::Strict,
            has_version: false,
            events: &[
                "pre_user_prompt",
                "pre_run_command",
                "pre_write_code",
                "pre_read_code",
                "pre_mcp_tool_use",
            ],
            entry: |_, command| {
                Json::Object(vec![("command", Json::text(command)), ("show_output", Json::Plain("true"))])
            },
        },
        project: Some(".windsurf/hooks.json"),
        global: ".codeium/windsurf/hooks.json",
        variable: None,
        traces: &[".codeium/windsurf"],
        project_traces: &[".windsurf"],
        steps: &["restart Windsurf"],
    },
];

/// Returns the agent of a name.
pub(crate) fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name || target.aliases.contains(&name))
}

/// The entry of Claude Code, which others have taken over.
fn group(event: &str, command: &str) -> Json {
    let hook = Json::Object(vec![("type", Json::text("command")), ("command", Json::text(command))]);
    matched(event, hook)
}

/// A hook for every tool; a prompt, and a number of tools together, have none.
fn matched(event: &str, hook: Json) -> Json {
    let hooks = ("hooks", Json::List(vec![hook]));
    let has_no_tool = ["UserPromptSubmit", "BeforeAgent", "PostToolBatch"].contains(&event);
    Json::Object(if has_no_tool { vec![hooks] } else { vec![("matcher", Json::text(".*")), hooks] })
}
