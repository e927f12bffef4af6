//! `skant report`: makes every format from a saved JSON report, with filters.

use crate::cli::args::{Common, SavedReportOptions};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::report_targets::Request;
use crate::cli::{output, saved_report};
use crate::finding::Confidence;
use crate::policy::RunMode;

/// Writes the report again. Ends with 0 whatever it holds: the scan has decided.
pub(crate) fn run(common: &Common, arguments: &SavedReportOptions) -> Result<Exit, CliError> {
    let request = Request {
        format: arguments.format.wanted(),
        outputs: &arguments.output,
        folder: &common.caller_folder,
        quiet: common.quiet,
    };
    let targets = request.targets()?;
    let mut saved = saved_report::read(&arguments.file)?;
    let confidence = common.min_confidence.map(Confidence::from);
    arguments.filters.filter(confidence)?.apply(&mut saved.report);
    let time = saved.written.unwrap_or_else(output::report_time);
    output::write_at(&saved.report, &targets, common, time, RunMode::DEFAULT_SCAN)?;
    Ok(Exit::Clean)
}
