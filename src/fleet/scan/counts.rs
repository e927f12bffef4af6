//! Reads what a report counts, without keeping the report: it may be larger than the memory of a run that watches many.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::fleet::store::row::Counts;
use crate::secret::to_hex;

/// A file that is no whole report.
#[derive(Debug, Error)]
#[error("it wrote no whole report")]
pub(super) struct NoReport;

/// What a report says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReportSummary {
    pub(super) is_complete: bool,
    pub(super) counts: Counts,
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

#[derive(Deserialize)]
struct Shape {
    tool: String,
    schema: u32,
    complete: bool,
    scope: ScopeShape,
    findings: Length,
    suppressed: Length,
    problems: Length,
}

#[derive(Deserialize)]
struct ScopeShape {
    commits: u64,
    objects: u64,
    bytes: u64,
}

/// The length of a list, whose entries are skipped.
struct Length(u64);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Length;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Length, A::Error> {
                let mut length = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    length += 1;
                }
                Ok(Length(length))
            }
        }
        deserializer.deserialize_seq(Count)
    }
}

/// Hashes what is read.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Summarises a report in the format `json`.
///
/// # Errors
/// The file is no whole report of this version.
pub(super) fn summarize(path: &Path) -> Result<ReportSummary, NoReport> {
    let file = File::open(path).map_err(|_| NoReport)?;
    let mut hashed = Hashed { inner: file, hash: Sha256::new(), bytes: 0 };
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 << 10, &mut hashed));
    let shape = Shape::deserialize(&mut reader).map_err(|_| NoReport)?;
    reader.end().map_err(|_| NoReport)?;
    drop(reader);
    if shape.tool != env!("CARGO_PKG_NAME") || shape.schema != 1 {
        return Err(NoReport);
    }
    Ok(ReportSummary {
        is_complete: shape.complete,
        counts: Counts {
            findings: shape.findings.0,
            suppressed: shape.suppressed.0,
            problems: shape.problems.0,
            commits: shape.scope.commits,
            objects: shape.scope.objects,
            bytes: shape.scope.bytes,
        },
        sha256: to_hex(&hashed.hash.finalize()),
        bytes: hashed.bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"tool":"skant","version":"9","schema":1,"complete":true,"new":[{}],
        "scope":{"kind":"history","commits":3,"objects":4,"bytes":5},
        "findings":[{"a":["]"]},{}],"suppressed":[],"problems":[1],"notes":[]}
"#;

    fn summary(text: &str) -> Result<ReportSummary, NoReport> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        summarize(file.path())
    }

    #[test]
    fn a_report_is_counted_and_hashed() {
        let found = summary(REPORT).unwrap();
        let counts = Counts { findings: 2, suppressed: 0, problems: 1, commits: 3, objects: 4, bytes: 5 };
        assert_eq!((found.counts, found.is_complete, found.bytes), (counts, true, REPORT.len() as u64));
        assert_eq!(found.sha256, to_hex(&Sha256::digest(REPORT)));
    }

    #[test]
    fn a_part_of_a_report_is_none() {
        for end in 0..REPORT.trim_end().len() {
            assert!(summary(&REPORT[..end]).is_err(), "{end}");
        }
        assert!(summary(&format!("{REPORT}x")).is_err());
        assert!(summary(&REPORT.replace("\"skant\"", "\"other\"")).is_err());
        assert!(summary(&REPORT.replace("\"schema\":1", "\"schema\":2")).is_err());
    }
}
