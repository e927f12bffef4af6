//! The baseline, `skant allow`, `skant config`, `skant explain`, and the origin of the policy that counts.

use serde_json::Value;
use sha1::Digest as _;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        baseline_covers_existing_findings_only,
        staged_baseline_counts_for_a_commit_and_is_shown,
        prune_keeps_entries_that_the_history_needs,
        baseline_lines_of_two_branches_merge_without_conflict,
        allow_writes_an_entry_with_reason,
        baseline_that_is_a_link_is_refused,
        settings_through_a_link_or_outside_are_refused_and_not_printed,
        settings_of_several_files_show_their_origin,
        config_check_underlines_errors,
        entry_allows_by_rule_path_and_commit,
        unused_suppressions_are_noted,
        change_is_checked_with_the_policy_of_its_base,
        server_uses_its_own_policy_for_a_push,
        gitleaks_files_count_on_request,
        baseline_of_detect_secrets_is_imported,
        explain_lists_every_rule_at_a_position,
        ci_run_uses_the_policy_of_its_base,
        settings_outside_of_a_repository_are_noted,
    ]
}

/// Runs skant, which has to end with a code. Returns both streams.
fn run(sandbox: &Sandbox, code: i32, args: &[&str]) -> String {
    let output = sandbox.skant(args);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    said
}

fn report(sandbox: &Sandbox, args: &[&str]) -> (i32, Value) {
    let output = sandbox.skant(&[&["scan", "--format", "json"], args].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    (output.status.code().unwrap(), report)
}

fn fingerprints(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

fn suppressed_by(report: &Value) -> Vec<&str> {
    report["suppressed"].as_array().unwrap().iter().map(|one| one["by"].as_str().unwrap()).collect()
}

fn baseline(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.dir.join(".skant-baseline")).unwrap()
}

/// A repository with one key.
fn leaky() -> (Sandbox, String) {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("policy");
    sandbox.write("app.env", format!("KEY={key}\n"));
    sandbox.commit_all("leak");
    (sandbox, key)
}

fn baseline_covers_existing_findings_only() {
    let (sandbox, key) = leaky();
    run(&sandbox, 1, &["scan"]);
    let said = run(&sandbox, 0, &["baseline", "create", "--reason", "revoked in May"]);
    assert!(said.contains("1 added") && said.contains("merge=union"), "{said}");
    let text = baseline(&sandbox);
    assert!(text.contains("anthropic-api-key app.env -- revoked in May") && !text.contains(&key[16..40]));
    let (code, said) = report(&sandbox, &[]);
    assert_eq!((code, suppressed_by(&said)), (0, vec!["baseline"]), "{said:#}");
    assert!(run(&sandbox, 2, &["baseline", "create"]).contains("baseline update"));
    // A key that moves within its file or to another one is not new. A replaced key is.
    sandbox.write("app.env", format!("# a\n# b\nOTHER_NAME={key}\n"));
    sandbox.write("sub/copy.env", format!("KEY={key}\n"));
    assert_eq!(report(&sandbox, &[]).0, 0);
    sandbox.write("app.env", format!("KEY={}\n", tokens::api_key("replaced")));
    assert_eq!(report(&sandbox, &[]).0, 1);
    assert_eq!(report(&sandbox, &["--no-suppressions"]).1["suppressed"], serde_json::json!([]));
    // New entries keep the existing ones.
    run(&sandbox, 0, &["baseline", "update"]);
    assert_eq!(report(&sandbox, &[]).0, 0);
    let updated = baseline(&sandbox);
    assert!(text.lines().all(|line| updated.contains(line)) && updated.lines().count() == 3, "{updated}");
    run(&sandbox, 0, &["baseline", "update"]);
    assert_eq!(baseline(&sandbox), updated);
}

fn staged_baseline_counts_for_a_commit_and_is_shown() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.env", tokens::api_key("staged baseline"));
    sandbox.git(&["add", "app.env"]);
    run(&sandbox, 0, &["baseline", "create", "--reason", "an example"]);
    run(&sandbox, 1, &["hook", "pre-commit"]);
    sandbox.git(&["add", "-A"]);
    let said = run(&sandbox, 0, &["-v", "hook", "pre-commit"]);
    assert!(said.contains("(baseline)") && said.contains("an example"), "it still shows: {said}");
}

