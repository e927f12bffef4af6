//! `skant disable` of secrets that their provider revokes by an endpoint of its own: one request after a confirmation, and
//! never another one.

use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use testkit::providers::{Identity, Providers, Reply};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        each_provider_revokes_what_it_is_called_with,
        a_dry_run_and_a_dead_secret_change_nothing,
        a_fault_of_a_revocation_is_sent_once_and_said,
        a_refusal_says_what_to_do_by_hand,
        an_untrusted_certificate_gets_no_revocation,
        an_installation_of_ones_own_is_asked_where_the_user_says_so,
    ]
}

/// A provider: the text with the secret, how it is asked and revoked, and its answers.
struct Case {
    text: &'static str,
    rule: &'static str,
    /// Method, host and path of the revocation, with `SECRET` for the secret.
    revoke: (&'static str, &'static str, &'static str),
    live: &'static str,
    dead: (u16, &'static str),
    done: (u16, &'static str),
}

const CASES: [Case; 6] = [
    Case {
        text: "GITHUB_TOKEN=«ghp_{an*30}{crc62}»",
        rule: "github-personal-token",
        revoke: ("POST", "api.github.com", "/credentials/revoke"),
        live: r#"{"login":"octocat"}"#,
        dead: (401, r#"{"message":"Bad credentials"}"#),
        done: (202, ""),
    },
    Case {
        text: "GITLAB_TOKEN=«glpat-{u64*20}»",
        rule: "gitlab-personal-token",
        revoke: ("DELETE", "gitlab.com", "/api/v4/personal_access_tokens/self"),
        live: r#"{"user_id":1,"scopes":["api"]}"#,
        dead: (401, r#"{"error":"invalid_token","error_description":"Token was revoked."}"#),
        done: (204, ""),
    },
    Case {
        text: "SLACK_BOT_TOKEN=«xoxb-{d19*12}-{d19*13}-{an*24}»",
        rule: "slack-bot-token",
        revoke: ("POST", "slack.com", "/api/auth.revoke"),
        live: r#"{"ok":true,"user":"bot"}"#,
        dead: (200, r#"{"ok":false,"error":"token_revoked"}"#),
        done: (200, r#"{"ok":true,"revoked":true}"#),
    },
    Case {
        text: "NPM_TOKEN=«npm_{an*30}{crc62}»",
        rule: "npm-access-token",
        revoke: ("DELETE", "registry.npmjs.org", "/-/user/token/SECRET"),
        live: r#"{"username":"ada"}"#,
        // npm says the same about a token that is limited: nobody knows.
        dead: (401, "{}"),
        done: (200, "{}"),
    },
    Case {
        text: "VERCEL_TOKEN=«vcp_{an*50}{crc62}»",
        rule: "vercel-personal-token",
        revoke: ("DELETE", "api.vercel.com", "/v3/user/tokens/current"),
        live: r#"{"user":{"id":"u","username":"ada"}}"#,
        dead: (403, r#"{"error":{"code":"forbidden","message":"Not authorized","invalidToken":true}}"#),
        done: (200, r#"{"tokenId":"abc"}"#),
    },
    Case {
        text: "GOOGLE_REFRESH_TOKEN=«1//0{u64*98}»",
        rule: "gcp-oauth-refresh-token",
        revoke: ("POST", "oauth2.googleapis.com", "/revoke"),
        live: "{}",
        dead: (400, "{}"),
        done: (200, "{}"),
    },
];

/// A repository with the secret of a case, its fingerprint and the secret.
fn repository(case: &Case) -> (Sandbox, String, String) {
    let sandbox = Sandbox::repo();
    let (text, mut secrets) = tokens::expand(case.text);
    sandbox.write("a.env", text);
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    assert_eq!(report["findings"][0]["rule"], case.rule, "{report}");
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    (sandbox, fingerprint, secrets.remove(0))
}

fn disable(sandbox: &Sandbox, providers: &Providers, secret: &str, arguments: &[&str]) -> Output {
    let mut command = sandbox.command(skant_program());
    command.arg("disable").args(arguments).args(["--timeout", "0.5"]);
    let output = providers.lead(&mut command).output().unwrap();
    assert!(!text_of(&output).contains(&secret[8..]), "{}", text_of(&output));
    output
}

/// Starts the provider of a case: it answers that the secret is live until it has revoked it. `fault` replaces the answer
/// to the revocation.
fn provider(case: &'static Case, fault: Option<Reply>) -> Providers {
    let is_revoked = AtomicBool::new(false);
    let (_, _, path) = case.revoke;
    let path = path.split("SECRET").next().unwrap();
    Providers::start(move |seen| {
        let is_change = seen.method == case.revoke.0 && seen.path.starts_with(path);
        if is_change {
            if let Some(fault) = &fault {
                return fault.clone();
            }
            is_revoked.store(true, Ordering::SeqCst);
            return Reply::json(case.done.0, case.done.1);
        }
        if is_revoked.load(Ordering::SeqCst) {
            return Reply::json(case.dead.0, case.dead.1);
        }
        Reply::json(200, case.live)
    })
}

/// Returns the number of revocations that arrived.
fn changes(providers: &Providers, case: &Case) -> usize {
    let path = case.revoke.2.split("SECRET").next().unwrap();
    providers
        .requests()
        .iter()
        .filter(|seen| seen.method == case.revoke.0 && seen.path.starts_with(path))
        .count()
}

fn each_provider_revokes_what_it_is_called_with() {
    for case in &CASES {
        let (sandbox, fingerprint, secret) = repository(case);
        let providers = provider(case, None);
        let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes"]);
        let shown = text_of(&output);
        let is_known = case.rule != "npm-access-token";
        assert_eq!(output.status.code(), Some(if is_known { 0 } else { 2 }), "{}: {shown}", case.rule);
        let (method, host, path) = case.revoke;
        assert!(shown.contains(&format!("{host} will revoke it: ")), "{}: {shown}", case.rule);
        assert_eq!(changes(&providers, case), 1, "{}", case.rule);
        let path = path.replace("SECRET", &secret);
        let change = providers
            .requests()
            .into_iter()
            .find(|seen| (seen.method.as_str(), seen.path.as_str()) == (method, path.as_str()))
            .unwrap_or_else(|| panic!("{}: {path}", case.rule));
        assert_eq!(change.host, host);
        let written = secret.replace('/', "%2F");
        assert!(change.holds(&secret) || change.holds(&written), "{}", case.rule);
        if case.rule.starts_with("github") {
            // GitHub refuses such a request with a credential.
            assert_eq!(change.headers.get("authorization"), None);
        }
        let hosts: Vec<String> = providers.hosts();
        assert_eq!(hosts, [format!("{host}:443")], "{}", case.rule);
    }
}

fn a_dry_run_and_a_dead_secret_change_nothing() {
    for case in &CASES {
        let (sandbox, fingerprint, secret) = repository(case);
        let providers = provider(case, None);
        let output = disable(&sandbox, &providers, &secret, &[&fingerprint]);
        let shown = text_of(&output);
        assert!(
            output.status.code() == Some(1) && shown.contains("this was a dry run"),
            "{}: {shown}",
            case.rule
        );
        assert_eq!(changes(&providers, case), 0, "{}", case.rule);
    }
    let case = &CASES[1];
    let (sandbox, fingerprint, secret) = repository(case);
    let providers = Providers::start(|_| Reply::json(CASES[1].dead.0, CASES[1].dead.1));
    let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes"]);
    assert!(
        output.status.code() == Some(0) && text_of(&output).contains("works no more already"),
        "{}",
        text_of(&output)
    );
    assert_eq!(changes(&providers, case), 0);
}

fn a_fault_of_a_revocation_is_sent_once_and_said() {
    let faults = [
        Reply::json(301, "{}"),
        Reply::with_header(302, "location", "https://evil.example/"),
        Reply::with_header(307, "location", "https://evil.example/"),
        Reply::with_header(308, "location", "http://gitlab.com/"),
        Reply::json(403, "{}"),
        Reply::json(404, "{}"),
        Reply::json(429, "{}"),
        Reply::with_header(429, "retry-after", "1"),
        Reply::json(500, "{}"),
        Reply::json(503, "{}"),
        Reply::json(200, "<html>Sign in</html>"),
        Reply::json(401, "<html>"),
        Reply::Nothing,
        Reply::NotHttp,
        Reply::CutBody,
        Reply::SlowHeader(Duration::from_secs(2)),
        Reply::SlowBody(Duration::from_millis(200)),
        Reply::Huge(100 << 20),
    ];
    std::thread::scope(|scope| {
        for part in faults.chunks(5) {
            scope.spawn(move || {
                for fault in part {
                    let case = &CASES[1];
                    let (sandbox, fingerprint, secret) = repository(case);
                    let providers = provider(case, Some(fault.clone()));
                    let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes"]);
                    let shown = text_of(&output);
                    assert_eq!(output.status.code(), Some(2), "{fault:?}: {shown}");
                    for line in ["whether it was revoked is not known", "not certain that it works no more"] {
                        assert!(shown.contains(line), "{fault:?}: {shown}");
                    }
                    assert_eq!(changes(&providers, case), 1, "{fault:?}");
                    assert_eq!(providers.hosts(), ["gitlab.com:443"], "{fault:?}");
                }
            });
        }
    });
}

fn a_refusal_says_what_to_do_by_hand() {
    for (number, refusal) in [
        (0, Reply::json(422, r#"{"message":"Validation Failed"}"#)),
        (0, Reply::json(403, r#"{"message":"API rate limit exceeded"}"#)),
        (1, Reply::json(400, r#"{"message":"400 Bad request"}"#)),
        (2, Reply::json(200, r#"{"ok":true,"revoked":false}"#)),
        (3, Reply::json(401, "{}")),
    ] {
        let case = &CASES[number];
        let (sandbox, fingerprint, secret) = repository(case);
        let providers = provider(case, Some(refusal));
        let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes"]);
        let shown = text_of(&output);
        assert_eq!(output.status.code(), Some(2), "{shown}");
        assert!(shown.contains("refused: ") && shown.contains("by hand:\n"), "{shown}");
        assert_eq!(changes(&providers, case), 1);
    }
    // A secret of a provider without such an endpoint, and a part of a secret.
    let sandbox = Sandbox::repo();
    let (text, secrets) = tokens::expand("STRIPE_KEY=«sk_live_{an*99}»");
    sandbox.write("a.env", text);
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let providers = Providers::start(|_| Reply::json(200, "{}"));
    let output = disable(&sandbox, &providers, &secrets[0], &[fingerprint, "--yes"]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("by hand:\n"), "{shown}");
    assert!(shown.contains("https://dashboard.stripe.com"), "{shown}");
    assert!(providers.hosts().is_empty());
}

fn an_untrusted_certificate_gets_no_revocation() {
    for identity in [Identity::OtherName, Identity::Expired, Identity::SelfSigned] {
        let (sandbox, fingerprint, secret) = repository(&CASES[1]);
        let providers = Providers::start_as(identity, |_| Reply::json(204, ""));
        let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes"]);
        let shown = text_of(&output);
        assert!(output.status.code() == Some(2) && shown.contains("certificate"), "{identity:?}: {shown}");
        assert!(providers.requests().is_empty());
    }
}

fn an_installation_of_ones_own_is_asked_where_the_user_says_so() {
    let case = &CASES[1];
    let (sandbox, fingerprint, secret) = repository(case);
    let providers = provider(case, None);
    let output =
        disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes", "--host", "git.example.org"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert_eq!(providers.hosts(), ["git.example.org:443"]);
    // GitHub's endpoint is at its own host only.
    let case = &CASES[0];
    let (sandbox, fingerprint, secret) = repository(case);
    let providers = provider(case, None);
    disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes", "--host", "git.example.org"]);
    assert_eq!(providers.hosts(), ["api.github.com:443"]);
    let output = disable(&sandbox, &providers, &secret, &[&fingerprint, "--yes", "--host", "https://x/"]);
    assert_eq!(output.status.code(), Some(2));
}
