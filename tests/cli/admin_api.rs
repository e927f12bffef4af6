//! A synthetic organisation of Anthropic: its keys answer, and the Admin API lists and changes them and reports their use
//! page by page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::providers::{Providers, Reply, Seen};

/// The credential of the organisation.
pub const ADMIN: &str = "the-credential-of-the-admin";

/// A key of the organisation.
#[derive(Clone)]
pub struct Key {
    pub id: &'static str,
    pub name: &'static str,
    pub value: String,
    /// The hours with a use, as the start of each, with its model and its tokens.
    pub uses: Vec<(String, &'static str, u64)>,
}

/// An organisation. Faults are answers to requests whose path contains a text.
#[derive(Default)]
pub struct Organisation {
    keys: Vec<Key>,
    /// The status of a key that is not active, by its id.
    statuses: Mutex<BTreeMap<&'static str, String>>,
    faults: Vec<(&'static str, Reply)>,
}

/// The most buckets on a page; the API has 31 days, and a test has not.
const PAGE: usize = 5;

impl Organisation {
    pub fn new(keys: &[Key]) -> Self {
        Self { keys: keys.to_vec(), ..Self::default() }
    }

    pub fn with_fault(mut self, path: &'static str, reply: &Reply) -> Self {
        self.faults.push((path, reply.clone()));
        self
    }

    /// Starts the providers of the organisation.
    pub fn start(self) -> (Providers, Arc<Self>) {
        let organisation = Arc::new(self);
        let shared = Arc::clone(&organisation);
        (Providers::start(move |seen| shared.answer(seen)), organisation)
    }

    /// Returns the status of a key.
    pub fn status(&self, id: &str) -> String {
        self.statuses.lock().unwrap().get(id).cloned().unwrap_or_else(|| "active".to_owned())
    }

