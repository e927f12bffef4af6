//! `skant fleet`: its commands.

use std::sync::Arc;

use super::{fleet_plan, fleet_scan, fleet_status};
use crate::cli::args::{Common, Fleet, FleetCommand};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::source::ScanControl;

pub(crate) fn run(common: &Common, fleet: &Fleet, control: &Arc<ScanControl>) -> Result<Exit, CliError> {
    match &fleet.command {
        FleetCommand::Plan(options) => fleet_plan::run(common, options, control),
        FleetCommand::Scan(options) => fleet_scan::run(common, options, control),
        FleetCommand::Status(options) => fleet_status::run(common, options),
    }
}
