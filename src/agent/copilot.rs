//! GitHub Copilot CLI and its cloud agent. The events have the names of their own form (`toolName`, without a name of
//! the event), or those of Claude Code without a transcript.

use serde_json::{Value, json};

use super::claude_code;
use super::contract::{Agent, Answer, Decision, Event, Kind};
use super::payload::Payload;

/// Versions before 1.0.61 show each output to the model, so that a file with secrets is not read.
pub(crate) const AGENT: Agent =
    Agent { is_sender, event, answer, withholds_output: |_| false, takes_output, is_silent: false };

/// The names of the fields of a result in the other form, and those that an answer has.
const RESULT_FIELDS: [(&str, &str); 2] =
    [("result_type", "resultType"), ("text_result_for_llm", "textResultForLlm")];

/// The fields that only the own form has.
const OWN_FIELDS: [&str; 3] = ["toolName", "toolArgs", "sessionId"];

fn is_sender(payload: &Payload) -> bool {
    let is_own_form = payload.has("timestamp") && payload.has("cwd") && !payload.has("hook_event_name");
    let is_other_form = payload.has("hook_event_name")
        && payload.has("session_id")
        && payload.has("timestamp")
        && payload.has("cwd");
    let is_foreign = payload.has("transcript_path") || payload.has("project_path");
    !is_foreign && (is_own_form || is_other_form || OWN_FIELDS.iter().any(|field| payload.has(field)))
}

fn event(payload: &Payload) -> Option<Event> {
    match payload.event() {
        "" if payload.has("toolResult") => Event::new(Kind::AfterTool, payload, "toolName", "toolResult"),
        "" | "preToolUse" if payload.has("toolName") => {
            Some(Event::new(Kind::BeforeTool, payload, "toolName", "toolArgs")?.with_inner_json())
        }
        "" if payload.has("prompt") => Event::new(Kind::Prompt, payload, "", "prompt"),
        "userPromptSubmitted" => Event::new(Kind::Prompt, payload, "", "prompt"),
        "preToolUse" => Event::new(Kind::BeforeTool, payload, "tool_name", "tool_input"),
        "postToolUse" => Event::new(Kind::AfterTool, payload, "tool_name", "tool_result"),
        "PostToolUse" if payload.has("tool_result") => {
            Event::new(Kind::AfterTool, payload, "tool_name", "tool_result")
        }
        _ => claude_code::event(payload),
    }
}

fn takes_output(event: &Event) -> bool {
    RESULT_FIELDS.iter().flat_map(|(other, own)| [other, own]).any(|name| event.content.get(name).is_some())
}

/// Returns a result with the names of the own form.
fn modified_result(mut result: Value) -> Value {
    if let Value::Object(fields) = &mut result {
        for (other, own) in RESULT_FIELDS {
            if let Some(value) = fields.remove(other) {
                fields.insert(own.to_owned(), value);
            }
        }
    }
    result
}

fn answer(event: &Event, decision: Decision) -> Answer {
    match (event.kind, decision) {
        (_, Decision::Pass) => Answer::json(&json!({})),
        // Documented as ignored, and obeyed by 1.0.61 and 1.0.102.
        (Kind::Prompt, Decision::Deny(reason)) => {
            Answer::json(&json!({"decision": "block", "reason": reason}))
        }
        (Kind::BeforeTool | Kind::BeforeRead, Decision::Deny(reason)) => {
            let own = json!({"permissionDecision": "deny", "permissionDecisionReason": reason});
            let mut answer =
                if event.name.is_empty() { json!({}) } else { claude_code::denied_tool(&reason) };
            if let (Value::Object(answer), Value::Object(own)) = (&mut answer, own) {
                answer.extend(own);
            }
            Answer::json(&answer)
        }
        (_, Decision::Deny(reason)) => Answer::json(&json!({"decision": "block", "reason": reason})),
        // With a decision, the reason would take the place of the result.
        (_, Decision::Replace { output, reason }) => {
            Answer::json(&json!({"additionalContext": reason, "modifiedResult": modified_result(output)}))
        }
    }
}
