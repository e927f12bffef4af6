//! `skant verify --owner` against a synthetic Admin API: three pages, both forms of a principal, hints that fit twice.

use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::providers::{Providers, Reply, Seen};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        the_owner_of_a_key_is_told_from_three_pages,
        a_personal_key_of_the_organisation_says_so,
        a_hint_that_fits_twice_is_said,
        an_owner_that_is_not_known_is_a_problem,
    ]
}

const ADMIN: &str = "the-credential-of-the-admin";

/// The hint of a key, as the Admin API shows it.
fn hint(key: &str) -> String {
    format!("{}...{}", &key[..16], &key[key.len() - 4..])
}

/// A page of keys, with the id of the last one.
fn page(keys: &[Value], has_more: bool) -> Reply {
    let last = keys.last().map(|key| key["id"].clone());
    Reply::json(
        200,
        &json!({"data": keys, "has_more": has_more, "first_id": null, "last_id": last}).to_string(),
    )
}

fn entry(id: &str, key: &str, principal: &Value) -> Value {
    json!({"id": id, "type": "api_key", "name": format!("name of {id}"), "status": "active",
           "created_at": "2026-01-02T03:04:05Z", "created_by": {"id": "user_09", "type": "user"},
           "expires_at": null, "partial_key_hint": hint(key), "principal": principal, "workspace_id": "wrkspc_01"})
}