    fn answer(&self, seen: &Seen) -> Reply {
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        if let Some((_, fault)) = self.faults.iter().find(|(part, _)| seen.path.contains(part)) {
            return fault.clone();
        }
        let refused = r#"{"error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
        if path == "/v1/models" {
            let is_live = |key: &&Key| seen.holds(&key.value) && self.status(key.id) == "active";
            if self.keys.iter().any(|key| is_live(&key)) {
                let headers = vec![("anthropic-workspace-id".to_owned(), "wrkspc_01".to_owned())];
                return Reply::Answer(200, headers, br#"{"data":[]}"#.to_vec());
            }
            return Reply::json(401, refused);
        }
        if seen.headers.get("x-api-key").map(String::as_str) != Some(ADMIN) {
            return Reply::json(401, refused);
        }
        assert!(!self.keys.iter().any(|key| seen.holds(&key.value)), "the Admin API does not get a key");
        let parameters = Parameters::of(query);
        match path.strip_prefix("/v1/organizations/").unwrap_or_default() {
            "api_keys" => self.list(&parameters),
            "users/user_01" => Reply::json(200, r#"{"name":"Ada","email":"ada@example.org"}"#),
            "workspaces/wrkspc_01" => Reply::json(200, r#"{"name":"Shop"}"#),
            "usage_report/messages" => self.usage(&parameters),
            "cost_report" => cost(&parameters),
            other => match other.strip_prefix("api_keys/") {
                Some(id) => self.key(seen, id),
                None => Reply::json(404, r#"{"error":{"type":"not_found_error","message":"not found"}}"#),
            },
        }
    }

    fn entry(&self, key: &Key) -> Value {
        let hint = format!("{}...{}", &key.value[..16], &key.value[key.value.len() - 4..]);
        json!({"id": key.id, "type": "api_key", "name": key.name, "status": self.status(key.id),
               "created_at": "2026-01-02T03:04:05Z", "created_by": {"id": "user_01", "type": "user"},
               "expires_at": null, "partial_key_hint": hint, "workspace_id": "wrkspc_01",
               "principal": {"type": "user_actor", "user_id": "user_01"}})
    }

    fn list(&self, parameters: &Parameters) -> Reply {
        let status = parameters.get("status");
        let keys = self.keys.iter().filter(|key| self.status(key.id) == status);
        let keys: Vec<Value> = keys.map(|key| self.entry(key)).collect();
        Reply::json(200, &json!({"data": keys, "has_more": false, "last_id": null}).to_string())
    }

    fn key(&self, seen: &Seen, id: &str) -> Reply {
        let Some(key) = self.keys.iter().find(|key| key.id == id) else { return Reply::json(404, "{}") };
        if seen.method == "POST" {
            let wanted: Value = serde_json::from_str(&seen.body).unwrap();
            let status = wanted["status"].as_str().unwrap().to_owned();
            self.statuses.lock().unwrap().insert(key.id, status);
        }
        Reply::json(200, &self.entry(key).to_string())
    }

    fn usage(&self, parameters: &Parameters) -> Reply {
        let id = parameters.get("api_key_ids[]");
        assert_eq!(parameters.get("group_by[]"), if parameters.has("group_by[]") { "model" } else { "" });
        let uses = self.keys.iter().filter(|key| key.id == id).flat_map(|key| &key.uses);
        let uses: Vec<(Timestamp, &str, u64)> =
            uses.map(|(time, model, tokens)| (time.parse().unwrap(), *model, *tokens)).collect();
        let width = parameters.width();
        parameters.buckets(&|start| {
            let inside = uses.iter().filter(|(time, ..)| (start..start + width).contains(time));
            let row = |(_, model, tokens): &(Timestamp, &str, u64)| {
                json!({"model": model, "uncached_input_tokens": tokens, "cache_read_input_tokens": 0,
                       "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 2},
                       "output_tokens": 10, "server_tool_use": {"web_search_requests": 1},
                       "api_key_id": null, "workspace_id": null})
            };
            inside.map(row).collect()
        })
    }
}

/// Costs of two workspaces: 150.5 cents a day in `wrkspc_01`, a large sum in another.
fn cost(parameters: &Parameters) -> Reply {
    assert_eq!((parameters.get("bucket_width"), parameters.get("group_by[]")), ("1d", "workspace_id"));
    parameters.buckets(&|_| {
        let row = |workspace: &str, amount: &str| json!({"amount": amount, "currency": "USD", "workspace_id": workspace});
        vec![row("wrkspc_01", "150.5"), row("wrkspc_02", "9999999")]
    })
}

/// The parameters of a query.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: &str) -> Self {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    fn width(&self) -> SignedDuration {
        match self.get("bucket_width") {
            "1d" => SignedDuration::from_hours(24),
            "1h" => SignedDuration::from_hours(1),
            _ => SignedDuration::from_mins(1),
        }
    }

    /// Returns a page of buckets: from the start, snapped to the width, to the end or to the present.
    fn buckets(&self, rows: &dyn Fn(Timestamp) -> Vec<Value>) -> Reply {
        let width = self.width();
        let from: Timestamp = self.get("starting_at").parse().expect("a time");
        let to = if self.has("ending_at") {
            self.get("ending_at").parse().expect("a time")
        } else {
            Timestamp::now()
        };
        let seconds = width.as_secs();
        let first = from.as_second() - from.as_second().rem_euclid(seconds);
        let starts: Vec<i64> = (first..to.as_second()).step_by(usize::try_from(seconds).unwrap()).collect();
        let skip: usize =
            self.get("page").strip_prefix("page%3D").map_or(0, |at| at.parse().expect("a page"));
        let data = starts.iter().skip(skip).take(PAGE).map(|second| {
            let start = Timestamp::from_second(*second).unwrap();
            json!({"starting_at": start.to_string(), "ending_at": (start + width).to_string(), "results": rows(start)})
        });
        let data: Vec<Value> = data.collect();
        let next = (skip + PAGE < starts.len()).then(|| format!("page={}", skip + PAGE));
        Reply::json(200, &json!({"data": data, "has_more": next.is_some(), "next_page": next}).to_string())
    }
}
