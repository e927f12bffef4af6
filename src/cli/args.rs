//! The arguments, as clap parses them. The descriptions of the commands are in `command_table`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

pub(crate) use super::agent_args::{Agent, AgentCommand};
pub(crate) use super::allow_args::{Allow, Triage};
use super::filter_options::FilterOptions;
pub(crate) use super::fix_args::Fix;
pub(crate) use super::fleet_args::{Fleet, FleetCommand, FleetPlan, FleetScan, FleetStatus};
pub(crate) use super::global_options::Common;
pub(crate) use super::option_values::{Level, When};
pub(crate) use super::report_format::ReportFormat;
pub(crate) use super::status_args::{Status, StatusFormat};
pub(crate) use super::verify_args::{AskOptions, Disable, Respond, Usage, UsageFormat, Verify};
use super::{command_help, global_options};

/// Returns clap's description of the program and its commands.
pub(crate) fn command() -> clap::Command {
    global_options::shown_where_they_count(command_help::with_descriptions(Arguments::command()))
}

/// Keep secrets out of git, Anthropic's keys first.
#[derive(Debug, Parser)]
#[command(name = "skant", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 everything read and nothing found, 1 findings, 2 something could not be checked or \
    the arguments are wrong, 3 both, 130 interrupted.\n\n\
    Examples:\n  # protect this clone: check each commit, message and push\n  skant install\n  \
    # the files of this folder, and the whole history\n  skant scan\n  skant scan --history\n  \
    # the options of a command\n  skant help scan"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Install(Install),
    Uninstall(Uninstall),
    Status(Status),
    Hook(Hook),
    Agent(Agent),
    Scan(Box<Scan>),
    Redact(Redact),
    Fleet(Fleet),
    Report(Box<SavedReportOptions>),
    Diff(DiffOptions),
    Explain(Explain),
    Rules(Rules),
    Allow(Allow),
    Triage(Triage),
    Baseline(Baseline),
    Config(Config),
    Verify(Verify),
    Usage(Usage),
    Respond(Respond),
    Disable(Disable),
    Fix(Fix),
    Demo(Demo),
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    Man,
    Version,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Scan {
    /// Files and folders (default: `.`), or `-` for standard input; with --history, revisions such as `main..HEAD`.
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<OsString>,
    /// With --history: only what is below these paths.
    #[arg(last = true, value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,
    /// Scan what the next commit would add: the index compared with HEAD.
    #[arg(long, conflicts_with_all = ["history", "no_ignore"])]
    pub(crate) staged: bool,
    /// Scan everything in the repository; with revisions, what those commits add.
    #[arg(long, conflicts_with = "no_ignore")]
    pub(crate) history: bool,
    /// Scan the commits of this CI run, which its environment names (GitHub Actions, GitLab, Bitbucket, Azure,
    /// Jenkins, CircleCI, Buildkite).
    #[arg(long, conflicts_with_all = ["staged", "history", "no_ignore", "targets"])]
    pub(crate) ci: bool,
    /// Scan files that git ignores as well.
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// With --history: scan each version in full instead of only its changes (slower, same result).
    #[arg(long = "full-scan", requires = "history", hide_short_help = true)]
    pub(crate) full: bool,
    /// With --history: keep in FILE what a complete run has read; the next run with FILE reads only the rest. The report is
    /// the same, with a note. FILE may not be in the working tree.
    #[arg(long, value_name = "FILE", requires = "history", conflicts_with = "targets")]
    pub(crate) state: Option<PathBuf>,
    /// Use the settings of REV; the scanned commits may add suppressions by fingerprint, but not switch a rule off.
    #[arg(long, value_name = "REV", requires = "history", hide_short_help = true)]
    pub(crate) policy_from: Option<String>,
    /// File name to assume for standard input.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub(crate) path: Option<String>,
    #[command(flatten)]
    pub(crate) format: ReportFormat,
    /// Write the report to FILE instead of standard output; with FORMAT:FILE, write it there as well (repeatable). The
    /// ending of FILE names the format (txt, json, jsonl, sarif, xml, md, html, csv) if nothing else does.
    #[arg(long, short, value_name = "[FORMAT:]FILE")]
    pub(crate) output: Vec<OsString>,
    /// End with exit code 1 for findings of at least this confidence (default: medium), or with --verify only for live
    /// ones.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
    /// End with exit code 1 for passwords and other unstructured secrets in production files only, or in tests,
    /// examples and translations as well (default: production). Providers' keys fail everywhere.
    #[arg(long, value_name = "CONTEXT", hide_short_help = true)]
    pub(crate) fail_on_context: Option<FailOnContext>,
    /// End with exit code 1 also for findings that only unreachable objects hold.
    #[arg(long, hide_short_help = true)]
    pub(crate) fail_on_unreachable: bool,
    /// Ask the provider of each value whether it still works. This sends the value to its provider, and to nobody else.
    #[arg(long, hide_short_help = true)]
    pub(crate) verify: bool,
    /// Report only findings of which the provider says that they work.
    #[arg(long, requires = "verify", hide_short_help = true)]
    pub(crate) only_live: bool,
    #[command(flatten)]
    pub(crate) asking: AskOptions,
    #[command(flatten)]
    pub(crate) filters: FilterOptions,
}

