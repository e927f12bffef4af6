//! `skant usage` against a synthetic Admin API: pages, the time of the leak, every fault, and no secret in any output.

use std::process::Output;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use testkit::providers::{Identity, Providers, Reply};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

use crate::admin_api::{ADMIN, Key, Organisation};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        the_use_since_the_commit_is_read_from_all_pages,
        use_before_the_leak_does_not_count,
        what_nobody_can_know_is_unknown,
        json_has_the_documented_shape,
        a_fault_of_the_usage_report_is_an_error_without_a_secret,
        a_fault_of_the_cost_report_is_said,
        what_has_no_usage_report_gets_the_steps_by_hand,
    ]
}

const SECRET: &str = "usage";

/// A time some hours ago, at the start of an hour.
fn hours_ago(hours: i64) -> Timestamp {
    let time = (Timestamp::now() - SignedDuration::from_hours(hours)).as_second();
    Timestamp::from_second(time - time % 3600).unwrap()
}

/// A repository with a key that was committed at a time, and the fingerprint of the key.
fn committed(key: &str, at: Timestamp) -> (Sandbox, String) {
    let sandbox = Sandbox::repo();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={key}\n"));
    sandbox.git(&["add", "-A"]);
    let mut command = sandbox.command("git");
    command.env("GIT_AUTHOR_DATE", at.to_string()).env("GIT_COMMITTER_DATE", at.to_string());
    assert!(command.args(["commit", "-q", "-m", "settings"]).status().unwrap().success());
    let fingerprint = fingerprint(&sandbox);
    (sandbox, fingerprint)
}

fn fingerprint(sandbox: &Sandbox) -> String {
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    report["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
}

fn key(uses: &[(Timestamp, &'static str, u64)]) -> Key {
    let uses = uses.iter().map(|(time, model, tokens)| (time.to_string(), *model, *tokens)).collect();
    Key { id: "apikey_01", name: "shop-prod", value: tokens::api_key(SECRET), uses }
}

fn usage(sandbox: &Sandbox, providers: &Providers, arguments: &[&str]) -> Output {
    let mut command = sandbox.command(skant_program());
    command.arg("usage").args(arguments).args(["--timeout", "1.5", "-v"]).env("ANTHROPIC_ADMIN_KEY", ADMIN);
    let output = providers.lead(&mut command).output().unwrap();
    let shown = text_of(&output);
    assert!(!shown.contains(&tokens::api_key(SECRET)[20..60]) && !shown.contains(ADMIN), "{shown}");
    output
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn the_use_since_the_commit_is_read_from_all_pages() {
    let leak = hours_ago(24 * 12);
    let uses = [
        (hours_ago(24 * 14), "claude-a", 7_000_000),
        (hours_ago(24 * 9), "claude-a", 1_000),
        (hours_ago(24 * 9), "claude-b", 2_000),
        (hours_ago(24 * 2), "claude-a", 4_000),
    ];
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), leak);
    let (providers, _) = Organisation::new(&[key(&uses)]).start();
    let output = usage(&sandbox, &providers, &[&fingerprint]);
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    let (first, last) = (day(uses[1].0), day(uses[3].0));
    for line in [
        "key         shop-prod (apikey_01), active".to_owned(),
        "workspace   Shop (wrkspc_01)".to_owned(),
        format!("used after it leaked: yes, on {first}, and last on {last}"),
        format!("{first}  claude-b  2,000"),
        "all days    claude-a  5,000           0              4      20   5,024              2".to_owned(),
        "all of its keys: 19.5".to_owned(),
        "tokens, a day each".to_owned(),
        "█".to_owned(),
    ] {
        assert!(shown.contains(&line), "{line}: {shown}");
    }
    assert!(!shown.contains("7,000,000"), "{shown}");
    assert!(shown.contains("introduced in") && shown.contains("a.env"), "{shown}");
    assert_eq!(providers.hosts(), ["api.anthropic.com:443"]);
    assert!(providers.requests().iter().all(|seen| seen.method == "GET"));
    let is_day =
        |path: &str| path.contains("bucket_width=1d&limit=31&api") && path.contains("group_by[]=model");
    let pages = providers.requests().iter().filter(|seen| is_day(&seen.path)).count();
    assert_eq!(pages, 3, "13 days, 5 on a page");
    // A locale without UTF-8 gets ASCII.
    let mut command = sandbox.command(skant_program());
    command.args(["usage", &fingerprint]).env("LC_ALL", "C").env("ANTHROPIC_ADMIN_KEY", ADMIN);
    let shown = text_of(&providers.lead(&mut command).output().unwrap());
    assert!(shown.is_ascii() && shown.contains('#') && shown.contains("__"), "{shown}");
}

fn use_before_the_leak_does_not_count() {
    let leak = hours_ago(24 * 3);
    let at = |hours: i64| leak + SignedDuration::from_hours(hours);
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), leak + SignedDuration::from_mins(20));
    let before_midnight = leak.as_second().rem_euclid(86400) / 3600;
    for (uses, code, expected) in [
        (vec![], 0, "used after it leaked: no use reported"),
        (vec![(at(-30), "m", 5)], 0, "used after it leaked: no use reported"),
        (vec![(at(0), "m", 5)], 2, "used after it leaked: unknown: used in the hour of the leak"),
        (vec![(at(0), "m", 5), (at(26), "m", 5)], 1, "used after it leaked: yes, on "),
    ] {
        let (providers, _) = Organisation::new(&[key(&uses)]).start();
        let output = usage(&sandbox, &providers, &[&fingerprint]);
        let shown = text_of(&output);
        assert!(output.status.code() == Some(code) && shown.contains(expected), "{expected}: {shown}");
    }
    if before_midnight > 0 {
        let (providers, _) = Organisation::new(&[key(&[(at(-1), "m", 5)])]).start();
        let shown = text_of(&usage(&sandbox, &providers, &[&fingerprint]));
        assert!(shown.contains("used after it leaked: no use reported"), "{shown}");
    }
    // A day that the user names begins at midnight, and its whole use counts.
    let (providers, _) = Organisation::new(&[key(&[(at(0), "m", 5)])]).start();
    let output = usage(&sandbox, &providers, &[&fingerprint, "--since", &day(leak)]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(1) && shown.contains(&format!("yes, on {}", day(leak))), "{shown}");
    for wrong in ["yesterday", "2026-13-01", "", "2026-11-20T10:00"] {
        assert_eq!(
            usage(&sandbox, &providers, &[&fingerprint, "--since", wrong]).status.code(),
            Some(2),
            "{wrong}"
        );
    }
}

