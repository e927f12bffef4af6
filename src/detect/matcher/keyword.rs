//! The matcher of keyword-context rules: a value without a prefix of its own, found near the provider's name, such
//! as `MISTRAL_API_KEY=…`, `"mistral": {"apiKey": "…"}` or `Mistral(api_key="…")`. All rules of this kind share one
//! grammar; a rule only says which values fit.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::detect::candidate::Candidate;
use crate::detect::identifier;
use crate::detect::matcher::window::{
    PatternMatch, PatternRule, Window, candidate, decodes_as_stated, may_begin_after,
};
use crate::rules::{Alphabet, Text};

/// The bytes of a name before the provider's name that are read.
const MAX_NAME_BEFORE: usize = 40;

/// Returns the regular expression from the end of the provider's name on: the rest of the name, perhaps punctuation
/// and a second name, the operator, perhaps an authentication scheme, and the value.
pub(crate) fn expression(value: &str) -> String {
    expression_with(r"(?:(?::=|=>|==?|:|,|\(|\|\||\?\?|>)[ \t]{0,8}|[ \t])", value)
}

/// Returns the expression with a part for the operator itself.
fn expression_with(operator: &str, value: &str) -> String {
    let name = r"[A-Za-z0-9_.\-]";
    let close = "\\\\?[\"'`]?[\\])]?";
    let operator = format!(r"[ \t]{{0,8}}{operator}(?:\r?\n[ \t]{{0,24}})?");
    let open = "(?:[brfu]?\\\\?[\"'`])?(?i:(?:bearer|basic|token|apikey)[ \t])?";
    format!(
        "^(?P<name>{name}{{0,40}}(?:[\"'`\\\\ \\t:=({{,>\\[\\]]{{1,12}}(?:\\r?\\n[ \\t\\-]{{0,24}}[\"']?)?(?P<inner>{name}{{1,40}}))?){close}(?P<operator>{operator}){open}(?P<secret>{value})"
    )
}

/// Words of a name whose value grants no access.
static PUBLIC: [Text; 34] = [
    Text::Borrowed("public"),
    Text::Borrowed("pub"),
    Text::Borrowed("publishable"),
    Text::Borrowed("hash"),
    Text::Borrowed("hashes"),
    Text::Borrowed("sha"),
    Text::Borrowed("sha1"),
    Text::Borrowed("sha256"),
    Text::Borrowed("md5"),
    Text::Borrowed("checksum"),
    Text::Borrowed("digest"),
    Text::Borrowed("fingerprint"),
    Text::Borrowed("etag"),
    Text::Borrowed("commit"),
    Text::Borrowed("revision"),
    Text::Borrowed("nonce"),
    Text::Borrowed("salt"),
    Text::Borrowed("uuid"),
    Text::Borrowed("guid"),
    Text::Borrowed("version"),
    Text::Borrowed("integrity"),
    Text::Borrowed("url"),
    Text::Borrowed("uri"),
    Text::Borrowed("path"),
    Text::Borrowed("file"),
    Text::Borrowed("regex"),
    // The id of a key of OpenPGP.
    Text::Borrowed("gpg"),
    Text::Borrowed("pgp"),
    Text::Borrowed("gpgkey"),
    Text::Borrowed("aptkey"),
    Text::Borrowed("keyfingerprint"),
    // A time.
    Text::Borrowed("lifetime"),
    Text::Borrowed("ttl"),
    Text::Borrowed("timeout"),
];

/// What stands between a name and a value of any rule, up to the value; with an operator other than spaces.
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let expression = expression_with(r"(?:[:=,(>]|\|\||\?\?)", "");
    RegexBuilder::new(&expression).unicode(false).build().ok()
});

/// The most bytes from the provider's name to the value.
const MAX_TO_VALUE: usize = 256;

