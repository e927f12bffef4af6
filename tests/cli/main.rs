//! Tests of the command line and of the library's public functions, some of which need programs or rights that a
//! machine may lack. Those are reported as `ignored` with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a panic here is the failure report, and the modules are for this program"
)]

#[path = "../support/mod.rs"]
mod support;

mod commands;
mod corpus;
#[cfg(unix)]
mod exit_codes;
mod explain;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod framework;
mod generated;
mod generic;
#[cfg(unix)]
mod install;
mod supply_chain;

use libtest_mimic::{Arguments, Trial};

fn trials() -> Vec<Trial> {
    let mut all: Vec<Trial> = [
        commands::trials(),
        corpus::trials(),
        explain::trials(),
        generated::trials(),
        generic::trials(),
        supply_chain::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(unix)]
    all.extend([exit_codes::trials(), framework::trials(), install::trials()].into_iter().flatten());
    #[cfg(target_os = "linux")]
    all.extend(faults::trials());
    all
}

fn main() {
    libtest_mimic::run(&Arguments::from_args(), trials()).exit();
}
