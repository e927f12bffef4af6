//! `skant verify` against synthetic providers: each documented answer has its meaning, and each value is asked for once.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use testkit::providers::{Providers, Reply, Seen};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        every_documented_answer_of_anthropic_has_its_meaning,
        the_owner_is_in_every_format,
        a_value_is_found_wherever_it_is,
        what_needs_no_request_sends_none,
    ]
}

#[derive(Deserialize)]
struct AnswerFile {
    answer: Vec<DocumentedAnswer>,
}

/// A row of `fixtures/verifiers/anthropic.toml`.
#[derive(Deserialize)]
struct DocumentedAnswer {
    rule: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: String,
    says: String,
    #[serde(default)]
    owner: BTreeMap<String, String>,
}

/// The families of the rules in the rows.
const FAMILIES: [(&str, &str); 6] = [
    ("anthropic-api-key", "API03"),
    ("anthropic-user-key", "USR"),
    ("anthropic-service-key", "SVC"),
    ("anthropic-admin-key", "ADM"),
    ("anthropic-compliance-key", "API01"),
    ("anthropic-oauth-token", "OAT"),
];

fn documented() -> Vec<(String, DocumentedAnswer)> {
    let text = std::fs::read_to_string(testkit::repository("fixtures/verifiers/anthropic.toml")).unwrap();
    let rows: AnswerFile = toml::from_str(&text).unwrap();
    let key = |(number, row): (usize, DocumentedAnswer)| {
        let (_, family) = FAMILIES.iter().find(|(rule, _)| *rule == row.rule).unwrap();
        (tokens::token(family, &format!("row {number}")), row)
    };
    rows.answer.into_iter().enumerate().map(key).collect()
}

/// Runs skant with providers. The answers are those of the rest of the test.
fn run(sandbox: &Sandbox, providers: &Providers, arguments: &[&str]) -> std::process::Output {
    providers.lead(sandbox.command(skant_program()).args(arguments)).output().unwrap()
}

fn findings(output: &std::process::Output) -> Vec<Value> {
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(output)));
    report["findings"].as_array().unwrap().clone()
}

fn every_documented_answer_of_anthropic_has_its_meaning() {
    let rows = Arc::new(documented());
    let sandbox = Sandbox::repo();
    let lines: String = rows.iter().map(|(key, row)| format!("# {}\nKEY={key}\n\n", row.rule)).collect();
    sandbox.write("keys.env", lines);
    let known = Arc::clone(&rows);
    let providers = Providers::start(move |seen| {
        let (_, row) = known.iter().find(|(key, _)| seen.holds(key)).expect("a known key");
        let headers = row.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Reply::Answer(row.status, headers, row.body.clone().into_bytes())
    });
    let output = run(&sandbox, &providers, &["verify", "--json", "--timeout", "5"]);
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    let found = findings(&output);
    assert_eq!(found.len(), rows.len(), "{shown}");
    let requests = providers.requests();
    for (number, (key, row)) in rows.iter().enumerate() {
        assert!(!shown.contains(key.as_str()), "row {number}");
        let place = 3 * number + 2;
        let finding = found.iter().find(|one| one["locations"][0]["line"] == json!(place)).unwrap();
        let verified = &finding["verified"];
        assert_eq!(finding["rule"], json!(row.rule), "row {number}");
        assert_eq!(verified["answer"], json!(row.says), "row {number}: {} {}", row.status, row.body);
        assert_eq!((&finding["verification"], &verified["owner"]), (&json!(row.says), &json!(row.owner)));
        assert_eq!(verified["host"], json!("api.anthropic.com"));
        let mine: Vec<&Seen> = requests.iter().filter(|seen| seen.holds(key)).collect();
        let is_tried_again = row.says == "unknown" && (row.status == 429 || row.status >= 500);
        assert_eq!(mine.len(), if is_tried_again { 3 } else { 1 }, "row {number}: {}", row.status);
    }
    assert_eq!(providers.hosts(), ["api.anthropic.com:443"]);
    for seen in &requests {
        assert_eq!((seen.method.as_str(), seen.body.as_str()), ("GET", ""));
        assert!(
            ["/v1/models?limit=1", "/v1/organizations/me"].contains(&seen.path.as_str()),
            "{}",
            seen.path
        );
        assert!(!seen.headers.contains_key("anthropic-workspace-id") && !seen.headers.contains_key("origin"));
        assert_eq!(seen.headers["anthropic-version"], "2023-06-01");
    }
}

