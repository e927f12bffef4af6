//! A question to the user on the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Standard input is no terminal, so nobody was asked.
    NotAsked,
}

/// Asks for a text on standard error and reads a line; only that text is a yes.
pub(crate) fn ask_for_text(question: &str, text: &str) -> Answer {
    if !io::stdin().is_terminal() {
        return Answer::NotAsked;
    }
    let shown = write!(io::stderr().lock(), "{question} ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    if shown.is_err() || io::stdin().lock().read_line(&mut line).is_err() {
        return Answer::No;
    }
    if !text.is_empty() && line.trim() == text.trim() { Answer::Yes } else { Answer::No }
}

/// Asks a question on standard error and reads a line. Everything but `y` and `yes` is a no.
pub(crate) fn ask(question: &str) -> Answer {
    if !io::stdin().is_terminal() {
        return Answer::NotAsked;
    }
    // If the question cannot be shown, the answer is a no.
    let shown = write!(io::stderr().lock(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    if shown.is_err() || io::stdin().lock().read_line(&mut line).is_err() {
        return Answer::No;
    }
    if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") { Answer::Yes } else { Answer::No }
}
