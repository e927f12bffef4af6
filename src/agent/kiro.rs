//! Kiro: `kiro.dev/docs/cli/hooks`. Exit code 2 stops a call and shows the reason to the model; the output of a tool is
//! shown to it anyway. The IDE ignores the answer to a prompt.

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: |_| false, takes_output: |_| false, is_silent: true };

/// Kiro has the names of Claude Code and no transcript.
fn is_sender(payload: &Payload) -> bool {
    payload.has("hook_event_name")
        && payload.has("cwd")
        && !payload.has("transcript_path")
        && !payload.has("timestamp")
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "userPromptSubmit" | "UserPromptSubmit" => Event::new(Kind::Prompt, payload, "", "prompt"),
        "preToolUse" | "PreToolUse" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "postToolUse" | "PostToolUse" => Event::new(Kind::AfterTool, payload, "tool_name", "tool_response"),
        _ => None,
    }
}

/// What passes has no output: Kiro would add it to the conversation.
fn answer(_: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::default(),
        Decision::Deny(reason) | Decision::Replace { reason, .. } => Answer::refusal(&reason),
    }
}
