//! Settings files: their keys, their errors, and how they extend each other.

use miette::{Diagnostic as _, SourceSpan};

use super::*;
use crate::finding::{Confidence, Problem, ProblemKind};
use crate::policy::layers::load_layers;

fn read(text: &str, origin: FileOrigin) -> Result<Settings, String> {
    parse(text.as_bytes(), origin, &["generic-secret"]).map_err(|error| error.to_string())
}

#[test]
fn all_keys_are_parsed() {
    let text = "exclude = [\"vendor/**\", \"*.min.js\"]\ndisable = [\"generic-secret\"]\n\
        min-confidence = \"low\"\ngitleaks = true\nextends = \"ci/base.toml\"\n\
        [[allow]]\nfingerprint = \"3F9c1a\"\nreason = \"old\"\nuntil = 2027-01-31\n\
        [[allow]]\nrule = \"generic-secret\"\npath = [\"docs/**\", \"*.md\"]\ncommit = \"0123456\"\nreason = \"r\"\n\
        [[accept]]\nkind = \"corrupt-object\"\npath = \"testdata/**\"\n\
        [[rule]]\nid = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z]{9}'\nalphabet = \"lower\"\n";
    let settings = read(text, FileOrigin::Repository).unwrap();
    assert!(settings.exclude.matches(b"vendor/a/b.c") && settings.exclude.matches(b"x/y.min.js"));
    assert!(!settings.exclude.matches(b"src/vendor.c"));
    assert_eq!(settings.allow[0].until, Some("2027-01-31".parse().unwrap()));
    assert_eq!(settings.allow[0].fingerprint.as_deref(), Some("3f9c1a"));
    assert!(settings.allow[1].paths.as_ref().is_some_and(|paths| paths.matches(b"a/README.md")));
    assert_eq!((settings.extends.len(), settings.rules.len(), settings.gitleaks), (1, 1, true));
    assert_eq!(settings.min_confidence, Some(Confidence::Low));
    let problem = |path: &str| Problem {
        kind: ProblemKind::CorruptObject,
        path: Some(path.into()),
        message: String::new(),
    };
    assert!(settings.accepts(&problem("testdata/x")) && !settings.accepts(&problem("src/x")));
}

// Errors with their positions and texts are in `fixtures/config/`.
#[test]
fn a_users_own_file_may_do_what_a_repository_may_not() {
    for text in ["fail-on = \"never\"", "min-confidence = \"high\"", "fingerprint-key = \"k\""] {
        assert!(read(text, FileOrigin::User).is_ok());
        let error = parse(text.as_bytes(), FileOrigin::Repository, &[]).unwrap_err();
        assert!(error.source_code().is_none() && error.labels().is_none(), "{text}");
        assert!(error.code().starts_with("skant::config::"), "{text}: {}", error.code());
    }
}

#[test]
fn a_user_defined_rule_has_an_id_of_its_own() {
    let rule = |id: &str| {
        format!("[[rule]]\nid = \"{id}\"\nanchors = [\"acme_\"]\ntoken = 'acme_x'\nalphabet = \"hex\"\n")
    };
    for text in [rule("generic-secret"), format!("{0}{0}", rule("acme-token"))] {
        assert!(read(&text, FileOrigin::Repository).unwrap_err().contains("already"), "{text}");
    }
    let many: String = (0..=crate::rules::MAX_RULES).map(|number| rule(&format!("acme-{number}"))).collect();
    assert!(read(&many, FileOrigin::User).unwrap_err().contains("more than 100 rules"));
    let own = format!("disable = [\"acme-token\"]\n{}", rule("acme-token"));
    assert_eq!(read(&own, FileOrigin::Repository).unwrap().disabled, ["acme-token"]);
}

#[test]
fn an_error_in_a_users_own_file_has_an_excerpt() {
    let shown = |text: &str| excerpt(&parse(text.as_bytes(), FileOrigin::User, &[]).unwrap_err());
    let (number, line, marked) = shown("exclude = []\nfail-on = \"soon\"\n").unwrap();
    assert_eq!((number, line.as_str(), marked.as_str()), (2, "fail-on = \"soon\"", "\"soon\""));
    assert_eq!(shown("exclude = 7").unwrap().2, "7");
    // A word that may be a secret is masked, and then the whole line is marked.
    let (_, hidden, label) = shown(&format!("fail-on = \"{}\"", "k1".repeat(10))).unwrap();
    assert!(!hidden.contains("k1k1") && hidden.contains("********") && label == hidden, "{hidden}");
    for key in
        ["fingerprint-key = hunter2", "fingerprint-key = \"hunter2", "fingerprint-key = [\n \"hunter2\"\n]"]
    {
        let line = shown(key).map(|(_, line, _)| line).unwrap_or_default();
        assert!(!line.contains("hunter2"), "{line}");
    }
    assert!(shown("fingerprint-key = \"\"\"\nhunter2\"\"\"\"\"\"\n").is_none());
    assert!(shown("fingerprint-key = \"a\"\nfail-on = 1").is_some());
}

