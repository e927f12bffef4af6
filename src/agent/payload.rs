//! The JSON object that an agent writes to the standard input of its hook.

use std::path::PathBuf;

use serde_json::{Map, Value};

/// A payload.
pub(crate) struct Payload(Map<String, Value>);

impl Payload {
    /// Reads a payload; `None` if the bytes are not a JSON object. A byte order mark may precede it: Cursor on Windows
    /// writes one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let whole = serde_json::from_slice(bytes).ok();
        whole.or_else(|| serde_json::from_slice(&without_lone_surrogates(bytes)).ok()).map(Self)
    }

    /// Returns a text of the payload; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns a part of the payload, or all of it if there is no such part: nothing is passed over.
    pub(crate) fn part(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_else(|| self.all())
    }

    pub(crate) fn all(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Returns the folder of the session.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let root = || self.get("workspace_roots")?.get(0)?.as_str();
        let folder = Some(self.text("cwd")).filter(|folder| !folder.is_empty()).or_else(root)?;
        Some(PathBuf::from(folder)).filter(|folder| folder.is_absolute() && folder.is_dir())
    }

    /// Returns the name of the event.
    pub(crate) fn event(&self) -> &str {
        self.text("hook_event_name")
    }

    /// Returns whether the transcript is in a folder of this name.
    pub(crate) fn has_transcript_in(&self, folder: &str) -> bool {
        let mut parts = self.text("transcript_path").split(['/', '\\']);
        parts.any(|part| part.eq_ignore_ascii_case(folder))
    }
}

/// Returns JSON in which each half of a surrogate pair that is alone is the replacement character. An agent that cuts an
/// output after so many UTF-16 units writes such halves, and no reader of UTF-8 accepts them.
fn without_lone_surrogates(bytes: &[u8]) -> Vec<u8> {
    const REPLACEMENT: &[u8] = b"\\ufffd";
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        out.extend_from_slice(&bytes[at..at + found]);
        at += found;
        let length = match (surrogate(&bytes[at..]), surrogate(bytes.get(at + 6..).unwrap_or_default())) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                out.extend_from_slice(REPLACEMENT);
                at += 6;
                continue;
            }
            // Another escape: its second byte begins none.
            (None, _) => 2.min(bytes.len() - at),
        };
        out.extend_from_slice(&bytes[at..at + length]);
        at += length;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

enum Half {
    High,
    Low,
}

/// Returns the half of a surrogate pair that a text begins with as an escape.
fn surrogate(text: &[u8]) -> Option<Half> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    match unit {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

/// Returns a value whose text is JSON as that JSON.
pub(crate) fn unwrap_json(value: Value) -> Value {
    match &value {
        Value::String(text) => serde_json::from_str(text)
            .ok()
            .filter(|inner: &Value| inner.is_object() || inner.is_array())
            .unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_replaced() {
        for (text, expected) in [
            (r#"{"a":"x\ud83d"}"#, "x\u{fffd}"),
            (r#"{"a":"\ude00y\ud83d\ude00"}"#, "\u{fffd}y\u{1f600}"),
            (r#"{"a":"\ud83d\ud83d\ude00\n"}"#, "\u{fffd}\u{1f600}\n"),
            (r#"{"a":"\\ud83d\ud83d"}"#, "\\ud83d\u{fffd}"),
        ] {
            assert_eq!(Payload::parse(text.as_bytes()).unwrap().text("a"), expected, "{text}");
        }
        for text in [r#"{"a":"\ud83"#, r#"{"a":"\"#, "\\", r#"{"a":"\ud83d"#] {
            assert!(Payload::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_may_precede_it() {
        assert_eq!(Payload::parse(b"\xef\xbb\xbf{\"a\":\"b\"}").unwrap().text("a"), "b");
    }
}