#[derive(Debug, Args)]
pub(crate) struct SavedReportOptions {
    /// A report that `skant scan --output json:FILE` saved, `-` for standard input, or a store of `skant fleet scan`.
    #[arg(value_name = "FILE|STORE")]
    pub(crate) file: OsString,
    #[command(flatten)]
    pub(crate) format: ReportFormat,
    /// Write the report to FILE instead of standard output; with FORMAT:FILE, write it there as well (repeatable).
    #[arg(long, short, value_name = "[FORMAT:]FILE")]
    pub(crate) output: Vec<OsString>,
    #[command(flatten)]
    pub(crate) filters: FilterOptions,
}

#[derive(Debug, Args)]
pub(crate) struct DiffOptions {
    /// The older report, in the format `json`, or an older store of `skant fleet scan`.
    #[arg(value_name = "OLD")]
    pub(crate) old: OsString,
    /// The newer report, in the format `json`, `-` for standard input, or the newer store.
    #[arg(value_name = "NEW")]
    pub(crate) new: OsString,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Redact {
    /// Write the rule and a number for each value, such as `[anthropic-api-key-1]`, so that equal values stay equal.
    #[arg(long)]
    pub(crate) map: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Hook {
    /// The hook to run.
    pub(crate) name: HookName,
    /// The arguments that git or the pre-commit framework passes.
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
    pub(crate) command: Option<RulesCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the ids, severities and titles of the rules in force (default).
    List {
        /// Print the table of docs/rules.md.
        #[arg(long)]
        markdown: bool,
    },
    /// Show what one rule finds and what to do after a leak; with `-v`, also how it matches.
    Show {
        /// The id of the rule, such as `github-personal-token`.
        id: String,
    },
    /// Test a text against the rules and print the reasons; end with exit code 1 if a scan would report a finding.
    Test {
        /// A file, `-` for standard input, or the text itself.
        #[arg(value_name = "FILE|TEXT|-")]
        text: OsString,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Baseline {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Create `.skant-baseline` with all findings of the working tree.
    Create(BaselineOptions),
    /// Add the findings that the baseline does not have; existing entries stay as they are.
    Update(BaselineOptions),
    /// Remove the entries whose value is in neither the working tree nor the history.
    Prune,
    /// List the entries that `prune` would remove and the expired ones; end with exit code 1 if there are any.
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineOptions {
    /// Add the findings of the whole history as well.
    #[arg(long)]
    pub(crate) history: bool,
    /// Add only findings that FILE knows, a `.secrets.baseline` of detect-secrets.
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub(crate) from: Option<PathBuf>,
    /// Why the values are not secrets, or do no harm.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Last day on which the entries apply, such as 2027-01-31 (default: no end).
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) command: Option<ConfigCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read all settings and report what is wrong with them.
    Check {
        /// Check only this file.
        file: Option<PathBuf>,
    },
    /// Show each setting in force and the file that it comes from (default).
    Show,
    /// Print the JSON Schema of `skant.toml`, for editors.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A fingerprint in a report, PATH:LINE, PATH, or `-` for standard input.
    #[arg(value_name = "FINGERPRINT|PATH:LINE|-")]
    pub(crate) target: OsString,
    /// Show the value itself: on a terminal only, never in CI or to a coding agent.
    #[arg(long)]
    pub(crate) reveal: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Install even if the hooks folder is tracked, or shared by several repositories.
    #[arg(long, conflicts_with = "global")]
    pub(crate) force: bool,
    /// Install for all of your repositories, with `core.hooksPath`; their own hooks are called as well.
    #[arg(long)]
    pub(crate) global: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Uninstall {
    /// Remove the hooks even if the hooks folder is tracked, or shared by several repositories.
    #[arg(long, conflicts_with = "global")]
    pub(crate) force: bool,
    /// Remove the hooks for all of your repositories, and unset `core.hooksPath`.
    #[arg(long)]
    pub(crate) global: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) format: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Low,
    Medium,
    High,
    /// Only secrets of which the provider says that they work; needs --verify.
    Live,
    /// As medium, but not for secrets that work no more: by their stated expiry, or with --verify by their provider.
    NotDead,
    Never,
}

/// The contexts in which a generic rule's finding fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnContext {
    Production,
    All,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;

    fn parsed(arguments: &[&str]) -> Command {
        crate::cli::parse::parse(arguments.iter().map(OsString::from)).unwrap().command
    }

    #[test]
    fn the_definition_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_hook_takes_names_that_look_like_options() {
        let Command::Hook(hook) = parsed(&["skant", "hook", "pre-commit", "-n.txt", "--all"]) else {
            panic!("a hook")
        };
        assert_eq!(hook.arguments, ["-n.txt", "--all"]);
    }

    #[test]
    fn revisions_and_paths_are_separated() {
        let arguments = ["skant", "scan", "--history", "^main", "HEAD", "--", "src"];
        let Command::Scan(scan) = parsed(&arguments) else { panic!("a scan") };
        assert_eq!((scan.targets.len(), scan.paths.len()), (2, 1));
    }

    #[test]
    fn the_help_of_scan_lists_every_format_with_its_description() {
        let help = command().find_subcommand_mut("scan").unwrap().render_long_help().to_string();
        for (format, name, description) in Format::TABLE {
            let Command::Scan(scan) = parsed(&["skant", "scan", "--format", name]) else { panic!("a scan") };
            assert_eq!(scan.format.wanted(), Some(format));
            assert!(help.contains(&format!("- {name}:")) && help.contains(description), "{name}: {help}");
        }
    }
}
