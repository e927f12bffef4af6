//! The terms in which an agent's hooks are described: its events, and the answers that it takes.

use serde_json::Value;

use super::payload::{Payload, unwrap_json};

/// What is about to happen, or has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The person's text goes to the model.
    Prompt,
    /// A tool is about to run.
    BeforeTool,
    /// The content of a file goes to the model.
    BeforeRead,
    /// The output of a tool goes to the model.
    AfterTool,
    /// The outputs of several tools, which can no longer be changed, go to the model.
    AfterTools,
}

/// An event of an agent.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    /// The agent's name for the event; empty if the payload has none.
    pub(crate) name: String,
    /// The agent's name for the tool; empty if the event has none.
    pub(crate) tool: String,
    /// The text, the input of the tool, or its output.
    pub(crate) content: Value,
    /// With an output: the input of its tool, if the agent shows a part of it again.
    pub(crate) input: Value,
    /// Files that go to the model with a prompt, as the payload names them.
    pub(crate) files: Vec<String>,
}

impl Event {
    /// Returns the event whose tool and content are in these fields of a payload. Without the field of the content, all
    /// of the payload is the content. An output that is not there is none that can be replaced, so that the event counts
    /// as an unknown one.
    pub(crate) fn new(kind: Kind, payload: &Payload, tool: &str, content: &str) -> Option<Self> {
        if kind == Kind::AfterTool && !payload.has(content) {
            return None;
        }
        Some(Self {
            kind,
            name: payload.event().to_owned(),
            tool: payload.text(tool).to_owned(),
            content: payload.part(content),
            input: Value::Null,
            files: Vec::new(),
        })
    }

    /// Returns the event with a content that is JSON in a text as that JSON.
    pub(crate) fn with_inner_json(self) -> Self {
        Self { content: unwrap_json(self.content), ..self }
    }
}

/// What happens to an event.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    Pass,
    /// The event is stopped, or the output withheld. The reason is for the person and the model.
    Deny(String),
    /// The output goes on without its secrets.
    Replace {
        output: Value,
        reason: String,
    },
}

/// The answer to an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The line on standard output.
    pub(crate) output: Option<String>,
    /// The line on standard error, with exit code 2; there is no output then.
    pub(crate) error: Option<String>,
}

impl Answer {
    pub(crate) fn json(value: &Value) -> Self {
        Self { output: Some(value.to_string()), error: None }
    }

    /// The answer that every agent understands: exit code 2 and a reason on standard error.
    pub(crate) fn refusal(reason: &str) -> Self {
        Self { output: None, error: Some(reason.to_owned()) }
    }
}

/// The contract of an agent.
pub(crate) struct Agent {
    /// Returns whether a payload is from this agent. It is asked after those before it in the table.
    pub(crate) is_sender: fn(&Payload) -> bool,
    /// Returns the event of a payload; `None` for one that the contract does not know.
    pub(crate) event: fn(&Payload) -> Option<Event>,
    /// Returns the answer to an event that is known.
    pub(crate) answer: fn(&Event, Decision) -> Answer,
    /// Whether the output of this call can be kept from the model. If not, a file with secrets is not read.
    pub(crate) withholds_output: fn(&Event) -> bool,
    /// Whether the agent takes another output in the place of that of a tool.
    pub(crate) takes_output: fn(&Event) -> bool,
    /// Whether what passes has no output; else it is `{}`, or more.
    pub(crate) is_silent: bool,
}