fn what_nobody_can_know_is_unknown() {
    let used = [(hours_ago(48), "m", 5)];
    // In no commit: nobody knows since when it leaks.
    let sandbox = Sandbox::with_commit();
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={}\n", tokens::api_key(SECRET)));
    let (providers, _) = Organisation::new(&[key(&used)]).start();
    let output = usage(&sandbox, &providers, &[&fingerprint(&sandbox)]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("as no commit holds it"), "{shown}");
    assert!(shown.contains(&day(used[0].0)), "{shown}");
    // The date of the commit is in the future.
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), hours_ago(-24 * 400));
    let output = usage(&sandbox, &providers, &[&fingerprint]);
    assert!(
        output.status.code() == Some(2) && text_of(&output).contains("in the future"),
        "{}",
        text_of(&output)
    );
    // Nothing says that the report counts a personal key by its id.
    let personal = tokens::token("USR", "usage");
    let (sandbox, fingerprint) = committed(&personal, hours_ago(48));
    let (providers, _) = Organisation::new(&[Key { value: personal, ..key(&[]) }]).start();
    let output = usage(&sandbox, &providers, &[&fingerprint]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("may not count a key of this kind"), "{shown}");
}

fn json_has_the_documented_shape() {
    let uses = [(hours_ago(24 * 3), "claude-a", 1_000)];
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), hours_ago(24 * 9));
    let (providers, _) = Organisation::new(&[key(&uses)]).start();
    for arguments in [&["--json"][..], &["--format", "json"]] {
        let output = usage(&sandbox, &providers, &[&[fingerprint.as_str()], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["tool"], &report["schema"]), (&"skant".into(), &1.into()));
        assert_eq!(report["fingerprint"], fingerprint.as_str());
        assert_eq!(
            (&report["key"]["id"], &report["key"]["name"]),
            (&"apikey_01".into(), &"shop-prod".into())
        );
        assert_eq!(report["since_source"], "commit");
        assert_eq!(report["since_commit"], sandbox.git(&["rev-parse", "HEAD"]));
        let after = &report["used_after_leak"];
        assert_eq!((&after["answer"], &after["reason"]), (&"yes".into(), &Value::Null));
        assert_eq!(after["first"].as_str().unwrap()[..10], day(uses[0].0));
        let days = report["days"].as_array().unwrap();
        assert!(days.len() >= 9 && days.iter().filter(|day| day["tokens"] != 0).count() == 1, "{days:?}");
        let busy = days.iter().find(|day| day["tokens"] != 0).unwrap();
        assert_eq!(busy["models"][0]["model"], "claude-a");
        assert_eq!(
            (&report["total"]["tokens"], &report["total"]["tool_requests"]),
            (&1012.into(), &1.into())
        );
        assert_eq!(
            (&report["cost"]["of"], &report["cost"]["currency"]),
            (&"workspace".into(), &"USD".into())
        );
        assert_eq!(report["cost"]["days"][0]["amount"], "1.51");
        // docs/verify.md names each member.
        let documents = std::fs::read_to_string(testkit::repository("docs/verify.md")).unwrap();
        for name in report.as_object().unwrap().keys() {
            assert!(documents.contains(&format!("`{name}`")), "{name} is not in docs/verify.md");
        }
    }
}