fn prune_keeps_entries_that_the_history_needs() {
    let (sandbox, _) = leaky();
    run(&sandbox, 0, &["baseline", "create", "--reason", "old"]);
    run(&sandbox, 0, &["baseline", "check"]);
    sandbox.write("app.env", "nothing\n");
    let notes = report(&sandbox, &[]).1["notes"].to_string();
    assert!(notes.contains("1 entry allows nothing in these files"), "{notes}");
    run(&sandbox, 0, &["baseline", "check"]);
    let gone = "0123456789abcdef anthropic-api-key old.env -- gone\n";
    std::fs::write(sandbox.dir.join(".skant-baseline"), format!("{}{gone}", baseline(&sandbox))).unwrap();
    let said = run(&sandbox, 1, &["baseline", "check"]);
    assert!(said.contains("not found any more: 0123456789abcdef"), "{said}");
    run(&sandbox, 0, &["baseline", "prune"]);
    assert!(
        !baseline(&sandbox).contains("0123456789abcdef") && baseline(&sandbox).contains("app.env -- old")
    );
    run(&sandbox, 0, &["baseline", "check"]);
    // An expired entry is reported and not removed, since its value is still there.
    let ended = baseline(&sandbox).replace(" -- old", " until=2020-01-01 -- old");
    sandbox.write(".skant-baseline", ended);
    assert!(run(&sandbox, 1, &["baseline", "check"]).contains("expired on 2020-01-01"));
    let (code, said) = report(&sandbox, &["--history"]);
    assert_eq!(code, 1);
    assert!(said["notes"].to_string().contains("expired on 2020-01-01"), "{said:#}");
    // A truncated history does not show which entries it needs.
    let shallow = sandbox.sibling("shallow");
    sandbox.git(&[
        "clone",
        "-q",
        "--depth=1",
        &format!("file://{}", sandbox.dir.display()),
        shallow.to_str().unwrap(),
    ]);
    std::fs::write(shallow.join(".skant-baseline"), gone).unwrap();
    let said = run(&sandbox, 2, &["-C", shallow.to_str().unwrap(), "baseline", "prune"]);
    assert!(said.contains("no entry is called outdated"), "{said}");
    assert_eq!(std::fs::read_to_string(shallow.join(".skant-baseline")).unwrap(), gone);
}

