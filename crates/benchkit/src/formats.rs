//! The reports of scanners.

use std::path::Path;

use serde_json::Value;

use crate::Done;
use crate::findings::{Found, Identity};

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Skant,
    Kingfisher,
    Betterleaks,
    Gitleaks,
    Trufflehog,
    DetectSecrets,
    Secretlint,
    Ripsecrets,
    Keyspoor,
    Keyhog,
    /// A report that this program does not read.
    Unread,
}

/// Reads a report; `None` if its form is [`Format::Unread`].
pub fn read(format: Format, report: &Path) -> Done<Option<Vec<Found>>> {
    let bytes = std::fs::read(report).map_err(|error| format!("no report: {error}"))?;
    Ok(parse(format, &bytes)?)
}

fn parse(format: Format, bytes: &[u8]) -> Result<Option<Vec<Found>>, String> {
    let json = || serde_json::from_slice::<Value>(bytes).map_err(|error| format!("no JSON report: {error}"));
    // Without a finding some programs write nothing, or `null`.
    let array = || if bytes.trim_ascii().is_empty() { Ok(Value::Array(Vec::new())) } else { json() };
    Ok(Some(match format {
        Format::Skant => skant(&json()?)?,
        Format::Kingfisher => of_list(&json()?["findings"], |finding| {
            let finding = &finding["finding"];
            found(value(&finding["snippet"])?, &finding["path"], &finding["line"])
        })?,
        Format::Betterleaks => of_list(&json()?["findings"], |finding| {
            let place = &finding["location"];
            found(value(&finding["match"]["value"])?, &place["path"], &place["start_line"])
        })?,
        Format::Gitleaks => {
            let findings = match array()? {
                Value::Null => Value::Array(Vec::new()),
                findings => findings,
            };
            of_list(&findings, |finding| {
                found(value(&finding["Secret"])?, &finding["File"], &finding["StartLine"])
            })?
        }
        Format::Trufflehog => trufflehog(bytes)?,
        Format::DetectSecrets => detect_secrets(&json()?)?,
        Format::Secretlint => secretlint(&array()?)?,
        Format::Ripsecrets => ripsecrets(bytes),
        Format::Keyspoor => of_list(&json()?["findings"], keyspoor)?,
        Format::Keyhog => keyhog(&array()?)?,
        Format::Unread => return Ok(None),
    }))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn value(text_of: &Value) -> Option<Identity> {
    text(text_of).map(Identity::Value)
}

/// Makes a finding. A path or a line may be absent: a value in a commit message has none.
#[expect(clippy::unnecessary_wraps, reason = "closures of `of_list` end with this call")]
fn found(identity: Identity, path: &Value, line: &Value) -> Option<Found> {
    Some(Found { identity, path: text(path).unwrap_or_default(), line: line.as_u64().unwrap_or(0) })
}

/// Reads each entry of a list. An entry without a value is an error: the form is another one.
fn of_list(list: &Value, read: impl Fn(&Value) -> Option<Found>) -> Result<Vec<Found>, String> {
    let list = list.as_array().ok_or("the report has no list of findings")?;
    list.iter().map(|entry| read(entry).ok_or_else(|| "a finding has no value".to_owned())).collect()
}

/// A finding of skant may have several places.
fn skant(report: &Value) -> Result<Vec<Found>, String> {
    let findings = report["findings"].as_array().ok_or("the report has no list of findings")?;
    let mut all = Vec::new();
    for finding in findings {
        let fingerprint = text(&finding["fingerprint"]).ok_or("a finding has no value")?;
        all.extend(of_list(&finding["locations"], |place| {
            found(Identity::Fingerprint(fingerprint.clone()), &place["path"], &place["line"])
        })?);
    }
    Ok(all)
}

/// A line of JSON for each finding; the place is below the name of the source.
fn trufflehog(bytes: &[u8]) -> Result<Vec<Found>, String> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let read = |line: &[u8]| {
        let finding: Value =
            serde_json::from_slice(line).map_err(|error| format!("a line is no JSON: {error}"))?;
        let source = finding["SourceMetadata"]["Data"].as_object().and_then(|data| data.values().next());
        let source = source.unwrap_or(&Value::Null);
        let read = value(&finding["Raw"]).and_then(|raw| found(raw, &source["file"], &source["line"]));
        read.ok_or_else(|| "a finding has no value".to_owned())
    };
    lines.map(read).collect()
}

fn detect_secrets(report: &Value) -> Result<Vec<Found>, String> {
    let files = report["results"].as_object().ok_or("the report has no list of findings")?;
    let mut all = Vec::new();
    for (path, findings) in files {
        all.extend(of_list(findings, |finding| {
            let hash = Identity::Sha1(text(&finding["hashed_secret"])?);
            found(hash, &Value::from(path.as_str()), &finding["line_number"])
        })?);
    }
    Ok(all)
}

/// The value of a message is in its data, under a name that depends on the rule; else it is the range of the message.
fn secretlint(report: &Value) -> Result<Vec<Found>, String> {
    let files = report.as_array().ok_or("the report has no list of files")?;
    let mut all = Vec::new();
    for file in files {
        all.extend(of_list(&file["messages"], |message| {
            let of_data = message["data"].as_object().and_then(|data| data.values().find_map(text));
            let of_range = || {
                let bound = |at: usize| message["range"][at].as_u64().and_then(|at| usize::try_from(at).ok());
                // The bounds count UTF-16 units.
                let content: Vec<u16> = file["sourceContent"].as_str()?.encode_utf16().collect();
                Some(String::from_utf16_lossy(content.get(bound(0)?..bound(1)?)?))
            };
            let value = Identity::Value(of_data.or_else(of_range)?);
            found(value, &file["filePath"], &message["loc"]["start"]["line"])
        })?);
    }
    Ok(all)
}

