//! `skant rules`, and the table in docs/rules.md.

use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        rules_table_is_current,
        rules_are_listed_and_shown,
        disabled_rule_is_shown_as_off,
        rules_test_prints_reasons_without_the_value,
    ]
}

fn rules_table_is_current() {
    let sandbox = Sandbox::empty();
    let written = sandbox.skant(&["rules", "list", "--markdown"]).stdout;
    let kept = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap_or_default();
    assert!(
        String::from_utf8_lossy(&written) == String::from_utf8_lossy(&kept),
        "docs/rules.md is not what the pack says: cargo run -- rules list --markdown > docs/rules.md"
    );
}

fn rules_are_listed_and_shown() {
    let sandbox = Sandbox::empty();
    let list = text_of(&sandbox.skant(&["rules"]));
    assert!(list.lines().count() > 300 && list.contains("github-personal-token"), "{list}");
    let show = text_of(&sandbox.skant(&["rules", "show", "-v", "github-personal-token"]));
    for part in ["ghp_", "critical", "https://github.com/settings/tokens", "GITHUB_TOKEN", "CrcBase62"] {
        assert!(show.contains(part), "{part}: {show}");
    }
    let unknown = sandbox.skant(&["rules", "show", "no-such-rule"]);
    assert_eq!(unknown.status.code(), Some(2));
}

fn disabled_rule_is_shown_as_off() {
    let sandbox = Sandbox::repo();
    sandbox.write("skant.toml", "disable = [\"github-personal-token\"]\n");
    assert!(!text_of(&sandbox.skant(&["rules"])).contains("github-personal-token"));
}

fn rules_test_prints_reasons_without_the_value() {
    let sandbox = Sandbox::empty();
    let (text, token) = tokens::expand("a\nkey = «ghp_{an*30}{crc62}»\n");
    let tested = sandbox.skant_with_input(&["rules", "test", "-"], &text);
    let said = text_of(&tested);
    assert_eq!(tested.status.code(), Some(1), "{said}");
    assert!(
        said.contains("2:7  github-personal-token  high") && said.contains("its checksum is valid"),
        "{said}"
    );
    assert!(!said.contains(&token[0]), "the value is masked");
    sandbox.write("a.txt", format!("nothing here, and ghp_{}", "x".repeat(36)));
    let tested = sandbox.skant(&["rules", "test", "a.txt"]);
    assert_eq!(tested.status.code(), Some(0));
    assert!(
        text_of(&tested).contains("github-personal-token  none") && text_of(&tested).contains("placeholder")
    );
    assert_eq!(sandbox.skant(&["rules", "test", "absent"]).status.code(), Some(2));
}
