//! The answers of `fixtures/verifiers/`, as the providers' documentation has them, against the verifiers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use skant_rule_schema::{RevokeAnswerSpec, RevokeSpec, Revoked};

use super::answer::judge;
use super::condition::ReadAnswer;
use super::verifiers::Verifiers;
use crate::net::Answer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    answer: Vec<DocumentedAnswer>,
    /// Answers to a revocation.
    #[serde(default)]
    revoke: Vec<DocumentedAnswer>,
}

/// An answer, and what it means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentedAnswer {
    rule: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    says: String,
    #[serde(default)]
    owner: BTreeMap<String, String>,
    /// The page that the answer stands on.
    source: String,
}

/// Reads the answers to the requests of verifiers, and those to revocations.
fn documented() -> [Vec<DocumentedAnswer>; 2] {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/verifiers");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        toml::from_str::<AnswerFile>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let mut all = [Vec::new(), Vec::new()];
    for AnswerFile { answer, revoke } in files.into_iter().map(read) {
        all[0].extend(answer);
        all[1].extend(revoke);
    }
    all
}

impl DocumentedAnswer {
    fn answer(&self) -> Answer {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Answer { status: self.status, headers, body: self.body.clone().into_bytes(), is_cut: false }
    }
}

#[test]
fn each_answer_means_what_its_page_says() {
    let verifiers = Verifiers::builtin();
    let [answers, _] = documented();
    for one in answers {
        let DocumentedAnswer { rule, status, says, owner, source, body, .. } = &one;
        assert!(source.starts_with("https://"), "{rule} {status}: {source}");
        let verifier = verifiers.of_rule(rule).unwrap_or_else(|| panic!("no verifier for {rule}"));
        let verdict = judge(verifier, &Ok(one.answer()), b"the-secret");
        assert_eq!(verdict.answer.name(), says, "{rule} {status} {body}: {}", verdict.reason);
        let facts: BTreeMap<String, String> =
            verdict.facts.iter().map(|fact| (fact.name.to_string(), fact.text.clone())).collect();
        assert_eq!(facts, *owner, "{rule} {status} {body}");
    }
}

#[test]
fn each_verifier_has_a_live_a_dead_and_an_odd_answer() {
    let [documented, _] = documented();
    for verifier in Verifiers::builtin().all().iter().filter(|one| one.request.is_some()) {
        let mine = documented.iter().filter(|one| verifier.rules.contains(&one.rule));
        let says: BTreeSet<&str> = mine.map(|one| one.says.as_str()).collect();
        let mut expected = BTreeSet::from(["live", "unknown"]);
        if verifier.answer.iter().any(|answer| answer.says == skant_rule_schema::Says::Dead) {
            expected.insert("dead");
        }
        assert!(says.is_superset(&expected), "{:?} has only {says:?}", verifier.rules);
    }
}

#[test]
fn each_row_of_a_verifier_has_an_answer_of_its_own() {
    let [documented, _] = documented();
    for verifier in Verifiers::builtin().all() {
        let mine: Vec<Answer> = documented
            .iter()
            .filter(|one| verifier.rules.contains(&one.rule))
            .map(DocumentedAnswer::answer)
            .collect();
        let first = |answer: &Answer| {
            let read = ReadAnswer::new(answer);
            verifier.answer.iter().position(|row| {
                row.status.contains(&answer.status) && row.when.iter().all(|condition| read.meets(condition))
            })
        };
        let reached: BTreeSet<usize> = mine.iter().filter_map(first).collect();
        for (number, row) in verifier.answer.iter().enumerate() {
            assert!(
                reached.contains(&number),
                "{:?}: no answer reaches row {number}: {}",
                verifier.rules,
                row.reason
            );
        }
    }
}

/// Returns the position of the row that an answer to a revocation reaches, and what it says.
fn row_of(revoke: &RevokeSpec, answer: &Answer) -> Option<(usize, &'static str)> {
    let read = ReadAnswer::new(answer);
    let fits = |row: &RevokeAnswerSpec| {
        row.status.contains(&answer.status) && row.when.iter().all(|condition| read.meets(condition))
    };
    let at = revoke.answer.iter().position(fits)?;
    Some((at, if revoke.answer[at].says == Revoked::Done { "done" } else { "refused" }))
}

#[test]
fn each_answer_to_a_revocation_means_what_its_page_says_and_each_row_has_one() {
    let [_, documented] = documented();
    let verifiers = Verifiers::builtin();
    let mut number = 0;
    for verifier in verifiers.all() {
        let Some(revoke) = &verifier.revoke else { continue };
        let mut reached = BTreeSet::new();
        for one in documented.iter().filter(|one| verifier.rules.contains(&one.rule)) {
            assert!(one.source.starts_with("https://"), "{}", one.rule);
            let row = row_of(revoke, &one.answer());
            assert_eq!(row.map_or("unknown", |(_, says)| says), one.says, "{} {}", one.rule, one.status);
            reached.extend(row.map(|(at, _)| at));
            number += 1;
        }
        assert_eq!(reached.len(), revoke.answer.len(), "{:?}: {reached:?}", verifier.rules);
    }
    assert_eq!(number, documented.len(), "an answer is for a rule without a revocation");
}
