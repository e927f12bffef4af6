//! Codex CLI: the names of Claude Code, but fewer fields in an answer; one that it does not know lets the tool run.

use serde_json::{Value, json};

use super::claude_code;
use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;
use super::read_command::is_brief;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event: claude_code::event,
    answer,
    withholds_output,
    takes_output: |_| false,
    is_silent: false,
};

fn is_sender(payload: &Payload) -> bool {
    payload.has("hook_event_name") && (payload.has("turn_id") || payload.has_transcript_in(".codex"))
}

/// The hook comes after the end of a command. What one that goes on has printed is shown before.
fn withholds_output(event: &Event) -> bool {
    event.tool != "Bash" || event.content.get("command").and_then(Value::as_str).is_some_and(is_brief)
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::json(&json!({})),
        Decision::Deny(reason) if matches!(event.kind, Kind::BeforeTool | Kind::BeforeRead) => {
            Answer::json(&claude_code::denied_tool(&reason))
        }
        // After a tool the reason takes the place of the result.
        Decision::Deny(reason) | Decision::Replace { reason, .. } => {
            Answer::json(&json!({"decision": "block", "reason": reason}))
        }
    }
}
