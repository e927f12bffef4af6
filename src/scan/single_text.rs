//! Scans of one text: bytes in memory, a stream, or the name of a ref. No repository is read.

use std::io::Read;

use crate::assess::{Occurrence, TextOrigin};
use crate::finding::{LocationKind, Problem, Report, Scope, ScopeKind};
use crate::scan::archive_problems::skipped_problem;
use crate::scan::large_file::{Searched, Windows};
use crate::scan::report::{build_report, common_notes};
use crate::scan::scanner::Scanner;
use crate::source::ScanControl;

/// The path that reports show for a text without one.
const NO_PATH: &[u8] = b"-";

/// Scans bytes in memory. `path` may be empty.
pub(crate) fn scan_bytes(scanner: &Scanner, path: &[u8], text: &[u8]) -> Report {
    let shown_path = shown_path(scanner, path);
    let mut searched = Searched { bytes: text.len() as u64, ..Searched::default() };
    match scanner.search(text, &shown_path) {
        Ok(result) => {
            let problems = result.skipped.iter().map(|skipped| skipped_problem(skipped, &shown_path));
            searched.problems.extend(problems);
            searched.found = result.evidence;
        }
        Err(problem) => searched.problems.push(problem),
    }
    report(scanner, path, shown_path, searched, &ScanControl::default())
}

/// Scans a stream to its end. `path` may be empty.
pub(crate) fn scan_reader(
    scanner: &Scanner,
    path: &[u8],
    input: &mut dyn Read,
    control: &ScanControl,
) -> Report {
    let shown_path = shown_path(scanner, path);
    let searched = Windows::default().search(scanner, input, 0, &shown_path);
    report(scanner, path, shown_path, searched, control)
}

/// Scans the names of refs.
pub(crate) fn scan_ref_names(scanner: &Scanner, names: &[Vec<u8>]) -> Report {
    let (mut occurrences, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        let origin = ref_origin(scanner, name);
        match scanner.search_name(name, || origin.shown.clone()) {
            Ok(found) => {
                let rated = scanner.assessor().rate_and_retain(found);
                occurrences.extend(Occurrence::in_text(rated, &origin));
            }
            Err(problem) => problems.push(problem),
        }
    }
    build_report(scanner, Scope::default(), occurrences, problems)
}

/// The origin of evidence in the name of a ref.
pub(crate) fn ref_origin(scanner: &Scanner, name: &[u8]) -> TextOrigin {
    TextOrigin {
        kind: LocationKind::Ref,
        path: Vec::new(),
        shown: format!("ref {}", scanner.shown_path(name)),
        blob: None,
        commit: None,
        is_current: true,
    }
}

fn shown_path(scanner: &Scanner, path: &[u8]) -> String {
    scanner.shown_path(if path.is_empty() { NO_PATH } else { path })
}

fn report(
    scanner: &Scanner,
    path: &[u8],
    shown: String,
    searched: Searched,
    control: &ScanControl,
) -> Report {
    let origin = TextOrigin {
        kind: LocationKind::File,
        path: path.to_vec(),
        shown,
        blob: None,
        commit: None,
        is_current: true,
    };
    let rated = scanner.assessor().rate_and_retain(searched.found);
    let occurrences = Occurrence::in_text(rated, &origin).collect();
    let mut problems: Vec<Problem> = searched.problems;
    problems.extend(common_notes(None, control));
    let scope = Scope { kind: ScopeKind::Stdin, blobs: 1, bytes: searched.bytes, ..Scope::default() };
    build_report(scanner, scope, occurrences, problems)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Policy;

    /// Texts with secrets, encodings, comments and archives among random text.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let value = || "[a-zA-Z2-9]{12,40}";
        let part = prop_oneof![
            value().prop_map(|value| format!("password = \"{value}\"\n")),
            value().prop_map(|value| format!("api_key: {value} # skant:allow -- test\n")),
            value().prop_map(|value| format!("token = '{}'\n", base64(value.as_bytes()))),
            "[ -~\n\u{e9}]{0,60}",
        ];
        let lines = prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat().into_bytes());
        (lines, any::<bool>()).prop_map(|(text, is_archive)| if is_archive { gzip(&text) } else { text })
    }

    fn base64(value: &[u8]) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(value)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::read::GzEncoder::new(text, flate2::Compression::fast());
        let mut out = Vec::new();
        encoder.read_to_end(&mut out).unwrap();
        out
    }

    /// A reader that returns a few bytes at a time.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    proptest! {
        #[test]
        fn bytes_and_a_stream_give_the_same_report(text in text(), step in 1..100_usize) {
            let scanner = Scanner::new(Policy::new(jiff::Timestamp::UNIX_EPOCH));
            let report = scanner.scan_bytes("config/app.env", &text);
            prop_assert_eq!(&scanner.scan_reader("config/app.env", &text[..]), &report);
            prop_assert_eq!(&scanner.scan_reader("config/app.env", Slow(&text, step)), &report);
        }
    }

    #[test]
    fn a_text_without_a_path_has_a_shown_path() {
        let scanner = Scanner::new(Policy::new(jiff::Timestamp::UNIX_EPOCH));
        let text = format!("password = \"{}\"\n", "kX9pQ2vR7tLm");
        let report = scanner.scan_bytes("", text.as_bytes());
        assert_eq!(report.findings[0].locations[0].path, "-");
        assert_eq!(report.scope.kind, ScopeKind::Stdin);
    }
}
