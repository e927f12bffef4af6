//! The content of SARIF logs. `tests/library/sarif_schema.rs` validates the golden logs against the schema.

use serde_json::{Value, json};

use crate::finding::{Confidence, Finding, Report, Severity};
use crate::report::{Format, samples};

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&samples::render(Format::Sarif, report)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

fn uri_of(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

#[test]
fn a_finding_has_a_rule_a_location_and_a_masked_secret() {
    let log = parsed(&samples::staged());
    let run = &log["runs"][0];
    assert_eq!((&run["columnKind"], results(&log).len()), (&json!("unicodeCodePoints"), 1));
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], json!("anthropic-api-key"));
    assert_eq!(rule["properties"]["security-severity"], json!("9.5"));
    let result = &results(&log)[0];
    assert_eq!((&result["level"], &result["ruleIndex"]), (&json!("error"), &json!(0)));
    let fingerprint = samples::fingerprint("sample");
    let hash = format!("{fingerprint}:1");
    assert_eq!(
        result["partialFingerprints"],
        json!({"skant/v1": fingerprint, "primaryLocationLineHash": hash})
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["region"],
        json!({"startLine": 3, "startColumn": 19, "endLine": 3, "endColumn": 127, "byteOffset": 64,
               "byteLength": 108, "snippet": {"text": "sk-ant-api03-R2D...igAA"}})
    );
    assert_eq!(place["contextRegion"]["snippet"]["text"], json!("ANTHROPIC_API_KEY=sk-ant-api03-R2D...igAA"));
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.starts_with(
        "Anthropic API key, critical severity, high confidence. Masked: sk-ant-api03-R2D...igAA, 108 characters; "
    ));
}

/// What GitHub asks for beyond the schema, or it refuses the whole file.
#[test]
fn every_result_has_a_rule_a_fingerprint_and_one_relative_place() {
    for report in samples::all() {
        let log = parsed(&report);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        for result in results(&log) {
            assert_eq!(result["locations"].as_array().unwrap().len(), 1);
            assert!(!uri_of(result).is_empty() && !uri_of(result).contains(':'), "{}", uri_of(result));
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64() >= Some(1));
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["partialFingerprints"]["skant/v1"].is_string());
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        }
    }
}

