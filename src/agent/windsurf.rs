//! Windsurf: `docs.windsurf.com/windsurf/cascade/hooks`. An answer is an exit code: 2 stops what has not happened yet.

use serde_json::Value;

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: |_| false, takes_output: |_| false, is_silent: true };

fn is_sender(payload: &Payload) -> bool {
    payload.has("agent_action_name")
}

fn event(payload: &Payload) -> Option<Event> {
    // The event, its kind, the tool by a name that skant knows, and the part of `tool_info` that is the content.
    let (kind, tool, part) = match payload.text("agent_action_name") {
        "pre_user_prompt" => (Kind::Prompt, "", Some("user_prompt")),
        "pre_run_command" => (Kind::BeforeTool, "", Some("command_line")),
        "pre_write_code" => (Kind::BeforeTool, "MultiEdit", None),
        "pre_read_code" => (Kind::BeforeTool, "Read", None),
        "pre_mcp_tool_use" => (Kind::BeforeTool, "MCP", None),
        _ => return None,
    };
    let info = payload.part("tool_info");
    let content = part.and_then(|part| info.get(part)).cloned().unwrap_or(info);
    let name = payload.text("agent_action_name").to_owned();
    Some(Event { kind, name, tool: tool.to_owned(), content, input: Value::Null, files: Vec::new() })
}

fn answer(_: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::default(),
        Decision::Deny(reason) | Decision::Replace { reason, .. } => Answer::refusal(&reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_its_field_is_searched_whole() {
        let payload = br#"{"agent_action_name":"pre_run_command","tool_info":{"other":"x"}}"#;
        let event = event(&Payload::parse(payload).unwrap()).unwrap();
        assert_eq!(event.content, serde_json::json!({"other": "x"}));
    }
}
