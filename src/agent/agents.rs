//! All agents, in the order in which they are asked.

use super::contract::Agent;
use super::payload::Payload;
use super::{claude_code, codex, copilot, cursor, gemini, vs_code};

/// Claude Code is last: its payloads have no field of their own.
const AGENTS: [&Agent; 6] =
    [&cursor::AGENT, &codex::AGENT, &vs_code::AGENT, &gemini::AGENT, &copilot::AGENT, &claude_code::AGENT];

/// Returns the agent that sent a payload.
pub(crate) fn sender(payload: &Payload) -> Option<&'static Agent> {
    AGENTS.into_iter().find(|agent| (agent.is_sender)(payload))
}
