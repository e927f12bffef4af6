//! `skant disable` against a synthetic Admin API: nothing changes before a confirmation, and the output says what was done.

use std::process::Output;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::providers::{Providers, Reply, Seen};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        nothing_is_changed_without_a_confirmation,
        a_confirmed_key_is_inactive_and_dead,
        two_keys_that_fit_and_the_credential_in_use_are_refused,
        a_change_without_an_answer_is_sent_once,
    ]
}

/// An organisation with keys, of which one is the leaked key.
struct Organisation {
    key: String,
    status: Mutex<String>,
    ids: Vec<&'static str>,
    /// The answer to a change, if it is not the ordinary one.
    fault: Option<Reply>,
}

impl Organisation {
    fn answer(&self, seen: &Seen) -> Reply {
        let status = self.status.lock().unwrap().clone();
        let entry = |id: &str| {
            json!({"id": id, "name": "shop-prod", "status": status, "workspace_id": null, "principal": null,
                   "partial_key_hint": format!("{}...{}", &self.key[..16], &self.key[self.key.len() - 4..])})
        };
        if seen.path.starts_with("/v1/models") {
            return if status == "active" {
                Reply::json(200, r#"{"data":[]}"#)
            } else {
                Reply::json(401, r#"{"error":{"type":"authentication_error","message":"invalid x-api-key"}}"#)
            };
        }
        if seen.method == "POST" {
            let wanted: Value = serde_json::from_str(&seen.body).unwrap();
            if let Some(fault) = &self.fault {
                return fault.clone();
            }
            wanted["status"].as_str().unwrap().clone_into(&mut self.status.lock().unwrap());
            return Reply::json(200, &json!({"id": self.ids[0], "status": wanted["status"]}).to_string());
        }
        if seen.path.contains("/api_keys?") {
            let keys: Vec<Value> = if seen.path.contains(&format!("status={status}")) {
                self.ids.iter().map(|id| entry(id)).collect()
            } else {
                Vec::new()
            };
            return Reply::json(200, &json!({"data": keys, "has_more": false}).to_string());
        }
        let row = json!({"uncached_input_tokens": 40, "cache_creation": {"ephemeral_1h_input_tokens": 2}});
        Reply::json(
            200,
            &json!({"data": [{"starting_at": "2026-11-20T00:00:00Z", "results": [row]}]}).to_string(),
        )
    }
}

struct Case {
    sandbox: Sandbox,
    fingerprint: String,
    providers: Providers,
}

fn case(ids: &[&'static str], fault: Option<Reply>) -> Case {
    let key = tokens::api_key("disable");
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={key}\n"));
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let status = Mutex::new("active".to_owned());
    let organisation = Organisation { key, status, ids: ids.to_vec(), fault };
    let providers = Providers::start(move |seen| organisation.answer(seen));
    Case { sandbox, fingerprint, providers }
}

impl Case {
    fn run(&self, arguments: &[&str], credential: &str) -> Output {
        let mut command = self.sandbox.command(skant_program());
        command.args(["disable", &self.fingerprint, "--timeout", "0.5"]).args(arguments);
        command.env("ANTHROPIC_ADMIN_KEY", credential);
        let output = self.providers.lead(&mut command).output().unwrap();
        let shown = text_of(&output);
        assert!(
            !shown.contains(&tokens::api_key("disable")[20..60]) && !shown.contains("the-admin"),
            "{shown}"
        );
        assert_eq!(self.providers.hosts(), ["api.anthropic.com:443"]);
        output
    }

    fn changes(&self) -> Vec<Seen> {
        self.providers.requests().into_iter().filter(|seen| seen.method != "GET").collect()
    }
}

fn nothing_is_changed_without_a_confirmation() {
    let case = case(&["apikey_01"], None);
    for arguments in [&[][..], &["--archive"]] {
        let output = case.run(arguments, "the-admin");
        let shown = text_of(&output);
        assert_eq!(output.status.code(), Some(1), "{shown}");
        for line in ["shop-prod (apikey_01) will be", "last hour     42 tokens", "dry run"] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
    assert_eq!(case.changes(), []);
}

fn a_confirmed_key_is_inactive_and_dead() {
    for (arguments, status) in [(&["--yes"][..], "inactive"), (&["--yes", "--archive"], "archived")] {
        let case = case(&["apikey_01"], None);
        let output = case.run(arguments, "the-admin");
        let shown = text_of(&output);
        assert_eq!(output.status.code(), Some(0), "{shown}");
        assert!(shown.contains(&format!("the key is {status} now\nit answers no more")), "{shown}");
        let [change] = &case.changes()[..] else { panic!("{shown}") };
        assert_eq!(change.path, "/v1/organizations/api_keys/apikey_01");
        assert_eq!(change.body, format!("{{\"status\":\"{status}\"}}"));
        assert!(!change.holds(&tokens::api_key("disable")));
        // A second time there is nothing to do.
        assert_eq!(case.run(arguments, "the-admin").status.code(), Some(0));
        assert_eq!(case.changes().len(), 1);
    }
}

fn two_keys_that_fit_and_the_credential_in_use_are_refused() {
    let twice = case(&["apikey_01", "apikey_02"], None);
    let output = twice.run(&["--yes"], "the-admin");
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("2 keys fit"), "{}", text_of(&output));
    let own = case(&["apikey_01"], None);
    let output = own.run(&["--yes"], &tokens::api_key("disable"));
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("the credential that asks"), "{}", text_of(&output));
    assert_eq!((twice.changes(), own.changes()), (Vec::new(), Vec::new()));
    // What has no API gets the steps to take by hand.
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("CLAUDE_CODE_OAUTH_TOKEN={}\n", tokens::token("OAT", "x")));
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let mut command = sandbox.command(skant_program());
    command.args(["disable", "--yes", fingerprint]).env("ANTHROPIC_ADMIN_KEY", "the-admin");
    let output = twice.providers.lead(&mut command).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("https://claude.ai/settings/claude-code"), "{}", text_of(&output));
}

fn a_change_without_an_answer_is_sent_once() {
    let faults = [
        Reply::json(401, "{}"),
        Reply::json(403, "{}"),
        Reply::json(404, "{}"),
        Reply::json(429, "{}"),
        Reply::with_header(429, "retry-after", "1"),
        Reply::json(500, "{}"),
        Reply::json(529, "{}"),
        Reply::with_header(307, "location", "https://evil.example/"),
        Reply::with_header(308, "location", "http://api.anthropic.com/"),
        Reply::json(200, ""),
        Reply::json(200, "<html>"),
        Reply::json(200, r#"{"id":"apikey_99","status":"inactive"}"#),
        Reply::CutBody,
        Reply::Nothing,
        Reply::SlowHeader(Duration::from_secs(2)),
        Reply::SlowBody(Duration::from_secs(1)),
        Reply::Huge(100 << 20),
    ];
    std::thread::scope(|scope| {
        for part in faults.chunks(5) {
            scope.spawn(move || {
                for fault in part {
                    let case = case(&["apikey_01"], Some(fault.clone()));
                    let output = case.run(&["--yes"], "the-admin");
                    let shown = text_of(&output);
                    assert_eq!(output.status.code(), Some(2), "{fault:?}: {shown}");
                    assert!(
                        shown.contains("not known") && shown.contains("not certain"),
                        "{fault:?}: {shown}"
                    );
                    assert_eq!(case.changes().len(), 1, "{fault:?}");
                }
            });
        }
    });
}
