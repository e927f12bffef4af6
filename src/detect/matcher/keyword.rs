//! A value without a beginning of its own, beside the provider's name: `MISTRAL_API_KEY=…`,
//! `"mistral": {"apiKey": "…"}`, `Mistral(api_key="…")`. One grammar for all rules of the kind.

use crate::detect::candidate::Candidate;
use crate::detect::identifier;
use crate::detect::matcher::pattern::{Parts, PatternMatch, Window, candidate, opens};
use crate::rules::{Alphabet, Text};

/// How much of a name may stand before the provider's.
const MOST_NAME_BEFORE: usize = 40;

/// From the end of the provider's name: the rest of the name, or signs and another name; the operator, perhaps a
/// scheme, and the value.
pub(crate) fn expression(value: &str) -> String {
    let name = r"[A-Za-z0-9_.\-]";
    let close = "\\\\?[\"'`]?[\\])]?";
    let operator = r"[ \t]{0,8}(?:(?::=|=>|==?|:|,|\(|\|\||\?\?|>)[ \t]{0,8}|[ \t])(?:\r?\n[ \t]{0,24})?";
    let open = "(?:[brfu]?\\\\?[\"'`])?(?i:(?:bearer|basic|token|apikey)[ \t])?";
    format!(
        "^(?P<name>{name}{{0,40}}(?:[\"'`\\\\ \\t:=({{,>\\[\\]]{{1,12}}(?:\\r?\\n[ \\t\\-]{{0,24}}[\"']?)?(?P<inner>{name}{{1,40}}))?){close}(?P<operator>{operator}){open}(?P<secret>{value})"
    )
}

/// Words of a name that say that its value opens nothing.
static PUBLIC: [Text; 26] = [
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
];

/// Looks at one place where the provider's name stands.
pub(crate) fn find(parts: &Parts<'_>, names: &[Text], window: &Window<'_>) -> Option<Candidate> {
    let anchor = &window.anchor;
    let bytes = window.bytes;
    // Part of another word is no name: `novhow`.
    let small = bytes[anchor.start].is_ascii_lowercase();
    let same_case = anchor.start.checked_sub(1).is_some_and(|at| {
        bytes[at].is_ascii_alphabetic()
            && (bytes[at].is_ascii_lowercase() || !small)
            && (small || bytes[at].is_ascii_uppercase())
    });
    if same_case && !opens(&bytes[..anchor.start], Alphabet::Alphanumeric) {
        return None;
    }
    let captures = parts.main.captures(&bytes[anchor.end..])?;
    let at = |group: regex::bytes::Match<'_>| anchor.end + group.start()..anchor.end + group.end();
    let secret = at(captures.name("secret")?);
    let name_end = at(captures.name("name")?).end;
    let floor = anchor.start.saturating_sub(MOST_NAME_BEFORE);
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.');
    let before = bytes[floor..anchor.start].iter().rev().take_while(is_name).count();
    let start = anchor.start - before;
    let whole = &bytes[start..name_end];
    let lower = whole.to_ascii_lowercase();
    // Where nothing but a space stands between them, the name is that of an option.
    let spaced = captures.name("operator")?.as_bytes().iter().all(u8::is_ascii_whitespace);
    let told = names.iter().any(|name| memchr::memmem::find(&lower, name.as_bytes()).is_some());
    let last = captures.name("inner").map_or(start..name_end, at);
    let follows = bytes.get(secret.end).is_some_and(|next| parts.shaped.may_not_precede.holds(*next));
    if follows
        || spaced && !bytes[start..].starts_with(b"--")
        || !told
        || identifier::contains_any(&identifier::split_words(&bytes[last.clone()]), &PUBLIC)
    {
        return None;
    }
    let body = captures.name("body").map_or(secret.clone(), at);
    candidate(parts, window, PatternMatch { public: 0, body, span: secret, name: Some(last) })
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn a_provider_is_named_by_a_word_of_a_name_not_by_a_part_of_a_word() {
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
