//! The hooks of coding agents: tells the agent by its payload, decides about the event, and answers in the agent's own
//! form. One file per agent holds what its contract says; the decision knows no agent.

pub(crate) mod added;
pub(crate) mod agents;
pub(crate) mod audit;
pub(crate) mod claude_code;
pub(crate) mod codex;
pub(crate) mod contract;
pub(crate) mod copilot;
pub(crate) mod cursor;
pub(crate) mod decide;
pub(crate) mod edits;
pub(crate) mod files;
pub(crate) mod gemini;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod kiro;
pub(crate) mod mcp;
pub(crate) mod patch;
pub(crate) mod payload;
pub(crate) mod programs;
pub(crate) mod read_command;
pub(crate) mod reason;
pub(crate) mod respond;
pub(crate) mod vibe;
pub(crate) mod vs_code;
pub(crate) mod windsurf;
pub(crate) mod withhold;

pub(crate) use contract::Answer;
pub(crate) use respond::{MAX_BYTES, Received, receive};
