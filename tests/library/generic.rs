//! Generic secrets: which values are found by default, and that explanations match the scan.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use skant::Confidence;
use skant::internal::assess::assess;
use skant::internal::detect::{Detector, Evidence};
use skant::internal::rules::RuleSet;
use testkit::trials::{Ran, Trial};
use testkit::{needs, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        explanation_matches_the_scan,
        words_are_found_as_passwords_and_not_in_code,
        training_and_scan_share_the_same_confidence_cap,
        older_version_with_less_context_hides_nothing;
        long: explanation_matches_the_scan_on_labelled_data
    ]
}

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// Checks that the parts add up to the deciding sum, and that the reasons are the three largest parts.
fn explained(evidence: &Evidence) -> bool {
    let Some(opinion) = &evidence.features.model_score else { return false };
    let parts = DETECTOR.explain_score(evidence);
    let sum: f32 = parts.iter().map(|(_, weight)| weight).sum();
    assert!((sum - opinion.sum).abs() < 1e-3, "{sum} {}", opinion.sum);
    let verdict = assess(evidence, None, 0);
    assert_eq!(verdict.confidence.is_some(), evidence.placeholder.is_none());
    assert!(evidence.placeholder.is_some() || verdict.confidence == Some(opinion.confidence));
    for (reason, (words, weight)) in opinion.reasons.iter().zip(&parts).take(3) {
        let said = if *weight < 0.0 { format!("against it: {words}") } else { words.clone() };
        assert_eq!(reason.text, said);
        assert!(verdict.reasons.iter().any(|reason| reason.text == said));
    }
    assert_eq!(opinion.reasons.len(), 3.min(parts.len() - 1) + usize::from(opinion.cap().is_some()));
    assert!(opinion.cap().is_none_or(|doubt| verdict.reasons.iter().any(|reason| reason.text == doubt)));
    let mut weights = parts[..parts.len() - 1].iter().map(|(_, weight)| weight.abs());
    let mut last = f32::INFINITY;
    assert!(weights.all(|weight| std::mem::replace(&mut last, weight) >= weight));
    true
}

fn explanation_matches_the_scan() {
    let mut seen = 0;
    for rule in DETECTOR.rules().iter().filter(|rule| rule.id.starts_with("generic-")) {
        for example in rule.examples.iter() {
            let (text, _) = tokens::expand(example);
            seen += DETECTOR.find_evidence(&text).iter().filter(|evidence| explained(evidence)).count();
        }
    }
    assert!(seen > 10, "{seen}");
}

fn explanation_matches_the_scan_on_labelled_data() -> Ran {
    let archive = needs::shared("creddata/dev.tar.xz")?;
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status().unwrap();
    assert!(unpacked.success());
    let seen = walk(&folder.path().join("data"));
    // Enough to show that the data was read. The exact number depends on the model.
    assert!(seen > 1000, "{seen}");
    Ok(())
}

fn walk(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                return walk(&entry.path());
            }
            let text = std::fs::read(entry.path()).unwrap();
            DETECTOR.find_evidence(&text).iter().filter(|evidence| explained(evidence)).count()
        })
        .sum()
}

fn words_are_found_as_passwords_and_not_in_code() {
    let reported = |text: &str| {
        let found = DETECTOR.find_evidence(text.as_bytes());
        found.iter().any(|evidence| assess(evidence, None, 0).confidence >= Some(Confidence::Medium))
    };
    for text in [
        "DB_HOST=db1\nDB_USER=shop\nDB_PASSWORD=butterfly72\n",
        // An anchor is found whatever follows it.
        "https://über:wintergarden72@db.intern.example-firma.de/x\n", // skant:allow generic-url-password/0262917c9d -- an example
        "username: carla\npassword: 'wintergarden'\n",
        "{\"user\": \"shop\", \"password\": \"Elephant99!\"}",
    ] {
        assert!(reported(text), "{text}");
    }
    for text in [
        "let password = read_password(&mut input)?;\n",
        "password: String,\n",
        "  password: { type: 'string', required: true },\n",
        "\"password\": \"Please enter your password\",\n",
        "self.token = token\n",
        "password = \"yourPassword\"\n",
        "Authorization: Digest username=\"a\", nonce=\"8f4b7f84864484a7bf31766abe9204da\"\n",
    ] {
        assert!(!reported(text), "{text}");
    }
}

fn training_and_scan_share_the_same_confidence_cap() {
    let random = format!("DB_PASSWORD={}\n", tokens::random(tokens::ALPHANUMERIC, 14, "doubtful"));
    for (text, most) in [
        ("DB_PASSWORD=butterflyhouse72\n", Confidence::Medium),
        ("DB_PASSWORD=butterflyhouse\n", Confidence::Low),
        ("if x:\n    password = content\n", Confidence::Low),
        ("POSTGRES_PASSWORD=postgres\n", Confidence::Low),
        (&random, Confidence::High),
    ] {
        let (seen, found) =
            (DETECTOR.scored_values(text.as_bytes()), DETECTOR.find_evidence(text.as_bytes()));
        assert_eq!((seen.len(), seen[0].max_confidence), (1, most), "{text}");
        let opinion = found[0].features.model_score.as_ref().unwrap();
        assert_eq!((opinion.confidence, opinion.cap().is_some()), (most, most < Confidence::High), "{text}");
    }
}

/// A value that is no finding in its first version is one in a later version, at the same path.
fn older_version_with_less_context_hides_nothing() {
    let sandbox = testkit::Sandbox::repo();
    for (before, name) in [("", "token"), ("user: carla\nhost: db1\n", "password")] {
        sandbox.write("settings.yml", format!("{before}{name}: 'summerhouse-lane'\n"));
        sandbox.commit_all(name);
    }
    let sure = |text: &str| {
        DETECTOR.find_evidence(text.as_bytes()).iter().map(|found| assess(found, None, 0).confidence).max()
    };
    assert_eq!(
        sure("token: 'summerhouse-lane'\n"),
        Some(Some(Confidence::Low)),
        "the model changed: find another"
    );
    let output = sandbox.skant(&["scan", "--history", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["history"]["commits"], &finding["places"]), (&2.into(), &1.into()), "{report}");
}
