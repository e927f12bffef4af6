//! Verifiers of the user's own: from the folder of the user's settings, and from no file of a repository.

use std::path::Path;
use std::process::Output;

use testkit::providers::{Providers, Reply};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_verifier_of_the_user_asks_for_a_rule_of_the_user,
        a_rule_of_a_repository_decides_about_no_request,
        no_file_of_a_repository_is_a_verifier,
        a_wrong_verifier_is_an_error_and_sends_nothing,
    ]
}

const RULE: &str = r#"[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
anchors = ["acme_"]
token = "acme_[a-z0-9]{32}"
alphabet = "lower-alphanumeric"
"#;

const VERIFIER: &str = r#"name = "Acme"
[[verifier]]
rules = ["acme-key"]
source = "https://acme.example/docs"
request = { host = "api.acme.example", path = "/me", headers = { authorization = "Bearer {secret}" } }
[[verifier.answer]]
status = [200]
when = [{ json = "/id", type = "number" }]
says = "live"
reason = "the key reads its account"
source = "https://acme.example/docs"
"#;

/// A key, made at run time.
fn secret() -> String {
    format!("acme_{}", testkit::tokens::random(b"abcdefghjkmnpqrstuvwxyz23456789", 32, "own"))
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::repo();
    write(&sandbox.sibling("home").join(".config/skant"), "skant.toml", RULE);
    sandbox.write("a.env", format!("ACME_KEY={}\n", secret()));
    sandbox.commit_all("a key");
    sandbox
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

fn verify(sandbox: &Sandbox, providers: &Providers, variables: &[(&str, &Path)]) -> Output {
    let mut command = sandbox.command(skant_program());
    command.args(["verify", "--timeout", "1"]).envs(variables.iter().copied());
    let output = providers.lead(&mut command).output().unwrap();
    assert!(!text_of(&output).contains(&secret()[8..]), "{}", text_of(&output));
    output
}

fn a_verifier_of_the_user_asks_for_a_rule_of_the_user() {
    let sandbox = sandbox();
    let providers = Providers::start(|_| Reply::json(200, r#"{"id":1}"#));
    write(&sandbox.sibling("home").join(".config/skant/verifiers"), "acme.toml", VERIFIER);
    let output = verify(&sandbox, &providers, &[]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(1) && shown.contains("the key reads its account"), "{shown}");
    assert_eq!(providers.hosts(), ["api.acme.example:443"]);
    assert_eq!(providers.requests()[0].headers["authorization"], format!("Bearer {}", secret()));
}

fn a_rule_of_a_repository_decides_about_no_request() {
    let sandbox = sandbox();
    let providers = Providers::start(|_| Reply::json(200, r#"{"id":1}"#));
    let settings = sandbox.sibling("home").join(".config/skant");
    std::fs::remove_file(settings.join("skant.toml")).unwrap();
    write(&settings.join("verifiers"), "acme.toml", VERIFIER);
    // The repository's author gives the id to a rule that finds something else of the user's.
    sandbox.write("skant.toml", RULE);
    let output = verify(&sandbox, &providers, &[]);
    let shown = text_of(&output);
    assert!(output.status.code() == Some(2) && shown.contains("no verifier for this rule"), "{shown}");
    assert!(providers.hosts().is_empty());
}

fn no_file_of_a_repository_is_a_verifier() {
    let sandbox = sandbox();
    let providers = Providers::start(|_| Reply::json(200, r#"{"id":1}"#));
    for folder in [
        "verifiers",
        ".skant/verifiers",
        "skant/verifiers",
        ".config/skant/verifiers",
        "rules/verifiers",
        ".git/skant/verifiers",
    ] {
        write(&sandbox.dir.join(folder), "acme.toml", VERIFIER);
    }
    sandbox.write("skant.toml", RULE);
    std::fs::remove_file(sandbox.sibling("home").join(".config/skant/skant.toml")).unwrap();
    // A variable that leads into the repository, as jobs of CI systems set one, names no folder of the user's.
    let config = sandbox.dir.join(".config");
    for variables in [&[][..], &[("XDG_CONFIG_HOME", config.as_path())], &[("HOME", sandbox.dir.as_path())]] {
        let output = verify(&sandbox, &providers, variables);
        let shown = text_of(&output);
        assert!(output.status.code() == Some(2) && shown.contains("no verifier for this rule"), "{shown}");
    }
    for text in [VERIFIER.to_owned(), format!("{RULE}{}", VERIFIER.replace("name = \"Acme\"\n", ""))] {
        sandbox.write("skant.toml", text);
        assert_eq!(verify(&sandbox, &providers, &[]).status.code(), Some(2));
    }
    assert!(providers.hosts().is_empty());
}

fn a_wrong_verifier_is_an_error_and_sends_nothing() {
    let sandbox = sandbox();
    let providers = Providers::start(|_| Reply::json(200, r#"{"id":1}"#));
    let folder = sandbox.sibling("home").join(".config/skant/verifiers");
    for (from, to, expected) in [
        ("acme-key", "github-personal-token", "has a verifier already"),
        ("https://acme.example", "http://acme.example", "https://"),
        ("says = \"live\"", "says = \"maybe\"", "maybe"),
    ] {
        write(&folder, "acme.toml", &VERIFIER.replace(from, to));
        let shown = text_of(&verify(&sandbox, &providers, &[]));
        assert!(shown.contains("acme.toml: ") && shown.contains(expected), "{expected}: {shown}");
    }
    assert!(providers.hosts().is_empty());
    // A scan needs no verifier, and does not read them.
    assert_eq!(sandbox.skant(&["scan"]).status.code(), Some(1));
}
