//! Tests of the command line, in a module per subject.
#![allow(
    clippy::format_collect,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a panic is the failure report, and modules are for this program"
)]

mod admin_api;
#[cfg(unix)]
mod advice;
#[cfg(unix)]
mod agent_audit;
#[cfg(unix)]
mod agent_hook;
#[cfg(unix)]
mod agent_hook_evasions;
#[cfg(unix)]
mod agent_install;
#[cfg(unix)]
mod agent_mcp;
#[cfg(unix)]
mod agent_payloads;
#[cfg(unix)]
mod agent_plugins;
#[cfg(unix)]
mod alert_identity;
mod audit_state;
mod baseline_digits;
#[cfg(target_os = "linux")]
mod bombs;
mod change_settings;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod ci_recipes;
mod commands;
mod completions;
mod config_fixtures;
mod contexts;
mod determinism;
mod disable;
mod disable_revoke;
#[cfg(unix)]
mod earlier_hooks;
#[cfg(unix)]
mod exit_codes;
mod explain;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod fix;
#[cfg(unix)]
mod fix_history;
#[cfg(unix)]
mod fix_places;
#[cfg(unix)]
mod fleet;
#[cfg(unix)]
mod fleet_remote;
#[cfg(unix)]
mod git_concurrency;
#[cfg(unix)]
mod git_damage;
#[cfg(unix)]
mod git_pipes;
mod held_by;
#[cfg(unix)]
mod hook_managers;
#[cfg(unix)]
mod hook_status;
#[cfg(unix)]
mod html_report;
mod images;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod manners;
#[cfg(unix)]
mod no_leak;
mod path_patterns;
mod policy;
#[cfg(unix)]
mod pre_commit;
mod progress;
mod readme;
#[cfg(unix)]
mod redact;
mod respond;
mod review;
mod rule_docs;
mod saved_reports;
mod supply_chain;
mod suppression;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod triage;
mod usage;
mod verify_answers;
#[cfg(unix)]
mod verify_faults;
mod verify_own;
mod verify_owner;
mod verify_runs;
#[cfg(unix)]
mod weak_provenance;
mod workflow_lint;

use std::process::ExitCode;

use testkit::trials::Trial;

#[expect(clippy::too_many_lines, reason = "two lines for each module")]
fn trials(_: bool) -> Vec<Trial> {
    let groups = [
        #[cfg(unix)]
        advice::trials(),
        #[cfg(unix)]
        agent_audit::trials(),
        audit_state::trials(),
        #[cfg(unix)]
        agent_hook::trials(),
        #[cfg(unix)]
        agent_hook_evasions::trials(),
        #[cfg(unix)]
        agent_install::trials(),
        #[cfg(unix)]
        agent_mcp::trials(),
        #[cfg(unix)]
        agent_plugins::trials(),
        #[cfg(unix)]
        alert_identity::trials(),
        baseline_digits::trials(),
        #[cfg(target_os = "linux")]
        bombs::trials(),
        change_settings::trials(),
        #[cfg(unix)]
        ci::trials(),
        #[cfg(unix)]
        ci_recipes::trials(),
        commands::trials(),
        completions::trials(),
        config_fixtures::trials(),
        contexts::trials(),
        determinism::trials(),
        disable::trials(),
        disable_revoke::trials(),
        #[cfg(unix)]
        earlier_hooks::trials(),
        #[cfg(unix)]
        exit_codes::trials(),
        explain::trials(),
        #[cfg(target_os = "linux")]
        faults::trials(),
        #[cfg(unix)]
        fix::trials(),
        #[cfg(unix)]
        fix_history::trials(),
        #[cfg(unix)]
        fix_places::trials(),
        #[cfg(unix)]
        fleet::trials(),
        #[cfg(unix)]
        fleet_remote::trials(),
        #[cfg(unix)]
        git_concurrency::trials(),
        #[cfg(unix)]
        git_damage::trials(),
        #[cfg(unix)]
        git_pipes::trials(),
        #[cfg(unix)]
        hook_managers::trials(),
        #[cfg(unix)]
        hook_status::trials(),
        #[cfg(unix)]
        held_by::trials(),
        html_report::trials(),
        images::trials(),
        #[cfg(unix)]
        install::trials(),
        #[cfg(unix)]
        kills::trials(),
        #[cfg(unix)]
        manners::trials(),
        #[cfg(unix)]
        no_leak::trials(),
        path_patterns::trials(),
        policy::trials(),
        #[cfg(unix)]
        pre_commit::trials(),
        progress::trials(),
        readme::trials(),
        #[cfg(unix)]
        redact::trials(),
        review::trials(),
        respond::trials(),
        rule_docs::trials(),
        saved_reports::trials(),
        suppression::trials(),
        #[cfg(unix)]
        triage::trials(),
        #[cfg(unix)]
        usage::trials(),
        verify_answers::trials(),
        #[cfg(unix)]
        verify_faults::trials(),
        verify_own::trials(),
        verify_owner::trials(),
        verify_runs::trials(),
        #[cfg(unix)]
        weak_provenance::trials(),
        supply_chain::trials(),
        workflow_lint::trials(),
    ];
    groups.into_iter().flatten().collect()
}

fn main() -> ExitCode {
    testkit::trials::run(env!("CARGO_BIN_EXE_skant"), trials)
}
