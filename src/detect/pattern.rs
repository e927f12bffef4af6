//! A value beside a telling name: the first, strict form of the generic detector. The value has to look
//! random as a whole and to stand whole.

use std::ops::Range;

use regex::bytes::Regex;

use super::evidence::{Candidate, Features, Tier};
use super::name;
use super::placeholder::{self, Dummy};
use super::statistics::{Statistics, walks};
use crate::rules::Text;
use crate::secret::Mask;

/// A pattern rule made ready.
pub(super) struct Parts<'r> {
    pub(super) rule: usize,
    pub(super) main: &'r Regex,
    pub(super) reach: usize,
    pub(super) mask_head: usize,
    pub(super) not_names: &'r [Text],
    pub(super) not_ends: &'r [Text],
    pub(super) public_prefixes: &'r [Text],
    /// What tokens of rules of their own begin with: what those do not report is none.
    pub(super) tokens: &'r [Text],
}

/// How much of a name may stand before the anchor, in bytes.
const MOST_NAME_BEFORE: usize = 40;

/// How far behind the anchor the value's first sixteen bytes may stand: the rest of a name, an operator,
/// quotes and spaces before them.
const MOST_NAME_AFTER: usize = 96;

/// No value is shorter.
const SHORTEST: usize = 16;

/// Shorter values count as weak: they may be passwords that somebody thought up.
const STRONG: usize = 20;

/// Looks at one anchor: goes back to where the name begins and tries the expression there.
pub(super) fn find(parts: &Parts<'_>, text: &[u8], anchor: &Range<usize>) -> Option<Candidate> {
    let floor = anchor.start.saturating_sub(MOST_NAME_BEFORE);
    let before = text[floor..anchor.start].iter().rev().take_while(|byte| is_name(**byte)).count();
    let start = anchor.start - before;
    let coat = Coat::of(text, start);
    if !coat.may_open(&text[anchor.end..text.len().min(anchor.end + MOST_NAME_AFTER)]) {
        return None;
    }
    let window = &text[start..text.len().min(anchor.end + parts.reach)];
    let captures = parts.main.captures(window)?;
    let group =
        |name| captures.name(name).map_or(&b""[..], |group: regex::bytes::Match<'_>| group.as_bytes());
    let secret = captures.name("secret")?;
    let span = start + secret.start()..start + secret.end();
    let value = secret.as_bytes();
    let name = captures.name("name").map(|name| start + name.start()..start + name.end());
    if !coat.fits(group("operator"))
        || !stands_whole(group("open"), &text[span.end..])
        || !looks_random(value)
        || parts.tokens.iter().any(|start| value.starts_with(start.as_bytes()))
        || is_no_secret(parts, group("name"), group("rest"))
    {
        return None;
    }
    let name = name.filter(|name| name::is_plain(&text[name.clone()]));
    let strong = value.len() >= STRONG;
    Some(Candidate {
        rule: parts.rule,
        prefix: 0,
        mask: if strong { Mask { head: parts.mask_head, tail: 0 } } else { Mask::FULL },
        strong,
        dummy: dummy(parts, value),
        features: Features {
            tier: Tier::Assigned,
            body: value.len(),
            claims: None,
            elided: false,
            proof: None,
            name: name.clone().map(|name| String::from_utf8_lossy(&text[name]).to_ascii_lowercase()),
        },
        name,
        span,
        partner: None,
        coated: None,
    })
}

/// Whether the name says that its value is something else.
fn is_no_secret(parts: &Parts<'_>, name: &[u8], rest: &[u8]) -> bool {
    name::has_word(&name::words(name), parts.not_names) || name::has_word(&name::words(rest), parts.not_ends)
}

fn dummy(parts: &Parts<'_>, value: &[u8]) -> Option<Dummy> {
    if placeholder::has_words(value) {
        return Some(Dummy::Words);
    }
    if parts.public_prefixes.iter().any(|prefix| value.starts_with(prefix.as_bytes())) {
        return Some(Dummy::PublicId("a public id"));
    }
    public_id(value)
}

/// What a name stands in, which says how its value follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coat {
    /// `name = value`, `name: value`.
    Plain,
    /// `--name value`, or as above.
    Flag,
    /// `<name>value`.
    Tag,
    /// `arn:aws:name:value`: a colon assigns nothing.
    Path,
}

impl Coat {
    /// The coat of a name that begins at `start`.
    fn of(text: &[u8], start: usize) -> Self {
        if text[start..].starts_with(b"--") {
            Self::Flag
        } else if start > 0 && text[start - 1] == b'<' {
            Self::Tag
        } else if start > 0 && text[start - 1] == b':' {
            Self::Path
        } else {
            Self::Plain
        }
    }

