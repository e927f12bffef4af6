//! Rejects values that are no secrets: references, code, public values, placeholders. This happens before the model, in
//! training as in use; only causes that need more of the text around ([`in_context`]) are asked after it. A value that may
//! be a secret with a low probability is not rejected here: see `confidence_cap`.

mod cause;
pub(crate) mod code;
mod famous_phrase;
pub(crate) mod in_context;
mod key_id;
pub(crate) mod literal_set;
mod one_time;
mod password_hash;
pub(crate) mod placeholder;
pub(crate) mod public_value;
pub(crate) mod reference;
pub(crate) mod service_uuid;
mod time;

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::assignment::passphrase;
use crate::text::find_short;
use crate::token_check;

pub(crate) use cause::Cause;

/// Returns why the value of an assignment is no secret, or `None` if it may be one.
pub(crate) fn rejection(text: &[u8], assignment: &Assignment) -> Option<Cause> {
    let value = &text[assignment.value.clone()];
    rejection_of_value(value)
        .or_else(|| rejection_by_form(text, assignment))
        .or_else(|| is_sentence(text, assignment).then_some(Cause::Prose))
        .or_else(|| is_code(text, assignment).then_some(Cause::Code))
}

/// Returns why the form of a value, of its name or of the operator between them says that it is no secret.
fn rejection_by_form(text: &[u8], assignment: &Assignment) -> Option<Cause> {
    let value = &text[assignment.value.clone()];
    let name = &text[assignment.name.clone()];
    let operator = assignment.operator;
    let when = |cause: Cause, holds: bool| holds.then_some(cause);
    when(Cause::Uuid, public_value::is_uuid(value) && !service_uuid::may_be_key(text, assignment))
        .or_else(|| {
            when(
                Cause::KeyId,
                public_value::is_key_id(name, value) || key_id::is_near_fingerprint(text, assignment),
            )
        })
        .or_else(|| {
            when(Cause::Version, public_value::is_version(value) || public_value::is_requirement(value))
        })
        .or_else(|| when(Cause::PublicKey, public_value::is_client_key(value)))
        .or_else(|| when(Cause::PublicKey, public_value::is_search_key(text, &assignment.value)))
        .or_else(|| when(Cause::AnonymousUser, public_value::is_of_anonymous_user(text, &assignment.name)))
        .or_else(|| {
            let has_more_arguments =
                operator == Operator::Call && text.get(assignment.value.end + 1) == Some(&b',');
            let is_in_list = operator == Operator::Comma && !code::is_whole_list(text, assignment);
            when(Cause::Code, has_more_arguments || is_in_list)
        })
        .or_else(|| {
            let is_user_name = operator == Operator::Url && text[assignment.wrapper.clone()] == *value;
            when(Cause::UserName, is_user_name)
        })
        .or_else(|| {
            when(Cause::Placeholder, operator == Operator::Scheme && public_value::is_empty_login(value))
        })
        .or_else(|| {
            let is_secret_word = find_short(&name.to_ascii_lowercase(), b"pass").is_some();
            when(Cause::Name, !is_secret_word && public_value::is_header_name(value))
        })
        .or_else(|| when(Cause::Name, one_time::is_one_time(text, assignment)))
        .or_else(|| when(Cause::Escape, public_value::has_needless_escape(value)))
        .or_else(|| when(Cause::Time, time::is_time(value) || time::is_lifetime(name, value)))
        .or_else(|| when(Cause::PasswordHash, password_hash::is_password_hash(text, assignment)))
}

fn is_sentence(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let spaces = memchr::memchr_iter(b' ', value).count();
    let is_long = spaces > 3 || value.len() > 24 && spaces > 1;
    value[0] != b'{' && is_long && !passphrase::may_be_passphrase(text, assignment)
}

fn is_code(text: &[u8], assignment: &Assignment) -> bool {
    let has_end = matches!(assignment.operator, Operator::Url | Operator::Column | Operator::Prose);
    let is_unquoted = assignment.quote == Quote::None && !has_end;
    code::is_other_code(text, assignment) || is_unquoted && code::is_code(text, assignment)
}

/// Returns why a value is no secret, whatever the text around it is.
pub(crate) fn rejection_of_value(value: &[u8]) -> Option<Cause> {
    let is_one_character =
        || value.iter().all(|byte| *byte == value[0] || matches!(byte, b' ' | b'.' | b'-'));
    let hides_placeholder =
        |password: &[u8]| placeholder::is_placeholder(password) || reference::is_no_value(password);
    if reference::is_reference(value) {
        Some(Cause::Reference)
    } else if is_one_character()
        || placeholder::has_run_or_sequence(value)
        || placeholder::is_separated_sequence(value)
    {
        Some(Cause::Repetition)
    } else if reference::is_no_value(value) || reference::is_list_of_no_values(value) {
        Some(Cause::Keyword)
    } else if placeholder::is_placeholder(value)
        || placeholder::is_punctuation(value)
        || famous_phrase::is_famous(value)
        || token_check::basic_auth_password(value).is_some_and(|password| hides_placeholder(&password))
    {
        Some(Cause::Placeholder)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
