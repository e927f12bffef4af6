//! The folders in which agents keep text on this machine, and what is in them. Sources: the agents' documentation.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What a file of an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Transcript,
    History,
    Cache,
    Snapshot,
    Log,
    /// Settings, with approved commands.
    Settings,
    /// The configuration of MCP servers: without its keys the servers do not work.
    Configuration,
    /// The agent's own login: where it belongs.
    Credentials,
    /// Another file.
    Other,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::History => "history",
            Self::Cache => "cache",
            Self::Snapshot => "snapshot",
            Self::Log => "log",
            Self::Settings => "settings",
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Other => "other",
        }
    }
}

/// A folder or a file of an agent.
struct Root {
    agent: &'static str,
    /// The path from the home folder.
    path: &'static str,
    /// A variable that names another folder.
    variable: Option<&'static str>,
}

const fn root(agent: &'static str, path: &'static str, variable: Option<&'static str>) -> Root {
    Root { agent, path, variable }
}

const ROOTS: [Root; 27] = [
    root("claude-code", ".claude", Some("CLAUDE_CONFIG_DIR")),
    root("claude-code", ".claude.json", None),
    root("claude-code", ".config/anthropic/credentials", None),
    root("claude-code", ".cache/claude-cli-nodejs", None),
    root("claude-code", "Library/Caches/claude-cli-nodejs", None),
    root("claude-code", "AppData/Local/claude-cli-nodejs", None),
    root("codex", ".codex", Some("CODEX_HOME")),
    root("cursor", ".cursor", None),
    root("cursor", ".config/Cursor/User", None),
    root("cursor", "Library/Application Support/Cursor/User", None),
    root("cursor", "AppData/Roaming/Cursor/User", None),
    root("gemini", ".gemini", None),
    root("copilot", ".copilot", Some("COPILOT_HOME")),
    root("vs-code", ".config/Code/User", None),
    root("vs-code", "Library/Application Support/Code/User", None),
    root("vs-code", "AppData/Roaming/Code/User", None),
    root("kiro", ".kiro", None),
    root("junie", ".junie", None),
    root("windsurf", ".codeium/windsurf", None),
    root("windsurf", ".config/Windsurf/User", None),
    root("windsurf", "Library/Application Support/Windsurf/User", None),
    root("vibe", ".vibe", Some("VIBE_HOME")),
    root("opencode", ".local/share/opencode", None),
    root("opencode", ".config/opencode", None),
    root("aider", ".aider.conf.yml", None),
    root("amp", ".local/share/amp", None),
    root("goose", ".local/share/goose", None),
];

/// The files of a project with keys for agents, and commands that a person approved.
const IN_PROJECT: [(&str, &str, Kind); 8] = [
    ("claude-code", ".claude/settings.local.json", Kind::Settings),
    ("claude-code", ".claude/settings.json", Kind::Configuration),
    ("claude-code", ".mcp.json", Kind::Configuration),
    ("cursor", ".cursor/mcp.json", Kind::Configuration),
    ("vs-code", ".vscode/mcp.json", Kind::Configuration),
    ("gemini", ".gemini/settings.json", Kind::Configuration),
    ("kiro", ".kiro/settings/mcp.json", Kind::Configuration),
    ("codex", ".codex/config.toml", Kind::Configuration),
];

/// What a path below a root is: a pattern, the kind, and the component that names the session, from 0. A pattern that
/// ends with `/` is a folder at the start, another one the end of the path. The first that fits counts.
const KINDS: [(&str, Kind, Option<usize>); 31] = [
    (".credentials.json", Kind::Credentials, None),
    ("auth.json", Kind::Credentials, None),
    ("oauth_creds.json", Kind::Credentials, None),
    ("oauth-tokens.json", Kind::Credentials, None),
    ("mcp-secrets/", Kind::Credentials, None),
    ("config/anthropic/credentials", Kind::Credentials, None),
    (".claude.json", Kind::Configuration, None),
    ("mcp.json", Kind::Configuration, None),
    ("mcp-config.json", Kind::Configuration, None),
    ("mcp_config.json", Kind::Configuration, None),
    ("config.toml", Kind::Configuration, None),
    ("opencode.json", Kind::Configuration, None),
    (".aider.conf.yml", Kind::Configuration, None),
    ("settings.json", Kind::Configuration, None),
    ("settings.local.json", Kind::Settings, None),
    ("projects/", Kind::Transcript, Some(2)),
    ("session-state/", Kind::Transcript, Some(1)),
    ("sessions/", Kind::Transcript, None),
    ("storage/", Kind::Transcript, None),
    ("history.jsonl", Kind::History, None),
    ("file-history/", Kind::Snapshot, Some(1)),
    ("history/", Kind::Snapshot, Some(1)),
    ("shell-snapshots/", Kind::Snapshot, None),
    ("paste-cache/", Kind::Cache, None),
    ("uploads/", Kind::Cache, None),
    ("debug/", Kind::Log, Some(1)),
    ("logs/", Kind::Log, None),
    ("tmp/", Kind::Transcript, Some(1)),
    ("workspaceStorage/", Kind::Transcript, None),
    ("globalStorage/", Kind::Transcript, None),
    (".output", Kind::Transcript, Some(1)),
];

