//! Mistral Vibe. What passes has no output. It is not established whether a denied output reaches the model.

use serde_json::json;

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: false, takes_output: |_| false, is_silent: true };

/// The names of its events, which no other agent has.
const OWN_EVENTS: [&str; 3] = ["pre_tool", "post_tool", "post_agent"];

/// The names that the output of a tool may have.
const OUTPUTS: [&str; 3] = ["tool_output", "tool_response", "tool_result"];

fn is_sender(payload: &Payload) -> bool {
    OWN_EVENTS.contains(&payload.event())
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "pre_tool" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "post_tool" => {
            let output = OUTPUTS.into_iter().find(|name| payload.has(name))?;
            Event::new(Kind::AfterTool, payload, "tool_name", output)
        }
        _ => None,
    }
}

fn answer(_: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::default(),
        Decision::Deny(reason) | Decision::Replace { reason, .. } => {
            Answer::json(&json!({"decision": "deny", "reason": reason}))
        }
    }
}