/// The properties and limits of "SARIF support for code scanning" on docs.github.com, one by one.
#[test]
fn a_log_has_what_github_documents_within_its_limits() {
    let mut reports = samples::all();
    let mut wordy = samples::staged();
    wordy.findings[0].rule = "custom-rule".into();
    wordy.findings[0].title = "x".repeat(5000).into();
    reports.push(wordy);
    for report in reports {
        let log = parsed(&report);
        assert!(log["$schema"].is_string() && log["version"] == "2.1.0");
        let runs = log["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 1, "at most 20 runs");
        let driver = &runs[0]["tool"]["driver"];
        assert!(driver["name"].is_string() && driver["semanticVersion"].is_string());
        let rules = driver["rules"].as_array().unwrap();
        assert!(rules.len() <= 25_000);
        for rule in rules {
            assert!(rule["id"].as_str().unwrap().len() <= 255);
            for text in ["shortDescription", "fullDescription"] {
                let text = rule[text]["text"].as_str().unwrap();
                assert!(!text.is_empty() && text.chars().count() <= 1024, "{rule}");
            }
            assert!(["text", "markdown"].iter().all(|form| !rule["help"][form].as_str().unwrap().is_empty()));
            let properties = &rule["properties"];
            assert!(properties["tags"].as_array().unwrap().len() <= 10);
            assert!(
                ["very-high", "high", "medium", "low"].contains(&properties["precision"].as_str().unwrap())
            );
            let score: f32 = properties["security-severity"].as_str().unwrap_or("0.1").parse().unwrap();
            assert!(score > 0.0 && score <= 10.0);
        }
        assert!(results(&log).len() <= 5000);
        for result in results(&log) {
            assert!(
                result["message"]["text"]
                    .as_str()
                    .is_some_and(|text| text.contains(". ") || text.ends_with('.'))
            );
            assert!((1..=10).contains(&result["locations"].as_array().unwrap().len()));
            let region = &result["locations"][0]["physicalLocation"]["region"];
            // Of a suppressed finding only the line is known.
            let known = if result.get("suppressions").is_some() { 1 } else { 4 };
            let names = ["startLine", "startColumn", "endLine", "endColumn"];
            assert!(names[..known].iter().all(|name| region[name].is_u64()), "{region}");
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        }
    }
}

#[test]
fn rules_are_sorted_and_described_alike_in_each_run() {
    let mut report = samples::many(4, 1);
    for (finding, rule) in report.findings.iter_mut().zip([
        "zeta-token",
        "anthropic-api-key",
        "generic-password",
        "heroku-api-key",
    ]) {
        finding.rule = rule.into();
    }
    let described = |report: &Report| -> Vec<Value> {
        parsed(report)["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().clone()
    };
    let before = described(&report);
    let facts: Vec<Value> = before
        .iter()
        .map(|rule| json!([rule["id"], rule["properties"]["precision"], rule["helpUri"].is_string()]))
        .collect();
    let expected = [
        json!(["anthropic-api-key", "very-high", false]),
        json!(["generic-password", "medium", false]),
        json!(["heroku-api-key", "very-high", true]),
        json!(["zeta-token", "high", false]),
    ];
    assert_eq!(facts, expected);
    for rule in &before {
        assert!(rule["help"]["text"].as_str().unwrap().contains("Revoke or rotate the credential first"));
    }
    let api_key = before[0]["help"]["text"].as_str().unwrap();
    assert!(api_key.contains("the Claude API") && api_key.contains("\n1. revoke the key"), "{api_key}");
    let indices: Vec<_> =
        results(&parsed(&report)).iter().map(|result| result["ruleIndex"].as_u64()).collect();
    assert_eq!(indices, [3, 0, 1, 2].map(Some));
    // Another run finds the same rules less surely, or has only suppressed findings.
    for finding in &mut report.findings[1..] {
        (finding.confidence, finding.severity) = (Confidence::Low, Severity::Low);
    }
    assert_eq!(described(&report), before);
}

#[test]
fn a_value_is_shown_where_the_checked_out_commit_holds_it() {
    let log = parsed(&samples::history());
    let found = &results(&log)[0];
    assert_eq!(uri_of(found), "app/.env");
    assert_eq!(found["locations"][0]["physicalLocation"]["region"]["startLine"], json!(5));
    assert_eq!(found["locations"][0]["logicalLocations"], Value::Null);
    assert_eq!(uri_of(&results(&log)[1]), ".git/skant/blob/0c4f1d5e8b7a69302f1e2d3c4b5a69788796a5b4/b.yml");
    // Two versions of the file that lead to the same line are one alert.
    let mut report = samples::history();
    let mut earlier = report.findings[0].locations[0].clone();
    earlier.start.line = 1;
    report.findings[0].locations.insert(0, earlier);
    assert_eq!(results(&parsed(&report)).len(), results(&log).len());
    assert_eq!(results(&parsed(&report))[0]["locations"], found["locations"]);
}

#[test]
fn what_is_in_no_working_tree_points_below_the_git_folder() {
    let uris = |report: &Report| results(&parsed(report)).iter().map(uri_of).map(str::to_owned).collect();
    let uris: Vec<String> = [samples::odd_places(), samples::removed(), samples::unreachable()]
        .iter()
        .flat_map(|report| -> Vec<String> { uris(report) })
        .collect();
    let expected = [
        "backup.zip".to_owned(),
        ".git/skant/message/commit%201a2b3c4d5e6f".to_owned(),
        ".git/skant/path/keys/********.txt".to_owned(),
        ".git/skant/ref/refs/heads/********".to_owned(),
        ".git/skant/identity/author%20of%20commit%201a2b3c4d5e6f".to_owned(),
        format!(".git/skant/commit/{}/app/.env", samples::COMMIT),
        format!(".git/skant/blob/{}/blob%200c4f1d5e8b7a", samples::BLOB),
    ];
    assert_eq!(uris, expected);
    let removed = parsed(&samples::removed());
    let result = &results(&removed)[0];
    assert_eq!(
        result["locations"][0]["logicalLocations"],
        json!([{"fullyQualifiedName": format!("{}:app/.env", samples::COMMIT), "kind": "file"}])
    );
    assert_eq!(result["properties"]["commit"], json!(samples::COMMIT));
}

#[test]
fn nobody_is_named() {
    for report in samples::all() {
        let render = samples::render(Format::Sarif, &report);
        for name in ["Ada", "Example <", "example.org>", "ada@"] {
            assert!(!render.contains(name), "{name}");
        }
    }
}

#[test]
fn suppressions_and_problems_are_on_record() {
    let log = parsed(&samples::troubled());
    let suppressions: Vec<_> = results(&log).iter().map(|result| &result["suppressions"][0]).collect();
    assert_eq!(
        suppressions,
        [
            &json!({"kind": "inSource", "status": "accepted", "justification": "rotated, see runbook"}),
            &json!({"kind": "external", "status": "accepted"}),
        ]
    );
    assert_eq!(uri_of(&results(&log)[0]), "docs/setup.md");
    assert_eq!(uri_of(&results(&log)[1]), ".git/skant/message/commit%201a2b3c4d5e6f");
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], json!(false));
    let render = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(
        (render.len(), &render[0]["level"], &render[2]["level"]),
        (9, &json!("error"), &json!("note"))
    );
    assert_eq!(render[0]["descriptor"], json!({"id": "unreadable"}));
    assert!(render[0]["message"]["text"].as_str().unwrap().starts_with("private/key.pem: permission"));
}

