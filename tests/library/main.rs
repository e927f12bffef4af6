//! Tests of the library's public functions, in a module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a panic is the failure report, and modules are for this program"
)]

mod corpus;
mod delta_aware;
mod fixtures;
mod fleet_recipes;
mod generic;
mod packaging;
mod pairs;
mod provenance_oracle;
mod python_lib;
mod python_ray;
mod readers;
mod release;
mod rules;
mod sarif_schema;

use std::process::ExitCode;

use testkit::trials::Trial;

fn trials(_: bool) -> Vec<Trial> {
    let groups = [
        corpus::trials(),
        delta_aware::trials(),
        fixtures::trials(),
        fleet_recipes::trials(),
        generic::trials(),
        packaging::trials(),
        pairs::trials(),
        provenance_oracle::trials(),
        python_lib::trials(),
        python_ray::trials(),
        readers::trials(),
        release::trials(),
        rules::trials(),
        sarif_schema::trials(),
    ];
    groups.into_iter().flatten().collect()
}

fn main() -> ExitCode {
    testkit::trials::run(env!("CARGO_BIN_EXE_skant"), trials)
}
