//! Cursor. With `failClosed` an answer without a permission counts as a failure, so each has one.

use serde_json::{Value, json};

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event,
    answer,
    withholds_output: |_| false,
    takes_output: |event| event.tool.starts_with(MCP),
    is_silent: false,
};

/// The start of the name of a tool of an MCP server.
const MCP: &str = "MCP:";

fn is_sender(payload: &Payload) -> bool {
    payload.has("cursor_version")
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "beforeSubmitPrompt" => {
            let files = attached_files(payload);
            let prompt = Event::new(Kind::Prompt, payload, "", "prompt")?;
            Some(Event { files, content: with_attached_texts(prompt.content, payload), ..prompt })
        }
        "preToolUse" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "beforeShellExecution" => Event::new(Kind::BeforeTool, payload, "", "command"),
        "beforeMCPExecution" => {
            Some(Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input")?.with_inner_json())
        }
        "beforeReadFile" | "beforeTabFileRead" => {
            let files = attached_files(payload);
            Some(Event { files, ..Event::new(Kind::BeforeRead, payload, "", "content")? })
        }
        "postToolUse" => {
            Some(Event::new(Kind::AfterTool, payload, "tool_name", "tool_output")?.with_inner_json())
        }
        // The names of Claude Code, whose settings Cursor reads.
        _ => super::claude_code::event(payload),
    }
}

fn attachments(payload: &Payload) -> impl Iterator<Item = &Value> {
    payload.get("attachments").and_then(Value::as_array).into_iter().flatten()
}

/// Returns the files that go to the model beside the content.
fn attached_files(payload: &Payload) -> Vec<String> {
    let path = |one: &Value| {
        let path = one.get("file_path").or_else(|| one.get("filePath")).or_else(|| one.get("path"));
        path.or(Some(one)).and_then(Value::as_str).map(str::to_owned)
    };
    attachments(payload).filter_map(path).collect()
}

/// Returns a prompt with the texts that are attached to it.
fn with_attached_texts(prompt: Value, payload: &Payload) -> Value {
    let Value::String(mut text) = prompt else { return prompt };
    for content in attachments(payload).filter_map(|one| one.get("content")?.as_str()) {
        text.push('\n');
        text.push_str(content);
    }
    Value::String(text)
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match (event.kind, decision) {
        (Kind::Prompt, Decision::Pass) => Answer::json(&json!({"continue": true})),
        (Kind::BeforeTool | Kind::BeforeRead, Decision::Pass) => {
            Answer::json(&json!({"permission": "allow"}))
        }
        (Kind::AfterTool | Kind::AfterTools, Decision::Pass) => Answer::json(&json!({})),
        (Kind::Prompt, Decision::Deny(reason)) => {
            Answer::json(&json!({"continue": false, "user_message": reason}))
        }
        // The model reads one of the messages, and which one differs between versions.
        (Kind::BeforeTool | Kind::BeforeRead, Decision::Deny(reason)) => {
            Answer::json(&json!({"agent_message": reason, "permission": "deny", "user_message": reason}))
        }
        (_, Decision::Replace { output, .. }) => Answer::json(&json!({"updated_mcp_tool_output": output})),
        (Kind::AfterTool | Kind::AfterTools, Decision::Deny(reason)) => Answer::refusal(&reason),
    }
}
