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
        serde_json::from_slice(bytes).ok().map(Self)
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