fn baseline_lines_of_two_branches_merge_without_conflict() {
    let sandbox = Sandbox::with_commit();
    let line = |number: u64| {
        format!("{:016x} acme-token app/{number}.env -- known\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    };
    let mut lines: Vec<String> = (0..1000).map(line).collect();
    lines.sort();
    sandbox.write(".skant-baseline", lines.concat());
    sandbox.write(".gitattributes", ".skant-baseline merge=union\n");
    sandbox.commit_all("baseline");
    let keys = ["one", "two"].map(|name| (name, tokens::api_key(name)));
    for (name, key) in &keys {
        sandbox.git(&["checkout", "-q", "-b", name, "main"]);
        sandbox.write(&format!("{name}.env"), key);
        sandbox.git(&["add", "-A"]);
        run(&sandbox, 0, &["baseline", "update", "--reason", name]);
        sandbox.commit_all(name);
    }
    // Both sides change the same place of the file, which conflicts.
    for (name, line) in [("three", "ffffffffffffff01"), ("four", "ffffffffffffff02")] {
        sandbox.git(&["checkout", "-q", "-b", name, "main"]);
        sandbox.write(".skant-baseline", format!("{}{line} acme-token {name}.env\n", lines.concat()));
        sandbox.commit_all(name);
    }
    sandbox.git(&["checkout", "-q", "main"]);
    for name in ["one", "two", "three", "four"] {
        sandbox.git(&["merge", "-q", "--no-edit", name]);
    }
    let merged = baseline(&sandbox);
    assert_eq!(merged.lines().count(), 1004, "{merged}");
    let (code, said) = report(&sandbox, &[]);
    assert_eq!((code, suppressed_by(&said)), (0, vec!["baseline"; 2]), "{said:#}");
}

fn allow_writes_an_entry_with_reason() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("allowed");
    sandbox.write("app dir/app.env", format!("KEY={key}\n"));
    sandbox.git(&["add", "-A"]);
    let fingerprint = fingerprints(&report(&sandbox, &["--staged"]).1).remove(0);
    for (args, said) in [
        (vec!["allow", "xyz", "--reason", "r"], "hexadecimal digits"),
        (vec!["allow", &fingerprint, "--reason", " "], "say why the value is not a secret"),
        (vec!["allow", &fingerprint, "--reason", &key], "contains a secret"),
        (vec!["allow", &fingerprint, "--reason", "r", "--until", "soon"], "such as 2027-01-31"),
        (vec!["allow", &fingerprint, "--reason", "r", "--until", "2020-01-01"], "is in the past"),
        (vec!["allow", "abcdef", "--reason", "r"], "no finding in the files or in the history"),
        (vec!["allow", &fingerprint, "00112233445566ff", "--reason", "r"], "begins with 00112233445566ff"),
    ] {
        let result = run(&sandbox, 2, &args);
        assert!(result.contains(said) && !result.contains(&key), "{args:?}: {result}");
    }
    assert!(!sandbox.dir.join(".skant-baseline").exists());
    let name = format!("anthropic-api-key/{}", &fingerprint[..8]);
    let said = run(&sandbox, 0, &["allow", &name, "--reason", "only  for\ntests", "--until", "2999-12-31"]);
    assert!(said.contains("git add .skant-baseline"), "{said}");
    let line =
        format!("{fingerprint} anthropic-api-key app%20dir/app.env until=2999-12-31 -- only for tests\n");
    assert!(baseline(&sandbox).ends_with(&line), "{}", baseline(&sandbox));
    assert_eq!(report(&sandbox, &[]).0, 0);
    // Allowed again, the new reason counts.
    run(&sandbox, 0, &["allow", &fingerprint, "--reason", "for good"]);
    assert!(baseline(&sandbox).contains("app.env -- for good") && !baseline(&sandbox).contains("2999"));
}

#[cfg(unix)]
fn baseline_that_is_a_link_is_refused() {
    let (sandbox, _) = leaky();
    let outside = sandbox.sibling("outside");
    std::fs::write(&outside, "machine example.com password hunter2\n").unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.dir.join(".skant-baseline")).unwrap();
    let fingerprint = "00112233445566ff";
    for args in [
        &["scan"][..],
        &["baseline", "create"],
        &["baseline", "update"],
        &["allow", fingerprint, "--reason", "r"],
    ] {
        let said = run(&sandbox, 2, args);
        assert!(said.contains("symbolic link") && !said.contains("hunter2"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "machine example.com password hunter2\n");
    // The message about a broken baseline quotes nothing.
    std::fs::remove_file(sandbox.dir.join(".skant-baseline")).unwrap();
    std::fs::copy(&outside, sandbox.dir.join(".skant-baseline")).unwrap();
    let said = run(&sandbox, 2, &["scan"]);
    assert!(
        said.contains("line 1: it does not begin with a fingerprint") && !said.contains("hunter2"),
        "{said}"
    );
}

#[cfg(unix)]
fn settings_through_a_link_or_outside_are_refused_and_not_printed() {
    let sandbox = Sandbox::with_commit();
    std::fs::create_dir(sandbox.sibling("outside")).unwrap();
    let outside = sandbox.sibling("outside/secret.toml");
    std::fs::write(&outside, "machine = 'hunter2'\nexclude = ['*']\n").unwrap();
    std::os::unix::fs::symlink(sandbox.sibling("outside"), sandbox.dir.join("linked")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.dir.join("link.toml")).unwrap();
    for (extends, said) in [
        ("../outside/secret.toml", "leads out of the repository"),
        ("linked/secret.toml", "symbolic link"),
        ("link.toml", "symbolic link"),
        ("/etc/passwd", "the path of a file in the tree"),
        (".git/config", "into `.git`"),
        ("absent.toml", "no such file"),
    ] {
        sandbox.write("skant.toml", format!("extends = \"{extends}\"\n"));
        for args in [&["scan"][..], &["config", "check"], &["scan", "--history"]] {
            let result = run(&sandbox, 2, args);
            assert!(result.contains(said) && !result.contains("hunter2"), "{extends}: {result}");
        }
        sandbox.git(&["add", "-A"]);
        let result = run(&sandbox, 2, &["scan", "--staged"]);
        assert!(!result.contains("hunter2"), "{extends}: {result}");
    }
    std::fs::remove_file(sandbox.dir.join("skant.toml")).unwrap();
    std::fs::create_dir_all(sandbox.dir.join(".config")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.dir.join(".config/skant.toml")).unwrap();
    assert!(run(&sandbox, 2, &["scan"]).contains("symbolic link"));
}

const RULE: &str = "[[rule]]\nid = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z0-9]{32}'\n\
    alphabet = \"lower-alphanumeric\"\n";

fn settings_of_several_files_show_their_origin() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("ci/rules.toml", RULE);
    sandbox.write(
        ".config/skant.toml",
        "extends = \"../ci/rules.toml\"\nexclude = [\"vendor/\"]\nmin-confidence = \"low\"\n",
    );
    std::fs::create_dir_all(sandbox.sibling("home/.config/skant")).unwrap();
    std::fs::write(sandbox.sibling("home/.config/skant/skant.toml"), "fingerprint-key = \"hunter2\"\n")
        .unwrap();
    let own = sandbox.sibling("own.toml");
    std::fs::write(&own, "fail-on = \"high\"\n[[allow]]\npath = \"docs/**\"\nreason = \"made up\"\n")
        .unwrap();
    let said = run(&sandbox, 0, &["config", "show", "--config", own.to_str().unwrap(), "--exclude", "x/"]);
    for (setting, from) in [
        ("min-confidence = low", ".config/skant.toml"),
        ("fail-on = high", "own.toml"),
        ("fingerprint-key is set", ".config/skant/skant.toml"),
        ("rule acme-token", "ci/rules.toml"),
        ("exclude vendor/", ".config/skant.toml"),
        ("exclude x/", "--exclude"),
        ("allow path docs/**: made up", "own.toml"),
    ] {
        let line = said.lines().find(|line| line.starts_with(setting));
        assert!(line.is_some_and(|line| line.ends_with(from)), "{setting}: {said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    let (_, token) = tokens::expand("«acme_{an*32}»");
    let token = token[0].to_lowercase();
    sandbox.write("app.py", format!("k = '{token}'\n"));
    let (code, said) = report(&sandbox, &["app.py"]);
    assert_eq!((code, said["findings"][0]["rule"].as_str()), (1, Some("acme-token")), "{said:#}");
    // The built-in rules are still in force.
    sandbox.write("app.py", tokens::api_key("further"));
    assert_eq!(report(&sandbox, &["app.py"]).0, 1);
    assert_eq!(report(&sandbox, &["app.py", "--config", own.to_str().unwrap()]).0, 1);
    sandbox.write("skant.toml", "");
    assert!(run(&sandbox, 2, &["scan"]).contains("keep one of them"));
}

fn config_check_underlines_errors() {
    let sandbox = Sandbox::with_commit();
    let own = sandbox.sibling("own.toml");
    let own = own.to_str().unwrap();
    std::fs::write(own, "exclude = []\nfail-on = \"soon\"\n").unwrap();
    let said = run(&sandbox, 2, &["config", "check", own]);
    assert!(
        said.contains("line 2, column 11") && said.contains(" 2 │ fail-on = \"soon\"\n   ·           ──────"),
        "{said}"
    );
    let examples = "examples = [\"k = acme_0123\"]\ncounterexamples = [\"acme_\"]\n";
    std::fs::write(own, format!("{RULE}{examples}")).unwrap();
    assert!(run(&sandbox, 2, &["config", "check", own]).contains("acme-token: example 1 has no finding"));
    std::fs::write(own, RULE).unwrap();
    assert!(run(&sandbox, 0, &["config", "check", own]).contains("fine"));
    let schema: Value = serde_json::from_str(&run(&sandbox, 0, &["config", "schema"])).unwrap();
    let valid = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        jsonschema::is_valid(&schema, &value)
    };
    assert!(valid(
        r#"{"exclude": ["a"], "allow": [{"path": "docs/", "reason": "r"}], "min-confidence": "low"}"#
    ));
    assert!(valid(
        r#"{"rule": [{"id": "acme-token", "anchors": ["acme_"], "token": "x", "alphabet": "hex"}]}"#
    ));
    for wrong in [r#"{"exclud": []}"#, r#"{"allow": [{"path": "docs/"}]}"#, r#"{"fail-on": "soon"}"#] {
        assert!(!valid(wrong), "{wrong}");
    }
}

fn entry_allows_by_rule_path_and_commit() {
    let (sandbox, _) = leaky();
    let leak = sandbox.git(&["rev-parse", "HEAD"]);
    for (entry, files, history) in [
        ("path = \"*.env\"".to_owned(), 0, 0),
        ("path = [\"docs/\", \"app.env\"]\nrule = \"anthropic-api-key\"".to_owned(), 0, 0),
        ("rule = \"anthropic-admin-key\"".to_owned(), 1, 1),
        ("path = \"docs/\"".to_owned(), 1, 1),
        (format!("commit = \"{leak}\""), 1, 0),
        ("commit = \"0123456789\"".to_owned(), 1, 1),
    ] {
        sandbox.write("skant.toml", format!("[[allow]]\n{entry}\nreason = \"known\"\n"));
        let (code, said) = report(&sandbox, &[]);
        assert_eq!(code, files, "{entry}: {said:#}");
        let (code, said) = report(&sandbox, &["--history"]);
        assert_eq!(code, history, "{entry}: {said:#}");
        assert_eq!(suppressed_by(&said).is_empty(), code == 1, "{entry}");
    }
}

fn unused_suppressions_are_noted() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("skant.toml", "[[allow]]\nfingerprint = \"0123456789\"\nreason = \"x\"\n");
    sandbox
        .write("a.py", "k = 1  # skant:allow anthropic-api-key/3f9c1a -- gone\n# skant:allow is in text\n");
    let notes = report(&sandbox, &[]).1["notes"].to_string();
    assert!(notes.contains("1 entry allows nothing in these files: 0123456789"), "{notes}");
    assert!(
        notes.contains("line 1: nothing is found near this `skant:allow`") && !notes.contains("line 2"),
        "{notes}"
    );
    // A scan of a part of the tree does not report unused entries.
    let notes = report(&sandbox, &["README.md"]).1["notes"].to_string();
    assert!(!notes.contains("allows nothing"), "{notes}");
}

fn change_is_checked_with_the_policy_of_its_base() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.commit_all("policy");
    sandbox.git(&["checkout", "-q", "-b", "change"]);
    let key = tokens::api_key("change");
    sandbox.write("app.env", format!("KEY={key}\n"));
    sandbox.write("vendor/x.env", tokens::api_key("vendored"));
    let fingerprint = fingerprints(&report(&sandbox, &["app.env"]).1).remove(0);
    let scan = |extra: &[&str]| report(&sandbox, &[&["--history", "main..HEAD"], extra].concat());
    let from_base = &["--policy-from", "main"][..];
    for (policy, own, bases, said) in [
        ("exclude = [\"*.env\", \"vendor/\"]\n".to_owned(), 0, 1, "excludes paths that match *.env"),
        (
            "disable = [\"anthropic-api-key\", \"anthropic-token\"]\n".to_owned(),
            0,
            1,
            "disables the rule anthropic-api-key",
        ),
        ("[[allow]]\npath = \"*.env\"\nreason = \"r\"\n".to_owned(), 0, 1, "allows path *.env"),
        (
            format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"r\"\nexclude = []\n")
                .replace("exclude = []\n", ""),
            1,
            0,
            "this change allows",
        ),
    ] {
        sandbox.write("skant.toml", &policy);
        sandbox.commit_all("weaken");
        let (code, result) = scan(&[]);
        assert_eq!(code, own, "{policy}: {result:#}");
        let (code, result) = scan(from_base);
        assert_eq!(code, bases, "{policy}: {result:#}");
        let notes = result["notes"].to_string();
        assert!(notes.contains("policy-change") && notes.contains(said), "{policy}: {notes}");
        sandbox.git(&["reset", "-q", "--soft", "HEAD~1"]);
        sandbox.git(&["reset", "-q"]);
    }
    // A comment of the change counts and is reported, and so does a line of the baseline.
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.write("app.env", format!("KEY={key} # skant:allow /{fingerprint} -- an example\n"));
    sandbox.commit_all("comment");
    let (code, result) = scan(from_base);
    let notes = result["notes"].to_string();
    assert_eq!((code, suppressed_by(&result)), (0, vec!["inline"]), "{result:#}");
    assert!(notes.contains("itself (inline): an example"), "{notes}");
    sandbox.write("app.env", format!("KEY={key}\n"));
    run(&sandbox, 0, &["allow", &fingerprint, "--reason", "an example"]);
    sandbox.commit_all("baseline");
    let (code, result) = scan(from_base);
    assert_eq!(code, 0, "{result:#}");
    assert!(
        result["notes"]
            .to_string()
            .contains(&format!("this change allows {fingerprint} (baseline): an example"))
    );
    assert!(
        run(&sandbox, 2, &["scan", "--history", "HEAD", "--policy-from", "main..HEAD"])
            .contains("does not name one commit")
    );
}