#[test]
fn links_and_placeholders_in_messages_are_only_text() {
    let log = parsed(&samples::hostile());
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["message"]["text"], json!("line%0Abreak%1B\\[31m: a pipe \\](x) {{0}}"));
    assert_eq!(crate::report::sarif::plain("a[0] b").text, "a[0] b");
}

#[test]
fn a_log_is_cut_so_that_every_finding_stays() {
    let report = samples::many(70, Finding::MAX_LOCATIONS);
    let log = parsed(&report);
    assert_eq!(results(&log).len(), 70 * 71);
    let last = report.findings[69].fingerprint.as_str();
    assert_eq!(results(&log).last().unwrap()["partialFingerprints"]["skant/v1"], json!(last));
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let text = notes[0]["message"]["text"].as_str().unwrap();
    assert_eq!(text, "4970 of 7000 results are listed; `--format json` lists all.");
    let many = parsed(&samples::many(5001, 1));
    assert_eq!(results(&many).len(), 5000);
    let whole = parsed(&samples::many(50, 100));
    assert_eq!(whole["runs"][0]["invocations"][0]["toolExecutionNotifications"], json!([]));
}

#[test]
fn a_log_is_cut_to_what_github_takes_packed() {
    let mut report = samples::many(4900, 1);
    let mut hash = 0_u64;
    for finding in &mut report.findings {
        // Names that cannot be packed, unlike anything that people write.
        finding.locations[0].path = (0..3500)
            .map(|_| {
                hash = hash.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'0' + (hash >> 58) as u8)
            })
            .collect();
    }
    let render = samples::render(Format::Sarif, &report);
    let packed = crate::report::sarif::packed(render.as_bytes()).unwrap();
    assert!(
        packed <= crate::report::sarif::MAX_COMPRESSED && packed > crate::report::sarif::MAX_COMPRESSED / 2,
        "{packed}"
    );
    let log: Value = serde_json::from_str(&render).unwrap();
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let listed = results(&log).len();
    let text = notes[0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("{listed} of 4900 results are listed")), "{text}");
}
