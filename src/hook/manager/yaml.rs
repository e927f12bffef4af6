//! YAML as JSON values, as far as the settings of hook managers need it.
//!
//! Every scalar is a text, except the plain words `true` and `false`. An alias is the value of its anchor; the copies of
//! a text are limited, so that aliases of aliases cannot fill the memory. Only the first document counts.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// The most values of a text, those of aliases included.
const MAX_VALUES: usize = 100_000;
/// The most levels of a text, those of aliases included.
const MAX_DEPTH: usize = 100;

/// Parses a text; `None` if it is damaged or exceeds a limit.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = match (&*text, style) {
                    ("true", ScalarStyle::Plain) => Value::Bool(true),
                    ("false", ScalarStyle::Plain) => Value::Bool(false),
                    ("" | "~" | "null", ScalarStyle::Plain) => Value::Null,
                    (text, _) => Value::String(text.to_owned()),
                };
                builder.add(value, anchor)?;
            }
            Event::Alias(anchor) => {
                let value = builder.anchors.get(&anchor).cloned().unwrap_or_default();
                builder.values += count(&value);
                builder.add(value, 0)?;
            }
            Event::SequenceStart(anchor, _) => builder.open(Value::Array(Vec::new()), anchor)?,
            Event::MappingStart(anchor, _) => builder.open(Value::Object(Map::new()), anchor)?,
            Event::SequenceEnd | Event::MappingEnd => builder.close()?,
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    Some(builder.root.unwrap_or_default())
}

/// A list or mapping that is being read.
struct Open {
    value: Value,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<String>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Value>,
    anchors: BTreeMap<usize, Value>,
    values: usize,
}

impl Builder {
    fn open(&mut self, value: Value, anchor: usize) -> Option<()> {
        self.open.push(Open { value, anchor, key: None });
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    fn close(&mut self) -> Option<()> {
        let Open { value, anchor, .. } = self.open.pop()?;
        self.add(value, anchor)
    }

    fn add(&mut self, value: Value, anchor: usize) -> Option<()> {
        self.values += 1;
        if self.values > MAX_VALUES || self.open.len() + depth(&value) > MAX_DEPTH {
            return None;
        }
        if anchor != 0 {
            self.values += count(&value);
            self.anchors.insert(anchor, value.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(value);
            return Some(());
        };
        match &mut open.value {
            Value::Array(values) => values.push(value),
            Value::Object(entries) => match open.key.take() {
                None => open.key = Some(value.as_str().unwrap_or_default().to_owned()),
                Some(key) if key == "<<" => merge(entries, value),
                Some(key) => {
                    entries.insert(key, value);
                }
            },
            _ => {}
        }
        Some(())
    }
}

/// Adds the entries of a merge key; those of the mapping itself take precedence.
fn merge(entries: &mut Map<String, Value>, value: Value) {
    let merged = match value {
        Value::Object(merged) => vec![merged],
        Value::Array(values) => values
            .into_iter()
            .filter_map(|value| if let Value::Object(merged) = value { Some(merged) } else { None })
            .collect(),
        _ => Vec::new(),
    };
    for (key, value) in merged.into_iter().flatten() {
        entries.entry(key).or_insert(value);
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(count).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(count).sum::<usize>(),
        // A long text counts for several values.
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_aliases_and_merges_are_read() {
        for (text, expected) in [
            ("a: 1\nb: 'true'\nc: true\nd:\n", json!({"a": "1", "b": "true", "c": true, "d": null})),
            ("- a\n- [b, {c: d}]\n", json!(["a", ["b", {"c": "d"}]])),
            ("a: |\n  x\n  y\n", json!({"a": "x\ny\n"})),
            ("a: &x {k: v}\nb: *x\n", json!({"a": {"k": "v"}, "b": {"k": "v"}})),
            (
                "x: &x {k: v, l: w}\ny:\n  <<: *x\n  k: own\n",
                json!({"x": {"k": "v", "l": "w"}, "y": {"k": "own", "l": "w"}}),
            ),
            ("a: 1\n---\nb: 2\n", json!({"a": "1"})),
            ("", json!(null)),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in ["a: [b", "a: 'b", "a: b: c", "a: *x\n- "] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn depth_and_copies_are_limited() {
        assert_eq!(parse(&"[".repeat(5000)), None);
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let before = level - 1;
            let aliases = vec![format!("*a{before}"); 10].join(", ");
            text = [text, format!("a{level}: &a{level} [{aliases}]\n")].concat();
        }
        assert_eq!(parse(&text), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "[-a:&*\\[\\]{}, \n'\"|<]{0,80}") {
            let _ = parse(&text);
        }
    }
}
