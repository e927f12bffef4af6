//! `skant.toml`: settings, or an error with a line that quotes nothing of the file.

use skant::internal::policy::{FileOrigin, Settings, parse};
use skant::{Problem, ProblemKind};

use super::input::Input;
use super::quotable_words::quotable_words;

/// Input: the author, then the file.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let origin = if input.byte() & 1 == 0 { FileOrigin::Repository } else { FileOrigin::User };
    let file = input.rest();
    match parse(file, origin, &["generic-secret"]) {
        Ok(settings) => use_it(settings),
        Err(error) => {
            let said = error.to_string();
            assert!(!said.chars().any(char::is_control) && said.len() < 1000, "{said:?}");
            let lines = file.split(|byte| *byte == b'\n').count();
            assert!(
                (1..=lines).contains(&error.line) && (1..=file.len() + 1).contains(&error.column),
                "{said}"
            );
            // An error about the user's own file quotes names of rules and patterns.
            let own = origin == FileOrigin::User
                && ["`disable`", "`exclude`", "`accept`", "`allow`", "`rule`"]
                    .iter()
                    .any(|key| said.contains(key));
            assert!(own || quotable_words(file).all(|word| !said.contains(word)), "{said}");
        }
    }
}

fn use_it(settings: Settings) {
    for path in [&b"a"[..], b"a/b/c.txt", b"vendor/x", b"", b"/", b"\xff\n"] {
        let _ = settings.exclude.matches(path);
    }
    for entry in &settings.allow {
        let digits = |text: &String| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(entry.fingerprint.as_ref().is_none_or(digits) && entry.commit.as_ref().is_none_or(digits));
        assert!(!entry.describe().is_empty(), "an entry names something");
        assert!(!entry.reason.chars().any(char::is_control), "{:?}", entry.reason);
    }
    let is_own = |id: &String| settings.rules.iter().any(|rule| rule.id == *id);
    assert!(settings.disabled.iter().all(|rule| rule == "generic-secret" || is_own(rule)));
    let problem =
        |kind, path: Option<&str>| Problem { kind, path: path.map(Into::into), message: String::new() };
    for kind in [ProblemKind::CorruptObject, ProblemKind::Budget, ProblemKind::Unreadable] {
        let anywhere = settings.accepts(&problem(kind, None));
        assert!(
            !anywhere || settings.accepts(&problem(kind, Some("a/b"))),
            "what holds anywhere holds there"
        );
    }
    let excluded = settings.exclude.matches(b"a/b");
    let merged_with = Settings::default().merged_with(settings.clone()).merged_with(settings);
    assert_eq!(merged_with.exclude.matches(b"a/b"), excluded);
}
