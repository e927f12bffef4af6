//! Gemini CLI: `docs/hooks/reference.md` of its repository.

use serde_json::json;

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: |_| true, takes_output: |_| false, is_silent: false };

/// The events that no other agent has.
const OWN_EVENTS: [&str; 8] = [
    "BeforeAgent",
    "AfterAgent",
    "BeforeModel",
    "AfterModel",
    "BeforeToolSelection",
    "BeforeTool",
    "AfterTool",
    "PreCompress",
];

fn is_sender(payload: &Payload) -> bool {
    OWN_EVENTS.contains(&payload.event())
        || payload.has("hook_event_name") && payload.has_transcript_in(".gemini")
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "BeforeAgent" => Event::new(Kind::Prompt, payload, "", "prompt"),
        "BeforeTool" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "AfterTool" => {
            let event = Event::new(Kind::AfterTool, payload, "tool_name", "tool_response")?;
            // Its tools for files show what they have written.
            Some(Event { input: payload.get("tool_input").cloned().unwrap_or_default(), ..event })
        }
        _ => None,
    }
}

fn answer(_: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::json(&json!({})),
        // The reason takes the place of a prompt, a call or a result.
        Decision::Deny(reason) | Decision::Replace { reason, .. } => {
            Answer::json(&json!({"decision": "deny", "reason": reason}))
        }
    }
}
