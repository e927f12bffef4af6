//! Calls of skant in shell text: the lines that users add to their own hooks and to the files of hook managers.
//!
//! A call counts only where its exit code decides: behind `|| true`, in a pipe, or in the middle of a script that goes on
//! after an error it blocks nothing. Runs nothing.

use super::git_hook::Hook;
use super::shell_words::{Token, split};

/// A call of skant for a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkantCall {
    /// The program as the text names it.
    pub(crate) program: String,
    /// Whether another program starts it, such as `npx`; then it is not searched on the `PATH`.
    pub(crate) is_wrapped: bool,
    /// Whether its exit code ends the hook.
    pub(crate) blocks: bool,
}

/// Whether a script ends at the first command that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    /// It goes on, unless the text says `set -e`.
    GoesOn,
    /// It ends, as with `sh -e`.
    Ends,
}

/// Words before a command that do not change which program runs.
const PREFIXES: [&str; 14] = [
    "if", "then", "else", "elif", "while", "until", "do", "!", "{", "exec", "command", "time", "env", "sudo",
];
/// Programs that run another one.
const RUNNERS: [&str; 12] =
    ["npx", "bunx", "uvx", "npm", "yarn", "pnpm", "uv", "pipx", "mise", "bundle", "bun", "poetry"];
/// The most words between a runner and the program, such as `npm exec --no --`.
const MAX_RUNNER_WORDS: usize = 5;
/// The most calls of a text that are examined.
const MAX_CALLS: usize = 16;

/// Returns the call of skant for a hook; of several the first that blocks.
pub(crate) fn find_call(text: &str, hook: Hook, on_error: OnError) -> Option<SkantCall> {
    let tokens = split(text);
    let on_error = if on_error == OnError::Ends || sets_errexit(text) { OnError::Ends } else { on_error };
    let mut calls = commands(&tokens).filter_map(|command| command.call(hook, on_error)).take(MAX_CALLS);
    let first = calls.next()?;
    if first.blocks { Some(first) } else { Some(calls.find(|call| call.blocks).unwrap_or(first)) }
}

/// Whether a script has `set -e`, or `-e` in its first line.
fn sets_errexit(text: &str) -> bool {
    let has_flag = |line: &str| {
        line.split_whitespace()
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
            || line.contains("errexit")
    };
    text.lines().enumerate().any(|(number, line)| {
        let line = line.trim();
        let command = line.split([';', '&']).next().unwrap_or_default();
        (number == 0 && line.starts_with("#!") || command.starts_with("set ")) && has_flag(command)
    })
}

/// A simple command in a script.
struct Command<'t> {
    words: Vec<&'t str>,
    /// The operator before it.
    before: &'t str,
    /// The tokens after its words.
    rest: &'t [Token],
}

/// Returns the commands that are reached: those after an `exit` or `exec` at the end of a line of its own are not.
fn commands(tokens: &[Token]) -> impl Iterator<Item = Command<'_>> {
    let (mut rest, mut before, mut depth, mut has_ended) = (tokens, "\n", 0_i32, false);
    std::iter::from_fn(move || {
        if rest.is_empty() || has_ended {
            return None;
        }
        let length = rest.iter().take_while(|token| matches!(token, Token::Word(_))).count();
        let (head, tail) = rest.split_at(length);
        let words: Vec<&str> = head.iter().filter_map(word).collect();
        let command = Command { words, before, rest: tail };
        let opened = command.words.iter().filter(|word| ["if", "case", "do", "{"].contains(*word)).count();
        let closed = command.words.iter().filter(|word| ["fi", "esac", "done", "}"].contains(*word)).count();
        let is_last_word =
            matches!(command.words.first(), Some(&"exit" | &"exec")) && !command.is_redirection_only();
        has_ended = depth == 0 && is_last_word && !["&&", "||", "|"].contains(&before);
        depth += i32::try_from(opened).unwrap_or(0) - i32::try_from(closed).unwrap_or(0);
        if let Some((Token::Operator(operator), after)) = tail.split_first() {
            (before, rest) = (operator, after);
            depth += i32::from(*operator == "(") - i32::from(*operator == ")");
        } else {
            rest = &[];
        }
        Some(command)
    })
}

