//! Rejects values that are no secrets: references, code, public values, placeholders. This happens before the model, in
//! training as in use. A value that may be a secret with a low probability is not rejected here: see `confidence_cap`.

pub(crate) mod code;
pub(crate) mod literal_set;
pub(crate) mod placeholder;
pub(crate) mod public_value;
pub(crate) mod reference;

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::token_check;

/// Returns whether the value of an assignment is no secret.
pub(crate) fn is_rejected(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let operator = assignment.operator;
    if is_rejected_value(value)
        || public_value::is_uuid(value)
        || public_value::is_key_id(&text[assignment.name.clone()], value)
        || public_value::is_version(value)
        || public_value::is_client_key(value)
        || public_value::is_search_key(text, &assignment.value)
        || public_value::is_of_anonymous_user(text, &assignment.name)
        || operator == Operator::Call && text.get(assignment.value.end + 1) == Some(&b',')
        || operator == Operator::Comma && !code::is_whole_list(text, assignment)
        // The password is the user name.
        || operator == Operator::Url && text[assignment.wrapper.clone()] == *value
        || operator == Operator::Scheme && public_value::is_empty_login(value)
        || public_value::has_needless_escape(value)
        || public_value::is_timestamp(value)
    {
        return true;
    }
    // A sentence.
    let spaces = memchr::memchr_iter(b' ', value).count();
    if value[0] != b'{' && (spaces > 3 || value.len() > 24 && spaces > 1) {
        return true;
    }
    code::is_other_code(text, assignment)
        || assignment.quote == Quote::None
            && !matches!(operator, Operator::Url | Operator::Column | Operator::Prose)
            && code::is_code(text, assignment)
}

/// Returns whether a value is no secret, whatever the text around it is.
pub(crate) fn is_rejected_value(value: &[u8]) -> bool {
    let is_placeholder = |value: &[u8]| placeholder::is_placeholder(value) || reference::is_no_value(value);
    let is_one_character =
        || value.iter().all(|byte| *byte == value[0] || matches!(byte, b' ' | b'.' | b'-'));
    reference::is_reference(value)
        || is_one_character()
        || is_placeholder(value)
        || placeholder::is_punctuation(value)
        || placeholder::has_run_or_sequence(value)
        || token_check::basic_auth_password(value).is_some_and(|password| is_placeholder(&password))
}

#[cfg(test)]
mod tests;
