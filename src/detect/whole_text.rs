//! Secrets that are a whole file: a key and nothing else, a seed phrase, a key store. No anchor leads to them, so the whole
//! text is looked at once: only a short one, or the first bytes. Each version of a text is judged by itself, so that
//! incremental scans agree with full ones.
//!
//! A random value alone is often something else. Whether the name of its file says that it is a key is decided where
//! paths are known, in `assess`.

use std::ops::Range;

use crate::detect::assignment::Model;
use crate::detect::assignment::reject::{public_value, rejection_of_value};
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::rules::{Matcher, Rule, Syntax};
use crate::secret::Mask;
use crate::token_check::{check_seed_phrase, holds_private_key};

/// The longest text that may be a key or a seed phrase, in bytes, and the shortest key.
const MAX_LENGTH: usize = 512;
const MIN_KEY: usize = 24;

/// The starts of public keys: age, Nostr, and extended keys of wallets (BIP-32).
const PUBLIC: [&[u8]; 5] = [b"age1", b"npub1", b"xpub", b"ypub", b"zpub"];

/// The bytes of a key store that identify it.
const MAX_STORE: usize = 1 << 16;

/// The indices of the rules for whole texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct WholeTextRules {
    key_file: Option<usize>,
    key_store: Option<usize>,
    seed_phrase: Option<usize>,
}

impl WholeTextRules {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let with = |syntax: Syntax| {
            rules.iter().position(
                |rule| matches!(&rule.matcher, Matcher::Generic(generic) if generic.syntax == syntax),
            )
        };
        Self {
            key_file: with(Syntax::KeyFile),
            key_store: with(Syntax::KeyStore),
            seed_phrase: rules.iter().position(|rule| rule.id == "generic-seed-phrase"),
        }
    }

    /// Returns the candidate that a whole text is.
    pub(crate) fn find(self, text: &[u8]) -> Option<Candidate> {
        if holds_private_key(text) {
            return Some(candidate(self.key_store?, 0..text.len().min(MAX_STORE), Tier::Likely));
        }
        if text.len() > MAX_LENGTH {
            return None;
        }
        let start = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let value = start..start + text[start..].trim_ascii_end().len();
        let inside = &text[value.clone()];
        if inside.contains(&b' ') {
            let fits = check_seed_phrase(inside)?.fits == Some(true);
            return if fits { Some(candidate(self.seed_phrase?, value, Tier::Exact)) } else { None };
        }
        if is_key(inside) { Some(candidate(self.key_file?, value, Tier::Likely)) } else { None }
    }
}

/// Returns whether a value without white space is random characters of one of the alphabets of keys. `_` and `-` are in names
/// and prefixes, too: they count only with the padding of base64.
fn is_key(value: &[u8]) -> bool {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &value[..value.len() - padding];
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/')
            || padding > 0 && matches!(byte, b'_' | b'-')
    };
    value.len() >= MIN_KEY
        && padding <= 2
        && body.iter().all(is_part)
        && body.iter().any(u8::is_ascii_digit)
        // Ids of many kinds have uppercase letters and digits alone.
        && (body.iter().any(u8::is_ascii_lowercase) || body.iter().all(u8::is_ascii_hexdigit))
        && !public_value::is_uuid(value)
        && !PUBLIC.iter().any(|start| value.starts_with(start))
        && rejection_of_value(value).is_none()
        && ValueStats::new(value, &Model::builtin().dictionary).is_random()
}

fn candidate(rule: usize, span: Range<usize>, tier: Tier) -> Candidate {
    Candidate {
        rule,
        prefix: 0,
        mask: Mask::FULL,
        strong: true,
        placeholder: None,
        features: Features {
            tier,
            body_length: span.len(),
            claims: None,
            is_truncated: false,
            name: None,
            check: None,
            context: None,
            model_score: None,
            is_words: false,
        },
        name: None,
        span,
        companion: None,
        nested: None,
        more: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;
    use testkit::tokens;

    fn found(text: &[u8]) -> Vec<String> {
        let detector = Detector::new(RuleSet::builtin());
        detector.find_evidence(text).iter().map(|found| detector.rules()[found.rule].id.to_string()).collect()
    }

    #[test]
    fn a_text_that_is_only_a_key_is_found() {
        for template in ["«{hex*32}»\n", "\n«{an*40}»", "«{an*64}»\r\n", "«{b64*43}=»"] {
            assert_eq!(found(&tokens::expand(template).0), ["generic-key-file"], "{template}");
        }
        let (phrase, _) = tokens::expand("«{seed*24}»\n");
        assert_eq!(found(&phrase), ["generic-seed-phrase"]);
    }

    #[test]
    fn other_short_texts_are_no_keys() {
        for template in [
            "«{hex*12}»\n",
            "«{uuid}»\n",
            "correct-horse-battery-staple",
            "«{an*30}»\n«{an*30}»\n",
            "",
            "\n",
            "v1.2.3",
        ] {
            assert_eq!(found(&tokens::expand(template).0), [""; 0], "{template}");
        }
    }

    #[test]
    fn the_state_of_a_text_gives_the_same() {
        let detector = Detector::new(RuleSet::builtin());
        let (text, _) = tokens::expand("«{an*40}»\n");
        let state = detector.scan_state(&text);
        assert_eq!(detector.scan_from_state(&text, &state).evidence, detector.find_evidence(&text));
        assert_eq!(detector.find_evidence(&text).len(), 1);
    }
}