/// Returns whether a rule may match, without its own expression: most occurrences of a provider's name are in a sentence
/// or an address, and expressions are compiled on first use.
pub(crate) fn may_match(name_words: &[Text], window: &Window<'_>) -> bool {
    let Window { bytes, anchor } = window;
    // The anchor has to begin a word: `novhow` contains no provider's name.
    let is_lowercase = bytes[anchor.start].is_ascii_lowercase();
    let continues_word = anchor.start.checked_sub(1).is_some_and(|at| {
        bytes[at].is_ascii_alphabetic()
            && (bytes[at].is_ascii_lowercase() || !is_lowercase)
            && (is_lowercase || bytes[at].is_ascii_uppercase())
    });
    if continues_word && !may_begin_after(&bytes[..anchor.start], Alphabet::Alphanumeric) {
        return false;
    }
    let start = name_start(window);
    let after = &bytes[anchor.end..bytes.len().min(anchor.end + MAX_TO_VALUE)];
    has_word(&bytes[start..anchor.end + after.len()], name_words)
        && (bytes[start..].starts_with(b"--")
            || ASSIGNMENT.as_ref().is_none_or(|regex| regex.is_match(after)))
}

/// Returns the start of the name that contains the provider's name.
fn name_start(window: &Window<'_>) -> usize {
    let start = window.anchor.start;
    let floor = start.saturating_sub(MAX_NAME_BEFORE);
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.');
    start - window.bytes[floor..start].iter().rev().take_while(is_name).count()
}

/// Returns whether a text contains one of the words, in any case.
fn has_word(text: &[u8], words: &[Text]) -> bool {
    let lower = text.to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// Tests one occurrence of the provider's name that [`may_match`].
pub(crate) fn find(rule: &PatternRule<'_>, name_words: &[Text], window: &Window<'_>) -> Option<Candidate> {
    let anchor = &window.anchor;
    let bytes = window.bytes;
    let captures = rule.regex.captures(&bytes[anchor.end..])?;
    let at = |group: regex::bytes::Match<'_>| anchor.end + group.start()..anchor.end + group.end();
    let secret = captures.name("secret")?;
    if !decodes_as_stated(rule, &captures, secret) {
        return None;
    }
    let secret = at(secret);
    let name_end = at(captures.name("name")?).end;
    let start = name_start(window);
    // If only spaces separate name and value, the name has to be an option of a command.
    let is_separated_by_spaces = captures.name("operator")?.as_bytes().iter().all(u8::is_ascii_whitespace);
    let last = captures.name("inner").map_or(start..name_end, at);
    let continues = bytes.get(secret.end).is_some_and(|next| rule.pattern.may_not_precede.holds(*next));
    if continues
        || is_separated_by_spaces && !bytes[start..].starts_with(b"--")
        || !has_word(&bytes[start..name_end], name_words)
        || identifier::contains_any(&identifier::split_words(&bytes[last.clone()]), &PUBLIC)
    {
        return None;
    }
    let body = captures.name("body").map_or(secret.clone(), at);
    candidate(rule, window, PatternMatch { prefix: 0, body, span: secret, name: Some(last) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    proptest! {
        #[test]
        fn each_match_with_an_operator_has_an_assignment(
            parts in proptest::collection::vec(
                prop::sample::select(vec![
                    "_key", "Secret", ".x", "-", ":", ":=", "=", "=>", "==", ",", "(", "||", "??", ">", "|", "?", " ", "\t",
                    "\n", "\r\n", "\"", "'", "`", "\\", "[", "]", ")", "{", "b\"", "Bearer ", "x7kp2mq9",
                ]),
                0..12,
            ),
        ) {
            let text = parts.concat() + "x7kp2mq9";
            let regex = Regex::new(&expression("[a-z0-9]{8}")).unwrap();
            let captures = regex.captures(text.as_bytes());
            let operator = captures.as_ref().and_then(|captures| captures.name("operator"));
            if operator.is_some_and(|operator| !operator.as_bytes().trim_ascii().is_empty()) {
                prop_assert!(ASSIGNMENT.as_ref().unwrap().is_match(text.as_bytes()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_provider_matches_as_a_word_of_a_name_and_not_as_a_part_of_a_word() {
        let detector = Detector::new(RuleSet::builtin());
        let is_found = |name: &str| {
            let found =
                detector.find_evidence(format!("{name} = \"x7Kp2mQ9vT4rLw8ZsB3nYc6HdJ5gFa\"").as_bytes());
            found.iter().any(|found| detector.rules()[found.rule].id == "alibaba-secret-key")
        };
        for name in
            ["alibabaSecret", "myAlibabaSecret", "MY_ALIBABA_SECRET", "x2alibabaSecret", "my.alibaba.secret"]
        {
            assert!(is_found(name), "{name}");
        }
        for name in ["xalibabaSecret", "XALIBABA_SECRET"] {
            assert!(!is_found(name), "{name}");
        }
    }
}
