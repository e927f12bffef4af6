//! From the words of a command line to the arguments.

use std::ffi::OsString;

use clap::{Args as _, FromArgMatches as _};

use super::args::{Agent, Arguments, Common, Hook, command};

/// Parses the arguments; the first one is the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match parse_hook(&arguments) {
        Some(parsed) => Ok(parsed),
        None => parse_any(arguments),
    }
}

/// Parses the arguments of a hook by the description of that command alone: to build that of all commands takes as long
/// as to check a commit. Returns `None` for other commands, and for what has an error or asks for help.
fn parse_hook(arguments: &[OsString]) -> Option<Arguments> {
    let words = [1, 2].map(|at| arguments.get(at).and_then(|word| word.to_str()));
    let command = match words {
        [Some("hook"), _] => Hook::augment_args(clap::Command::new("hook")),
        [Some("agent"), Some("hook")] => Agent::augment_args(clap::Command::new("agent")),
        _ => return None,
    };
    let program = Common::augment_args(clap::Command::new("skant")).subcommand(command);
    let mut matches = program.try_get_matches_from(arguments).ok()?;
    Arguments::from_arg_matches_mut(&mut matches).ok()
}

fn parse_any(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let mut command = command();
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_parsed_as_by_the_whole_description() {
        let mut short = 0;
        for line in [
            "skant hook pre-commit",
            "skant hook pre-push origin git@example.org:a/b",
            "skant hook commit-msg .git/COMMIT_EDITMSG -C x",
            "skant hook -C dir --config a.toml --jobs 3 -v -v pre-receive",
            "skant hook --exclude a --exclude b --min-confidence high --color never pre-commit -- -q",
            "skant hook -q pre-merge-commit --quiet",
            "skant agent hook",
            "skant agent hook --config a.toml",
            "skant agent -C dir hook",
            "skant -C dir hook pre-commit",
            "skant hook",
            "skant hook --help",
            "skant hook pre-commit --help",
            "skant hook post-commit",
            "skant hook -q -v pre-commit",
            "skant hook help",
            "skant agent hook --unknown",
            "skant agent hook --json",
            "skant agent audit",
            "skant scan",
            "skant hook -q pre-merge-commit",
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let parsed = parse_hook(&arguments);
            let is_hook = line.starts_with("skant hook") || line.starts_with("skant agent hook");
            let expected = parse_any(arguments).ok().filter(|_| is_hook);
            assert_eq!(format!("{parsed:?}"), format!("{expected:?}"), "{line}");
            short += usize::from(parsed.is_some());
        }
        assert!(short > 6, "{short}");
    }
}
