//! JSON: one indented object, schema version 1.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Report;
use crate::report::schema::{FindingView, Head, Rest};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'r> {
    #[serde(flatten)]
    head: Head<'r>,
    findings: Vec<FindingView<'r>>,
    #[serde(flatten)]
    rest: Rest<'r>,
}

/// Writes the report as one JSON object and a line break.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        head: Head::of(report),
        findings: report.findings.iter().map(FindingView::of).collect(),
        rest: Rest::of(report),
    };
    // serde_json writes single bytes; the writer may be unbuffered.
    let mut out = io::BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, &document)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Document;

    use crate::report::{Format, samples};

    fn parsed(report: &crate::finding::Report) -> Value {
        serde_json::from_str(&samples::render(Format::Json, report)).unwrap()
    }

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    fn sorted<const N: usize>(mut names: [&str; N]) -> [&str; N] {
        names.sort_unstable();
        names
    }

    fn same_keys<const N: usize>(value: &Value, expected: [&str; N]) {
        let mut found = keys(value);
        found.sort_unstable();
        assert_eq!(found, sorted(expected));
    }

    #[test]
    fn a_report_has_every_field_of_the_contract() {
        let report = parsed(&samples::history());
        same_keys(
            &report,
            ["tool", "version", "schema", "complete", "scope", "findings", "suppressed", "problems", "notes"],
        );
        assert_eq!((&report["tool"], &report["schema"]), (&json!("skant"), &json!(1)));
        assert_eq!(
            (&report["version"], &report["complete"]),
            (&json!(env!("CARGO_PKG_VERSION")), &json!(true))
        );
        assert_eq!(
            report["scope"],
            json!({"kind": "history", "revisions": [], "ci": null, "commits": 1959, "objects": 16250, "blobs": 9010,
                   "messages": 0, "bytes": 301_004_120})
        );
    }

    #[test]
    fn a_finding_has_every_field_of_the_contract() {
        let report = parsed(&samples::history());
        let finding = &report["findings"][0];
        same_keys(
            finding,
            [
                "rule",
                "title",
                "provider",
                "severity",
                "confidence",
                "fingerprint",
                "secret",
                "locations",
                "places",
                "history",
                "reasons",
                "help",
            ],
        );
        assert_eq!((&finding["severity"], &finding["confidence"]), (&json!("critical"), &json!("high")));
        assert_eq!(finding["secret"], json!({"masked": "sk-ant-api03-R2D...igAA", "length": 108}));
        assert_eq!(
            finding["history"]["introduced"],
            json!({"commit": samples::COMMIT, "date": "2026-01-02T03:04:05Z", "path": "app/.env",
                   "author": "Ada Example <ada@example.org>"})
        );
        same_keys(
            &finding["history"],
            ["introduced", "removed", "at_head", "reachable", "commits", "held_by"],
        );
        let held_by = &finding["history"]["held_by"];
        same_keys(
            held_by,
            ["branches", "tags", "remotes", "pull_requests", "stashes", "notes", "reflogs", "others"],
        );
        assert_eq!(
            held_by["branches"],
            json!({"count": 3, "names": ["main", "dev", "old"], "in_files": {"count": 2, "names": ["main", "dev"]}})
        );
        assert_eq!(
            held_by["stashes"],
            json!({"count": 0, "names": [], "in_files": {"count": 0, "names": []}})
        );
    }

    #[test]
    fn a_location_leaves_out_only_what_is_ordinary() {
        let report = parsed(&samples::history());
        assert_eq!(
            report["findings"][0]["locations"][0],
            json!({"path": "app/.env", "line": 3, "column": 19, "end_line": 3, "end_column": 127,
                   "byte_start": 64, "byte_end": 172, "blob": samples::BLOB, "commit": samples::COMMIT,
                   "author": "Ada Example <ada@example.org>", "date": "2026-01-02T03:04:05Z",
                   "snippet": {"line": "ANTHROPIC_API_KEY=sk-ant-api03-R2D...igAA", "start": 18, "end": 41},
                   "at_head": {"line": 5, "column": 19, "end_line": 5, "end_column": 127, "byte_start": 99, "byte_end": 207,
                               "snippet": {"line": "ANTHROPIC_API_KEY=sk-ant-api03-R2D...igAA", "start": 18, "end": 41}}})
        );
        let staged = parsed(&samples::staged());
        let finding = &staged["findings"][0];
        assert_eq!((&finding["history"], &finding["locations"][0]["commit"]), (&Value::Null, &Value::Null));
        let odd = parsed(&samples::odd_places());
        let in_member = &odd["findings"][0]["locations"][0]["in_member"];
        assert_eq!(*in_member, json!({"line": 12, "column": 7}));
        let kinds: Vec<_> = odd["findings"][0]["locations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|location| (location.get("kind").cloned(), location.get("via").cloned()))
            .collect();
        assert_eq!(
            kinds,
            [
                (None, Some(json!(["zip:inner/config.env", "base64"]))),
                (Some(json!("message")), None),
                (Some(json!("path")), None),
                (Some(json!("ref")), None),
                (Some(json!("identity")), None),
            ]
        );
    }

    #[test]
    fn suppressions_problems_and_notes_are_listed() {
        let report = parsed(&samples::troubled());
        assert_eq!(report["complete"], json!(false));
        assert_eq!(
            report["suppressed"][0],
            json!({"fingerprint": samples::fingerprint("suppressed"), "rule": "anthropic-api-key", "by": "inline",
                   "reason": "rotated, see runbook", "path": "docs/setup.md", "line": 7})
        );
        assert_eq!(report["suppressed"][1]["kind"], json!("message"));
        same_keys(&report["problems"][0], ["kind", "message", "path"]);
        assert_eq!(report["problems"][1]["path"], Value::Null);
        assert_eq!(report["notes"][0]["kind"], json!("lfs-pointer"));
    }

    #[test]
    fn hostile_text_comes_back_as_it_was() {
        let hostile = samples::hostile();
        let report = parsed(&hostile);
        for (render, finding) in report["findings"].as_array().unwrap().iter().zip(&hostile.findings) {
            assert_eq!(render["locations"][0]["path"], json!(finding.locations[0].path));
            let reasons = render["reasons"].as_array().unwrap();
            assert_eq!(reasons.len(), finding.reasons.len());
            for (render, reason) in reasons.iter().zip(&finding.reasons) {
                let params: serde_json::Map<String, Value> =
                    reason.params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                let expected = json!({"code": reason.code.name(), "params": params, "text": reason.text});
                assert_eq!(*render, expected);
            }
        }
    }

    /// Returns the JSON Schema of the report, from the types that write it.
    fn schema() -> Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<Document<'_>>();
        schema.insert("title".into(), "Report of skant, schema version 1".into());
        schema.into()
    }

    #[test]
    fn schema_file_matches_the_types() {
        let generated = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
            std::fs::write(path, &generated).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            generated == stored,
            "{path} differs from the types: SNAPSHOTS=overwrite cargo test --lib report::json"
        );
    }

    #[test]
    fn every_report_is_valid_by_the_schema() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for report in samples::all() {
            let value = parsed(&report);
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
        let mut wrong = parsed(&samples::staged());
        wrong["findings"][0]["locations"][0]["line"] = json!("three");
        assert!(!validator.is_valid(&wrong));
    }
}
