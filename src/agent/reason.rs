//! The reason of an answer, for the person and the model: which secret, and what to do instead. It holds masks only.

use super::inspect::Found;
use crate::scan::Scanner;

/// The number of values that a reason names. Agents cut a reason of more than 10,000 characters.
const MAX_NAMED: usize = 5;

/// What holds the secret, with the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Prompt,
    /// A file that goes to the model.
    File,
    ToolInput,
    /// A file that git would commit.
    Change,
    Output,
    /// Outputs that are part of the conversation already.
    Outputs,
    /// An event without a contract.
    Other,
}

impl Subject {
    const fn words(self) -> &'static str {
        match self {
            Self::Prompt => "this prompt",
            Self::File => "a file that this would read",
            Self::ToolInput => "this call of a tool",
            Self::Change => "this change of a file that git would commit",
            Self::Output => "the output of this tool",
            Self::Outputs => "the output of a tool",
            Self::Other => "this event",
        }
    }
}

/// Returns the reason, in one line.
pub(crate) fn reason(scanner: &Scanner, subject: Subject, found: &Found) -> String {
    let holder = subject.words();
    if found.findings.is_empty() {
        return format!(
            "skant: {holder} could not be checked in full, so it was stopped; make it smaller, and do not pack or encode it"
        );
    }
    let named = found.findings.iter().take(MAX_NAMED);
    let mut values: Vec<String> = named
        .map(|finding| format!("{}, {}", scanner.shown_text(finding.title.as_bytes()), finding.secret.text))
        .collect();
    if found.findings.len() > MAX_NAMED {
        values.push(format!("{} more", found.findings.len() - MAX_NAMED));
    }
    let rules = scanner.detector().rules();
    let variable = found
        .findings
        .iter()
        .find_map(|finding| rules.iter().find(|rule| rule.id == finding.rule))
        .map(|rule| rule.variable.as_ref())
        .filter(|name| !name.is_empty())
        .unwrap_or("SECRET");
    let variable = scanner.shown_text(variable.as_bytes());
    let advice = match subject {
        Subject::Prompt => format!(
            "Send the prompt again without the value: name the environment variable that holds it (${variable}), or a file that git ignores (.env)."
        ),
        Subject::ToolInput | Subject::Change => format!(
            "Do not write the value: read it from the environment (${variable}), or keep it in a file that git ignores (.env)."
        ),
        Subject::File => format!(
            "Do not read it: use the value by the name of its environment variable (${variable}), and ask the person what else you need of the file."
        ),
        Subject::Output => format!(
            "The value is kept from you; use it by the name of its environment variable (${variable}), and do not look for it in another way."
        ),
        Subject::Outputs => format!(
            "It was stopped before it was sent, but it is in the conversation, and the next message would send it: go back with /rewind, or begin anew with /clear. The value is in ${variable} for whoever needs it."
        ),
        Subject::Other => "Take the value out.".to_owned(),
    };
    format!("skant: {holder} holds a secret ({}). {advice}", values.join("; "))
}