fn the_owner_is_in_every_format() {
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={}\n", tokens::api_key("owner")));
    let providers = Providers::start(|_| {
        let header = ("anthropic-organization-id".to_owned(), "org-of-the-key".to_owned());
        Reply::Answer(200, vec![header], br#"{"data":[]}"#.to_vec())
    });
    for format in ["human", "json", "jsonl", "sarif", "html", "markdown", "csv", "junit", "github", "gitlab"]
    {
        let output = run(&sandbox, &providers, &["scan", "--verify", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", text_of(&output));
        let shown = text_of(&output);
        assert!(shown.contains("live") && shown.contains("org-of-the-key"), "{format}: {shown}");
        assert!(!shown.contains(&tokens::api_key("owner")[20..60]), "{format}");
    }
    let saved = run(&sandbox, &providers, &["scan", "--verify", "-o", "json:a.json", "-q"]);
    assert_eq!(saved.status.code(), Some(1), "{}", text_of(&saved));
    let again = text_of(&sandbox.skant(&["report", "a.json"]));
    assert!(again.contains("org-of-the-key"), "{again}");
    assert_eq!(providers.requests().len(), 1, "the other runs know the answer");
}

fn a_value_is_found_wherever_it_is() {
    let sandbox = Sandbox::repo();
    let key = |seed: &str| tokens::api_key(seed);
    sandbox.write("old.env", format!("KEY={}\n", key("history")));
    sandbox.commit_all("with a key");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &format!("rotate {}", key("message"))]);
    sandbox.write("old.env", "\n");
    sandbox.commit_all("without it");
    sandbox.write("staged.env", format!("KEY={}\n", key("index")));
    sandbox.git(&["add", "staged.env"]);
    sandbox.write("staged.env", "\n");
    let encoded = tokens::expand("data: «B64:API03:encoded»\n").0;
    sandbox.write("secret.yaml", encoded);
    let seeds = ["history", "message", "index", "encoded"];
    let providers = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    let scans = [&["scan", "--json"][..], &["scan", "--staged", "--json"], &["scan", "--history", "--json"]];
    let mut fingerprints: Vec<String> = Vec::new();
    for scan in scans {
        for finding in findings(&sandbox.skant(scan)) {
            fingerprints.push(finding["fingerprint"].as_str().unwrap().to_owned());
        }
    }
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), seeds.len());
    let named: Vec<&str> = fingerprints.iter().map(String::as_str).collect();
    let output = run(&sandbox, &providers, &[&["verify"][..], &named].concat());
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.ends_with("4 values: 4 live, 0 dead, 0 unknown\n"), "{shown}");
    for seed in seeds {
        let times = providers.requests().iter().filter(|seen| seen.headers["x-api-key"] == key(seed)).count();
        assert_eq!(times, 1, "{seed}: {shown}");
    }
    let unknown = run(&sandbox, &providers, &["verify", "0123456789abcdef"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text_of(&unknown).contains("nothing was sent"), "{}", text_of(&unknown));
    let secret = run(&sandbox, &providers, &["verify", &key("argument")]);
    assert!(secret.status.code() == Some(2) && !text_of(&secret).contains(&key("argument")[20..60]));
}

fn what_needs_no_request_sends_none() {
    let sandbox = Sandbox::repo();
    let lines = [
        format!("A={}", tokens::token("ORT", "1")),
        format!("B={}", tokens::token("SID", "1")),
        format!("C={}", tokens::session_token("CC", "past", 1_600_000_000)),
        format!("D={}", tokens::session_token("SI", "future", 4_000_000_000)),
        "password = \"kX9pQ2vR7tLm\"".to_owned(),
    ];
    sandbox.write("a.env", lines.join("\n"));
    let providers = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    let output = run(&sandbox, &providers, &["verify", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    let answers: Vec<(u64, String, String)> = findings(&output)
        .iter()
        .map(|one| {
            let text = |name: &str| one["verified"][name].as_str().unwrap_or("null").to_owned();
            (one["locations"][0]["line"].as_u64().unwrap(), text("answer"), text("host"))
        })
        .collect();
    assert_eq!(answers.len(), lines.len(), "{answers:?}");
    for (line, answer, host) in answers {
        assert_eq!(
            (answer.as_str(), host.as_str()),
            (if line == 3 { "dead" } else { "unknown" }, "null"),
            "{line}"
        );
    }
    assert!(providers.hosts().is_empty());
    // Without anything to send, no proxy and no certificate is needed either.
    let mut command = sandbox.command(skant_program());
    command.args(["verify"]).env("HTTPS_PROXY", "socks5://x").env("SSL_CERT_FILE", "/nonexistent");
    assert!(text_of(&command.output().unwrap()).contains("5 values: 0 live, 1 dead, 4 unknown"));
}