/// Folders with programs of others, which are no text of a session.
pub(crate) const PROGRAMS: [&str; 5] = ["node_modules", "extensions", "plugins", "local", "bin"];

/// A folder or file to search.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) agent: &'static str,
    pub(crate) path: PathBuf,
    /// The kind, if it is one file of which the kind is known.
    pub(crate) kind: Option<Kind>,
}

/// Returns the areas on this machine: those of the home folder, and those of projects.
pub(crate) fn areas(
    home: Option<&Path>,
    projects: &[PathBuf],
    variable: fn(&str) -> Option<OsString>,
) -> Vec<Area> {
    let mut found: Vec<Area> = Vec::new();
    for root in &ROOTS {
        let named = root.variable.and_then(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let paths = named.into_iter().chain(home.map(|home| home.join(root.path)));
        found.extend(paths.map(|path| Area { agent: root.agent, path, kind: None }));
    }
    found.extend(temporary(home, variable));
    for project in projects {
        let files = IN_PROJECT.iter();
        found.extend(files.map(|(agent, path, kind)| Area {
            agent,
            path: project.join(path),
            kind: Some(*kind),
        }));
    }
    found.retain(|area| area.path.symlink_metadata().is_ok());
    found
}

/// Returns the folder in which Claude Code keeps the outputs of commands while it runs, and often longer.
fn temporary(home: Option<&Path>, variable: fn(&str) -> Option<OsString>) -> Option<Area> {
    let named = ["CLAUDE_CODE_TMPDIR", "TMPDIR"].into_iter().find_map(variable);
    let folder =
        named.filter(|folder| !folder.is_empty()).map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    let user = owner(home?)?;
    let path = folder.join(format!("claude-{user}"));
    // Everybody may make a folder of this name there.
    let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let is_own = is_folder && owner(&path) == Some(user);
    is_own.then_some(Area { agent: "claude-code", path, kind: None })
}

/// Returns the number of the user who owns a file; `None` on a system without such numbers.
#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

/// Returns what a file below a root is, and the session that it is of. `relative` has `/`.
pub(crate) fn classify(relative: &str) -> (Kind, Option<String>) {
    let row = KINDS.iter().find(|(pattern, ..)| {
        if pattern.ends_with('/') { relative.starts_with(pattern) } else { relative.ends_with(pattern) }
    });
    let Some((_, kind, component)) = row else {
        // Some agents have a folder for transcripts or logs in each project.
        let is_transcript = relative.contains("transcripts/") || relative.contains("chatSessions/");
        let is_log = relative.contains("/mcp-logs-");
        let kind = match (is_transcript, is_log) {
            (true, _) => Kind::Transcript,
            (false, true) => Kind::Log,
            (false, false) => Kind::Other,
        };
        return (kind, is_transcript.then(|| session_of(relative, None)));
    };
    let is_of_session = component.is_some() || *kind == Kind::Transcript;
    (*kind, is_of_session.then(|| session_of(relative, *component)))
}

/// Returns the name of a session: a component without its ending, or all of the path.
fn session_of(relative: &str, component: Option<usize>) -> String {
    let Some(component) = component else { return relative.to_owned() };
    let parts: Vec<&str> = relative.split('/').take(component + 1).collect();
    let name = parts.join("/");
    name.rsplit_once('.')
        .filter(|(stem, _)| !stem.ends_with('/'))
        .map_or(name.clone(), |(stem, _)| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_subagents_are_of_the_session() {
        let session = |path| classify(path).1;
        let main = session("projects/-home-ada-shop/3b7a.jsonl");
        assert_eq!(main.as_deref(), Some("projects/-home-ada-shop/3b7a"));
        assert_eq!(session("projects/-home-ada-shop/3b7a/subagents/agent-1.jsonl"), main);
        assert_eq!(session("projects/-home-ada-shop/3b7a/tool-results/x.txt"), main);
        assert_eq!(session("-home-ada-shop/3b7a/tasks/b1.output").as_deref(), Some("-home-ada-shop/3b7a"));
        assert_eq!(classify("-home-ada-shop/mcp-logs-db/2026-11-30.jsonl").0, Kind::Log);
        assert_eq!(classify("paste-cache/1.txt"), (Kind::Cache, None));
        assert_eq!(classify(".credentials.json"), (Kind::Credentials, None));
        assert_eq!(classify("a/agent-transcripts/1.jsonl").0, Kind::Transcript);
    }
}
