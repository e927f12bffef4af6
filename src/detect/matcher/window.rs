//! The window around an anchor, and the parts that all matchers of pattern rules share: the neighbouring anchors, the
//! character before a token, and the conversion of a match to a candidate. The formats themselves are in the other
//! matchers.

use std::ops::Range;

use regex::bytes::{Captures, Match, Regex};

use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::detect::matcher::{armor, human_chosen};
use crate::detect::{identifier, placeholder, randomness, snippet};
use crate::rules::{Alphabet, Form, Pattern, Text};
use crate::secret::Mask;
use crate::token_check::{decode_base64, outcome};

/// The bytes on each side of a rule's reach that a rule reads in addition: the characters next to a value decide
/// whether it is complete.
pub(crate) const EDGE: usize = 16;

/// Returns the range of a text of `length` bytes that a rule with this reach may read around an anchor.
pub(crate) fn window_around(anchor: &Range<usize>, reach: usize, length: usize) -> Range<usize> {
    anchor.start.saturating_sub(reach + EDGE)..length.min(anchor.end + reach + EDGE)
}

/// The bytes around one anchor: all that a matcher of a pattern rule may read.
pub(crate) struct Window<'t> {
    pub(crate) bytes: &'t [u8],
    /// The span of the anchor in `bytes`.
    pub(crate) anchor: Range<usize>,
}

/// A pattern rule with its compiled expression.
pub(crate) struct PatternRule<'r> {
    /// The index of the rule in the rule set.
    pub(crate) rule: usize,
    pub(crate) regex: &'r Regex,
    pub(crate) pattern: &'r Pattern,
    pub(crate) anchors: &'r [Text],
    /// The expression of the text that a match decodes to.
    pub(crate) decoded: Option<&'r Regex>,
}

/// The spans of a match, in the window.
pub(crate) struct PatternMatch {
    pub(crate) span: Range<usize>,
    /// The length of the public prefix that all such tokens have.
    pub(crate) prefix: usize,
    /// The span of the random part.
    pub(crate) body: Range<usize>,
    /// The span of the name that the value is assigned to, if the matcher has read it.
    pub(crate) name: Option<Range<usize>>,
}

/// A mask shows at most this many characters of the secret part, and at most an eighth of it.
const MAX_SHOWN: usize = 4;

/// Converts a match to a candidate. Returns `None` if the rule's check proves that the value is something else, or
/// if a value that people choose refers to another one.
pub(crate) fn candidate(
    rule: &PatternRule<'_>,
    window: &Window<'_>,
    found: PatternMatch,
) -> Option<Candidate> {
    let PatternMatch { span, prefix, body, name } = found;
    let pattern = rule.pattern;
    if matches!(pattern.form, Form::Token(_)) && armor::is_in_armor(window.bytes, &span) {
        return None;
    }
    let value = &window.bytes[span.clone()];
    let body = &window.bytes[body];
    let format = match (pattern.indirect, pattern.exact) {
        (true, _) => Tier::Indirect,
        (false, true) => Tier::Exact,
        (false, false) => Tier::Likely,
    };
    let tier = if pattern.human_chosen { human_chosen::tier(window.bytes, &span)? } else { format };
    let check = match pattern.check {
        Some(check) => Some(outcome::run_check(check, value)?),
        None => None,
    };
    let claims = check.as_ref().and_then(|check| check.claims.clone()).map(Box::new);
    let secret_length = span.len() - prefix;
    let head = match pattern.form {
        Form::Pem { .. } | Form::JsonMember(_) => 0,
        Form::Token(_) if pattern.human_chosen => 0,
        Form::Token(_) | Form::Keyword { .. } => prefix + MAX_SHOWN.min(secret_length / 8),
    };
    Some(Candidate {
        rule: rule.rule,
        prefix,
        mask: Mask { head, tail: 0 },
        strong: !pattern.human_chosen && randomness::bits(body.len(), pattern.alphabet) >= 80.0,
        placeholder: placeholder::check_pattern(body, pattern, value),
        features: Features {
            tier,
            body_length: secret_length,
            claims,
            is_truncated: false,
            name: None,
            check: check.map(Box::new),
            context: None,
            model_score: None,
            is_words: false,
        },
        name: name
            .or_else(|| snippet::name_before(window.bytes, span.start))
            .filter(|name| identifier::may_be_shown(&window.bytes[name.clone()])),
        span,
        companion: None,
        nested: None,
        more: Vec::new(),
    })
}

/// Returns the start of the next anchor of the same rule. The anchor of this window is searched for first and
/// limits the search for the others, so a text full of anchors costs no more than its length.
pub(crate) fn next_anchor(rule: &PatternRule<'_>, window: &Window<'_>) -> Option<usize> {
    let after = &window.bytes[window.anchor.end..];
    let nearest = anchors_of(rule, window)
        .fold(after.len(), |end, anchor| memchr::memmem::find(&after[..end], anchor).unwrap_or(end));
    (nearest < after.len()).then_some(window.anchor.end + nearest)
}

