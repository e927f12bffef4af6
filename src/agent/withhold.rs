//! Takes the secrets out of the output of a tool, and keeps its shape: an agent ignores an output of another shape.

use serde_json::Value;

use super::inspect::{search_text, search_whole};
use crate::scan::{RedactStream, Replacement, Scanner};

/// What stands for a text whose secrets cannot be masked one by one.
pub(crate) const WITHHELD: &str = "[withheld by skant: it holds a secret]";

/// The field that says which shape an object has.
const SHAPE: &str = "type";

/// Returns an output in which no text holds a secret.
pub(crate) fn without_secrets(scanner: &Scanner, output: &Value) -> Value {
    let mask = |text: &str| mask(scanner, text);
    let masked = rewrite(output, &mask, &mask);
    if search_whole(scanner, &masked).is_empty() {
        return masked;
    }
    // A value that is cut into several texts, or that only its name makes a secret.
    let withhold = |text: &str| if text.is_empty() { String::new() } else { WITHHELD.to_owned() };
    rewrite(&masked, &withhold, &str::to_owned)
}

/// Rewrites each text of a value but those that say its shape, and the names of its fields.
fn rewrite(value: &Value, text: &dyn Fn(&str) -> String, name: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(old) => Value::String(text(old)),
        Value::Array(values) => Value::Array(values.iter().map(|value| rewrite(value, text, name)).collect()),
        Value::Object(fields) => {
            let rewritten = fields.iter().map(|(field, value)| {
                let is_shape = field == SHAPE && value.as_str().is_some_and(is_word);
                (name(field), if is_shape { value.clone() } else { rewrite(value, text, name) })
            });
            Value::Object(rewritten.collect())
        }
        other => other.clone(),
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Returns a text with its secrets masked.
pub(crate) fn mask(scanner: &Scanner, text: &str) -> String {
    if search_text(scanner, text).is_empty() {
        return text.to_owned();
    }
    let (mut stream, mut out) = (RedactStream::new(scanner.detector(), Replacement::Mask), Vec::new());
    let written = stream.push(text.as_bytes(), &mut out).and_then(|()| stream.finish(&mut out));
    match String::from_utf8(out) {
        Ok(masked) if written.is_ok() && search_text(scanner, &masked).is_empty() => masked,
        _ => WITHHELD.to_owned(),
    }
}
