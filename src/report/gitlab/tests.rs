//! The schema is published by GitLab (security-report-schemas, `secret-detection-report-format.json`), but in no
//! package that could be had here. What version 15.2.4 of it asks for is written down below in our own words.

use serde_json::{Value, json};

use crate::finding::Report;
use crate::report::{Format, samples};

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&samples::render(Format::Gitlab, report)).unwrap()
}

/// What the published schema asks of the fields that skant writes.
fn facts() -> Value {
    let text = |least: usize| json!({"type": "string", "minLength": least});
    let object = |required: &[&str], properties: Value| json!({"type": "object", "required": required, "properties": properties});
    let list = |items: Value| json!({"type": "array", "items": items});
    let vendor = object(&["name"], json!({"name": text(1)}));
    let tool = object(
        &["id", "name", "version", "vendor"],
        json!({"id": text(1), "name": text(1), "version": text(1), "vendor": vendor}),
    );
    let time = json!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"});
    let message =
        object(&["level", "value"], json!({"level": {"enum": ["info", "warn", "fatal"]}, "value": text(1)}));
    let scan = object(
        &["analyzer", "end_time", "scanner", "start_time", "status", "type"],
        json!({"analyzer": tool, "scanner": tool, "start_time": time, "end_time": time, "messages": list(message),
               "status": {"enum": ["success", "failure"]}, "type": {"enum": ["secret_detection"]}}),
    );
    let identifier =
        object(&["type", "name", "value"], json!({"type": text(1), "name": text(1), "value": text(1)}));
    let commit = object(&["sha"], json!({"sha": text(1), "date": text(0)}));
    let location = object(
        &["commit"],
        json!({"file": text(0), "commit": commit, "start_line": {"type": "number"}, "end_line": {"type": "number"}}),
    );
    let detail = object(
        &["name", "type", "value"],
        json!({"name": text(1), "type": {"const": "text"}, "value": text(0)}),
    );
    let vulnerability = object(
        &["id", "identifiers", "location"],
        json!({"id": text(1), "name": {"type": "string", "maxLength": 255}, "description": text(0),
               "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
               "solution": {"type": "string", "maxLength": 7000},
               "identifiers": {"type": "array", "minItems": 1, "items": identifier}, "location": location,
               "raw_source_code_extract": text(0),
               "details": {"type": "object", "additionalProperties": detail}}),
    );
    object(
        &["scan", "version", "vulnerabilities"],
        json!({"version": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"}, "scan": scan,
               "vulnerabilities": list(vulnerability)}),
    )
}

fn holds(schema: &Value, name: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    for report in samples::all() {
        let render = parsed(&report);
        let errors: Vec<String> = validator
            .iter_errors(&render)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    for field in ["id", "identifiers", "location"] {
        let mut broken = parsed(&samples::staged());
        broken["vulnerabilities"][0].as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&broken), "{name} asks for {field}");
    }
    let mut broken = parsed(&samples::staged());
    broken["scan"]["status"] = json!("partial");
    assert!(!validator.is_valid(&broken), "{name} knows two states");
}

#[test]
fn every_report_holds_to_what_the_schema_says() {
    holds(&facts(), "our own words");
}

#[test]
#[ignore = "needs gitlab-secret-detection.json in the folder SKANT_SCHEMAS"]
fn every_report_is_valid_by_the_published_schema() {
    let path = samples::published("gitlab-secret-detection.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(schema["self"]["version"], json!(crate::report::gitlab::model::VERSION));
    holds(&schema, "the published schema");
}

#[test]
fn a_finding_has_its_rule_its_place_and_a_lasting_id() {
    let render = parsed(&samples::history());
    let entries = render["vulnerabilities"].as_array().unwrap();
    assert_eq!(entries.len(), 7, "one for each place");
    let first = &entries[0];
    assert_eq!((&first["name"], &first["severity"]), (&json!("Anthropic API key"), &json!("Critical")));
    assert_eq!(
        first["location"],
        json!({"file": "app/.env", "start_line": 3, "end_line": 3,
               "commit": {"sha": samples::COMMIT, "date": "2026-01-02T03:04:05Z"}})
    );
    assert_eq!(first["identifiers"][0]["value"], json!("anthropic-api-key"));
    assert_eq!(first["raw_source_code_extract"], json!("sk-ant-api03-R2D...igAA"));
    assert_eq!(first["id"], parsed(&samples::history())["vulnerabilities"][0]["id"]);
    let mut ids: Vec<&Value> = entries.iter().map(|entry| &entry["id"]).collect();
    ids.dedup();
    assert_eq!(ids.len(), 7);
    let staged = parsed(&samples::staged());
    assert_eq!(staged["vulnerabilities"][0]["location"]["commit"], json!({"sha": "0000000"}));
    assert_eq!(staged["scan"]["status"], json!("success"));
}

#[test]
fn an_incomplete_run_is_a_failure_and_says_why() {
    let render = parsed(&samples::troubled());
    assert_eq!(render["scan"]["status"], json!("failure"));
    let messages = render["scan"]["messages"].as_array().unwrap();
    let levels: Vec<&str> = messages.iter().map(|message| message["level"].as_str().unwrap()).collect();
    assert_eq!(levels[..5], ["fatal", "fatal", "info", "info", "info"]);
    let values: Vec<&str> = messages.iter().map(|message| message["value"].as_str().unwrap()).collect();
    assert!(values[0].starts_with("unreadable: private/key.pem: permission denied"), "{values:?}");
    assert!(
        values[2].starts_with("INCOMPLETE: 2 problems") && values[2].contains("2 suppressed"),
        "{values:?}"
    );
    assert!(values[3].starts_with("suppressed (inline): anthropic-api-key, fingerprint "), "{values:?}");
}

#[test]
fn nobody_is_named() {
    for report in samples::all() {
        let render = samples::render(Format::Gitlab, &report);
        assert!(!render.contains("Ada") && !render.contains("example.org>"), "{render}");
    }
}

#[test]
fn a_report_is_cut_so_that_every_finding_stays() {
    let report = samples::many(1500, 100);
    let render = parsed(&report);
    let entries = render["vulnerabilities"].as_array().unwrap();
    assert!(
        entries.len() <= crate::report::gitlab::MAX_ENTRIES && entries.len() > 50_000,
        "{}",
        entries.len()
    );
    let named = |fingerprint: &str| {
        entries.iter().filter(|entry| entry["identifiers"][1]["value"] == json!(fingerprint)).count()
    };
    let counts: Vec<usize> =
        report.findings.iter().step_by(100).map(|f| named(f.fingerprint.as_str())).collect();
    assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
    let message = render["scan"]["messages"][0]["value"].as_str().unwrap();
    assert!(message.contains(" of 150000 locations are listed"), "{message}");
}

#[test]
fn hostile_text_comes_back_as_it_was() {
    let report = samples::hostile();
    let render = parsed(&report);
    for (entry, finding) in render["vulnerabilities"].as_array().unwrap().iter().zip(&report.findings) {
        assert_eq!(entry["location"]["file"], json!(finding.locations[0].path));
    }
}
