//! Which paths a list of patterns matches, and its limits.

use super::*;

fn patterns(list: &[&str]) -> PathPatterns {
    PathPatterns::new(&list.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>()).unwrap()
}

/// Checks which of some paths match.
fn check(list: &[&str], cases: &[(&str, bool)]) {
    let patterns = patterns(list);
    for (path, expected) in cases {
        assert_eq!(patterns.matches(path.as_bytes()), *expected, "{list:?} {path}");
    }
}

#[test]
fn patterns_match_as_in_gitignore() {
    check(
        &["docs/", "/build", "a/*.txt", "*.min.js", "name", "b/**"],
        &[
            ("docs/x.md", true),
            ("sub/docs/x.md", true),
            ("build/out", true),
            ("build", true),
            ("sub/build/out", false),
            ("a/b.txt", true),
            ("a/c/b.txt", false),
            ("x/y/z.min.js", true),
            ("x.min.js/y", true),
            ("name", true),
            ("x/name/y", true),
            ("names", false),
            ("b/c/d", true),
            ("x/b/c", false),
            ("b", false),
        ],
    );
}

#[test]
fn a_folder_pattern_does_not_match_a_file_of_that_name() {
    check(
        &["docsfile/"],
        &[("docsfile", false), ("x/docsfile", false), ("docsfile/a", true), ("docsfile/", true)],
    );
}

#[test]
fn a_later_negation_includes_a_path_again() {
    check(&["docs/*", "!docs/a.md"], &[("docs/a.md", false), ("docs/b.md", true), ("docs/a.md/x", false)]);
    check(&["!docs/a.md", "docs/*"], &[("docs/a.md", true)]);
    check(
        &["*.env", "!test/*.env", "test/real.env"],
        &[("a.env", true), ("test/a.env", false), ("test/real.env", true)],
    );
    // git re-includes nothing below an excluded folder. Here more is read, not less.
    check(&["docs/", "!docs/a.md"], &[("docs/a.md", false), ("docs/b.md", true)]);
}

#[test]
fn a_later_list_overrides_an_earlier_one() {
    let joined = |lists: [&str; 2]| {
        let mut all = patterns(&lists[..1]);
        all.extend(patterns(&lists[1..]));
        all
    };
    assert!(!joined(["vendor/", "!vendor/ours/"]).matches(b"vendor/ours/x"));
    assert!(joined(["vendor/", "!vendor/ours/"]).matches(b"vendor/other/x"));
    assert!(joined(["!vendor/ours/", "vendor/"]).matches(b"vendor/ours/x"));
    assert_eq!(joined(["a", "b"]).patterns(), ["a", "b"]);
}

#[test]
fn paths_that_are_not_utf_8_match() {
    let patterns = patterns(&["*.env", "docs/"]);
    for (path, expected) in [
        (&b"a\xff.env"[..], true),
        (b"docs/\xff\xfe", true),
        (b"\xff/docs/x", true),
        (b"\xff", false),
        (b"/docs/x", true),
        (b"//\xff.env", true),
        (b"", false),
        (b"/", false),
    ] {
        assert_eq!(patterns.matches(path), expected, "{path:?}");
    }
}

#[test]
fn patterns_that_can_match_nothing_are_found() {
    for (pattern, reason) in [
        ("#docs", "it is a comment"),
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("!", "it is empty"),
        ("/", "it is empty"),
        ("a/../b", "no path has"),
        ("a//b", "no path has"),
        ("../b", "no path has"),
    ] {
        let unusable = patterns(&[pattern, "docs/"]).find_unusable();
        assert!(unusable.len() == 1 && unusable[0].contains(reason), "{pattern}: {unusable:?}");
        assert!(!patterns(&[pattern]).matches(b"a/b"), "{pattern}");
    }
    assert_eq!(patterns(&["\\#docs", "./docs", "!docs/a", "**", "a/b/"]).find_unusable(), [""; 0]);
}

#[test]
fn a_leading_dot_means_the_top_folder() {
    check(&["./docs"], &[("docs/x", true), ("docs", true), ("sub/docs", false)]);
    check(&["docs", "!././docs"], &[("docs/x", false), ("sub/docs", true)]);
}

#[test]
fn syntax_errors_are_found_at_once() {
    for pattern in ["a[", "[z-a]", "{a", "a}", "a\\"] {
        let error = PathPatterns::new(&[pattern.to_owned()]).unwrap_err();
        assert!(matches!(error, PatternError::Syntax { .. }), "{pattern}: {error}");
    }
}

#[test]
fn lists_have_limits() {
    let regexes =
        |number: usize, length: usize| PathPatterns::from_regexes(&vec!["a".repeat(length); number]);
    assert!(regexes(1, MAX_PATTERN_BYTES).is_ok() && regexes(1, MAX_PATTERN_BYTES + 1).is_err());
    assert!(regexes(MAX_PATTERNS, 1).is_ok() && regexes(MAX_PATTERNS + 1, 1).is_err());
    let deep = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
    let globs = |pattern: &str, count| PathPatterns::new(&vec![pattern.to_owned(); count]);
    assert!(globs(&deep(MAX_BRACES), 1).is_ok() && globs(&"a/".repeat(512), 1).is_ok());
    // Above each of these limits the stack overflows at some size, or compiling takes minutes.
    for (pattern, count) in [(deep(MAX_BRACES + 1), 1), ("a/".repeat(513), 1), ("a".into(), 1001)] {
        assert!(globs(&pattern, count).unwrap_err().to_string().contains("more than"));
    }
}

proptest::proptest! {
    #[test]
    fn a_pattern_without_special_characters_always_compiles(pattern in "[^*?\\[\\]{}\\\\]{0,40}") {
        proptest::prop_assert!(compile(&[gitignore_line(&pattern)]).is_ok());
    }

    #[test]
    fn no_path_makes_the_matcher_panic(path in proptest::collection::vec(proptest::num::u8::ANY, 0..40), extra in "[/.a]{0,12}") {
        let patterns = patterns(&["a/", "!*.a", "/a/b", "**/."]);
        let _ = (patterns.matches(&path), patterns.matches(extra.as_bytes()));
    }
}
