//! Codex CLI: the names of Claude Code, but fewer fields in an answer; one that it does not know lets the tool run.

use serde_json::json;

use super::claude_code;
use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event: claude_code::event,
    answer,
    withholds_output: true,
    takes_output: |_| false,
    is_silent: false,
};

fn is_sender(payload: &Payload) -> bool {
    payload.has("hook_event_name") && (payload.has("turn_id") || payload.has_transcript_in(".codex"))
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
