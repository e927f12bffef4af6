//! The arguments, as clap reads them.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps secrets out of git, Anthropic's keys first.
#[derive(Debug, Parser)]
#[command(name = "skant", version, about, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 clean and complete, 1 findings, 2 something could not be checked or the call is \
    wrong, 3 both, 130 interrupted."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Looks for secrets in files, in what is staged, in a range of commits, or in a whole history.
    Scan(Box<Scan>),
    /// What git and the pre-commit framework call.
    Hook(Hook),
    /// Puts the git hooks in place; a hook that is there already is kept and called first.
    Install(Install),
    /// Takes the git hooks away and puts back what was there before.
    Uninstall(Install),
    /// The rules in force.
    Rules(Rules),
    /// Puts a finding on record, so that it is suppressed, counted and listed: in `.skant-baseline`.
    Allow(Allow),
    /// Puts all findings that there are on record, and keeps the record.
    Baseline(Baseline),
    /// The settings in force and where each came from.
    Config(Config),
    /// Why something is, or is not, a finding.
    Explain(Explain),
    /// The completions of a shell, for whoever packages skant.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// The manual page, in roff.
    Man,
}

#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Common {
    /// Run as if started in DIR.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Read settings from FILE, besides the repository's `skant.toml`.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Do not read the repository's own policy: `skant.toml`, `.skant-baseline`.
    #[arg(long, global = true)]
    pub(crate) no_repo_config: bool,
    /// Show what comments and settings suppress.
    #[arg(long, global = true)]
    pub(crate) no_suppressions: bool,
    /// Do not read paths that match (repeatable; as in ignore files).
    #[arg(long, value_name = "GLOB", global = true)]
    pub(crate) exclude: Vec<String>,
    /// Report findings of at least this confidence (default: medium).
    #[arg(long, value_name = "LEVEL", global = true)]
    pub(crate) min_confidence: Option<Level>,
    /// Accept that not everything could be read.
    #[arg(long, global = true)]
    pub(crate) allow_incomplete: bool,
    /// Threads, 256 at most; the number of processors unless given. The report is the same for any number.
    #[arg(long, short = 'j', value_name = "N", global = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Colours in what people read.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
    /// How far a scan is, on standard error; `auto` where that is a terminal.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) progress: When,
    /// Only findings and problems.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// All notes and places.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Scan {
    /// Files and folders (default: `.`), `-` for standard input; with --history revisions such as `main..HEAD`.
    #[arg(value_name = "PATH|REV")]
    pub(crate) what: Vec<OsString>,
    /// With --history: only these paths.
    #[arg(last = true, value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,
    /// What the next commit would add: the index against HEAD.
    #[arg(long, conflicts_with_all = ["history", "no_ignore"])]
    pub(crate) staged: bool,
    /// Everything that the repository holds, or with revisions what those commits add.
    #[arg(long, conflicts_with = "no_ignore")]
    pub(crate) history: bool,
    /// What this CI run is about, from its environment (GitHub Actions, GitLab, Bitbucket, Azure, Jenkins,
    /// CircleCI, Buildkite).
    #[arg(long, conflicts_with_all = ["staged", "history", "no_ignore", "what"])]
    pub(crate) ci: bool,
    /// Read every file below the paths, ignored or not.
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// With --history: search every version whole, not only what it adds (slower, same result).
    #[arg(long = "full-scan", requires = "history")]
    pub(crate) whole_versions: bool,
    /// With revisions: by the policy of REV, of which the change that is scanned may only allow values.
    #[arg(long, value_name = "REV", requires = "history")]
    pub(crate) policy_from: Option<String>,
    /// What to call standard input.
    #[arg(long, value_name = "NAME")]
    pub(crate) path: Option<String>,
    /// How standard output is written: human, json, jsonl, sarif, junit, github, gitlab or markdown.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub(crate) format: Option<crate::report::Format>,
    /// Write a report to a file (repeatable): FILE, or FORMAT:FILE and standard output stays human.
    #[arg(long, short, value_name = "[FORMAT:]FILE")]
    pub(crate) output: Vec<OsString>,
    /// Fail on findings of at least this confidence (default: medium).
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
    /// Fail also on findings that only unreachable objects hold.
    #[arg(long)]
    pub(crate) fail_on_unreachable: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Hook {
    /// Which hook.
    pub(crate) name: HookName,
    /// What git or the pre-commit framework passes on.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookName {
    PreCommit,
    PreMergeCommit,
    CommitMsg,
    PrePush,
    PreReceive,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) what: Option<RulesCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Their ids, severities and titles.
    List {
        /// As the table in docs/rules.md.
        #[arg(long)]
        markdown: bool,
    },
    /// All that is known of one.
    Show {
        /// Its id, such as `github-personal-token`.
        id: String,
    },
    /// What they say of a text, with reasons; ends with 1 if anything in it would be reported.
    Test {
        /// A file, or `-` for standard input.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Allow {
    /// The fingerprint that a report prints, or its first digits; `RULE/FINGERPRINT` will do, too.
    pub(crate) fingerprint: String,
    /// Why it is no secret, or does no harm.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which this counts.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Baseline {
    #[command(subcommand)]
    pub(crate) what: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Makes `.skant-baseline` of all that the working tree holds.
    Create(Entering),
    /// Adds what is found and not on record yet; changes and removes nothing.
    Update(Entering),
    /// Removes what neither the working tree nor the history holds any more.
    Prune,
    /// Says what `prune` would remove and what has ended; ends with 1 if there is any.
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct Entering {
    /// What the history holds, too.
    #[arg(long)]
    pub(crate) history: bool,
    /// Only what FILE knows, a `.secrets.baseline` of detect-secrets.
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub(crate) from: Option<PathBuf>,
    /// Why they are no secrets, or do no harm.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// The last day on which this counts.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) what: Option<ConfigCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Reads all settings and says what is wrong with them.
    Check {
        /// This file alone.
        file: Option<PathBuf>,
    },
    /// Each setting in force, and where it comes from.
    Show,
    /// The JSON Schema of `skant.toml`, for editors.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A fingerprint that a report prints, PATH:LINE, PATH, or `-` for standard input.
    #[arg(value_name = "FINGERPRINT|PATH:LINE|-")]
    pub(crate) what: OsString,
}

#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Also where the hooks' folder is tracked or shared by several repositories.
    #[arg(long, conflicts_with = "global")]
    pub(crate) force: bool,
    /// For all of your repositories, through `core.hooksPath`; their own hooks are called, too.
    #[arg(long)]
    pub(crate) global: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Low,
    Medium,
    High,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// Reads a format's name.
fn format(name: &str) -> Result<crate::report::Format, String> {
    name.parse::<crate::report::Format>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_hook_takes_names_that_look_like_options() {
        let arguments = ["skant", "hook", "pre-commit", "-n.txt", "--all"];
        let parsed = Arguments::try_parse_from(arguments).unwrap();
        let Command::Hook(hook) = parsed.command else { panic!("a hook") };
        assert_eq!(hook.arguments, ["-n.txt", "--all"]);
    }

    #[test]
    fn revisions_and_paths_are_told_apart() {
        let arguments = ["skant", "scan", "--history", "^main", "HEAD", "--", "src"];
        let Command::Scan(scan) = Arguments::try_parse_from(arguments).unwrap().command else {
            panic!("a scan")
        };
        assert_eq!((scan.what.len(), scan.paths.len()), (2, 1));
    }
}
