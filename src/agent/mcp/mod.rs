//! The Model Context Protocol over lines of JSON: the few methods that a server with tools needs
//! (`modelcontextprotocol.io/specification/2025-06-18`). Runs no tool itself.

pub(crate) mod tools;

use serde_json::{Value, json};

/// The versions of the protocol that this server speaks, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// The largest message, in bytes.
pub(crate) const MAX_BYTES: usize = 32 << 20;

/// What a client shows to the model about this server.
const INSTRUCTIONS: &str = "skant finds secrets. Results are masked: do not look for the values. These tools only help: \
    they run when you call them. Hooks protect: `skant agent install` checks prompts and calls of tools, and `skant \
    install` checks each commit. Do not go around either.";

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// Answers a message; `None` for a notification. `call` runs a tool by its name and arguments, and returns its text or
/// why it failed.
pub(crate) fn answer(
    message: &[u8],
    call: &mut dyn FnMut(&str, &Value) -> Result<String, String>,
) -> Option<String> {
    if message.len() > MAX_BYTES {
        return Some(error(&Value::Null, INVALID_REQUEST, "the message has more than 32 MiB"));
    }
    let Ok(message) = serde_json::from_slice::<Value>(message) else {
        return Some(error(&Value::Null, PARSE_ERROR, "the message is no JSON"));
    };
    let method = message.get("method").and_then(Value::as_str);
    let Some(id) = message.get("id").filter(|id| id.is_string() || id.is_number()) else {
        let is_notification = method.is_some() && message.get("id").is_none();
        return (!is_notification)
            .then(|| error(&Value::Null, INVALID_REQUEST, "a request has a method and an id"));
    };
    let parameters = message.get("params").unwrap_or(&Value::Null);
    let result = match method {
        Some("initialize") => initialize(parameters),
        Some("ping") => json!({}),
        Some("tools/list") => json!({"tools": tools::list()}),
        Some("tools/call") => {
            let name = parameters.get("name").and_then(Value::as_str).unwrap_or_default();
            if !tools::NAMES.contains(&name) {
                return Some(error(id, INVALID_PARAMS, "no such tool; `tools/list` lists them"));
            }
            let (text, is_error) = match call(name, parameters.get("arguments").unwrap_or(&Value::Null)) {
                Ok(text) => (text, false),
                Err(text) => (text, true),
            };
            json!({"content": [{"type": "text", "text": text}], "isError": is_error})
        }
        Some(_) => return Some(error(id, METHOD_NOT_FOUND, "this server has tools only")),
        // An answer to a request of ours, of which there are none.
        None if message.get("result").is_some() || message.get("error").is_some() => return None,
        None => return Some(error(id, INVALID_REQUEST, "a request has a method and an id")),
    };
    Some(json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string())
}

fn initialize(parameters: &Value) -> Value {
    let asked = parameters.get("protocolVersion").and_then(Value::as_str);
    let version = VERSIONS.into_iter().find(|version| Some(*version) == asked).unwrap_or(VERSIONS[0]);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "skant", "version": env!("CARGO_PKG_VERSION")},
        "instructions": INSTRUCTIONS,
    })
}

fn error(id: &Value, code: i64, message: &str) -> String {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Option<Value> {
        let mut call = |name: &str, arguments: &Value| match arguments["text"].as_str() {
            Some(text) => Ok(format!("{name}: {text}")),
            None => Err("no text".to_owned()),
        };
        answer(message.as_bytes(), &mut call).map(|answer| serde_json::from_str(&answer).unwrap())
    }

    #[test]
    fn each_message_has_the_answer_of_the_protocol() {
        let request = |method: &str, parameters: Value| {
            said(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": parameters}).to_string())
                .unwrap()
        };
        let hello =
            |version: &str| request("initialize", json!({"protocolVersion": version}))["result"].clone();
        assert_eq!(hello("2025-03-26")["protocolVersion"], "2025-03-26");
        assert_eq!(hello("1999-01-01")["protocolVersion"], VERSIONS[0]);
        assert!(hello("")["instructions"].as_str().unwrap().contains("Hooks protect"));
        assert_eq!(request("ping", Value::Null), json!({"jsonrpc": "2.0", "id": 7, "result": {}}));
        let listed = request("tools/list", json!({}))["result"]["tools"].clone();
        let names: Vec<&str> =
            listed.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, tools::NAMES);
        let called = request("tools/call", json!({"name": "scan_text", "arguments": {"text": "x"}}));
        assert_eq!(
            called["result"],
            json!({"content": [{"type": "text", "text": "scan_text: x"}], "isError": false})
        );
        assert_eq!(request("tools/call", json!({"name": "scan_text"}))["result"]["isError"], true);
        assert_eq!(request("tools/call", json!({"name": "rm"}))["error"]["code"], INVALID_PARAMS);
        assert_eq!(request("resources/list", Value::Null)["error"]["code"], METHOD_NOT_FOUND);
        assert_eq!(said(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), None);
        assert_eq!(said(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), None);
        for (message, code) in [
            ("{", PARSE_ERROR),
            ("[]", INVALID_REQUEST),
            ("3", INVALID_REQUEST),
            (r#"{"id":null,"method":"ping"}"#, INVALID_REQUEST),
            (r#"{"id":1}"#, INVALID_REQUEST),
        ] {
            assert_eq!(said(message).unwrap()["error"]["code"], code, "{message}");
        }
    }
}
