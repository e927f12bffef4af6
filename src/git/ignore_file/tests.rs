use super::*;

fn ignores(patterns: &str, path: &str) -> Option<bool> {
    let (path, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
    IgnoreFile::parse(patterns.as_bytes(), false).decision(path.as_bytes(), is_folder)
}

#[test]
fn patterns_have_the_meaning_of_git() {
    for (pattern, matching, other) in [
        ("*.{env,key}", "a.{env,key}", "a.env"),
        ("{a,b}/", "{a,b}/", "a/"),
        ("a[/]b", "", "a/b"),
        ("a[b*", "", "a[bc"),
        ("[**/x", "", "[a/x"),
        ("a\t", "a\t", "a"),
        ("a  ", "a", "a "),
        ("a\\ ", "a ", "a"),
        ("a\\", "", "a\\"),
        ("[!a]", "b", "a"),
        ("[]-]", "]", "a"),
        ("[[:digit:]-z]", "-", "a"),
        ("*.py[cod]", "d/x.pyc", "x.py"),
        ("**/a", "x/y/a", "x/ab"),
        ("a/**", "a/x/y", "a"),
        ("a/**/b", "a/x/y/b", "ax/b"),
        ("x**/a", "xa", "y/a"),
        ("x**//", "x/", "y/"),
        ("/a", "a", "b/a"),
        ("a/b", "a/b", "x/a/b"),
        ("a/", "x/a/", "a"),
        ("\u{feff}a", "a", "\u{feff}a"),
        ("\\#a", "#a", "a"),
        ("#a", "", "#a"),
        ("a\r\n", "a", "a\r"),
        ("a\0b", "a", "ab"),
    ] {
        assert!(matching.is_empty() || ignores(pattern, matching) == Some(true), "{pattern:?} {matching:?}");
        assert_eq!(ignores(pattern, other), None, "{pattern:?} {other:?}");
    }
}

#[test]
fn the_last_line_that_matches_decides() {
    assert_eq!(ignores("*\n!a\n", "a"), Some(false));
    assert_eq!(ignores("!a\n*\n", "a"), Some(true));
    assert_eq!(ignores("*\n!a/\n", "a"), Some(true));
}

#[test]
fn letters_match_both_cases_only_if_git_says_so() {
    let folded = IgnoreFile::parse(b"A*.Txt\n[X-Z]1\n", true);
    for path in ["abc.TXT", "ABC.txt", "y1"] {
        assert_eq!(folded.decision(path.as_bytes(), false), Some(true), "{path}");
        assert_eq!(IgnoreFile::parse(b"A*.Txt\n[X-Z]1\n", false).decision(path.as_bytes(), false), None);
    }
}

#[test]
fn a_hostile_pattern_takes_no_exponential_time() {
    let pattern = format!("{}x", "**/a*".repeat(500));
    let path = "a/".repeat(1500) + "b";
    assert_eq!(ignores(&pattern, &path), None);
    let stars = "*a".repeat(2000) + "b";
    assert_eq!(ignores(&stars, &"a".repeat(4000)), None);
}
