//! The path patterns of `exclude`, `allow.path` and `accept.path`: they match as in `.gitignore`.

use serde_json::Value;
use skant::internal::policy::PathPatterns;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        exclude_matches_as_in_gitignore,
        later_patterns_override_earlier_ones_across_files,
        allow_paths_match_as_in_gitignore,
        accept_paths_match_as_in_gitignore,
        no_pattern_excludes_what_git_would_not_ignore,
        config_check_names_unusable_patterns,
    ]
}

fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    let output = sandbox.skant(&[&["scan", "--format", "json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)))
}

/// The paths with findings.
fn found(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["locations"][0]["path"].as_str().unwrap()).collect()
}

/// The paths with problems.
fn problems(report: &Value) -> Vec<&str> {
    let problems = report["problems"].as_array().unwrap();
    problems.iter().map(|problem| problem["path"].as_str().unwrap()).collect()
}

/// A repository with a key in each of some files.
fn with_keys_at(paths: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    for path in paths {
        sandbox.write(path, format!("KEY={}\n", tokens::api_key(path)));
    }
    sandbox
}

fn exclude_matches_as_in_gitignore() {
    let paths = ["build/x", "docs/a.md", "docs/b.md", "docsfile", "sub/build/x", "sub/docsfile/c"];
    let sandbox = with_keys_at(&paths);
    sandbox.write("skant.toml", "exclude = [\"docs/*\", \"!docs/a.md\", \"docsfile/\", \"/build\"]\n");
    let expected = ["docs/a.md", "docsfile", "sub/build/x"];
    assert_eq!(found(&report(&sandbox, &[])), expected);
    sandbox.git(&["add", "-A"]);
    assert_eq!(found(&report(&sandbox, &["--staged"])), expected);
    sandbox.commit_all("all");
    assert_eq!(found(&report(&sandbox, &["--history"])), expected);
    assert_eq!(found(&report(&sandbox, &["--history", "HEAD~1..HEAD"])), expected);
    // The patterns of the options come last.
    let options = ["--exclude", "!docs/b.md", "--exclude", "docsfile"];
    assert_eq!(found(&report(&sandbox, &options)), ["docs/a.md", "docs/b.md", "sub/build/x"]);
}

fn later_patterns_override_earlier_ones_across_files() {
    let sandbox = with_keys_at(&["vendor/other/b.env", "vendor/ours/a.env"]);
    sandbox.write("base.toml", "exclude = [\"vendor/\"]\n");
    sandbox.write("skant.toml", "extends = \"base.toml\"\nexclude = [\"!vendor/ours/\"]\n");
    assert_eq!(found(&report(&sandbox, &[])), ["vendor/ours/a.env"]);
    assert_eq!(found(&report(&sandbox, &["--exclude", "ours/"])), [""; 0]);
}

fn allow_paths_match_as_in_gitignore() {
    let sandbox = with_keys_at(&["docs/a.md", "docs/b.md", "docsfile"]);
    sandbox.write(
        "skant.toml",
        "[[allow]]\npath = [\"docs/*\", \"!docs/a.md\", \"docsfile/\"]\nreason = \"r\"\n",
    );
    let result = report(&sandbox, &[]);
    assert_eq!(found(&result), ["docs/a.md", "docsfile"]);
    assert_eq!(result["suppressed"][0]["path"], "docs/b.md");
}

fn accept_paths_match_as_in_gitignore() {
    let sandbox = Sandbox::with_commit();
    for path in ["testdata/a.zip", "testdata/b.zip"] {
        sandbox.write(path, b"PK\x03\x04 and no more");
    }
    let both = ["testdata/a.zip", "testdata/b.zip"];
    let accepting = |path: &str| {
        let accept = format!("[[accept]]\nkind = \"corrupt-archive\"\npath = \"{path}\"\n");
        sandbox.write("skant.toml", accept);
        report(&sandbox, &[])
    };
    assert_eq!(problems(&report(&sandbox, &[])), both);
    assert_eq!(problems(&accepting("testdata/")), [""; 0]);
    assert_eq!(problems(&accepting("a.zip")), ["testdata/b.zip"]);
    assert_eq!(problems(&accepting("/a.zip")), both);
}

/// Compares lists of patterns with `git check-ignore`.
fn no_pattern_excludes_what_git_would_not_ignore() {
    const PATHS: [&str; 16] = [
        "a",
        "b",
        "a.md",
        "docs/a.md",
        "docs/b.md",
        "docs/sub/a.md",
        "sub/docs/a.md",
        "docsfile",
        "sub/docsfile/x",
        "build",
        "build/x",
        "sub/build/x",
        "vendor/ours/x",
        "vendor/other/x",
        "x.min.js",
        "a b/[c]",
    ];
    let lists: [&[&str]; 18] = [
        &["docs/"],
        &["/docs"],
        &["docs"],
        &["docs/*"],
        &["docs/**"],
        &["**/docs"],
        &["docsfile/"],
        &["/build"],
        &["*.md"],
        &["*.min.js"],
        &["docs/*.md"],
        &["a?b/\\[c\\]"],
        &["[ab]"],
        &["docs/*", "!docs/a.md"],
        &["!docs/a.md", "docs/*"],
        &["docs/", "!docs/a.md"],
        &["*", "!docs/"],
        &["vendor/*", "!vendor/ours/", "x"],
    ];
    let sandbox = Sandbox::with_commit();
    sandbox.write("../paths", PATHS.join("\n"));
    for list in lists {
        sandbox.write(".gitignore", list.join("\n"));
        let output = sandbox.try_sh("git check-ignore --no-index --stdin < ../paths");
        let ignored = String::from_utf8(output.stdout).unwrap();
        let ignored: Vec<&str> = ignored.lines().collect();
        let patterns: Vec<String> = list.iter().map(|&pattern| pattern.to_owned()).collect();
        let patterns = PathPatterns::new(&patterns).unwrap();
        let excluded: Vec<&str> =
            PATHS.into_iter().filter(|path| patterns.matches(path.as_bytes())).collect();
        assert!(excluded.iter().all(|path| ignored.contains(path)), "{list:?}: {excluded:?} {ignored:?}");
        // Only below an ignored folder git re-includes nothing, and skant does.
        if *list != ["docs/", "!docs/a.md"] {
            assert_eq!(excluded, ignored, "{list:?}");
        }
    }
}

fn config_check_names_unusable_patterns() {
    let sandbox = Sandbox::with_commit();
    let own = sandbox.sibling("own.toml");
    let check = |code: i32| {
        let output = sandbox.skant(&["config", "check", own.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(code), "{}", text_of(&output));
        text_of(&output)
    };
    std::fs::write(
        &own,
        "exclude = [\"docs/\", \"#tmp\", \"a//b\"]\n[[allow]]\npath = [\"x\", \"/\"]\nreason = \"r\"\n\
         [[accept]]\nkind = \"budget\"\npath = \"../x\"\n",
    )
    .unwrap();
    let said = check(0);
    for part in ["`#tmp` matches nothing: it is a comment", "`a//b`", "`/`", "`../x`"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(said.lines().count(), 5, "{said}");
    std::fs::write(&own, "exclude = [\"docs[\"]\n").unwrap();
    let said = check(2);
    assert!(
        said.contains("`exclude`: a pattern cannot be used: `docs[`: unclosed character class"),
        "{said}"
    );
}
