//! The table of the providers in `docs/verifiers.md`. It is written from the verifiers; a test compares it with them.

use skant_rule_schema::{Method, RequestSpec, Says, VerifierSpec, parse_verifiers};

const HEADING: &str = "## Providers that can be asked\n";

/// Returns the section: a row for each verifier, by the names of the providers.
fn section() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/verifiers");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| parse_verifiers(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap())
        .collect();
    files.sort_by_key(|file| file.name.to_lowercase());
    let rows = files.iter().flat_map(|file| file.verifier.iter().map(|verifier| row(&file.name, verifier)));
    format!(
        "{HEADING}\nThis table is written from `rules/verifiers/`: `SNAPSHOTS=overwrite cargo test --lib \
         provider_table`. What is neither live nor dead here is unknown. Each answer has its page in the file of the \
         provider.\n\n| provider | rules | request | live | dead | revoked by |\n|---|---|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

fn row(provider: &str, verifier: &VerifierSpec) -> String {
    let VerifierSpec { rules, source, request, no_request, revoke, .. } = verifier;
    let rules = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(" ");
    let request = match (request, no_request) {
        (Some(request), _) => format!("[`{}`]({source})", request_line(request)),
        (None, reason) => format!("[none]({source}): {}", reason.as_deref().unwrap_or_default()),
    };
    let [live, dead] = [Says::Live, Says::Dead].map(|says| answers(verifier, says));
    let revoke = revoke.as_ref().map_or_else(String::new, |revoke| {
        format!("[`{}`]({}): {}", request_line(&revoke.request), revoke.source, revoke.effect)
    });
    format!("| {provider} | {rules} | {request} | {live} | {dead} | {revoke} |\n")
}

fn request_line(request: &RequestSpec) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    };
    let hosts = match &request.host {
        Some(host) => host.clone(),
        None => request.domains.iter().map(|domain| format!("*.{domain}")).collect::<Vec<_>>().join(" or "),
    };
    format!("{method} {hosts}{}", request.path)
}

fn answers(verifier: &VerifierSpec, says: Says) -> String {
    let mut lines: Vec<String> = Vec::new();
    for answer in verifier.answer.iter().filter(|answer| answer.says == says) {
        let status = answer.status.iter().map(u16::to_string).collect::<Vec<_>>().join("/");
        let line = format!("{status}: {}", answer.reason);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("<br>")
}

#[test]
fn the_table_of_the_providers_is_that_of_the_verifiers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verifiers.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, old) = text.split_once(HEADING).unwrap();
    let rest = old.find("\n## ").map_or("", |at| &old[at..]);
    let new = format!("{before}{}{rest}", section());
    if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
        std::fs::write(path, &new).unwrap();
    }
    assert!(
        new == text,
        "the table in docs/verifiers.md is out of date: SNAPSHOTS=overwrite cargo test --lib provider_table"
    );
}

#[test]
fn every_rule_of_a_provider_in_the_table_has_a_verifier() {
    let verifiers = super::Verifiers::builtin();
    let prefix = |rule: &str| rule.split_inclusive('-').next().unwrap_or_default().to_owned();
    let known: std::collections::BTreeSet<String> =
        verifiers.all().iter().flat_map(|verifier| verifier.rules.iter().map(|rule| prefix(rule))).collect();
    let rules = crate::rules::RuleSet::builtin();
    let missing: Vec<&str> = rules
        .rules()
        .iter()
        .map(|rule| &*rule.id)
        .filter(|id| known.contains(&prefix(id)))
        .filter(|id| verifiers.of_rule(id).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
