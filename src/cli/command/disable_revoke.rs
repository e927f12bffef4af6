//! The revocation of a value by its provider's own endpoint, for `disable` and `respond`.

use super::disable_outcome::{How, Outcome, by_hand, confirm_dead, describe_value, is_confirmed};
use crate::cli::error::CliError;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted};
use crate::finding::Verification;
use crate::net::Client;
use crate::policy::clock;
use crate::verify::{Revocation, RevokeOutcome, Verifiers, judge_revocation, plan_revocation};

/// Shows a value, asks for a confirmation, sends the revocation once, and asks whether the value still works. `None` if
/// its provider has no endpoint that revokes what it is called with.
///
/// # Errors
/// No request can be made, or standard output is closed.
pub(super) fn revoke(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
) -> Result<Option<Outcome>, CliError> {
    let (host, now) = (search.host.as_deref(), clock::now().as_second());
    let planned = plan_revocation(&Verifiers::builtin(), &subject.finding, subject.value(), host, now);
    let revocation = match planned {
        Ok(None) => return Ok(None),
        Ok(Some(revocation)) => revocation,
        Err(reason) => {
            output::print(format!("no request can be made: {reason}\n{}", by_hand(&[], subject)))?;
            return Ok(Some(Outcome::ByHand));
        }
    };
    let problems = subject.ask(search, how.asking, false)?;
    if is_interrupted(&problems) {
        return Ok(Some(Outcome::Interrupted));
    }
    output::print(describe_value(subject, &[]))?;
    if subject.finding.verification() == Some(Verification::Dead) {
        output::print("it works no more already; nothing was changed\n")?;
        return Ok(Some(Outcome::Dead));
    }
    output::print(format!("\n{} will revoke it: {}\n", revocation.request.host, revocation.effect))?;
    let name = subject.fact("account").filter(|name| !name.trim().is_empty()).map(str::to_owned);
    let (question, text) = match name {
        Some(account) => ("to do that, write the account:", account),
        None => ("to do that, write the fingerprint:", subject.finding.fingerprint.to_string()),
    };
    if !is_confirmed(how, question, &text)? {
        return Ok(Some(Outcome::Declined));
    }
    send(search, subject, how, &revocation).map(Some)
}

/// Sends a revocation once, and says what came of it.
fn send(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
    revocation: &Revocation,
) -> Result<Outcome, CliError> {
    let client = Client::new(how.asking.timeout, 1)?;
    match judge_revocation(revocation, &client.send(&revocation.request)) {
        RevokeOutcome::Done(reason) if revocation.can_be_checked => output::print(format!("{reason}\n"))?,
        RevokeOutcome::Done(reason) => {
            output::print(format!("{reason}; no harmless request says whether it still works\n"))?;
            return Ok(Outcome::Dead);
        }
        RevokeOutcome::Refused(reason) => {
            output::print(format!("refused: {reason}\n{}", by_hand(&[], subject)))?;
            return Ok(Outcome::ByHand);
        }
        RevokeOutcome::Unknown(reason) => {
            output::print(format!("{reason}; whether it was revoked is not known\n"))?
        }
    };
    confirm_dead(search, subject, how)
}
