//! The labelled contexts and placeholders of the shared corpus, and further placeholders that it lacks.

use serde_json::Value;
use skant::Confidence;
use skant::internal::assess::assess;
use skant::internal::detect::Detector;
use skant::internal::rules::RuleSet;
use testkit::trials::{Ran, Trial};
use testkit::{needs, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![labelled_keys_are_found_and_placeholders_are_not, further_placeholders_are_not_reported,]
}

fn reported(detector: &Detector, text: &[u8], path: Option<&str>) -> Vec<std::ops::Range<usize>> {
    detector
        .find_evidence(text)
        .into_iter()
        .filter(|evidence| {
            assess(evidence, path.map(str::as_bytes), 0).confidence >= Some(Confidence::Medium)
        })
        .map(|evidence| evidence.span)
        .collect()
}

fn labelled_keys_are_found_and_placeholders_are_not() -> Ran {
    let path = needs::shared("corpus/anthropic.jsonl")?;
    let detector = Detector::new(RuleSet::builtin());
    let (mut keys, mut placeholders, mut encoded) = (0, 0, 0);
    for line in std::fs::read_to_string(path).expect("readable").lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let text = case["text"].as_str().expect("text");
        let (bytes, expected) = tokens::expand(text);
        let found = reported(&detector, &bytes, case["path"].as_str());
        if case["kind"] == "placeholder" {
            placeholders += 1;
            assert!(found.is_empty(), "{}: {text}", case["id"]);
        } else if text.contains("«B64:") || text.contains("«UTF16:") {
            encoded += 1;
            assert_eq!(found.len() as u64, case["expect"].as_u64().expect("a count"), "{}", case["id"]);
        } else {
            keys += 1;
            assert_eq!(
                found.len() as u64,
                case["expect"].as_u64().expect("a count"),
                "{}: {text}",
                case["id"]
            );
            let values: Vec<&[u8]> = found.iter().map(|span| &bytes[span.clone()]).collect();
            assert!(expected.iter().all(|token| values.contains(&token.as_bytes())), "{}", case["id"]);
        }
    }
    assert_eq!((keys, placeholders, encoded), (34, 62, 1), "the corpus has changed");
    Ok(())
}

/// Placeholders of our own, of the same kinds as the labelled ones. `<` is replaced by the common prefix, so that no
/// line here looks like a key.
const PLACEHOLDERS: [&str; 48] = [
    "<…",
    "<XXXX",
    "<api03-…",
    "<api03-[REDACTED]",
    "<api03-********************************************",
    "<api03-$ANTHROPIC_KEY",
    "<%s",
    "<{}",
    "<api03-{key}",
    "<#{ENV['KEY']}",
    "<%(key)s",
    "<<KEY>",
    "<[your-key]",
    "<api03-0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000AA",
    "<api03-1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234-AA",
    "<api03-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-abcdefghijklmnopqrstuvwxyzABC",
    "<api03-abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwAA",
    "<api03-QWERTYUIOPASDFGHJKLZXCVBNMqwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNMqwertyuiop12345AA",
    "<api03-this-is-a-fake-key-that-is-used-only-in-the-unit-tests-of-this-project-and-opens-nothing-at-allAA",
    "<api03-YOUR_ANTHROPIC_API_KEY_GOES_HERE_REPLACE_THIS_BEFORE_RUNNING_THE_EXAMPLE_OR_IT_WILL_FAIL_AT_ONCE",
    "<api03-test-test-test-test-test-test-test-test-test-test-test-test-test-test-test-test-test-test-test-t",
    "<api03-deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef-deadbAA",
    "<api03-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA-AAAAAAAA",
    "<api03-1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p7q8r9s0t1u2v3w4x5y6z7A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3Q4R5S6T",
    "<api03-qazwsxedcrfvtgbyhnujmikolpQAZWSXEDCRFVTGBYHNUJMIKOLP1029384756-plokmijnuhbygvtfcrdxeszwaqAA",
    "<api03-The-quick-brown-fox-jumps-over-the-lazy-dog-0123456789-THE-QUICK-BROWN-FOX-JUMPS-OVER-LAZY",
    "<api03-loremipsumdolorsitametconsecteturadipiscingelitseddoeiusmodtemporincididuntutlaboreetdolAA",
    "<api03-fake-key-for-testing-only-do-not-use-0123",
    "<api03-placeholder-placeholder-placeholder-placeholder",
    "<api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "<api03-sample_key_value_for_the_documentation_page",
    "<admin01-replace-me-with-a-real-admin-key-from-console",
    "<oat01-mock-access-token-for-integration-tests-1",
    "<ort01-mock-refresh-token-for-integration-tests-12",
    "<sid01-session-key-copied-from-the-browser-cookies",
    "<votre-cle-api",
    "<dein-schluessel-hier",
    "<api03-tu-clave-aqui-tu-clave-aqui-tu-clave-aqui",
    "<cc-eyJhbGciOi...",
    "<si-<jwt>",
    "<usr-<your personal key>",
    "<svc-{{ service_key }}",
    "'<api03-' + 'a'.repeat(95)",
    "<api\\d{2}-[A-Za-z0-9_-]{93}AA",
    "r'<(?:api03|admin01)-[\\w-]{93}AA'",
    "f\"<api03-{secrets.token_urlsafe(70)}\"",
    "<api03-\" + body + \"AA",
    "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ",
];

fn further_placeholders_are_not_reported() {
    let detector = Detector::new(RuleSet::builtin());
    let start = tokens::start();
    for shape in PLACEHOLDERS {
        let text = shape.replacen('<', &start, 1);
        for context in [text.clone(), format!("ANTHROPIC_API_KEY=\"{text}\""), format!("key: {text}\n")] {
            assert!(reported(&detector, context.as_bytes(), None).is_empty(), "{context}");
        }
    }
}
