//! `skant usage`: what an Anthropic API key was used for since it leaked, from the Admin API.

use super::usage_report::{KeyOfFinding, NoUsage, Start, read};
use super::{usage_json, usage_text};
use crate::cli::args::{Common, Usage, UsageFormat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::value_search::{ValueSearch, is_interrupted, parse_fingerprints};
use crate::policy::clock;
use crate::source::ScanControl;

pub(crate) fn run(common: &Common, arguments: &Usage, control: &ScanControl) -> Result<Exit, CliError> {
    let digits = parse_fingerprints(std::slice::from_ref(&arguments.fingerprint))?.concat();
    let search = ValueSearch::open(common, true, control)?;
    let mut subject = search.find(&digits, arguments.since.is_none(), arguments.asking)?;
    let start = Start::of(&subject.finding, arguments.since, clock::now());
    let problems = subject.ask(&search, arguments.asking, true)?;
    if is_interrupted(&problems) {
        return Ok(Exit::Interrupted);
    }
    let (finding, workspace) = (&subject.finding, subject.fact("workspace"));
    let report = match (problems.first(), subject.fact("id")) {
        (None, Some(id)) => read(&KeyOfFinding { finding, id, workspace }, start, arguments.asking)?,
        (problem, _) => {
            let why = problem.map_or_else(|| "the owner is not known".to_owned(), |one| one.message.clone());
            return Err(NoUsage::new(finding, why).into());
        }
    };
    let text = if arguments.json || arguments.format == UsageFormat::Json {
        usage_json::render(&report)
    } else {
        usage_text::describe(&report, common)
    };
    output::print(text)?;
    Ok(report.exit())
}
