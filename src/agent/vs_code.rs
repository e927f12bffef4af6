//! The agent of VS Code: the names of Claude Code, other names of tools, and an own answer to a prompt.

use serde_json::json;

use super::claude_code;
use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event: claude_code::event,
    answer,
    withholds_output: |_| false,
    takes_output: |_| false,
    is_silent: false,
};

fn is_sender(payload: &Payload) -> bool {
    payload.has("hook_event_name") && payload.has_transcript_in("github.copilot-chat")
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::json(&json!({})),
        Decision::Deny(reason) if event.kind == Kind::Prompt => {
            Answer::json(&json!({"continue": false, "stopReason": reason}))
        }
        Decision::Deny(reason) if event.kind != Kind::AfterTool => {
            Answer::json(&claude_code::denied_tool(&reason))
        }
        // It is not established that an output can be replaced.
        Decision::Deny(reason) | Decision::Replace { reason, .. } => Answer::refusal(&reason),
    }
}