/// Faults of a read, with what the error says.
fn faults() -> Vec<(Reply, &'static str)> {
    let token = |next: &str| format!(r#"{{"data":[],"has_more":true,"next_page":{next}}}"#);
    vec![
        (Reply::json(401, "{}"), "does not accept the credential (401)"),
        (Reply::json(403, "{}"), "does not accept the credential (403)"),
        (Reply::json(404, "{}"), "answered 404"),
        (Reply::json(429, "{}"), "answered 429"),
        (Reply::with_header(429, "retry-after", "3600"), "answered 429"),
        (Reply::json(500, "{}"), "answered 500"),
        (Reply::json(503, "{}"), "answered 503"),
        (Reply::json(529, "{}"), "answered 529"),
        (Reply::with_header(301, "location", "https://evil.example/"), "answered 301"),
        (Reply::with_header(302, "location", "http://api.anthropic.com/"), "answered 302"),
        (Reply::with_header(307, "location", "https://evil.example/"), "answered 307"),
        (Reply::with_header(308, "location", "/v1/other"), "answered 308"),
        (Reply::json(200, ""), "documented form"),
        (Reply::json(200, "<html>"), "documented form"),
        (Reply::json(200, "{\"data\":["), "documented form"),
        (Reply::json(200, r#"{"data":[{"results":[]}]}"#), "documented form"),
        (Reply::json(200, r#"{"data":[{"starting_at":"2026-11-20T00:00:00Z"}]}"#), "documented form"),
        (Reply::json(200, &token("null")), "documented form"),
        (Reply::json(200, &token("\"same\"")), "does not end"),
        (Reply::Huge(100 << 20), "documented form"),
        (Reply::CutBody, "no answer"),
        (Reply::Nothing, "no answer"),
        (Reply::NotHttp, "no answer"),
        (Reply::SlowHeader(Duration::from_secs(4)), "no answer in time"),
        (Reply::SlowBody(Duration::from_millis(300)), "no answer in time"),
    ]
}

/// Runs each fault of a path, some at a time.
fn with_faults(path: &'static str, check: impl Fn(&Output, &str) + Sync) {
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), hours_ago(48));
    let (sandbox, fingerprint, check, faults) = (&sandbox, &fingerprint, &check, faults());
    std::thread::scope(|scope| {
        for part in faults.chunks(7) {
            scope.spawn(move || {
                for (fault, expected) in part {
                    let organisation = Organisation::new(&[key(&[(hours_ago(3), "m", 5)])]);
                    let (providers, _) = organisation.with_fault(path, fault).start();
                    let output = usage(sandbox, &providers, &[fingerprint, "--since", &day(hours_ago(48))]);
                    check(&output, expected);
                    assert_eq!(providers.hosts(), ["api.anthropic.com:443"], "{fault:?}");
                }
            });
        }
    });
}

fn a_fault_of_the_usage_report_is_an_error_without_a_secret() {
    with_faults("group_by[]=model", |output, expected| {
        let shown = text_of(output);
        assert!(output.status.code() == Some(2) && shown.contains("is not known"), "{expected}: {shown}");
        assert!(shown.contains(expected), "{expected}: {shown}");
    });
    let (sandbox, fingerprint) = committed(&tokens::api_key(SECRET), hours_ago(48));
    for identity in [Identity::OtherName, Identity::Expired, Identity::SelfSigned, Identity::UnknownAuthority]
    {
        let providers = Providers::start_as(identity, |_| Reply::json(200, "{}"));
        let output = usage(&sandbox, &providers, &[&fingerprint]);
        assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
        assert!(providers.requests().is_empty());
    }
}

fn a_fault_of_the_cost_report_is_said() {
    with_faults("cost_report", |output, expected| {
        let shown = text_of(output);
        assert_eq!(output.status.code(), Some(3), "{expected}: {shown}");
        let line =
            shown.lines().find(|line| line.starts_with("cost of the workspace: not known")).expect("a line");
        assert!(line.contains(expected), "{expected}: {line}");
    });
}

fn what_has_no_usage_report_gets_the_steps_by_hand() {
    let (providers, _) = Organisation::new(&[key(&[])]).start();
    let (sandbox, print) = committed(&tokens::token("OAT", "usage"), hours_ago(48));
    let output = usage(&sandbox, &providers, &[&print]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("https://claude.ai/"), "{shown}");
    // Without a credential, and for a key of another organisation.
    let (sandbox, print) = committed(&tokens::api_key("of another organisation"), hours_ago(48));
    let output = usage(&sandbox, &providers, &[&print]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("no key of this organisation fits"), "{shown}");
    let output = providers.lead(sandbox.command(skant_program()).args(["usage", &print])).output().unwrap();
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("ANTHROPIC_ADMIN_KEY"), "{shown}");
    for wrong in ["no-fingerprint", "00112233445566ff"] {
        assert_eq!(usage(&sandbox, &providers, &[wrong]).status.code(), Some(2), "{wrong}");
    }
}
