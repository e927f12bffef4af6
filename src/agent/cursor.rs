//! Cursor. With `failClosed` an answer without a permission counts as a failure, so each has one.

use serde_json::{Value, json};

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event,
    answer,
    withholds_output: false,
    takes_output: |event| event.tool.starts_with(MCP),
};

/// The start of the name of a tool of an MCP server.
const MCP: &str = "MCP:";

fn is_sender(payload: &Payload) -> bool {
    payload.has("cursor_version")
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "beforeSubmitPrompt" => {
            let attachments = payload.get("attachments").and_then(Value::as_array).into_iter().flatten();
            let path = |one: &Value| {
                let path = one.get("file_path").or_else(|| one.get("filePath"));
                path.and_then(Value::as_str).map(str::to_owned)
            };
            let files = attachments.filter_map(path).collect();
            Some(Event { files, ..Event::new(Kind::Prompt, payload, "", "prompt")? })
        }
        "preToolUse" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "beforeShellExecution" => Event::new(Kind::BeforeTool, payload, "", "command"),
        "beforeMCPExecution" => {
            Some(Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input")?.with_inner_json())
        }
        "beforeReadFile" | "beforeTabFileRead" => Event::new(Kind::BeforeRead, payload, "", "content"),
        "postToolUse" => {
            Some(Event::new(Kind::AfterTool, payload, "tool_name", "tool_output")?.with_inner_json())
        }
        // The names of Claude Code, whose settings Cursor reads.
        _ => super::claude_code::event(payload),
    }
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match (event.kind, decision) {
        (Kind::Prompt, Decision::Pass) => Answer::json(&json!({"continue": true})),
        (Kind::BeforeTool | Kind::BeforeRead, Decision::Pass) => {
            Answer::json(&json!({"permission": "allow"}))
        }
        (Kind::AfterTool, Decision::Pass) => Answer::json(&json!({})),
        (Kind::Prompt, Decision::Deny(reason)) => {
            Answer::json(&json!({"continue": false, "user_message": reason}))
        }
        // The model reads one of the messages, and which one differs between versions.
        (Kind::BeforeTool | Kind::BeforeRead, Decision::Deny(reason)) => {
            Answer::json(&json!({"agent_message": reason, "permission": "deny", "user_message": reason}))
        }
        (_, Decision::Replace { output, .. }) => Answer::json(&json!({"updated_mcp_tool_output": output})),
        (Kind::AfterTool, Decision::Deny(reason)) => Answer::refusal(&reason),
    }
}
