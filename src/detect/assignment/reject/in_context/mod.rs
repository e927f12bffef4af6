//! Rejects values by the text around them: templates, translations, ciphertext, digests, public halves of keys, encoded
//! text, lists of words. This costs more than the other causes, so it is asked only for values that would be reported.

mod ciphertext;
mod digest;
mod encoded_text;
mod labels;
mod language;
mod public_half;
mod secret_name;
mod template;
mod translation;

use crate::detect::assignment::neighbours;
use crate::detect::assignment::parse::{Assignment, Quote};
use crate::detect::assignment::reject::cause::Cause;
use crate::detect::assignment::value_stats::ValueStats;
use skant_password_model::Dictionary;

pub(crate) use encoded_text::decode_text;
pub(crate) use secret_name::may_be_name;
pub(crate) use translation::is_words;

/// Returns why the text around a value says that it is no secret.
pub(crate) fn rejection(
    text: &[u8],
    assignment: &Assignment,
    stats: &ValueStats,
    dictionary: &Dictionary,
) -> Option<Cause> {
    let value = &text[assignment.value.clone()];
    let is_plain = stats.is_plain();
    // A random value in quotes is one wherever it is: `lookup('x', password='…')`.
    let may_be_literal = assignment.quote != Quote::None && !is_plain;
    if !may_be_literal && template::is_inside(text, assignment) {
        return Some(Cause::Template);
    }
    if labels::begins_with_label(value) {
        return Some(Cause::Label);
    }
    if ciphertext::is_ciphertext(text, assignment) {
        return Some(Cause::Ciphertext);
    }
    if public_half::is_public(text, assignment) {
        return Some(Cause::PublicKey);
    }
    if encoded_text::is_no_secret(value, dictionary) {
        return Some(Cause::EncodedText);
    }
    // The members of an object have names of their own.
    if value.starts_with(b"{\"") && value.ends_with(b"}") {
        return Some(Cause::Code);
    }
    if secret_name::is_list_of_names(&text[assignment.name.clone()], value) {
        return Some(Cause::SecretName);
    }
    if is_plain && assignment.quote != Quote::None && language::is_in_word_list(text, assignment) {
        return Some(Cause::WordList);
    }
    let digest = digest::Shape::new(value);
    let may_be_words = translation::is_words(value);
    let may_be_token = !stats.is_random() && language::is_token_name(&text[assignment.name.clone()]);
    if digest.is_none() && !may_be_words && !may_be_token {
        return None;
    }
    let near = neighbours::read(text, assignment);
    if digest.is_some_and(|shape| digest::is_digest(text, assignment, shape, &near)) {
        return Some(Cause::Digest);
    }
    if may_be_token && language::is_token_of_text(&near) {
        return Some(Cause::LanguageToken);
    }
    (may_be_words && translation::is_translation(value, assignment, &near)).then_some(Cause::Translation)
}