    /// Whether an operator follows the name, and then sixteen bytes that a value may be made of: nearly all
    /// places where a telling word stands end here, before the expression is asked.
    fn may_open(self, after: &[u8]) -> bool {
        let between =
            |byte: &u8| is_name(*byte) || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b' ' | b'\t');
        let operator = after.iter().position(|byte| !between(byte));
        let rest = match operator.map(|at| (after[at], &after[at + 1..])) {
            Some((b'=' | b':', rest)) => rest,
            Some((b'>', rest)) if self == Self::Tag => rest,
            _ if self == Self::Flag => after,
            _ => return false,
        };
        rest.split(|byte| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\'' | b'('))
            .any(|value| value.len() >= SHORTEST)
    }

    /// Whether what stands between name and value fits the coat.
    fn fits(self, operator: &[u8]) -> bool {
        match operator.iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
            None => self == Self::Flag,
            Some(b'>') => self == Self::Tag,
            Some(b':') => self != Self::Path || operator.len() > 1,
            Some(_) => true,
        }
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// A quoted value ends at its quote, another one where no value goes on. `(`, `[`, `{` and `$` would make it
/// code.
fn stands_whole(open: &[u8], after: &[u8]) -> bool {
    let quote = open.strip_prefix(b"b").or(open.strip_prefix(b"r")).unwrap_or(open);
    if quote.is_empty() {
        let next = after.first().copied().unwrap_or(b'\n');
        return next.is_ascii_whitespace() || b",;&\"'\\<)]}|".contains(&next);
    }
    after.starts_with(quote)
}

/// Whether every part of the value looks drawn by chance: digits and letters mixed all along, as many
/// different characters as chance would give, no stretch of words.
fn looks_random(value: &[u8]) -> bool {
    let core: &[u8] = value.strip_suffix(b"==").or(value.strip_suffix(b"=")).unwrap_or(value);
    let digits = core.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = core.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if digits < 1 || letters < 4 || (digits + letters) * 10 < core.len() * 8 {
        return false;
    }
    let statistics = Statistics::of(core);
    if statistics.run >= 5 || statistics.ascending >= 6 || walks(core, 6) {
        return false;
    }
    if core.iter().all(u8::is_ascii_hexdigit) {
        return core.len() >= 32 && statistics.distinct >= 10 && statistics.entropy >= 3.1;
    }
    statistics.entropy >= enough_entropy(core.len()) && mixed(core)
}

/// Four fifths of what a random value of this length has on average.
#[expect(clippy::cast_precision_loss, reason = "values are at most a few hundred bytes")]
fn enough_entropy(length: usize) -> f64 {
    0.83 * (length.min(48) as f64).log2()
}

/// Whether kinds of character (lower, upper, digit, sign) change as often as chance would have it.
fn mixed(value: &[u8]) -> bool {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = value.windows(2).filter(|pair| kind(&pair[0]) != kind(&pair[1])).count();
    let has = |wanted: u8| value.iter().any(|byte| kind(byte) == wanted);
    // Chance gives 62 changes in 100 with three kinds of character, 40 with two.
    let least = if has(0) && has(1) { 40 } else { 22 };
    let in_words: usize =
        value.split(|byte| !byte.is_ascii_lowercase()).map(<[u8]>::len).filter(|length| *length >= 4).sum();
    let wordy = has(1) && in_words * 10 > value.len() * 4;
    changes * 100 >= least * (value.len() - 1) && !wordy
}

/// UUIDs and the like name things and open none.
fn public_id(value: &[u8]) -> Option<Dummy> {
    let groups: Vec<usize> = value.split(|byte| *byte == b'-').map(<[u8]>::len).collect();
    let hex = value.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    if hex && groups == [8, 4, 4, 4, 12] {
        return Some(Dummy::PublicId("a UUID"));
    }
    // A path has several parts of several letters each; base64 has a slash here and there.
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'/').collect();
    let words = parts.iter().filter(|part| part.len() > 2 && part.iter().all(u8::is_ascii_lowercase)).count();
    if parts.len() > 2 && words * 2 >= parts.len() {
        return Some(Dummy::Reference("a path"));
    }
    // `process.env.KEY`, `config.auth.key2`
    let mut dotted = value.split(|byte| *byte == b'.');
    let is_word = |part: Option<&[u8]>| {
        part.is_some_and(|part| part.len() > 1 && part.iter().all(u8::is_ascii_lowercase))
    };
    (is_word(dotted.next()) && is_word(dotted.next()) && dotted.next().is_some())
        .then_some(Dummy::Reference("a dotted name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_are_told_from_names_and_words() {
        for value in [
            "k8Gq2ZpX7wLm4RtV",
            "9f86d081884c7d659a2feaa0c55ad015",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCY7zQ8pLm2Tk",
        ] {
            assert!(looks_random(value.as_bytes()), "{value}");
        }
        for value in [
            "my-application-secret-name-2",
            "BertTokenizerFast2021Version3Model",
            "1234567890123456",
            "aaaaaaaaaaaa1111",
            "getTokenFromKeyring2",
            "deadbeefdeadbeef",
        ] {
            assert!(!looks_random(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn public_ids_and_paths_are_named() {
        assert_eq!(
            public_id(b"123e4567-e89b-12d3-a456-426614174000").map(|dummy| dummy.explain()),
            Some("a UUID")
        );
        assert_eq!(public_id(b"etc/app/secrets/key1").map(|dummy| dummy.explain()), Some("a path"));
        assert_eq!(public_id(b"process.env.KEY_V2_3x").map(|dummy| dummy.explain()), Some("a dotted name"));
        assert_eq!(public_id(b"wJalrXUtnFEMI/K7MDENG/bPxRfiCY7z"), None);
    }
}
