//! All agents, in the order in which they are asked.

use super::contract::Agent;
use super::payload::Payload;
use super::{claude_code, codex, copilot, cursor, gemini, kiro, vibe, vs_code, windsurf};

/// Claude Code is last: its payloads have no field of their own.
const AGENTS: [&Agent; 9] = [
    &cursor::AGENT,
    &windsurf::AGENT,
    &codex::AGENT,
    &vs_code::AGENT,
    &gemini::AGENT,
    &vibe::AGENT,
    &copilot::AGENT,
    &kiro::AGENT,
    &claude_code::AGENT,
];

/// Returns the agent that sent a payload.
pub(crate) fn sender(payload: &Payload) -> Option<&'static Agent> {
    AGENTS.into_iter().find(|agent| (agent.is_sender)(payload))
}