/// Returns the end of the last anchor of the same rule before this one.
pub(crate) fn last_anchor(rule: &PatternRule<'_>, window: &Window<'_>) -> Option<usize> {
    let before = &window.bytes[..window.anchor.start];
    let nearest = anchors_of(rule, window).fold(0, |start, anchor| {
        memchr::memmem::rfind(&before[start..], anchor).map_or(start, |at| start + at + anchor.len())
    });
    (nearest > 0).then_some(nearest)
}

/// Returns the anchors of a rule, that of this window first.
fn anchors_of<'p>(rule: &PatternRule<'p>, window: &Window<'p>) -> impl Iterator<Item = &'p [u8]> {
    let here = &window.bytes[window.anchor.clone()];
    std::iter::once(here)
        .chain(rule.anchors.iter().map(|anchor| anchor.as_bytes()).filter(move |anchor| *anchor != here))
}

/// Returns whether a token may begin after `before`: the last byte is not in the token's alphabet, or it ends an
/// escape (`\n`, `%22`, `\u0022`), a colour code or a name.
pub(crate) fn may_begin_after(before: &[u8], alphabet: Alphabet) -> bool {
    let Some(last) = before.last() else { return true };
    let is_hex = |from_end: usize| {
        before.len() >= from_end && before[before.len() - from_end..].iter().all(u8::is_ascii_hexdigit)
    };
    let byte = |from_end: usize| before.len().checked_sub(from_end).map(|at| before[at]);
    !alphabet.holds(*last)
        || matches!(last, b'_' | b'=')
        || byte(2) == Some(b'\\') && matches!(last, b'n' | b'r' | b't')
        || byte(3) == Some(b'%') && is_hex(2)
        || byte(4) == Some(b'\\') && byte(3) == Some(b'x') && is_hex(2)
        || byte(6) == Some(b'\\') && byte(5) == Some(b'u') && is_hex(4)
        || *last == b'm' && ends_colour_code(&before[..before.len() - 1])
}

/// Returns whether the token would be the end of a longer word: `disk_live_` contains the start of a key, and `xAIza` too.
/// An option of one letter (`-p`) is not part of its value.
pub(crate) fn continues_word(before: &[u8], token: &[u8]) -> bool {
    let (Some(last), Some(first)) = (before.last(), token.first()) else { return false };
    let is_one_word = last.is_ascii_lowercase() || last.is_ascii_uppercase() && first.is_ascii_uppercase();
    let is_option = before[..before.len() - 1].ends_with(b" -");
    first.is_ascii_alphabetic() && is_one_word && !is_option && !may_begin_after(before, Alphabet::Letters)
}

/// Returns whether one of the words that a rule wants nearby is in the window, in any case.
pub(crate) fn has_nearby_word(rule: &PatternRule<'_>, window: &Window<'_>) -> bool {
    let words = &rule.pattern.nearby;
    words.is_empty() || {
        let lower = window.bytes.to_ascii_lowercase();
        words.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
    }
}

/// Returns whether the group `encoded` of a match, or else the secret, decodes to a text of the form that the rule states.
pub(crate) fn decodes_as_stated(rule: &PatternRule<'_>, captures: &Captures<'_>, secret: Match<'_>) -> bool {
    rule.decoded.is_none_or(|expression| {
        let encoded = captures.name("encoded").unwrap_or(secret).as_bytes();
        decode_base64(encoded).is_some_and(|text| expression.is_match(&text))
    })
}

/// Returns whether `before` ends in a colour code without its final `m`, such as `\x1b[1;32`. The escape character
/// may be missing or written out.
fn ends_colour_code(before: &[u8]) -> bool {
    let numbers = before.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    numbers < 12 && before[..before.len() - numbers].ends_with(b"[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_not_begin_inside_a_word() {
        for (before, token) in
            [("ta", "sk_"), ("di", "sk_"), ("pn", "pm_"), ("M", "AKIA"), ("x", "AIza"), ("e", "r8_")]
        {
            assert!(continues_word(before.as_bytes(), token.as_bytes()), "{before}{token}");
        }
        for (before, token) in [
            ("", "sk_"),
            ("KEY", "sk_"),
            ("\\n", "sk_"),
            ("\x1b[32m", "AKIA"),
            ("\\u00ab", "AKIA"),
            ("mysql -p", "AVNS_"),
            ("key_", "AKIA"),
            ("7", "AKIA"),
            ("x", "$aact"),
            ("é", "AKIA"),
        ] {
            assert!(!continues_word(before.as_bytes(), token.as_bytes()), "{before}{token}");
        }
    }

    #[test]
    fn a_token_may_begin_after_an_escape_a_colour_code_or_a_name() {
        for before in
            ["", " ", "\\n", "%22", "KEY_", "\x1b[1;32m", "\x1b[m", "[00000000;00m", "\\x22", "\\u0022", "\""]
        {
            assert!(may_begin_after(before.as_bytes(), Alphabet::Base64url), "{before:?}");
        }
        // The last one has more digits than any colour code.
        for before in ["a", "n", "22", "m", "32m", "-", "[000000000;00m"] {
            assert!(!may_begin_after(before.as_bytes(), Alphabet::Base64url), "{before:?}");
        }
    }
}
