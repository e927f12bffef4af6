//! Suppression files: `.skant-baseline`, `.gitleaksignore`, `.gitleaks.toml`. They are written as they were read, and
//! messages about them quote nothing.

use skant::internal::policy::suppress::SuppressionEntry;
use skant::internal::policy::suppress::baseline::Baseline;
use skant::internal::policy::{FileOrigin, parse_gitleaks_ignore, parse_gitleaks_toml};

use super::input::Input;
use super::quotable_words::quotable_words;

/// Input: the kind of file, then its bytes.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte() % 3;
    let file = input.rest();
    match kind {
        0 => baseline(file),
        1 => {
            let imported = parse_gitleaks_ignore(file);
            entries(&imported.settings.allow);
            quiet(&imported.untranslated.join("\n"), file);
        }
        _ => match parse_gitleaks_toml(file, FileOrigin::Repository) {
            Ok(imported) => {
                entries(&imported.settings.allow);
                assert!(imported.settings.rules.len() <= 100);
                quiet(&imported.untranslated.join("\n"), file);
            }
            Err(error) => quiet(&error.to_string(), file),
        },
    }
}

fn baseline(file: &[u8]) {
    match Baseline::parse(file) {
        Ok(read) => {
            let written = read.to_text();
            let again = Baseline::parse(written.as_bytes()).expect("what is written can be read");
            assert_eq!(again, read);
            assert_eq!(again.to_text(), written);
            entries(&read.suppressions());
            assert!(read.suppressions().iter().all(SuppressionEntry::has_fingerprint));
        }
        Err(error) => {
            assert!((1..=file.split(|byte| *byte == b'\n').count()).contains(&error.line));
            quiet(&error.to_string(), file);
        }
    }
}

fn entries(entries: &[SuppressionEntry]) {
    for entry in entries {
        assert!(!entry.describe().is_empty(), "an entry names something");
        assert!(!entry.reason.chars().any(char::is_control), "{:?}", entry.reason);
        if let Some(paths) = &entry.paths {
            let _ = (paths.matches(b"a/b.c"), paths.matches(b""), paths.matches(b"\xff"));
        }
    }
}

fn quiet(said: &str, file: &[u8]) {
    assert!(!said.chars().any(|sign| sign.is_control() && sign != '\n'), "{said:?}");
    assert!(quotable_words(file).all(|word| !said.contains(word)), "{said}");
}