fn server_uses_its_own_policy_for_a_push() {
    let sandbox = Sandbox::with_commit();
    let server = sandbox.sibling("server.git");
    let server = server.to_str().unwrap();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", server]);
    sandbox.git(&["push", "-q", server, "main"]);
    let hook = format!("#!/bin/sh\nexec '{}' hook pre-receive\n", testkit::skant_program().display());
    let path = std::path::Path::new(server).join("hooks/pre-receive");
    std::fs::write(&path, hook).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let push = |branch: &str| {
        let output = sandbox.try_git(&["push", server, branch]);
        (output.status.success(), text_of(&output))
    };
    sandbox.write("app.env", tokens::api_key("pushed"));
    sandbox.write("skant.toml", "exclude = [\"*.env\"]\n");
    sandbox.commit_all("leak and switch off");
    let (pushed, said) = push("main");
    assert!(!pushed && said.contains("this change excludes paths that match *.env"), "{said}");
    assert!(said.contains("1 secret found in 1 commit and "), "{said}");
    // A new branch is checked as well.
    sandbox.git(&["branch", "new"]);
    assert!(!push("new").0);
    // A value that the change allows passes, with a note.
    let fingerprint = fingerprints(&report(&sandbox, &["app.env", "--no-repo-config"]).1).remove(0);
    sandbox.write("skant.toml", "");
    run(&sandbox, 0, &["allow", &fingerprint, "--reason", "made up"]);
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-q", "--amend", "--no-edit"]);
    let (pushed, said) = push("main");
    assert!(
        pushed
            && said.contains("made up")
            && said.contains(&format!("this change allows {fingerprint} (baseline)")),
        "{said}"
    );
}

