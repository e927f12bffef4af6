//! The matcher of keyword-context rules: a value without a prefix of its own, found near the provider's name, such
//! as `MISTRAL_API_KEY=…`, `"mistral": {"apiKey": "…"}` or `Mistral(api_key="…")`. All rules of this kind share one
//! grammar; a rule only says which values fit.

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
    let name = r"[A-Za-z0-9_.\-]";
    let close = "\\\\?[\"'`]?[\\])]?";
    let operator = r"[ \t]{0,8}(?:(?::=|=>|==?|:|,|\(|\|\||\?\?|>)[ \t]{0,8}|[ \t])(?:\r?\n[ \t]{0,24})?";
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

/// Tests one occurrence of the provider's name.
pub(crate) fn find(rule: &PatternRule<'_>, name_words: &[Text], window: &Window<'_>) -> Option<Candidate> {
    let anchor = &window.anchor;
    let bytes = window.bytes;
    // The anchor has to begin a word: `novhow` contains no provider's name.
    let is_lowercase = bytes[anchor.start].is_ascii_lowercase();
    let continues_word = anchor.start.checked_sub(1).is_some_and(|at| {
        bytes[at].is_ascii_alphabetic()
            && (bytes[at].is_ascii_lowercase() || !is_lowercase)
            && (is_lowercase || bytes[at].is_ascii_uppercase())
    });
    if continues_word && !may_begin_after(&bytes[..anchor.start], Alphabet::Alphanumeric) {
        return None;
    }
    let captures = rule.regex.captures(&bytes[anchor.end..])?;
    let at = |group: regex::bytes::Match<'_>| anchor.end + group.start()..anchor.end + group.end();
    let secret = captures.name("secret")?;
    if !decodes_as_stated(rule, &captures, secret) {
        return None;
    }
    let secret = at(secret);
    let name_end = at(captures.name("name")?).end;
    let floor = anchor.start.saturating_sub(MAX_NAME_BEFORE);
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.');
    let before = bytes[floor..anchor.start].iter().rev().take_while(is_name).count();
    let start = anchor.start - before;
    let lower = bytes[start..name_end].to_ascii_lowercase();
    // If only spaces separate name and value, the name has to be an option of a command.
    let is_separated_by_spaces = captures.name("operator")?.as_bytes().iter().all(u8::is_ascii_whitespace);
    let has_name_word = name_words.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
    let last = captures.name("inner").map_or(start..name_end, at);
    let continues = bytes.get(secret.end).is_some_and(|next| rule.pattern.may_not_precede.holds(*next));
    if continues
        || is_separated_by_spaces && !bytes[start..].starts_with(b"--")
        || !has_name_word
        || identifier::contains_any(&identifier::split_words(&bytes[last.clone()]), &PUBLIC)
    {
        return None;
    }
    let body = captures.name("body").map_or(secret.clone(), at);
    candidate(rule, window, PatternMatch { prefix: 0, body, span: secret, name: Some(last) })
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;

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
