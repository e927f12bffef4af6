//! The tools of the server, with the schemas of their arguments.

use serde_json::{Value, json};

/// The names of the tools, in the order of the list.
pub(crate) const NAMES: [&str; 4] = ["scan_text", "scan_paths", "scan_staged", "explain"];

/// Returns the list of the tools.
pub(crate) fn list() -> Vec<Value> {
    NAMES.into_iter().map(tool).collect()
}

fn tool(name: &str) -> Value {
    let (description, properties, required) = match name {
        "scan_text" => (
            "Search a text for secrets. Returns a report in JSON; values are masked.",
            json!({
                "text": {"type": "string", "description": "the text"},
                "path": {"type": "string", "description": "the file that the text is for, from the top of the repository"},
            }),
            json!(["text"]),
        ),
        "scan_paths" => (
            "Search files and folders below the root of this server for secrets. Returns a report in JSON; values are masked.",
            json!({"paths": {
                "type": "array",
                "items": {"type": "string"},
                "description": "files and folders, relative to the root; default: the root",
            }}),
            json!([]),
        ),
        "scan_staged" => (
            "Search what the next commit would add for secrets, as the hook of git does. Returns a report in JSON; values are masked.",
            json!({}),
            json!([]),
        ),
        _ => (
            "Explain a rule: what it finds, what a leak of it opens, and the steps after a leak.",
            json!({"rule": {"type": "string", "description": "the id of the rule in a report"}}),
            json!(["rule"]),
        ),
    };
    json!({
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": false},
        "annotations": {"readOnlyHint": true, "openWorldHint": false},
    })
}