/// An Admin API with pages of active keys; the other statuses have none.
fn admin_api(pages: Vec<Vec<Value>>) -> impl Fn(&Seen) -> Reply + Send + Sync {
    move |seen| {
        if seen.path.starts_with("/v1/models") {
            let headers = [("anthropic-organization-id", "org"), ("anthropic-workspace-id", "wrkspc_01")];
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            return Reply::Answer(200, headers, br#"{"data":[]}"#.to_vec());
        }
        if seen.headers.get("x-api-key").map(String::as_str) != Some(ADMIN) {
            return Reply::json(
                401,
                r#"{"error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
            );
        }
        let path = seen.path.as_str();
        if let Some(query) = path.strip_prefix("/v1/organizations/api_keys?") {
            let after = query.split_once("after_id=").map(|(_, id)| id);
            if !query.contains("status=active") {
                return page(&[], false);
            }
            let number = match after {
                None => 0,
                Some(id) => pages.iter().position(|page| page.last().unwrap()["id"] == id).unwrap() + 1,
            };
            return page(&pages[number], number + 1 < pages.len());
        }
        match path {
            "/v1/organizations/users/user_01" => {
                Reply::json(200, r#"{"id":"user_01","name":"Ada","email":"ada@example.org"}"#)
            }
            "/v1/organizations/workspaces/wrkspc_01" => {
                Reply::json(200, r#"{"id":"wrkspc_01","name":"Shop"}"#)
            }
            _ if path.starts_with("/v1/organizations/usage_report/messages?") => {
                assert!(path.contains("api_key_ids[]=apikey_"), "{path}");
                let used = json!({"starting_at": "2026-11-20T00:00:00Z", "results": [{"output_tokens": 5}]});
                let unused =
                    json!({"starting_at": "2026-11-21T00:00:00Z", "results": [{"output_tokens": 0}]});
                Reply::json(200, &json!({"data": [used, unused], "has_more": false}).to_string())
            }
            _ => Reply::json(404, r#"{"error":{"type":"not_found_error","message":"not found"}}"#),
        }
    }
}

/// A repository with a key, and the fingerprint of the key.
fn repository(key: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={key}\n"));
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    (sandbox, fingerprint)
}

fn owner(sandbox: &Sandbox, providers: &Providers, fingerprint: &str, credential: Option<&str>) -> Output {
    let mut command = sandbox.command(skant_program());
    command.args(["verify", "--owner", "--timeout", "0.5", fingerprint]);
    if let Some(credential) = credential {
        command.env("ANTHROPIC_ADMIN_KEY", credential);
    }
    providers.lead(&mut command).output().unwrap()
}

fn the_owner_of_a_key_is_told_from_three_pages() {
    let key = tokens::api_key("owned");
    let other = |number: usize| {
        let id = format!("apikey_other{number}");
        entry(&id, &tokens::api_key(&id), &json!(null))
    };
    for principal in
        [json!({"id": "user_01", "type": "user"}), json!({"type": "user_actor", "user_id": "user_01"})]
    {
        let mut pages: Vec<Vec<Value>> =
            (0..3).map(|page| (0..4).map(|at| other(page * 4 + at)).collect()).collect();
        pages[2].insert(1, entry("apikey_01", &key, &principal));
        let providers = Providers::start(admin_api(pages));
        let (sandbox, fingerprint) = repository(&key);
        let output = owner(&sandbox, &providers, &fingerprint, Some(ADMIN));
        let shown = text_of(&output);
        assert_eq!(output.status.code(), Some(1), "{shown}");
        for line in [
            "name: name of apikey_01",
            "id: apikey_01",
            "status: active",
            "workspace: Shop (wrkspc_01)",
            "account: Ada <ada@example.org>",
            "created-by: user_09",
            "last-use: 2026-11-20",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        assert!(!shown.contains(ADMIN) && !shown.contains(&key[20..60]), "{shown}");
        let requests = providers.requests();
        assert!(requests.iter().all(|seen| seen.method == "GET"));
        let with_key = requests.iter().filter(|seen| seen.holds(&key)).count();
        assert_eq!(with_key, 1, "the Admin API does not get the key");
        assert_eq!(providers.hosts(), ["api.anthropic.com:443"]);
    }
}

fn a_personal_key_of_the_organisation_says_so() {
    let key = tokens::token("USR", "personal");
    let (sandbox, fingerprint) = repository(&key);
    let leaked = key.clone();
    let providers = Providers::start(move |seen| match seen.path.as_str() {
        "/v1/organizations/me" if seen.holds(&leaked) => {
            Reply::json(200, r#"{"id":"org","type":"organization","name":"Example Ltd"}"#)
        }
        path if path.starts_with("/v1/models") => Reply::json(
            400,
            r#"{"error":{"message":"anthropic-workspace-id is required when authenticating with an identity-linked API key"}}"#,
        ),
        _ => page(&[], false),
    });
    let output = owner(&sandbox, &providers, &fingerprint, None);
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("scopes: the whole organisation") && shown.contains("Example Ltd"), "{shown}");
    assert!(shown.contains("ANTHROPIC_ADMIN_KEY"), "{shown}");
}

fn a_hint_that_fits_twice_is_said() {
    let key = tokens::api_key("twice");
    let (sandbox, fingerprint) = repository(&key);
    let twice = vec![entry("apikey_01", &key, &json!(null)), entry("apikey_02", &key, &json!(null))];
    let elsewhere = {
        let mut elsewhere = entry("apikey_03", &key, &json!(null));
        elsewhere["workspace_id"] = json!("wrkspc_02");
        elsewhere
    };
    let providers = Providers::start(admin_api(vec![[twice.clone(), vec![elsewhere.clone()]].concat()]));
    let output = owner(&sandbox, &providers, &fingerprint, Some(ADMIN));
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(
        shown.contains("2 keys fit: name of apikey_01 (apikey_01, active), name of apikey_02"),
        "{shown}"
    );
    // The workspace of the answer tells two keys with one hint apart.
    let providers = Providers::start(admin_api(vec![vec![twice[0].clone(), elsewhere]]));
    let output = owner(&sandbox, &providers, &fingerprint, Some(ADMIN));
    assert!(text_of(&output).contains("id: apikey_01"), "{}", text_of(&output));
}

fn an_owner_that_is_not_known_is_a_problem() {
    let key = tokens::api_key("unknown");
    let endless = page(&[entry("apikey_01", &tokens::api_key("x"), &json!(null))], true);
    let faults = [
        (Reply::json(401, "{}"), "does not accept the credential (401)"),
        (Reply::json(403, "{}"), "does not accept the credential (403)"),
        (Reply::json(404, "{}"), "answered 404"),
        (Reply::json(500, "{}"), "answered 500"),
        (Reply::with_header(429, "retry-after", "3600"), "answered 429"),
        (Reply::with_header(302, "location", "https://evil.example/"), "answered 302"),
        (Reply::json(200, "{\"data\":"), "not the documented form"),
        (Reply::json(200, "<html>"), "not the documented form"),
        (Reply::Huge(100 << 20), "not the documented form"),
        (Reply::CutBody, "no answer"),
        (Reply::SlowHeader(Duration::from_secs(2)), "no answer in time"),
        (endless, "does not end"),
        (page(&[], false), "no key of this organisation fits"),
    ];
    for (fault, expected) in faults {
        let (sandbox, fingerprint) = repository(&key);
        let leaked = Arc::new(key.clone());
        let reply = fault.clone();
        let providers = Providers::start(move |seen| {
            if seen.holds(&leaked) { Reply::json(200, r#"{"data":[]}"#) } else { reply.clone() }
        });
        let output = owner(&sandbox, &providers, &fingerprint, Some(ADMIN));
        let shown = text_of(&output);
        assert_eq!(output.status.code(), Some(3), "{fault:?}: {shown}");
        assert!(shown.contains(expected), "{expected}: {shown}");
        assert!(!shown.contains(ADMIN) && !shown.contains(&key[20..60]), "{shown}");
        assert_eq!(providers.hosts(), ["api.anthropic.com:443"], "{expected}");
    }
}
