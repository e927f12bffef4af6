//! What the program says to people who call it in another way than it expects, and scans that read nothing.

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        mistaken_targets_are_explained,
        misspelt_words_have_a_suggestion,
        short_help_fits_on_a_screen_and_has_examples,
        rules_can_be_tested_with_a_text,
        scan_that_the_repository_excludes_is_not_complete,
        scan_that_the_user_excludes_is_complete,
        range_without_commits_is_noted,
        comments_of_other_scanners_are_named_once_and_suppress_nothing,
        report_files_are_relative_to_the_caller,
    ]
}

fn said(sandbox: &Sandbox, arguments: &[&str], code: i32) -> String {
    let output = sandbox.skant(arguments);
    let said = text_of(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

fn report(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    let output = sandbox.skant(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text_of(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn kinds<'r>(report: &'r Value, list: &str) -> Vec<&'r str> {
    report[list].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

fn mistaken_targets_are_explained() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("z.py", "x = 1\n");
    sandbox.write("cache/a", "x = 1\n");
    sandbox.commit_all("files");
    sandbox.git(&["tag", "v1"]);
    let clone_it = "clone it first: `git clone --mirror";
    for (arguments, expected) in [
        (&["scan", "HEAD"][..], "`skant scan --history HEAD` scans its commits"),
        (&["scan", "v1"], "`skant scan --history v1` scans its commits"),
        (&["scan", "HEAD^"], "`skant scan --history HEAD^` scans its commits"),
        (&["scan", "HEAD~1..HEAD"], "`skant scan --history HEAD~1..HEAD` scans its commits"),
        (&["scan", "z.py", "HEAD"], "`skant scan --history HEAD` scans its commits"),
        (&["scan", "z.py:1"], "`skant explain z.py:1` explains a line, and `skant scan z.py` scans the file"),
        (
            &["scan", "z.py:1:3"],
            "`skant explain z.py:1:3` explains a line, and `skant scan z.py` scans the file",
        ),
        (&["scan", "https://example.org/a/b.git"], clone_it),
        (&["scan", "git@example.org:a/b.git"], clone_it),
        (&["scan", "--history", "https://example.org/a/b.git"], clone_it),
        (&["https://example.org/a/b.git"], clone_it),
        (&["scan", "--history", "cache"], "write paths after `--`: `skant scan --history -- cache`"),
        (&["scan", "--history", "HEAD", "z.py"], "write paths after `--`: `skant scan --history -- z.py`"),
        (&["."], "to scan it, write `skant scan .`"),
        (&["z.py"], "to scan it, write `skant scan z.py`"),
    ] {
        let said = said(&sandbox, arguments, 2);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    // What exists is scanned, and what is nothing stays a missing path.
    sandbox.write("HEAD", "x = 1\n");
    assert!(!said(&sandbox, &["scan", "HEAD"], 0).contains("revision"));
    let absent = said(&sandbox, &["scan", "absent"], 2);
    assert!(absent.contains("is it spelled right?") && !absent.contains("revision"), "{absent}");
    let absent = said(&sandbox, &["scan", "--history", "absent"], 2);
    assert!(absent.contains("`absent` is not a revision"), "{absent}");
}

fn misspelt_words_have_a_suggestion() {
    let sandbox = Sandbox::with_commit();
    for (arguments, expected) in [
        (&["scna"][..], "'scan'"),
        (&["rules", "show", "anthropic-api-keys"], "did you mean `anthropic-api-key`?"),
        (&["rules", "show", "generic-pasword"], "did you mean `generic-password`?"),
        (&["scan", "--histroy"], "'--history'"),
    ] {
        let said = said(&sandbox, arguments, 2);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    assert!(!said(&sandbox, &["rules", "show", "xq"], 2).contains("did you mean"));
    assert!(!said(&sandbox, &["scan", "--jsn"], 2).contains("as a value"));
    for settings in ["disable = [\"generic-secrt\"]", "[[allow]]\nrule = \"generic-secrt\"\nreason = \"x\""] {
        sandbox.write("skant.toml", settings);
        let own = said(&sandbox, &["scan"], 2);
        // The text of a repository's own file is not quoted.
        assert!(own.contains("did you mean `generic-secret`?") && !own.contains("generic-secrt"), "{own}");
    }
    sandbox.write("skant.toml", "disable = [\"nothing-like-it-at-all\"]");
    assert!(!said(&sandbox, &["scan"], 2).contains("did you mean"));
}

fn short_help_fits_on_a_screen_and_has_examples() {
    let sandbox = Sandbox::empty();
    for command in ["scan", "install", "rules", "baseline", "config", "explain", "allow", "completions"] {
        let short = text_of(&sandbox.skant(&[command, "-h"]));
        let long = text_of(&sandbox.skant(&[command, "--help"]));
        assert!(short.lines().count() < 60, "{command}: {} lines", short.lines().count());
        assert!(short.contains("\nExamples:\n") && long.contains("\nExamples:\n"), "{command}");
        assert!(!short.contains("--no-suppressions"), "{command}: {short}");
    }
    for command in [&["rules", "test"][..], &["baseline", "create"], &["config", "show"]] {
        let help = text_of(&sandbox.skant(&[command, &["--help"]].concat()));
        assert!(help.contains(&format!("\n  skant {}", command.join(" "))), "{help}");
    }
    assert!(!text_of(&sandbox.skant(&["completions", "--help"])).contains("--jobs"));
}

fn rules_can_be_tested_with_a_text() {
    let sandbox = Sandbox::empty();
    let key = tokens::api_key("text");
    let found = said(&sandbox, &["rules", "test", &key], 1);
    assert!(found.contains("anthropic-api-key") && !found.contains(&key), "{found}");
    assert!(said(&sandbox, &["rules", "test", &format!("k = '{key}'")], 1).contains("anthropic-api-key"));
    assert!(said(&sandbox, &["rules", "test", "a plain text"], 0).contains("no rule matched"));
    // The misspelt name of a file is not a text without a secret.
    assert!(said(&sandbox, &["rules", "test", "absent.py"], 2).contains("cannot read absent.py"));
    sandbox.write("a = b", format!("k = '{key}'\n"));
    said(&sandbox, &["rules", "test", "a = b"], 1);
}

fn scan_that_the_repository_excludes_is_not_complete() {
    let key = format!("k = '{}'\n", tokens::api_key("hidden"));
    for pattern in ["**", "*", "/*", "**/*"] {
        let sandbox = Sandbox::with_commit();
        sandbox.write("app.py", &key);
        sandbox.write("skant.toml", format!("exclude = [\"{pattern}\"]\n"));
        sandbox.commit_all("hide everything");
        let runs = [
            &["scan"][..],
            &["scan", "app.py"],
            &["scan", "--history"],
            &["scan", "--history", "HEAD~1..HEAD"],
        ];
        for arguments in runs {
            let result = report(&sandbox, arguments, 0);
            assert!(kinds(&result, "notes").contains(&"nothing-read"), "{pattern} {arguments:?}");
            assert!(kinds(&result, "notes").contains(&"left-out"), "{pattern} {arguments:?}");
            assert_eq!(result["complete"], false);
            let said = said(&sandbox, arguments, 0);
            assert!(said.contains("INCOMPLETE") && !said.contains("; everything was read"), "{said}");
            report(&sandbox, &[arguments, &["--no-repo-config"]].concat(), 1);
        }
    }
    // A folder of which the settings leave out everything.
    let sandbox = Sandbox::with_commit();
    sandbox.write("vendor/app.py", &key);
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.commit_all("vendor");
    assert_eq!(report(&sandbox, &["scan", "vendor"], 0)["complete"], false);
    assert_eq!(report(&sandbox, &["scan"], 0)["complete"], true);
}

fn scan_that_the_user_excludes_is_complete() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.py", format!("k = '{}'\n", tokens::api_key("hidden")));
    sandbox.write("vendor/a.py", "x = 1\n");
    sandbox.write("empty/.keep", "");
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.commit_all("files");
    for arguments in [
        &["scan", "--exclude", "**"][..],
        &["scan", "app.py", "--exclude", "*.py"],
        &["scan", "--history", "--exclude", "**"],
    ] {
        let result = report(&sandbox, arguments, 0);
        assert!(!kinds(&result, "notes").contains(&"nothing-read"), "{arguments:?}: {result}");
        assert_eq!(result["complete"], true);
    }
    // Part of the files is excluded, or there is nothing to read: that is complete, too.
    std::fs::remove_file(sandbox.dir.join("empty/.keep")).unwrap();
    sandbox.git(&["add", "-A"]);
    for (arguments, code) in [(&["scan"][..], 1), (&["scan", "empty"], 0), (&["scan", "--history"], 1)] {
        let result = report(&sandbox, arguments, code);
        assert_eq!(result["complete"], true, "{arguments:?}: {result}");
    }
    sandbox.write("skant.toml", "exclude = [\"**\", \"!*.py\"]\n");
    assert_eq!(report(&sandbox, &["scan"], 1)["complete"], true);
    // A hook is not blocked by a commit of excluded files.
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.write("vendor/a.py", "x = 2\n");
    sandbox.git(&["add", "vendor"]);
    said(&sandbox, &["hook", "pre-commit"], 0);
}

fn range_without_commits_is_noted() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("a", "x\n");
    sandbox.commit_all("a");
    for range in [&["HEAD..HEAD"][..], &["HEAD..HEAD~1"], &["HEAD", "^HEAD"]] {
        let result = report(&sandbox, &[&["scan", "--history"], range].concat(), 0);
        assert_eq!(kinds(&result, "notes"), ["empty-range"], "{range:?}");
        let said = said(&sandbox, &[&["scan", "--history"], range].concat(), 0);
        assert!(
            said.contains("there was nothing to read") && !said.contains("everything was read"),
            "{said}"
        );
    }
    let result = report(&sandbox, &["scan", "--history", "HEAD~1..HEAD"], 0);
    assert_eq!(kinds(&result, "notes").len(), 0);
}

fn comments_of_other_scanners_are_named_once_and_suppress_nothing() {
    for words in [
        "trufflehog:ignore",
        "kingfisher:ignore",
        "pragma: allowlist secret",
        "ggignore",
        "betterleaks:allow",
        "gitleaks:allow",
    ] {
        let sandbox = Sandbox::with_commit();
        let (one, two) = (tokens::api_key("one"), tokens::api_key("two"));
        sandbox.write("a.py", format!("a = '{one}'  # {words}\n"));
        sandbox.write("b.py", format!("x = 1\n# {words}\nb = '{two}'\n"));
        let result = report(&sandbox, &["scan"], 1);
        assert_eq!(result["findings"].as_array().unwrap().len(), 2, "{words}");
        assert_eq!(kinds(&result, "notes"), ["other-tool"], "{words}: {}", result["notes"]);
        let note = result["notes"][0]["message"].as_str().unwrap();
        let fingerprint = result["findings"][0]["fingerprint"].as_str().unwrap();
        let comment = format!("skant:allow anthropic-api-key/{fingerprint} -- REASON");
        assert!(note.contains("and 1 more") && note.contains(words) && note.contains(&comment), "{note}");
        // The comment that the note names has an effect.
        sandbox.write("a.py", format!("a = '{one}'  # {words} {comment}\n"));
        assert_eq!(report(&sandbox, &["scan"], 1)["findings"].as_array().unwrap().len(), 1, "{words}");
        // Without a finding there is nothing to say.
        sandbox.write("a.py", format!("a = ''  # {words}\n"));
        sandbox.write("b.py", "");
        assert_eq!(report(&sandbox, &["scan"], 0)["notes"], serde_json::json!([]));
    }
    let sandbox = Sandbox::with_commit();
    sandbox.write("a.py", format!("a = '{}'\n", tokens::api_key("one")));
    sandbox.write(".gitguardian.yaml", "version: 2\n");
    let result = report(&sandbox, &["scan"], 1);
    assert_eq!(kinds(&result, "notes"), ["other-tool"]);
    assert_eq!(result["notes"][0]["path"], ".gitguardian.yaml");
}

fn report_files_are_relative_to_the_caller() {
    let sandbox = Sandbox::with_commit();
    let elsewhere = sandbox.sibling("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = sandbox.command_in(&elsewhere, testkit::skant_program());
        command.arg("-C").arg(&sandbox.dir).arg("scan").args(arguments).output().unwrap().status.code()
    };
    assert_eq!(run(&["--output", "x.json"]), Some(0));
    let written = std::fs::read(elsewhere.join("x.json")).unwrap();
    assert!(serde_json::from_slice::<Value>(&written).is_ok(), "JSON by the ending");
    assert!(!sandbox.dir.join("x.json").exists());
    assert_eq!(run(&["--output", "x.xyz"]), Some(2));
    assert!(!elsewhere.join("x.xyz").exists());
    assert_eq!(run(&["--format", "sarif", "--output", "y.json"]), Some(0));
    assert!(std::fs::read_to_string(elsewhere.join("y.json")).unwrap().contains("sarif-2.1.0"));
    assert_eq!(run(&["--format", "sarif", "--output", "junit:z.json"]), Some(0));
    assert!(std::fs::read_to_string(elsewhere.join("z.json")).unwrap().starts_with("<?xml"));
}
