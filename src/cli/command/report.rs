//! `skant report`: makes every format from a saved JSON report, with filters.

use std::path::Path;

use super::fleet_report;
use crate::cli::args::{Common, SavedReportOptions};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::report_targets::Request;
use crate::cli::{output, saved_report};
use crate::finding::{Confidence, Problem, ProblemKind, Report};
use crate::policy::RunMode;
use crate::rules::RuleSet;

/// Writes the report again. Ends with 0 whatever it holds: the scan has decided.
pub(crate) fn run(common: &Common, arguments: &SavedReportOptions) -> Result<Exit, CliError> {
    if fleet_report::is_store(Path::new(&arguments.file)) {
        return fleet_report::report(common, arguments);
    }
    let request = Request {
        format: arguments.format.wanted(),
        outputs: &arguments.output,
        folder: &common.caller_folder,
        quiet: common.quiet,
    };
    let targets = request.targets()?;
    let mut saved = saved_report::read(&arguments.file)?;
    // A report may come from another version, or hold findings of rules of a repository.
    let builtin = RuleSet::builtin();
    let known = builtin.rules().iter().map(|rule| rule.id.as_ref());
    let found = saved.report.findings.iter().map(|finding| finding.rule.as_ref());
    arguments.filters.check_rules(&known.chain(found))?;
    let confidence = common.min_confidence.map(Confidence::from);
    if let Some(note) = confidence.and_then(|wanted| note_about_confidence(&saved.report, wanted)) {
        saved.report.notes.push(note);
        saved.report.notes.sort();
    }
    arguments.filters.filter(confidence)?.apply(&mut saved.report);
    let time = saved.written.unwrap_or_else(output::report_time);
    output::write_at(&saved.report, &targets, common, time, RunMode::DEFAULT_SCAN)?;
    Ok(Exit::Clean)
}

/// Returns a note if a report may have been saved without the findings of the wanted confidence.
fn note_about_confidence(report: &Report, wanted: Confidence) -> Option<Problem> {
    let lowest = report.findings.iter().map(|finding| finding.confidence).min();
    let may_lack = wanted < Confidence::Medium && lowest.is_none_or(|lowest| lowest > wanted);
    may_lack.then(|| Problem {
        kind: ProblemKind::LeftOut,
        path: None,
        message: "the saved report holds no finding below medium confidence, as a scan saves it by default; \
            `skant scan --min-confidence low --output json:FILE` saves the others as well"
            .to_owned(),
    })
}