/// Lines `path:line:value`. A path may have a colon; the number is the last one between two colons before the value.
fn ripsecrets(bytes: &[u8]) -> Vec<Found> {
    let text = String::from_utf8_lossy(bytes);
    let read = |line: &str| {
        let mut starts = line.match_indices(':').map(|(at, _)| at);
        starts.find_map(|at| {
            let (number, value) = line[at + 1..].split_once(':')?;
            let number = number.parse().ok()?;
            let identity = Identity::Value(value.to_owned());
            Some(Found { identity, path: line[..at].to_owned(), line: number })
        })
    };
    text.lines().filter_map(read).collect()
}

/// A path in a history is `git:COMMIT:PATH`.
fn keyspoor(finding: &Value) -> Option<Found> {
    let path = finding["path"].as_str()?;
    let of_history = path.strip_prefix("git:").and_then(|rest| rest.split_once(':'));
    let path = of_history.map_or(path, |(_, path)| path);
    let fingerprint = Identity::Fingerprint(text(&finding["fingerprint"])?);
    found(fingerprint, &Value::from(path), &finding["line"])
}

/// With `--show-secrets` the redacted value is the value.
fn keyhog(report: &Value) -> Result<Vec<Found>, String> {
    of_list(report, |finding| {
        let place = &finding["location"];
        found(value(&finding["credential_redacted"])?, &place["file_path"], &place["line"])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An identity, a path and a line, as one text.
    fn shown(found: &Found) -> String {
        let identity = match &found.identity {
            Identity::Value(value) => format!("value {value}"),
            Identity::Sha1(hash) => format!("sha1 {hash}"),
            Identity::Fingerprint(name) => format!("fingerprint {name}"),
        };
        format!("{identity} {}:{}", found.path, found.line)
    }

    #[test]
    fn each_report_gives_its_values_and_places() {
        let samples: [(Format, &str, &[&str]); 10] = [
            (
                Format::Skant,
                r#"{"findings":[{"fingerprint":"0a","locations":[{"path":"a","line":1},{"path":"b","line":2}]}]}"#,
                &["fingerprint 0a a:1", "fingerprint 0a b:2"],
            ),
            (
                Format::Kingfisher,
                r#"{"findings":[{"rule":{"id":"r"},"finding":{"snippet":"v","path":"/r/a","line":3}}],"audit":{}}"#,
                &["value v /r/a:3"],
            ),
            (
                Format::Betterleaks,
                r#"{"findings":[{"match":{"full":"k=v","value":"v"},"location":{"path":"a","start_line":2}}]}"#,
                &["value v a:2"],
            ),
            (Format::Gitleaks, r#"[{"Secret":"v","File":"a","StartLine":4}]"#, &["value v a:4"]),
            (
                Format::Trufflehog,
                "{\"SourceMetadata\":{\"Data\":{\"Git\":{\"file\":\"a\",\"line\":5}}},\"Raw\":\"v\"}\n",
                &["value v a:5"],
            ),
            (
                Format::DetectSecrets,
                r#"{"version":"1","results":{"a":[{"type":"t","hashed_secret":"0b","line_number":6}]}}"#,
                &["sha1 0b a:6"],
            ),
            (
                Format::Secretlint,
                r#"[{"filePath":"/r/a","sourceContent":"é = vw","messages":[
                    {"data":{"KEY":"v"},"range":[4,5],"loc":{"start":{"line":1}}},
                    {"data":{},"range":[4,6],"loc":{"start":{"line":1}}}]}]"#,
                &["value v /r/a:1", "value vw /r/a:1"],
            ),
            (Format::Ripsecrets, "./a:7:v:w\n./b:c:8:v\n", &["value v:w ./a:7", "value v ./b:c:8"]),
            (
                Format::Keyspoor,
                r#"{"complete":true,"findings":[
                    {"rule_id":"r","path":"a","line":9,"fingerprint":"0c"},
                    {"rule_id":"r","path":"git:0d:b/c:d","line":1,"fingerprint":"0e"}],"errors":[]}"#,
                &["fingerprint 0c a:9", "fingerprint 0e b/c:d:1"],
            ),
            (
                Format::Keyhog,
                r#"[{"credential_redacted":"v","location":{"file_path":"a","line":10}}]"#,
                &["value v a:10"],
            ),
        ];
        for (format, report, expected) in samples {
            let found =
                parse(format, report.as_bytes()).unwrap_or_else(|error| panic!("{format:?}: {error}"));
            let found: Vec<String> = found.iter().flatten().map(shown).collect();
            assert_eq!(found, expected, "{format:?}");
        }
    }

    #[test]
    fn another_form_is_an_error_and_no_count_of_zero() {
        for format in [
            Format::Skant,
            Format::Kingfisher,
            Format::Betterleaks,
            Format::Gitleaks,
            Format::Trufflehog,
            Format::DetectSecrets,
            Format::Secretlint,
            Format::Keyspoor,
            Format::Keyhog,
        ] {
            for report in ["no report", r#"{"findings":[{}],"results":{"a":[{}]}}"#, r#"[{"messages":[{}]}]"#]
            {
                assert!(parse(format, report.as_bytes()).is_err(), "{format:?}: {report}");
            }
        }
    }
}
