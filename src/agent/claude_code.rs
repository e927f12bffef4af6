//! Claude Code: `code.claude.com/docs/en/hooks`.

use serde_json::json;

use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

pub(crate) const AGENT: Agent = Agent {
    is_sender,
    event: own_event,
    answer,
    withholds_output: |_| true,
    takes_output: |_| true,
    is_silent: false,
};

fn is_sender(payload: &Payload) -> bool {
    payload.has("hook_event_name") && payload.has("session_id") && payload.has("transcript_path")
}

/// Returns the event by the names that Codex and VS Code use, too.
pub(crate) fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "UserPromptSubmit" => Event::new(Kind::Prompt, payload, "", "prompt"),
        "PreToolUse" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "PostToolUse" => Event::new(Kind::AfterTool, payload, "tool_name", "tool_response"),
        _ => None,
    }
}

/// Returns the event; the output of a tool that failed is in no event before that of all tools.
fn own_event(payload: &Payload) -> Option<Event> {
    if payload.event() != "PostToolBatch" {
        return event(payload);
    }
    let calls = payload.get("tool_calls")?.as_array()?;
    // What a call was given came from the model, and was looked at before it ran.
    let outputs = calls.iter().map(|call| call.get("tool_response").unwrap_or(call).clone()).collect();
    Some(Event { content: outputs, ..Event::new(Kind::AfterTools, payload, "", "tool_calls")? })
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match decision {
        Decision::Pass => Answer::json(&json!({})),
        Decision::Deny(reason) if event.kind == Kind::Prompt => {
            // Without the second field the blocked text is shown again.
            let specific = json!({"hookEventName": "UserPromptSubmit", "suppressOriginalPrompt": true});
            Answer::json(&json!({"decision": "block", "hookSpecificOutput": specific, "reason": reason}))
        }
        // The turn ends before the outputs are sent.
        Decision::Deny(reason) if event.kind == Kind::AfterTools => {
            Answer::json(&json!({"continue": false, "stopReason": reason}))
        }
        Decision::Deny(reason) if event.kind == Kind::AfterTool => {
            Answer::json(&json!({"decision": "block", "reason": reason}))
        }
        Decision::Deny(reason) => Answer::json(&denied_tool(&reason)),
        Decision::Replace { output, reason } => {
            let specific = json!({"hookEventName": "PostToolUse", "updatedToolOutput": output});
            Answer::json(&json!({"decision": "block", "hookSpecificOutput": specific, "reason": reason}))
        }
    }
}

/// Returns the answer that denies a tool, which Codex and VS Code take, too.
pub(crate) fn denied_tool(reason: &str) -> serde_json::Value {
    json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": reason,
    }})
}