fn word(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) => Some(word),
        Token::Operator(_) => None,
    }
}

impl Command<'_> {
    /// Whether it is `exec` with redirections and no program.
    fn is_redirection_only(&self) -> bool {
        self.words[0] == "exec" && self.words[1..].iter().all(|word| word.contains(['<', '>']))
    }

    fn call(&self, hook: Hook, on_error: OnError) -> Option<SkantCall> {
        let is_assignment = |word: &str| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|part| part.is_alphanumeric() || part == '_')
            })
        };
        let prefixes =
            self.words.iter().take_while(|word| PREFIXES.contains(*word) || is_assignment(word)).count();
        let (prefixes, words) = self.words.split_at(prefixes);
        let runner = words.first().is_some_and(|first| RUNNERS.contains(&base_name(first)));
        let at = if runner {
            let end = words.len().min(MAX_RUNNER_WORDS);
            words[..end].iter().position(|word| is_skant(word))?
        } else {
            0
        };
        let program = words.get(at).filter(|word| is_skant(word))?;
        if words.get(at + 1) != Some(&"hook") || words.get(at + 2) != Some(&hook.name()) {
            return None;
        }
        let blocks = self.blocks(prefixes, on_error);
        Some(SkantCall { program: (*program).to_owned(), is_wrapped: runner, blocks })
    }

    /// Whether a failure of this command ends the script with a failure.
    fn blocks(&self, prefixes: &[&str], on_error: OnError) -> bool {
        let is_condition = ["if", "elif", "while", "until", "!"].iter().any(|word| prefixes.contains(word));
        match self.rest.first() {
            _ if is_condition => exits_with_failure(self.rest),
            Some(Token::Operator("||")) => handles_failure(&self.rest[1..]),
            Some(Token::Operator("|" | "&")) => false,
            _ if prefixes.contains(&"exec") => true,
            Some(Token::Operator("&&")) => is_end(after_list(self.rest)),
            _ if self.before == "||" => is_end(self.rest),
            _ => on_error == OnError::Ends || is_end(self.rest),
        }
    }
}

