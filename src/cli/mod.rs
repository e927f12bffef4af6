//! The command line: reads the arguments, runs one command, prints its errors and returns the exit code.
//!
//! clap is used in this module only. No scan and no policy is decided here: commands call the layers below.

pub(crate) mod admin_session;
pub(crate) mod agent_args;
pub(crate) mod allow_args;
pub(crate) mod args;
pub(crate) mod baseline_file;
pub(crate) mod command;
pub(crate) mod command_help;
mod command_table;
pub(crate) mod confirm;
pub(crate) mod error;
pub(crate) mod exit;
pub(crate) mod filter_options;
pub(crate) mod fix_args;
pub(crate) mod fleet_args;
pub(crate) mod fleet_store;
pub(crate) mod global_options;
pub(crate) mod incident_note;
pub(crate) mod incident_state;
pub(crate) mod key_input;
pub(crate) mod key_question;
pub(crate) mod link_base;
pub(crate) mod live_check;
pub(crate) mod option_values;
pub(crate) mod output;
mod parse;
pub(crate) mod path_arguments;
pub(crate) mod process;
pub(crate) mod progress;
pub(crate) mod report_format;
pub(crate) mod report_targets;
pub(crate) mod saved_report;
pub(crate) mod scan_target;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod status_args;
pub(crate) mod stdin;
pub(crate) mod terminal;
pub(crate) mod usage_error;
pub(crate) mod value_search;
pub(crate) mod verify_args;

use std::ffi::OsString;
use std::panic;
use std::sync::Arc;

use args::{Arguments, Command};
use error::CliError;

use crate::source::ScanControl;

pub(crate) use exit::Exit;

/// Runs the program with these arguments; the first one is the program's name. Returns the exit code of the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    process::hide_panic_messages();
    process::disable_core_dumps();
    process::end_with_parent();
    // The panic hook has printed where a panic came from.
    panic::catch_unwind(panic::AssertUnwindSafe(|| run_command(arguments))).unwrap_or(Exit::Failed)
}

fn run_command(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut arguments = match parse::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return error::print_clap_error(&usage_error::with_tips(error)),
    };
    arguments.common.caller_folder = std::env::current_dir().unwrap_or_default();
    let control = process::cancel_on_signal();
    let result = process::configure(&arguments.common).and_then(|()| dispatch(&arguments, &control));
    result.unwrap_or_else(|error| {
        error::print(&*error, &arguments.common);
        Exit::Failed
    })
}

fn dispatch(arguments: &Arguments, control: &Arc<ScanControl>) -> Result<Exit, CliError> {
    let common = &arguments.common;
    match &arguments.command {
        Command::Install(options) => command::install::run(common, options),
        Command::Uninstall(options) => command::uninstall::run(options),
        Command::Status(options) => command::status::run(common, options),
        Command::Agent(agent) => command::agent::run(common, agent, control),
        Command::Hook(hook) => command::hook::run(common, hook, control),
        Command::Scan(scan) => command::scan::run(common, scan, control),
        Command::Redact(options) => command::redact::run(common, options, control),
        Command::Fleet(fleet) => command::fleet::run(common, fleet, control),
        Command::Report(options) => command::report::run(common, options),
        Command::Diff(options) => command::diff::run(common, options),
        Command::Explain(options) => command::explain::run(common, options, control),
        Command::Rules(options) => command::rules::run(common, options, control),
        Command::Allow(options) => command::allow::run(common, options, control),
        Command::Triage(options) => command::triage::run(common, options, control),
        Command::Baseline(options) => command::baseline::run(common, options, control),
        Command::Config(options) => command::config::run(common, options),
        Command::Verify(options) => command::verify::run(common, options, control),
        Command::Usage(options) => command::usage::run(common, options, control),
        Command::Respond(options) => command::respond::run(common, options, control),
        Command::Disable(options) => command::disable::run(common, options, control),
        Command::Fix(options) => command::fix::run(common, options, control),
        Command::Demo(options) => command::demo::run(common, options, control),
        Command::Completions { shell } => command::completions::run(*shell),
        Command::Man => command::man::run(),
        Command::Version => command::version::run(),
    }
}
