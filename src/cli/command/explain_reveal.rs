//! Whether `skant explain --reveal` may print a value: to a person at a terminal, and to nothing else.

use std::io::{self, IsTerminal as _};

use miette::Diagnostic;
use thiserror::Error;

#[derive(Debug, Error, Diagnostic, PartialEq, Eq)]
pub(super) enum RevealError {
    #[error("`--reveal` prints the value to a terminal only, and standard output is none")]
    #[diagnostic(code(skant::explain::no_terminal), help("run it at a terminal, without a pipe or a file"))]
    NoTerminal,
    #[error("`--reveal` prints no value here: `{0}` says that {1} runs this")]
    #[diagnostic(code(skant::explain::not_a_person), help("a person runs it at a terminal of their own"))]
    NotAPerson(&'static str, &'static str),
    #[error("`--reveal` shows the value of a fingerprint")]
    #[diagnostic(code(skant::explain::reveal_target), help("name the fingerprint in the report"))]
    NotAFingerprint,
    #[error(
        "the value cannot be shown: it is inside of an encoding, an archive, a message or a name, or has changed"
    )]
    #[diagnostic(
        code(skant::explain::not_revealed),
        help("without `--reveal`, the place says how to read it")
    )]
    NoPlainValue,
}

/// The variables that CI systems and coding agents set for the programs that they run, each with who sets it. Sources:
/// their documentation of environment variables.
const PROGRAMS: [(&str, &str); 16] = [
    ("CI", "a CI system"),
    ("GITHUB_ACTIONS", "GitHub Actions"),
    ("GITLAB_CI", "GitLab"),
    ("BITBUCKET_BUILD_NUMBER", "Bitbucket"),
    ("TF_BUILD", "Azure Pipelines"),
    ("JENKINS_URL", "Jenkins"),
    ("CIRCLECI", "CircleCI"),
    ("BUILDKITE", "Buildkite"),
    ("TEAMCITY_VERSION", "TeamCity"),
    ("CLAUDECODE", "a coding agent"),
    ("GEMINI_CLI", "a coding agent"),
    ("CODEX_SANDBOX", "a coding agent"),
    ("CURSOR_AGENT", "a coding agent"),
    ("OPENCODE", "a coding agent"),
    ("AI_AGENT", "a coding agent"),
    ("AGENT", "a coding agent"),
];

/// Checks that a person asks.
///
/// # Errors
/// Fails if standard output is no terminal, or a CI system or a coding agent is recognised.
pub(super) fn check() -> Result<(), RevealError> {
    check_for(io::stdout().is_terminal(), &|name| {
        std::env::var_os(name).is_some_and(|value| !value.is_empty())
    })
}

fn check_for(is_terminal: bool, is_set: &dyn Fn(&str) -> bool) -> Result<(), RevealError> {
    if !is_terminal {
        return Err(RevealError::NoTerminal);
    }
    match PROGRAMS.into_iter().find(|(name, _)| is_set(name)) {
        Some((name, who)) => Err(RevealError::NotAPerson(name, who)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_at_a_terminal_sees_a_value() {
        assert_eq!(check_for(true, &|_| false), Ok(()));
        assert_eq!(check_for(false, &|_| false), Err(RevealError::NoTerminal));
        for (name, who) in PROGRAMS {
            let checked = check_for(true, &|variable| variable == name);
            assert_eq!(checked, Err(RevealError::NotAPerson(name, who)));
        }
    }
}
