//! Suppressions: comments, entries and settings that silence a finding, and those that do not.

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        comment_without_fingerprint_does_not_silence_a_key,
        comment_with_fingerprint_silences_that_key_only,
        comment_counts_for_its_line_and_the_next_one,
        comment_without_fingerprint_silences_a_less_confident_finding,
        suppressions_are_counted_and_listed_on_request,
        blocked_commit_prints_the_comment_to_paste,
        comment_at_a_head_covers_older_versions,
        configuration_allows_values_paths_and_rules,
        excluded_files_are_noted_in_every_scan,
        fingerprint_key_gives_weak_values_a_longer_fingerprint,
        staged_files_use_the_staged_configuration,
        repository_cannot_set_fail_on_or_output,
    ]
}

/// The result of a scan: exit code, findings, suppressions, notes.
struct Scanned {
    code: i32,
    report: Value,
}

impl Scanned {
    fn findings(&self) -> Vec<&str> {
        let findings = self.report["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect()
    }

    fn suppressed(&self) -> Vec<(&str, &str)> {
        let suppressed = self.report["suppressed"].as_array().unwrap();
        suppressed.iter().map(|one| (one["by"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect()
    }

    fn notes(&self) -> String {
        self.report["notes"].to_string()
    }

    fn is_open(&self) -> bool {
        self.code == 1 && !self.findings().is_empty() && self.suppressed().is_empty()
    }

    fn is_silent(&self) -> bool {
        self.code == 0 && self.findings().is_empty() && !self.suppressed().is_empty()
    }
}

fn scan(sandbox: &Sandbox, args: &[&str]) -> Scanned {
    let output = sandbox.skant(&[&["scan", "--format", "json"], args].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    Scanned { code: output.status.code().unwrap(), report }
}

/// Scans a text from standard input.
fn piped(sandbox: &Sandbox, text: &str) -> Scanned {
    sandbox.write("piped/file.py", text);
    scan(sandbox, &["piped/file.py"])
}

fn fingerprint(sandbox: &Sandbox, key: &str) -> String {
    piped(sandbox, key).findings()[0].to_owned()
}

fn comment_without_fingerprint_does_not_silence_a_key() {
    let sandbox = Sandbox::empty();
    let key = tokens::api_key("bare");
    for comment in ["# skant:allow", "# skant:allow -- old", "# skant:allow anthropic-api-key -- old"] {
        let said = piped(&sandbox, &format!("k = '{key}' {comment}\n"));
        assert!(said.is_open(), "{comment}: {:#}", said.report);
        let paste = format!("skant:allow anthropic-api-key/{}", said.findings()[0]);
        assert!(said.notes().contains(&paste), "{}", said.notes());
        // The proposed comment suffices.
        assert!(piped(&sandbox, &format!("k = '{key}' # {paste}\n")).is_silent());
    }
}

fn comment_with_fingerprint_silences_that_key_only() {
    let sandbox = Sandbox::empty();
    let key = tokens::api_key("named");
    let name = fingerprint(&sandbox, &key);
    let other = tokens::api_key("replaced");
    let line = |key: &str, comment: &str| format!("k = '{key}' # skant:allow {comment}\n");
    for comment in [
        format!("anthropic-api-key/{name} -- rotated, see runbook"),
        format!("/{name} -- rotated, see runbook"),
        format!("/{} -- rotated, see runbook", &name[..6]),
        format!("anthropic-api-key/{} until=2999-12-31 -- rotated, see runbook", name.to_uppercase()),
    ] {
        let said = piped(&sandbox, &line(&key, &comment));
        assert!(said.is_silent(), "{comment}: {:#}", said.report);
        assert_eq!(said.suppressed(), [("inline", "rotated, see runbook")], "{comment}");
        assert!(piped(&sandbox, &line(&other, &comment)).is_open(), "{comment}");
        // Two keys on a line: only the named one is silenced.
        let both = piped(&sandbox, &format!("{other} {}", line(&key, &comment)));
        assert_eq!((both.findings().len(), both.suppressed().len()), (1, 1), "{comment}");
    }
    for comment in [
        format!("/{}", &name[..5]),
        format!("anthropic-admin-key/{name}"),
        format!("generic-secret/{name}"),
        format!("/{name}0"),
        "/000000".to_owned(),
        format!("until=2020-01-01 anthropic-api-key/{name}"),
        format!("anthropic-api-key/{name} until=2020-01-01 -- until=2999-01-01"),
        format!("anthropic-api-key/{name} until=soon"),
        format!("anthropic-api-key/{name} until="),
    ] {
        assert!(piped(&sandbox, &line(&key, &comment)).is_open(), "{comment}");
    }
    let ended = piped(&sandbox, &line(&key, &format!("/{name} until=2020-01-01 -- old")));
    assert!(ended.notes().contains("expired on 2020-01-01"), "{}", ended.notes());
    // Another spelling is no suppression.
    assert!(piped(&sandbox, &format!("k = '{key}' # skant-allow /{name}\n")).is_open());
}

fn comment_counts_for_its_line_and_the_next_one() {
    let sandbox = Sandbox::empty();
    let key = tokens::api_key("lines");
    let allow = format!("skant:allow /{}", fingerprint(&sandbox, &key));
    for text in [
        format!("# {allow}\nk = '{key}'\n"),
        format!("    // {allow} -- old\r\n    k = '{key}'\r\n"),
        format!("<!-- {allow} -- old -->\n<k>{key}</k>\n"),
        format!("/* {allow} */ k = '{key}'"),
        format!("k = '{key}' -- {allow}"),
        format!("\"k\": \"{key}\", \"comment\": \"{allow} -- old\""),
    ] {
        assert!(piped(&sandbox, &text).is_silent(), "{text}");
    }
    for text in [
        format!("# {allow}\n\nk = '{key}'\n"),
        format!("k = '{key}'\n# {allow}\n"),
        format!("other = 'some value' # {allow}\nk = '{key}'\n"),
        format!("# {allow}\nother = 1\nk = '{key}'\n"),
    ] {
        assert!(piped(&sandbox, &text).is_open(), "{text}");
    }
}

fn comment_without_fingerprint_silences_a_less_confident_finding() {
    let sandbox = Sandbox::empty();
    let password = tokens::random(tokens::ALPHANUMERIC, 32, "password");
    let line = format!("db_password = \"{password}\"");
    assert!(piped(&sandbox, &line).is_open());
    let said = piped(&sandbox, &format!("{line} # skant:allow -- only for tests"));
    assert!(said.is_silent() && said.suppressed() == [("inline", "only for tests")], "{:#}", said.report);
    assert!(piped(&sandbox, &format!("{line} # skant:allow generic-password")).is_silent());
    assert!(piped(&sandbox, &format!("{line} # skant:allow anthropic-api-key")).is_open());
    assert!(piped(&sandbox, &format!("{line} # skant:allow until=2020-01-01")).is_open());
}

fn suppressions_are_counted_and_listed_on_request() {
    let sandbox = Sandbox::empty();
    let key = tokens::api_key("counted");
    let name = fingerprint(&sandbox, &key);
    sandbox.write("piped/file.py", format!("k = '{key}' # skant:allow /{name} -- rotated in May\n"));
    let human = text_of(&sandbox.skant(&["scan", "-v"]));
    assert!(human.contains("suppressed") && human.contains("rotated in May"), "{human}");
    assert!(human.lines().last().unwrap().contains("1 suppressed"), "{human}");
    let jsonl = text_of(&sandbox.skant(&["scan", "--format", "jsonl"]));
    assert!(jsonl.contains("rotated in May"), "{jsonl}");
    let sarif: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--format", "sarif"]).stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["justification"], "rotated in May", "{sarif:#}");
    assert!(scan(&sandbox, &["--no-suppressions"]).is_open());
    // A location that is not allowed is reported although another one is allowed.
    sandbox.write("piped/other.py", &key);
    let said = scan(&sandbox, &[]);
    assert_eq!((said.code, said.findings().len(), said.suppressed().len()), (1, 1, 1));
}

fn blocked_commit_prints_the_comment_to_paste() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("pasted");
    sandbox.write("app.py", format!("k = '{key}'\n"));
    sandbox.git(&["add", "-A"]);
    let output = sandbox.skant(&["hook", "pre-commit"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text_of(&output);
    let comment =
        said.split('`').find(|part| part.contains("skant:allow ")).unwrap().trim_start_matches("# ");
    sandbox.write("app.py", format!("k = '{key}' # {}\n", comment.replace("REASON", "for the test")));
    sandbox.git(&["add", "-A"]);
    let output = sandbox.skant(&["-v", "hook", "pre-commit"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(text_of(&output).contains("for the test"), "a suppression in the same change still shows");
    // A replaced key is new.
    sandbox.commit_all("allowed");
    sandbox.write("app.py", format!("k = '{}' # {comment}\n", tokens::api_key("new")));
    sandbox.git(&["add", "-A"]);
    assert_eq!(sandbox.skant(&["hook", "pre-commit"]).status.code(), Some(1));
}

fn comment_at_a_head_covers_older_versions() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("history");
    let name = fingerprint(&sandbox, &key);
    sandbox.write("piped/file.py", "nothing\n");
    sandbox.write("old.py", format!("k = '{key}'\n"));
    sandbox.commit_all("leak");
    let allowed = format!("k = '{key}' # skant:allow /{name} -- rotated\n");
    sandbox.git(&["rm", "-q", "old.py"]);
    sandbox.write("new.py", &allowed);
    assert!(scan(&sandbox, &["--history"]).code == 1);
    sandbox.commit_all("allow");
    let said = scan(&sandbox, &["--history"]);
    assert!(said.is_silent(), "{:#}", said.report);
    assert!(said.suppressed().len() > 1, "older places are counted, too: {:#}", said.report);
    assert!(scan(&sandbox, &["--history", "--no-suppressions"]).is_open());
    // Another head has the key without the comment.
    sandbox.git(&["branch", "other", "HEAD~1"]);
    assert_eq!(scan(&sandbox, &["--history"]).code, 1);
    sandbox.git(&["branch", "-q", "-D", "other"]);
    assert!(scan(&sandbox, &["--history"]).is_silent());
    // The head has lost the comment: a comment in an older version does not count.
    sandbox.write("new.py", "nothing\n");
    sandbox.commit_all("clean up");
    assert_eq!(scan(&sandbox, &["--history"]).code, 1);
}

fn configuration_allows_values_paths_and_rules() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("config");
    let name = fingerprint(&sandbox, &key);
    let allow =
        |extra: &str| format!("[[allow]]\nfingerprint = \"{name}\"\nreason = \"rotated in June\"\n{extra}");
    sandbox.write("skant.toml", allow(""));
    let said = scan(&sandbox, &[]);
    assert!(said.is_silent() && said.suppressed() == [("config", "rotated in June")], "{:#}", said.report);
    sandbox.write("skant.toml", allow("until = 2999-01-01\n"));
    assert!(scan(&sandbox, &[]).is_silent());
    sandbox.write("skant.toml", allow("until = 2020-01-01\n"));
    let said = scan(&sandbox, &[]);
    assert!(said.is_open() && said.notes().contains("expired on 2020-01-01"), "{:#}", said.report);
    for (config, codes) in [
        (allow(""), [0, 1, 1]),
        ("exclude = [\"piped/\"]\n".to_owned(), [0, 1, 0]),
        ("exclude = [\"*.py\"]\n".to_owned(), [0, 1, 0]),
        ("exclude = [\"/file.py\"]\n".to_owned(), [1, 1, 1]),
        ("disable = [\"anthropic-api-key\", \"anthropic-token\"]\n".to_owned(), [0, 1, 0]),
        ("disable = [\"generic-secret\"]\n".to_owned(), [1, 1, 1]),
    ] {
        sandbox.write("skant.toml", &config);
        for (args, code) in
            [&["-q"][..], &["--no-repo-config"], &["--no-suppressions"]].into_iter().zip(codes)
        {
            assert_eq!(scan(&sandbox, args).code, code, "{args:?}: {config}");
        }
        // The same by `--config`.
        let own = sandbox.sibling("own.toml");
        std::fs::write(&own, &config).unwrap();
        let own = own.to_str().unwrap();
        assert_eq!(scan(&sandbox, &["--no-repo-config", "--config", own]).code, codes[0], "{config}");
        // Both count.
        sandbox.write("skant.toml", "exclude = [\"nothing\"]\n");
        assert_eq!(scan(&sandbox, &["--config", own]).code, codes[0], "{config}");
    }
}

fn excluded_files_are_noted_in_every_scan() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("vendor/app.py", format!("key = '{}'\n", tokens::api_key("left out")));
    sandbox.commit_all("vendored");
    for args in [&["scan"][..], &["scan", "--history"], &["scan", "--history", "HEAD"]] {
        assert_eq!(sandbox.skant(args).status.code(), Some(1), "{args:?}");
        for option in [&["--exclude", "vendor/"][..], &["--exclude", "*.py"]] {
            let output = sandbox.skant(&[args, option].concat());
            let said = testkit::text_of(&output);
            assert_eq!(output.status.code(), Some(0), "{args:?} {option:?}: {said}");
            assert!(said.contains("paths that match `exclude` were left out"), "{said}");
        }
    }
    sandbox.write("skant.toml", "disable = [\"generic-secret\"]\n");
    let said = testkit::text_of(&sandbox.skant(&["scan"]));
    assert!(said.contains("disabled rules: generic-secret"), "{said}");
}

fn fingerprint_key_gives_weak_values_a_longer_fingerprint() {
    let sandbox = Sandbox::with_commit();
    // Long enough to be found, too weak for an unkeyed fingerprint.
    let line = format!("db_password = \"{}\"\n", tokens::random(tokens::ALPHANUMERIC, 17, "weak 2"));
    let plain = piped(&sandbox, &line);
    let own = sandbox.sibling("home/.config/skant/skant.toml");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    std::fs::write(&own, "fingerprint-key = \"some key\"\n").unwrap();
    let keyed = piped(&sandbox, &line);
    assert_eq!((plain.code, keyed.code), (1, 1), "{:#}", plain.report);
    assert_ne!(plain.findings(), keyed.findings());
    assert!(plain.findings()[0].len() < keyed.findings()[0].len());
    let name = keyed.findings()[0].to_owned();
    let config = format!("[[allow]]\nfingerprint = \"{name}\"\nreason = \"x\"\n");
    sandbox.write("skant.toml", &config);
    assert!(piped(&sandbox, &line).is_silent());
    // The fingerprint depends on the path.
    sandbox.write("other.py", &line);
    assert_eq!(scan(&sandbox, &["other.py"]).code, 1);
    // Only the full fingerprint: the first digits are those of the path.
    sandbox.write("skant.toml", config.replace(&name, &name[..8]));
    assert!(piped(&sandbox, &line).is_open());
    // All who read the repository would know it.
    sandbox.write("skant.toml", "fingerprint-key = \"some key\"\n");
    assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(2));
}

fn staged_files_use_the_staged_configuration() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.env", tokens::api_key("staged"));
    sandbox.git(&["add", "app.env"]);
    sandbox.write("skant.toml", "exclude = [\"*.env\"]\n");
    assert_eq!(scan(&sandbox, &["--staged"]).code, 1, "it is not staged");
    assert_eq!(sandbox.skant(&["hook", "pre-commit"]).status.code(), Some(1));
    sandbox.git(&["add", "skant.toml"]);
    assert_eq!(scan(&sandbox, &["--staged"]).code, 0);
    sandbox.write("skant.toml", "");
    assert_eq!(scan(&sandbox, &["--staged"]).code, 0, "what is staged counts");
    assert_eq!(scan(&sandbox, &[]).code, 1, "what is on disk counts");
    assert_eq!(scan(&sandbox, &["--staged", "--no-repo-config"]).code, 1);
}

fn repository_cannot_set_fail_on_or_output() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.env", tokens::api_key("own"));
    for key in [
        "fail-on = \"never\"",
        "min-confidence = \"high\"",
        "output = \"x\"",
        "format = \"json\"",
        "allow-incomplete = true",
        "extends = \"../x.toml\"",
        "[[allow]]\nvalue = \".*\"\nreason = \"x\"",
        "[[allow]]\nreason = \"x\"",
        "[[allow]]\nfingerprint = \"\"\nreason = \"x\"",
    ] {
        sandbox.write("skant.toml", format!("{key}\n"));
        assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(2), "{key}");
    }
}
