//! JSON lines: one finding per line, then a line `{"summary": …}` with everything else. Fields are those of `json`.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Report;
use crate::report::schema::{FindingView, Head, Rest};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Last<'r> {
    summary: Summary<'r>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary<'r> {
    #[serde(flatten)]
    head: Head<'r>,
    counts: Counts,
    #[serde(flatten)]
    rest: Rest<'r>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Counts {
    findings: usize,
    /// The findings only in unreachable objects.
    unreachable: usize,
    suppressed: usize,
    problems: usize,
    notes: usize,
}

/// Writes the findings and the summary, each on a line of its own.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        line(&FindingView::of(finding), out)?;
    }
    let counts = Counts {
        findings: report.findings.len(),
        unreachable: report.findings.iter().filter(|finding| !finding.is_reachable()).count(),
        suppressed: report.suppressed.len(),
        problems: report.problems.len(),
        notes: report.notes.len(),
    };
    let summary = Summary { head: Head::of(report), counts, rest: Rest::of(report) };
    line(&Last { summary }, out)
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::finding::Report;
    use crate::report::{Format, samples};

    fn lines(report: &Report) -> Vec<Value> {
        let render = samples::render(Format::Jsonl, report);
        render.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_finding_is_a_line_with_the_fields_of_json() {
        for report in samples::all() {
            let lines = lines(&report);
            let whole: Value = serde_json::from_str(&samples::render(Format::Json, &report)).unwrap();
            let (last, findings) = lines.split_last().unwrap();
            assert_eq!(json!(findings), whole["findings"]);
            for field in ["tool", "version", "schema", "complete", "scope", "suppressed", "problems", "notes"]
            {
                assert_eq!(last["summary"][field], whole[field], "{field}");
            }
            assert_eq!(last.as_object().unwrap().len(), 1);
        }
    }

    #[test]
    fn the_summary_counts() {
        let counts = |report: &Report| lines(report).last().unwrap()["summary"]["counts"].clone();
        assert_eq!(
            counts(&samples::troubled()),
            json!({"findings": 0, "unreachable": 0, "suppressed": 2, "problems": 2, "notes": 7})
        );
        assert_eq!(counts(&samples::unreachable())["unreachable"], json!(1));
        assert_eq!(counts(&Report::default())["findings"], json!(0));
    }
}
