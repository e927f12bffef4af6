//! `skant demo`: scans a synthetic Anthropic key as `scan -` scans standard input, and prints the report.
//!
//! The key exists in memory only: it has the structure of a real key and random content, so it grants access to nothing.
//! The demonstration uses the built-in policy, so that no setting can suppress its finding.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cli::args::{Common, Demo};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::report_targets::Target;
use crate::policy::RunMode;
use crate::remediation::{Situation, advise};
use crate::scan::Scanner;
use crate::source::ScanControl;

/// The name of the scanned text in the report.
const NAME: &str = "app.env";

/// The line after the report.
const NEXT_STEP: &str = "skant: this key was synthetic and is gone; next: `skant scan` scans your files, `skant \
    install` checks each commit";

pub(crate) fn run(common: &Common, arguments: &Demo, control: &ScanControl) -> Result<Exit, CliError> {
    let started = output::report_time();
    // The built-in policy: no file and no option changes it.
    let scanner = Scanner::default();
    let text = format!("# settings of the application\nANTHROPIC_API_KEY={}\n", synthetic_key());
    let mut report = scanner.scan_stdin(&mut text.as_bytes(), Some(NAME), control);
    advise(&mut report, scanner.detector().rules(), Situation::Files);
    output::write(
        &report,
        &[Target::stdout(arguments.format.wanted().unwrap_or_default())],
        common,
        (started, RunMode::DEFAULT_SCAN),
    )?;
    // On standard error, so that the report stays readable for programs. If that is closed, the line is not needed.
    let _ = writeln!(io::stderr(), "{NEXT_STEP}");
    Ok(Exit::from_report(&report, RunMode::DEFAULT_SCAN))
}

/// Returns a key with the structure of an Anthropic API key: 64 bytes in base64url, a dash, and 6 bytes of which the last
/// two are zero.
///
/// The bytes come from the random keys of the standard library's hash maps. They need not be unpredictable.
fn synthetic_key() -> String {
    let random: Vec<u8> =
        (0_u64..9).flat_map(|number| RandomState::new().hash_one(number).to_ne_bytes()).collect();
    let (body, tail) = random.split_at(64);
    let tail = [&tail[..4], &[0, 0]].concat();
    // The prefix is built from parts, so that no scanner takes this line for a key.
    ["sk-", "ant-", "api03-", &URL_SAFE_NO_PAD.encode(body), "-", &URL_SAFE_NO_PAD.encode(tail)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Confidence;

    #[test]
    fn the_key_has_the_structure_of_a_real_one_and_differs_each_time() {
        let (key, other) = (synthetic_key(), synthetic_key());
        assert_eq!(key.len(), 108);
        assert!(key.ends_with("AA") && key.as_bytes()[99] == b'-', "{}", key.len());
        assert!(key != other, "two keys are equal");
    }

    #[test]
    fn every_key_is_one_finding_of_high_confidence() {
        let scanner = Scanner::default();
        for _ in 0..50 {
            let text = format!("ANTHROPIC_API_KEY={}\n", synthetic_key());
            let report = scanner.scan_stdin(&mut text.as_bytes(), Some(NAME), &ScanControl::default());
            let found: Vec<(&str, Confidence)> =
                report.findings.iter().map(|finding| (&*finding.rule, finding.confidence)).collect();
            assert_eq!(found, [("anthropic-api-key", Confidence::High)]);
        }
    }
}