/// Returns the number of the line that an error shows, the line, and the marked part of it.
fn excerpt(error: &ConfigError) -> Option<(usize, String, String)> {
    let label = error.labels()?.next()?;
    let whole: SourceSpan = (label.offset(), label.len()).into();
    let contents = error.source_code()?.read_span(&whole, 0, 0).unwrap();
    let line = String::from_utf8(contents.data().to_vec()).unwrap();
    let marked = line[label.offset()..label.offset() + label.len()].to_owned();
    Some((contents.line() + 1, line, marked))
}

#[test]
fn a_fingerprint_key_stays_unless_a_later_file_has_one() {
    let (own, none) = (read("fingerprint-key = \"k\"", FileOrigin::User).unwrap(), Settings::default());
    assert_eq!(format!("{:?}", own.merged_with(none).fingerprint_key), "FingerprintKey(set)");
}

#[test]
fn no_message_quotes_a_value() {
    for text in
        ["fingerprint-key = 4711", "exclude = \"hunter2\"", "exclude = [[\"hunter2\"]]", "hunter2 = = 1"]
    {
        let error = read(text, FileOrigin::User).unwrap_err();
        assert!(!error.contains("hunter2") && !error.contains("4711"), "{error}");
    }
    assert!(read("exclude = 7", FileOrigin::User).unwrap_err().contains("expected a sequence"));
    let text = format!("[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"was {}\"", "k".repeat(20));
    assert_eq!(read(&text, FileOrigin::User).unwrap().allow[0].reason, "was ********");
    let deep = format!("exclude = [\"{}\"]", "{".repeat(100_000));
    assert!(read(&deep, FileOrigin::Repository).unwrap_err().contains("a pattern cannot be used"));
}

#[test]
fn files_extend_each_other_and_the_later_one_decides() {
    let files = |name: &str| -> Result<(String, Vec<u8>), String> {
        let text = match name {
            "base" => {
                "min-confidence = \"low\"\nexclude = [\"a\"]\nextends = \"top\"\n[[rule]]\nid = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_x'\nalphabet = \"hex\"\n"
            }
            "other" => "exclude = [\"b\"]\nextends = [\"base\"]",
            "top" => "extends = [\"base\", \"other\"]",
            "deep" => "extends = \"absent\"",
            _ => return Err("there is no such file".into()),
        };
        Ok((name.to_owned(), text.as_bytes().to_vec()))
    };
    let load = |text: &str| {
        let read = &mut |_: &str, name: &str| files(name);
        load_layers(("top", text.as_bytes()), FileOrigin::Repository, &["generic-secret"], read, "")
    };
    let layers =
        load("extends = [\"base\", \"other\"]\ndisable = [\"acme-token\"]\nmin-confidence = \"medium\"");
    let layers = layers.unwrap();
    let names: Vec<_> = layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["base", "other", "top"]);
    let settings =
        layers.into_iter().fold(Settings::default(), |settings, layer| settings.merged_with(layer.settings));
    assert_eq!(settings.exclude.patterns(), ["a", "b"]);
    assert_eq!((settings.min_confidence, settings.rules.len()), (Some(Confidence::Medium), 1));
    let error = load("extends = \"deep\"").unwrap_err().to_string();
    assert_eq!(error, "deep: `extends`: there is no such file");
    let mut endless =
        |_: &str, name: &str| Ok((format!("{name}x"), format!("extends = \"{name}x\"").into_bytes()));
    let error =
        load_layers(("top", b"extends = \"x\""), FileOrigin::User, &[], &mut endless, "").unwrap_err();
    assert!(error.to_string().contains("more than 32 files"), "{error}");
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_is_an_error_or_settings(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80), user: bool) {
        let origin = if user { FileOrigin::User } else { FileOrigin::Repository };
        if let Err(error) = parse(&bytes, origin, &[]) {
            let _ = (error.to_string(), excerpt(&error));
        }
    }
}
