//! `skant disable`: makes an Anthropic API key inactive, or archives it; revokes the secrets of other providers where they
//! have an endpoint for it. Shows what it is about first, and does nothing until somebody confirms.

use super::disable_key::disable_key;
use super::disable_outcome::{How, Outcome, by_hand};
use super::disable_revoke::revoke;
use super::verify::check_host;
use crate::cli::args::{Common, Disable};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, parse_fingerprints};
use crate::finding::Finding;
use crate::source::ScanControl;
use crate::verify::has_owner;

pub(crate) fn run(common: &Common, arguments: &Disable, control: &ScanControl) -> Result<Exit, CliError> {
    let digits = parse_fingerprints(std::slice::from_ref(&arguments.fingerprint))?.concat();
    check_host(arguments.host.as_deref())?;
    let search = ValueSearch::open(common, true, control)?;
    let search = ValueSearch { host: arguments.host.clone(), ..search };
    let how = How::new(arguments);
    let mut subject = search.find(&digits, false, how.asking)?;
    let outcome = disable(&search, &mut subject, how)?;
    let Finding { rule, fingerprint, .. } = &subject.finding;
    if outcome == Outcome::Dead && has_owner(rule) {
        output::print(format!(
            "next: `skant usage {fingerprint}` says what it was used for since it leaked\n"
        ))?;
    }
    Ok(outcome.exit())
}

/// Disables a value in the way that its provider has; what has none gets the steps to do by hand.
///
/// # Errors
/// No request can be made, or standard output is closed.
pub(super) fn disable(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
) -> Result<Outcome, CliError> {
    if has_owner(&subject.finding.rule) {
        return disable_key(search, subject, how);
    }
    if let Some(outcome) = revoke(search, subject, how)? {
        return Ok(outcome);
    }
    output::print(format!(
        "its provider has no request that a program may disable it with\n{}",
        by_hand(&[], subject)
    ))?;
    Ok(Outcome::ByHand)
}
