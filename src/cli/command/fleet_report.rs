//! `skant report STORE` and `skant diff STORE STORE`: one view over the reports of many repositories.

use std::io;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::args::{Common, DiffOptions, SavedReportOptions};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::fleet_store::read_merged;
use crate::cli::output;
use crate::cli::report_targets::{Request, Target};
use crate::finding::{Confidence, Report};
use crate::fleet::store::Store;
use crate::report::Format;
use crate::report::fleet::{self, FleetDifference, FleetFormat, Merged};
use crate::rules::RuleSet;

#[derive(Debug, Error, Diagnostic)]
enum FleetReportError {
    #[error("the reports of a store have no format `{0}`")]
    #[diagnostic(
        code(skant::fleet::format),
        help(
            "use human, json, html or csv; the folder `reports` of the store has a JSON report of each repository"
        )
    )]
    Format(Format),
    #[error("a store can be compared with another store only")]
    #[diagnostic(code(skant::fleet::compared), help("name two stores, or two JSON reports"))]
    StoreAndFile,
}

/// Whether a path is a store, or a folder that should be one.
pub(super) fn is_store(path: &Path) -> bool {
    path.is_dir() || Store::is_at(path)
}

/// Writes the merged view. Ends with 2 if a repository was not read, else with 0.
pub(super) fn report(common: &Common, options: &SavedReportOptions) -> Result<Exit, CliError> {
    let request = Request {
        format: options.format.wanted(),
        outputs: &options.output,
        folder: &common.caller_folder,
        quiet: common.quiet,
    };
    let targets = request.targets()?;
    let formats = targets
        .iter()
        .map(|target| format_of(common, target))
        .collect::<Result<Vec<_>, FleetReportError>>()?;
    let filter = options.filters.filter(common.min_confidence.map(Confidence::from))?;
    // The rules of each report are known only after it was read; a rule of a repository has to be in one of them.
    let found = std::sync::Mutex::new(std::collections::BTreeSet::new());
    let merged = read_merged(Path::new(&options.file), &|report: &mut Report| {
        if let Ok(mut found) = found.lock() {
            found.extend(report.findings.iter().map(|finding| finding.rule.to_string()));
        }
        filter.apply(report);
    })?;
    let builtin = RuleSet::builtin();
    let found = found.into_inner().unwrap_or_default();
    let known = builtin.rules().iter().map(|rule| rule.id.as_ref()).chain(found.iter().map(String::as_str));
    options.filters.check_rules(&known)?;
    for (target, format) in targets.iter().zip(formats) {
        write(&merged, target, format)?;
    }
    Ok(if merged.is_complete() { Exit::Clean } else { Exit::Failed })
}

fn format_of(common: &Common, target: &Target) -> Result<FleetFormat, FleetReportError> {
    match target.format {
        Format::Human => Ok(FleetFormat::Human { everything: common.verbose > 0, quiet: common.quiet }),
        Format::Json => Ok(FleetFormat::Json),
        Format::Html => Ok(FleetFormat::Html),
        Format::Csv => Ok(FleetFormat::Csv),
        other => Err(FleetReportError::Format(other)),
    }
}

fn write(merged: &Merged, target: &Target, format: FleetFormat) -> Result<(), CliError> {
    let mut content = Vec::new();
    let written = fleet::write(format, merged, &mut content);
    let write_error = |source| IoError::Write { stream: "the report", source };
    written.map_err(write_error)?;
    match &target.file {
        None => output::print(content).map(|_| ()),
        Some(path) => {
            let failed = |source: io::Error| {
                write_error(io::Error::new(source.kind(), format!("{}: {source}", path.display())))
            };
            Ok(output::replace_file(path, &content).map_err(failed)?)
        }
    }
}

/// Prints what two stores differ in. Ends with 1 if a value is new, or in a further repository; a repository of the new
/// store that was not read adds 2.
pub(super) fn diff(common: &Common, options: &DiffOptions) -> Result<Exit, CliError> {
    let paths = [&options.old, &options.new].map(Path::new);
    if !paths.iter().all(|path| is_store(path)) {
        return Err(FleetReportError::StoreAndFile.into());
    }
    let old = read_merged(paths[0], &|_| {})?;
    let new = read_merged(paths[1], &|_| {})?;
    let difference = FleetDifference::between(&old, &new);
    let text = if options.json { difference.to_json() } else { difference.to_text(common.quiet) };
    output::print(text)?;
    let exit = if difference.has_new() { Exit::Findings } else { Exit::Clean };
    Ok(if new.is_complete() { exit } else { exit.and_incomplete() })
}
