//! The plugins for coding agents in `packaging/agents/`, and what packages ship of an agent.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, archives, needs, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        the_plugin_of_claude_code_runs_skant_or_blocks,
        the_marketplace_names_the_plugin,
        the_plugin_of_opencode_stops_and_masks,
        a_package_with_the_settings_of_an_agent_is_found
    ]
}

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> Value {
    serde_json::from_slice(&fs::read(file(path)).unwrap()).unwrap()
}

fn the_plugin_of_claude_code_runs_skant_or_blocks() {
    let sandbox = Sandbox::repo();
    let hooks = read("packaging/agents/claude-code/hooks/hooks.json");
    for event in ["UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolBatch"] {
        let command = hooks["hooks"][event][0]["hooks"][0]["command"].as_str().unwrap();
        let payload = json!({"session_id": "s", "transcript_path": "/t", "hook_event_name": event, "prompt": "hello",
            "tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_response": {"stdout": ""}});
        assert_eq!(sandbox.sh(&format!("echo '{payload}' | {{ {command}; }}")), "{}", "{event}");
        // Exit code 2 is the only one that blocks.
        let missing =
            sandbox.command("/bin/sh").args(["-c", command]).env("PATH", "/nonexistent").output().unwrap();
        assert_eq!(missing.status.code(), Some(2), "{}", text_of(&missing));
        assert!(text_of(&missing).starts_with("skant: it is not on the PATH"), "{}", text_of(&missing));
    }
}

fn the_marketplace_names_the_plugin() {
    let marketplace = read(".claude-plugin/marketplace.json");
    let plugin = &marketplace["plugins"][0];
    let source = plugin["source"].as_str().unwrap();
    let manifest = read(&format!("{source}/.claude-plugin/plugin.json"));
    assert_eq!(manifest["name"], plugin["name"]);
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["repository"], env!("CARGO_PKG_REPOSITORY"));
    assert!(marketplace["owner"]["name"].is_string() && marketplace["name"].is_string());
}

fn the_plugin_of_opencode_stops_and_masks() -> Ran {
    needs::program("node")?;
    let sandbox = Sandbox::repo();
    let key = tokens::token("API03", "opencode");
    fs::copy(file("packaging/agents/opencode/skant.js"), sandbox.dir.join("skant.mjs")).unwrap();
    sandbox.write(
        "try.mjs",
        r#"
import { Skant } from "./skant.mjs";
const key = process.argv[2];
const hooks = await Skant({ directory: process.cwd() });
const said = [];
const before = async (tool, args) => {
  try { await hooks["tool.execute.before"]({ tool, sessionID: "s" }, { args }); said.push("pass"); }
  catch (error) { said.push(error.message); }
};
await before("bash", { command: "ls" });
await before("bash", { command: "curl -H 'x-api-key: " + key + "' x" });
await before("write", { filePath: "a.py", content: "KEY = '" + key + "'\n" });
const output = { title: "cat", output: "key: " + key + "\n", metadata: { preview: key } };
await hooks["tool.execute.after"]({ tool: "bash", sessionID: "s" }, output);
said.push(output);
const mcp = { content: [{ type: "text", text: "key: " + key }] };
await hooks["tool.execute.after"]({ tool: "t_leak", sessionID: "s" }, mcp);
const messages = [{ info: {}, parts: [{ type: "tool", state: { status: "error", error: "failed: " + key } }] }];
await hooks["experimental.chat.messages.transform"]({}, { messages });
said.push(mcp.content[0].text, messages[0].parts[0].state.error);
for (const text of ["hello", "use " + key]) {
  try { await hooks["chat.message"]({ sessionID: "s" }, { parts: [{ type: "text", text }] }); said.push("pass"); }
  catch (error) { said.push(error.message); }
}
console.log(JSON.stringify(said));
"#,
    );
    let said: Value = serde_json::from_str(&sandbox.sh(&format!("node try.mjs {key}"))).unwrap();
    assert_eq!(said[0], "pass");
    assert!(said[1].as_str().unwrap().starts_with("skant: this call of a tool holds a secret"), "{said}");
    assert!(said[2].as_str().unwrap().starts_with("skant: this change of a file"), "{said}");
    assert!(said[3]["output"].as_str().unwrap().starts_with("key: sk-ant-api03-"), "{said}");
    assert!(said[4].as_str().unwrap().starts_with("key: sk-ant-api03-"), "{said}");
    assert!(said[5].as_str().unwrap().starts_with("failed: sk-ant-api03-"), "{said}");
    assert_eq!(said[6], "pass");
    assert!(said[7].as_str().unwrap().starts_with("skant: this prompt holds a secret"), "{said}");
    assert!(!said.to_string().contains(&key[20..60]), "{said}");
    // Without skant the call is stopped.
    let output =
        sandbox.try_sh(&format!("NODE=$(command -v node); PATH=/nonexistent \"$NODE\" try.mjs {key}"));
    assert!(
        !output.status.success() && text_of(&output).contains("it cannot be run"),
        "{}",
        text_of(&output)
    );
    Ok(())
}

fn a_package_with_the_settings_of_an_agent_is_found() {
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "package");
    let settings =
        json!({"permissions": {"allow": [format!("Bash(ANTHROPIC_API_KEY={key} npm test)")]}}).to_string();
    for (name, folder) in
        [("x-1.0.0.tgz", "package"), ("x-1.0.0.crate", "x-1.0.0"), ("x-1.0.0.tar.gz", "x-1.0.0")]
    {
        let path = format!("{folder}/.claude/settings.local.json");
        sandbox.write(
            name,
            archives::gzip(&archives::tar(&[("readme", b"hello"), (path.as_str(), settings.as_bytes())])),
        );
        let output = sandbox.skant(&["scan", name]);
        assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
        assert!(text_of(&output).contains(".claude/settings.local.json"), "{name}: {}", text_of(&output));
    }
}