fn gitleaks_files_count_on_request() {
    let (sandbox, _) = leaky();
    sandbox.write(".gitleaksignore", "app.env:generic-api-key:1\nodd\n");
    assert_eq!(report(&sandbox, &[]).0, 1);
    sandbox.write("skant.toml", "gitleaks = true\n");
    let (code, said) = report(&sandbox, &[]);
    assert_eq!((code, suppressed_by(&said)), (0, vec!["gitleaks"]), "{said:#}");
    assert!(
        said["notes"].to_string().contains("1 entry of the files for gitleaks is not imported"),
        "{said:#}"
    );
    assert!(
        run(&sandbox, 0, &["config", "check"]).contains(".gitleaksignore: line 2 is not `FILE:RULE:LINE`")
    );
    std::fs::remove_file(sandbox.dir.join(".gitleaksignore")).unwrap();
    sandbox.write(
        ".gitleaks.toml",
        "[allowlist]\npaths = ['''\\.env$''']\n[[rules]]\nid = \"acme\"\nregex = '''acme_[a-z0-9]{32}'''\n",
    );
    let (code, said) = report(&sandbox, &[]);
    assert_eq!((code, suppressed_by(&said)), (0, vec!["gitleaks"]), "{said:#}");
    let (_, token) = tokens::expand("«acme_{an*32}»");
    let token = token[0].to_lowercase();
    sandbox.write("app.py", format!("k = '{token}'\n"));
    assert_eq!(report(&sandbox, &["app.py"]).1["findings"][0]["rule"], "custom-acme");
    // Its comment suffices for a finding of low confidence, and not for a key.
    let password = tokens::random(tokens::ALPHANUMERIC, 32, "gitleaks");
    sandbox.write("app.py", format!("db_password = \"{password}\" # gitleaks:allow\n"));
    assert_eq!(report(&sandbox, &["app.py"]).0, 0);
    sandbox.write("app.py", format!("k = '{}' # gitleaks:allow\n", tokens::api_key("gitleaks")));
    let (code, said) = report(&sandbox, &["app.py"]);
    assert_eq!(code, 1);
    assert!(said["notes"].to_string().contains("has to name it"), "{said:#}");
}

