//! Mistral Vibe: the skill about itself that its package has (`vibe/core/skills/builtins/vibe.py`).

use serde_json::{Value, json};

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: |_| true, takes_output: |_| false, is_silent: true };

/// The names of its events, which no other agent has.
const OWN_EVENTS: [&str; 3] = ["pre_tool", "post_tool", "post_agent"];

/// The fields with the output of a tool, one of which an event has. A tool of an MCP server, and one that failed, have no
/// `tool_output`, but a text.
const OUTPUTS: [&str; 5] = ["tool_output", "tool_output_text", "tool_error", "tool_response", "tool_result"];

/// What precedes the names of the tools for files and commands.
const GROUP: &str = "file_system.";

fn is_sender(payload: &Payload) -> bool {
    OWN_EVENTS.contains(&payload.event())
}

fn event(payload: &Payload) -> Option<Event> {
    let event = match payload.event() {
        "pre_tool" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input")?,
        "post_tool" => {
            let name = OUTPUTS.into_iter().find(|name| payload.has(name))?;
            let mut content = payload.all();
            if let Value::Object(fields) = &mut content {
                // It came from the model.
                fields.remove("tool_input");
            }
            Event { content, ..Event::new(Kind::AfterTool, payload, "tool_name", name)? }
        }
        _ => return None,
    };
    let tool = event.tool.strip_prefix(GROUP).unwrap_or(&event.tool).to_owned();
    Some(Event { tool, ..event })
}

fn answer(_: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::default(),
        // The reason takes the place of a call or a result.
        Decision::Deny(reason) | Decision::Replace { reason, .. } => {
            Answer::json(&json!({"decision": "deny", "reason": reason}))
        }
    }
}