fn base_name(word: &str) -> &str {
    word.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn is_skant(word: &str) -> bool {
    matches!(base_name(word), "skant" | "skant.exe")
}

/// Whether what follows a `||` fails, too.
fn handles_failure(rest: &[Token]) -> bool {
    let words: Vec<&str> = rest.iter().map_while(word).collect();
    match words.as_slice() {
        ["true" | ":" | "echo" | "printf" | "cat" | "sleep", ..] | ["exit" | "return", "0", ..] => false,
        ["{"] | ["{", ..] | [] => exits_with_failure(rest),
        _ => true,
    }
}

/// Whether a later command is `exit` or `return`, without a number or with one other than zero.
fn exits_with_failure(rest: &[Token]) -> bool {
    let words: Vec<Option<&str>> = rest.iter().map(word).collect();
    words.iter().enumerate().any(|(at, found)| {
        matches!(found, Some("exit" | "return" | "false")) && words.get(at + 1) != Some(&Some("0"))
    })
}

/// Returns the tokens after a list of commands that `&&` joins.
fn after_list(rest: &[Token]) -> &[Token] {
    let end = rest.iter().position(|token| matches!(token, Token::Operator(";" | "\n" | "||" | "|" | "&")));
    end.map_or(&[], |end| &rest[end..])
}

/// Whether nothing follows that could change the exit code of the script.
fn is_end(rest: &[Token]) -> bool {
    let mut words = rest.iter().filter_map(word).filter(|word| !["fi", "done", "esac", "}"].contains(word));
    match words.next() {
        None => rest.iter().all(|token| !matches!(token, Token::Operator("||" | "|" | "&"))),
        // `exit $?` and `code=$?` use the exit code.
        Some("exit" | "return") => words.next().is_none_or(|code| code == "$?"),
        Some(other) => other.ends_with("=$?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_at_the_start_of_a_command_only() {
        for (text, program) in [
            ("skant hook pre-commit \"$@\"\n", Some("skant")),
            ("#!/bin/sh\nset -e\nexec \"/opt/bin/skant\" hook pre-commit\n", Some("/opt/bin/skant")),
            ("npm test && skant hook pre-commit", Some("skant")),
            ("if ! skant hook pre-commit; then exit 1; fi", Some("skant")),
            ("X=1 ./node_modules/.bin/skant hook pre-commit", Some("./node_modules/.bin/skant")),
            ("npx --no-install skant hook pre-commit \"$@\"", Some("skant")),
            ("npm exec -- skant hook pre-commit", Some("skant")),
            ("skant \\\n  hook pre-commit", Some("skant")),
            ("# skant hook pre-commit \"$@\"\n", None),
            ("echo skant hook pre-commit", None),
            ("echo 'run: skant hook pre-commit'; echo \"skant hook pre-commit\"", None),
            ("cat <<X\nskant hook pre-commit\nX\n", None),
            ("skant hook pre-push \"$@\"\n", None),
            ("skant scan --staged\n", None),
            ("kskant hook pre-commit\n", None),
            ("exit 0\nskant hook pre-commit\n", None),
            ("exec npm test\nskant hook pre-commit\n", None),
            ("", None),
        ] {
            let found = find_call(text, Hook::PreCommit, OnError::GoesOn);
            assert_eq!(found.as_ref().map(|call| &*call.program), program, "{text}");
        }
    }

    #[test]
    fn a_call_blocks_if_its_exit_code_decides() {
        const CALL: &str = "skant hook commit-msg \"$1\"";
        for (text, blocks) in [
            ("CALL", true),
            ("CALL\n# the end\n\n", true),
            ("CALL || exit\nnpm test", true),
            ("CALL || exit 1; npm test", true),
            ("CALL || { echo no; exit 1; }\nnpm test", true),
            ("CALL || fail\nnpm test", true),
            ("CALL && npm test", true),
            ("npm test; CALL", true),
            ("set -e\nCALL\nnpm test", true),
            ("#!/bin/bash -eu\nCALL\nnpm test", true),
            ("set -o errexit\nCALL\nnpm test", true),
            ("exec CALL", true),
            ("exec >log\nCALL", true),
            ("CALL\nexit $?", true),
            ("if [ -f x ]; then\n CALL\nfi", true),
            ("if ! CALL; then\n exit 1\nfi\nnpm test", true),
            ("[ -n \"$CI\" ] && exit 0\nCALL", true),
            ("CALL\nnpm test", false),
            ("CALL || true", false),
            ("CALL || :", false),
            ("CALL || exit 0", false),
            ("CALL || echo ignored", false),
            ("set -e\nCALL || true", false),
            ("CALL | tee log", false),
            ("CALL &", false),
            ("CALL; exit 0", false),
            ("CALL\nexit 0", false),
            ("if ! CALL; then echo no; fi\nnpm test", false),
            ("CALL && npm test; true", false),
            ("CALL || true\nCALL || exit", true),
        ] {
            let found = find_call(&text.replace("CALL", CALL), Hook::CommitMsg, OnError::GoesOn);
            assert_eq!(found.map(|call| call.blocks), Some(blocks), "{text}");
        }
        let text = format!("{CALL}\nnpm test\n");
        let found = find_call(&text, Hook::CommitMsg, OnError::Ends);
        assert!(found.is_some_and(|call| call.blocks));
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "(skant |hook |pre-commit|exit |if |\\|\\|| &&|\n|;|\"|\\$\\?|true| )*") {
            let _ = find_call(&text, Hook::PreCommit, OnError::GoesOn);
        }
    }
}