fn baseline_of_detect_secrets_is_imported() {
    let (sandbox, key) = leaky();
    let (other, audited) = (tokens::api_key("unknown"), tokens::api_key("audited"));
    let password = tokens::random(tokens::ALPHANUMERIC, 14, "known");
    sandbox.write("sub dir/db.py", format!("# a\ndb_password = \"{password}\"\nkey = '{other}'\n"));
    sandbox.write("real.env", format!("KEY={audited}\n"));
    let hash = |value: &str| {
        let digits = sha1::Sha1::digest(value).iter().map(|byte| [byte >> 4, byte & 15]).collect::<Vec<_>>();
        let digit = |four: &u8| char::from_digit(u32::from(*four), 16).unwrap();
        digits.as_flattened().iter().map(digit).collect::<String>()
    };
    let known = serde_json::json!({"version": "1.5.0", "results": {
        "app.env": [{"type": "Secret Keyword", "hashed_secret": hash(&key), "line_number": 99}],
        "sub dir/db.py": [{"type": "Secret Keyword", "hashed_secret": hash(&password), "is_secret": false}],
        "real.env": [{"type": "Secret Keyword", "hashed_secret": hash(&audited), "is_secret": true}],
        "../outside.env": [{"type": "Secret Keyword", "hashed_secret": hash(&key)}],
    }});
    sandbox.write(".secrets.baseline", known.to_string());
    let said =
        run(&sandbox, 0, &["baseline", "create", "--from", ".secrets.baseline", "--reason", "audited"]);
    assert!(said.contains("2 added") && said.contains("2 found that it does not have"), "{said}");
    let (code, result) = report(&sandbox, &[]);
    assert_eq!((code, suppressed_by(&result)), (1, vec!["baseline"; 2]), "{result:#}");
    let left: Vec<_> = result["findings"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = left.iter().map(|one| one["locations"][0]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["real.env", "sub dir/db.py"], "{result:#}");
    // A file of another kind, and a missing one.
    for (file, said) in [("app.env", "it is not a baseline of detect-secrets"), ("absent", "cannot read")] {
        let result = run(&sandbox, 2, &["baseline", "update", "--from", file]);
        assert!(result.contains(said) && !result.contains(&key[16..40]), "{result}");
    }
}

fn explain_lists_every_rule_at_a_position() {
    let (sandbox, key) = leaky();
    let fingerprint = fingerprints(&report(&sandbox, &[]).1).remove(0);
    sandbox.write("app.env", format!("# nothing\nKEY={key}\nOTHER_SECRET=sk-ant-api03-xxx\n"));
    let said = run(&sandbox, 0, &["explain", "app.env:2"]);
    for part in [
        "2:5  anthropic-api-key",
        "has the exact structure of a real key",
        &fingerprint,
        "result      a finding",
        "80 bits",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(&key[20..60]) && !said.contains("3:"), "{said}");
    assert!(run(&sandbox, 0, &["explain", "app.env:1"]).contains("no rule was evaluated here"));
    let third = run(&sandbox, 0, &["explain", "app.env:3:1"]);
    assert!(
        third.contains("3:14  `sk-ant-` occurs here, so these rules were evaluated: anthropic-"),
        "{third}"
    );
    let by_name = run(&sandbox, 0, &["explain", &fingerprint[..8]]);
    assert!(
        by_name.contains("app.env:2:5") && by_name.contains("has the exact structure of a real key"),
        "{by_name}"
    );
    // A value in the history only, and a suppressed one.
    sandbox.write("app.env", "nothing\n");
    let old = run(&sandbox, 0, &["explain", &format!("anthropic-api-key/{fingerprint}")]);
    assert!(old.contains("app.env:1:5 in commit"), "{old}");
    sandbox.write("app.env", format!("KEY={key}\n"));
    run(&sandbox, 0, &["allow", &fingerprint, "--reason", "made up"]);
    let allowed = run(&sandbox, 0, &["explain", "app.env:1"]);
    assert!(
        allowed.contains("suppressed  by baseline: made up") && allowed.contains("not a finding: suppressed"),
        "{allowed}"
    );
    assert!(
        run(&sandbox, 2, &["explain", "00112233445566ff"])
            .contains("no value in the working tree or the history")
    );
    assert!(run(&sandbox, 2, &["explain", "absent.env:3"]).contains("is not a file and not a fingerprint"));
    let piped = sandbox.skant_with_input(&["explain", "-"], format!("a\n{key}\n").as_bytes());
    assert!(text_of(&piped).contains("2:1  anthropic-api-key"), "{}", text_of(&piped));
}

fn ci_run_uses_the_policy_of_its_base() {
    let sandbox = Sandbox::with_commit();
    let base = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["checkout", "-q", "-b", "change"]);
    sandbox.write("app.env", format!("KEY={}\n", tokens::api_key("ci")));
    sandbox.write("skant.toml", "[[allow]]\npath = \"*.env\"\nreason = \"r\"\n");
    let scan = |from: &str| {
        let head = sandbox.commit_all("change");
        let mut command = sandbox.command(testkit::skant_program());
        command.args(["scan", "--ci", "--format", "json"]).envs([
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", &*head),
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*base),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_PROJECT_PATH", "ours/app"),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", from),
        ]);
        let output = command.output().unwrap();
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
        (output.status.code(), report)
    };
    let (code, result) = scan("ours/app");
    assert_eq!(code, Some(1), "{result:#}");
    assert!(result["notes"].to_string().contains("this change allows path *.env (config): r"), "{result:#}");
    let fingerprint = fingerprints(&result).remove(0);
    sandbox.write("skant.toml", "");
    run(&sandbox, 0, &["allow", &fingerprint, "--reason", "made up"]);
    let (code, result) = scan("ours/app");
    assert_eq!((code, suppressed_by(&result)), (Some(0), vec!["baseline"]), "{result:#}");
    let notes = result["notes"].to_string();
    assert!(notes.contains(&format!("this change allows {fingerprint} (baseline): made up")), "{notes}");
    // From a fork nothing of the change counts.
    let (code, result) = scan("theirs/app");
    assert_eq!((code, suppressed_by(&result)), (Some(1), vec![""; 0]), "{result:#}");
    assert!(result["notes"].to_string().contains(&format!("this change allows {fingerprint}")), "{result:#}");
}

fn settings_outside_of_a_repository_are_noted() {
    let sandbox = Sandbox::empty();
    sandbox.write("skant.toml", "exclude = [\"left/\"]\n");
    sandbox.write("left/client.py", format!("key = '{}'\n", tokens::api_key("outside")));
    assert!(run(&sandbox, 1, &["scan"]).contains("`skant.toml` is read in a repository only"));
    assert!(run(&sandbox, 0, &["config", "check"]).contains("`--config skant.toml` reads it"));
    assert!(!run(&sandbox, 0, &["scan", "--config", "skant.toml"]).contains("in a repository only"));
    assert!(!run(&sandbox, 1, &["scan", "--no-repo-config"]).contains("in a repository only"));
}
