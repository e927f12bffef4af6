//! An Anthropic API key is made inactive, or archived, by the Admin API.

use super::disable_outcome::{How, Outcome, by_hand, confirm_dead, describe_value, is_confirmed};
use crate::cli::admin_session::AdminSession;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::cli::value_search::{Subject, ValueSearch, is_interrupted};
use crate::policy::clock;
use crate::verify::Directory;

/// Shows a key and its owner, asks for a confirmation, disables it, and asks whether it still works.
///
/// # Errors
/// No request can be made, or standard output is closed.
pub(super) fn disable_key(
    search: &ValueSearch<'_>,
    subject: &mut Subject,
    how: How,
) -> Result<Outcome, CliError> {
    let problems = subject.ask(search, how.asking, true)?;
    if is_interrupted(&problems) {
        return Ok(Outcome::Interrupted);
    }
    let known = || Some((subject.fact("id")?.to_owned(), subject.fact("name")?.to_owned()));
    let Some((id, name)) = known().filter(|_| problems.is_empty()) else {
        output::print(by_hand(&problems, subject))?;
        return Ok(Outcome::ByHand);
    };
    let status = if how.archive { "archived" } else { "inactive" };
    let present = subject.fact("status").unwrap_or_default().to_owned();
    let session = AdminSession::open(how.asking)?;
    // The owner of the key is known, so there is a credential.
    let Some(directory) = session.directory() else { return Ok(Outcome::ByHand) };
    output::print(describe(subject, &directory, &id))?;
    if present == status || present == "archived" {
        output::print(format!("the key is {present} already; nothing was changed\n"))?;
        return confirm_dead(search, subject, how);
    }
    let effect = if how.archive { "this is final" } else { "it can be made active again in the Console" };
    output::print(format!("\n{name} ({id}) will be {status}: {effect}\n"))?;
    if !is_confirmed(how, "to do that, write the name of the key:", &name)? {
        return Ok(Outcome::Declined);
    }
    let (said, is_done) = match directory.set_status(&id, status) {
        Ok(now) if now == status => (format!("the key is {now} now\n"), true),
        Ok(now) => (format!("the key is {now}, and not {status}\n"), false),
        Err(error) => (format!("{error}; whether the key was changed is not known\n"), false),
    };
    output::print(said)?;
    let outcome = confirm_dead(search, subject, how)?;
    Ok(if is_done || outcome == Outcome::Interrupted { outcome } else { Outcome::Uncertain })
}

/// Describes the key: the answer, the owner, the place, and its use in the last hour.
fn describe(subject: &Subject, directory: &Directory<'_>, id: &str) -> String {
    let used = directory.tokens_of_last_hour(id, clock::now());
    let used = used.map_or_else(|error| format!("not known: {error}"), |tokens| format!("{tokens} tokens"));
    describe_value(subject, &[("last hour", &used)])
}
