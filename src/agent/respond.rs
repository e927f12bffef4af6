//! From the bytes of a payload to the answer.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::agents::sender;
use super::contract::{Agent, Answer, Decision};
use super::decide::Judge;
use super::files::Folders;
use super::payload::Payload;
use crate::scan::Scanner;

/// The size of the largest payload, in bytes.
pub(crate) const MAX_BYTES: usize = 32 << 20;

/// A payload of an agent that is known.
pub(crate) struct Received {
    payload: Payload,
    agent: &'static Agent,
}

/// Reads a payload.
///
/// # Errors
/// Returns the refusal if it is too long, no JSON object, or of no agent that is known.
pub(crate) fn receive(bytes: &[u8]) -> Result<Received, Answer> {
    if bytes.len() > MAX_BYTES {
        return Err(Answer::refusal("skant: the event has more than 32 MiB, so it was stopped"));
    }
    let Some(payload) = Payload::parse(bytes) else {
        return Err(Answer::refusal(
            "skant: the event is no JSON object; `skant agent hook` reads what a coding agent writes to its hook",
        ));
    };
    match sender(&payload) {
        Some(agent) => Ok(Received { payload, agent }),
        None => Err(Answer::refusal(
            "skant: the event is of no coding agent that skant knows; docs/agents.md lists them",
        )),
    }
}

impl Received {
    /// The folder of the session, if the payload names one that exists.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.payload.folder()
    }

    /// Answers the event.
    pub(crate) fn answer(&self, scanner: &Scanner, session: &Path, top: Option<&Path>) -> Answer {
        let folders = Folders { session: session.to_path_buf(), top: top.map(Path::to_path_buf) };
        let event = (self.agent.event)(&self.payload);
        let judge = Judge {
            scanner,
            folders: &folders,
            withholds_output: event.as_ref().is_some_and(|event| (self.agent.withholds_output)(event)),
            takes_output: event.as_ref().is_some_and(|event| (self.agent.takes_output)(event)),
        };
        match event {
            Some(event) => (self.agent.answer)(&event, judge.decide(&event)),
            None => match judge.unknown(&self.payload.all()) {
                Decision::Deny(reason) => Answer::refusal(&reason),
                Decision::Pass | Decision::Replace { .. } if self.agent.is_silent => Answer::default(),
                Decision::Pass | Decision::Replace { .. } => Answer::json(&json!({})),
            },
        }
    }

    /// Answers an event that cannot be checked, such as one in a repository whose settings have an error.
    pub(crate) fn stop(&self, reason: &str) -> Answer {
        match (self.agent.event)(&self.payload) {
            Some(event) => (self.agent.answer)(&event, Decision::Deny(reason.to_owned())),
            None => Answer::refusal(reason),
        }
    }
}
