//! Conditions on an answer, and facts in it.

use serde_json::Value;
use skant_rule_schema::{ConditionSpec, FactSpec, JsonType, Scalar};

use crate::net::Answer;

/// An answer with its body as JSON, if it is JSON.
pub(super) struct ReadAnswer<'a> {
    answer: &'a Answer,
    text: String,
    json: Option<Value>,
}

impl<'a> ReadAnswer<'a> {
    pub(super) fn new(answer: &'a Answer) -> Self {
        // The start of a longer body is not the provider's answer.
        let json = if answer.is_cut { None } else { serde_json::from_slice(&answer.body).ok() };
        Self { answer, text: String::from_utf8_lossy(&answer.body).into_owned(), json }
    }

    /// Whether a condition holds.
    pub(super) fn meets(&self, condition: &ConditionSpec) -> bool {
        if let Some(pointer) = &condition.json {
            return self.json_meets(condition, self.json.as_ref().and_then(|json| json.pointer(pointer)));
        }
        let text = match &condition.header {
            Some(name) => self.answer.header(name),
            None => Some(self.text.as_str()),
        };
        match (text, condition.exists) {
            (found, Some(wanted)) => found.is_some() == wanted,
            (Some(text), None) => text_meets(condition, text),
            (None, None) => false,
        }
    }

    fn json_meets(&self, condition: &ConditionSpec, found: Option<&Value>) -> bool {
        if let Some(wanted) = condition.exists {
            // A body that is no JSON says nothing about what is not in it.
            return self.json.is_some() && found.is_some() == wanted;
        }
        let Some(found) = found else { return false };
        match (condition.kind, &condition.is) {
            (Some(JsonType::Array), _) => found.is_array(),
            (Some(JsonType::Object), _) => found.is_object(),
            (Some(JsonType::Number), _) => found.is_number(),
            (Some(JsonType::Text), _) => found.as_str().is_some_and(|text| !text.is_empty()),
            (None, Some(Scalar::Bool(wanted))) => found.as_bool() == Some(*wanted),
            (None, Some(Scalar::Number(wanted))) => found.as_i64() == Some(*wanted),
            (None, _) => found.as_str().is_some_and(|text| text_meets(condition, text)),
        }
    }

    /// Returns the text of a fact, `None` if the answer does not have it.
    pub(super) fn fact(&self, fact: &FactSpec) -> Option<String> {
        let text = match (&fact.header, &fact.json) {
            (Some(name), _) => self.answer.header(name)?.to_owned(),
            (None, Some(pointer)) => scalar_text(self.json.as_ref()?.pointer(pointer)?)?,
            (None, None) => return None,
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }
}

fn text_meets(condition: &ConditionSpec, text: &str) -> bool {
    let ConditionSpec { is, contains, starts, .. } = condition;
    if let Some(is) = is {
        return matches!(is, Scalar::Text(wanted) if wanted == text);
    }
    let text = text.to_ascii_lowercase();
    let holds = |wanted: &Option<String>, test: fn(&str, &str) -> bool| {
        wanted.as_ref().is_some_and(|wanted| test(&text, &wanted.to_ascii_lowercase()))
    };
    holds(contains, |text, wanted| text.contains(wanted))
        || holds(starts, |text, wanted| text.starts_with(wanted))
}

/// Returns a value for readers: a text, a number, or those of a list.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => {
            let parts: Vec<String> = values.iter().filter_map(scalar_text).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        _ => None,
    }
}
